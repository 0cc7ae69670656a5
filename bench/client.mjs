// Requests by hand to a server of DynamoDB's API, and the table `bench` that every load reads and writes.
import { Agent, request } from "node:http";
import { itemOf } from "./items.mjs";
import { LARGE_ITEMS, LARGE_PARTITIONS, headersOf } from "./requests.mjs";

const LOADERS = 8; // batches in flight
const BATCH = 25;
const BATCH_BYTES_MAX = 1024 * 1024; // the server holds a few large bodies at a time, and refuses more

const agent = new Agent({ keepAlive: true });

// Throws where the answer is not 200.
export async function ask(server, operation, parameters) {
    return (await askWhole(server, operation, parameters)).reply;
}

// { reply, headers }
export async function askWhole(server, operation, parameters, more = {}) {
    const body = JSON.stringify(parameters);
    const headers = { ...headersOf(server, operation, body), ...more };
    const { status, text, headers: answered } = await post(server.url, "/", body, headers);
    if (status !== 200) throw new Error(`${server.name}: ${operation}: ${status} ${text.slice(0, 300)}`);
    return { reply: JSON.parse(text), headers: answered };
}

async function post(url, path, body, headers) {
    const sent = request(new URL(path, url), {
        method: "POST", agent, headers: { ...headers, "content-length": Buffer.byteLength(body) },
    });
    const response = await new Promise((resolve, reject) => {
        sent.on("response", resolve).on("error", reject);
        sent.end(body);
    });
    const chunks = [];
    for await (const chunk of response) chunks.push(chunk);
    return { status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() };
}

// more: members of CreateTable, such as indexes.
export async function createTable(server, more = {}) {
    const attribute = (name) => ({ AttributeName: name, AttributeType: "S" });
    await ask(server, "CreateTable", {
        TableName: "bench",
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [attribute("pk"), attribute("sk")],
        KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }, { AttributeName: "sk", KeyType: "RANGE" }],
        ...more,
    });
    await isActive(server);
}

export async function isActive(server) {
    for (;;) {
        const { Table } = await ask(server, "DescribeTable", { TableName: "bench" });
        if (Table.TableStatus === "ACTIVE") return;
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}

// Makes the items that a load of this shape (requests.mjs) works on. more: of createTable.
export async function fill(server, { partitions, items, bytes }, more = {}) {
    if (server.kind !== "floor") await createTable(server, more);
    await putAll(server, 0, partitions * items, (i) => itemOf(Math.floor(i / items), i % items, bytes));
}

// What pages of 1 MB are read from, behind `partitions` others.
export async function fillLarge(server, partitions) {
    const place = (i) => [partitions + Math.floor(i / LARGE_ITEMS), i % LARGE_ITEMS];
    await putAll(server, 0, LARGE_PARTITIONS * LARGE_ITEMS, (i) => itemOf(...place(i)));
}

// Puts itemAt(i) for first ≤ i < end.
export async function putAll(server, first, end, itemAt) {
    if (first === end) return;
    const fitting = Math.floor(BATCH_BYTES_MAX / JSON.stringify(itemAt(first)).length);
    const batch = Math.max(1, Math.min(BATCH, fitting));
    let next = first;
    const put = server.kind === "floor" ? putIntoFloor : putBatch;
    await Promise.all(Array.from({ length: LOADERS }, async () => {
        while (next < end) {
            const from = next;
            next = Math.min(from + batch, end);
            await put(server, Array.from({ length: next - from }, (_, i) => itemAt(from + i)));
        }
    }));
}

async function putBatch(server, items) {
    let requests = { bench: items.map((Item) => ({ PutRequest: { Item } })) };
    while (Object.keys(requests).length > 0) {
        requests = (await ask(server, "BatchWriteItem", { RequestItems: requests })).UnprocessedItems ?? {};
    }
}

async function putIntoFloor(server, items) {
    for (const item of items) {
        const { status, text } = await post(server.url, `/put/${item.pk.S}/${item.sk.S}`, JSON.stringify(item), {});
        if (status !== 200) throw new Error(`${server.name}: put: ${status} ${text}`);
    }
}

// How many items a table has, or one of its indexes, or one of so many segments of a parallel scan.
export async function countItems(server, more = {}) {
    let count = 0;
    let ExclusiveStartKey;
    do {
        const page = await ask(server, "Scan", { TableName: "bench", Select: "COUNT", ExclusiveStartKey, ...more });
        count += page.Count;
        ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
    return count;
}
