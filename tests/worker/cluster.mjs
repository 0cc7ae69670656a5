// The gateway and its objects in one process: the Worker's own module and action loop over SQLite in memory, with the
// clock, the alarms and every call between objects in the hands of a test.
import { registerHooks } from "node:module";
import { DatabaseSync } from "node:sqlite";
import { runSteps } from "../../worker/actions.js";
import {
    Action, AnswerStatus, EMPTY, GatewayMessage, REPLY_FAILED, REPLY_UNKNOWN, Role, StepEvent, Verdict, answerOf,
    httpResponse,
} from "../../worker/envelope.js";

// The Worker imports its module as the platform gives it.
registerHooks({
    load: (url, context, next) => !url.endsWith(".wasm") ? next(url, context) : {
        format: "module",
        shortCircuit: true,
        source: `import { readFileSync } from "node:fs";
            export default new WebAssembly.Module(readFileSync(new URL(${JSON.stringify(url)})));`,
    },
});
const { coreStep } = await import("../../worker/core.js");

const STARTED_MS = Date.UTC(2026, 0, 1);

const encoder = new TextEncoder();

export const FAILED = { status: AnswerStatus.FAILED, body: EMPTY };

export class Cluster {
    now = STARTED_MS; // for the core, which asks Date
    callsMax = 0; // of one invocation of an object
    waitForIndexes = false; // the deployment's settings
    oneIsolate = false;
    // Called for each call between objects: async ({ role, name, message, from, deliver }) → an answer. deliver()
    // runs the callee, now or later, and gives its answer.
    onCall = ({ deliver }) => deliver();
    // Called for each request that one object is to answer, with the numbers of its items or null.
    onForward = () => {};
    // Called with the milliseconds of each WAIT: a promise of its end.
    onWait = () => Promise.resolve();
    #layout;
    #objects = new Map();
    #later = new Set();

    #dateNow = Date.now;

    // One at a time: until it is closed, Date tells its time.
    constructor(layout) {
        this.#layout = layout;
        Date.now = () => this.now;
    }

