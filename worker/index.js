// HTTP: one POST is one DynamoDB request. What it means is the core's; this reads the body, runs the gateway's steps
// and makes the reply an HTTP response.
import { runSteps } from "./actions.js";
import { authOf } from "./auth.js";
import { BodyRefused, BodyShare, Refusal, readBody } from "./body.js";
import { call, forward } from "./calls.js";
import { coreStep } from "./core.js";
import { requestEnd } from "./deadlines.js";
import { EMPTY, Role, StepEvent, gatewayMessage, httpResponse } from "./envelope.js";
import { brokenBody, internalError, logError, requestTimeout, requestTooLarge, throttled } from "./failures.js";
import { answerOtherMethod, finishReply } from "./http.js";
import { answerMetrics, exceptionOf, operationOf, requestEnded, requestStarted } from "./metrics.js";
import { traceOf, withTrace } from "./trace.js";

export { Catalog, Directory, Partition, Table } from "./objects.js";

export default {
    async fetch(request, env, ctx) {
        const special = answerMetrics(request, env) ?? answerOtherMethod(request);
        if (special !== null) return finishReply(request, special);
        const since = requestStarted();
        const { response, exception } = await answerPost(request, env, ctx, requestEnd(env, since));
        requestEnded(env, operationOf(request), response.status, exception, since);
        return finishReply(request, response);
    },
};

// { response, exception }: the exception's short name, or null.
async function answerPost(request, env, ctx, until) {
    const share = new BodyShare();
    try {
        const { body, payloadHash } = await readBody(request, share);
        const header = (name) => request.headers.get(name) ?? "";
        const message = gatewayMessage(
            header("x-amz-target"), header("content-type"), body,
            env.SHVM_LAYOUT ?? "", Number(env.SHVM_CALLS_MAX ?? 0), authOf(request, env, payloadHash),
            Number(env.SHVM_INDEX_WAIT_MS ?? 0),
        );
        const trace = traceOf(request, env);
        const reply = await runSteps(gateway(env, ctx, trace, until), StepEvent.START, message);
        if (reply instanceof Response) return { response: withTrace(request, reply, trace), exception: null };
        return { response: withTrace(request, httpResponse(reply), trace), exception: exceptionOf(reply) };
    } catch (error) {
        if (error instanceof BodyRefused) return refuseBody(error.message);
        logError("gateway", { operation: operationOf(request), error: error.stack });
        return { response: internalError(), exception: "InternalServerError" };
    } finally {
        share.release();
    }
}

function refuseBody(reason) {
    if (reason === Refusal.TOO_LARGE) return { response: requestTooLarge(), exception: "TooLarge" };
    if (reason === Refusal.BROKEN) return { response: brokenBody(), exception: "BrokenBody" };
    if (reason === Refusal.TOO_SLOW) return { response: requestTimeout(), exception: "TooSlow" };
    return { response: throttled(), exception: "ThrottlingException" };
}

function gateway(env, ctx, trace, until) {
    return {
        step(event, message, state, answers) {
            const input = { identity: EMPTY, local: EMPTY, message, state, answers };
            return coreStep(Role.GATEWAY, event, input, null, trace);
        },
        perform(action) {
            throw new Error(`the gateway cannot perform action ${action.kind}`);
        },
        call: (action) => call(env, action, trace, until),
        forward: (action) => forward(env, action, trace, until),
        later: (work) => ctx.waitUntil(work),
    };
}
