// Counters of this isolate, in Prometheus text at GET /_shvm/metrics. On one machine there is one isolate, so they are
// the whole truth; on Cloudflare there are many, and what all of them did goes to Workers Analytics Engine (the binding
// METRICS), one point per request. Counting is a few additions per request; only every 128th write of an object also
// tells how long its transaction took and how long it took to become durable.
import { httpStatus } from "./envelope.js";
import { requestId } from "./failures.js";
import { keptRepliesGiven } from "./kept_reads.js";
import { heldBytes } from "./under_way.js";

const OBJECTS_MAX = 2000; // remembered one by one; beyond, those that came first are forgotten
const HOTTEST = 20;
const TARGET_PREFIX = "DynamoDB_20120810.";
const KINDS_MAX = 300; // operations counted apart: whoever sends requests could think up more
const SAMPLED_WRITES = 128;
const SECONDS_BUCKETS = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5];
const ROLES = ["gateway", "partition", "table", "directory", "catalog"];

class Histogram {
    buckets = new Array(SECONDS_BUCKETS.length).fill(0);
    sum = 0;
    count = 0;

    observe(seconds) {
        this.count++;
        this.sum += seconds;
        for (let i = 0; i < SECONDS_BUCKETS.length; i++) {
            if (seconds <= SECONDS_BUCKETS[i]) this.buckets[i]++;
        }
    }
}

const ERROR_HEAD_BYTES = 256; // a reply's own head, and the type of an error

const decoder = new TextDecoder();
let started = 0; // set by the first request: time stands still while modules load
const requests = new Map(); // operation → Map: status → count
const errors = new Map(); // exception → count
const latency = new Histogram();
const writing = new Histogram(); // seconds of a writing transaction
const durable = new Histogram(); // seconds from commit to durable
const roles = ROLES.map(() => ({ starts: 0, requests: 0, rowsRead: 0, rowsWritten: 0, bytesWritten: 0 }));
const objects = new Map(); // name → ObjectMetrics
let running = 0;

// --- Requests

export function requestStarted() {
    running++;
    const now = Date.now();
    if (started === 0) started = now;
    return now;
}

// exception: its short name, or null.
export function requestEnded(env, operation, status, exception, since) {
    running--;
    const seconds = (Date.now() - since) / 1000;
    increment(requests.get(operation) ?? newKind(operation), status);
    latency.observe(seconds);
    if (exception !== null) increment(errors, exception);
    env.METRICS?.writeDataPoint({
        indexes: [operation], blobs: [operation, exception ?? ""], doubles: [seconds, status],
    });
}

function newKind(operation) {
    const kind = requests.size < KINDS_MAX ? operation : "other";
    if (!requests.has(kind)) requests.set(kind, new Map());
    return requests.get(kind);
}

// What a target asks for: DynamoDB_20120810.GetItem is a GetItem.
export function operationOf(target) {
    return target.startsWith(TARGET_PREFIX) && /^[A-Z]\w{3,40}$/.test(target.slice(TARGET_PREFIX.length))
        ? target.slice(TARGET_PREFIX.length)
        : "other";
}

// The short name of the exception in a reply of the core's (envelope.js), or null.
export function exceptionOf(reply) {
    if (httpStatus(reply) < 400) return null;
    return /"__type":"[^"#]*#(\w+)"/.exec(decoder.decode(reply.subarray(0, ERROR_HEAD_BYTES)))?.[1] ?? "other";
}

function increment(counts, name) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
}

// --- Objects

class ObjectMetrics {
    running = 0;
    requests = 0;
    rowsRead = 0;
    rowsWritten = 0;
    databaseBytes = 0;
    #commits = 0;
    #sums;

    constructor(role) {
        this.role = role;
        this.#sums = roles[role];
    }

    enter() {
        this.running++;
        this.requests++;
        this.#sums.requests++;
    }

    leave() {
        this.running--;
    }

    step({ rowsRead, rowsWritten, bytesWritten }) {
        this.rowsRead += rowsRead;
        this.rowsWritten += rowsWritten;
        this.#sums.rowsRead += rowsRead;
        this.#sums.rowsWritten += rowsWritten;
        this.#sums.bytesWritten += bytesWritten;
    }

    // Whether the write about to run is one that is measured: then wroteIn() is to be called.
    samplesWrite() {
        return this.#commits++ % SAMPLED_WRITES === 0;
    }

    wroteIn(milliseconds, storage) {
        writing.observe(milliseconds / 1000);
        this.databaseBytes = storage.sql.databaseSize;
        const since = Date.now();
        storage.sync().then(() => durable.observe((Date.now() - since) / 1000), () => {});
    }
}

// Those of an object that starts, or starts again.
export function objectMetrics(role, name) {
    roles[role].starts++;
    const known = objects.get(name);
    if (known !== undefined) return known;
    const metrics = new ObjectMetrics(role);
    objects.set(name, metrics);
    if (objects.size > OBJECTS_MAX) objects.delete(objects.keys().next().value);
    return metrics;
}

// --- Text

