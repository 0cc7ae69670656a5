// Mutated signatures: mutations.mjs [--requests N] [--seed N]. Signs requests as an SDK does, in the header or in the
// query string, changes something that the signature covers, or the signature itself, and sends them to a server that
// checks keys. None may be accepted, and the unchanged one always is.
import { Agent, request } from "node:http";
import { readOptions } from "../options.mjs";
import { Random } from "../oracle/random.mjs";
import { amzDate, sha256, signatureOf } from "../signature.mjs";
import { runServer } from "../worker/support.mjs";

const KEY = { id: "AKIDMUTATIONS", secret: "a/secret+of=40/characters_for_mutations" };
const SCOPE = "us-east-1/dynamodb/aws4_request";
const CONNECTIONS = 16;
const UNCHANGED = 0.05; // of all requests
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

const options = readOptions({ requests: 10000, seed: Math.floor(Math.random() * 1e9) });
const counts = { passed: 0, failed: 0 };

async function check(url, random) {
    const signed = random.chance(0.5) ? signedHeader(url) : signedQuery(url);
    const mutation = random.chance(UNCHANGED) ? null : random.pick(MUTATIONS);
    const sent = mutation === null ? signed : mutation(random, structuredClone(signed));
    const { status, text } = await send(url, sent);
    const isRight = mutation === null ? status === 200 : status >= 400 && status < 500;
    counts[isRight ? "passed" : "failed"]++;
    if (!isRight) console.log(`FAILED: ${status} ${text} for ${JSON.stringify(sent)}`);
}

function send(url, { path, headers, body }) {
    const options = { host: url.hostname, port: url.port, method: "POST", path, headers, agent };
    return new Promise((resolve, reject) => {
        const sending = request(options, (reply) => {
            let text = "";
            reply.on("data", (chunk) => (text += chunk));
            reply.on("end", () => resolve({ status: reply.statusCode, text }));
        });
        sending.on("error", reject);
        sending.end(body);
    });
}

// --- Signing: what is sent is { path, headers, body }

function plain(url) {
    const time = amzDate();
    const headers = {
        "content-type": "application/x-amz-json-1.0", "host": url.host, "x-amz-target": "DynamoDB_20120810.ListTables",
    };
    return { time, scope: `${time.slice(0, 8)}/${SCOPE}`, headers, body: '{"Limit":7}' };
}

function canonical(path, query, headers, body) {
    const names = Object.keys(headers).sort();
    const lines = names.map((name) => `${name}:${headers[name]}\n`).join("");
    return [`POST\n${path}\n${query}\n${lines}\n${names.join(";")}\n${sha256(body)}`, names.join(";")];
}

function signedHeader(url) {
    const { time, scope, headers, body } = plain(url);
    headers["x-amz-date"] = time;
    const [text, names] = canonical("/", "", headers, body);
    const authorization = `AWS4-HMAC-SHA256 Credential=${KEY.id}/${scope}, SignedHeaders=${names}, ` +
        `Signature=${signatureOf(KEY.secret, time, scope, text)}`;
    return { path: "/", headers: { ...headers, authorization }, body };
}

function signedQuery(url) {
    const { time, scope, headers, body } = plain(url);
    const query = Object.entries({
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": `${KEY.id}/${scope}`, "X-Amz-Date": time,
        "X-Amz-Expires": "300", "X-Amz-SignedHeaders": Object.keys(headers).sort().join(";"),
    }).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
    const [text] = canonical("/", query, headers, body);
    return { path: `/?${query}&X-Amz-Signature=${signatureOf(KEY.secret, time, scope, text)}`, headers, body };
}

// --- Changes. None leaves the request the same to whoever reads it: blanks and commas stay, for where one of the two
// that part a header's members is missing, the members are what they were.

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

function changed(random, text, from = 0) {
    if (from >= text.length) return text + random.pick(LETTERS);
    const places = [...text].flatMap((letter, at) => at < from || " ,".includes(letter) ? [] : [at]);
    const at = random.pick(places);
    const others = [...LETTERS].filter((letter) => letter.toLowerCase() !== text[at].toLowerCase());
    const letter = random.pick(others);
    switch (random.below(3)) {
    case 0: return text.slice(0, at) + letter + text.slice(at + 1);
    case 1: return text.slice(0, at) + letter + text.slice(at);
    default: return text.length - from > 1 ? text.slice(0, at) + text.slice(at + 1) : letter;
    }
}

const MUTATIONS = [
    (random, sent) => ({ ...sent, body: changed(random, sent.body) }),
    (random, sent) => ({ ...sent, body: random.pick(["{}", '{"Limit":8}', '{"Limit":7} ', "", '{"Limit":07}']) }),
    (random, sent) => ({ ...sent, path: changed(random, sent.path, 1) }),
    (random, sent) => ({ ...sent, path: sent.path.replace("/", random.pick(["/a", "//", "/./", "/%2F"])) }),
    (random, sent) => ({ ...sent, path: `${sent.path}${sent.path.includes("?") ? "&" : "?"}a=${random.below(100)}` }),
    (random, sent) => changedHeader(random, sent, random.pick(Object.keys(sent.headers))),
    (random, sent) => changedHeader(random, sent, "x-amz-target"),
    (random, sent) => changedHeader(random, sent, "authorization"),
    (random, sent) => {
        delete sent.headers[random.pick(Object.keys(sent.headers).filter((name) => name !== "host"))];
        return sent;
    },
    (random, sent) => swapped(sent, KEY.id, random.pick(["", "AKIDMUTATION", "akidmutations", "*", "%00"])),
    (random, sent) => swapped(sent, /Signature=[0-9a-f]+/, `Signature=${random.pick(["", "0", "f".repeat(64)])}`),
    (random, sent) => swapped(sent, /[0-9a-f]{64}/, (signature) => signature.toUpperCase().replace(/\d/, "A")),
    (random, sent) => swapped(sent, /dynamodb/, random.pick(["s3", "dynamodb2", ""])),
];

// A query string has no authorization: its path is changed instead.
function changedHeader(random, sent, name) {
    if (!(name in sent.headers)) return { ...sent, path: changed(random, sent.path, 2) };
    return { ...sent, headers: { ...sent.headers, [name]: changed(random, sent.headers[name]) } };
}

function swapped(sent, what, by) {
    if (!("authorization" in sent.headers)) return { ...sent, path: sent.path.replace(what, by) };
    return { ...sent, headers: { ...sent.headers, authorization: sent.headers.authorization.replace(what, by) } };
}

// --- The run

const server = runServer(["--port", "0", "--in-memory", "--auth", `${KEY.id}:${KEY.secret}`]);
console.log(`seed ${options.seed}, ${options.requests} requests`);
try {
    const url = new URL(await server.ready);
    const random = new Random(options.seed);
    const numbers = Array.from({ length: options.requests }, (_, i) => i).values();
    await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
        for (const i of numbers) await check(url, random.fork(i));
    }));
} finally {
    agent.destroy();
    await server.stop();
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
