// Calls from the gateway or an object to an object. They give an answer and never reject: what went wrong is its
// status, and whether a write may have run decides which.
import { NOT_BEGUN, channelTo } from "./channels.js";
import { Deadline, TIMED_OUT, callMs } from "./deadlines.js";
import {
    Action, AnswerStatus, CallMode, EMPTY, REPLY_BUSY, REPLY_STATUS, Role, answerOf, httpResponse,
} from "./envelope.js";
import { logError, requestId } from "./failures.js";
import { forwardedRequest } from "./forwarded.js";
import { closeTicket, keptReply, openTicket } from "./kept_reads.js";
import { sendTogether } from "./parcels.js";
import { RETIRED, waitForRoom } from "./retirement.js";
import { callBegins, callEnded, callsUnderWay, objectsCalled } from "./under_way.js";

const BINDINGS = {
    [Role.PARTITION]: "PARTITION",
    [Role.TABLE]: "TABLE",
    [Role.DIRECTORY]: "DIRECTORY",
    [Role.CATALOG]: "CATALOG",
};
const TRIES_MAX = 3;
const QUEUE_MAX = 1000; // calls of this isolate that wait for one object
const CROWD = 4; // where so many do, messages travel together (parcels.js), which costs each of them a timer
// Behind so many bytes of a large batch others have their turn before its next call goes out: objects may live in this
// very process, and what they do then would all be done in one go.
const BYTES_WITHOUT_REST = 512 * 1024;
const BUSY = answerOf(REPLY_BUSY);

// Calls that go out together, all to objects of one role: their answers. trace: of the request they are made for, or
// null (trace.js). until: when that request's time is up (deadlines.js); null where an object calls. caller:
// { storage } of an object, or { ctx } of a gateway's request.
export async function callAll(env, actions, trace, until, { storage, ctx }) {
    let synced; // once for all of them
    const durable = storage === undefined ? null : () => (synced ??= storage.sync());
    const deadline = new Deadline(callMs(env, actions[0].role, until));
    const send = async (action) => answerOf(await sendMessage(env, action, trace, { durable, ctx }));
    try {
        const answers = [];
        let bytes = 0;
        for (const action of actions) {
            if (bytes > BYTES_WITHOUT_REST) {
                await scheduler.wait(0);
                bytes = 0;
            }
            bytes += action.message.length;
            answers.push(attempt(env, action, until, deadline, () => send(action)));
        }
        return await Promise.all(answers);
    } finally {
        deadline.clear();
    }
}

// durable: of an object that calls, makes a promise that what it wrote is; null at the gateway. ctx: of its request.
async function sendMessage(env, action, trace, { durable, ctx }) {
    const { role, mode, name, message } = action;
    if (trace !== null) {
        const { reply, part } = await stubOf(env, role, name).traced(mode, message, trace.explains);
        trace.addCall(part);
        return reply;
    }
    const channel = channelOf(env, action, ctx);
    if (channel !== null) {
        await durable?.(); // as the platform waits before a call of the object's own
        return channel.send(mode, message);
    }
    const alone = () => stubOf(env, role, name).run(mode, message);
    const inParcel = durable === null ? callsUnderWay(name) >= CROWD : mode === CallMode.WRITE;
    if (!inParcel) return alone();
    await durable?.();
    const all = (messages) => stubOf(env, role, name).runAll(mode, messages);
    const sent = await sendTogether(`${mode} ${name}`, message, all, (sending) => outlive(ctx, sending));
    return sent ?? alone();
}

// The channel to an action's object, or null.
function channelOf(env, { role, name }, ctx) {
    return channelTo(env, name, () => {
        const listening = stubOf(env, role, name).listen();
        outlive(ctx, listening);
        return listening;
    });
}

// Work for others goes on without the request that began it.
function outlive(ctx, work) {
    ctx?.waitUntil(work.catch(() => {}));
}

// The response to a read, where its reply was kept; or null. items: of the gateway's step.
export function keptResponse({ name, message }, items) {
    const reply = items === null ? null : keptReply(name, items[0], message);
    return reply === null ? null : httpResponse(reply, requestId());
}

