// The bytes that pass between JavaScript and the core, as c_src/msg/envelope.h draws them. Nothing here knows what a
// message means. Inputs are written into Wasm memory (wasm_memory.js) and outputs read there, with as few objects made
// as can be: what a request leaves behind for the collector is a good part of its price.

import { keepShape } from "./shapes.js";

export const ENVELOPE_VERSION = 1;
export const REQUEST_ID_BYTES = 52;

export const Role = { GATEWAY: 0, PARTITION: 1, TABLE: 2, DIRECTORY: 3, CATALOG: 4 };
export const StepEvent = { START: 0, RESUME: 1, ALARM: 2 };
export const Verdict = { COMMIT: 0, READONLY: 1, ROLLBACK: 2, NEED: 3 };
export const AnswerStatus = { OK: 0, FAILED: 1, UNKNOWN: 2, TIMEOUT: 3 };
export const CallMode = { READ: 0, WRITE: 1 };
export const Action = {
    CALL: 1,
    FORWARD: 2,
    RESPOND_HTTP: 3,
    REPLY: 4,
    SET_ALARM: 5,
    DELETE_ALL: 6,
    RESTART: 7,
    REPEAT_MESSAGE: 8,
    WAIT: 9,
};

export const EMPTY = new Uint8Array(0);
export const NO_ANSWERS = [];
const NO_ITEMS = [];

const CONTENT_TYPES = ["application/x-amz-json-1.0", "application/json", "application/xml"];
const ENTROPY_WORDS = 4; // of 32 bits
const HEAD_BYTES = 1 + 8 + ENTROPY_WORDS * 4; // version, now, entropy
const HTTP_HEAD_BYTES = 1 + 2 + 1 + 4 + REQUEST_ID_BYTES; // of RESPOND_HTTP, before its body
const TEXT_BYTES_BY_HAND = 64; // so short a text is written faster letter by letter
const encoder = new TextEncoder();
const decoder = new TextDecoder();

// --- Input

// What a step's input may take at most: { identity, local, message, state, answers: [{ status, body }] }. `message` is
// bytes, or a GatewayMessage.
export function inputSizeMax({ identity, local, message, state, answers }) {
    const messageSize = message instanceof GatewayMessage ? message.sizeMax() : message.length;
    let size = HEAD_BYTES + 4 * 4 + 4 + identity.length + local.length + messageSize + state.length;
    for (const answer of answers) size += 1 + 4 + answer.body.length;
    return size;
}

// Writes an input at address `start`. Returns its size.
export function writeInput({ identity, local, message, state, answers }, now, memory, start) {
    const { bytes, view } = memory;
    bytes[start] = ENVELOPE_VERSION;
    view.setFloat64(start + 1, now, true);
    writeEntropy(view, start + 9);
    let at = putBytes(memory, start + HEAD_BYTES, identity);
    at = putBytes(memory, at, local);
    at = message instanceof GatewayMessage ? message.put(memory, at) : putBytes(memory, at, message);
    at = putBytes(memory, at, state);
    view.setUint32(at, answers.length, true);
    at += 4;
    for (const { status, body } of answers) {
        bytes[at] = status;
        at = putBytes(memory, at + 1, body);
    }
    return at - start;
}

// gateway message := version ‖ target bytes ‖ content type bytes ‖ body bytes ‖ default layout bytes ‖ calls max
//                    ‖ keys checked ‖ keys bytes ‖ payload hash bytes ‖ head text ‖ options bytes
export class GatewayMessage {
    static {
        keepShape(new GatewayMessage("", "", EMPTY, null, null));
    }

    #target;
    #contentType;
    #body;
    #auth;
    #settings;

    // auth: { checked, keys, payloadHash, head } (auth.js). settings: those of the deployment (index.js).
    constructor(target, contentType, body, auth, settings) {
        this.#target = target;
        this.#contentType = contentType;
        this.#body = body;
        this.#auth = auth;
        this.#settings = settings;
    }

