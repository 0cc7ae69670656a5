// What indexes cost:
//   node bench/indexes.mjs [CASE …] [--rounds N] [--seconds N] [--share 0.01] [--data DIR] [--name NAME]
//
//   put       PutItem with one index beside the same without: servers take turns, ratios are medians of the rounds'
//   query     Query of a global index, a page of 100, beside the same of its table
//   lag       how far a global index is behind, at half of the rate that put found
//   backfill  a global index for 1,000,000 small items (--share: of them), and what a steady client notices
//
// Layout hash:16, data in memory where there is /dev/shm, replies that do not wait for indexes. Leaves JSON in
// bench/results/ (NAME.indexes.json). Exit code 1 where a bound does not hold.
import { mkdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { ask, countItems, createTable, fill, isActive, putAll } from "./client.mjs";
import { memoryFolder } from "./folders.mjs";
import { ITEM_BYTES, itemOf } from "./items.mjs";
import { Results } from "./results.mjs";
import { startProject } from "./servers.mjs";
import { medians, percentile, ratio, takeTurns } from "./turns.mjs";
import { NO_WRK, measure, wrkIsInstalled } from "./wrk.mjs";

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
        data: { type: "string", default: memoryFolder() },
        name: { type: "string", default: "latest" },
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

// Every put changes `name` and leaves `n` as it was.
const TABLES = [
    { name: "no index", more: {}, bound: null },
    { name: "global, entry changes", more: globalIndex("n", "N"), bound: GLOBAL_MIN },
    { name: "global, entry moves", more: globalIndex("name", "S"), bound: null },
    { name: "local, entry stays", more: localIndex("n", "N"), bound: LOCAL_MIN },
    { name: "local, entry moves", more: localIndex("name", "S"), bound: null },
];
const CASES = { put: benchPut, query: benchQuery, lag: benchLag, backfill: benchBackfill };

const LOAD = { seconds: Number(values.seconds), connections: CONNECTIONS, partitions: PARTITIONS, items: ITEMS };

let results = null;
let putRate = null; // of the table whose lag is measured: one global index, whose entries move

if (!wrkIsInstalled()) {
    console.log(NO_WRK);
} else {
    mkdirSync(values.data, { recursive: true });
    results = new Results(values.name, "indexes", { rounds: Number(values.rounds), ...LOAD });
    for (const name of positionals.length > 0 ? positionals : Object.keys(CASES)) await CASES[name]();
    results.write();
}

// --- put and query

async function benchPut() {
    const servers = [];
    try {
        for (const table of TABLES) servers.push({ ...(await startFilled(table.name, table.more)), table });
        const runs = await takeTurns(servers, Number(values.rounds), (server) => measure(server, "put", LOAD));
        const [plain] = servers;
        for (const server of servers) results.runs(`put, ${server.name}`, runs.get(server));
        for (const server of servers.slice(1)) {
            const toPlain = ratio(runs.get(server), runs.get(plain), "rate");
            const least = server.table.bound;
            if (least === null) results.figure(`put, ${server.name} / none`, toPlain);
            else results.bound(`put, ${server.name} / none`, toPlain, { least });
        }
        putRate = medians(runs.get(servers[2])).rate;
    } finally {
        for (const server of servers) await server.stop();
    }
}

async function benchQuery() {
    const server = await startFilled("query", withIndex("GlobalSecondaryIndexes", "copy", schema("pk", "sk")));
    try {
        const operations = ["query", "queryindex"];
        const runs = await takeTurns(operations, Number(values.rounds), (one) => measure(server, one, LOAD));
        results.runs("query of 100, table", runs.get("query"));
        results.runs("query of 100, index", runs.get("queryindex"));
        const toTable = ratio(runs.get("queryindex"), runs.get("query"), "rate");
        results.bound("query of 100, index / table", toTable, { least: QUERY_MIN });
    } finally {
        await server.stop();
    }
}

async function startFilled(name, more) {
    const server = await startProject(name, LAYOUT, values.data, undefined, { waitForIndexes: false });
    await fill(server, { partitions: PARTITIONS, items: ITEMS }, more);
    await indexesAreFull(server, more);
    return server;
}

// What fill wrote is in every global index.
async function indexesAreFull(server, { GlobalSecondaryIndexes: indexes = [] }) {
    for (const { IndexName } of indexes) {
        for (let count = 0; count !== PARTITIONS * ITEMS; ) count = await countItems(server, { IndexName });
    }
}

// --- lag

// Puts at a steady rate; of one in twenty it is asked again and again when its entry is there.
async function benchLag() {
    const server = await startFilled("lag", globalIndex("name", "S"));
    try {
        const rate = putRate === null ? (await measure(server, "put", LOAD)).rate / 2 : putRate / 2;
        const lags = [];
        const probes = [];
        await steadily(rate, 1000, (i) => put(server, i, `early ${i}`)); // compiles and fills caches
        await steadily(rate, LAG_RUNS * Number(values.seconds) * 1000, async (i) => {
            const name = `lag ${i}`;
            await put(server, i, name);
            if (i % 20 === 0) probes.push(entryComes(server, name).then((ms) => lags.push(ms)));
        });
        await Promise.all(probes);
        results.line("index lag", `${rate.toFixed(0)} puts/s, ${lags.length} asked`);
        results.figure("index lag, p50", percentile(lags, 0.5), " ms");
        results.bound("index lag, p99", percentile(lags, 0.99), { most: LAG_MS_MAX }, " ms");
    } finally {
        await server.stop();
    }
}

function put(server, i, name) {
    const Item = itemOf(i % PARTITIONS, i % ITEMS, ITEM_BYTES, name);
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
        await putAll(server, 0, items, smallItem);
        const before = await steadyClient(server, () => new Promise((resolve) => setTimeout(resolve, STEADY_MS)));
        const started = performance.now();
        let seconds = 0;
        const during = await steadyClient(server, async () => {
            await createIndex(server);
            seconds = (performance.now() - started) / 1000;
        });
        const count = await countItems(server, { IndexName: "by_g" });
        if (count < items) throw new Error(`the index has ${count} of ${items} items`);
        results.bound("backfill", items / seconds, { least: BACKFILL_RATE_MIN }, " items/s");
        results.line("steady client's p99, before and during", `${before.toFixed(1)} and ${during.toFixed(1)} ms`);
        results.bound("steady client's p99, during backfill / before", during / before, { most: STEADY_P99_MAX });
    } finally {
        await server.stop();
    }
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
