// Messages to an object that lives in the same isolate as whoever sends them: one leaves a message in a channel, the
// other takes it out, and nothing of the platform's lies between them. A call of the platform's costs more than what
// most messages ask for. Only the local host is known to have all objects in one isolate (SHVM_ONE_ISOLATE); elsewhere
// there are no channels, and every message is a call.
//
// Who calls an object for the second time within LISTEN_MS asks it to listen, too. It does until so long nothing has
// come. What the platform does around a call is done here: a reply goes out when everything that the object wrote
// before is durable; and when the object breaks, whoever waits for it is told: the call that asked it to listen hears
// of that. It takes no longer than the platform lets it go on behind its request.
//
// Two rules of the runtime's make this work, and break it where they are not kept:
// - Whoever waits for a promise goes on in its own request, wherever the promise is resolved, if it is a promise of
//   Promise.withResolvers(). Those of `new Promise` are made by V8's optimized code without a note of whose they are;
//   once such code was hot: "Cannot perform I/O on behalf of a different request", and nothing was answered any more.
// - A request that waits for nothing of its own is taken for hung and ended as soon as the whole process has nothing
//   left to do but to wait. A reply that is ready before that needs no timer beside it, which would cost as much as the
//   message. Of all others the sender is told that they are LATE, and then waits with a timer.
import { keepShape } from "./shapes.js";

const LISTEN_MS = 1000;
const LISTEN_MS_MAX = 10_000;
// After so many messages, or so much in them and their replies, those that wait let others have a turn.
const TURN_MESSAGES_MAX = 64;
const TURN_BYTES_MAX = 256 * 1024;
// Nobody adds to messages that were left lying for so long.
const STUCK_MS = 1000;
const CHANNELS_MAX = 4096; // remembered; beyond, those that came first are forgotten

export const LATE = Symbol("late");
// What is told instead of a reply where the object did not begin: the message may be sent again.
export const NOT_BEGUN = new Error("the object stopped listening");

const channels = new Map(); // object name → Channel

// --- Senders

// The channel to an object that listens, or null: then it is to be called. ask(): a promise of its listen(), kept alive
// beyond the request; made where the object is worth it.
export function channelTo(env, name, ask) {
    if (env.SHVM_ONE_ISOLATE !== "on") return null;
    const channel = channels.get(name) ?? newChannel(name);
    if (channel.isOpen()) return channel;
    if (channel.isCalledAgain()) channel.watch(ask());
    return null;
}

function newChannel(name) {
    const channel = new Channel();
    channels.set(name, channel);
    if (channels.size > CHANNELS_MAX) channels.delete(channels.keys().next().value);
    return channel;
}

class Message {
    static {
        keepShape(new Message(0, null, null));
    }

    promise; // of LATE, or of what answer() is given
    #resolve;
    #reply = null;
    #isLate = false;

    // ticket: of a read whose reply may be kept (kept_reads.js), or null.
    constructor(mode, bytes, ticket) {
        this.mode = mode;
        this.bytes = bytes;
        this.ticket = ticket;
        this.#wait();
    }

