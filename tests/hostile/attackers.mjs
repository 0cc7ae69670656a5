// The attackers of run.mjs: attackers.mjs URL TABLE CONNECTIONS SECONDS SEED. Each connection makes one attack after
// another, drawn from the table below, with pauses between them. An attack says what became of it; what is wrong is an
// answer that says the server failed, or none at all where there must be one.
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { Random } from "../oracle/random.mjs";

const PAUSE_MS_MAX = 2000;
const ANSWER_MS_MAX = 60_000;
const MB = 1024 * 1024;

const [url, table, connections, seconds, seed] = process.argv.slice(2);
const { hostname, port } = new URL(url);
const end = Date.now() + Number(seconds) * 1000;
const noise = Buffer.from(Array.from({ length: 65536 }, (_, i) => new Random(i).below(256)));
const bomb = gzipSync(Buffer.alloc(200 * MB, " "));

// [weight, kind, the attack: (random) → promise of a status, or of what else became of it]. What is huge is rare: each
// takes a thread some tenths of a second, and a machine that only serves those serves nobody.
const ATTACKS = [
    [400, "random bytes", (random) => post("PutItem", someNoise(random))],
    [400, "random JSON", (random) => post(random.pick(OPERATIONS), randomJson(random, 6))],
    [400, "mutated requests", (random) => post("UpdateItem", mutated(random))],
    [200, "random targets", (random) => post(random.pick(["", "x".repeat(5000), "Get\u00e9", "..", "Nope"]), "{}")],
    [200, "nested expressions", (random) => post("GetItem", nestedExpression(random))],
    [200, "broken HTTP", (random) => exchange([random.pick(BROKEN)], { mayHangUp: true })],
    [200, "bodies cut off", (random) => exchange([head("PutItem", 5000), "{{{"], { leaves: random.below(500) })],
    [160, "slow bodies", slowBody],
    [100, "nested JSON", (random) => post("PutItem", nestedJson(random))],
    [60, "slow readers", slowReader],
    [60, "large items", (random) => post("PutItem", item(random, 100_000 + random.below(400_000)))],
    [3, "large batches", (random) => post("BatchWriteItem", batch(random))],
    [2, "bodies of 16 MB", () => post("PutItem", `{"TableName":"${table}","Item":{"x":[${"{},".repeat(5 * MB)}`)],
    [1, "bodies over 16 MB", () => exchange([head("PutItem", 20 * MB), Buffer.alloc(20 * MB)], { mayHangUp: true })],
    [1, "endless bodies", () => exchange([head("PutItem", 4000 * MB)], { drips: 2 * MB, every: 50, mayHangUp: true })],
    [1, "bombs", () => post("PutItem", bomb, "content-encoding: gzip\r\n")],
];
const OPERATIONS = [
    "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan", "BatchGetItem", "BatchWriteItem",
];
const MEMBERS = ["Item", "Key", "S", "N", "M", "L", "SS", "RequestItems", "KeyConditionExpression", "Expected"];
const BROKEN = [
    "GET\r\n\r\n", "\0\0\0\0\r\n\r\n", "POST / HTTP/9.9\r\n\r\n", `POST / HTTP/1.1\r\n${"a: b\r\n".repeat(5000)}\r\n`,
    "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -5\r\n\r\n", "POST / HTTP/1.1\r\nhost x\r\n\r\n",
    "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    `POST /${"x".repeat(100_000)} HTTP/1.1\r\n\r\n`,
    "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n12345",
];

const kinds = ATTACKS.map(([, kind]) => ({ kind, sent: 0, statuses: {} }));
let wrong = 0;
const random = new Random(Number(seed));
await Promise.all(Array.from({ length: Number(connections) }, (_, i) => attacker(random.fork(i), i)));
process.send({ wrong, kinds }, () => process.exit(0));

// Some begin with an attack of each kind, at moments of the first half.
async function attacker(random, number) {
    const choices = ATTACKS.map(([weight], i) => [weight, i]);
    if (number < ATTACKS.length) await pause(number / ATTACKS.length * Number(seconds) * 500);
    for (let first = number; Date.now() < end; first = ATTACKS.length) {
        const chosen = first < ATTACKS.length ? first : random.weighted(choices);
        const status = await ATTACKS[chosen][2](random);
        const { statuses } = kinds[chosen];
        kinds[chosen].sent++;
        statuses[status] = (statuses[status] ?? 0) + 1;
        if (status === "no answer" || (typeof status === "number" && status >= 500)) wrong++;
        await pause(random.below(PAUSE_MS_MAX));
    }
}

function pause(ms) {
    return new Promise((resolve) => setTimeout(resolve, ms));
}

// --- Sending

function head(operation, length, headers = "") {
    return `POST / HTTP/1.1\r\nhost: ${hostname}\r\nx-amz-target: DynamoDB_20120810.${operation}\r\n` +
        `content-type: application/x-amz-json-1.0\r\ncontent-length: ${length}\r\n${headers}\r\n`;
}

function post(operation, body, headers = "") {
    const bytes = Buffer.from(body);
    return exchange([head(operation, bytes.length, headers), bytes]);
}

