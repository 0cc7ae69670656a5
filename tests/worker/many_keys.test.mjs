// More partition keys than the machine would give descriptors for, were every object kept alive.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import {
    BatchWriteItemCommand, CreateTableCommand, GetItemCommand, PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { HASH_TABLE, post, startServer, temporaryFolder } from "./support.mjs";

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

test("requests that want more objects at once than may live wait for each other", async (context) => {
    const { client } = await startServer(context, { ulimit: "-n 1024" });
    await client.send(new CreateTableCommand(HASH_TABLE));
    const batch = (first) => Array.from({ length: 25 }, (_, i) => ({
        PutRequest: { Item: { pk: { S: `key ${first + i}` }, n: { N: String(i) } } },
    }));
    await Promise.all(Array.from({ length: 28 }, async (_, i) => {
        const reply = await client.send(new BatchWriteItemCommand({ RequestItems: { keys: batch(25 * i) } }));
        assert.deepEqual(reply.UnprocessedItems, {});
    }));
});

// A partition reports its size by alarm, five seconds after its first write. Each of these keys is read so that its
// object, were it to leave when it has been idle for a twentieth of a second, would leave about then.
test("no object leaves while its alarm goes off", async (context) => {
    const KEYS = 300; // 180 of them may be alive
    const { url, output } = await startServer(context, { ulimit: "-n 1024" });
    const ask = async (operation, body) => assert.equal((await post(url, operation, body)).status, 200);
    await ask("CreateTable", HASH_TABLE);
    await Promise.all(Array.from({ length: KEYS }, async (_, i) => {
        const pk = { S: `key ${i}` };
        await wait(15 * i);
        const before = Date.now();
        await ask("PutItem", { TableName: "keys", Item: { pk } });
        const alarm = (before + Date.now()) / 2 + 5000;
        await wait(alarm - 70 + i % 40 - Date.now());
        await ask("GetItem", { TableName: "keys", Key: { pk } });
    }));
    await wait(500); // what goes wrong is told in the log
    assert.doesNotMatch(output(), /left to make room/);
});

async function inLanes(work, step = 1) {
    let next = 0;
    const lane = async () => {
        while (next < KEYS) await work((next += step) - step);
    };
    await Promise.all(Array.from({ length: CLIENTS }, lane));
}
