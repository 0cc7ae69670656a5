// Crashes while a table with indexes is written to, and while one of its indexes is brought in or taken away. After
// each, every item must be one that was acknowledged last or one that was under way; then the table must settle, and
// the check behind `npm run verify` must find every index to agree with the table.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTable, post, sleep, start } from "./server.mjs";

const WRITERS = 4;
const PARTITIONS = 12; // for each writer, so that nobody else writes them
const SORTS = 4;
const GROUPS = 9;
const OLDER_ITEMS = 1000; // that nobody writes: they make a backfill take its time
const BATCH_ITEMS = 25;
const RUN_MS_MIN = 30;
const RUN_MS_MAX = 1500;
const SETTLED_MS_MAX = 120_000;

const ALL = { ProjectionType: "ALL" };
const KEYS_ONLY = { ProjectionType: "KEYS_ONLY" };
const schema = (hash, range) => [
    { AttributeName: hash, KeyType: "HASH" }, ...(range ? [{ AttributeName: range, KeyType: "RANGE" }] : []),
];
const INDEXES = {
    GlobalSecondaryIndexes: [{ IndexName: "groups", KeySchema: schema("g", "v"), Projection: ALL }],
    LocalSecondaryIndexes: [{ IndexName: "values", KeySchema: schema("pk", "v"), Projection: KEYS_ONLY }],
};
const LATE = { IndexName: "late", KeySchema: schema("g"), Projection: KEYS_ONLY };

export async function indexRounds(layout, count, random) {
    const data = mkdtempSync(join(tmpdir(), "test-shvm-crash-"));
    const model = new Map(); // key → { acknowledged, possible: values that may stand there instead }; 0: no item
    const totals = { acknowledged: 0, unknown: 0, changes: 0, slowest: 0 };
    let server = await start(data);
    try {
        await createTable(server.url, layout, INDEXES, { g: "N", v: "N" });
        await isSettled(server.url);
        await writeOlder(server.url, model);
        for (let round = 0; round < count; round++) {
            const ended = new AbortController();
            const writers = Array.from({ length: WRITERS }, (_, writer) =>
                write(server.url, writer, model, totals, random, ended));
            await changeIndexes(server.url, totals);
            await sleep(RUN_MS_MIN + random(RUN_MS_MAX - RUN_MS_MIN));
            await server.kill();
            ended.abort();
            await Promise.all(writers);
            server = await start(data);
            const started = Date.now();
            await checkItems(server.url, model, `round ${round}`);
            await isSettled(server.url);
            await checkIndexes(server.url, `round ${round}`);
            totals.slowest = Math.max(totals.slowest, Date.now() - started);
        }
        const { acknowledged, unknown, changes, slowest } = totals;
        return `${count} crashes, ${acknowledged} writes acknowledged, ${unknown} unknown, ${changes} changes of ` +
            `indexes under way, the slowest recovery ${(slowest / 1000).toFixed(1)} s`;
    } finally {
        await server.kill();
        rmSync(data, { recursive: true, force: true });
    }
}

async function writeOlder(url, model) {
    for (let from = 0; from < OLDER_ITEMS; from += BATCH_ITEMS) {
        const items = Array.from({ length: BATCH_ITEMS }, (_, i) => olderItem(from + i));
        const crash = items.map((Item) => ({ PutRequest: { Item } }));
        const reply = await post(url, "BatchWriteItem", { RequestItems: { crash } });
        const isDone = reply.status === 200 && !reply.json.UnprocessedItems?.crash;
        if (!isDone) throw new Error(`BatchWriteItem answers ${reply.status} ${reply.text}`);
        for (const { pk, sk, v } of items) model.set(`${pk.S} ${sk.N}`, { acknowledged: Number(v.N), possible: [] });
    }
}

function olderItem(i) {
    const number = (n) => ({ N: String(n) });
    return { pk: { S: `older-${i % 100}` }, sk: number(Math.floor(i / 100)), v: number(i + 1), g: number(i % GROUPS) };
}