// Sends the parts on a connection of its own; gives the status of the answer, "left", "hung up" or "no answer".
//   leaves: ms after which it goes. drips: bytes sent again and again, every so many ms. reads: bytes a second.
function exchange(parts, { leaves, drips, every, reads, mayHangUp = false } = {}) {
    const socket = connect(Number(port), hostname);
    let status = null;
    const timers = [];
    const done = new Promise((resolve) => {
        const finish = (what) => resolve(status ?? what);
        const patience = Math.min(leaves, Math.max(1000, end - Date.now()));
        if (leaves !== undefined) timers.push(setTimeout(() => finish("left"), patience));
        timers.push(setTimeout(() => finish("no answer"), ANSWER_MS_MAX));
        socket.on("error", () => finish(mayHangUp ? "hung up" : "no answer"));
        socket.on("close", () => finish(mayHangUp || status !== null ? "hung up" : "no answer"));
        socket.on("data", (chunk) => {
            status ??= Number(/^HTTP\/1\.1 (\d+)/.exec(chunk.toString("latin1"))?.[1]);
            if (reads === undefined) return finish();
            socket.pause();
            timers.push(setTimeout(() => socket.resume(), chunk.length / reads * 1000));
        });
    });
    for (const part of parts) socket.write(part);
    if (drips !== undefined) {
        timers.push(setInterval(() => socket.writableNeedDrain || socket.write(Buffer.alloc(drips, "x")), every));
    }
    return done.finally(() => {
        timers.forEach(clearTimeout);
        socket.destroy();
    });
}

// One byte every quarter of a second, for a body that is never whole.
function slowBody(random) {
    const length = random.pick([60_000, 600_000]);
    return exchange([head("PutItem", length)], {
        drips: 1, every: 250, leaves: 2000 + random.below(40_000), mayHangUp: true,
    });
}

// Asks for megabytes and takes them in at a few kilobytes a second.
function slowReader(random) {
    const body = JSON.stringify({ TableName: table });
    return exchange([head("Scan", body.length), body], { reads: 50_000, leaves: 2000 + random.below(20_000) });
}

// --- Bodies

function someNoise(random) {
    const at = random.below(noise.length / 2);
    return noise.subarray(at, at + 1 + random.below(5000));
}

function randomJson(random, depth) {
    const make = (depth) => {
        const kind = random.below(depth > 0 ? 8 : 5);
        const many = (each) => Array.from({ length: random.below(5) }, each);
        if (kind === 0) return random.below(1e9) / 7;
        if (kind === 1) return null;
        if (kind < 5) return random.pick([table, "pk", "", "S", "\u0000", "\ud800", "1e999", "x".repeat(300)]);
        if (kind === 5) return many(() => make(depth - 1));
        return Object.fromEntries(many(() => [random.pick(MEMBERS), make(depth - 1)]));
    };
    return JSON.stringify({ TableName: table, ...Object.fromEntries(MEMBERS.map((name) => [name, make(depth)])) });
}

function mutated(random) {
    const bytes = Buffer.from(JSON.stringify({
        TableName: table, Key: { pk: { S: `hostile-${random.below(20)}` }, sk: { N: "1" } },
        UpdateExpression: "SET a.b[1] = if_not_exists(c, :v), d = list_append(d, :l) REMOVE e ADD f :v",
        ConditionExpression: "NOT (a BETWEEN :v AND :v) OR contains(b, :v)", ReturnValues: "ALL_NEW",
        ExpressionAttributeValues: { ":v": { N: "1" }, ":l": { L: [{ S: "x" }] } },
    }));
    for (let i = random.below(6); i > 0; i--) bytes[random.below(bytes.length)] = random.below(256);
    return bytes;
}

function nestedJson(random) {
    const levels = random.pick([32, 1000, 10_000, 100_000]);
    const [open, close] = random.pick([['{"L":[', "]}"], ['{"M":{"a":', "}}"], ["[", "]"]]);
    return `{"TableName":"${table}","Item":{"pk":${open.repeat(levels)}${close.repeat(levels)}}}`;
}

function nestedExpression(random) {
    const levels = random.pick([100, 2000, 100_000]);
    const all = (text) => text.repeat(levels);
    const text = random.pick([`${all("(")}a${all(")")}`, `a${all(".a")}`, all("NOT ")]);
    return JSON.stringify({ TableName: table, Key: { pk: { S: "a" }, sk: { N: "1" } }, ProjectionExpression: text });
}

function item(random, bytes) {
    const key = { pk: { S: `hostile-${random.below(20)}` }, sk: { N: String(random.below(30)) } };
    return JSON.stringify({ TableName: table, Item: { ...key, x: { S: "x".repeat(bytes) } } });
}

function batch(random) {
    const text = () => ({ S: "y".repeat(random.below(390_000)) });
    const put = (i) => ({ PutRequest: { Item: { pk: { S: `hostile-${i}` }, sk: { N: "1" }, x: text() } } });
    return JSON.stringify({ RequestItems: { [table]: Array.from({ length: 25 }, (_, i) => put(i)) } });
}
