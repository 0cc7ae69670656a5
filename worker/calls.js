// Calls from the gateway or an object to an object. They give an answer and never reject: what went wrong is its
// status, and whether a write may have run decides which.
import { AnswerStatus, CallMode, EMPTY, Role, answerOf } from "./envelope.js";
import { RETIRED } from "./retirement.js";

const BINDINGS = {
    [Role.PARTITION]: "PARTITION",
    [Role.TABLE]: "TABLE",
    [Role.DIRECTORY]: "DIRECTORY",
    [Role.CATALOG]: "CATALOG",
};
const TRIES_MAX = 3;

// The callee's reply as it came: { reply }, or { answer } when the call failed.
export async function callForReply(env, { role, mode, name, message }) {
    for (let tries = 1; ; tries++) {
        try {
            // A stub whose object failed stays broken, and none may be kept across requests: take a new one.
            return { reply: await env[BINDINGS[role]].getByName(name).run(mode, message) };
        } catch (error) {
            if (tries < TRIES_MAX && mayRetry(error, mode)) continue;
            console.error(`call to ${name}: ${error.message}`);
            return { answer: { status: failureStatus(error, mode), body: EMPTY } };
        }
    }
}

export async function call(env, action) {
    const { reply, answer } = await callForReply(env, action);
    return answer ?? answerOf(reply);
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