// A request that one object answers alone: { response }, or { answer } where it did not answer with HTTP. items: of the
// gateway's step, where the reply may be kept. ctx: of the request.
export async function forward(env, action, items, trace, until, ctx) {
    const ticket = items === null || trace !== null ? "" : openTicket(items[0], action.message);
    const sent = await attemptAlone(env, action, until, () => {
        if (action.mode === CallMode.WRITE || trace !== null) {
            return sendMessage(env, action, trace, { durable: null, ctx });
        }
        return sendRead(env, action, ticket, ctx);
    });
    const isReply = sent instanceof Uint8Array;
    if (ticket !== "") closeTicket(ticket, isReply || sent instanceof Response);
    if (isReply) return sent[0] === Action.RESPOND_HTTP ? { response: httpResponse(sent) } : { answer: answerOf(sent) };
    if (!(sent instanceof Response)) return { answer: sent };
    if (sent.status !== REPLY_STATUS) return { response: sent };
    return { answer: answerOf(new Uint8Array(await sent.arrayBuffer())) };
}

// A read that is a call is sent as a request: measured, that costs a fifth less than RPC, because its response goes to
// the client untouched.
function sendRead(env, action, ticket, ctx) {
    const { role, name, mode, message } = action;
    const channel = channelOf(env, action, ctx);
    if (channel !== null) return channel.send(mode, message, ticket);
    return stubOf(env, role, name).fetch(...forwardedRequest(message, ticket));
}

async function attemptAlone(env, action, until, send) {
    const deadline = new Deadline(callMs(env, action.role, until));
    try {
        return await attempt(env, action, until, deadline, send);
    } finally {
        deadline.clear();
    }
}

// What `send` gives, or an answer that says how it failed. An object that falls behind is told no more than it can
// work off: a queue that only grows answers nobody in time.
async function attempt(env, action, until, deadline, send) {
    const { name } = action;
    // The gateway waits where there is no place for one more object. Objects do not: what is under way is to end.
    const room = until === null || callsUnderWay(name) > 0 ? null : waitForRoom(env, objectsCalled, until);
    if (room !== null) await room;
    const calls = callBegins(name, QUEUE_MAX);
    if (calls === null) return BUSY;
    try {
        const answer = await deadline.race(() => tryToSend(action, send));
        if (answer !== TIMED_OUT) return answer;
        logError("call", { object: name, error: "no answer in time" });
        return { status: AnswerStatus.TIMEOUT, body: EMPTY };
    } finally {
        callEnded(calls, name);
    }
}

async function tryToSend({ mode, name }, send) {
    for (let tries = 1; ; tries++) {
        try {
            return await send();
        } catch (error) {
            if (tries < TRIES_MAX && mayRetry(error, mode)) continue;
            logError("call", { object: name, error: error.message });
            return error.overloaded ? BUSY : { status: failureStatus(mode), body: EMPTY };
        }
    }
}

// A stub whose object failed stays broken, and none may be kept across requests: each try takes a new one. Where the
// deployment says where objects are to be, every stub must say so: in a jurisdiction the same name is another object.
function stubOf(env, role, name) {
    const { SHVM_JURISDICTION: jurisdiction, SHVM_LOCATION_HINT: locationHint } = env;
    const namespace = jurisdiction ? env[BINDINGS[role]].jurisdiction(jurisdiction) : env[BINDINGS[role]];
    return locationHint ? namespace.getByName(name, { locationHint }) : namespace.getByName(name);
}

// A retired object had nothing in flight, so what failed with it never began; nor did what a channel gave back. Other failures of a write may have come
// after it ran: those are the client's decision.
function mayRetry(error, mode) {
    if (error.overloaded) return false;
    return error.message === RETIRED || error.message === NOT_BEGUN || (mode === CallMode.READ && error.retryable === true);
}

function failureStatus(mode) {
    return mode === CallMode.READ ? AnswerStatus.FAILED : AnswerStatus.UNKNOWN;
}
