// Objects that never answer: whoever asked them hears in time, in DynamoDB's words, and nobody else is harmed.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startHost } from "../../local/host.mjs";
import { HASH_TABLE, TABLE, eventually, partitionOf, post, temporaryFolder } from "./support.mjs";

const REQUEST_MS = 2000;
const WORD = "neveranswers"; // hanging_entry.js
const INTERNAL = "com.amazonaws.dynamodb.v20120810#InternalServerError";

for (const layout of ["key", "hash:16"]) {
    describe(`objects that never answer, layout ${layout}`, () => {
        const ends = [];
        let url;
        const key = (pk) => ({ pk: { S: pk } });
        const send = (operation, body) => post(url, operation, body);

        before(async () => {
            const host = await startHost({
                host: "127.0.0.1", port: 0, layout, requestMs: REQUEST_MS, main: "tests/worker/hanging_entry.js",
                data: temporaryFolder({ after: (end) => ends.push(end) }),
            });
            ends.push(() => host.stop());
            url = host.url.href;
            for (const table of [HASH_TABLE, TABLE]) assert.equal((await send("CreateTable", table)).status, 200);
            assert.equal((await send("PutItem", { TableName: "keys", Item: key("well") })).status, 200);
        });

        after(async () => {
            for (const end of ends.reverse()) await end();
        });

        // Runs a request that must end in time, and requests beside it that must not wait for it.
        const inTime = async (operation, body) => {
            const began = Date.now();
            const slow = send(operation, body);
            const others = [];
            for (let i = 0; i < 10; i++) others.push(await send("GetItem", { TableName: "keys", Key: key("well") }));
            for (const { json } of others) assert.deepEqual(json, { Item: key("well") });
            assert.ok(Date.now() - began < REQUEST_MS / 2, "others do not wait");
            const reply = await slow;
            const took = Date.now() - began;
            assert.ok(took > REQUEST_MS / 8 && took < REQUEST_MS * 1.2, `${operation} took ${took} ms`);
            return reply;
        };

        const fails = async (operation, body) => {
            const reply = await inTime(operation, body);
            assert.equal(reply.status, 500, reply.text);
            assert.equal(reply.json.__type, INTERNAL);
            assert.ok(reply.crcHolds);
        };

        test("one object's requests end with InternalServerError", async () => {
            const ofKey = { TableName: "keys", Key: key(WORD) };
            const values = { ExpressionAttributeValues: { ":w": { S: WORD } } };
            await Promise.all([
                fails("PutItem", { TableName: "keys", Item: key(WORD) }),
                fails("GetItem", ofKey),
                fails("DeleteItem", ofKey),
                fails("UpdateItem", { ...ofKey, UpdateExpression: "SET a = :w", ...values }),
                fails("Query", { TableName: "things", KeyConditionExpression: "pk = :w", ...values }),
                fails("Scan", { TableName: "keys", FilterExpression: "a = :w", ...values }),
            ]);
        });

        test("a table that never answers", async () => {
            await Promise.all([
                fails("GetItem", { TableName: WORD, Key: key("a") }),
                fails("DescribeTable", { TableName: WORD }),
                fails("CreateTable", { ...HASH_TABLE, TableName: WORD }),
            ]);
        });

        // Keys of other objects than the hanging one, which answers requests for its story (hanging_entry.js).
        const keysElsewhere = async (count) => {
            const hanging = await partitionOf(url, "keys", key(WORD));
            const found = [];
            for (let i = 1; found.length < count; i++) {
                if (await partitionOf(url, "keys", key(`b${i}`)) !== hanging) found.push(`b${i}`);
            }
            return found;
        };

        test("batches do the rest and leave what hangs unprocessed", async () => {
            const [first, last] = await keysElsewhere(2);
            const pks = [first, WORD, last];
            const puts = pks.map((pk) => ({ PutRequest: { Item: key(pk) } }));
            const written = await inTime("BatchWriteItem", { RequestItems: { keys: puts } });
            assert.equal(written.status, 200, written.text);
            assert.deepEqual(written.json.UnprocessedItems, { keys: [puts[1]] });
            const keys = pks.map(key);
            const read = await inTime("BatchGetItem", { RequestItems: { keys: { Keys: keys } } });
            assert.equal(read.status, 200, read.text);
            assert.deepEqual(read.json.UnprocessedKeys, { keys: { Keys: [keys[1]] } });
            assert.deepEqual(read.json.Responses.keys.map(({ pk }) => pk.S).sort(), [first, last].sort());
        });

        test("a batch of nothing but hanging objects fails", async () => {
            const puts = [{ PutRequest: { Item: key(WORD) } }];
            await Promise.all([
                fails("BatchGetItem", { RequestItems: { keys: { Keys: [key(WORD)] } } }),
                fails("BatchWriteItem", { RequestItems: { keys: puts } }),
            ]);
        });

        test("nothing is held for clients that left meanwhile", async () => {
            const aborted = Array.from({ length: 20 }, () => fetch(url, {
                method: "POST", signal: AbortSignal.timeout(100),
                headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_20120810.GetItem" },
                body: JSON.stringify({ TableName: "keys", Key: key(WORD) }),
            }).then(() => "answered", () => "left"));
            assert.deepEqual(new Set(await Promise.all(aborted)), new Set(["left"]));
            const metric = async (name) => {
                const page = await (await fetch(`${url}_shvm/metrics`)).text();
                return Number(new RegExp(`^shvm_${name} (\\d+)$`, "m").exec(page)[1]);
            };
            await eventually(() => metric("requests_running"), (running) => running === 0, { ms: 2 * REQUEST_MS });
            assert.equal(await metric("request_body_bytes_held"), 0);
        });
    });
}
