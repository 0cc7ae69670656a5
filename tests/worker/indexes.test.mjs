// Global indexes that come and go while a table is in use, in both layouts.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, test } from "node:test";
import {
    BatchWriteItemCommand, CreateTableCommand, DeleteItemCommand, DescribeTableCommand, PutItemCommand, QueryCommand,
    ScanCommand, UpdateTableCommand,
} from "@aws-sdk/client-dynamodb";
import { HASH_TABLE, eventually, suiteServer } from "./support.mjs";

const ITEM_COUNT = 200;
const GROUP_COUNT = 7;

for (const layout of ["key", "hash:4"]) {
    describe(`indexes in layout ${layout}`, () => {
        const server = suiteServer(["--layout", layout]);
        const send = (command) => server.client.send(command);
        const describeTable = async (name) => (await send(new DescribeTableCommand({ TableName: name }))).Table;
        const isSettled = (name) => eventually(() => describeTable(name), (table) => table.TableStatus === "ACTIVE");
        const verify = (name) => eventually(() => runVerify(server.url, name), ({ code }) => code === 0);

        const changeIndex = (name, change) => send(new UpdateTableCommand({
            TableName: name,
            AttributeDefinitions: [{ AttributeName: "g", AttributeType: "N" }],
            GlobalSecondaryIndexUpdates: [change],
        }));
        const createIndex = (name) => changeIndex(name, {
            Create: {
                IndexName: "groups",
                KeySchema: [{ AttributeName: "g", KeyType: "HASH" }],
                Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["text"] },
            },
        });
        const queryGroup = (name, group) => send(new QueryCommand({
            TableName: name,
            IndexName: "groups",
            KeyConditionExpression: "g = :g",
            ExpressionAttributeValues: { ":g": { N: String(group) } },
        }));

        async function createFullTable(name) {
            await send(new CreateTableCommand({ ...HASH_TABLE, TableName: name }));
            await isSettled(name);
            for (let from = 0; from < ITEM_COUNT; from += 25) {
                const items = Array.from({ length: 25 }, (_, i) => itemOf(from + i));
                await send(new BatchWriteItemCommand({
                    RequestItems: { [name]: items.map((Item) => ({ PutRequest: { Item } })) },
                }));
            }
        }

        test("an index of a full table has what was there, and what is written meanwhile", async () => {
            await createFullTable("full");
            const { TableDescription: begun } = await createIndex("full");
            assert.equal(begun.TableStatus, "UPDATING");
            assert.equal(begun.GlobalSecondaryIndexes[0].IndexStatus, "CREATING");
            let last = 0;
            const table = await eventually(async () => {
                // New items, changed ones, and deleted ones; not so long that they meet.
                if (last < ITEM_COUNT / 2) {
                    await send(new PutItemCommand({ TableName: "full", Item: itemOf(ITEM_COUNT + last) }));
                    await send(new PutItemCommand({ TableName: "full", Item: { ...itemOf(last), g: { N: "99" } } }));
                    const key = { pk: { S: `item ${ITEM_COUNT - 1 - last}` } };
                    await send(new DeleteItemCommand({ TableName: "full", Key: key }));
                    last++;
                }
                return describeTable("full");
            }, ({ TableStatus }) => TableStatus === "ACTIVE");
            const [index] = table.GlobalSecondaryIndexes;
            assert.equal(index.IndexStatus, "ACTIVE");
            assert.equal(index.Backfilling, undefined);
            assert.match(index.IndexArn, /:table\/full\/index\/groups$/);
            await verify("full");
            assert.equal((await queryGroup("full", 99)).Count, last);
            const { Items: [item] } = await queryGroup("full", 3);
            assert.deepEqual(Object.keys(item).sort(), ["g", "pk", "text"]);
        });

        test("items that do not fit an index stay out of it", async () => {
            await createFullTable("misfits");
            await send(new PutItemCommand({ TableName: "misfits", Item: { pk: { S: "none" } } }));
            await send(new PutItemCommand({ TableName: "misfits", Item: { pk: { S: "text" }, g: { S: "1" } } }));
            await createIndex("misfits");
            await isSettled("misfits");
            await verify("misfits");
            const { Count } = await send(new ScanCommand({ TableName: "misfits", IndexName: "groups" }));
            assert.equal(Count, ITEM_COUNT);
        });

        test("a deleted index is gone, and can be made again", async () => {
            await createFullTable("again");
            await createIndex("again");
            await isSettled("again");
            const { TableDescription: deleting } = await changeIndex("again", { Delete: { IndexName: "groups" } });
            assert.equal(deleting.GlobalSecondaryIndexes[0].IndexStatus, "DELETING");
            await assert.rejects(queryGroup("again", 1), /The table does not have the specified index: groups/);
            const table = await isSettled("again");
            assert.equal(table.GlobalSecondaryIndexes, undefined);
            assert.deepEqual(table.AttributeDefinitions, HASH_TABLE.AttributeDefinitions);
            await send(new PutItemCommand({ TableName: "again", Item: { ...itemOf(0), g: { N: "5" } } }));
            await createIndex("again");
            await isSettled("again");
            await verify("again");
            assert.equal((await queryGroup("again", 5)).Count, Math.floor(ITEM_COUNT / GROUP_COUNT) + 1);
        });

        test("a table and its indexes are described with their sizes", async () => {
            await createFullTable("sizes");
            await createIndex("sizes");
            await isSettled("sizes");
            const table = await eventually(
                () => describeTable("sizes"),
                ({ ItemCount, GlobalSecondaryIndexes: [index] }) => {
                    return ItemCount === ITEM_COUNT && index.ItemCount === ITEM_COUNT;
                },
            );
            const [index] = table.GlobalSecondaryIndexes;
            // "rest" and its five bytes are not projected.
            assert.equal(table.TableSizeBytes - index.IndexSizeBytes, 9 * ITEM_COUNT);
        });

        test("local indexes are described with their sizes", async () => {
            await send(new CreateTableCommand(LOCAL_TABLE));
            for (let from = 0; from < LOCAL_ITEM_COUNT; from += 25) {
                const items = Array.from({ length: 25 }, (_, i) => localItemOf(from + i));
                await send(new BatchWriteItemCommand({
                    RequestItems: { [LOCAL_TABLE.TableName]: items.map((Item) => ({ PutRequest: { Item } })) },
                }));
            }
            const isDescribed = (itemCount, rareCount) => eventually(
                () => describeTable(LOCAL_TABLE.TableName),
                ({ ItemCount, LocalSecondaryIndexes: [groups, rare] }) => ItemCount === itemCount
                    && groups.ItemCount === itemCount && rare.ItemCount === rareCount,
            );
            const full = await isDescribed(LOCAL_ITEM_COUNT, LOCAL_RARE_COUNT);
            const [groups, rare] = full.LocalSecondaryIndexes;
            // "rest" and its five bytes are in neither index, "rare" and its three are in its own alone.
            const rareBytes = 7 * LOCAL_RARE_COUNT;
            assert.equal(full.TableSizeBytes - groups.IndexSizeBytes, 9 * LOCAL_ITEM_COUNT + rareBytes);
            assert.equal(rare.IndexSizeBytes, LOCAL_RARE_COUNT * (2 + 6 + 4 + 8 + 7));
            // The item goes from one index; the table has as many items and bytes as before.
            const { rare: value, ...others } = localItemOf(0);
            await send(new PutItemCommand({ TableName: LOCAL_TABLE.TableName, Item: { ...others, dull: value } }));
            const changed = await isDescribed(LOCAL_ITEM_COUNT, LOCAL_RARE_COUNT - 1);
            assert.equal(changed.TableSizeBytes, full.TableSizeBytes);
            assert.equal(changed.LocalSecondaryIndexes[0].IndexSizeBytes, groups.IndexSizeBytes);
            assert.equal(changed.LocalSecondaryIndexes[1].IndexSizeBytes, rare.IndexSizeBytes - 27);
            const { pk, text } = localItemOf(1);
            await send(new DeleteItemCommand({ TableName: LOCAL_TABLE.TableName, Key: { pk, text } }));
            await isDescribed(LOCAL_ITEM_COUNT - 1, LOCAL_RARE_COUNT - 1);
        });
    });
}

