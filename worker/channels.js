// Messages to an object that lives in the same isolate as whoever sends them: one leaves a message in a channel, the
// other takes it out, and nothing of the platform's lies between them. A call of the platform's costs more than what
// most messages ask for. Only the local host is known to have all objects in one isolate (SHVM_ONE_ISOLATE); elsewhere
// there are no channels, and every message is a call.
//
// Who calls an object for the second time within LISTEN_MS asks it to listen, too. It does until so long nothing has
// come. What the platform does around a call is done here: a reply goes out when everything that the object wrote
// before is durable, and when the object breaks, whoever waits for it is told: the call that asked it to listen hears
// of that. It is no longer than the platform lets it go on behind its request's end.
//
// Whoever waits for a promise goes on in its own request, wherever the promise is resolved, if it is a promise of
// Promise.withResolvers(): those of `new Promise` are made by V8's optimized code without a note of whose they are.
// Seen once such code was hot: "Cannot perform I/O on behalf of a different request", and nothing answered any more.
import { keepShape } from "./shapes.js";

const LISTEN_MS = 1000;
const LISTEN_MS_MAX = 10_000;
// After so many messages, or such replies, those that wait let others have a turn.
const TURN_MESSAGES_MAX = 64;
const TURN_BYTES_MAX = 1024 * 1024;
// Nobody adds to messages that were left lying for so long.
const STUCK_MS = 1000;
const CHANNELS_MAX = 4096; // remembered; beyond, those that came first are forgotten

// A message that the object did not begin: it may be sent again.
export const NOT_BEGUN = "the object stopped listening";

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
        keepShape(new Message(0, null, "", null));
    }

    // ticket: of a read whose reply may be kept (kept_reads.js), or "". resolve: takes the reply, or an Error.
    constructor(mode, bytes, ticket, resolve) {
        this.mode = mode;
        this.bytes = bytes;
        this.ticket = ticket;
        this.resolve = resolve;
    }
}

class Channel {
    #object = null; // that listens
    #messages = []; // that it has not begun,
    #begun = new Set(); // and those that it has
    #wake = null; // of the object, while it waits for messages
    #hasHeard = false; // since it was last looked at
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

    // A promise of the reply. Rejects when the platform gave up on the object.
    async send(mode, bytes, ticket = "") {
        if (!this.isOpen()) throw new Error(NOT_BEGUN);
        const { promise, resolve } = Promise.withResolvers();
        if (this.#messages.length === 0) this.#waitingSince = Date.now();
        this.#messages.push(new Message(mode, bytes, ticket, resolve));
        this.#wakeUp();
        const reply = await promise;
        if (reply instanceof Error) throw reply;
        return reply;
    }

    // --- The object

    async listen(object) {
        this.#object = object;
        this.#stopInTime(object);
        for (;;) {
            if (this.#messages.length > 0) await this.#answerSome(object);
            else if (this.#object === object) await this.#wait();
            else break;
        }
    }

    // Nobody listens any more, unless there is something to be heard: whether that is so.
    close() {
        if (this.#messages.length > 0) return false;
        this.#stop();
        return true;
    }

    async #answerSome(object) {
        this.#hasHeard = true;
        const answered = [];
        for (let bytes = 0; this.#messages.length > 0; ) {
            if (answered.length === TURN_MESSAGES_MAX || bytes > TURN_BYTES_MAX) {
                await scheduler.wait(0);
                break;
            }
            const message = this.#messages.shift();
            this.#begun.add(message);
            const reply = object.answer(message);
            if (reply instanceof Promise) {
                this.#answerLater(object, message, reply);
            } else {
                bytes += reply.length;
                answered.push({ message, reply });
            }
        }
        await object.durable();
        for (const { message, reply } of answered) this.#reply(message, reply);
    }

    async #answerLater(object, message, promise) {
        const reply = await promise;
        await object.durable();
        this.#reply(message, reply);
    }

    #reply(message, reply) {
        this.#begun.delete(message);
        message.resolve(reply);
    }

    async #stopInTime(object) {
        const until = Date.now() + LISTEN_MS_MAX;
        do {
            this.#hasHeard = false;
            await scheduler.wait(LISTEN_MS);
        } while (this.#hasHeard && Date.now() < until);
        if (this.#object === object) this.#stop();
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
        for (const { resolve } of this.#begun) resolve(error);
        for (const { resolve } of this.#messages.splice(0)) resolve(new Error(NOT_BEGUN));
        this.#begun.clear();
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
