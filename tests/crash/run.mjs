// Real crashes: run.mjs [--rounds N] [--seed N] [--indexes]. Writers send raw HTTP to `npm start`'s program; workerd is
// killed with SIGKILL at a random moment, everything is started again on the same folder, and every item must be one
// that was acknowledged last, or one that was under way; indexes (indexes.mjs; --indexes: these rounds alone) must come
// to agree with their table. Then what an operator may meet: a database file of one object that is damaged or cut
// short, too few file descriptors, and a full disk.
import {
    closeSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { readOptions } from "../options.mjs";
import { fullDisk } from "./full_disk.mjs";
import { indexRounds } from "./indexes.mjs";
import { createTable, post, randomFrom, sleep, start } from "./server.mjs";

const WRITERS = 6;
const KEYS = 24; // for each writer, so that nobody else writes them
const RUN_MS_MIN = 30;
const RUN_MS_MAX = 1500;

process.chdir(fileURLToPath(new URL("../..", import.meta.url)));
const { rounds, seed, indexes } = readOptions({ rounds: 20, seed: Math.floor(Math.random() * 1e9), indexes: false });
const random = randomFrom(seed);
let passed = 0;
let failed = 0;
let skipped = 0;

console.log(`seed ${seed}, ${rounds} rounds`);
for (const layout of ["key", "hash:16"]) {
    const count = Math.ceil(rounds / 2);
    if (!indexes) {
        await check(`kill -9, layout ${layout}`, () => crashRounds(layout, count));
    }
    await check(`kill -9 with indexes, layout ${layout}`, () => indexRounds(layout, count, random));
}
if (!indexes) {
    await check("a damaged database of one object", () => damaged((path) => scribble(path)));
    await check("a database of one object cut short", () => damaged((path) => truncateSync(path, 5000)));
    await check("too few descriptors", fewDescriptors);
    await check("a full disk", fullDisk);
}
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exit(failed > 0 ? 1 : 0);

async function check(name, work) {
    const started = Date.now();
    try {
        const said = await work();
        if (said.startsWith("SKIP")) skipped++;
        else passed++;
        console.log(`ok: ${name}: ${said} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
    } catch (error) {
        failed++;
        console.log(`FAILED: ${name}: ${error.stack}`);
    }
}

// --- Crashes

async function crashRounds(layout, count) {
    const data = mkdtempSync(join(tmpdir(), "test-shvm-crash-"));
    const model = new Map(); // key → { acknowledged, possible: values that may stand there instead }
    const totals = { acknowledged: 0, unknown: 0, refused: 0 };
    let server = await start(data);
    try {
        await createTable(server.url, layout);
        for (let round = 0; round < count; round++) {
            const ended = new AbortController();
            const { url } = server;
            const writers = Array.from({ length: WRITERS }, (_, writer) => write(url, writer, model, totals, ended));
            await sleep(RUN_MS_MIN + random(RUN_MS_MAX - RUN_MS_MIN));
            await server.kill();
            ended.abort();
            await Promise.all(writers);
            server = await start(data);
            await verify(server.url, model, `round ${round}`);
        }
        const { acknowledged, refused, unknown } = totals;
        return `${count} crashes, ${acknowledged} writes acknowledged, ${refused} refused, ${unknown} unknown`;
    } finally {
        await server.kill();
        rmSync(data, { recursive: true, force: true });
    }
}

// Writes its own keys one after another until the server is gone.
async function write(url, writer, model, totals, ended) {
    while (!ended.signal.aborted) {
        const key = `w${writer}-${random(KEYS)}`;
        const known = model.get(key) ?? { acknowledged: 0, possible: [] };
        model.set(key, known);
        const value = random(2 ** 31);
        // A third of the writes carries a condition that never holds: these must leave nothing behind.
        const refuses = random(3) === 0;
        const item = { pk: { S: key }, sk: { N: "1" }, v: { N: String(value) }, fill: { S: "x".repeat(random(3000)) } };
        const body = { TableName: "crash", Item: item };
        if (refuses) body.ConditionExpression = "attribute_exists(nothing)";
        else known.possible.push(value);
        const reply = await post(url, "PutItem", body).catch(() => null);
        if (reply?.status === 200) {
            if (refuses) throw new Error("a condition that does not hold was accepted");
            known.acknowledged = value;
            known.possible = [];
            totals.acknowledged++;
        } else if (reply?.json?.__type?.endsWith("ConditionalCheckFailedException")) {
            totals.refused++;
        } else {
            totals.unknown++;
            if (reply === null) return;
        }
    }
}

async function verify(url, model, when) {
    const found = new Map();
    let from;
    do {
        const reply = await post(url, "Scan", { TableName: "crash", ConsistentRead: true, ExclusiveStartKey: from });
        if (reply.status !== 200) throw new Error(`${when}: Scan answers ${reply.status} ${reply.text}`);
        for (const item of reply.json.Items) {
            if (found.has(item.pk.S)) throw new Error(`${when}: ${item.pk.S} is scanned twice`);
            found.set(item.pk.S, Number(item.v.N));
        }
        from = reply.json.LastEvaluatedKey;
    } while (from !== undefined);
    for (const [key, known] of model) {
        const value = found.get(key) ?? 0;
        if (value !== known.acknowledged && !known.possible.includes(value)) {
            const { acknowledged, possible } = known;
            throw new Error(`${when}: ${key} holds ${value}; acknowledged ${acknowledged}, possible ${possible}`);
        }
        known.acknowledged = value; // whatever was under way has come or never will
        known.possible = [];
        found.delete(key);
    }
    if (found.size > 0) throw new Error(`${when}: there are items that nobody wrote: ${[...found.keys()]}`);
}

// --- Damage

// One object's file is damaged: its keys answer with an error, all others are unharmed.
async function damaged(harm) {
    const data = mkdtempSync(join(tmpdir(), "test-shvm-harm-"));
    let server = await start(data);
    try {
        await createTable(server.url, "key");
        const keys = Array.from({ length: 8 }, (_, i) => `k${i}`);
        const put = async (key) => {
            for (let sort = 0; sort < 40; sort++) {
                const item = { pk: { S: key }, sk: { N: String(sort) }, fill: { S: key.repeat(100) } };
                const reply = await post(server.url, "PutItem", { TableName: "crash", Item: item });
                if (reply.status !== 200) throw new Error(`PutItem answers ${reply.status} ${reply.text}`);
            }
        };
        for (const key of keys) await put(key);
        await server.stop();
        const victim = databases(data).find((path) => isWhole(path) && readFileSync(path).includes("k3k3k3k3"));
        if (victim === undefined) throw new Error("no database holds the key");
        harm(victim);
        server = await start(data);
        const answers = new Map();
        for (const key of keys) {
            const reply = await post(server.url, "Query", {
                TableName: "crash", KeyConditionExpression: "pk = :p", ExpressionAttributeValues: { ":p": { S: key } },
            });
            answers.set(key, reply);
            const whole = reply.status === 200 && reply.json.Count === 40;
            if (key !== "k3" && !whole) {
                throw new Error(`${key} was harmed too: ${reply.status} ${reply.text.slice(0, 200)}`);
            }
        }
        const answer = answers.get("k3");
        const isClear = answer.status === 500 && answer.json?.__type?.endsWith("InternalServerError");
        if (!isClear) throw new Error(`the damaged key answers ${answer.status} ${answer.text.slice(0, 200)}`);
        return "the damaged key answers InternalServerError, seven others are whole";
    } finally {
        await server.kill();
        rmSync(data, { recursive: true, force: true });
    }
}

// Brings what stands in the write-ahead log into the file itself.
function isWhole(path) {
    const database = new DatabaseSync(path);
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    database.close();
    return true;
}

function databases(folder) {
    return readdirSync(folder, { recursive: true })
        .map((path) => join(folder, path))
        .filter((path) => path.endsWith(".sqlite") && statSync(path).size > 0);
}

// Overwrites everything behind the file's first page header.
function scribble(path) {
    const file = openSync(path, "r+");
    const size = statSync(path).size;
    for (let at = 100; at < size; at += 64) writeSync(file, Buffer.alloc(64, 0xa5), 0, 64, at);
    closeSync(file);
}

// --- Descriptors: each live object takes three, so a server with few must still serve many keys.
async function fewDescriptors() {
    const data = mkdtempSync(join(tmpdir(), "test-shvm-few-"));
    const server = await start(data, "-n 512");
    const COUNT = 220;
    try {
        await createTable(server.url, "key");
        for (let i = 0; i < COUNT; i++) {
            const item = { pk: { S: `k${i}` }, sk: { N: "1" }, v: { N: String(i) } };
            const reply = await post(server.url, "PutItem", { TableName: "crash", Item: item });
            if (reply.status !== 200) throw new Error(`item ${i} answers ${reply.status} ${reply.text}`);
        }
        for (let i = 0; i < COUNT; i += 7) {
            const key = { pk: { S: `k${i}` }, sk: { N: "1" } };
            const reply = await post(server.url, "GetItem", { TableName: "crash", Key: key });
            if (reply.json?.Item?.v?.N !== String(i)) throw new Error(`item ${i} reads ${reply.text}`);
        }
        return `${COUNT} partitions under ulimit -n 512`;
    } finally {
        await server.kill();
        rmSync(data, { recursive: true, force: true });
    }
}
