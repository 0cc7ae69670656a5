// The differential test: random tables, items and requests, valid and not, sent to a server and to DynamoDB Local.
//   node tests/oracle/differential.mjs --endpoint URL [--theirs URL] [--requests N] [--seed S] [--operations A,B,…]
//        [--indexes] [--no-legacy] [--clients N] [--failures N] [--group N] [--strict-known] [--keep-going]
// Without --theirs it starts DynamoDB Local itself. --group repeats one group of a seed. Exit code 1 on a difference
// that no entry of known_differences.mjs explains; with --strict-known also on an entry that explained none.
import { inspect } from "node:util";
import { readOptions } from "../options.mjs";
import { makeGroup, runSteps } from "./campaign.mjs";
import { signature } from "./compare.mjs";
import { reasonToSkip, startDynamoDbLocal } from "./dynamodb_local.mjs";
import { KNOWN_DIFFERENCES } from "./known_differences.mjs";
import { Random } from "./random.mjs";
import { OPERATION_NAMES } from "./requests.mjs";
import { shrink } from "./shrink.mjs";
import { Endpoint } from "./wire.mjs";

const DEFAULT_OPERATIONS = OPERATION_NAMES.filter((name) => !name.startsWith("Transact"));

const options = readOptions({
    endpoint: "",
    theirs: "",
    requests: 20000,
    seed: 1,
    operations: DEFAULT_OPERATIONS.join(","),
    indexes: false,
    "no-legacy": false,
    clients: 8,
    failures: 5,
    group: null,
    "strict-known": false,
    "keep-going": false,
});

const { seed, requests: wanted, failures: failuresMax } = options;
const plan = { operations: options.operations.split(","), indexes: options.indexes, legacy: !options["no-legacy"] };
for (const name of plan.operations) {
    if (!OPERATION_NAMES.includes(name))
        throw new Error(`no operation ${name}; there are ${OPERATION_NAMES.join(", ")}`);
}

const used = new Map(KNOWN_DIFFERENCES.map((entry) => [entry, 0]));
/** signature → {group, table, failure}: the first of its kind, and how many there were */
const failures = new Map();
/** operation → exception name or "success" → how many; so that a run shows what it really asked */
const answers = new Map();
let sent = 0;
let nextGroup = 0;

function countAnswer({ operation }, { error }) {
    sent++;
    if (!answers.has(operation)) answers.set(operation, new Map());
    const counts = answers.get(operation);
    counts.set(error ?? "success", (counts.get(error ?? "success") ?? 0) + 1);
}

async function client(servers) {
    while (sent < wanted && (options["keep-going"] || failures.size < failuresMax)) {
        const number = options.group ?? nextGroup++;
        const { table, steps } = makeGroup(new Random(seed).fork(number), plan);
        const failure = await runSteps(servers, table, steps, {
            onKnown: (entry) => used.set(entry, used.get(entry) + 1),
            onAnswer: countAnswer,
        });
        if (failure) {
            const key = signature(failure.steps.at(-1), failure.found);
            if (failures.has(key)) failures.get(key).count++;
            else failures.set(key, { group: number, table, failure, count: 1 });
        }
        if (options.group !== null) return;
    }
}

const show = (value) => inspect(value, { depth: 14, breakLength: 116, maxStringLength: 300, maxArrayLength: 40 });

function printFailure({ group, table, failure, count }, shrunk) {
    const { found, steps } = failure;
    console.log(
        `\nFAILED ${steps.at(-1).operation}: ${found.kind} (${count} groups; --seed ${seed} --group ${group})`,
    );
    const print = (keys) => keys.map(({ name, kind, type }) => `${name} ${type} ${kind}`).join(", ");
    console.log(`  table  ${print(table.keys)}`);
    for (const { name, global, keys, projection, from, to } of table.indexes) {
        const { ProjectionType, NonKeyAttributes = [] } = projection;
        const kind = `${global ? "global" : "local"}, ${[ProjectionType, ...NonKeyAttributes].join(" ")}`;
        console.log(`  ${name.padEnd(6)} ${print(keys)}; ${kind}; steps ${from} to ${to}`);
    }
    const shown = shrunk ? steps : steps.slice(-1);
    if (!shrunk) console.log(`  … ${steps.length - 1} steps before it, not shrunk`);
    for (const { operation, request, walk } of shown) {
        console.log(`  ${walk ? "walk " : ""}${operation} ${JSON.stringify(request)}`);
    }
    console.log(`  ours   ${show(found.ours)}\n  theirs ${show(found.theirs)}`);
    if (found.expected !== undefined) console.log(`  judge  ${show(found.expected?.capacity)}`);
}

async function run(servers) {
    const started = Date.now();
    const clients = options.group === null ? options.clients : 1;
    const progress = setInterval(() => {
        const seconds = (Date.now() - started) / 1000;
        console.log(`${sent} requests, ${Math.round(sent / seconds)}/s, ${failures.size} unexplained differences`);
    }, 10_000);
    try {
        await Promise.all(Array.from({ length: clients }, () => client(servers)));
    } finally {
        clearInterval(progress);
    }
    const seconds = (Date.now() - started) / 1000;
    for (const failed of [...failures.values()].slice(0, failuresMax)) {
        printFailure({ ...failed, failure: await shrink(servers, failed.table, failed.failure) }, true);
    }
    for (const failed of [...failures.values()].slice(failuresMax)) printFailure(failed, false);
    return seconds;
}

function report(seconds) {
    console.log("\nanswers of their side:");
    for (const [operation, counts] of answers) {
        console.log(`  ${operation.padEnd(18)} ${[...counts].map(([name, count]) => `${count} ${name}`).join(", ")}`);
    }
    console.log(`known differences, seed ${seed}:`);
    for (const [entry, count] of used) console.log(`  ${String(count).padStart(7)}  ${entry.name}`);
    const idle = [...used].filter(([entry, count]) => count === 0 && !entry.rare).map(([{ name }]) => name);
    if (idle.length > 0) console.log(`never needed in this run: ${idle.join("; ")}`);
    console.log(`${sent} requests in ${seconds.toFixed(1)} s (${Math.round(sent / seconds)}/s), seed ${seed}`);
    const overdue = options["strict-known"] ? idle.length : 0;
    const failed = [...failures.values()].reduce((sum, { count }) => sum + count, 0) + overdue;
    console.log(`${sent - failed} passed, ${failed} failed`);
    if (failed > 0 || sent === 0) process.exitCode = 1;
}

async function main() {
    if (!options.endpoint) throw new Error("--endpoint URL is missing");
    const reason = options.theirs ? null : reasonToSkip();
    if (reason) {
        console.log(`SKIPPED: differential test: ${reason}\n0 passed, 0 failed, 1 skipped`);
        return;
    }
    const local = options.theirs ? { url: options.theirs, stop: async () => {} } : await startDynamoDbLocal();
    const servers = { ours: new Endpoint(options.endpoint, "ours"), theirs: new Endpoint(local.url, "theirs") };
    try {
        report(await run(servers));
    } finally {
        for (const endpoint of Object.values(servers)) endpoint.close();
        await local.stop();
    }
}

await main();