    sizeMax() {
        const { keys, payloadHash, head } = this.#auth;
        const letters = this.#target.length + this.#contentType.length + this.#settings.layout.length + head.length;
        return 1 + 8 * 4 + 4 + 1 + 4 + 2 + letters * 3 + this.#body.length + keys.length + payloadHash.length;
    }

    // u32 length ‖ message, at `start`; returns the end.
    put(memory, start) {
        const { bytes, view } = memory;
        const { checked, keys, payloadHash, head } = this.#auth;
        const { layout, callsMax, waitForIndexes, oneIsolate } = this.#settings;
        bytes[start + 4] = ENVELOPE_VERSION;
        let at = putText(memory, start + 5, this.#target);
        at = putText(memory, at, this.#contentType);
        at = putBytes(memory, at, this.#body);
        at = putText(memory, at, layout);
        view.setUint32(at, callsMax, true);
        bytes[at + 4] = checked ? 1 : 0;
        at = putBytes(memory, at + 5, keys);
        at = putBytes(memory, at, payloadHash);
        at = putText(memory, at, head);
        view.setUint32(at, 2, true);
        bytes[at + 4] = waitForIndexes ? 1 : 0;
        bytes[at + 5] = oneIsolate ? 1 : 0;
        at += 6;
        view.setUint32(start, at - start - 4, true);
        return at;
    }
}

function putBytes({ bytes, view }, at, part) {
    view.setUint32(at, part.length, true);
    if (part.length !== 0) bytes.set(part, at + 4);
    return at + 4 + part.length;
}

function putText(memory, at, text) {
    const { bytes, view } = memory;
    let end = at + 4;
    if (text.length <= TEXT_BYTES_BY_HAND) {
        let i = 0;
        for (let letter; i < text.length && (letter = text.charCodeAt(i)) < 0x80; i++) bytes[end + i] = letter;
        if (i === text.length) {
            view.setUint32(at, i, true);
            return end + i;
        }
    }
    end += encoder.encodeInto(text, bytes.subarray(end)).written;
    view.setUint32(at, end - at - 4, true);
    return end;
}

const entropy = new Uint32Array(ENTROPY_WORDS * 256);
let entropyUsed = entropy.length;

function writeEntropy(view, at) {
    if (entropyUsed === entropy.length) {
        crypto.getRandomValues(entropy);
        entropyUsed = 0;
    }
    for (let word = 0; word < ENTROPY_WORDS; word++) view.setUint32(at + word * 4, entropy[entropyUsed++], true);
}

// --- Output

// Of a step: { local (null: unchanged), state, actions, items (numbers, or null: not known) }, copied out of memory.
export function readOutput(memory, start, length) {
    const reader = new Reader(memory, start, length);
    if (reader.u8() !== ENVELOPE_VERSION) throw new Error("the core's output has an unknown version");
    const localPresent = reader.u8() === 1;
    const local = reader.bytes();
    const state = reader.bytes();
    const actions = [];
    for (let left = reader.u32(); left > 0; left--) actions.push(readAction(reader));
    return { local: localPresent ? local : null, state, actions, items: readItems(reader) };
}

function readItems(reader) {
    const known = reader.u8() === 1;
    const count = reader.u32();
    if (!known) return null;
    if (count === 0) return NO_ITEMS;
    const items = [];
    for (let left = count; left > 0; left--) items.push(reader.u32());
    return items;
}

function readAction(reader) {
    const start = reader.at;
    const kind = reader.u8();
    switch (kind) {
    case Action.CALL:
    case Action.FORWARD:
        return { kind, role: reader.u8(), mode: reader.u8(), name: reader.text(), message: reader.bytes() };
    case Action.RESPOND_HTTP:
        reader.skip(HTTP_HEAD_BYTES - 1);
        reader.skip(reader.u32());
        return { kind, reply: reader.copyFrom(start) };
    case Action.REPLY:
        reader.skip(reader.u32());
        return { kind, reply: reader.copyFrom(start) };
    case Action.SET_ALARM:
        return { kind, due: reader.f64() };
    case Action.WAIT:
        return { kind, milliseconds: reader.f64() };
    case Action.DELETE_ALL:
    case Action.RESTART:
    case Action.REPEAT_MESSAGE:
        return { kind };
    default:
        throw new Error(`the core asked for action ${kind}`);
    }
}

class Reader {
    static {
        keepShape(new Reader(null, 0, 0));
    }

    #memory;
    #end;
    at;

    constructor(memory, start, length) {
        this.#memory = memory;
        this.#end = start + length;
        this.at = start;
    }

    u8() {
        return this.#memory.bytes[this.at++];
    }

    u32() {
        this.at += 4;
        return this.#memory.view.getUint32(this.at - 4, true);
    }

    f64() {
        this.at += 8;
        return this.#memory.view.getFloat64(this.at - 8, true);
    }

    skip(count) {
        this.at += count;
        if (this.at > this.#end) throw new Error("the core's output is too short");
    }

    copyFrom(start) {
        return this.#memory.bytes.slice(start, this.at);
    }

    // u32 length ‖ bytes, copied.
    bytes() {
        const length = this.u32();
        this.skip(length);
        return length === 0 ? EMPTY : this.copyFrom(this.at - length);
    }

    text() {
        const length = this.u32();
        this.skip(length);
        return decoder.decode(this.#memory.bytes.subarray(this.at - length, this.at));
    }
}

// --- Replies

// A reply travels as the action that made it: RESPOND_HTTP to be handed to the client, or REPLY to be resumed with.
// An empty one says that the callee failed: nothing was committed, or (REPLY_UNKNOWN) perhaps something was.
export const REPLY_FAILED = EMPTY;
export const REPLY_UNKNOWN = new Uint8Array([0]);
// What an object replies that can take no more (RESULT_BUSY in c_src/msg/result.h): the client is throttled.
export const REPLY_BUSY = Uint8Array.of(Action.REPLY, 4, 0, 0, 0, 1, 4, 0, 0);

export function answerOf(reply) {
    if (reply.length === 0) return { status: AnswerStatus.FAILED, body: EMPTY };
    if (reply[0] !== Action.REPLY) return { status: AnswerStatus.UNKNOWN, body: EMPTY };
    return { status: AnswerStatus.OK, body: reply.subarray(5) };
}

// The same where it travels as a response: one with this status holds a REPLY, any other is the client's.
export const REPLY_STATUS = 299;

export function responseOf(reply) {
    if (reply[0] === Action.RESPOND_HTTP) return httpResponse(reply);
    return new Response(reply, { status: REPLY_STATUS });
}

export function httpResponse(reply, requestId = requestIdOf(reply)) {
    const crc32 = reply[4] | (reply[5] << 8) | (reply[6] << 16) | (reply[7] << 24);
    const body = HTTP_HEAD_BYTES + 4;
    return new Response(reply.subarray(body), {
        status: httpStatus(reply),
        headers: {
            "content-type": CONTENT_TYPES[reply[3]],
            "date": httpDate(), // clients set their clocks by it
            "x-amzn-requestid": requestId,
            "x-amz-crc32": String(crc32 >>> 0),
        },
    });
}

function requestIdOf(reply) {
    return decoder.decode(reply.subarray(HTTP_HEAD_BYTES - REQUEST_ID_BYTES, HTTP_HEAD_BYTES));
}

// Of a reply that is RESPOND_HTTP.
export function httpStatus(reply) {
    return reply[1] | (reply[2] << 8);
}

let dateSecond = 0;
let dateText = "";

// As the Date header has it, made once a second.
export function httpDate() {
    const now = Date.now();
    const second = Math.floor(now / 1000);
    if (second !== dateSecond) {
        dateSecond = second;
        dateText = new Date(now).toUTCString();
    }
    return dateText;
}