function itemOf(i) {
    return {
        pk: { S: `item ${i}` }, g: { N: String(i % GROUP_COUNT) }, text: { S: `text ${i}` }, rest: { S: "other" },
    };
}

// Two partitions, each larger than what a report reads at a time.
const LOCAL_ITEM_COUNT = 600;
const LOCAL_RARE_COUNT = LOCAL_ITEM_COUNT / 10;
const LOCAL_TABLE = {
    TableName: "local",
    AttributeDefinitions: ["pk S", "text S", "g N", "rare S"].map((definition) => {
        const [AttributeName, AttributeType] = definition.split(" ");
        return { AttributeName, AttributeType };
    }),
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }, { AttributeName: "text", KeyType: "RANGE" }],
    BillingMode: "PAY_PER_REQUEST",
    LocalSecondaryIndexes: [
        { name: "groups", sort: "g", Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["none"] } },
        { name: "rare", sort: "rare", Projection: { ProjectionType: "KEYS_ONLY" } },
    ].map(({ name, sort, Projection }) => ({
        IndexName: name,
        KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }, { AttributeName: sort, KeyType: "RANGE" }],
        Projection,
    })),
};

function localItemOf(i) {
    return {
        pk: { S: `item ${i % 2}` }, text: { S: `text ${String(i).padStart(3, "0")}` },
        g: { N: String(i % GROUP_COUNT) }, rest: { S: "other" }, ...(i % 10 === 0 && { rare: { S: "yes" } }),
    };
}

async function runVerify(url, table) {
    const child = spawn(process.execPath, ["local/transfer/verify.mjs", table, "--endpoint", url]);
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    const [code] = await once(child, "close");
    return { code, output };
}
