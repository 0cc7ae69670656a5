// npm run bench: this project beside what the platform costs without it, and beside peers, operation by operation.
// Prints a table and leaves JSON, Markdown and a plot in bench/results/. Exit code 1 where a bound does not hold.
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { ask, fill, fillLarge } from "./client.mjs";
import { memoryFolder } from "./folders.mjs";
import { ITEM_BYTES } from "./items.mjs";
import { bars } from "./plot.mjs";
import { OPERATIONS, serves } from "./requests.mjs";
import { Results } from "./results.mjs";
import { startFloor, startProject } from "./servers.mjs";
import { operationsTable } from "./tables.mjs";
import { medians, ratio, takeTurns } from "./turns.mjs";
import { FLOOR_NAME, WANTED, isNamed } from "./wanted.mjs";
import { NO_WRK, measure, wrkIsInstalled } from "./wrk.mjs";

const USAGE = `npm run bench -- [options]

  --rounds N         rounds of each operation (5)
  --seconds N        length of one run (3)
  --connections N    (16)
  --partitions N     partition keys (64)
  --items N          of each partition key (200)
  --operations A,B   of ${OPERATIONS.join(",")} (all)
  --layouts A,B      of this project: key, hash:N (key,hash:16)
  --against DIR      another tree of this project, built, measured beside this one
  --peer NAME=URL    another server of DynamoDB's API; may be repeated
  --data DIR         where data is kept (memory where there is /dev/shm)
  --name NAME        of the files in bench/results (latest)`;

const { values } = parseArgs({
    options: {
        rounds: { type: "string", default: "5" },
        seconds: { type: "string", default: "3" },
        connections: { type: "string", default: "16" },
        partitions: { type: "string", default: "64" },
        items: { type: "string", default: "200" },
        operations: { type: "string", default: OPERATIONS.join(",") },
        layouts: { type: "string", default: "key,hash:16" },
        against: { type: "string" },
        peer: { type: "string", multiple: true, default: [] },
        data: { type: "string", default: memoryFolder() },
        name: { type: "string", default: "latest" },
        help: { type: "boolean", default: false },
    },
});
const AS_DEPLOYED = "hash:16, as deployed";
const OPERATIONS_ASKED = values.operations.split(",");
const LOAD = {
    seconds: Number(values.seconds), connections: Number(values.connections),
    partitions: Number(values.partitions), items: Number(values.items),
};

if (values.help) console.log(USAGE);
else if (!wrkIsInstalled()) console.log(NO_WRK);
else await bench();

async function bench() {
    const conditions = { rounds: Number(values.rounds), ...LOAD, bytes: ITEM_BYTES };
    const results = new Results(values.name, "operations", conditions);
    const servers = [];
    const operations = [];
    try {
        await startAll(servers);
        for (const server of servers) if (server.kind !== "wire") await fillAll(server);
        for (const operation of OPERATIONS_ASKED) operations.push(await measureAll(results, servers, operation));
    } finally {
        for (const server of servers) await server.stop();
    }
    results.write({ operations });
    results.writeFile("md", operationsTable(results.conditions, operations));
    results.writeFile("svg", bars(operations.map(({ operation, rows }) => ({
        group: operation, bars: rows.map(({ name, rate }) => ({ name, value: rate, text: `${rate.toFixed(0)}/s` })),
    }))));
}

async function startAll(servers) {
    mkdirSync(values.data, { recursive: true });
    for (const layout of values.layouts.split(",")) {
        servers.push(await startProject(`shvm-db ${layout}`, layout, values.data));
        if (values.against === undefined) continue;
        servers.push(await startProject(`before ${layout}`, layout, values.data, resolve(values.against)));
    }
    // On Cloudflare objects live elsewhere: no channels, and no kept replies to consistent reads.
    servers.push(await startProject(AS_DEPLOYED, "hash:16", values.data, undefined, { channels: false }));
    const floor = await startFloor(values.data);
    servers.push(floor, { ...floor, name: "the same, DynamoDB's HTTP", kind: "wire", stop: () => {} });
    for (const peer of values.peer) {
        const [name, url] = [peer.slice(0, peer.indexOf("=")), peer.slice(peer.indexOf("=") + 1)];
        const server = { name, kind: "dynamodb", url: new URL(url).href };
        servers.push({ ...server, stop: () => ask(server, "DeleteTable", { TableName: "bench" }) });
    }
}

async function fillAll(server) {
    await fill(server, LOAD);
    if (OPERATIONS_ASKED.includes("page1mb")) await fillLarge(server, LOAD.partitions);
}

// { operation, rows: [{ name, rate, cpu, p50, p99, ratio }] }; ratio: of rates, to the bare object, or null.
async function measureAll(results, servers, operation) {
    const taking = servers.filter(({ kind }) => serves(kind, operation));
    const runs = await takeTurns(taking, Number(values.rounds), (server) => measure(server, operation, LOAD));
    const floor = taking.find(({ name }) => name === FLOOR_NAME);
    const rows = taking.map((server) => {
        const own = runs.get(server);
        const toFloor = floor === undefined ? null : ratio(own, runs.get(floor), "rate");
        results.runs(`${operation}, ${server.name}`, own);
        return { name: server.name, ...medians(own), ratio: toFloor };
    });
    for (const wanted of WANTED.filter((one) => one.operation === operation)) check(results, taking, runs, wanted);
    return { operation, rows };
}

function check(results, servers, runs, { operation, layout = "", of, figure, limit }) {
    const other = servers.find(({ name }) => isNamed(name, of));
    if (other === undefined) return;
    for (const server of servers.filter(({ name }) => name.startsWith(`shvm-db ${layout}`))) {
        const value = ratio(runs.get(server), runs.get(other), figure);
        if (value !== null) results.bound(`${operation}, ${figure}: ${server.name} / ${other.name}`, value, limit);
    }
}
