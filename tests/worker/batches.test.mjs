// Batches of any bytes, and as large as DynamoDB takes them: 25 items of nearly 400 KB, 16 MB of JSON, replies of many
// megabytes.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HASH_TABLE, TABLE, eventually, post, suiteServer } from "./support.mjs";

const KB = 1024;
const ITEMS = 25;
const VALUE_BYTES = 399 * KB - 100;
const TRIES_MAX = 40;
const PLAIN = { "accept-encoding": "identity" }; // the CRC is that of the bytes sent

// The same length in each, of its own letter.
const letterOf = (i) => String.fromCharCode(97 + i);

async function createTable(url, table, name) {
    const created = await post(url, "CreateTable", { ...table, TableName: name });
    assert.equal(created.status, 200, created.text);
    const isActive = ({ json }) => json.Table.TableStatus === "ACTIVE";
    await eventually(() => post(url, "DescribeTable", { TableName: name }), isActive);
}

// Until nothing is left unprocessed; every try must get on. How many it took.
async function writeAll(url, requests) {
    let left = requests;
    for (let tries = 1; tries <= TRIES_MAX; tries++) {
        const answer = await post(url, "BatchWriteItem", { RequestItems: left }, PLAIN);
        assert.equal(answer.status, 200, answer.text.slice(0, 300));
        assert.ok(answer.crcHolds);
        left = answer.json.UnprocessedItems;
        if (Object.keys(left).length === 0) return tries;
    }
    assert.fail("the batch does not come to an end");
}

// Everything that is found, by its key, and the size of the largest reply.
async function readAll(url, name, keys) {
    const found = new Map();
    let largest = 0;
    let left = { [name]: { Keys: keys } };
    for (let tries = 1; tries <= TRIES_MAX; tries++) {
        const answer = await post(url, "BatchGetItem", { RequestItems: left }, PLAIN);
        assert.equal(answer.status, 200, answer.text.slice(0, 300));
        assert.ok(answer.crcHolds);
        largest = Math.max(largest, answer.text.length);
        const items = answer.json.Responses[name] ?? [];
        assert.ok(items.length > 0, "a reply without items");
        for (const item of items) found.set(`${item.pk.S} ${item.sk?.N}`, item);
        left = answer.json.UnprocessedKeys;
        if (Object.keys(left).length === 0) return { found, largest };
    }
    assert.fail("the batch does not come to an end");
}

async function writeAndRead(url, name, keys, valueOf) {
    const puts = keys.map((key, i) => ({ PutRequest: { Item: { ...key, v: valueOf(i) } } }));
    assert.equal(await writeAll(url, { [name]: puts }), 1);
    const { found, largest } = await readAll(url, name, keys);
    assert.equal(found.size, keys.length);
    for (const [i, key] of keys.entries()) assert.deepEqual(found.get(`${key.pk.S} ${key.sk?.N}`).v, valueOf(i));
    // Memory that a large request took is there again for the next.
    const small = await post(url, "GetItem", { TableName: name, Key: keys[0], ProjectionExpression: "pk" });
    assert.deepEqual(small.json, { Item: { pk: keys[0].pk } });
    return largest;
}

const text = (i) => ({ S: letterOf(i).repeat(VALUE_BYTES) });
const manyKeys = Array.from({ length: ITEMS }, (_, i) => ({ pk: { S: `k${i}` } }));
const oneKey = Array.from({ length: ITEMS }, (_, i) => ({ pk: { S: "one" }, sk: { N: String(i) } }));

