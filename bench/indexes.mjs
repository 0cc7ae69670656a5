// What indexes cost: node bench/indexes.mjs [CASE …] [--rounds N] [--seconds N] [--share 0.01] [--data DIR]
//
//   put       PutItem with one index beside the same without: servers take turns, ratios are medians of the rounds'
//   query     Query of a global index, a page of 100, beside the same of its table
//   lag       how far a global index is behind, at half of the rate that put found
//   backfill  a global index for 1,000,000 small items (--share: of them), and what a steady client notices
//
// Layout hash:16, data in memory where there is /dev/shm, replies that do not wait for indexes. Exit code 1 where a
// bound does not hold.
import { existsSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { parseArgs } from "node:util";
import { ask, createTable, fill, isActive, startProject } from "./servers.mjs";
import { measure, wrkIsInstalled } from "./wrk.mjs";

const GLOBAL_MIN = 0.6;
const LOCAL_MIN = 0.8;
const QUERY_MIN = 0.9;
const LAG_MS_MAX = 50;
const LAG_RUNS = 3; // as long as so many others: one put in twenty is asked for
const ASK_AGAIN_MS = 4; // who asks all the time takes the processors from those whose work it is
const BACKFILL_RATE_MIN = 10_000;
const STEADY_P99_MAX = 2;

const LAYOUT = "hash:16";
const PARTITIONS = 64;
const ITEMS = 200;
const CONNECTIONS = 16;
const STEADY_RATE = 200;
const STEADY_MS = 5000;

const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
        rounds: { type: "string", default: "5" },
        seconds: { type: "string", default: "3" },
        share: { type: "string", default: "1" },
        data: { type: "string", default: existsSync("/dev/shm") ? "/dev/shm" : tmpdir() },
    },
});

const ALL = { ProjectionType: "ALL" };
const attribute = (name, type) => ({ AttributeName: name, AttributeType: type });
const schema = (hash, range) => [
    { AttributeName: hash, KeyType: "HASH" }, ...(range ? [{ AttributeName: range, KeyType: "RANGE" }] : []),
];
const withIndex = (kind, IndexName, KeySchema, more = []) => ({
    AttributeDefinitions: [attribute("pk", "S"), attribute("sk", "S"), ...more],
    [kind]: [{ IndexName, KeySchema, Projection: ALL }],
});
const globalIndex = (name, type) =>
    withIndex("GlobalSecondaryIndexes", `by_${name}`, schema(name), [attribute(name, type)]);
const localIndex = (name, type) =>
    withIndex("LocalSecondaryIndexes", `by_${name}`, schema("pk", name), [attribute(name, type)]);

// Every put changes `name` and leaves `n` nearly always as it was.
const TABLES = [
    { name: "no index", more: {}, bound: null },
    { name: "global, entry changes", more: globalIndex("n", "N"), bound: GLOBAL_MIN },
    { name: "global, entry moves", more: globalIndex("name", "S"), bound: null },
    { name: "local, entry stays", more: localIndex("n", "N"), bound: LOCAL_MIN },
    { name: "local, entry moves", more: localIndex("name", "S"), bound: null },
];
const CASES = { put: benchPut, query: benchQuery, lag: benchLag, backfill: benchBackfill };

let failures = 0;
let putRate = null; // of the table whose lag is measured: one global index, whose entries move

if (!wrkIsInstalled()) {
    console.log("SKIP: wrk makes the load, and is not installed (Debian: apt-get install wrk)");
} else {
    mkdirSync(values.data, { recursive: true });
    for (const name of positionals.length > 0 ? positionals : Object.keys(CASES)) await CASES[name]();
    process.exitCode = failures > 0 ? 1 : 0;
}

function report(what, figure) {
    console.log(`${what.padEnd(44)}${figure}`);
}

function bound(what, value, holds, text) {
    if (!holds) failures++;
    report(what, `${value} (${text}${holds ? "" : ": MISSED"})`);
}

// --- put and query

async function benchPut() {
    const servers = [];
    try {
        for (const table of TABLES) servers.push({ ...(await startFilled(table.name, table.more)), table });
        const runs = await takeTurns(servers, "put");
        const [plain] = servers;
        for (const server of servers) report(`put, ${server.name}`, rateLine(runs.get(server)));
        for (const server of servers.slice(1)) {
            const ratio = median(runs.get(server).map(({ rate }, round) => rate / runs.get(plain)[round].rate));
            const least = server.table.bound;
            if (least === null) report(`put, ${server.name} / none`, ratio.toFixed(2));
            else bound(`put, ${server.name} / none`, ratio.toFixed(2), ratio >= least, `≥ ${least}`);
        }
        putRate = median(runs.get(servers[2]).map(({ rate }) => rate));
    } finally {
        for (const server of servers) await server.stop();
    }
}

