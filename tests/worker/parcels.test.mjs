// worker/parcels.js: which messages travel together, and what their senders hear; and who sends so (worker/calls.js).
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { callAll, forward } from "../../worker/calls.js";
import { Action, AnswerStatus, CallMode, Role } from "../../worker/envelope.js";
import { sendTogether } from "../../worker/parcels.js";

globalThis.scheduler = { wait: (ms) => wait(ms) }; // the Worker's, which Node does not have

const message = (text) => new TextEncoder().encode(text);
const textOf = (bytes) => new TextDecoder().decode(bytes);

// Calls that answer each message with itself and a mark; `calls` receives what each of them took.
function echo(calls) {
    return async (messages) => {
        calls.push(messages.map(textOf));
        return messages.map((bytes) => `${textOf(bytes)}!`);
    };
}

// Sends one message; `opened`, where it is given, receives the text where that opened a parcel.
function send(to, text, call, opened = []) {
    return sendTogether(to, message(text), call, () => opened.push(text));
}

test("what goes to one object at one moment is one call, and everybody hears their own reply", async () => {
    const calls = [];
    const opened = [];
    const replies = await Promise.all([
        send("a", "1", echo(calls), opened),
        send("b", "2", echo(calls), opened),
        send("a", "3", echo(calls), opened),
        send("a", "4", echo(calls), opened),
    ]);
    assert.deepEqual(replies, ["1!", "2!", "3!", "4!"]);
    assert.deepEqual(calls, [["1", "3", "4"], ["2"]]);
    assert.deepEqual(opened, ["1", "2"], "only their senders see the parcels to their end");
});

test("what comes later goes by itself", async () => {
    const calls = [];
    await send("a", "1", echo(calls));
    await send("a", "2", echo(calls));
    assert.deepEqual(calls, [["1"], ["2"]]);
});

test("a call that fails has failed for all", async () => {
    const fails = async () => {
        throw new Error("broken");
    };
    const sent = ["1", "2"].map((text) => send("a", text, fails));
    for (const { reason } of await Promise.allSettled(sent)) assert.equal(reason.message, "broken");
});

test("a parcel takes a megabyte", async () => {
    const calls = [];
    const large = "x".repeat(400 * 1024);
    await Promise.all(["1", "2", "3"].map((text) => send("a", text + large, echo(calls))));
    assert.deepEqual(calls.map((texts) => texts.length), [2, 1]);
});

test("nobody joins a parcel whose sender is gone", async () => {
    const { scheduler } = globalThis;
    const calls = [];
    globalThis.scheduler = { wait: () => new Promise(() => {}) };
    send("a", "lost", echo(calls));
    await Promise.resolve();
    globalThis.scheduler = scheduler;
    mock.method(Date, "now", () => 2000 + performance.timeOrigin + performance.now());
    try {
        assert.equal(await send("a", "1", echo(calls)), "1!");
    } finally {
        mock.restoreAll();
    }
    assert.deepEqual(calls, [["1"]]);
});

// Objects that answer when `answer()` is called; `calls` tells how many messages each call had.
function slowObjects() {
    const calls = [];
    const { promise, resolve: answer } = Promise.withResolvers();
    const reply = Uint8Array.of(Action.REPLY, 0, 0, 0, 0);
    const stub = {
        run: () => (calls.push(1), promise.then(() => reply)),
        runAll: (mode, messages) => (calls.push(messages.length), promise.then(() => messages.map(() => reply))),
    };
    return { env: { PARTITION: { getByName: () => stub } }, calls, answer };
}

const write = (name) => ({ role: Role.PARTITION, mode: CallMode.WRITE, name, message: message(name) });

test("messages of a crowd travel together, once three others wait, twelve at most", async () => {
    const { env, calls, answer } = slowObjects();
    const kept = [];
    const ctx = { waitUntil: (work) => kept.push(work) };
    const replies = Array.from({ length: 20 }, () => (
        forward(env, write("hot"), null, null, Date.now() + 30_000, ctx)
    ));
    await wait(20);
    answer();
    for (const { answer: { status } } of await Promise.all(replies)) assert.equal(status, AnswerStatus.OK);
    assert.deepEqual(calls, [1, 1, 1, 12, 5]);
    assert.equal(kept.length, 2, "each parcel goes on without its client");
});

test("a message that was too much for its parcel is sent alone", async () => {
    const calls = [];
    const reply = Uint8Array.of(Action.REPLY, 0, 0, 0, 0);
    const stub = {
        run: () => (calls.push(1), wait(5).then(() => reply)),
        runAll: (mode, messages) => (calls.push(messages.length), messages.map((_, i) => i === 0 ? reply : null)),
    };
    const env = { PARTITION: { getByName: () => stub } };
    const read = { role: Role.PARTITION, mode: CallMode.READ, name: "large", message: message("large") };
    const ask = () => callAll(env, [read], null, Date.now() + 30_000, { ctx: { waitUntil() {} } });
    const answers = await Promise.all(Array.from({ length: 6 }, ask));
    for (const [{ status }] of answers) assert.equal(status, AnswerStatus.OK);
    assert.deepEqual(calls, [1, 1, 1, 3, 1, 1]);
});

test("an object's message waits for what the object wrote", async () => {
    const { env, calls, answer } = slowObjects();
    const durable = Promise.withResolvers();
    const answers = callAll(env, [write("index")], null, null, { durable: () => durable.promise });
    await wait(20);
    assert.deepEqual(calls, []);
    durable.resolve();
    answer();
    assert.deepEqual((await answers).map(({ status }) => status), [AnswerStatus.OK]);
    assert.deepEqual(calls, [1]);
});
