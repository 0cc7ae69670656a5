// Replies to reads of one item, kept for whoever asks the same again. DynamoDB gives an eventually consistent read
// from any of an item's replicas; here the replica is the memory of the isolate, where the object lives in the same one
// as the gateway. No write is unseen: an object forgets what it kept of an item in the very step that changes it,
// before anybody hears of the write. What may be out of date is a whole object, where the platform moved it elsewhere
// without a word; so an object's replies count only while it was heard of in the last second, and consistent reads come
// here only where nothing can move: on the local host, whose one isolate has all objects (SHVM_ONE_ISOLATE).
//
// An object's reply goes out only when everything written before is durable. So what it keeps is for others only once
// the gateway that asked has the reply: gateways hand out tickets, objects keep under them.
//
// All is kept in one ring of bytes, the oldest overwritten first, and found by a table of positions, one for each item
// number and so now and then for several: objects of JavaScript's, one or more a reply, would be looked at in every
// collection (measured: they made a PutItem 8 % dearer).
//
//   record := life f64 ‖ item u32 ‖ released u8 ‖ message length u32 ‖ reply length u32 ‖ message ‖ reply
import { Action, httpStatus } from "./envelope.js";

const RING_MB = 8; // in each isolate, once anything is kept, where SHVM_KEPT_READS_MB does not say
const HEAD_BYTES = 8 + 4 + 1 + 4 + 4;
const ITEM_AT = 8;
const RELEASED_AT = 12;
const MESSAGE_LENGTH_AT = 13;
const REPLY_LENGTH_AT = 17;
const BYTES_OF_POSITION = 256; // of the ring: about what a small record takes
const REPLY_BYTES_MAX = 16 * 1024;
const HEARD_MS_MAX = 1000;
const OBJECTS_MAX = 4096;
const TICKETS_MAX = 4096; // on Cloudflare a client that leaves ends its request without a word

const objects = new Map(); // name → KeptReads
const tickets = new Map(); // text → { item, message, position, text }
let isolate = ""; // tickets of other isolates are not ours
let opened = 0;
let lives = 0;

let ring = null; // its bytes, and a view of them
let view = null;
let positions = null; // of items' records, counted from the first byte ever kept; 0: there is none
let given = 0;
let end = 0; // of the newest record

// --- Gateways

// What a gateway may answer a read with, or null. item: its number (envelope.js), which the core gives of reads that
// may be answered so.
export function keptReply(name, item, message) {
    const life = objects.get(name)?.life() ?? null;
    if (life === null || ring === null) return null;
    const position = positions[item % positions.length];
    if (!isThere(position)) return null;
    const at = position % ring.length;
    const isIt = view.getFloat64(at) === life && view.getUint32(at + ITEM_AT) === item && ring[at + RELEASED_AT] === 1;
    const replyAt = at + HEAD_BYTES + message.length;
    if (!isIt || view.getUint32(at + MESSAGE_LENGTH_AT) !== message.length) return null;
    for (let i = 0; i < message.length; i++) {
        if (ring[at + HEAD_BYTES + i] !== message[i]) return null;
    }
    given++;
    return ring.slice(replyAt, replyAt + view.getUint32(at + REPLY_LENGTH_AT));
}

export function keptRepliesGiven() {
    return given;
}

// For a read that goes to its object; to be closed with what became of it.
export function openTicket(item, message) {
    return { item, message, position: 0, text: "" };
}

// The same to be sent as a text.
export function ticketText(ticket) {
    if (isolate === "") isolate = crypto.randomUUID();
    ticket.text = isolate + opened++;
    tickets.set(ticket.text, ticket);
    if (tickets.size > TICKETS_MAX) tickets.delete(tickets.keys().next().value);
    return ticket.text;
}

// Null: it is another isolate's, or none.
export function ticketOf(text) {
    return tickets.get(text) ?? null;
}

export function closeTicket({ position, text }, isAnswered) {
    if (text !== "") tickets.delete(text);
    if (isAnswered && isThere(position)) ring[position % ring.length + RELEASED_AT] = 1;
}

// Whether the record at this position has not been overwritten.
function isThere(position) {
    return position !== 0 && position >= end - ring.length;
}

// --- Objects

export class KeptReads {
    #life = ++lives; // what was kept in another one is forgotten
    #heardAt = 0;
    #ringBytes; // 0: nothing is kept

    // Of an object that starts, or starts again.
    constructor(name, env) {
        this.#ringBytes = Number(env.SHVM_KEPT_READS_MB ?? RING_MB) * 1024 * 1024;
        objects.delete(name);
        objects.set(name, this);
        if (objects.size > OBJECTS_MAX) objects.delete(objects.keys().next().value);
    }

    heard() {
        this.#heardAt = Date.now();
    }

    // Null while nothing was heard of the object.
    life() {
        return Date.now() - this.#heardAt <= HEARD_MS_MAX ? this.#life : null;
    }

    // By a step that committed: these items, or, where they are not known (null), any.
    changed(items) {
        if (items === null) this.#life = ++lives;
        else if (positions !== null) for (const item of items) positions[item % positions.length] = 0;
    }

    // A reply that the object has just made, to the read of this ticket.
    keep(ticket, reply) {
        if (this.#ringBytes === 0 || !isWorthKeeping(reply)) return;
        if (ring === null) makeRing(this.#ringBytes);
        const { item, message } = ticket;
        const position = placeFor(HEAD_BYTES + message.length + reply.length);
        const at = position % ring.length;
        view.setFloat64(at, this.#life);
        view.setUint32(at + ITEM_AT, item);
        ring[at + RELEASED_AT] = 0;
        view.setUint32(at + MESSAGE_LENGTH_AT, message.length);
        view.setUint32(at + REPLY_LENGTH_AT, reply.length);
        ring.set(message, at + HEAD_BYTES);
        ring.set(reply, at + HEAD_BYTES + message.length);
        positions[item % positions.length] = ticket.position = position;
    }
}

function isWorthKeeping(reply) {
    return reply[0] === Action.RESPOND_HTTP && reply.length <= REPLY_BYTES_MAX && httpStatus(reply) === 200;
}

function makeRing(bytes) {
    ring = new Uint8Array(bytes);
    view = new DataView(ring.buffer);
    positions = new Float64Array(Math.ceil(bytes / BYTES_OF_POSITION));
    end = bytes; // so that no record has position 0
}

// The position of a new record; none lies across the ring's end.
function placeFor(size) {
    const left = ring.length - end % ring.length;
    const position = left < size ? end + left : end;
    end = position + size;
    return position;
}
