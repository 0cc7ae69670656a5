// The bytes that pass between JavaScript and the core, as c_src/msg/envelope.h draws them. Nothing here knows what a
// message means.

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
};

export const EMPTY = new Uint8Array(0);

const CONTENT_TYPES = ["application/x-amz-json-1.0", "application/json", "application/xml"];
const HEAD_BYTES = 1 + 8 + 16; // version, now, entropy
const encoder = new TextEncoder();
const decoder = new TextDecoder();

// A step's input: { identity, local, message, state, answers: [{ status, body }] }.
export function inputSize(input) {
    let size = HEAD_BYTES + 4 * 4 + 4;
    size += input.identity.length + input.local.length + input.message.length + input.state.length;
    for (const answer of input.answers) size += 1 + 4 + answer.body.length;
    return size;
}

// Writes an input at the start of `target`, which has inputSize bytes.
export function writeInput(input, now, entropy, target) {
    const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
    view.setUint8(0, ENVELOPE_VERSION);
    view.setFloat64(1, now, true);
    target.set(entropy, 9);
    let at = HEAD_BYTES;
    const put = (bytes) => {
        view.setUint32(at, bytes.length, true);
        target.set(bytes, at + 4);
        at += 4 + bytes.length;
    };
    put(input.identity);
    put(input.local);
    put(input.message);
    put(input.state);
    view.setUint32(at, input.answers.length, true);
    at += 4;
    for (const { status, body } of input.answers) {
        view.setUint8(at++, status);
        put(body);
    }
}

// A step's output: { local (null: unchanged), state, actions }. Everything is copied out of `bytes`.
export function readOutput(bytes) {
    const reader = new Reader(bytes);
    if (reader.u8() !== ENVELOPE_VERSION) throw new Error("the core's output has an unknown version");
    const localPresent = reader.u8() === 1;
    const local = reader.bytes();
    const state = reader.bytes();
    const actions = [];
    for (let left = reader.u32(); left > 0; left--) actions.push(readAction(reader));
    return { local: localPresent ? local : null, state, actions };
}

function readAction(reader) {
    const start = reader.at;
    const kind = reader.u8();
    switch (kind) {
    case Action.CALL:
    case Action.FORWARD:
        return { kind, role: reader.u8(), mode: reader.u8(), name: reader.text(), message: reader.bytes() };
    case Action.RESPOND_HTTP:
        reader.skip(2 + 1 + 4 + REQUEST_ID_BYTES);
        reader.skip(reader.u32());
        return { kind, reply: reader.copy(start, reader.at) };
    case Action.REPLY:
        reader.skip(reader.u32());
        return { kind, reply: reader.copy(start, reader.at) };
    case Action.SET_ALARM:
        return { kind, due: reader.f64() };
    case Action.DELETE_ALL:
    case Action.RESTART:
    case Action.REPEAT_MESSAGE:
        return { kind };
    default:
        throw new Error(`the core asked for action ${kind}`);
    }
}

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

// The same where it travels as a response: one with this header holds a REPLY, any other is the client's.
export const REPLY_HEADER = "x-shvm-reply";

export function responseOf(reply) {
    if (reply[0] === Action.RESPOND_HTTP) return httpResponse(reply);
    return new Response(reply, { headers: { [REPLY_HEADER]: "1" } });
}

export function httpResponse(reply) {
    const reader = new Reader(reply);
    reader.skip(1);
    const status = reader.u16();
    const contentType = CONTENT_TYPES[reader.u8()];
    const crc32 = reader.u32();
    const requestId = decoder.decode(reply.subarray(reader.at, reader.at + REQUEST_ID_BYTES));
    reader.skip(REQUEST_ID_BYTES);
    const length = reader.u32();
    return new Response(reply.subarray(reader.at, reader.at + length), {
        status,
        headers: {
            "content-type": contentType,
            "date": new Date().toUTCString(), // clients set their clocks by it
            "x-amzn-requestid": requestId,
            "x-amz-crc32": String(crc32),
        },
    });
}

// gateway message := version ‖ target bytes ‖ content type bytes ‖ body bytes ‖ default layout bytes ‖ calls max
//                    ‖ keys checked ‖ keys bytes ‖ payload hash bytes ‖ head bytes ‖ options bytes
// `auth` is { checked, keys, payloadHash, head } (auth.js).
export function gatewayMessage(target, contentType, body, layout, callsMax, auth, indexWaitMs) {
    const parts = [encoder.encode(target), encoder.encode(contentType), body, encoder.encode(layout)];
    const options = new Uint8Array(Uint32Array.of(indexWaitMs).buffer);
    const proofs = [auth.keys, auth.payloadHash, auth.head, options];
    const sizeOf = (list) => list.reduce((size, part) => size + 4 + part.length, 0);
    const message = new Uint8Array(1 + sizeOf(parts) + 4 + 1 + sizeOf(proofs));
    const view = new DataView(message.buffer);
    message[0] = ENVELOPE_VERSION;
    let at = 1;
    const put = (part) => {
        view.setUint32(at, part.length, true);
        message.set(part, at + 4);
        at += 4 + part.length;
    };
    parts.forEach(put);
    view.setUint32(at, callsMax, true);
    message[at + 4] = auth.checked ? 1 : 0;
    at += 5;
    proofs.forEach(put);
    return message;
}

class Reader {
    constructor(bytes) {
        this.data = bytes;
        this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        this.at = 0;
    }

    u8() {
        return this.view.getUint8(this.at++);
    }

    u16() {
        this.at += 2;
        return this.view.getUint16(this.at - 2, true);
    }

    u32() {
        this.at += 4;
        return this.view.getUint32(this.at - 4, true);
    }

    f64() {
        this.at += 8;
        return this.view.getFloat64(this.at - 8, true);
    }

    skip(count) {
        this.at += count;
        if (this.at > this.data.length) throw new Error("the core's output is too short");
    }

    copy(from, to) {
        return this.data.slice(from, to);
    }

    // u32 length ‖ bytes, copied.
    bytes() {
        const length = this.u32();
        this.skip(length);
        return length === 0 ? EMPTY : this.data.slice(this.at - length, this.at);
    }

    text() {
        const length = this.u32();
        this.skip(length);
        return decoder.decode(this.data.subarray(this.at - length, this.at));
    }
}
