// Stored values of format 1, which differ from today's in the order of their version's bytes (c_src/store/items.h).
import assert from "node:assert/strict";
import { test } from "node:test";
import { Cluster } from "./cluster.mjs";

const TableName = "things";
const SWAPPED = [9, 8, 7, 6, 5, 4, 3, 2].map((at) => `substr(value, ${at}, 1)`).join(" || ");
const AS_FORMAT_1 = `UPDATE items SET value = CAST(x'01' || ${SWAPPED} || substr(value, 10) AS BLOB)
    WHERE substr(value, 1, 1) = x'02'`;
const FORMATS = "SELECT hex(substr(value, 1, 1)) AS format FROM items";

for (const layout of ["key", "hash:2"]) {
    test(`items and index entries of format 1 are read and written over, layout ${layout}`, async () => {
        const cluster = new Cluster(layout);
        try {
            const [AttributeType, KeyType] = ["S", "HASH"];
            await cluster.request("CreateTable", {
                TableName, BillingMode: "PAY_PER_REQUEST",
                AttributeDefinitions: ["pk", "g"].map((AttributeName) => ({ AttributeName, AttributeType })),
                KeySchema: [{ AttributeName: "pk", KeyType }],
                GlobalSecondaryIndexes: [{
                    IndexName: "by_g",
                    KeySchema: [{ AttributeName: "g", KeyType }],
                    Projection: { ProjectionType: "ALL" },
                }],
            });
            await cluster.pass(1000);
            const put = (pk, g, v) => cluster.request("PutItem", {
                TableName, Item: { pk: { S: pk }, g: { S: g }, v: { S: v } },
            });
            const inIndex = async (g) => {
                const { Items } = await cluster.request("Query", {
                    TableName, IndexName: "by_g", KeyConditionExpression: "g = :g",
                    ExpressionAttributeValues: { ":g": { S: g } },
                });
                return Items.map(({ pk, v }) => `${pk.S} ${v.S}`).sort();
            };
            await put("a", "x", "1");
            await put("b", "x", "1");
            await put("c", "x", "1");
            await put("c", "y", "2"); // leaves a mark under x
            await cluster.settle();
            cluster.rows(/./, AS_FORMAT_1);
            const formats = cluster.rows(/./, FORMATS).map(({ format }) => format);
            assert.deepEqual(formats, Array(7).fill("01"));

            const { Responses } = await cluster.request("BatchGetItem", {
                RequestItems: { [TableName]: { Keys: ["a", "b", "d"].map((pk) => ({ pk: { S: pk } })) } },
            });
            assert.deepEqual(Responses[TableName].map(({ pk }) => pk.S).sort(), ["a", "b"]);
            assert.deepEqual(await inIndex("x"), ["a 1", "b 1"]);
            await put("a", "x", "2");
            await put("c", "x", "3");
            await cluster.settle();
            assert.deepEqual(await inIndex("x"), ["a 2", "b 1", "c 3"]);
            assert.deepEqual(await inIndex("y"), []);
            const { Item } = await cluster.request("GetItem", { TableName, Key: { pk: { S: "a" } } });
            assert.equal(Item.v.S, "2");
            const written = cluster.rows(/./, FORMATS).map(({ format }) => format).sort();
            assert.deepEqual(written, ["01", "01", "02", "02", "02", "02", "02"], "b alone, and its entry, stay");
        } finally {
            cluster.close();
        }
    });
}
