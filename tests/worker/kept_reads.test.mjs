// Reads that are answered with a kept reply (worker/kept_reads.js): the module alone, and what
// clients see of it.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import {
    BatchWriteItemCommand, CreateTableCommand, DeleteItemCommand, DeleteTableCommand, GetItemCommand, PutItemCommand,
    UpdateItemCommand, waitUntilTableNotExists,
} from "@aws-sdk/client-dynamodb";
import { Action } from "../../worker/envelope.js";
import { KeptReads, closeTicket, keptReply, keptRepliesGiven, openTicket, ticketOf } from "../../worker/kept_reads.js";
import { Cluster } from "./cluster.mjs";
import { HASH_TABLE, clientOf, post, suiteServer } from "./support.mjs";

const ENV = { SHVM_KEPT_READS_MB: "1" };

function bytesOf(text, length = text.length) {
    return new Uint8Array(Buffer.from(text.padEnd(length, ".")));
}

// A reply of the core's, as envelope.h draws it.
function httpReply(text, status = 200) {
    const head = new Uint8Array(64);
    head.set([Action.RESPOND_HTTP, status & 255, status >> 8]);
    return new Uint8Array([...head, ...bytesOf(text)]);
}

function live(name, env = ENV) {
    const reads = new KeptReads(name, env);
    reads.heard();
    return reads;
}

// A read that goes to its object and comes back.
function readOnce(reads, item, message, reply) {
    const ticket = openTicket(item, message);
    reads.keep(ticket, reply);
    closeTicket(ticket, true);
}

const MESSAGE = bytesOf("get a");
const REPLY = httpReply("{a}");

describe("kept replies", () => {
    test("are given to the same read of the same item, as often as it comes", () => {
        const given = keptRepliesGiven();
        readOnce(live("o"), 7, MESSAGE, REPLY);
        assert.deepEqual(keptReply("o", 7, MESSAGE), REPLY);
        assert.deepEqual(keptReply("o", 7, MESSAGE), REPLY);
        assert.equal(keptReply("o", 7, bytesOf("get b")), null);
        assert.equal(keptReply("o", 7, bytesOf("get a?")), null);
        assert.equal(keptReply("o", 8, MESSAGE), null);
        assert.equal(keptReply("p", 7, MESSAGE), null);
        assert.equal(keptRepliesGiven() - given, 2);
    });

    test("are for others only once the reply has reached its gateway", () => {
        const reads = live("o");
        const ticket = openTicket(7, MESSAGE);
        assert.equal(keptReply("o", 7, MESSAGE), null);
        reads.keep(ticket, REPLY);
        assert.equal(keptReply("o", 7, MESSAGE), null);
        closeTicket(ticket, true);
        assert.deepEqual(keptReply("o", 7, MESSAGE), REPLY);
    });

    test("of a read that failed on its way are for nobody", () => {
        const reads = live("o");
        const ticket = openTicket(7, MESSAGE);
        reads.keep(ticket, REPLY);
        closeTicket(ticket, false);
        assert.equal(keptReply("o", 7, MESSAGE), null);
    });

    test("are forgotten with a change of their item, and no other", () => {
        const reads = live("o");
        readOnce(reads, 7, MESSAGE, REPLY);
        readOnce(reads, 8, MESSAGE, REPLY);
        reads.changed([8, 9]);
        assert.deepEqual(keptReply("o", 7, MESSAGE), REPLY);
        assert.equal(keptReply("o", 8, MESSAGE), null);
        reads.changed([]);
        assert.deepEqual(keptReply("o", 7, MESSAGE), REPLY);
        reads.changed(null);
        assert.equal(keptReply("o", 7, MESSAGE), null);
    });

    test("that a change met on their way stay forgotten", () => {
        const reads = live("o");
        const first = openTicket(7, MESSAGE);
        reads.keep(first, REPLY);
        reads.changed([7]);
        const second = openTicket(7, MESSAGE);
        reads.keep(second, httpReply("{b}"));
        closeTicket(first, true);
        assert.equal(keptReply("o", 7, MESSAGE), null, "the first reply's release is not the second's");
        closeTicket(second, true);
        assert.deepEqual(keptReply("o", 7, MESSAGE), httpReply("{b}"));
    });

    test("end with their object's life", () => {
        readOnce(live("o"), 7, MESSAGE, REPLY);
        live("o");
        assert.equal(keptReply("o", 7, MESSAGE), null);
    });

    test("count only while the object was heard of in the last second", async () => {
        const reads = live("o");
        readOnce(reads, 7, MESSAGE, REPLY);
        await wait(1050);
        assert.equal(keptReply("o", 7, MESSAGE), null);
        reads.heard();
        assert.deepEqual(keptReply("o", 7, MESSAGE), REPLY);
    });

    test("are good ones of moderate size, made to a ticket of this isolate", () => {
        const reads = live("o");
        readOnce(reads, 7, MESSAGE, httpReply("{}", 400));
        readOnce(reads, 8, MESSAGE, httpReply("x".repeat(16 * 1024)));
        readOnce(reads, 9, MESSAGE, bytesOf("\u0004no HTTP reply"));
        assert.equal(ticketOf("another isolate's 1"), null);
        for (const item of [7, 8, 9]) assert.equal(keptReply("o", item, MESSAGE), null);
    });

    test("give way to newer ones when the ring is full", () => {
        const reads = live("o");
        const replyOf = (item) => httpReply(`${item}`.padEnd(1000 + item % 777));
        const count = 3000; // some three times what the ring holds
        for (let item = 1; item <= count; item++) readOnce(reads, item, MESSAGE, replyOf(item));
        const kept = [];
        for (let item = 1; item <= count; item++) {
            const reply = keptReply("o", item, MESSAGE);
            if (reply === null) continue;
            assert.deepEqual(reply, replyOf(item));
            kept.push(item);
        }
        assert.equal(kept.at(-1), count);
        assert.equal(kept.length, count - kept[0] + 1, "the newest, without a gap");
        assert.ok(kept.length > 600 && kept.length < 900, `${kept.length} are kept`);
    });

    test("of items that share a position do not mix", () => {
        const reads = live("o");
        readOnce(reads, 7, MESSAGE, REPLY);
        readOnce(reads, 7 + 64 * 1024, MESSAGE, httpReply("{b}"));
        assert.equal(keptReply("o", 7, MESSAGE), null);
        assert.deepEqual(keptReply("o", 7 + 64 * 1024, MESSAGE), httpReply("{b}"));
    });
});