async function benchQuery() {
    const server = await startFilled("query", withIndex("GlobalSecondaryIndexes", "copy", schema("pk", "sk")));
    try {
        const ratios = [];
        const runs = { query: [], queryindex: [] };
        for (let round = 0; round < Number(values.rounds); round++) {
            const order = round % 2 === 0 ? ["query", "queryindex"] : ["queryindex", "query"];
            for (const operation of order) runs[operation].push(await measure(server, operation, load()));
            ratios.push(runs.queryindex[round].rate / runs.query[round].rate);
        }
        report("query of the table, 100 items", rateLine(runs.query));
        report("query of the index, 100 items", rateLine(runs.queryindex));
        const ratio = median(ratios);
        bound("query, index / table", ratio.toFixed(2), ratio >= QUERY_MIN, `≥ ${QUERY_MIN}`);
    } finally {
        await server.stop();
    }
}

async function startFilled(name, more) {
    const server = await startProject(name, LAYOUT, values.data, undefined, { waitForIndexes: false });
    await fill(server, PARTITIONS, ITEMS, more);
    await indexesAreFull(server, more);
    return server;
}

// What fill wrote is in every global index.
async function indexesAreFull(server, { GlobalSecondaryIndexes: indexes = [] }) {
    for (const { IndexName } of indexes) {
        for (let count = 0; count !== PARTITIONS * ITEMS; ) count = await countOf(server, IndexName);
    }
}

