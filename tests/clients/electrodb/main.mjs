// ElectroDB against the server at SHVM_ENDPOINT: entities that share a table, and a service over them.
import assert from "node:assert/strict";
import {
    CreateTableCommand, DeleteTableCommand, DynamoDBClient, waitUntilTableExists, waitUntilTableNotExists,
} from "@aws-sdk/client-dynamodb";
import { Entity, Service } from "electrodb";

const client = new DynamoDBClient({ endpoint: process.env.SHVM_ENDPOINT, maxAttempts: 1 });
const table = process.env.SHVM_TABLE;
const model = (entity) => ({ entity, version: "1", service: "shop" });
const collection = (own) => ({
    primary: {
        collection: "orders",
        pk: { field: "pk", composite: ["customer"] },
        sk: { field: "sk", composite: own },
    },
});

const Order = new Entity({
    model: model("order"),
    attributes: {
        customer: { type: "string", required: true },
        order: { type: "string", required: true },
        total: { type: "number", default: 0 },
        state: { type: ["open", "paid"], default: "open" },
        tags: { type: "set", items: "string" },
        notes: { type: "list", items: { type: "string" } },
    },
    indexes: collection(["order"]),
}, { client, table });

const Line = new Entity({
    model: model("line"),
    attributes: {
        customer: { type: "string", required: true },
        order: { type: "string", required: true },
        line: { type: "number", required: true, padding: { length: 4, char: "0" } },
        amount: { type: "number", required: true },
    },
    indexes: collection(["order", "line"]),
}, { client, table });

const shop = new Service({ order: Order, line: Line }, { client, table });

await client.send(new CreateTableCommand({
    TableName: table,
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }, { AttributeName: "sk", KeyType: "RANGE" }],
    AttributeDefinitions: [
        { AttributeName: "pk", AttributeType: "S" },
        { AttributeName: "sk", AttributeType: "S" },
    ],
    BillingMode: "PAY_PER_REQUEST",
}));
await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName: table });

const key = { customer: "nina", order: "o1" };
await Order.create({ ...key, total: 10.5, tags: ["a", "b"], notes: ["first"] }).go();
await assert.rejects(Order.create(key).go(), /conditional request failed/i, "what exists is not created again");
const { data: found } = await Order.get(key).go({ consistent: true });
assert.deepEqual({ ...found, tags: [...found.tags].sort() }, {
    ...key, total: 10.5, state: "open", tags: ["a", "b"], notes: ["first"],
});

await Order.patch(key)
    .add({ total: 2 })
    .append({ notes: ["last"] })
    .delete({ tags: ["a"] })
    .set({ state: "paid" })
    .where(({ state }, { eq }) => eq(state, "open"))
    .go();
const { data: changed } = await Order.get(key).go();
assert.equal(changed.total, 12.5);
assert.deepEqual(changed.notes, ["first", "last"]);
const again = Order.patch(key).set({ total: 0 }).where(({ state }, { eq }) => eq(state, "open")).go();
await assert.rejects(again, /conditional request failed/i);

const lines = Array.from({ length: 60 }, (_, line) => ({ ...key, line, amount: line * 2 }));
const { unprocessed } = await Line.put(lines).go();
assert.deepEqual(unprocessed, []);
const { data: queried } = await Line.query.primary({ customer: "nina", order: "o1" }).go({ limit: 7, pages: "all" });
assert.deepEqual(queried.map(({ line }) => line), lines.map(({ line }) => line));
const paged = [];
for (let cursor = null; ;) {
    const page = await Line.query.primary({ customer: "nina" }).where(({ amount }, { gte }) => gte(amount, 60))
        .go({ cursor, limit: 7 });
    paged.push(...page.data);
    if ((cursor = page.cursor) === null) break;
}
assert.equal(paged.length, 30);
const { data: between } = await Line.query.primary({ customer: "nina", order: "o1" })
    .between({ line: 10 }, { line: 14 }).go({ order: "desc" });
assert.deepEqual(between.map(({ line }) => line), [14, 13, 12, 11, 10]);
const { data: all } = await shop.collections.orders({ customer: "nina" }).go({ pages: "all" });
assert.equal(all.order.length, 1);
assert.equal(all.line.length, 60);
const { data: scanned } = await Line.scan.go({ pages: "all" });
assert.equal(scanned.length, 60);
const { data: fetched } = await Line.get(lines.slice(0, 50)).go();
assert.equal(fetched.length, 50);
await Order.remove(key).go();
assert.equal((await Order.get(key).go()).data, null);
await assert.rejects(Order.remove(key).go(), /conditional request failed/i);

await client.send(new DeleteTableCommand({ TableName: table }));
await waitUntilTableNotExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName: table });