    #wait() {
        const { promise, resolve } = Promise.withResolvers();
        this.promise = promise;
        this.#resolve = resolve;
    }

    // The sender was told that the reply is LATE: a promise of it.
    late() {
        if (this.#reply !== null) return this.#reply;
        this.#wait();
        return this.promise;
    }

    // Once: the sender may have asked for the reply meanwhile.
    tellLate() {
        if (!this.#isLate) this.#resolve(LATE);
        this.#isLate = true;
    }

    // A reply, or an Error: NOT_BEGUN, or what broke the object.
    answer(reply) {
        this.#reply = reply;
        this.#resolve(reply);
    }
}

class Channel {
    #object = null; // that listens
    #messages = []; // that it has not begun,
    #begun = new Set(); // and those that it has
    #wake = null; // of the object, while it waits for messages
    #isResting = false;
    #heardAt = 0;
    #waitingSince = 0; // the first of the messages
    #calledAt = 0;

    isOpen() {
        if (this.#object === null) return false;
        const isStuck = this.#messages.length > 0 && Date.now() - this.#waitingSince > STUCK_MS;
        if (isStuck) this.#object = null;
        return !isStuck;
    }

    // Whether the call at hand comes soon after another.
    isCalledAgain() {
        const before = this.#calledAt;
        this.#calledAt = Date.now();
        return this.#calledAt - before < LISTEN_MS;
    }

    // listens: a promise of the object's listen().
    async watch(listens) {
        try {
            await listens;
        } catch (error) {
            this.#breakOff(error);
        }
    }

    // How many messages wait for a reply.
    get length() {
        return this.#messages.length + this.#begun.size;
    }

    send(mode, bytes, ticket) {
        const message = new Message(mode, bytes, ticket);
        if (this.#messages.length === 0) this.#waitingSince = Date.now();
        this.#messages.push(message);
        if (this.#isResting) message.tellLate();
        this.#wakeUp();
        return message;
    }

    // Nobody waits for the reply any more.
    forget(message) {
        this.#begun.delete(message);
    }

    // --- The object

    async listen(object) {
        this.#object = object;
        const stopped = this.#stopInTime(object);
        for (;;) {
            if (this.#messages.length > 0) await this.#answerSome(object);
            else if (this.#object === object) await this.#wait();
            else break;
        }
        await stopped;
    }

    // Nobody listens any more, unless there is something to be heard: whether that is so.
    close() {
        if (this.#messages.length > 0) return false;
        this.#stop();
        return true;
    }

    async #answerSome(object) {
        this.#heardAt = Date.now();
        const answered = [];
        let left = Math.min(this.#messages.length, TURN_MESSAGES_MAX);
        for (let bytes = 0; left > 0 && bytes <= TURN_BYTES_MAX; left--) {
            const message = this.#messages.shift();
            this.#begun.add(message);
            bytes += message.bytes.length;
            const reply = object.answer(message);
            if (reply instanceof Promise) {
                this.#answerLater(object, message, reply);
            } else {
                bytes += reply.length;
                answered.push({ message, reply });
            }
        }
        const isMore = this.#messages.length > 0;
        await object.durable();
        for (const { message, reply } of answered) this.#reply(message, reply);
        if (isMore) await this.#rest();
    }

    async #answerLater(object, message, promise) {
        message.tellLate();
        const reply = await promise;
        await object.durable();
        this.#reply(message, reply);
    }

    #reply(message, reply) {
        this.#begun.delete(message);
        message.answer(reply);
    }

    async #rest() {
        this.#isResting = true;
        for (const message of this.#messages) message.tellLate();
        await scheduler.wait(0);
        this.#isResting = false;
    }

    async #stopInTime(object) {
        this.#heardAt = Date.now();
        const end = this.#heardAt + LISTEN_MS_MAX;
        while (this.#object === object) {
            await scheduler.wait(LISTEN_MS);
            const now = Date.now();
            if (this.#object === object && (now >= end || now - this.#heardAt >= LISTEN_MS)) this.#stop();
        }
    }

    // What has come by now is answered all the same.
    #stop() {
        this.#object = null;
        this.#wakeUp();
    }

    #wait() {
        const { promise, resolve } = Promise.withResolvers();
        this.#wake = resolve;
        return promise;
    }

    #wakeUp() {
        this.#wake?.();
        this.#wake = null;
    }

    #breakOff(error) {
        this.#object = null;
        for (const message of this.#begun) message.answer(error);
        for (const message of this.#messages) message.answer(NOT_BEGUN);
        this.#begun.clear();
        this.#messages.length = 0;
    }
}

// --- Objects

// Answers what comes through an object's channel: a promise of the end. object: answer(message) gives a reply or a
// promise of it, and does not fail; durable() a promise that all that was written is durable, or null where it is.
export function listenTo(name, object) {
    const channel = channels.get(name);
    return channel === undefined || channel.isOpen() ? null : channel.listen(object);
}

// Whether nothing is on its way to an object; then it hears nothing more.
export function stopListening(name) {
    return channels.get(name)?.close() ?? true;
}