async function countOf(server, IndexName) {
    let count = 0;
    let ExclusiveStartKey;
    do {
        const page = await ask(server, "Scan", { TableName: "bench", IndexName, Select: "COUNT", ExclusiveStartKey });
        count += page.Count;
        ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
    return count;
}

function load() {
    return { seconds: Number(values.seconds), connections: CONNECTIONS, partitions: PARTITIONS, items: ITEMS };
}

async function takeTurns(servers, operation) {
    const runs = new Map(servers.map((server) => [server, []]));
    for (const server of servers) await measure(server, operation, load()); // compiles and fills caches
    for (let round = 0; round < Number(values.rounds); round++) {
        const turn = round % servers.length;
        for (const server of [...servers.slice(turn), ...servers.slice(0, turn)]) {
            runs.get(server).push(await measure(server, operation, load()));
        }
    }
    return runs;
}

function rateLine(runs) {
    const of = (figure) => median(runs.map((run) => run[figure]));
    const cpu = runs[0].cpu === null ? "" : `${of("cpu").toFixed(0)} µs CPU  `;
    return `${of("rate").toFixed(0)}/s  ${cpu}p50 ${of("p50").toFixed(1)} ms  p99 ${of("p99").toFixed(1)} ms`;
}

// --- lag

// Puts at a steady rate; of one in twenty it is asked again and again when its entry is there.
async function benchLag() {
    const server = await startFilled("lag", globalIndex("name", "S"));
    try {
        const rate = putRate === null ? (await measure(server, "put", load())).rate / 2 : putRate / 2;
        const lags = [];
        const probes = [];
        await steadily(rate, 1000, (i) => put(server, i, `early ${i}`)); // compiles and fills caches
        await steadily(rate, LAG_RUNS * Number(values.seconds) * 1000, async (i) => {
            const name = `lag ${i}`;
            await put(server, i, name);
            if (i % 20 === 0) probes.push(entryComes(server, name).then((ms) => lags.push(ms)));
        });
        await Promise.all(probes);
        const p99 = percentile(lags, 0.99);
        const p50 = percentile(lags, 0.5).toFixed(1);
        report("index lag", `${rate.toFixed(0)} puts/s, ${lags.length} asked, p50 ${p50} ms`);
        bound("index lag, p99", `${p99.toFixed(1)} ms`, p99 <= LAG_MS_MAX, `≤ ${LAG_MS_MAX} ms`);
    } finally {
        await server.stop();
    }
}

function put(server, i, name) {
    const Item = {
        pk: { S: `p${String(i % PARTITIONS).padStart(4, "0")}` },
        sk: { S: `s${String(i % ITEMS).padStart(6, "0")}` },
        n: { N: String(i) },
        name: { S: name },
        data: { S: "abcdefghij".repeat(16) },
    };
    return ask(server, "PutItem", { TableName: "bench", Item });
}

// Milliseconds since the reply, with what the asking itself takes.
async function entryComes(server, name) {
    const since = performance.now();
    const request = {
        TableName: "bench",
        IndexName: "by_name",
        KeyConditionExpression: "#n = :n",
        ExpressionAttributeNames: { "#n": "name" },
        ExpressionAttributeValues: { ":n": { S: name } },
        Select: "COUNT",
    };
    while ((await ask(server, "Query", request)).Count === 0) {
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
    return performance.now() - since;
}

// Starts `work` so many times a second, whether earlier ones have ended or not. Resolves when all have.
async function steadily(rate, milliseconds, work) {
    const started = performance.now();
    const running = [];
    for (let i = 0; ; i++) {
        const due = started + i * 1000 / rate;
        if (due - started > milliseconds) break;
        const wait = due - performance.now();
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
        running.push(work(i));
    }
    await Promise.all(running);
}

// --- backfill

async function benchBackfill() {
    const server = await startProject("backfill", LAYOUT, values.data, undefined, { waitForIndexes: false });
    try {
        const items = Math.round(1_000_000 * Number(values.share));
        await createTable(server);
        await loadSmall(server, items);
        const before = await steadyClient(server, () => new Promise((resolve) => setTimeout(resolve, STEADY_MS)));
        const started = performance.now();
        let seconds = 0;
        const during = await steadyClient(server, async () => {
            await createIndex(server);
            seconds = (performance.now() - started) / 1000;
        });
        const count = await countOf(server, "by_g");
        if (count < items) throw new Error(`the index has ${count} of ${items} items`);
        const rate = items / seconds;
        bound(`backfill of ${items} items`, `${rate.toFixed(0)} items/s`, rate >= BACKFILL_RATE_MIN,
            `≥ ${BACKFILL_RATE_MIN}`);
        report("steady client's p99, before and during", `${before.toFixed(1)} and ${during.toFixed(1)} ms`);
        const times = during / before;
        bound("p99 during / before", times.toFixed(2), times <= STEADY_P99_MAX, `≤ ${STEADY_P99_MAX}`);
    } finally {
        await server.stop();
    }
}

async function loadSmall(server, items) {
    let next = 0;
    const loader = async () => {
        while (next < items) {
            const from = next;
            next += 25;
            const puts = Array.from({ length: Math.min(25, items - from) }, (_, i) => ({
                PutRequest: { Item: smallItem(from + i) },
            }));
            let requests = { bench: puts };
            while (Object.keys(requests).length > 0) {
                requests = (await ask(server, "BatchWriteItem", { RequestItems: requests })).UnprocessedItems;
            }
        }
    };
    await Promise.all(Array.from({ length: 8 }, loader));
}

function smallItem(i) {
    return { pk: { S: `k${i % 50_000}` }, sk: { S: `s${Math.floor(i / 50_000)}` }, g: { N: String(i % 10_007) } };
}

async function createIndex(server) {
    await ask(server, "UpdateTable", {
        TableName: "bench",
        AttributeDefinitions: [attribute("g", "N")],
        GlobalSecondaryIndexUpdates: [{ Create: { IndexName: "by_g", KeySchema: schema("g"), Projection: ALL } }],
    });
    await isActive(server);
}

// p99 of puts and gets that go on, half and half, until `until` has ended.
async function steadyClient(server, until) {
    const times = [];
    let ended = false;
    const client = (async () => {
        for (let i = 0; !ended; ) {
            await steadily(STEADY_RATE, 500, async () => {
                const item = smallItem(i++ % 1000);
                const since = performance.now();
                const Key = { pk: item.pk, sk: item.sk };
                if (i % 2 === 0) await ask(server, "GetItem", { TableName: "bench", Key });
                else await ask(server, "PutItem", { TableName: "bench", Item: { ...item, other: { N: String(i) } } });
                times.push(performance.now() - since);
            });
        }
    })();
    await until();
    ended = true;
    await client;
    return percentile(times, 0.99);
}

// --- figures

function median(list) {
    const sorted = list.toSorted((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function percentile(list, share) {
    const sorted = list.toSorted((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
