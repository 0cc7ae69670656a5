// Bounds on what waits: calls to one object, bytes of bodies. What is over them is throttled at once, nobody else is.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startHost } from "../../local/host.mjs";
import { callAll } from "../../worker/calls.js";
import { Action, AnswerStatus, CallMode, EMPTY, Role } from "../../worker/envelope.js";
import { HeldBytes, heldBytes } from "../../worker/under_way.js";
import { HASH_TABLE, post, temporaryFolder } from "./support.mjs";

const QUEUE_MAX = 1000; // worker/calls.js
const BODIES_BYTES_MAX = 32 * 1024 * 1024; // worker/body.js
const WORKING_MAX = 500; // worker/objects.js
const WORKING_BYTES_MAX = 16 * 1024 * 1024;
const WORD = "neveranswers"; // hanging_entry.js
const THROTTLING = "com.amazonaws.dynamodb.v20120810#ThrottlingException";
const RESULT_BUSY = 4; // c_src/msg/result.h

describe("calls that wait for one object", () => {
    const action = (name) => ({ role: Role.PARTITION, mode: CallMode.WRITE, name, message: EMPTY });
    const isBusy = ({ status, body }) => status === AnswerStatus.OK && body[1] === RESULT_BUSY;
    let answers = [];
    const reply = Uint8Array.of(Action.REPLY, 0, 0, 0, 0);
    const stub = (name) => ({
        run: async () => {
            if (name !== "fast") await new Promise((resolve) => answers.push(resolve));
            return reply;
        },
        runAll: (mode, messages) => Promise.all(messages.map(() => stub(name).run())),
    });
    const env = { PARTITION: { getByName: stub } };
    const ctx = { waitUntil() {} };
    const ask = async (name) => (await callAll(env, [action(name)], null, Date.now() + 30_000, { ctx }))[0];
    const fill = (count) => Array.from({ length: count }, () => ask("slow"));
    const answerAll = async (calls) => {
        answers.splice(0).forEach((answer) => answer());
        return Promise.all(calls);
    };

    test("are a thousand at most; other objects are unharmed", async () => {
        const calls = fill(QUEUE_MAX);
        assert.ok(isBusy(await ask("slow")));
        assert.equal((await ask("fast")).status, AnswerStatus.OK);
        assert.ok(!(await answerAll(calls)).some(isBusy));
        const again = fill(QUEUE_MAX);
        assert.ok(!(await answerAll(again)).some(isBusy), "as many again once those are answered");
    });

    test("count for two minutes where their client left and nobody heard the end", async (context) => {
        context.mock.timers.enable({ apis: ["Date"], now: Date.now() });
        const abandoned = new HeldBytes();
        abandoned.add(1000);
        const lost = fill(QUEUE_MAX);
        context.mock.timers.tick(60_000);
        assert.ok(isBusy(await ask("slow")), "a request may still be on its way");
        assert.equal(heldBytes(), 1000);
        context.mock.timers.tick(60_000);
        const calls = fill(QUEUE_MAX);
        assert.equal(heldBytes(), 0);
        assert.ok(isBusy(await ask("slow")));
        abandoned.clear();
        assert.ok(!(await answerAll([...calls, ...lost])).some(isBusy));
    });
});

describe("a server with an object that never answers", () => {
    const ends = [];
    let url;
    const send = (operation, body, headers) => post(url, operation, body, headers);
    const get = (pk) => send("GetItem", { TableName: "keys", Key: { pk: { S: pk } } });

    before(async () => {
        const host = await startHost({
            host: "127.0.0.1", port: 0, layout: "key", requestMs: 10_000, main: "tests/worker/hanging_entry.js",
            data: temporaryFolder({ after: (end) => ends.push(end) }),
        });
        ends.push(() => host.stop());
        url = host.url.href;
        assert.equal((await send("CreateTable", HASH_TABLE)).status, 200);
        assert.equal((await send("PutItem", { TableName: "keys", Item: { pk: { S: "well" } } })).status, 200);
    });

    after(async () => {
        for (const end of ends.reverse()) await end();
    });

    test("throttles what comes when a thousand requests wait for it", async () => {
        const waiting = Array.from({ length: QUEUE_MAX + 20 }, () => get(WORD));
        const first = await Promise.race(waiting);
        assert.equal(first.status, 400, first.text);
        assert.equal(first.json.__type, THROTTLING);
        assert.deepEqual((await get("well")).json, { Item: { pk: { S: "well" } } });
        const counts = {};
        for (const { status } of await Promise.all(waiting)) counts[status] = (counts[status] ?? 0) + 1;
        assert.deepEqual(counts, { 400: 20, 500: QUEUE_MAX });
    });

    test("an object that waits for others itself works on so many messages, and so many bytes, at once", async () => {
        const item = (bytes) => ({ pk: { S: `neverregisters${bytes}` }, x: { S: "x".repeat(bytes) } });
        for (const [bytes, max] of [[1, WORKING_MAX], [300_000, Math.floor(WORKING_BYTES_MAX / 300_100)]]) {
            const put = { TableName: "keys", Item: item(bytes) };
            const replies = await Promise.all(Array.from({ length: max + 9 }, () => send("PutItem", put)));
            assert.equal(replies.filter(({ json }) => json.__type === THROTTLING).length, 9);
            assert.equal(replies.filter(({ status }) => status === 500).length, max);
        }
    });

    test("throttles large bodies beyond what may be held, and small ones are taken", async () => {
        const size = 3 * 1024 * 1024;
        const put = { TableName: "keys", Item: { pk: { S: WORD }, x: { S: "x".repeat(300_000) } } };
        const text = JSON.stringify(put).padEnd(size);
        const fitting = Math.floor(BODIES_BYTES_MAX / size);
        const large = Array.from({ length: fitting + 5 }, () => send("PutItem", text));
        assert.equal((await Promise.race(large)).json.__type, THROTTLING);
        assert.deepEqual((await get("well")).json, { Item: { pk: { S: "well" } } });
        const counts = {};
        for (const { status } of await Promise.all(large)) counts[status] = (counts[status] ?? 0) + 1;
        assert.deepEqual(counts, { 400: 5, 500: fitting });
    });
});