// The late index comes where it is not, and goes where it is: the crash meets its backfill, or its end.
async function changeIndexes(url, totals) {
    const { GlobalSecondaryIndexes: indexes } = await describeTable(url);
    const change = indexes.some(({ IndexName }) => IndexName === LATE.IndexName)
        ? { Delete: { IndexName: LATE.IndexName } }
        : { Create: LATE };
    const reply = await post(url, "UpdateTable", {
        TableName: "crash",
        AttributeDefinitions: [{ AttributeName: "g", AttributeType: "N" }],
        GlobalSecondaryIndexUpdates: [change],
    });
    if (reply.status !== 200) throw new Error(`UpdateTable answers ${reply.status} ${reply.text}`);
    totals.changes++;
}

// Writes its own items one after another until the server is gone.
async function write(url, writer, model, totals, random, ended) {
    while (!ended.signal.aborted) {
        const key = { pk: { S: `w${writer}-${random(PARTITIONS)}` }, sk: { N: String(random(SORTS)) } };
        const name = `${key.pk.S} ${key.sk.N}`;
        const known = model.get(name) ?? { acknowledged: 0, possible: [] };
        model.set(name, known);
        const { operation, value, members } = randomWrite(key, random);
        known.possible.push(value);
        const reply = await post(url, operation, { TableName: "crash", ...members }).catch(() => null);
        if (reply?.status === 200) {
            known.acknowledged = value;
            known.possible = [];
            totals.acknowledged++;
        } else {
            totals.unknown++;
            if (reply === null) return;
        }
    }
}

// Entries come, move, change in place and go.
function randomWrite(Key, random) {
    const value = 1 + random(2 ** 31);
    const v = { N: String(value) };
    const g = { N: String(random(GROUPS)) };
    switch (random(6)) {
        case 0: return { operation: "DeleteItem", value: 0, members: { Key } };
        case 1: return update(Key, value, "SET v = :v REMOVE g", { ":v": v });
        case 2: return update(Key, value, "SET v = :v, g = :g", { ":v": v, ":g": g });
        default: break;
    }
    const fill = { S: "x".repeat(random(3000)) };
    return { operation: "PutItem", value, members: { Item: { ...Key, v, ...(random(5) === 0 ? {} : { g }), fill } } };
}

function update(Key, value, UpdateExpression, ExpressionAttributeValues) {
    return { operation: "UpdateItem", value, members: { Key, UpdateExpression, ExpressionAttributeValues } };
}

async function checkItems(url, model, when) {
    const found = new Map();
    let from;
    do {
        const reply = await post(url, "Scan", { TableName: "crash", ConsistentRead: true, ExclusiveStartKey: from });
        if (reply.status !== 200) throw new Error(`${when}: Scan answers ${reply.status} ${reply.text}`);
        for (const item of reply.json.Items) found.set(`${item.pk.S} ${item.sk.N}`, Number(item.v.N));
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

async function describeTable(url) {
    const reply = await post(url, "DescribeTable", { TableName: "crash" });
    if (reply.status !== 200) throw new Error(`DescribeTable answers ${reply.status} ${reply.text}`);
    return reply.json.Table;
}

async function isSettled(url) {
    const deadline = Date.now() + SETTLED_MS_MAX;
    for (;;) {
        const table = await describeTable(url);
        const states = [table.TableStatus, ...table.GlobalSecondaryIndexes.map((index) => index.IndexStatus)];
        if (states.every((state) => state === "ACTIVE")) return;
        if (Date.now() > deadline) throw new Error(`the table does not settle: ${JSON.stringify(table)}`);
        await sleep(100);
    }
}

// What was acknowledged but not yet in an index when the crash came goes out again by alarms.
async function checkIndexes(url, when) {
    const deadline = Date.now() + SETTLED_MS_MAX;
    for (;;) {
        const { code, output } = await verify(url);
        if (code === 0) return;
        if (Date.now() > deadline) throw new Error(`${when}: verify says\n${output}`);
        await sleep(500);
    }
}

async function verify(url) {
    const child = spawn(process.execPath, ["local/transfer/verify.mjs", "crash", "--endpoint", url]);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    const code = await new Promise((resolve) => child.on("close", resolve));
    return { code, output };
}
