// What this isolate has to tell one object at the same moment travels in one call, a parcel: the call costs more than
// most of what it asks for. Shipments to global indexes leave all objects at the same moments (SHIP_GATHER_MS in
// c_src/role/partition_index.c), and many clients may want something of one object; both meet here.
//
// Each parcel is sent by the request or object that opened it, so none makes more calls than it has messages. Should
// that one go before, the others' time runs out as it does when an object does not answer (deadlines.js), and later
// messages go without it.
import { keepShape } from "./shapes.js";

const MESSAGES_MAX = 12; // their replies may each have what an item has at most, 2.4 MB of JSON, and a call's 32
const BYTES_MAX = 1024 * 1024;
const OPEN_MS_MAX = 1000; // it is a moment, unless whoever opened it is gone

const open = new Map(); // where to → Parcel

// Sends a message with what else is sent there at this moment: a promise of its reply. to: the object and the mode of
// the call. call(messages): makes a promise of their replies, in order. opens(sending): called where the message opens
// a parcel, with the promise of its end: others' messages may be in it, so it is to go on without its client. What the
// sender wrote is to be durable by then: the parcel may leave in another's name.
export function sendTogether(to, message, call, opens) {
    const parcel = open.get(to);
    if (parcel !== undefined && parcel.takes(message)) return parcel.add(message);
    const opened = new Parcel(message);
    open.set(to, opened);
    const sending = opened.send(to, call);
    opens(sending);
    return sending;
}

class Parcel {
    static {
        keepShape(new Parcel(new Uint8Array(0)));
    }

    #messages;
    #waiting = []; // { resolve, reject } of all but the first
    #bytes;
    #opened = Date.now();

    constructor(message) {
        this.#messages = [message];
        this.#bytes = message.length;
    }

    takes(message) {
        if (this.#messages.length === MESSAGES_MAX) return false;
        return this.#bytes + message.length <= BYTES_MAX && Date.now() - this.#opened <= OPEN_MS_MAX;
    }

    add(message) {
        this.#messages.push(message);
        this.#bytes += message.length;
        const { promise, resolve, reject } = Promise.withResolvers(); // not `new Promise`: see channels.js
        this.#waiting.push({ resolve, reject });
        return promise;
    }

    // A timer goes off behind everything that is ready.
    async send(to, call) {
        await scheduler.wait(0);
        if (open.get(to) === this) open.delete(to);
        try {
            const [first, ...others] = await call(this.#messages);
            others.forEach((reply, i) => this.#waiting[i].resolve(reply));
            return first;
        } catch (error) {
            for (const { reject } of this.#waiting) reject(error);
            throw error;
        }
    }
}
