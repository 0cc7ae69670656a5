// The Durable Objects. All are the same object with another role: the core knows what a partition or a table does, this
// only runs its steps over the object's own storage, one step one transaction.
import { DurableObject } from "cloudflare:workers";
import { runSteps } from "./actions.js";
import { callAll } from "./calls.js";
import { listenTo, stopListening } from "./channels.js";
import { coreStep } from "./core.js";
import {
    Action, CallMode, EMPTY, REPLY_BUSY, REPLY_FAILED, REPLY_UNKNOWN, Role, StepEvent, Verdict, responseOf,
} from "./envelope.js";
import { logError } from "./failures.js";
import { forwardedMessage, forwardedTicket } from "./forwarded.js";
import { KeptReads, ticketOf } from "./kept_reads.js";
import { objectMetrics } from "./metrics.js";
import { Retirement } from "./retirement.js";
import { keepShape } from "./shapes.js";
import { Trace } from "./trace.js";
import { WriteGroups } from "./write_groups.js";

const ALARM_RETRY_MS = 5000;
// What an object works on at once: messages whose calls to other objects are not answered yet.
const WORKING_MAX = 500;
const WORKING_BYTES_MAX = 16 * 1024 * 1024;
// A call may reply with 32 MB, and its last message's reply may have 16.
const PARCEL_REPLY_BYTES_MAX = 4 * 1024 * 1024;
// Long work (an index is filled, a table is emptied) goes from call to call without ever waiting for anything outside
// this process, where all objects live in one; and as long as something is ready the runtime does not look at its
// sockets. Every call from here on is followed by a timer, and so by whoever wants something.
const CALLS_WITHOUT_REST = 2;

const encoder = new TextEncoder();

class CoreObject extends DurableObject {
    #resident;

    constructor(ctx, env, role) {
        super(ctx, env);
        this.#resident = new Resident(ctx, env, role);
    }

    // A forwarded read: its reply is the client's response.
    fetch(request) {
        const message = forwardedMessage(request);
        const reply = message instanceof Promise
            ? message.then((late) => this.run(CallMode.READ, late))
            : this.run(CallMode.READ, message);
        if (reply instanceof Promise) return reply.then(responseOf);
        const ticket = ticketOf(forwardedTicket(request));
        if (ticket !== null) this.#resident.keptReads.keep(ticket, reply);
        return responseOf(reply);
    }

    // RPC: one message, one reply (envelope.js). Rejects only when the platform does. isGrouped: others run beside it.
    run(mode, message, isGrouped = false) {
        return this.#run(new Work(this.#resident, mode, null), message, isGrouped);
    }

    // The same for several messages, each for itself: their replies. Null for those that were not run, since what there
    // is already is much for one call.
    runAll(mode, messages) {
        let bytes = 0;
        return Promise.all(messages.map((message) => {
            if (bytes > PARCEL_REPLY_BYTES_MAX) return null;
            const reply = this.run(mode, message, true);
            if (!(reply instanceof Promise)) bytes += reply.length;
            return reply;
        }));
    }

    // Of the local host: answers what comes through the object's channel, until nothing comes any more.
    async listen() {
        const resident = this.#resident;
        await resident.durable();
        const listening = listenTo(resident.name, {
            answer: ({ mode, bytes, ticket }) => {
                const reply = this.run(mode, bytes, true);
                if (ticket !== null && !(reply instanceof Promise)) resident.keptReads.keep(ticket, reply);
                return reply;
            },
            durable: () => resident.durable(),
        });
        this.ctx.waitUntil(listening);
        await listening;
    }

    // As run(), for a request that asked what it takes: { reply, part }.
    async traced(mode, message, explains) {
        const trace = new Trace(explains);
        const work = new Work(this.#resident, mode, trace);
        const reply = await this.#run(work, message, false);
        return { reply, part: trace.asPart() };
    }

    // The reply, or a promise of it.
    #run(work, message, isGrouped) {
        const resident = this.#resident;
        if (resident.isFull(message)) return REPLY_BUSY;
        resident.enter(message);
        const { groups } = resident;
        if (work.writes && !isGrouped && groups.wants()) return groups.join(() => this.#start(work, message));
        return this.#start(work, message);
    }

    #start(work, message) {
        let reply;
        try {
            reply = runSteps(work, StepEvent.START, message);
        } catch (error) {
            reply = work.replyTo(error);
        }
        if (reply instanceof Promise) return this.#finish(work, message, reply);
        this.#resident.leave(message);
        return reply ?? work.replyToNothing();
    }

    async #finish(work, message, reply) {
        try {
            return (await reply) ?? work.replyToNothing();
        } catch (error) {
            return work.replyTo(error);
        } finally {
            this.#resident.leave(message);
        }
    }

    // Never throws, so the platform never gives up on it: what failed is tried again later.
    async alarm() {
        const { retirement } = this.#resident;
        retirement.enter();
        try {
            const work = new Work(this.#resident, CallMode.WRITE, null);
            await runSteps(work, StepEvent.ALARM, EMPTY);
            if (work.rolledBack) throw new Error("a step was rolled back");
        } catch (error) {
            this.#resident.log(error);
            await this.ctx.storage.setAlarm(Date.now() + ALARM_RETRY_MS);
        } finally {
            retirement.leave();
        }
    }
}

