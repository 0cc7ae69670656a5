// dynamodb-admin over the server at SHVM_ENDPOINT: its pages, as a browser would ask for them.
import assert from "node:assert/strict";
import { once } from "node:events";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createServer } from "dynamodb-admin";

const table = process.env.SHVM_TABLE;
const client = new DynamoDBClient({ endpoint: process.env.SHVM_ENDPOINT, maxAttempts: 1 });
const server = createServer({ dynamoDbClient: client }).listen(0, "127.0.0.1");
await once(server, "listening");
const origin = `http://127.0.0.1:${server.address().port}`;

async function ask(method, path, body) {
    const reply = await fetch(origin + path, {
        method,
        ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    assert.ok(reply.ok, `${method} ${path}: ${reply.status} ${text}`);
    return /json/.test(reply.headers.get("content-type")) ? JSON.parse(text) : text;
}

const items = async (query = "") => ask("GET", `/tables/${table}/items?${query}`);

try {
    await ask("POST", "/create-table", {
        TableDefinition: {
            TableName: table, HashAttributeName: "artist", HashAttributeType: "S", RangeAttributeName: "track",
            RangeAttributeType: "N", ReadCapacityUnits: 3, WriteCapacityUnits: 3,
        },
        SecondaryIndexes: [],
    });
    assert.ok((await ask("GET", "/")).includes(table), "the table is listed");
    const tables = await ask("GET", "/api/tables");
    assert.ok(tables.some(({ TableName }) => TableName === table));
    await ask("GET", `/tables/${table}`);
    await ask("GET", `/tables/${table}/add-item`);
    for (let track = 1; track <= 30; track++) {
        const item = { artist: "Nina", track, title: `no ${track}`, tags: ["a", { b: null }] };
        assert.deepEqual(await ask("PUT", `/tables/${table}/add-item`, item), { artist: "Nina", track });
    }
    const first = await items();
    assert.equal(first.Items.length, 25, "a page of its own size");
    const second = await items(`startKey=${first.nextKey}`);
    assert.equal(second.Items.length, 5);
    const filters = {
        artist: { operator: "=", type: "S", value: "Nina" },
        track: { operator: ">", type: "N", value: "27" },
    };
    const found = await items(`operationType=query&filters=${encodeURIComponent(JSON.stringify(filters))}`);
    assert.deepEqual(found.Items.map(({ track }) => track), [28, 29, 30]);
    const key = encodeURIComponent(Object.values(found.Items[0].__key).join(","));
    const changed = { artist: "Nina", track: 28, title: "Feeling" };
    assert.deepEqual(await ask("PUT", `/tables/${table}/items/${key}`, changed), changed);
    assert.ok((await ask("GET", `/tables/${table}/items/${key}`)).includes("Feeling"));
    await ask("GET", `/tables/${table}/meta`);
    await ask("GET", `/tables/${table}/ttl`);
    await ask("DELETE", `/tables/${table}/items/${key}`);
    await ask("DELETE", `/tables/${table}/all`);
    assert.equal((await items()).Items.length, 0, "purged");
    await ask("DELETE", `/tables/${table}`);
} finally {
    server.close();
    client.destroy();
}
