// npm run bench: this project beside what the platform costs without it, and beside peers. Servers take turns, round by
// round, so that what else the machine does meets all of them; figures are medians, ratios are medians of the rounds'
// own ratios. Prints a table and leaves JSON, Markdown and a plot in bench/results/.
import { mkdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeReport } from "./report.mjs";
import { fill, startFloor, startProject } from "./servers.mjs";
import { measure, wrkIsInstalled } from "./wrk.mjs";

const USAGE = `npm run bench -- [options]

  --rounds N         rounds of each operation (5)
  --seconds N        length of one run (3)
  --connections N    (16)
  --partitions N     partition keys (64), of 200 items each
  --operations A,B   of put,get,update,query,scan,batchget,batchwrite and empty (all)
  --layouts A,B      of this project: key, hash:N (key,hash:16)
  --against DIR      another tree of this project, built, measured beside this one
  --peer NAME=URL    another server of DynamoDB's API; may be repeated
  --data DIR         where data is kept (memory where there is /dev/shm)
  --name NAME        of the files in bench/results (latest)`;

// The floor has no pages with filters and no batches: what of them is the platform's depends on how they are spread.
const OPERATIONS = ["put", "get", "update", "query", "scan", "batchget", "batchwrite", "empty"];
const OPERATIONS_OF = {
    dynamodb: new Set(OPERATIONS.filter((operation) => operation !== "empty")),
    floor: new Set(["put", "get", "update", "query", "empty"]),
    wire: new Set(["put", "get", "update", "query"]),
};
const ITEMS = 200;

const { values } = parseArgs({
    options: {
        rounds: { type: "string", default: "5" },
        seconds: { type: "string", default: "3" },
        connections: { type: "string", default: "16" },
        partitions: { type: "string", default: "64" },
        operations: { type: "string", default: OPERATIONS.join(",") },
        layouts: { type: "string", default: "key,hash:16" },
        against: { type: "string" },
        peer: { type: "string", multiple: true, default: [] },
        data: { type: "string", default: memoryFolder() },
        name: { type: "string", default: "latest" },
        help: { type: "boolean", default: false },
    },
});

if (values.help) console.log(USAGE);
else if (!wrkIsInstalled()) console.log("SKIP: wrk makes the load, and is not installed (Debian: apt-get install wrk)");
else await bench();

async function bench() {
    const servers = [];
    try {
        await startAll(servers);
        for (const server of servers) if (server.kind !== "wire") await fill(server, Number(values.partitions), ITEMS);
        const results = [];
        for (const operation of values.operations.split(",")) results.push(await measureAll(servers, operation));
        const folder = fileURLToPath(new URL("results", import.meta.url));
        mkdirSync(folder, { recursive: true });
        writeReport(folder, values.name, conditions(), results);
    } finally {
        for (const server of servers) await server.stop();
    }
}

async function startAll(servers) {
    mkdirSync(values.data, { recursive: true });
    for (const layout of values.layouts.split(",")) {
        servers.push(await startProject(`shvm-db ${layout}`, layout, values.data));
        if (values.against === undefined) continue;
        servers.push(await startProject(`before ${layout}`, layout, values.data, resolve(values.against)));
    }
    const floor = await startFloor(values.data);
    servers.push(floor, { ...floor, name: "the same, DynamoDB's HTTP", kind: "wire", stop: () => {} });
    for (const peer of values.peer) {
        const [name, url] = [peer.slice(0, peer.indexOf("=")), peer.slice(peer.indexOf("=") + 1)];
        servers.push({ name, kind: "dynamodb", url: new URL(url).href, stop: () => {} });
    }
}

// { operation, rows: [{ name, rate, cpu, p50, p99, ratio (to the bare object, or null), cpuRatio }] }
async function measureAll(servers, operation) {
    const taking = servers.filter(({ kind }) => OPERATIONS_OF[kind].has(operation));
    const runs = new Map(taking.map((server) => [server, []]));
    const load = {
        seconds: Number(values.seconds), connections: Number(values.connections),
        partitions: Number(values.partitions), items: ITEMS,
    };
    for (const server of taking) await measure(server, operation, { ...load, seconds: 3 }); // compiles and fills caches
    for (let round = 0; round < Number(values.rounds); round++) {
        const turn = round % taking.length;
        for (const server of [...taking.slice(turn), ...taking.slice(0, turn)]) {
            runs.get(server).push(await measure(server, operation, load));
        }
    }
    const floor = runs.get(taking.find(({ kind }) => kind === "floor")) ?? null;
    const rows = taking.map((server) => summary(server.name, runs.get(server), floor));
    for (const row of rows) console.log(line(operation, row));
    return { operation, rows };
}

function summary(name, runs, floor) {
    const of = (figure) => median(runs.map((run) => run[figure]));
    const against = (figure) => floor === null ? null : median(runs.map((run, i) => run[figure] / floor[i][figure]));
    const cpu = runs[0].cpu === null ? null : of("cpu");
    return {
        name, rate: of("rate"), cpu, p50: of("p50"), p99: of("p99"),
        ratio: against("rate"), cpuRatio: cpu === null ? null : against("cpu"),
    };
}

function line(operation, { name, rate, cpu, p50, p99, ratio, cpuRatio }) {
    const times = (value) => value === null ? "" : ` = ${value.toFixed(2)} ×`;
    return `${operation.padEnd(11)}${name.padEnd(26)}${rate.toFixed(0).padStart(7)}/s${times(ratio).padEnd(10)}` +
        `${cpu === null ? "     ?" : cpu.toFixed(0).padStart(6)} µs CPU${times(cpuRatio).padEnd(10)}` +
        `p50 ${p50.toFixed(1)} ms  p99 ${p99.toFixed(1)} ms`;
}

function median(values) {
    const sorted = values.toSorted((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function conditions() {
    return {
        rounds: Number(values.rounds), seconds: Number(values.seconds), connections: Number(values.connections),
        partitions: Number(values.partitions), items: ITEMS, data: values.data,
    };
}

function memoryFolder() {
    try {
        return statSync("/dev/shm").isDirectory() ? "/dev/shm" : tmpdir();
    } catch {
        return tmpdir();
    }
}
