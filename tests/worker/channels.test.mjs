// worker/channels.js: what senders and objects see of a channel, and what clients see of a server that has them.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, mock, test } from "node:test";
import { startHost } from "../../local/host.mjs";
import { LATE, NOT_BEGUN, channelTo, listenTo, stopListening } from "../../worker/channels.js";
import { CallMode } from "../../worker/envelope.js";
import { HASH_TABLE, post, temporaryFolder } from "./support.mjs";

const ENV = { SHVM_ONE_ISOLATE: "on" };
const LISTEN_MS = 1000; // worker/channels.js
const STUCK_MS = 1000;
const TURN_MESSAGES_MAX = 64;

// Lets everything run that is ready.
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("channels", () => {
    let clock;
    let timers; // of scheduler.wait, which only a test ends
    let objects = 0;

    beforeEach(() => {
        clock = 1_000_000;
        timers = [];
        mock.method(Date, "now", () => clock);
        globalThis.scheduler = { wait: (ms) => new Promise((resolve) => timers.push({ at: clock + ms, resolve })) };
    });
    afterEach(() => mock.restoreAll());

    const pass = async (ms) => {
        clock += ms;
        for (const timer of timers.filter(({ at }) => at <= clock)) {
            timers.splice(timers.indexOf(timer), 1);
            timer.resolve();
        }
        await settle();
    };

    // An object that listens: { name, channel, heard, asked, listening }. answer: what it replies to a text.
    const listener = async ({ answer = (text) => `${text}!`, durable = () => null } = {}) => {
        const name = `object ${++objects}`;
        const heard = [];
        const listening = Promise.withResolvers();
        const ask = () => {
            const ended = listenTo(name, {
                answer: ({ bytes }) => {
                    heard.push(bytes);
                    return answer(bytes);
                },
                durable,
            });
            ended.then(listening.resolve, listening.reject);
            return listening.promise;
        };
        assert.equal(channelTo(ENV, name, ask), null, "the first message is a call");
        assert.equal(channelTo(ENV, name, ask), null, "so is the second, whose sender asks the object to listen");
        await settle();
        return { name, heard, listening, channel: channelTo(ENV, name) };
    };
    const send = (channel, text) => channel.send(CallMode.WRITE, text, null);

    test("are not where there may be several isolates", () => {
        for (let i = 0; i < 3; i++) assert.equal(channelTo({}, "anywhere", assert.fail), null);
    });

    test("are not asked for by calls that are far apart", () => {
        for (let i = 0; i < 3; i++, clock += LISTEN_MS) assert.equal(channelTo(ENV, "seldom", assert.fail), null);
    });

    test("bring messages in their order, and each sender its own reply", async () => {
        const { channel, heard } = await listener();
        const sent = ["a", "b", "c"].map((text) => send(channel, text));
        assert.deepEqual(await Promise.all(sent.map(({ promise }) => promise)), ["a!", "b!", "c!"]);
        assert.deepEqual(heard, ["a", "b", "c"]);
        assert.equal(channel.length, 0);
    });

    test("give no reply before what was written is durable", async () => {
        const written = Promise.withResolvers();
        const { channel, heard } = await listener({ durable: () => written.promise });
        let reply = null;
        send(channel, "a").promise.then((given) => (reply = given));
        await settle();
        assert.deepEqual(heard, ["a"]);
        assert.equal(reply, null);
        written.resolve();
        await settle();
        assert.equal(reply, "a!");
    });

    test("tell whose reply is late, and nobody else waits for it", async () => {
        const slow = Promise.withResolvers();
        const { channel } = await listener({ answer: (text) => (text === "slow" ? slow.promise : `${text}!`) });
        const sent = ["slow", "slow", "fast"].map((text) => send(channel, text));
        assert.deepEqual(await Promise.all(sent.map(({ promise }) => promise)), [LATE, LATE, "fast!"]);
        const before = sent[0].late();
        slow.resolve("slow!");
        assert.equal(await before, "slow!");
        assert.equal(await sent[1].late(), "slow!", "it came before its sender asked again");
        assert.equal(channel.length, 0);
    });

    test("forget whom nobody waits for", async () => {
        const { channel } = await listener({ answer: () => new Promise(() => {}) });
        const sent = send(channel, "hangs");
        assert.equal(await sent.promise, LATE);
        assert.equal(channel.length, 1);
        channel.forget(sent);
        assert.equal(channel.length, 0);
    });

    test("let others have a turn behind many messages; those that wait meanwhile are late", async () => {
        const { channel, heard } = await listener();
        const sent = Array.from({ length: TURN_MESSAGES_MAX + 1 }, (_, i) => send(channel, `${i}`));
        await settle();
        assert.equal(heard.length, TURN_MESSAGES_MAX);
        assert.equal(await sent.at(-1).promise, LATE);
        const later = send(channel, "later");
        assert.equal(await later.promise, LATE);
        const replies = [sent.at(-1), later].map((message) => message.late());
        await pass(0);
        assert.deepEqual(await Promise.all(replies), [`${TURN_MESSAGES_MAX}!`, "later!"]);
    });

    test("tell once that a reply is late", async () => {
        const slow = Promise.withResolvers();
        const { channel } = await listener({ answer: (text) => (text === "slow" ? slow.promise : `${text}!`) });
        for (let i = 0; i < TURN_MESSAGES_MAX; i++) send(channel, "fast");
        const sent = send(channel, "slow"); // waits for its turn, and then for its reply
        assert.equal(await sent.promise, LATE);
        const reply = sent.late();
        await pass(0);
        slow.resolve("slow!");
        assert.equal(await reply, "slow!");
    });

    test("tell everybody when the object breaks: what it began is lost, all else may be sent again", async () => {
        const broken = new Error("the disk is full");
        const { channel, listening, heard } = await listener({ answer: () => new Promise(() => {}) });
        const begun = send(channel, "begun");
        assert.equal(await begun.promise, LATE);
        const waiting = send(channel, "waiting");
        listening.reject(broken);
        assert.equal(await begun.late(), broken);
        assert.equal(await waiting.promise, NOT_BEGUN);
        assert.ok(!channel.isOpen());
        assert.deepEqual(heard, ["begun"]);
    });

    test("break when what was written cannot be durable", async () => {
        const broken = new Error("the disk is full");
        const { channel } = await listener({ durable: () => Promise.reject(broken) });
        assert.equal(await send(channel, "a").promise, broken);
        assert.ok(!channel.isOpen());
    });

    test("take no more where messages lie untouched", async () => {
        const { channel, name } = await listener({ durable: () => new Promise(() => {}) });
        send(channel, "its commit never ends");
        await settle();
        send(channel, "lies there");
        clock += STUCK_MS;
        assert.equal(channelTo(ENV, name), channel);
        clock++;
        assert.equal(channelTo(ENV, name, () => Promise.resolve()), null);
    });

    test("end when nothing comes for a while, or after ten seconds", async () => {
        const idle = await listener();
        await pass(LISTEN_MS);
        await idle.listening.promise;
        assert.ok(!idle.channel.isOpen());

        const busy = await listener();
        for (let seconds = 0; seconds < 9; seconds++) {
            await pass(LISTEN_MS / 2);
            assert.equal(await send(busy.channel, "a").promise, "a!");
            await pass(LISTEN_MS / 2);
            assert.ok(busy.channel.isOpen());
        }
        send(busy.channel, "a");
        await pass(LISTEN_MS);
        await busy.listening.promise;
        assert.ok(!busy.channel.isOpen());
    });

    test("close for an object that leaves, unless something is on its way", async () => {
        const { channel, name, listening } = await listener();
        const sent = send(channel, "a");
        assert.ok(!stopListening(name));
        assert.equal(await sent.promise, "a!");
        assert.ok(stopListening(name));
        assert.ok(!channel.isOpen());
        await pass(LISTEN_MS);
        await listening.promise;
        assert.ok(stopListening("an object that nobody called"));
    });
});

