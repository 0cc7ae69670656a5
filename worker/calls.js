// Calls from the gateway or an object to an object. They give an answer and never reject: what went wrong is its
// status, and whether a write may have run decides which.
import { Action, AnswerStatus, CallMode, EMPTY, REPLY_HEADER, Role, answerOf, httpResponse } from "./envelope.js";
import { forwardedRequest } from "./forwarded.js";
import { RETIRED } from "./retirement.js";

const BINDINGS = {
    [Role.PARTITION]: "PARTITION",
    [Role.TABLE]: "TABLE",
    [Role.DIRECTORY]: "DIRECTORY",
    [Role.CATALOG]: "CATALOG",
};
const TRIES_MAX = 3;
const QUEUE_MAX = 1000; // calls of this isolate that wait for one object
// What an object answers that can take no more (RESULT_BUSY in c_src/msg/result.h): the client is throttled.
const BUSY = { status: AnswerStatus.OK, body: Uint8Array.of(1, 4, 0, 0) };

const waiting = new Map(); // object name → calls that wait for it

// trace: of the request the call is made for, or null (trace.js).
export function call(env, action, trace) {
    return attempt(action, async () => answerOf(await send(env, action, trace)));
}

async function send(env, { role, mode, name, message }, trace) {
    const stub = stubOf(env, role, name);
    if (trace === null) return stub.run(mode, message);
    const { reply, part } = await stub.traced(mode, message, trace.explains);
    trace.addCall(part);
    return reply;
}

// A read that one object answers alone, sent as a request: measured, that costs a fifth less than RPC, because the
// object's response goes to the client untouched. { response }, or { answer } where it did not answer with HTTP.
export async function forward(env, action, trace) {
    const { role, name, message } = action;
    if (trace !== null) return forwardTraced(env, action, trace);
    const answer = await attempt(action, () => stubOf(env, role, name).fetch(...forwardedRequest(message)));
    if (!(answer instanceof Response)) return { answer };
    if (!answer.headers.has(REPLY_HEADER)) return { response: answer };
    return { answer: answerOf(new Uint8Array(await answer.arrayBuffer())) };
}

async function forwardTraced(env, action, trace) {
    const sent = await attempt(action, () => send(env, { ...action, mode: CallMode.READ }, trace));
    if (!(sent instanceof Uint8Array)) return { answer: sent };
    return sent[0] === Action.RESPOND_HTTP ? { response: httpResponse(sent) } : { answer: answerOf(sent) };
}

// What `send` gives, or an answer that says how it failed. An object that falls behind is told no more than it can
// work off: a queue that only grows answers nobody in time.
async function attempt({ mode, name }, send) {
    const queue = waiting.get(name) ?? 0;
    if (queue >= QUEUE_MAX) return BUSY;
    waiting.set(name, queue + 1);
    try {
        for (let tries = 1; ; tries++) {
            try {
                return await send();
            } catch (error) {
                if (tries < TRIES_MAX && mayRetry(error, mode)) continue;
                console.error(`call to ${name}: ${error.message}`);
                return error.overloaded ? BUSY : { status: failureStatus(mode), body: EMPTY };
            }
        }
    } finally {
        const left = waiting.get(name) - 1;
        if (left === 0) waiting.delete(name);
        else waiting.set(name, left);
    }
}

// A stub whose object failed stays broken, and none may be kept across requests: each try takes a new one.
function stubOf(env, role, name) {
    return env[BINDINGS[role]].getByName(name);
}

// A retired object had nothing in flight, so what failed with it never began. Other failures of a write may have come
// after it ran: those are the client's decision.
function mayRetry(error, mode) {
    if (error.overloaded) return false;
    return error.message === RETIRED || (mode === CallMode.READ && error.retryable === true);
}

function failureStatus(mode) {
    return mode === CallMode.READ ? AnswerStatus.FAILED : AnswerStatus.UNKNOWN;
}
