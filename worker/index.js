// HTTP: one POST is one DynamoDB request. What it means is the core's; this reads the body, runs the gateway's steps
// and makes the reply an HTTP response.
import { runSteps } from "./actions.js";
import { authOf } from "./auth.js";
import { BodyRefused, BodyShare, Refusal, readBody } from "./body.js";
import { callAll, forward, keptResponse } from "./calls.js";
import { coreStep } from "./core.js";
import { requestEnd } from "./deadlines.js";
import { EMPTY, GatewayMessage, Role, StepEvent, httpResponse } from "./envelope.js";
import { brokenBody, internalError, logError, requestTimeout, requestTooLarge, throttled } from "./failures.js";
import { answerOtherMethod, finishReply } from "./http.js";
import { answerMetrics, exceptionOf, operationOf, requestEnded, requestStarted } from "./metrics.js";
import { keepShape } from "./shapes.js";
import { traceOf, withTrace } from "./trace.js";

export { Catalog, Directory, Partition, Table } from "./objects.js";

// A step over a body larger than this takes milliseconds: others have a turn before the next one.
const LARGE_BODY_BYTES = 1024 * 1024;

export default {
    fetch(request, env, ctx) {
        if (request.method === "POST") return answerPost(request, env, ctx);
        return finishReply(request, answerMetrics(request, env) ?? answerOtherMethod(request));
    },
};

async function answerPost(request, env, ctx) {
    const since = requestStarted();
    const target = request.headers.get("x-amz-target") ?? "";
    const operation = operationOf(target);
    const share = new BodyShare();
    let answered;
    try {
        const sent = await readBody(request, share);
        const trace = traceOf(request, env);
        const reply = runGateway(request, env, ctx, { target, since, sent, trace });
        answered = asResponse(request, reply instanceof Promise ? await reply : reply, trace);
    } catch (error) {
        answered = refuse(error, operation);
    } finally {
        share.release();
    }
    const { response, exception } = answered;
    requestEnded(env, operation, response.status, exception, since);
    return finishReply(request, response);
}

// What runSteps() gives.
function runGateway(request, env, ctx, { target, since, sent, trace }) {
    const { body, payloadHash } = sent;
    const contentType = request.headers.get("content-type") ?? "";
    const auth = authOf(request, target, env, payloadHash);
    const message = new GatewayMessage(target, contentType, body, auth, settingsOf(env));
    const gateway = new Gateway(env, ctx, trace, requestEnd(env, since), body.length > LARGE_BODY_BYTES);
    return runSteps(gateway, StepEvent.START, message);
}

// { response, exception }: the exception's short name, or null.
function asResponse(request, reply, trace) {
    if (reply instanceof Response) return { response: withTrace(request, reply, trace), exception: null };
    return { response: withTrace(request, httpResponse(reply), trace), exception: exceptionOf(reply) };
}

function refuse(error, operation) {
    if (error instanceof BodyRefused) return refuseBody(error.message);
    logError("gateway", { operation, error: error.stack });
    return { response: internalError(), exception: "InternalServerError" };
}

function refuseBody(reason) {
    if (reason === Refusal.TOO_LARGE) return { response: requestTooLarge(), exception: "TooLarge" };
    if (reason === Refusal.BROKEN) return { response: brokenBody(), exception: "BrokenBody" };
    if (reason === Refusal.TOO_SLOW) return { response: requestTimeout(), exception: "TooSlow" };
    return { response: throttled(), exception: "ThrottlingException" };
}

let settings = null;

// The deployment's variables, which do not change while an isolate lives.
function settingsOf(env) {
    settings ??= {
        layout: env.SHVM_LAYOUT ?? "",
        callsMax: Number(env.SHVM_CALLS_MAX ?? 0),
        waitForIndexes: env.SHVM_INDEX_WAIT === "on",
        oneIsolate: env.SHVM_ONE_ISOLATE === "on",
    };
    return settings;
}

// The gateway at work on one request: the actor that runSteps asks (actions.js).
class Gateway {
    static {
        keepShape(new Gateway(null, null, null, 0, false));
    }

    #env;
    #ctx;
    #trace;
    #until;
    #rests;

    constructor(env, ctx, trace, until, rests) {
        this.#env = env;
        this.#ctx = ctx;
        this.#trace = trace;
        this.#until = until;
        this.#rests = rests;
    }

    step(event, message, state, answers) {
        const input = { identity: EMPTY, local: EMPTY, message, state, answers };
        return coreStep(Role.GATEWAY, event, input, null, this.#trace);
    }

    perform(action) {
        throw new Error(`the gateway cannot perform action ${action.kind}`);
    }

    call(actions) {
        return callAll(this.#env, actions, this.#trace, this.#until, { ctx: this.#ctx });
    }

    // A traced request is to tell what its object does.
    known(action, items) {
        return this.#trace === null ? keptResponse(action, items) : null;
    }

    forward(action, items) {
        return forward(this.#env, action, items, this.#trace, this.#until, this.#ctx);
    }

    rest() {
        return this.#rests ? scheduler.wait(0) : null;
    }

    wait(milliseconds) {
        return scheduler.wait(milliseconds);
    }

    later(work) {
        this.#ctx.waitUntil(work);
    }
}
