// dynamodb-toolbox against the server at SHVM_ENDPOINT: an entity with a schema, its actions and the table's.
import assert from "node:assert/strict";
import {
    ConditionalCheckFailedException, CreateTableCommand, DeleteTableCommand, DynamoDBClient, waitUntilTableExists,
    waitUntilTableNotExists,
} from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { $add, $append, UpdateItemCommand } from "dynamodb-toolbox/entity/actions/update";
import { BatchGetCommand, execute as executeBatchGet } from "dynamodb-toolbox/table/actions/batchGet";
import { BatchGetRequest } from "dynamodb-toolbox/entity/actions/batchGet";
import { BatchPutRequest } from "dynamodb-toolbox/entity/actions/batchPut";
import { BatchWriteCommand, execute as executeBatchWrite } from "dynamodb-toolbox/table/actions/batchWrite";
import { DeleteItemCommand } from "dynamodb-toolbox/entity/actions/delete";
import { Entity } from "dynamodb-toolbox/entity";
import { GetItemCommand } from "dynamodb-toolbox/entity/actions/get";
import { PutItemCommand } from "dynamodb-toolbox/entity/actions/put";
import { QueryCommand } from "dynamodb-toolbox/table/actions/query";
import { ScanCommand } from "dynamodb-toolbox/table/actions/scan";
import { Table } from "dynamodb-toolbox/table";
import { item, list, number, set, string } from "dynamodb-toolbox/schema";

const client = new DynamoDBClient({ endpoint: process.env.SHVM_ENDPOINT, maxAttempts: 1 });
const name = process.env.SHVM_TABLE;
const table = new Table({
    documentClient: DynamoDBDocumentClient.from(client),
    name,
    partitionKey: { name: "pk", type: "string" },
    sortKey: { name: "sk", type: "number" },
});
const Song = new Entity({
    name: "song",
    table,
    schema: item({
        artist: string().key().savedAs("pk"),
        track: number().key().savedAs("sk"),
        title: string(),
        plays: number().default(0),
        tags: set(string()).optional(),
        notes: list(string()).default([]),
    }),
});

await client.send(new CreateTableCommand({
    TableName: name,
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }, { AttributeName: "sk", KeyType: "RANGE" }],
    AttributeDefinitions: [
        { AttributeName: "pk", AttributeType: "S" },
        { AttributeName: "sk", AttributeType: "N" },
    ],
    BillingMode: "PAY_PER_REQUEST",
}));
await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName: name });

const key = { artist: "Nina", track: 1 };
const first = { ...key, title: "Feeling", tags: new Set(["a"]) };
const absent = { condition: { attr: "artist", exists: false } };
await Song.build(PutItemCommand).item(first).options(absent).send();
await assert.rejects(Song.build(PutItemCommand).item(first).options(absent).send(), ConditionalCheckFailedException);
const { Item: found } = await Song.build(GetItemCommand).key(key).options({ consistent: true }).send();
assert.equal(found.title, "Feeling");
assert.deepEqual(found.tags, new Set(["a"]));
const { Attributes: changed } = await Song.build(UpdateItemCommand)
    .item({ ...key, plays: $add(2), notes: $append(["good"]) })
    .options({ returnValues: "ALL_NEW", condition: { attr: "plays", lt: 1 } })
    .send();
assert.equal(changed.plays, 2);
assert.deepEqual(changed.notes, ["good"]);
const late = Song.build(UpdateItemCommand).item({ ...key, plays: 9 }).options({ condition: { attr: "plays", lt: 1 } });
await assert.rejects(late.send(), ConditionalCheckFailedException);

const songs = Array.from({ length: 50 }, (_, track) => (
    { artist: "Page", track, title: `no ${track}`, plays: track % 2 }
));
for (const half of [songs.slice(0, 25), songs.slice(25)]) {
    const puts = half.map((song) => Song.build(BatchPutRequest).item(song));
    await executeBatchWrite({ maxAttempts: 3 }, table.build(BatchWriteCommand).requests(...puts));
}
const query = table.build(QueryCommand).entities(Song).query({ partition: "Page" });
const { Items: queried } = await query.options({ maxPages: Infinity, limit: 7 }).send();
assert.deepEqual(queried.map(({ track }) => track), songs.map(({ track }) => track));
const range = { partition: "Page", range: { between: [10, 14] } };
const { Items: odd } = await table.build(QueryCommand).entities(Song).query(range)
    .options({ reverse: true, filters: { song: { attr: "plays", eq: 1 } } }).send();
assert.deepEqual(odd.map(({ track }) => track), [13, 11]);
const wholeScan = table.build(ScanCommand).entities(Song).options({ maxPages: Infinity, limit: 7 });
const { Items: scanned } = await wholeScan.send();
assert.equal(scanned.length, 51);
const gets = songs.map(({ artist, track }) => Song.build(BatchGetRequest).key({ artist, track }));
const { Responses: [got] } = await executeBatchGet({ maxAttempts: 3 }, table.build(BatchGetCommand).requests(...gets));
assert.equal(got.filter((song) => song !== undefined).length, 50);
await Song.build(DeleteItemCommand).key(key).send();
assert.equal((await Song.build(GetItemCommand).key(key).send()).Item, undefined);

await client.send(new DeleteTableCommand({ TableName: name }));
await waitUntilTableNotExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName: name });
