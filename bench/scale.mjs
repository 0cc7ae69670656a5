// `npm run bench:scale`: whole tables at size, against a server of its own on tmpfs. Prints a table, and fails where a
// stated bound does not hold.
//
//   hash        layout hash:16: 1,000,000 items over 100,000 partition keys loaded, scanned, counted
//   key         layout key: 100,000 items over 5,000 partition keys, the same, key by key as a dump gives them
//   key-limited the same with at most 4,096 file descriptors
//   key-1024    the same with at most 1,024
//   key-spread  the same with every batch spread over 25 partition keys, which all come again after 5,000
//   delete      layout key: a table of 10,000 partition keys is deleted, and the server killed twice meanwhile; after
//               the ten minutes that tombstones live, nothing is stored. Takes a quarter of an hour
//   partition   one partition key with 1,000 and then 1,000,000 items: what Get, Put and a Query page cost
//
//     node bench/scale.mjs [CASE …] [--share 0.1]      (a share of the sizes, for a quick look)
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const WORKERD_BYTES_MAX = 700 * 1024 * 1024;
const END_TO_START_MIN = 0.8; // load speed
const GROWN_TO_SMALL_MAX = 1.3; // cost of an operation
const CALLS_FREE_PLAN = 50; // subrequests of an invocation
const DELETION_KILLED_AFTER_MS = 3000;
const TOMBSTONES_MS = 11 * 60 * 1000; // ten minutes, and one to work them off
const PAD_CHARACTERS = 240; // makes an item of about 300 bytes

const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { share: { type: "string", default: "1" } },
});
const SHARE = Number(values.share);

const HASH = { layout: "hash:16", items: 1_000_000, keys: 100_000, place: spread };
const KEY = { layout: "key", items: 100_000, keys: 5_000, place: keyByKey };
const CASES = {
    hash: () => wholeTable(HASH),
    key: () => wholeTable(KEY),
    "key-limited": () => wholeTable({ ...KEY, descriptors: 4096 }),
    "key-1024": () => wholeTable({ ...KEY, descriptors: 1024 }),
    "key-spread": () => wholeTable({ ...KEY, place: spread }),
    delete: () => deletion(10_000),
    partition: () => onePartition(1_000, 1_000_000),
};

let failures = 0;

// --- Cases

// Where item number `index` of `items` over `keys` partition keys goes.
function spread(index, items, keys) {
    return { pk: `k${index % keys}`, sk: Math.floor(index / keys) };
}

function keyByKey(index, items, keys) {
    const each = items / keys;
    return { pk: `k${Math.floor(index / each)}`, sk: index % each };
}

async function wholeTable({ layout, items, keys, place, descriptors }) {
    items = Math.round(items * SHARE);
    keys = Math.round(keys * SHARE);
    await withServer({ layout, descriptors }, async (server) => {
        await createTable(server, "Scale");
        const at = (index) => place(index, items, keys);
        const tenths = await load(server, items, at);
        for (const [name, tenth] of [["first", tenths[0]], ["last", tenths[9]]]) {
            const cost = `${Math.round(tenth.cost)} µs of workerd's processor time each`;
            report(`load, ${name} tenth`, `${Math.round(tenth.rate)} items/s, ${cost}`);
        }
        const endToStart = tenths[9].rate / tenths[0].rate;
        bound("last / first", endToStart, (ratio) => ratio >= END_TO_START_MIN, `≥ ${END_TO_START_MIN}`);
        const started = performance.now();
        const counts = await Promise.all([0, 1, 2, 3].map((segment) => countSegment(server, segment, 4)));
        const counted = counts.reduce((sum, count) => sum + count, 0);
        report("scan, 4 segments", `${Math.round(counted / (performance.now() - started) * 1000)} items/s`);
        bound("items counted", counted, (count) => count === items, `${items}`);
        const bytes = server.peakBytes();
        bound("workerd's memory, MB", bytes / 2 ** 20, () => bytes <= WORKERD_BYTES_MAX, "≤ 700");
    });
}