for (const layout of ["key", "hash:2"]) {
    describe(`batches of small items, layout ${layout}`, () => {
        const server = suiteServer(["--layout", layout]);
        const anyBytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i)).toString("base64");

        // Items stand for a part of the keys; values hold what ends texts elsewhere, and what is no text.
        for (const count of [1, 2, 7, 8, 9, 16, 17, 100]) {
            it(`tells which of ${count} items of one partition key are there`, async () => {
                const name = `table-${count}`;
                await createTable(server.url, TABLE, name);
                const keyOf = (i) => ({ pk: { S: "one\0" }, sk: { N: String(i) } });
                const itemOf = (i) => ({ ...keyOf(i), v: { B: anyBytes }, s: { S: "\0é".repeat(i) } });
                const keys = Array.from({ length: count }, (_, i) => keyOf(i));
                const read = async () => {
                    const { json } = await post(server.url, "BatchGetItem", {
                        RequestItems: { [name]: { Keys: keys, ConsistentRead: true } }, ReturnConsumedCapacity: "TOTAL",
                    });
                    assert.deepEqual(json.UnprocessedKeys, {});
                    assert.equal(json.ConsumedCapacity[0].CapacityUnits, count);
                    return json.Responses[name].sort((a, b) => a.sk.N - b.sk.N);
                };
                assert.deepEqual(await read(), [], "of a partition that nobody has written to");
                const there = keys.map((_, i) => i).filter((i) => i % 3 !== 1);
                for (const i of there) {
                    const { status, text } = await post(server.url, "PutItem", { TableName: name, Item: itemOf(i) });
                    assert.equal(status, 200, text);
                }
                assert.deepEqual(await read(), there.map(itemOf));
                const large = { ...keyOf(0), v: { S: "v".repeat(2000) } }; // read one by one from now on
                await post(server.url, "PutItem", { TableName: name, Item: large });
                assert.deepEqual(await read(), [large, ...there.slice(1).map(itemOf)]);
            });
        }
    });
}

for (const layout of ["key", "hash:16"]) {
    describe(`batches of megabytes, layout ${layout}`, () => {
        const server = suiteServer(["--layout", layout]);

        it("writes and reads 25 items of 399 KB under as many partition keys", async () => {
            await createTable(server.url, HASH_TABLE, "wide");
            const largest = await writeAndRead(server.url, "wide", manyKeys, text);
            assert.ok(largest > 6 * KB * KB, `the largest reply has ${largest} bytes`);
        });

        it("writes, overwrites and reads 25 items of 399 KB under one partition key", async () => {
            await createTable(server.url, TABLE, "deep");
            await writeAndRead(server.url, "deep", oneKey, text);
            await writeAndRead(server.url, "deep", oneKey, (i) => text(ITEMS - 1 - i));
        });

        it("takes 16 MB of JSON whose items have 10 MB", async () => {
            const binary = Buffer.alloc(VALUE_BYTES, 0xa7).toString("base64");
            const padding = 16 * KB * KB - ITEMS * (binary.length + 64) - KB;
            await createTable(server.url, HASH_TABLE, "binary");
            const puts = manyKeys.map((key) => ({ PutRequest: { Item: { ...key, v: { B: binary } } } }));
            const body = JSON.stringify({ RequestItems: { binary: puts } }) + " ".repeat(padding);
            const written = await post(server.url, "BatchWriteItem", body);
            assert.equal(written.status, 200, written.text.slice(0, 300));
            assert.deepEqual(written.json, { UnprocessedItems: {} });
            const { found } = await readAll(server.url, "binary", manyKeys);
            assert.equal(found.size, ITEMS);
            for (const item of found.values()) assert.equal(item.v.B, binary);
        });

        it("refuses 16.1 MB, and goes on", async () => {
            const body = JSON.stringify({ RequestItems: { wide: [] } }) + " ".repeat(16.1 * KB * KB);
            const refused = await post(server.url, "BatchWriteItem", body);
            assert.equal(refused.status, 413, refused.text.slice(0, 300));
            const small = { RequestItems: { wide: [{ PutRequest: { Item: { pk: { S: "small" } } } }] } };
            assert.deepEqual((await post(server.url, "BatchWriteItem", small)).json, { UnprocessedItems: {} });
        });

        it("an item whose JSON no reply has room for is not handed back for ever", async () => {
            await createTable(server.url, HASH_TABLE, "tiny-numbers");
            const put = async (pk, count) => { // 142 characters of JSON for three bytes
                const item = { pk: { S: pk }, l: { L: Array.from({ length: count }, () => ({ N: "1e-130" })) } };
                const reply = await post(server.url, "PutItem", { TableName: "tiny-numbers", Item: item });
                assert.equal(reply.status, 200, reply.text);
            };
            await put("small", 1);
            await put("fits", 30_000);
            await put("never", 80_000);
            const key = (pk) => ({ pk: { S: pk } });
            const read = (...keys) => post(server.url, "BatchGetItem", {
                RequestItems: { "tiny-numbers": { Keys: keys.map(key) } },
            }, PLAIN);
            const { json } = await read("small", "never", "fits");
            assert.deepEqual(json.Responses["tiny-numbers"].map(({ pk }) => pk.S).sort(), ["fits", "small"]);
            assert.deepEqual(json.UnprocessedKeys, { "tiny-numbers": { Keys: [key("never")] } });
            assert.equal((await read("never")).status, 500);
        });
    });
}