test("consistent reads are never known where objects may live elsewhere", async () => {
    const cluster = new Cluster("key");
    try {
        await cluster.request("CreateTable", HASH_TABLE);
        await cluster.pass(1000);
        const isKnown = async (ConsistentRead, oneIsolate) => {
            let known = null;
            Object.assign(cluster, { oneIsolate, onForward: (items) => (known = items !== null) });
            await cluster.request("GetItem", { TableName: "keys", Key: { pk: { S: "a" } }, ConsistentRead });
            return known;
        };
        assert.equal(await isKnown(false, false), true);
        assert.equal(await isKnown(true, false), false);
        assert.equal(await isKnown(true, true), true);
    } finally {
        cluster.close();
    }
});

for (const layout of ["key", "hash:4"]) {
    describe(`reads of a table in layout ${layout}`, () => {
        const server = suiteServer(["--layout", layout]);
        const Key = { pk: { S: "a" } };
        const TableName = "keys";

        const get = async (more = {}) => {
            const { Item, $metadata } = await server.client.send(new GetItemCommand({ TableName, Key, ...more }));
            return { n: Item?.n?.N, requestId: $metadata.requestId };
        };
        // How many replies were kept ones meanwhile.
        const keptIn = async (work) => {
            const before = await metricOf(server.url, "shvm_kept_replies_total");
            await work();
            return await metricOf(server.url, "shvm_kept_replies_total") - before;
        };
        // Each tells what a read has to see behind it.
        const writes = {
            PutItem: (n) => new PutItemCommand({ TableName, Item: { ...Key, n: { N: n } } }),
            UpdateItem: (n) => new UpdateItemCommand({
                TableName, Key, UpdateExpression: "SET n = :n", ExpressionAttributeValues: { ":n": { N: n } },
            }),
            DeleteItem: () => new DeleteItemCommand({ TableName, Key }),
            BatchWriteItem: (n) => new BatchWriteItemCommand({
                RequestItems: { [TableName]: [{ PutRequest: { Item: { ...Key, n: { N: n } } } }] },
            }),
        };

        test("the second of two reads is a kept reply, with a request id of its own", async () => {
            await server.client.send(new CreateTableCommand(HASH_TABLE));
            await server.client.send(writes.PutItem("1"));
            const first = await get();
            let second;
            assert.equal(await keptIn(async () => (second = await get())), 1);
            assert.equal(second.n, "1");
            assert.match(second.requestId, /^[0-9A-Z]{52}$/);
            assert.notEqual(second.requestId, first.requestId);
        });

        test("so is a consistent one, which costs what it costs", async () => {
            const read = new GetItemCommand({
                TableName, Key, ConsistentRead: true, ReturnConsumedCapacity: "TOTAL",
            });
            await get();
            await server.client.send(read);
            assert.equal(await keptIn(async () => {
                const { Item, ConsumedCapacity } = await server.client.send(read);
                assert.equal(Item.n.N, "1");
                assert.equal(ConsumedCapacity.CapacityUnits, 1);
            }), 1);
        });

        test("nor is one that asks what it costs", async () => {
            await get();
            assert.equal(await keptIn(async () => {
                const reply = await post(server.url, "GetItem", { TableName, Key }, { "x-shvm-cost": "1" });
                assert.match(reply.headers.get("x-shvm-cost"), /object-requests=1/);
            }), 0);
        });

        for (const [operation, command] of Object.entries(writes)) {
            test(`a read behind ${operation} tells of it`, async () => {
                for (let i = 0; i < 20; i++) {
                    await get();
                    await get();
                    await server.client.send(command(String(i)));
                    const n = operation === "DeleteItem" ? undefined : String(i);
                    assert.equal((await get({ ConsistentRead: i % 2 === 0 })).n, n);
                    assert.equal((await get({ ConsistentRead: i % 2 === 1 })).n, n);
                }
            });
        }

        test("a condition that fails changes nothing, and neither does another item", async () => {
            await server.client.send(writes.PutItem("1"));
            await get();
            const failing = new PutItemCommand({
                TableName, Item: Key, ConditionExpression: "attribute_not_exists(pk)",
            });
            await assert.rejects(server.client.send(failing), { name: "ConditionalCheckFailedException" });
            await server.client.send(new PutItemCommand({ TableName, Item: { pk: { S: "b" } } }));
            assert.equal(await keptIn(async () => assert.equal((await get()).n, "1")), 1);
        });

        for (const ConsistentRead of [false, true]) {
            const how = ConsistentRead ? "consistently" : "eventually consistently";
            test(`under load nobody reads ${how} what was before a write acknowledged`, async (context) => {
                await load(server.url, context, async (client, n, read) => {
                    await client.send(writes.UpdateItem(String(n)));
                    read.atLeast = n;
                }, async (client, read) => {
                    const { atLeast } = read;
                    const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead }));
                    const n = Number(Item.n.N);
                    assert.ok(n >= atLeast, `${n} was read, and ${atLeast} acknowledged before`);
                    return n;
                });
            });
        }

        test("a table of the same name knows nothing of the one before", async () => {
            await get();
            await server.client.send(new DeleteTableCommand({ TableName }));
            await waitUntilTableNotExists({ client: server.client, maxWaitTime: 20, minDelay: 1 }, { TableName });
            await server.client.send(new CreateTableCommand(HASH_TABLE));
            await server.client.send(new PutItemCommand({ TableName, Item: { pk: { S: "z" } } }));
            assert.equal((await get()).n, undefined);
        });
    });
}

// One writer counts up, eight readers look on; every reader's own reads never go back either.
async function load(url, context, write, look) {
    const shared = { atLeast: 0 };
    await write(clientOf(context, url), 1000, shared);
    let writing = true;
    const writer = (async () => {
        const client = clientOf(context, url);
        for (let n = 1001; n <= 1300; n++) await write(client, n, shared);
        writing = false;
    })();
    let reads = 0;
    const readers = Array.from({ length: 8 }, async () => {
        const client = clientOf(context, url);
        for (let seen = 0; writing; reads++) {
            const n = await look(client, shared);
            assert.ok(n >= seen, `${n} was read after ${seen}`);
            seen = n;
        }
    });
    await Promise.all([writer, ...readers]);
    assert.ok(reads > 300, `${reads} reads`);
}

async function metricOf(url, name) {
    const text = await (await fetch(`${url}/_shvm/metrics`)).text();
    return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)[1]);
}