// V8 optimizes what sends and answers them after 20,000 or so: .ci/run asks for as many.
const MESSAGES = Number(process.env.CHANNEL_MESSAGES ?? 2400);
const CLIENTS = 16;
const KEYS = 4;

for (const channels of [true, false]) {
    describe(`a server ${channels ? "with" : "without"} channels`, () => {
        const ends = [];
        let url;

        before(async () => {
            const host = await startHost({
                host: "127.0.0.1", port: 0, layout: "key", channels,
                data: temporaryFolder({ after: (end) => ends.push(end) }),
            });
            ends.push(() => host.stop());
            url = host.url.href;
            assert.equal((await post(url, "CreateTable", HASH_TABLE)).status, 200);
        });

        after(async () => {
            for (const end of ends.reverse()) await end();
        });

        // Each client counts at a key that others count at, too, and at one of its own.
        test("answers each of many clients what it asked, in the order of what it did", async () => {
            const add = async (pk) => {
                const { status, json, text } = await post(url, "UpdateItem", {
                    TableName: "keys", Key: { pk: { S: pk } }, UpdateExpression: "ADD n :one",
                    ExpressionAttributeValues: { ":one": { N: "1" } }, ReturnValues: "UPDATED_NEW",
                });
                assert.equal(status, 200, text);
                return Number(json.Attributes.n.N);
            };
            const get = async (pk) => {
                const read = { TableName: "keys", Key: { pk: { S: pk } }, ConsistentRead: true };
                const { status, json, text } = await post(url, "GetItem", read);
                assert.equal(status, 200, text);
                return Number(json.Item.n.N);
            };
            const rounds = Math.floor((channels ? MESSAGES : Math.min(MESSAGES, 2400)) / CLIENTS / 3);
            const client = async (number) => {
                const shared = `shared ${number % KEYS}`;
                for (let round = 1; round <= rounds; round++) {
                    const own = await add(`own ${number}`);
                    assert.equal(own, round);
                    const count = await add(shared);
                    assert.ok(await get(shared) >= count);
                }
            };
            await Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)));
            for (let key = 0; key < KEYS; key++) {
                assert.equal(await get(`shared ${key}`), rounds * CLIENTS / KEYS);
            }
        });
    });
}
