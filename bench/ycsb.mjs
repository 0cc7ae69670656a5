// YCSB: node bench/ycsb.mjs [options]. Runs go-ycsb's workloads against this project as `npm start` serves it and
// against what else is here: DynamoDB Local, Redis, PostgreSQL. They take turns, round by round. A first run of each
// warms it up and does not count; there the project's metrics are held against what YCSB counted itself: requests
// exactly, rates within one hundredth. Leaves JSON in bench/results/ (NAME.ycsb.json).
//
// go-ycsb is to be on PATH. Its module is not served by every Go proxy; from a clone of pingcap/go-ycsb:
//   go build -o ~/bin/go-ycsb ./cmd/go-ycsb       (delete the databases that do not build from cmd/go-ycsb/main.go)
import { spawn, spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { Results } from "./results.mjs";
import { median, ratio, takeTurns } from "./turns.mjs";
import { startServers } from "./ycsb_servers.mjs";

const USAGE = `local/tools/with_node bench/ycsb.mjs [options]

  --workloads LIST   of A,B,C,D,E,F (A,B,C,D,F; go-ycsb cannot scan DynamoDB, which E is made of)
  --records N        (1000)
  --operations N     of each run (20000)
  --rounds N         (5)
  --threads N        (16)
  --layout L         of this project (hash:16)
  --servers LIST     of shvm-db,dynamodb-local,redis,postgresql (all that are here)
  --name NAME        of the files in bench/results (latest)`;

const WORKLOADS = {
    A: { readproportion: 0.5, updateproportion: 0.5, requestdistribution: "zipfian" },
    B: { readproportion: 0.95, updateproportion: 0.05, requestdistribution: "zipfian" },
    C: { readproportion: 1, updateproportion: 0, requestdistribution: "zipfian" },
    D: { readproportion: 0.95, updateproportion: 0, insertproportion: 0.05, requestdistribution: "latest" },
    E: { readproportion: 0, updateproportion: 0, scanproportion: 0.95, insertproportion: 0.05 },
    F: {
        readproportion: 0.5, updateproportion: 0, readmodifywriteproportion: 0.5, requestdistribution: "zipfian",
    },
};
const REQUEST_OF = { READ: "GetItem", UPDATE: "UpdateItem", INSERT: "PutItem" };
const OURS = "shvm-db";
const LOCAL = "dynamodb-local";
const WANTED = { workloads: ["A", "B", "C"], toLocalMin: 1 };
const RATE_DIFFERENCE_MAX = 0.01;
const SCRAPE_MS = 25;
const MIDDLE_SHARE = 0.85; // of a run, in which its rate is not watched closely: watching takes time, too

const { values } = parseArgs({
    options: {
        workloads: { type: "string", default: "A,B,C,D,F" },
        records: { type: "string", default: "1000" },
        operations: { type: "string", default: "20000" },
        rounds: { type: "string", default: "5" },
        threads: { type: "string", default: "16" },
        layout: { type: "string", default: "hash:16" },
        servers: { type: "string", default: "shvm-db,dynamodb-local,redis,postgresql" },
        name: { type: "string", default: "latest" },
        help: { type: "boolean", default: false },
    },
});

if (values.help) console.log(USAGE);
else if (spawnSync("go-ycsb", ["--help"]).error !== undefined) console.log("SKIP: go-ycsb is not on PATH");
else await bench();

async function bench() {
    const { records, operations, rounds, threads, layout } = values;
    const results = new Results(values.name, "ycsb", { records, operations, rounds, threads, layout });
    const workloads = {}; // workload → server → operation → { ops (per second), p50, p99 (µs) }, medians
    const servers = await startServers(values.servers.split(","), values.layout);
    const counts = { passed: 0, failed: 0 };
    const check = (what, holds) => {
        counts[holds ? "passed" : "failed"]++;
        console.log(`${holds ? "ok" : "FAILED"}: ${what}`);
    };
    try {
        const loaded = [];
        for (const server of servers) if (await isLoaded(server, check)) loaded.push(server);
        for (const workload of values.workloads.split(",")) {
            workloads[workload] = await measureAll(results, loaded, workload, check);
        }
    } finally {
        for (const server of servers) await server.stop();
    }
    results.write({ workloads });
    console.log(`${counts.passed} passed, ${counts.failed} failed`);
    if (counts.failed > 0) process.exitCode = 1;
}

// go-ycsb may be built without some of its databases: false where this is one.
async function isLoaded(server, check) {
    try {
        await compared(server, "load", {}, check);
        return true;
    } catch (error) {
        if (!error.message.includes(`${server.binding} is not registered`)) throw error;
        console.log(`SKIP ${server.name}: this go-ycsb is built without ${server.binding}`);
        return false;
    }
}

async function measureAll(results, servers, workload, check) {
    const taking = servers.filter((server) => serves(server, workload));
    const warmedUp = new Set();
    const runs = await takeTurns(taking, Number(values.rounds), (server) => {
        if (warmedUp.has(server)) return ycsb(server, "run", WORKLOADS[workload]);
        warmedUp.add(server);
        return compared(server, "run", WORKLOADS[workload], check);
    });
    const measured = Object.fromEntries([...runs].map(([server, own]) => [server.name, mediansOf(own)]));
    print(results, workload, measured);
    if (WANTED.workloads.includes(workload)) checkBound(results, workload, runs);
    return measured;
}

function print(results, workload, measured) {
    for (const [server, operations] of Object.entries(measured)) {
        for (const [operation, { ops, p50, p99 }] of Object.entries(operations)) {
            const times = `p50 ${(p50 / 1000).toFixed(2)} ms  p99 ${(p99 / 1000).toFixed(2)} ms`;
            results.line(`${workload} ${server.padEnd(15)} ${operation}`, `${ops.toFixed(0).padStart(7)}/s  ${times}`);
        }
    }
}

function checkBound(results, workload, runs) {
    const totalsOf = (name) => [...runs].find(([server]) => server.name === name)?.[1].map((run) => run.get("TOTAL"));
    const [ours, local] = [totalsOf(OURS), totalsOf(LOCAL)];
    if (ours === undefined || local === undefined) return;
    results.bound(`YCSB ${workload}: ${OURS} / ${LOCAL}`, ratio(ours, local, "ops"), { least: WANTED.toLocalMin });
}

function serves(server, workload) {
    if (workload !== "E" || server.binding !== "dynamodb") return true;
    console.log(`SKIP E ${server.name}: go-ycsb's binding of DynamoDB has no scan`);
    return false;
}

// operation → { ops, p50, p99 }. runs: what ycsb() gave, one for each round.
function mediansOf(runs) {
    const of = (operation, figure) => median(runs.map((run) => run.get(operation)[figure]));
    return Object.fromEntries([...runs[0].keys()].map((operation) => [
        operation, { ops: of(operation, "ops"), p50: of(operation, "p50"), p99: of(operation, "p99") },
    ]));
}

// Runs YCSB; where the server has metrics, checks them against what it counted.
async function compared(server, command, proportions, check) {
    if (server.metrics === undefined) return ycsb(server, command, proportions);
    const before = await server.metrics();
    const watch = watchRate(server);
    const measured = await ycsb(server, command, proportions);
    const rate = await watch.stop();
    const after = await server.metrics();
    for (const [operation, request] of Object.entries(REQUEST_OF)) {
        const counted = measured.get(operation)?.count ?? 0;
        const served = (after.get(request) ?? 0) - (before.get(request) ?? 0);
        check(`${command}: ${counted} × ${operation}, ${served} × ${request}`, counted === served);
    }
    if (command === "load") return measured;
    const total = measured.get("TOTAL").ops;
    check(`${command}: ${rate.toFixed(1)} requests/s by the metrics, ${total.toFixed(1)}/s by YCSB`,
        Math.abs(rate / total - 1) <= RATE_DIFFERENCE_MAX);
    return measured;
}

// The rate of requests by the metrics alone. It began between the last page that shows none and the next, and ended
// between the first page that shows all and the one before.
function watchRate(server) {
    const seen = []; // [ms, requests]
    let running = true;
    const watching = (async () => {
        let began = null;
        while (running) {
            const metrics = await server.metrics();
            const now = performance.now();
            const requests = Object.values(REQUEST_OF).reduce((sum, name) => sum + (metrics.get(name) ?? 0), 0);
            seen.push([now, requests]);
            const done = requests - seen[0][1];
            if (done > 0) began ??= now;
            const isMiddle = done > 0 && done < Number(values.operations) * MIDDLE_SHARE;
            const pause = isMiddle ? Math.max(SCRAPE_MS, (now - began) / 20) : SCRAPE_MS;
            await new Promise((resolve) => setTimeout(resolve, pause));
        }
    })();
    return {
        async stop() {
            running = false;
            await watching;
            const [none, all] = [seen[0][1], seen.at(-1)[1]];
            const first = seen.findLastIndex(([, requests]) => requests === none);
            const last = seen.findIndex(([, requests]) => requests === all);
            const between = (i) => (seen[i][0] + seen[i + 1][0]) / 2;
            return (all - none) / (between(last - 1) - between(first)) * 1000;
        },
    };
}

// Map: operation → { count, ops (per second), p50, p99 (µs) }.
async function ycsb(server, command, proportions) {
    const properties = {
        workload: "core", recordcount: values.records, operationcount: values.operations,
        threadcount: values.threads, outputstyle: "json", ...proportions, ...server.properties,
    };
    const pairs = Object.entries(properties).flatMap(([name, value]) => ["-p", `${name}=${value}`]);
    const child = spawn("go-ycsb", [command, server.binding, ...pairs], {
        env: { ...process.env, AWS_ACCESS_KEY_ID: "ycsb", AWS_SECRET_ACCESS_KEY: "ycsb" },
        stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    const code = await new Promise((resolve) => child.on("close", resolve));
    const line = output.split("\n").findLast((line) => line.startsWith("["));
    if (code !== 0 || line === undefined) throw new Error(`${server.name}: go-ycsb ended with ${code}: ${output}`);
    return new Map(JSON.parse(line).map((row) => [row.Operation, {
        count: Number(row.Count), ops: Number(row.OPS), p50: Number(row["50th(us)"]), p99: Number(row["99th(us)"]),
    }]));
}
