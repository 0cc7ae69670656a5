// Calls from the gateway or an object to an object. They give an answer and never reject: what went wrong is its
// status, and whether a write may have run decides which.
import { AnswerStatus, CallMode, EMPTY, REPLY_HEADER, Role, answerOf } from "./envelope.js";
import { RETIRED } from "./retirement.js";

const BINDINGS = {
    [Role.PARTITION]: "PARTITION",
    [Role.TABLE]: "TABLE",
    [Role.DIRECTORY]: "DIRECTORY",
    [Role.CATALOG]: "CATALOG",
};
const TRIES_MAX = 3;

export function call(env, action) {
    const { role, mode, name, message } = action;
    return attempt(action, async () => answerOf(await stubOf(env, role, name).run(mode, message)));
}

// A read that one object answers alone, sent as a request: measured, that costs a fifth less than RPC, because the
// object's response goes to the client untouched. { response }, or { answer } where it did not answer with HTTP.
export async function forward(env, action) {
    const { role, name, message } = action;
    const request = { method: "POST", body: message };
    const answer = await attempt(action, () => stubOf(env, role, name).fetch("http://object/", request));
    if (!(answer instanceof Response)) return { answer };
    if (!answer.headers.has(REPLY_HEADER)) return { response: answer };
    return { answer: answerOf(new Uint8Array(await answer.arrayBuffer())) };
}

// What `send` gives, or an answer that says how it failed.
async function attempt({ mode, name }, send) {
    for (let tries = 1; ; tries++) {
        try {
            return await send();
        } catch (error) {
            if (tries < TRIES_MAX && mayRetry(error, mode)) continue;
            console.error(`call to ${name}: ${error.message}`);
            return { status: failureStatus(error, mode), body: EMPTY };
        }
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

function failureStatus(error, mode) {
    return error.overloaded || mode === CallMode.READ ? AnswerStatus.FAILED : AnswerStatus.UNKNOWN;
}
