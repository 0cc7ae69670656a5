// What one request caused, for clients that ask: x-shvm-cost for its price, x-shvm-explain for its story. Requests that
// do not ask have no trace. Objects that a traced request reaches answer with their own part.
import { Role } from "./envelope.js";

const STEPS_MAX = 24; // the story travels in a header
const ROLES = ["gateway", "partition", "table", "directory", "catalog"];
const EVENTS = ["start", "resume", "alarm"];
const VERDICTS = ["commit", "read only", "rollback", "need"];

export class Trace {
    #explains;
    #costs = { objectRequests: 0, rowsRead: 0, rowsWritten: 0 };
    #steps = [];

    constructor(explains) {
        this.#explains = explains;
    }

    get explains() {
        return this.#explains;
    }

    // One step of the core. statements: the SQL it ran, in order.
    addStep({ role, event, name, bytes, step, statements, microseconds }) {
        const { rowsRead, rowsWritten } = step;
        this.#costs.rowsRead += rowsRead;
        this.#costs.rowsWritten += rowsWritten;
        if (!this.#explains || this.#steps.length >= STEPS_MAX) return;
        const object = role === Role.GATEWAY ? {} : { object: name, rowsRead, rowsWritten, sql: statements };
        this.#steps.push({
            step: `${ROLES[role]} ${EVENTS[event]}`, ...object, verdict: VERDICTS[step.verdict], bytes, microseconds,
        });
    }

    // What an object says a call to it took.
    addCall({ costs, steps }) {
        this.#costs.objectRequests++;
        for (const name of Object.keys(this.#costs)) this.#costs[name] += costs[name];
        this.#steps.push(...steps.slice(0, STEPS_MAX - this.#steps.length));
    }

    // The same, to be sent to the caller.
    asPart() {
        return { costs: this.#costs, steps: this.#steps };
    }

    costHeader() {
        const { objectRequests, rowsRead, rowsWritten } = this.#costs;
        const rows = `rows-read=${rowsRead}, rows-written=${rowsWritten}`;
        return `worker-requests=1, object-requests=${objectRequests}, ${rows}`;
    }

    // Headers are ASCII; names of objects are, too.
    explainHeader() {
        return JSON.stringify(this.#steps);
    }
}

// The trace a request asks for, or null. Stories name objects and statements, so production tells them only where the
// variable SHVM_EXPLAIN is "on".
export function traceOf(request, env) {
    const { headers } = request;
    const explains = headers.has("x-shvm-explain") && (env.SHVM_EXPLAIN === "on" || env.SHVM_AUTH === "off");
    return explains || headers.has("x-shvm-cost") ? new Trace(explains) : null;
}

// The reply with what the request asked to know.
export function withTrace(request, response, trace) {
    if (trace === null) return response;
    const traced = new Response(response.body, response);
    if (request.headers.has("x-shvm-cost")) traced.headers.set("x-shvm-cost", trace.costHeader());
    if (trace.explains) traced.headers.set("x-shvm-explain", trace.explainHeader());
    return traced;
}
