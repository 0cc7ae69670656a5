// While one release follows another, old and new Workers and objects talk to each other: what one of them does not know
// ends with a clean error and changes nothing, and what both know goes on.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startHost } from "../../local/host.mjs";
import { HASH_TABLE, TABLE, partitionOf, post, temporaryFolder } from "./support.mjs";

const INTERNAL = "com.amazonaws.dynamodb.v20120810#InternalServerError";
const NOT_FOUND = "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException";
// Action REPLY, its length, and a result of version 1 (c_src/msg/result.h): UNSUPPORTED, no rows, newest version 1.
const UNSUPPORTED = [4, 5, 0, 0, 0, 1, 3, 0, 0, 1];

for (const layout of ["key", "hash:16"]) {
    describe(`releases that overlap, layout ${layout}`, () => {
        const ends = [];
        let url;
        const key = (pk) => ({ pk: { S: pk } });
        const send = (operation, body) => post(url, operation, body);

        before(async () => {
            const host = await startHost({
                host: "127.0.0.1", port: 0, layout, main: "tests/worker/versions_entry.js",
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

        const fails = async (operation, body) => {
            const reply = await send(operation, body);
            assert.equal(reply.status, 500, `${operation}: ${reply.text}`);
            assert.equal(reply.json.__type, INTERNAL);
            assert.ok(reply.crcHolds);
        };
        const scanned = async () => {
            const reply = await send("Scan", { TableName: "keys", ConsistentRead: true });
            assert.equal(reply.status, 200, reply.text);
            return reply.json.Items.map(({ pk }) => pk.S).sort();
        };

        test("every role says which version it knows, for a version and for a kind that it does not", async () => {
            const id = (await send("DescribeTable", { TableName: "keys" })).json.Table.TableId;
            const objects = {
                PARTITION: await partitionOf(url, "keys", key("well")),
                TABLE: "v1/t/keys",
                DIRECTORY: `v1/d/${id}/0`,
                CATALOG: "v1/c",
            };
            for (const [binding, name] of Object.entries(objects)) {
                for (const [version, kind] of [[2, 1], [1, 99], [0, 1], [255, 255]]) {
                    // Behind them, for who reads on, the table id's length and the id.
                    const body = Uint8Array.of(version, kind, id.length, ...new TextEncoder().encode(id));
                    const reply = await fetch(`${url}raw/${binding}/${name}`, { method: "POST", body });
                    const said = [...new Uint8Array(await reply.arrayBuffer())];
                    assert.deepEqual(said, UNSUPPORTED, `${name} to version ${version}, kind ${kind}`);
                }
            }
            assert.deepEqual(await scanned(), ["well"]);
        });

        test("a partition of another release: requests fail, and nothing is written", async () => {
            const pk = "asksnewpartition";
            const ofKey = { TableName: "keys", Key: key(pk) };
            await fails("PutItem", { TableName: "keys", Item: key(pk) });
            await fails("GetItem", ofKey);
            await fails("DeleteItem", ofKey);
            await fails("UpdateItem", {
                ...ofKey, UpdateExpression: "SET a = :a", ExpressionAttributeValues: { ":a": { S: "a" } },
            });
            await fails("Query", {
                TableName: "things", KeyConditionExpression: "pk = :p", ExpressionAttributeValues: { ":p": { S: pk } },
            });
            assert.deepEqual(await scanned(), ["well"]);
        });

        test("a batch does the rest and leaves the others' share unprocessed", async () => {
            for (const pk of ["asksnewpartition", "saysnewpartition"]) {
                const strange = await partitionOf(url, "keys", key(pk));
                let other = 1;
                while (await partitionOf(url, "keys", key(`b${other}`)) === strange) other++;
                const puts = [pk, `b${other}`].map((name) => ({ PutRequest: { Item: key(name) } }));
                const written = await send("BatchWriteItem", { RequestItems: { keys: puts } });
                assert.equal(written.status, 200, written.text);
                assert.deepEqual(written.json.UnprocessedItems, { keys: [puts[0]] });
                const keys = [pk, `b${other}`].map(key);
                const read = await send("BatchGetItem", { RequestItems: { keys: { Keys: keys } } });
                assert.equal(read.status, 200, read.text);
                assert.deepEqual(read.json.UnprocessedKeys, { keys: { Keys: [keys[0]] } });
                assert.deepEqual(read.json.Responses.keys, [keys[1]]);
                await send("DeleteItem", { TableName: "keys", Key: keys[1] });
            }
        });

        // A partition of layout key registers with the directory; a slot with its table.
        if (layout === "key") test("a directory of another release keeps new partitions out", async () => {
            for (const pk of ["asksnewdirectory", "saysnewdirectory"]) {
                await fails("PutItem", { TableName: "keys", Item: key(pk) });
                assert.deepEqual((await send("GetItem", { TableName: "keys", Key: key(pk) })).json, {});
            }
        });

        test("a table of another release", async () => {
            for (const TableName of ["asksnewtable", "saysnewtable"]) {
                await fails("CreateTable", { ...HASH_TABLE, TableName });
                await fails("DescribeTable", { TableName });
                await fails("PutItem", { TableName, Item: key("a") });
            }
        });

        test("a catalog of another release: a new table waits for it", async () => {
            for (const TableName of ["asksnewcatalog", "saysnewcatalog"]) {
                const created = await send("CreateTable", { ...HASH_TABLE, TableName });
                assert.equal(created.json.TableDescription.TableStatus, "CREATING", created.text);
                assert.equal((await send("DescribeTable", { TableName })).json.Table.TableStatus, "CREATING");
                const put = await send("PutItem", { TableName, Item: key("a") });
                assert.equal(put.json.__type, NOT_FOUND, put.text);
            }
        });

        test("all the others never noticed", async () => {
            const read = await send("GetItem", { TableName: "keys", Key: key("well") });
            assert.deepEqual(read.json, { Item: key("well") });
            assert.equal((await send("PutItem", { TableName: "keys", Item: key("after") })).status, 200);
        });
    });
}
