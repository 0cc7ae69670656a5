// More partition keys than the machine would give descriptors for, were every object kept alive.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CreateTableCommand, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { HASH_TABLE, startServer, temporaryFolder } from "./support.mjs";

const KEYS = 700; // three descriptors each: twice what 1,024 would hold, were all their objects awake
const CLIENTS = 8;

for (const ulimit of ["-Sn 1024", "-n 1024"]) {
    test(`${KEYS} keys are written and read back under ulimit ${ulimit}`, async (context) => {
        const data = temporaryFolder(context);
        let { client, stop } = await startServer(context, { data, ulimit });
        await client.send(new CreateTableCommand(HASH_TABLE));
        const write = (i) => client.send(new PutItemCommand({
            TableName: "keys",
            Item: { pk: { S: `key ${i}` }, n: { N: String(i) } },
        }));
        const read = async (i) => {
            const found = await client.send(new GetItemCommand({ TableName: "keys", Key: { pk: { S: `key ${i}` } } }));
            assert.equal(found.Item?.n.N, String(i));
        };
        await inLanes(write);
        await inLanes(read);
        await stop();
        ({ client, stop } = await startServer(context, { data, ulimit }));
        await inLanes(read, 10); // some of them, with the data of all at hand
    });
}

async function inLanes(work, step = 1) {
    let next = 0;
    const lane = async () => {
        while (next < KEYS) await work((next += step) - step);
    };
    await Promise.all(Array.from({ length: CLIENTS }, lane));
}
