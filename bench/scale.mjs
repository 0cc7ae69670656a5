// Whole tables at size, against a server of its own with its data in memory. Prints what it finds, leaves JSON in
// bench/results/ (NAME.scale-CASE.json), and ends with exit code 1 where a bound does not hold.
//
//   hash        layout hash:16: 1,000,000 items over 100,000 partition keys loaded, scanned, counted
//   key         layout key: 100,000 items over 5,000 partition keys, the same, key by key as a dump gives them
//   key-limited the same with at most 4,096 file descriptors
//   key-1024    the same with at most 1,024
//   key-spread  the same with every batch spread over 25 partition keys, which all come again after 5,000
//   delete      layout key: a table of 10,000 partition keys is deleted, and the server killed twice meanwhile; after
//               the ten minutes that tombstones live, nothing is stored. Takes a quarter of an hour
//
//     node bench/scale.mjs [CASE …] [--share 0.1] [--name NAME]      (a share of the sizes, for a quick look)
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { ask, askWhole, countItems, createTable, putAll } from "./client.mjs";
import { memoryFolder } from "./folders.mjs";
import { ITEM_BYTES, itemOf } from "./items.mjs";
import { peakBytes, processAt, processorSeconds } from "../tests/process.mjs";
import { Program } from "./program.mjs";
import { Results } from "./results.mjs";

const WORKERD_MB_MAX = 700;
const END_TO_START_MIN = 0.8; // load speed
const CALLS_FREE_PLAN = 50; // subrequests of an invocation
const DELETION_KILLED_AFTER_MS = 3000;
const TOMBSTONES_MS = 11 * 60 * 1000; // ten minutes, and one to work them off

const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { share: { type: "string", default: "1" }, name: { type: "string", default: "latest" } },
});
const SHARE = Number(values.share);

const HASH = { layout: "hash:16", items: 1_000_000, keys: 100_000, place: spread };
const KEY = { layout: "key", items: 100_000, keys: 5_000, place: keyByKey };
const CASES = {
    hash: (results) => wholeTable(results, HASH),
    key: (results) => wholeTable(results, KEY),
    "key-limited": (results) => wholeTable(results, { ...KEY, descriptors: 4096 }),
    "key-1024": (results) => wholeTable(results, { ...KEY, descriptors: 1024 }),
    "key-spread": (results) => wholeTable(results, { ...KEY, place: spread }),
    delete: (results) => deletion(results, 10_000),
};

for (const name of positionals.length > 0 ? positionals : Object.keys(CASES)) {
    const results = new Results(values.name, `scale-${name}`, { share: SHARE, bytes: ITEM_BYTES });
    await CASES[name](results);
    results.write();
}

// --- Cases

// [partition key, sort key]: where item number `index` of `items` over `keys` partition keys goes.
function spread(index, items, keys) {
    return [index % keys, Math.floor(index / keys)];
}

function keyByKey(index, items, keys) {
    const each = items / keys;
    return [Math.floor(index / each), index % each];
}

async function wholeTable(results, { layout, items, keys, place, descriptors }) {
    items = Math.round(items * SHARE);
    keys = Math.round(keys * SHARE);
    results.figure("items", items);
    results.figure("partition keys", keys);
    await withServer({ layout, descriptors }, async (server) => {
        await createTable(server);
        const tenths = await loadTenths(server, items, (index) => itemOf(...place(index, items, keys)));
        for (const [name, tenth] of [["first", tenths[0]], ["last", tenths[9]]]) {
            results.figure(`load, ${name} tenth`, tenth.rate, " items/s");
            results.figure(`load, ${name} tenth, workerd's processor time`, tenth.cost, " µs an item");
        }
        results.bound("load, last tenth / first", tenths[9].rate / tenths[0].rate, { least: END_TO_START_MIN });
        const started = performance.now();
        const segments = [0, 1, 2, 3].map((Segment) => countItems(server, { Segment, TotalSegments: 4 }));
        const counted = (await Promise.all(segments)).reduce((sum, count) => sum + count, 0);
        results.figure("scan, 4 segments", counted / (performance.now() - started) * 1000, " items/s");
        results.bound("items counted", counted, { exactly: items });
        const megabytes = peakBytes(processAt(server.url)) / 2 ** 20;
        results.bound("workerd's memory at its peak", megabytes, { most: WORKERD_MB_MAX }, " MB");
    });
}

// Of each tenth: { rate: items a second, cost: workerd's processor time an item }.
async function loadTenths(server, count, itemAt) {
    const pid = processAt(server.url);
    const tenths = [];
    for (let tenth = 0; tenth < 10; tenth++) {
        const [first, end] = [tenth, tenth + 1].map((tenths) => Math.floor(count * tenths / 10));
        const started = performance.now();
        const before = processorSeconds(pid);
        await putAll(server, first, end, itemAt);
        tenths.push({
            rate: (end - first) / (performance.now() - started) * 1000,
            cost: (processorSeconds(pid) - before) / (end - first) * 1e6,
        });
    }
    return tenths;
}

async function deletion(results, keys) {
    keys = Math.round(keys * SHARE);
    results.figure("partition keys", keys);
    await withServer({ layout: "key" }, async (server) => {
        await createTable(server);
        await putAll(server, 0, keys, (p) => itemOf(p, 0));
        results.bound("partitions that hold tables, before", storedObjects(server.data), { least: keys });
        const started = performance.now();
        const { headers } = await askWhole(server, "DeleteTable", { TableName: "bench" }, { "x-shvm-cost": "1" });
        const calls = Number(/object-requests=(\d+)/.exec(headers["x-shvm-cost"])[1]);
        results.bound("object requests of DeleteTable", calls, { most: CALLS_FREE_PLAN });
        for (let kills = 0; kills < 2; kills++) {
            await wait(DELETION_KILLED_AFTER_MS);
            await server.restart();
        }
        while ((await ask(server, "ListTables", {})).TableNames.includes("bench")) await wait(1000);
        results.figure("deleted and killed twice within", (performance.now() - started) / 1000, " s");
        await wait(TOMBSTONES_MS);
        await server.stop();
        results.bound("partitions that hold tables, after", storedObjects(server.data), { exactly: 0 });
        await server.start();
    });
}

// How many partitions have a database with a table in it.
function storedObjects(data) {
    const names = readdirSync(data, { recursive: true }).filter((name) => /Partition\/[0-9a-f]+\.sqlite$/.test(name));
    return names.filter((name) => {
        const database = new DatabaseSync(`${data}/${name}`);
        const tables = "SELECT 1 FROM sqlite_master WHERE name NOT LIKE '\\_cf\\_%' ESCAPE '\\' LIMIT 1";
        const found = database.prepare(tables).get() !== undefined;
        database.close();
        return found;
    }).length;
}

async function withServer(options, run) {
    const data = mkdtempSync(`${memoryFolder()}/shvm-scale-`);
    const server = new Program({ ...options, data });
    try {
        await server.start();
        await run(server);
    } finally {
        await server.stop();
        rmSync(data, { recursive: true, force: true });
    }
}
