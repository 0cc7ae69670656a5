// What an operation costs as things grow, this project alone: processor time, rate and p99 of GetItem (consistent),
// PutItem and, where there are enough items for it, a Query of 100.
//
//     node bench/growth.mjs [CASE …] [--share 0.01] [--rounds 3] [--seconds 3] [--name NAME]
//
// A share leaves out sizes beyond that share of the largest, for a quick look; two always stay. Leaves JSON and a plot
// in bench/results/ for each case (NAME.growth-CASE.json, .svg). Exit code 1 where a bound does not hold.
import { parseArgs } from "node:util";
import { GrowingServer } from "./growing_server.mjs";
import { ITEM_BYTES } from "./items.mjs";
import { curves } from "./plot.mjs";
import { PAGE_ITEMS, TITLES } from "./requests.mjs";
import { Results } from "./results.mjs";
import { medians, takeTurns } from "./turns.mjs";
import { NO_WRK, measure, wrkIsInstalled } from "./wrk.mjs";

const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
        share: { type: "string", default: "1" },
        rounds: { type: "string", default: "3" },
        seconds: { type: "string", default: "3" },
        name: { type: "string", default: "latest" },
    },
});

const SHARE = Number(values.share);

const CONNECTIONS = 16;
const PARTITIONS = 64;
const ITEMS = 200;
const MANY = Math.ceil(10_000 * SHARE); // partition keys, where objects grow
const ITEMS_OF_MANY = 10; // of each of many partition keys
const TABLE_BYTES_MAX = 64_000_000; // where items grow, there are fewer of them
const PAGE_BYTES_MAX = 1024 * 1024; // DynamoDB's, of a Query
const GROWN_TO_SMALL_MAX = 1.3; // processor time of an operation, however many items its partition key has

const decades = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));

// title, x: words for the plot. at(size) → { layout, partitions, items, bytes, connections } where they differ from
// the usual. bound: of the processor time at the largest size to that at the smallest.
const CASES = {
    "items": {
        title: "Items of one partition key", x: "items", sizes: decades(3, 6), bound: GROWN_TO_SMALL_MAX,
        at: (items) => ({ partitions: 1, items }),
    },
    "partitions-hash": {
        title: `Partition keys of ${ITEMS_OF_MANY} items, layout hash:16`, x: "partition keys", sizes: decades(0, 5),
        at: (partitions) => ({ layout: "hash:16", partitions, items: ITEMS_OF_MANY }),
    },
    "partitions-key": {
        title: `Partition keys of ${ITEMS_OF_MANY} items, layout key`, x: "partition keys", sizes: decades(0, 4),
        at: (partitions) => ({ partitions, items: ITEMS_OF_MANY }),
    },
    "slots": {
        title: `Objects of a table of ${MANY} partition keys, layout hash:N`, x: "slots", sizes: [1, 16, 256, 4096],
        at: (slots) => ({ layout: `hash:${slots}`, partitions: MANY, items: ITEMS_OF_MANY }),
    },
    "size": {
        title: "Bytes of an item", x: "bytes", sizes: [100, 1000, 10_000, 100_000, 409_000],
        at: (bytes) => ({ bytes, items: Math.min(ITEMS, Math.floor(TABLE_BYTES_MAX / PARTITIONS / bytes)) }),
    },
    "connections": {
        title: "Connections", x: "connections", sizes: [1, 4, 16, 64, 256], at: (connections) => ({ connections }),
    },
};

if (!wrkIsInstalled()) console.log(NO_WRK);
else for (const name of positionals.length > 0 ? positionals : Object.keys(CASES)) await grow(name, CASES[name]);

async function grow(name, { title, x, sizes, at, bound }) {
    const conditions = {
        rounds: Number(values.rounds), seconds: Number(values.seconds), share: SHARE,
        title, x, usual: setupOf(() => ({}), null),
    };
    const results = new Results(values.name, `growth-${name}`, conditions);
    const points = []; // { size, runs: operation → what medians() gives }
    const server = new GrowingServer();
    try {
        for (const size of sizes.filter((size, i) => i < 2 || size <= sizes.at(-1) * SHARE)) {
            const setup = setupOf(at, size);
            await server.become(setup);
            points.push({ size, runs: await measurePoint(results, server.server, `${size} ${x}`, setup) });
        }
    } finally {
        await server.stop();
    }
    if (bound !== undefined) checkGrowth(results, points, bound);
    results.write({ points });
    results.writeFile("svg", plot(title, x, points));
}

function setupOf(at, size) {
    const usual = {
        layout: "key", partitions: PARTITIONS, items: ITEMS, bytes: ITEM_BYTES, connections: CONNECTIONS,
    };
    return { ...usual, ...at(size) };
}

async function measurePoint(results, server, what, { partitions, items, bytes, connections }) {
    const hasPages = items >= PAGE_ITEMS && PAGE_ITEMS * bytes <= PAGE_BYTES_MAX;
    const operations = Object.keys(TITLES).filter((operation) => operation !== "query" || hasPages);
    const load = { seconds: Number(values.seconds), connections, partitions, items, bytes };
    const runs = await takeTurns(operations, Number(values.rounds), (operation) => measure(server, operation, load));
    for (const operation of operations) results.runs(`${TITLES[operation]}, ${what}`, runs.get(operation));
    return Object.fromEntries(operations.map((operation) => [operation, medians(runs.get(operation))]));
}

function checkGrowth(results, points, most) {
    for (const [operation, { cpu }] of Object.entries(points[0].runs)) {
        const grown = points.at(-1).runs[operation].cpu / cpu;
        results.bound(`${TITLES[operation]}, processor time, most / fewest`, grown, { most });
    }
}

function plot(title, x, points) {
    const operations = Object.keys(TITLES).filter((operation) => points.some(({ runs }) => operation in runs));
    const series = (figure) => operations.map((operation) => ({
        name: TITLES[operation],
        points: points.filter(({ runs }) => operation in runs).map(({ size, runs }) => [size, runs[operation][figure]]),
    }));
    return curves({
        title, x, ticks: points.map(({ size }) => size), names: operations.map((operation) => TITLES[operation]),
        panels: [
            { title: "processor time of a request, µs", series: series("cpu") },
            { title: "requests/s", series: series("rate") },
            { title: "p99, ms", series: series("p99") },
        ],
    });
}