// What an object is between its messages.
class Resident {
    local = EMPTY; // what the last committed step left for the next ones
    #written = 0; // counts what was written,
    #durable = 0; // and how much of that is known to be durable
    #working = 0;
    #workingBytes = 0;

    constructor(ctx, env, role) {
        this.env = env;
        this.role = role;
        this.name = ctx.id.name;
        this.identity = encoder.encode(ctx.id.name);
        this.storage = ctx.storage;
        this.sql = ctx.storage.sql;
        this.groups = new WriteGroups();
        this.retirement = new Retirement(ctx, env, () => stopListening(this.name));
        this.metrics = objectMetrics(role, ctx.id.name);
        this.keptReads = new KeptReads(ctx.id.name, env);
    }

    isFull(message) {
        if (this.#working === 0) return false;
        return this.#working >= WORKING_MAX || this.#workingBytes + message.length > WORKING_BYTES_MAX;
    }

    enter(message) {
        this.#working++;
        this.#workingBytes += message.length;
        this.retirement.enter();
        this.metrics.enter();
        this.keptReads.heard();
    }

    leave(message) {
        this.#working--;
        this.#workingBytes -= message.length;
        this.metrics.leave();
        this.retirement.leave();
    }

    wrote() {
        this.#written++;
    }

    // A promise that what was written is durable. Null: it is.
    durable() {
        return this.#durable === this.#written ? null : this.#sync(this.#written);
    }

    async #sync(written) {
        await this.storage.sync();
        this.#durable = Math.max(this.#durable, written);
    }

    log(error) {
        logError("object", { object: this.name, error: error.message });
    }
}

// A resident at work on one message: the actor that runSteps asks (actions.js).
class Work {
    static {
        keepShape(new Work(null, CallMode.READ, null));
    }

    #resident;
    #mode;
    #trace;
    #committed = false;
    #calls = 0;
    rolledBack = false;

    constructor(resident, mode, trace) {
        this.#resident = resident;
        this.#mode = mode;
        this.#trace = trace;
    }

    get writes() {
        return this.#mode === CallMode.WRITE;
    }

    // One step, in a transaction unless it only reads.
    step(event, message, state, answers) {
        const resident = this.#resident;
        const { role, identity, local, metrics } = resident;
        const input = { identity, local, message, state, answers };
        const done = this.#mode === CallMode.READ
            ? coreStep(role, event, input, resident.sql, this.#trace)
            : this.#writingStep(role, event, input);
        metrics.step(done);
        if (done.verdict === Verdict.COMMIT) {
            this.#committed = true;
            resident.wrote();
            resident.keptReads.changed(done.items);
        }
        if (!keepsWrites(done.verdict)) this.rolledBack = true;
        else if (done.local !== null) resident.local = done.local;
        return done;
    }

    #writingStep(role, event, input) {
        const { storage, sql, metrics } = this.#resident;
        let done = null;
        const began = metrics.samplesWrite() ? performance.now() : null;
        try {
            storage.transactionSync(() => {
                done = coreStep(role, event, input, sql, this.#trace);
                if (!keepsWrites(done.verdict)) throw ROLL_BACK;
            });
        } catch (error) {
            if (error !== ROLL_BACK) throw error;
        }
        if (began !== null) metrics.wroteIn(performance.now() - began, storage);
        return done;
    }

    perform(action) {
        const { storage } = this.#resident;
        this.#resident.wrote();
        if (action.kind === Action.DELETE_ALL) return storage.deleteAll();
        return action.due === 0 ? storage.deleteAlarm() : storage.setAlarm(action.due);
    }

    call(actions) {
        const resident = this.#resident;
        return callAll(resident.env, actions, this.#trace, null, { durable: () => resident.durable() });
    }

    wait(milliseconds) {
        return scheduler.wait(milliseconds);
    }

    rest() {
        return ++this.#calls > CALLS_WITHOUT_REST ? scheduler.wait(0) : null;
    }

    forward() {
        return Promise.reject(new Error("only the gateway forwards"));
    }

    async later(work) {
        const { retirement } = this.#resident;
        retirement.enter();
        try {
            await work;
        } catch (error) {
            this.#resident.log(error);
        } finally {
            retirement.leave();
        }
    }

    // What the caller hears when the platform or the core broke off.
    replyTo(error) {
        this.#resident.log(error);
        return this.replyToNothing();
    }

    // A step that gave no reply: what the steps before it committed stands.
    replyToNothing() {
        return this.#committed ? REPLY_UNKNOWN : REPLY_FAILED;
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