// The reply to GET /_shvm/metrics, or null for another request. Where keys are checked it takes the token that the
// secret SHVM_METRICS_TOKEN holds, as a bearer token; without one nobody may look.
export function answerMetrics(request, env) {
    if (request.method !== "GET" || !request.url.endsWith("/_shvm/metrics")) return null;
    const token = env.SHVM_METRICS_TOKEN ?? "";
    const open = env.SHVM_AUTH === "off" && token === "";
    if (!open && (token === "" || request.headers.get("authorization") !== `Bearer ${token}`)) {
        return new Response("the secret SHVM_METRICS_TOKEN is needed as a bearer token\n", { status: 403 });
    }
    const headers = { "content-type": "text/plain; version=0.0.4", "x-amzn-requestid": requestId() };
    return new Response(metricsText(), { headers });
}

function metricsText() {
    const lines = [];
    const metric = (name, type, help, samples) => {
        lines.push(`# HELP shvm_${name} ${help}`, `# TYPE shvm_${name} ${type}`);
        for (const [labels, value] of samples) lines.push(`shvm_${name}${labels} ${value}`);
    };
    const counter = (name, help, samples) => metric(`${name}_total`, "counter", help, samples);
    const gauge = (name, help, value) => metric(name, "gauge", help, [["", value]]);

    gauge("uptime_seconds", "Since this isolate's first request.", started === 0 ? 0 : (Date.now() - started) / 1000);
    const byStatus = ([operation, statuses]) => (
        [...statuses].map(([status, count]) => [labelled({ operation, status: String(status) }), count])
    );
    counter("requests", "Requests answered, by operation and HTTP status.", [...requests].flatMap(byStatus));
    counter("errors", "Requests answered with an exception.", labelledBy("exception", errors));
    gauge("requests_running", "Requests that are being answered.", running);
    gauge("request_body_bytes_held", "Bytes of bodies whose requests are being answered.", heldBytes());
    histogram(lines, "request_seconds", "From a request's arrival to its reply.", latency);
    histogram(lines, "write_seconds", "A writing transaction; one write of 128 is measured.", writing);
    histogram(lines, "durable_seconds", "From commit to durable; one write of 128 is measured.", durable);
    const byRole = (name) => roles.map((sums, role) => [labelled({ role: ROLES[role] }), sums[name]]).slice(1);
    counter("object_starts", "Objects that started or started again.", byRole("starts"));
    counter("object_requests", "Messages to objects.", byRole("requests"));
    counter("kept_replies", "Reads answered without a message to their object.", [["", keptRepliesGiven()]]);
    counter("rows_read", "SQL rows read, as billed.", byRole("rowsRead"));
    counter("rows_written", "SQL rows written, as billed.", byRole("rowsWritten"));
    counter("bytes_written", "Bytes given to SQL statements that write.", byRole("bytesWritten"));
    addTables(counter);
    addHottest(counter, metric);
    return `${lines.join("\n")}\n`;
}

// A partition's name is v1/p/<table id>/…; see docs/formats.md.
function addTables(counter) {
    const tables = new Map();
    for (const [name, metrics] of objects) {
        const [, kind, table] = name.split("/");
        if (kind !== "p") continue;
        const sums = tables.get(table) ?? { requests: 0, rowsRead: 0, rowsWritten: 0 };
        for (const key of Object.keys(sums)) sums[key] += metrics[key];
        tables.set(table, sums);
    }
    const samples = (key) => [...tables].map(([table, sums]) => [labelled({ table }), sums[key]]);
    counter("table_requests", "Messages to partitions, by TableId.", samples("requests"));
    counter("table_rows_read", "SQL rows partitions read, by TableId.", samples("rowsRead"));
    counter("table_rows_written", "SQL rows partitions wrote, by TableId.", samples("rowsWritten"));
}

function addHottest(counter, metric) {
    const hottest = [...objects].sort(([, a], [, b]) => b.requests - a.requests).slice(0, HOTTEST);
    const samples = (key) => hottest.map(([object, metrics]) => [labelled({ object }), metrics[key]]);
    counter("hot_object_requests", "Messages to the objects that got most.", samples("requests"));
    counter("hot_object_rows_written", "SQL rows they wrote.", samples("rowsWritten"));
    metric("hot_object_queue", "gauge", "Messages they are working on.", samples("running"));
    metric("hot_object_database_bytes", "gauge", "Their databases' sizes, last time.", samples("databaseBytes"));
}

function histogram(lines, name, help, { buckets, sum, count }) {
    lines.push(`# HELP shvm_${name} ${help}`, `# TYPE shvm_${name} histogram`);
    buckets.forEach((below, i) => lines.push(`shvm_${name}_bucket{le="${SECONDS_BUCKETS[i]}"} ${below}`));
    lines.push(`shvm_${name}_bucket{le="+Inf"} ${count}`, `shvm_${name}_sum ${sum}`, `shvm_${name}_count ${count}`);
}

function labelledBy(label, counts) {
    return [...counts].map(([value, count]) => [labelled({ [label]: value }), count]);
}

function labelled(labels) {
    const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    return `{${pairs.join(",")}}`;
}
