// The Durable Objects. All are the same object with another role: the core knows what a partition or a table does, this
// only runs its steps over the object's own storage, one step one transaction.
import { DurableObject } from "cloudflare:workers";
import { runSteps } from "./actions.js";
import { call } from "./calls.js";
import { coreStep } from "./core.js";
import {
    Action, CallMode, EMPTY, REPLY_BUSY, REPLY_FAILED, REPLY_UNKNOWN, Role, StepEvent, Verdict, responseOf,
} from "./envelope.js";
import { logError } from "./failures.js";
import { forwardedMessage } from "./forwarded.js";
import { objectMetrics } from "./metrics.js";
import { Retirement } from "./retirement.js";
import { Trace } from "./trace.js";

const ALARM_RETRY_MS = 5000;
// What an object works on at once: messages whose calls to other objects are not answered yet.
const WORKING_MAX = 500;
const WORKING_BYTES_MAX = 16 * 1024 * 1024;

const encoder = new TextEncoder();

class CoreObject extends DurableObject {
    #role;
    #identity;
    #local = EMPTY; // what the last committed step left for the next ones
    #retirement;
    #metrics;
    #working = 0;
    #workingBytes = 0;

    constructor(ctx, env, role) {
        super(ctx, env);
        this.#role = role;
        this.#identity = encoder.encode(ctx.id.name);
        this.#retirement = new Retirement(ctx, env);
        this.#metrics = objectMetrics(role, ctx.id.name);
    }

    // A forwarded read: its reply is the client's response.
    async fetch(request) {
        return responseOf(await this.run(CallMode.READ, await forwardedMessage(request)));
    }

    // RPC: one message, one reply (envelope.js). Rejects only when the platform does.
    run(mode, message) {
        return this.#run(mode, message, null);
    }

    // The same for a request that asked what it takes: { reply, part }.
    async traced(mode, message, explains) {
        const trace = new Trace(explains);
        const reply = await this.#run(mode, message, trace);
        return { reply, part: trace.asPart() };
    }

    async #run(mode, message, trace) {
        if (this.#isFull(message)) return REPLY_BUSY;
        const actor = this.#actor(mode, trace);
        this.#working++;
        this.#workingBytes += message.length;
        this.#retirement.enter();
        this.#metrics.enter();
        try {
            return (await runSteps(actor, StepEvent.START, message)) ?? REPLY_FAILED;
        } catch (error) {
            this.#log(error);
            return actor.committed ? REPLY_UNKNOWN : REPLY_FAILED;
        } finally {
            this.#working--;
            this.#workingBytes -= message.length;
            this.#metrics.leave();
            this.#retirement.leave();
        }
    }

    #isFull(message) {
        if (this.#working === 0) return false;
        return this.#working >= WORKING_MAX || this.#workingBytes + message.length > WORKING_BYTES_MAX;
    }

    // Never throws, so the platform never gives up on it: what failed is tried again later.
    async alarm() {
        this.#retirement.enter();
        try {
            const actor = this.#actor(CallMode.WRITE, null);
            await runSteps(actor, StepEvent.ALARM, EMPTY);
            if (actor.rolledBack) throw new Error("a step was rolled back");
        } catch (error) {
            this.#log(error);
            await this.ctx.storage.setAlarm(Date.now() + ALARM_RETRY_MS);
        } finally {
            this.#retirement.leave();
        }
    }

    // What runSteps asks of an actor (actions.js), for one message.
    #actor(mode, trace) {
        const actor = {
            committed: false,
            rolledBack: false,
            step: (event, message, state, answers) => {
                const input = { identity: this.#identity, local: this.#local, message, state, answers };
                const done = this.#step(mode, event, input, trace);
                this.#metrics.step(done);
                if (done.verdict === Verdict.COMMIT) actor.committed = true;
                if (!keepsWrites(done.verdict)) actor.rolledBack = true;
                if (done.local !== null && keepsWrites(done.verdict)) this.#local = done.local;
                return done;
            },
            perform: (action) => this.#perform(action),
            call: (action) => call(this.env, action, trace, null),
            forward: () => Promise.reject(new Error("only the gateway forwards")),
            later: (work) => this.#later(work),
        };
        return actor;
    }

    #log(error) {
        logError("object", { object: this.ctx.id.name, error: error.message });
    }

    async #later(work) {
        this.#retirement.enter();
        try {
            await work;
        } catch (error) {
            this.#log(error);
        } finally {
            this.#retirement.leave();
        }
    }

    // One step in one transaction, unless it only reads.
    #step(mode, event, input, trace) {
        const { sql } = this.ctx.storage;
        if (mode === CallMode.READ) return coreStep(this.#role, event, input, sql, trace);
        let done = null;
        const began = this.#metrics.samplesWrite() ? performance.now() : null;
        try {
            this.ctx.storage.transactionSync(() => {
                done = coreStep(this.#role, event, input, sql, trace);
                if (!keepsWrites(done.verdict)) throw ROLL_BACK;
            });
        } catch (error) {
            if (error !== ROLL_BACK) throw error;
        }
        if (began !== null) this.#metrics.wroteIn(performance.now() - began, this.ctx.storage);
        return done;
    }

    #perform(action) {
        const { storage } = this.ctx;
        if (action.kind === Action.DELETE_ALL) return storage.deleteAll();
        return action.due === 0 ? storage.deleteAlarm() : storage.setAlarm(action.due);
    }
}

const ROLL_BACK = new Error("the step is rolled back");

function keepsWrites(verdict) {
    return verdict === Verdict.COMMIT || verdict === Verdict.READONLY;
}

// One class for each role, so that the platform's metrics tell them apart.
export class Partition extends CoreObject {
    constructor(ctx, env) {
        super(ctx, env, Role.PARTITION);
    }
}

export class Table extends CoreObject {
    constructor(ctx, env) {
        super(ctx, env, Role.TABLE);
    }
}

export class Directory extends CoreObject {
    constructor(ctx, env) {
        super(ctx, env, Role.DIRECTORY);
    }
}

export class Catalog extends CoreObject {
    constructor(ctx, env) {
        super(ctx, env, Role.CATALOG);
    }
}
