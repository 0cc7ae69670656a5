// HTTP: one POST is one DynamoDB request. What it means is the core's; this reads the body, runs the gateway's steps
// and makes the reply an HTTP response.
import { runSteps } from "./actions.js";
import { authOf } from "./auth.js";
import { BodyRefused, BodyShare, Refusal, readBody } from "./body.js";
import { call, forward } from "./calls.js";
import { coreStep } from "./core.js";
import { EMPTY, Role, StepEvent, gatewayMessage, httpResponse } from "./envelope.js";
import { internalError, requestTimeout, requestTooLarge, throttled } from "./failures.js";
import { answerOtherMethod, finishReply } from "./http.js";

export { Catalog, Directory, Partition, Table } from "./objects.js";

export default {
    async fetch(request, env, ctx) {
        const response = answerOtherMethod(request) ?? await answerPost(request, env, ctx);
        return finishReply(request, response);
    },
};

async function answerPost(request, env, ctx) {
    const share = new BodyShare();
    try {
        const { body, payloadHash } = await readBody(request, share);
        const header = (name) => request.headers.get(name) ?? "";
        const message = gatewayMessage(
            header("x-amz-target"), header("content-type"), body,
            env.SHVM_LAYOUT ?? "", Number(env.SHVM_CALLS_MAX ?? 0), authOf(request, env, payloadHash),
            Number(env.SHVM_INDEX_WAIT_MS ?? 0),
        );
        const reply = await runSteps(gateway(env, ctx), StepEvent.START, message);
        return reply instanceof Response ? reply : httpResponse(reply);
    } catch (error) {
        if (error instanceof BodyRefused) return refuseBody(error.message);
        console.error(`gateway: ${error.stack}`);
        return internalError();
    } finally {
        share.release();
    }
}

function refuseBody(reason) {
    if (reason === Refusal.TOO_LARGE) return requestTooLarge();
    return reason === Refusal.TOO_SLOW ? requestTimeout() : throttled();
}

function gateway(env, ctx) {
    return {
        step(event, message, state, answers) {
            const input = { identity: EMPTY, local: EMPTY, message, state, answers };
            return coreStep(Role.GATEWAY, event, input, null);
        },
        perform(action) {
            throw new Error(`the gateway cannot perform action ${action.kind}`);
        },
        call: (action) => call(env, action),
        forward: (action) => forward(env, action),
        later: (work) => ctx.waitUntil(work),
    };
}
