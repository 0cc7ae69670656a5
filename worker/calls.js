// Calls from the gateway or an object to an object. They give an answer and never reject: what went wrong is its
// status, and whether a write may have run decides which.
import { LATE, NOT_BEGUN, channelTo } from "./channels.js";
import { Deadline, TIMED_OUT, callMs } from "./deadlines.js";
import {
    Action, AnswerStatus, CallMode, EMPTY, REPLY_BUSY, REPLY_STATUS, Role, answerOf, httpResponse,
} from "./envelope.js";
import { logError, requestId } from "./failures.js";
import { forwardedRequest } from "./forwarded.js";
import { closeTicket, keptReply, openTicket, ticketText } from "./kept_reads.js";
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
// { durable } of an object: durable() makes a promise that what it wrote is durable, or gives null where it is; or
// { ctx } of a gateway's request.
export async function callAll(env, actions, trace, until, { durable, ctx }) {
    let written; // asked once for all of them
    const once = durable === undefined ? null : () => (written === undefined ? (written = durable()) : written);
    const caller = { env, trace, until, ctx, durable: once };
    const deadline = new Deadline(callMs(env, actions[0].role, until));
    const answers = [];
    let bytes = 0;
    for (const action of actions) {
        if (bytes > BYTES_WITHOUT_REST) {
            await scheduler.wait(0);
            bytes = 0;
        }
        bytes += action.message.length;
        answers.push(callOne(caller, action, deadline));
    }
    const given = await Promise.all(answers);
    deadline.clear();
    return given;
}

async function callOne(caller, action, deadline) {
    const sent = await send(caller, action, null, deadline, () => callObject(caller, action));
    return sent instanceof Uint8Array ? answerOf(sent) : sent;
}

// The response to a read, where its reply was kept; or null. items: of the gateway's step.
export function keptResponse({ name, message }, items) {
    const reply = items === null ? null : keptReply(name, items[0], message);
    return reply === null ? null : httpResponse(reply, requestId());
}

// A request that one object answers alone: { response }, or { answer } where it did not answer with HTTP. items: of the
// gateway's step, where the reply may be kept. ctx: of the request.
export async function forward(env, action, items, trace, until, ctx) {
    const caller = { env, trace, until, ctx, durable: null };
    const ticket = items === null || trace !== null ? null : openTicket(items[0], action.message);
    const deadline = new Deadline(callMs(env, action.role, until));
    const sent = await send(caller, action, ticket, deadline, () => callToForward(caller, action, ticket));
    deadline.clear();
    const isReply = sent instanceof Uint8Array;
    if (ticket !== null) closeTicket(ticket, isReply || sent instanceof Response);
    if (isReply) return sent[0] === Action.RESPOND_HTTP ? { response: httpResponse(sent) } : { answer: answerOf(sent) };
    if (!(sent instanceof Response)) return { answer: sent };
    if (sent.status !== REPLY_STATUS) return { response: sent };
    return { answer: answerOf(new Uint8Array(await sent.arrayBuffer())) };
}

// What an object replies: bytes, or what else call() gives; or an answer that says why it does not. caller:
// { env, trace, until, ctx, durable }, as callAll() has them, durable being null at the gateway. ticket: of a read
// whose reply may be kept, or null. call(): asks the object by the platform's ways.
async function send(caller, action, ticket, deadline, call) {
    const channel = caller.trace === null ? channelOf(caller, action) : null;
    const heard = channel === null ? null : await sendThrough(channel, caller.durable, action, ticket, deadline);
    return heard ?? attempt(caller, action, deadline, call);
}

// What an object that listens replies, or an answer that says why it does not. Null: it is to be called.
async function sendThrough(channel, durable, { mode, name, message }, ticket, deadline) {
    const written = durable === null ? null : durable(); // as the platform waits before a call of the object's own
    if (written !== null) {
        try {
            await written;
        } catch (error) {
            return failed(mode, name, error);
        }
        if (!channel.isOpen()) return null;
    }
    if (channel.length + callsUnderWay(name) >= QUEUE_MAX) return BUSY;
    const sent = channel.send(mode, message, ticket);
    let reply = await sent.promise;
    if (reply === LATE) reply = await deadline.race(() => sent.late());
    if (reply === TIMED_OUT) {
        channel.forget(sent);
        return timedOut(name);
    }
    if (!(reply instanceof Error)) return reply;
    return mayRetry(reply, mode) ? null : failed(mode, name, reply);
}

