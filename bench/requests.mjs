// The requests of the load, made beforehand: load.lua only sends them, with a random word in each that writes or is
// to be new. Where they are signed, each has one already, and is sent as it stands.
//
// A shape is { partitions, items, bytes }: so many partition keys of so many items of so many bytes. Pages of 1 MB are
// read from partition keys of their own, behind those.
import { ITEM_BYTES, WORD, itemOf, keyOf, partitionKey, randomWord, sortKey } from "./items.mjs";
import { authorizationOf } from "./signatures.mjs";

const POOL_MAX = 10_000; // different requests of one run
const POOL_BYTES_MAX = 8 * 1024 * 1024;
const POOL_MIN = 20;

export const PAGE_ITEMS = 100; // of a query
export const LARGE_PARTITIONS = 4; // that pages of 1 MB are read from
export const LARGE_ITEMS = 4000;
const LARGE_STARTS = 400; // behind each of so many items there is a whole page

// Each: (p, s, { word, …shape }) → [operation of DynamoDB's, its parameters].
const DYNAMODB = {
    put: (p, s, { bytes, word }) => ["PutItem", { TableName: "bench", Item: itemOf(p, s, bytes, word) }],
    get: (p, s) => ["GetItem", { TableName: "bench", Key: keyOf(p, s) }],
    // The whole item, but no such read was ever asked before: no kept reply answers it.
    getnew: (p, s, { word }) => ["GetItem", {
        TableName: "bench",
        Key: keyOf(p, s),
        ConsistentRead: true,
        ProjectionExpression: "pk, sk, n, tags, #n, #d, #w",
        ExpressionAttributeNames: { "#n": "name", "#d": "data", "#w": word },
    }],
    update: (p, s, { word }) => ["UpdateItem", {
        TableName: "bench",
        Key: keyOf(p, s),
        UpdateExpression: "SET #n = :name, n = n + :one",
        ConditionExpression: "attribute_exists(pk)",
        ExpressionAttributeNames: { "#n": "name" },
        ExpressionAttributeValues: { ":one": { N: "1" }, ":name": { S: word } },
    }],
    query: (p, s) => ["Query", { ...queryFrom(p, s), Limit: PAGE_ITEMS }],
    queryindex: (p, s) => ["Query", { ...queryFrom(p, s), Limit: PAGE_ITEMS, IndexName: "copy" }],
    page1mb: (p, s) => ["Query", queryFrom(p, s)],
    scan: (p, s) => ["Scan", {
        TableName: "bench",
        FilterExpression: "n > :n",
        Limit: PAGE_ITEMS,
        ExclusiveStartKey: keyOf(p, s),
        ExpressionAttributeValues: { ":n": { N: "500000" } },
    }],
    batchget: (p, s, shape) => ["BatchGetItem", {
        RequestItems: { bench: { Keys: distinct(100, shape).map(([p, s]) => keyOf(p, s)) } },
    }],
    batchwrite: (p, s, shape) => ["BatchWriteItem", {
        RequestItems: { bench: distinct(25, shape).map((place) => putRequest(...place, shape)) },
    }],
};

// Of operations that are measured at many sizes, as people call them.
export const TITLES = { getnew: "GetItem", put: "PutItem", query: `Query of ${PAGE_ITEMS} items` };

// What the floor does for an operation (floor/worker.js). It has no pages with filters and no batches: what of them is
// the platform's depends on how they are spread.
const FLOOR = {
    put: "put", get: "get", getnew: "get", update: "update", query: "query", page1mb: "page", empty: "empty",
};

export const OPERATIONS = [...Object.keys(DYNAMODB).filter((name) => name !== "queryindex"), "empty"];

// kind: of a server (servers.mjs).
export function serves(kind, operation) {
    if (kind === "dynamodb") return operation in DYNAMODB;
    return operation in FLOOR && (kind === "floor" || operation !== "empty");
}

// Whole HTTP requests, as text.
export function requestPool(server, operation, { bytes = ITEM_BYTES, ...shape }) {
    const word = () => server.key === undefined ? WORD : randomWord();
    const one = () => requestText(server, operation, ...somewhere(operation, shape), { ...shape, bytes, word: word() });
    const pool = [one()];
    const most = Math.max(POOL_MIN, Math.min(POOL_MAX, Math.floor(POOL_BYTES_MAX / pool[0].length)));
    while (pool.length < most) pool.push(one());
    return pool;
}

function putRequest(p, s, { bytes, word }) {
    return { PutRequest: { Item: itemOf(p, s, bytes, word) } };
}

function queryFrom(p, s) {
    return {
        TableName: "bench",
        KeyConditionExpression: "pk = :p AND sk >= :s",
        ExpressionAttributeValues: { ":p": { S: partitionKey(p) }, ":s": { S: sortKey(s) } },
    };
}

// Where a request goes. A page has as many items to come in every request.
function somewhere(operation, { partitions, items }) {
    if (operation === "page1mb") return [partitions + below(LARGE_PARTITIONS), below(LARGE_STARTS)];
    const starts = operation.startsWith("query") ? Math.max(1, items - PAGE_ITEMS) : items;
    return [below(partitions), below(starts)];
}

function distinct(count, { partitions, items }) {
    const chosen = new Set();
    while (chosen.size < Math.min(count, partitions * items)) chosen.add(below(partitions * items));
    return [...chosen].map((index) => [Math.floor(index / items), index % items]);
}

function below(count) {
    return Math.floor(Math.random() * count);
}

function requestText(server, operation, p, s, shape) {
    const path = `/${FLOOR[operation]}/${partitionKey(p)}/${sortKey(s)}`;
    if (server.kind === "floor") {
        const writes = operation === "put" || operation === "update";
        return httpText(server, { path, body: writes ? JSON.stringify(itemOf(p, s, shape.bytes, shape.word)) : null });
    }
    const [target, parameters] = DYNAMODB[operation](p, s, shape);
    const body = JSON.stringify(parameters);
    return httpText(server, { path: server.kind === "wire" ? `/wire${path}` : "/", target, body });
}

function httpText(server, { path, target = null, body }) {
    const { host } = new URL(server.url);
    const lines = [
        `${body === null ? "GET" : "POST"} ${path} HTTP/1.1`,
        `Host: ${host}`,
        ...Object.entries(headersOf(server, target, body)).map(([name, value]) => `${name}: ${value}`),
    ];
    if (body !== null) lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
    return `${lines.join("\r\n")}\r\n\r\n${body ?? ""}`;
}

// server.key: { id, secret } where it checks signatures; then a body is signed as it stands. target: an operation of
// DynamoDB's, or null.
export function headersOf(server, target, body) {
    const { host } = new URL(server.url);
    const headers = { "content-type": "application/x-amz-json-1.0" };
    if (target !== null) headers["x-amz-target"] = `DynamoDB_20120810.${target}`;
    return { ...headers, ...authorizationOf(server.key ?? null, host, target, body) };
}