    // A request of DynamoDB's: its reply's JSON; throws where it is refused.
    async request(operation, body) {
        const auth = { checked: false, keys: EMPTY, payloadHash: EMPTY, head: "" };
        const target = `DynamoDB_20120810.${operation}`;
        const bytes = encoder.encode(JSON.stringify(body));
        const { waitForIndexes, oneIsolate } = this;
        const settings = { layout: this.#layout, callsMax: 0, waitForIndexes, oneIsolate };
        const message = new GatewayMessage(target, "application/x-amz-json-1.0", bytes, auth, settings);
        const reply = await runSteps(this.#actor(null), StepEvent.START, message);
        const response = reply instanceof Response ? reply : httpResponse(reply);
        const text = await response.text();
        const json = text === "" ? {} : JSON.parse(text); // changes of tags answer with nothing
        if (response.status !== 200) throw new Error(`${operation}: ${json.__type}: ${json.message ?? json.Message}`);
        return json;
    }

    // What went on after replies has ended.
    async settle() {
        while (this.#later.size > 0) await Promise.all(this.#later);
    }

    // Runs every alarm that is due within the time, in order, and then lets the rest of it pass.
    async pass(milliseconds) {
        const end = this.now + milliseconds;
        for (;;) {
            await this.settle();
            const due = [...this.#objects.values()].filter(({ alarm }) => alarm !== 0 && alarm <= end);
            if (due.length === 0) break;
            const next = due.reduce((first, object) => (object.alarm < first.alarm ? object : first));
            this.now = Math.max(this.now, next.alarm);
            next.alarm = 0;
            const actor = this.#actor(next);
            await runSteps(actor, StepEvent.ALARM, EMPTY);
            if (actor.rolledBack) throw new Error(`${next.name}: an alarm was rolled back`);
        }
        this.now = end;
    }

    // Objects die: what they had in memory and what they were doing after replies is gone.
    crash() {
        for (const object of this.#objects.values()) object.local = EMPTY;
        this.#later.clear();
    }

    // Rows of a table of SQLite, in all objects whose name matches.
    rows(pattern, text) {
        return [...this.#objects.values()].filter(({ name }) => pattern.test(name)).flatMap(({ db }) => {
            try {
                return db.prepare(text).all();
            } catch (error) {
                if (/no such table/.test(error.message)) return [];
                throw error;
            }
        });
    }

    close() {
        Date.now = this.#dateNow;
        for (const { db } of this.#objects.values()) db.close();
    }

    #open(role, name) {
        if (!this.#objects.has(name)) {
            this.#objects.set(name, { role, name, db: new DatabaseSync(":memory:"), local: EMPTY, alarm: 0 });
        }
        return this.#objects.get(name);
    }

    async #run(role, name, message) {
        const actor = this.#actor(this.#open(role, name));
        try {
            return (await runSteps(actor, StepEvent.START, message)) ?? REPLY_FAILED;
        } catch {
            return actor.committed ? REPLY_UNKNOWN : REPLY_FAILED;
        }
    }

    // object null: the gateway.
    #actor(object) {
        let calls = 0;
        const actor = {
            committed: false,
            rolledBack: false,
            step: (event, message, state, answers) => {
                const done = this.#step(object, event, { message, state, answers });
                actor.committed ||= done.verdict === Verdict.COMMIT;
                actor.rolledBack ||= done.verdict === Verdict.ROLLBACK;
                return done;
            },
            perform: (action) => {
                if (action.kind === Action.DELETE_ALL) object.db = new DatabaseSync(":memory:");
                object.alarm = action.kind === Action.DELETE_ALL ? 0 : action.due;
                const isToCome = Number.isInteger(object.alarm) && object.alarm > this.now;
                if (object.alarm !== 0 && !isToCome) throw new Error(`${object.name}: an alarm for ${object.alarm}`);
            },
            call: (actions) => Promise.all(actions.map(async ({ role, name, message }) => {
                if (object !== null) this.callsMax = Math.max(this.callsMax, ++calls);
                const deliver = async () => answerOf(await this.#run(role, name, message));
                return this.onCall({ role, name, message, from: object?.name ?? null, deliver });
            })),
            known: () => null,
            forward: async ({ role, name, message }, items) => {
                this.onForward(items);
                const reply = await this.#run(role, name, message);
                return reply[0] === Action.RESPOND_HTTP
                    ? { response: httpResponse(reply) }
                    : { answer: answerOf(reply) };
            },
            later: (work) => {
                this.#later.add(work);
                work.finally(() => this.#later.delete(work));
            },
            wait: (milliseconds) => this.onWait(milliseconds),
            rest: () => null,
        };
        return actor;
    }

    #step(object, event, input) {
        if (object === null) {
            return coreStep(Role.GATEWAY, event, { ...input, identity: EMPTY, local: EMPTY }, null, null);
        }
        const whole = { ...input, identity: encoder.encode(object.name), local: object.local };
        object.db.exec("SAVEPOINT step");
        const done = coreStep(object.role, event, whole, sqlOf(object.db), null);
        const isKept = done.verdict === Verdict.COMMIT || done.verdict === Verdict.READONLY;
        object.db.exec(isKept ? "RELEASE step" : "ROLLBACK TO step; RELEASE step");
        if (isKept && done.local !== null) object.local = done.local;
        return done;
    }
}

// What sql.js asks of an object's storage.sql.
function sqlOf(db) {
    return {
        databaseSize: 0,
        exec: (text, ...binds) => {
            const statement = db.prepare(text);
            const isRead = statement.columns().length > 0;
            const rows = isRead ? statement.all(...binds) : [];
            const rowsWritten = isRead ? 0 : Number(statement.run(...binds).changes);
            const iterator = rows.values();
            return { next: () => iterator.next(), rowsRead: rows.length, rowsWritten };
        },
    };
}
