// worker/parcels.js alone: which messages travel together, and what their senders hear.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { sendTogether } from "../../worker/parcels.js";

globalThis.scheduler = { wait: (ms) => wait(ms) }; // the Worker's, which Node does not have

const DURABLE = { sync: () => Promise.resolve() };
const message = (text) => new TextEncoder().encode(text);
const textOf = (bytes) => new TextDecoder().decode(bytes);

// Calls that answer each message with itself and a mark; `calls` receives what each of them took.
function echo(calls) {
    return async (messages) => {
        calls.push(messages.map(textOf));
        return messages.map((bytes) => `${textOf(bytes)}!`);
    };
}

test("what goes to one object at one moment is one call, and everybody hears their own reply", async () => {
    const calls = [];
    const replies = await Promise.all([
        sendTogether("a", message("1"), DURABLE, echo(calls)),
        sendTogether("b", message("2"), DURABLE, echo(calls)),
        sendTogether("a", message("3"), DURABLE, echo(calls)),
        sendTogether("a", message("4"), DURABLE, echo(calls)),
    ]);
    assert.deepEqual(replies, ["1!", "2!", "3!", "4!"]);
    assert.deepEqual(calls, [["1", "3", "4"], ["2"]]);
});

test("what comes later goes by itself", async () => {
    const calls = [];
    await sendTogether("a", message("1"), DURABLE, echo(calls));
    await sendTogether("a", message("2"), DURABLE, echo(calls));
    assert.deepEqual(calls, [["1"], ["2"]]);
});

test("no message goes before what its sender wrote is durable", async () => {
    const calls = [];
    const late = Promise.withResolvers();
    const waits = sendTogether("a", message("late"), { sync: () => late.promise }, echo(calls));
    await sendTogether("a", message("1"), DURABLE, echo(calls));
    assert.deepEqual(calls, [["1"]]);
    late.resolve();
    assert.equal(await waits, "late!");
});

test("a call that fails has failed for all", async () => {
    const fails = async () => {
        throw new Error("broken");
    };
    const sent = ["1", "2"].map((text) => sendTogether("a", message(text), DURABLE, fails));
    for (const { reason } of await Promise.allSettled(sent)) assert.equal(reason.message, "broken");
});

test("a parcel takes a megabyte", async () => {
    const calls = [];
    const large = "x".repeat(400 * 1024);
    await Promise.all(["1", "2", "3"].map((text) => sendTogether("a", message(text + large), DURABLE, echo(calls))));
    assert.deepEqual(calls.map((texts) => texts.length), [2, 1]);
});

test("nobody joins a parcel whose sender is gone", async () => {
    const { scheduler } = globalThis;
    const calls = [];
    globalThis.scheduler = { wait: () => new Promise(() => {}) };
    sendTogether("a", message("lost"), DURABLE, echo(calls));
    await Promise.resolve();
    globalThis.scheduler = scheduler;
    mock.method(Date, "now", () => 2000 + performance.timeOrigin + performance.now());
    try {
        assert.equal(await sendTogether("a", message("1"), DURABLE, echo(calls)), "1!");
    } finally {
        mock.restoreAll();
    }
    assert.deepEqual(calls, [["1"]]);
});
