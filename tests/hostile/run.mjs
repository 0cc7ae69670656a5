// A hostile hour in ten minutes: run.mjs [--seconds N] [--seed N] [--connections N] [--layout L]. 200 connections send
// what is slow, huge, broken, deeply nested and random (attackers.mjs, a process of its own) to the program behind
// `npm start`, beside one steady SDK client. That one's p99 stays within five times what it was in quiet, it sees no
// error but throttling, and workerd's memory comes back to within a fifth of where it was.
import { fork } from "node:child_process";
import {
    CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand, UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { readOptions } from "../options.mjs";
import { processAt, residentBytes } from "../process.mjs";
import { TABLE, runServer } from "../worker/support.mjs";

const P99_TIMES_MAX = 5;
const MEMORY_TIMES_MAX = 1.2;
const PACE_MS = 20; // between two requests of the steady client
const SETTLE_SECONDS_MAX = 60;
const KEYS = 50;

const { seconds, seed, connections, layout } = readOptions({
    seconds: 600, seed: Math.floor(Math.random() * 1e9), connections: 200, layout: "hash:16",
});
const counts = { passed: 0, failed: 0 };

console.log(`seed ${seed}, ${connections} connections, ${seconds} s`);
const server = runServer(["--port", "0", "--in-memory", "--layout", layout]);
try {
    await hostileHour(await server.ready);
} finally {
    await server.stop();
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed > 0 ? 1 : 0;

async function hostileHour(url) {
    const client = new DynamoDBClient({
        endpoint: url, region: "us-east-1", maxAttempts: 1,
        credentials: { accessKeyId: "steady", secretAccessKey: "steady" },
    });
    const workerd = processAt(url);
    await client.send(new CreateTableCommand(TABLE));
    await attack(url, Math.max(30, seconds / 10)); // room for young objects, once made, stays: it is there before
    await steady(client, 5);
    const quiet = await steady(client, Math.max(10, seconds / 10));
    const before = await settledMemory(client, workerd, 0);
    report("quiet", quiet, before);

    const [attacks, hostile] = await Promise.all([attack(url, seconds), steady(client, seconds)]);
    report("hostile", hostile, memoryOf(workerd));
    for (const { kind, sent, statuses } of attacks.kinds) console.log(`  ${kind}: ${sent} ${JSON.stringify(statuses)}`);
    const after = await settledMemory(client, workerd, before * MEMORY_TIMES_MAX);
    report("afterwards", await steady(client, 5), after);

    check(`p99 ${hostile.p99.toFixed(1)} ms is within ${P99_TIMES_MAX} × ${quiet.p99.toFixed(1)} ms`,
        hostile.p99 <= P99_TIMES_MAX * quiet.p99);
    check("the steady client saw no error but throttling", hostile.errors.size === 0);
    check("most of its requests were not throttled", hostile.throttled < hostile.requests / 100);
    check(`memory ${after} MB is within ${MEMORY_TIMES_MAX} × ${before} MB`, after <= before * MEMORY_TIMES_MAX);
    check("every kind of attack was made", attacks.kinds.every(({ sent }) => sent > 0));
    check("none found the server at fault, or went unanswered", attacks.wrong === 0);
    client.destroy();
}

function check(what, holds) {
    counts[holds ? "passed" : "failed"]++;
    console.log(`${holds ? "ok" : "FAILED"}: ${what}`);
}

function report(name, { requests, throttled, errors, p50, p99, longest }, memory) {
    const met = [...errors].map(([error, count]) => `${count} × ${error}`).join(", ") || "none";
    console.log(`${name}: ${requests} requests, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, ` +
        `longest ${longest.toFixed(0)} ms, ${throttled} throttled, errors: ${met}; workerd ${memory} MB`);
}

// --- The steady client

async function steady(client, seconds) {
    const times = [];
    const errors = new Map();
    let throttled = 0;
    const end = Date.now() + seconds * 1000;
    for (let i = 0; Date.now() < end; i++) {
        const began = performance.now();
        try {
            await client.send(steadyCommand(i));
        } catch (error) {
            if (error.name === "ThrottlingException") throttled++;
            else errors.set(error.name, (errors.get(error.name) ?? 0) + 1);
        }
        times.push(performance.now() - began);
        await new Promise((resolve) => setTimeout(resolve, PACE_MS));
    }
    times.sort((a, b) => a - b);
    const at = (part) => times[Math.floor((times.length - 1) * part)];
    return { requests: times.length, throttled, errors, p50: at(0.5), p99: at(0.99), longest: at(1) };
}

function steadyCommand(i) {
    const pk = { S: `steady-${i % KEYS}` };
    const table = { TableName: TABLE.TableName };
    const key = { pk, sk: { N: "1" } };
    switch (i % 4) {
    case 0:
        return new PutItemCommand({ ...table, Item: { ...key, text: { S: `${i}`.padEnd(200, "x") } } });
    case 1:
        return new UpdateItemCommand({
            ...table, Key: key, UpdateExpression: "ADD n :one", ExpressionAttributeValues: { ":one": { N: "1" } },
        });
    case 2:
        return new GetItemCommand({ ...table, Key: key, ConsistentRead: true });
    default:
        return new QueryCommand({
            ...table, KeyConditionExpression: "pk = :p", ExpressionAttributeValues: { ":p": pk },
        });
    }
}

// --- The attackers

function attack(url, seconds) {
    const program = new URL("attackers.mjs", import.meta.url).pathname;
    const child = fork(program, [url, TABLE.TableName, ...[connections, seconds, seed].map(String)]);
    return new Promise((resolve, reject) => {
        child.on("message", resolve);
        child.on("exit", (code) => reject(new Error(`the attackers ended with ${code}`)));
    });
}

// --- Memory of workerd, in MB

// Once it is below `enough`, or does not change any more. A few requests go on meanwhile, for only who works collects.
async function settledMemory(client, pid, enough) {
    let lowest = memoryOf(pid);
    for (let waited = 0; waited < SETTLE_SECONDS_MAX && lowest > enough; waited += 5) {
        await steady(client, 5);
        const now = memoryOf(pid);
        if (enough === 0 && now >= lowest * 0.98) return now;
        lowest = Math.min(lowest, now);
    }
    return lowest;
}

// Megabytes.
function memoryOf(pid) {
    return Math.round(residentBytes(pid) / 1024 / 1024);
}