async function deletion(keys) {
    keys = Math.round(keys * SHARE);
    await withServer({ layout: "key" }, async (server) => {
        await createTable(server, "Scale");
        await load(server, keys, (index) => ({ pk: `k${index}`, sk: 0 }));
        const before = storedObjects(server.data);
        bound("partitions that hold tables", before, (count) => count >= keys, `≥ ${keys}`);
        const started = performance.now();
        await server.call("DeleteTable", { TableName: "Scale" }, { "x-shvm-cost": "1" });
        const calls = Number(/object-requests=(\d+)/.exec(server.costOfLast)[1]);
        bound("object requests of DeleteTable", calls, () => calls <= CALLS_FREE_PLAN, `≤ ${CALLS_FREE_PLAN}`);
        for (let kills = 0; kills < 2; kills++) {
            await wait(DELETION_KILLED_AFTER_MS);
            await server.restart();
        }
        while (await server.hasTable("Scale")) await wait(1000);
        report("deleted and killed twice within", `${Math.round((performance.now() - started) / 1000)} s`);
        await wait(TOMBSTONES_MS);
        await server.stop();
        const left = storedObjects(server.data);
        bound("partitions that hold tables", left, (count) => count === 0, "0");
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

async function onePartition(small, large) {
    large = Math.round(large * SHARE);
    await withServer({ layout: "key" }, async (server) => {
        await createTable(server, "Scale");
        const place = (index) => ({ pk: "one", sk: index });
        await load(server, small, place);
        const before = await costs(server, small);
        await load(server, large, place);
        const after = await costs(server, large);
        for (const [operation, cost] of Object.entries(before)) {
            const ratio = after[operation] / cost;
            report(operation, `${cost.toFixed(0)} µs at ${small} items, ${after[operation].toFixed(0)} µs at ${large}`);
            bound(`${operation}, large / small`, ratio, () => ratio <= GROWN_TO_SMALL_MAX, `≤ ${GROWN_TO_SMALL_MAX}`);
        }
    });
}

// Processor time of workerd per operation, one client, median of rounds.
async function costs(server, items) {
    const at = () => ({ pk: { S: "one" }, sk: { N: String(Math.floor(Math.random() * items)) } });
    const operations = {
        GetItem: () => server.call("GetItem", { TableName: "Scale", Key: at() }),
        PutItem: () => server.call("PutItem", { TableName: "Scale", Item: { ...at(), pad: { S: pad() } } }),
        "Query of 100": () => server.call("Query", {
            TableName: "Scale", KeyConditionExpression: "pk = :p AND sk >= :s", Limit: 100,
            ExpressionAttributeValues: {
                ":p": { S: "one" }, ":s": { N: String(Math.floor(Math.random() * (items - 100))) },
            },
        }),
    };
    const result = {};
    for (const [name, run] of Object.entries(operations)) {
        const rounds = [];
        for (let round = 0; round < 9; round++) {
            const before = server.processorMicroseconds();
            for (let i = 0; i < 300; i++) await run();
            rounds.push((server.processorMicroseconds() - before) / 300);
        }
        result[name] = rounds.sort((a, b) => a - b)[4];
    }
    return result;
}

// --- Work

async function createTable(server, name) {
    await server.call("CreateTable", {
        TableName: name, BillingMode: "PAY_PER_REQUEST",
        KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }, { AttributeName: "sk", KeyType: "RANGE" }],
        AttributeDefinitions: [
            { AttributeName: "pk", AttributeType: "S" }, { AttributeName: "sk", AttributeType: "N" },
        ],
    });
}

// Loads items 0 … count-1 by batches of 25, eight in flight. Of each tenth: { rate: items a second, cost: workerd's
// processor time an item }.
async function load(server, count, place) {
    const tenths = [];
    for (let tenth = 0; tenth < 10; tenth++) {
        let next = Math.floor(count * tenth / 10);
        const begin = next;
        const end = Math.floor(count * (tenth + 1) / 10);
        const started = performance.now();
        const processor = server.processorMicroseconds();
        await Promise.all(Array.from({ length: 8 }, async () => {
            while (next < end) {
                const first = next;
                next = Math.min(next + 25, end);
                await putBatch(server, first, next, place);
            }
        }));
        tenths.push({
            rate: (end - begin) / (performance.now() - started) * 1000,
            cost: (server.processorMicroseconds() - processor) / (end - begin),
        });
    }
    return tenths;
}

async function putBatch(server, first, end, place) {
    let requests = [];
    for (let index = first; index < end; index++) {
        const { pk, sk } = place(index);
        requests.push({ PutRequest: { Item: { pk: { S: pk }, sk: { N: String(sk) }, pad: { S: pad() } } } });
    }
    while (requests.length > 0) {
        const reply = await server.call("BatchWriteItem", { RequestItems: { Scale: requests } });
        requests = reply.UnprocessedItems.Scale ?? [];
    }
}

async function countSegment(server, segment, segments) {
    let count = 0;
    let from;
    do {
        const page = await server.call("Scan", {
            TableName: "Scale", Select: "COUNT", Segment: segment, TotalSegments: segments, ExclusiveStartKey: from,
        });
        count += page.Count;
        from = page.LastEvaluatedKey;
    } while (from !== undefined);
    return count;
}

// Random: an overwrite with the same bytes would write nothing at all.
function pad() {
    let text = "";
    while (text.length < PAD_CHARACTERS) text += Math.random().toString(36).slice(2);
    return text.slice(0, PAD_CHARACTERS);
}

// --- The server

async function withServer(options, run) {
    const data = mkdtempSync(`${existsSync("/dev/shm") ? "/dev/shm" : tmpdir()}/shvm-scale-`);
    const server = new Server({ ...options, data });
    try {
        await server.start();
        await run(server);
    } finally {
        await server.stop();
        rmSync(data, { recursive: true, force: true });
    }
}

async function readUrl(child) {
    for await (const line of createInterface({ input: child.stdout })) {
        const match = /http:\/\/\S+/.exec(line);
        if (match !== null) return match[0];
    }
    throw new Error("the server did not start");
}

class Server {
    #agent = new Agent({ keepAlive: true, maxSockets: 16 });

    #child = null;

    constructor({ layout, descriptors, data }) {
        const limit = descriptors === undefined ? "" : `ulimit -n ${descriptors}; `;
        this.command = `${limit}exec sh local/start --port 0 --data ${data} --layout ${layout}`;
        this.data = data;
    }

    async start() {
        this.#child = spawn("sh", ["-c", this.command], { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
        this.url = new URL(await readUrl(this.#child));
        this.workerd = findWorkerd(this.#child.pid);
    }

    async stop(signal = "SIGTERM") {
        if (this.#child === null) return;
        this.#child.kill(signal);
        await once(this.#child, "exit");
        this.#child = null;
    }

    async restart() {
        await this.stop("SIGKILL");
        await this.start();
    }

    async hasTable(name) {
        return (await this.call("ListTables", {})).TableNames.includes(name);
    }

    async call(operation, body, headers = {}) {
        const payload = JSON.stringify(body);
        const sent = request({
            host: "127.0.0.1", port: this.url.port, method: "POST", path: "/", agent: this.#agent,
            headers: {
                "content-type": "application/x-amz-json-1.0", "x-amz-target": `DynamoDB_20120810.${operation}`,
                "content-length": Buffer.byteLength(payload), ...headers,
            },
        });
        sent.end(payload);
        const [response] = await once(sent, "response");
        this.costOfLast = response.headers["x-shvm-cost"];
        const chunks = [];
        for await (const chunk of response) chunks.push(chunk);
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode !== 200) throw new Error(`${operation}: ${response.statusCode} ${text.slice(0, 300)}`);
        return JSON.parse(text);
    }

    peakBytes() {
        const status = readFileSync(`/proc/${this.workerd}/status`, "utf8");
        return Number(/VmHWM:\s+(\d+)/.exec(status)[1]) * 1024;
    }

    // Of all its threads; the kernel counts in hundredths of a second.
    processorMicroseconds() {
        const fields = readFileSync(`/proc/${this.workerd}/stat`, "utf8").split(") ")[1].split(" ");
        return (Number(fields[11]) + Number(fields[12])) * 10_000;
    }
}

// The workerd among a process's descendants.
function findWorkerd(ancestor) {
    const parents = new Map();
    const names = new Map();
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number)) {
        try {
            const [, name, rest] = /^\d+ \((.*)\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8"));
            parents.set(pid, Number(rest.split(" ")[1]));
            names.set(pid, name);
        } catch {
            // it ended meanwhile
        }
    }
    const descends = (pid) => pid === ancestor || (parents.has(pid) && descends(parents.get(pid)));
    const found = [...names.keys()].find((pid) => names.get(pid) === "workerd" && descends(pid));
    if (found === undefined) throw new Error("no workerd below the server");
    return found;
}

// --- Output

function report(what, value) {
    console.log(`${what.padEnd(32)} ${value}`);
}

function bound(what, value, holds, limit) {
    const ok = holds(value);
    if (!ok) failures++;
    const shown = Number.isInteger(value) ? String(value) : value.toFixed(2);
    report(what, `${shown.padEnd(12)} ${ok ? "holds" : "FAILS"}: ${limit}`);
}

for (const name of positionals.length > 0 ? positionals : Object.keys(CASES)) {
    console.log(`## ${name}`);
    await CASES[name]();
}
process.exitCode = failures > 0 ? 1 : 0;
