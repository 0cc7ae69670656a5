// HTTP: one POST is one DynamoDB request. What it means is the core's; this reads the body, runs the gateway's steps
// and makes the reply an HTTP response.
import { runSteps } from "./actions.js";
import { call, forward } from "./calls.js";
import { coreStep } from "./core.js";
import { EMPTY, Role, StepEvent, gatewayMessage, httpResponse } from "./envelope.js";
import { internalError, requestTooLarge } from "./failures.js";
import { readBody } from "./body.js";

export { Catalog, Directory, Partition, Table } from "./objects.js";

export default {
    async fetch(request, env, ctx) {
        if (request.method === "GET") return health(request);
        try {
            const body = await readBody(request);
            if (body === null) return requestTooLarge();
            const header = (name) => request.headers.get(name) ?? "";
            const message = gatewayMessage(
                header("x-amz-target"), header("content-type"), body,
                env.SHVM_LAYOUT ?? "", Number(env.SHVM_CALLS_MAX ?? 0),
            );
            const reply = await runSteps(gateway(env, ctx), StepEvent.START, message);
            return reply instanceof Response ? reply : httpResponse(reply);
        } catch (error) {
            console.error(`gateway: ${error.stack}`);
            return internalError();
        }
    },
};

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

function health(request) {
    return new Response(`healthy: ${new URL(request.url).host} `);
}