async function callObject({ env, trace, ctx, durable }, action) {
    const { role, mode, name, message } = action;
    if (trace !== null) {
        const { reply, part } = await stubOf(env, role, name).traced(mode, message, trace.explains);
        trace.addCall(part);
        return reply;
    }
    const alone = () => stubOf(env, role, name).run(mode, message);
    const inParcel = durable === null ? callsUnderWay(name) >= CROWD : mode === CallMode.WRITE;
    if (!inParcel) return alone();
    await durable?.();
    const all = (messages) => stubOf(env, role, name).runAll(mode, messages);
    const reply = await sendTogether(`${mode} ${name}`, message, all, (sending) => outlive(ctx, sending));
    return reply ?? alone();
}

// A read goes as a request: measured, that costs a fifth less than RPC, because its response goes to the client
// untouched.
function callToForward(caller, action, ticket) {
    const { role, name, mode, message } = action;
    if (mode === CallMode.WRITE || caller.trace !== null) return callObject(caller, action);
    const text = ticket === null ? "" : ticketText(ticket);
    return stubOf(caller.env, role, name).fetch(...forwardedRequest(message, text));
}

// The channel to an action's object, or null.
function channelOf({ env, ctx }, { role, name }) {
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

// What call() gives, or an answer that says how it failed. An object that falls behind is told no more than it can work
// off: a queue that only grows answers nobody in time.
async function attempt({ env, until }, action, deadline, call) {
    const { name } = action;
    // The gateway waits where there is no place for one more object. Objects do not: what is under way is to end.
    const room = until === null || callsUnderWay(name) > 0 ? null : waitForRoom(env, objectsCalled, until);
    if (room !== null) await room;
    const calls = callBegins(name, QUEUE_MAX);
    if (calls === null) return BUSY;
    try {
        const sent = await deadline.race(() => tryToCall(action, call));
        return sent === TIMED_OUT ? timedOut(name) : sent;
    } finally {
        callEnded(calls, name);
    }
}

async function tryToCall({ mode, name }, call) {
    for (let tries = 1; ; tries++) {
        try {
            return await call();
        } catch (error) {
            if (tries < TRIES_MAX && mayRetry(error, mode)) continue;
            return failed(mode, name, error);
        }
    }
}

function timedOut(name) {
    logError("call", { object: name, error: "no answer in time" });
    return { status: AnswerStatus.TIMEOUT, body: EMPTY };
}

function failed(mode, name, error) {
    logError("call", { object: name, error: error.message });
    if (error.overloaded) return BUSY;
    return { status: mode === CallMode.READ ? AnswerStatus.FAILED : AnswerStatus.UNKNOWN, body: EMPTY };
}

// A stub whose object failed stays broken, and none may be kept across requests: each try takes a new one. Where the
// deployment says where objects are to be, every stub must say so: in a jurisdiction the same name is another object.
function stubOf(env, role, name) {
    const { SHVM_JURISDICTION: jurisdiction, SHVM_LOCATION_HINT: locationHint } = env;
    const namespace = jurisdiction ? env[BINDINGS[role]].jurisdiction(jurisdiction) : env[BINDINGS[role]];
    return locationHint ? namespace.getByName(name, { locationHint }) : namespace.getByName(name);
}

// A retired object had nothing in flight, so what failed with it never began, nor did what a channel gave back. Other
// failures of a write may have come after it ran: those are the client's decision.
function mayRetry(error, mode) {
    if (error.overloaded) return false;
    if (error.message === RETIRED || error === NOT_BEGUN) return true;
    return mode === CallMode.READ && error.retryable === true;
}
