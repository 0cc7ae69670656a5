// The gateway and its objects in one process: the Worker's own module and action loop over SQLite in memory, with the
// clock, the alarms and every call between objects in the hands of a test.
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { runSteps } from "../../worker/actions.js";
import {
    Action, AnswerStatus, EMPTY, REPLY_FAILED, REPLY_UNKNOWN, Role, StepEvent, Verdict, answerOf,
    gatewayMessage, httpResponse, inputSize, readOutput, writeInput,
} from "../../worker/envelope.js";
import { SqlHost } from "../../worker/sql.js";

const MEMORY_BYTES_MAX = 40 * 1024 * 1024;
const STARTED_MS = Date.UTC(2026, 0, 1);

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const wasm = new WebAssembly.Module(readFileSync(new URL("../../build/shvm.wasm", import.meta.url)));

export const FAILED = { status: AnswerStatus.FAILED, body: EMPTY };

export class Cluster {
    now = STARTED_MS;
    callsMax = 0; // of one invocation of an object
    // Called for each call between objects: async ({ role, name, message, from, deliver }) → an answer. deliver()
    // runs the callee, now or later, and gives its answer.
    onCall = ({ deliver }) => deliver();
    #layout;
    #core = new Core();
    #objects = new Map();
    #later = new Set();

    constructor(layout) {
        this.#layout = layout;
    }

    // A request of DynamoDB's: its reply's JSON; throws where it is refused.
    async request(operation, body) {
        const auth = { checked: false, keys: EMPTY, payloadHash: EMPTY, head: EMPTY };
        const target = `DynamoDB_20120810.${operation}`;
        const bytes = encoder.encode(JSON.stringify(body));
        const message = gatewayMessage(target, "application/x-amz-json-1.0", bytes, this.#layout, 0, auth, 0);
        const reply = await runSteps(this.#actor(null), StepEvent.START, message);
        const response = reply instanceof Response ? reply : httpResponse(reply);
        const json = await response.json();
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
            },
            call: async ({ role, name, message }) => {
                if (object !== null) this.callsMax = Math.max(this.callsMax, ++calls);
                const deliver = async () => answerOf(await this.#run(role, name, message));
                return this.onCall({ role, name, message, from: object?.name ?? null, deliver });
            },
            forward: async ({ role, name, message }) => {
                const reply = await this.#run(role, name, message);
                return reply[0] === Action.RESPOND_HTTP
                    ? { response: httpResponse(reply) }
                    : { answer: answerOf(reply) };
            },
            later: (work) => {
                this.#later.add(work);
                work.finally(() => this.#later.delete(work));
            },
        };
        return actor;
    }

    #step(object, event, input) {
        if (object === null) {
            return this.#core.step(Role.GATEWAY, event, { ...input, identity: EMPTY, local: EMPTY }, this.now, null);
        }
        const whole = { ...input, identity: encoder.encode(object.name), local: object.local };
        object.db.exec("SAVEPOINT step");
        const done = this.#core.step(object.role, event, whole, this.now, sqlOf(object.db));
        const isKept = done.verdict === Verdict.COMMIT || done.verdict === Verdict.READONLY;
        object.db.exec(isKept ? "RELEASE step" : "ROLLBACK TO step; RELEASE step");
        if (isKept && done.local !== null) object.local = done.local;
        return done;
    }
}

// --- The core

class Core {
    constructor() {
        this.sql = new SqlHost();
        const panic = (text, length) => console.error(`core: ${decoder.decode(this.bytes(text, length))}`);
        this.exports = new WebAssembly.Instance(wasm, { env: { ...this.sql.imports(), host_panic: panic } }).exports;
        this.exports._initialize();
        this.core = this.exports.core_new(MEMORY_BYTES_MAX);
        this.scratch = this.exports.core_scratch(this.core);
        const texts = [];
        for (let at; (at = this.exports.sql_text(texts.length, this.scratch)) !== 0; ) {
            texts.push(decoder.decode(this.bytes(at, this.length())));
        }
        this.sql.prepare(this.exports.memory, texts);
    }

    bytes(address, length) {
        return new Uint8Array(this.exports.memory.buffer, address, length);
    }

    length() {
        return new DataView(this.exports.memory.buffer).getUint32(this.scratch, true);
    }

    step(role, event, input, now, sql) {
        const size = inputSize(input);
        const address = this.exports.core_input(this.core, size);
        writeInput(input, now, crypto.getRandomValues(new Uint8Array(16)), this.bytes(address, size));
        this.sql.begin(sql);
        try {
            const verdict = this.exports.core_step(this.core, role, event, size);
            if (this.sql.lastError !== null) throw this.sql.lastError;
            if (verdict < 0) throw new Error("the core could not answer");
            const output = this.exports.core_output(this.core, this.scratch);
            return { verdict, ...readOutput(this.bytes(output, this.length())) };
        } finally {
            this.sql.end();
            this.exports.core_reset(this.core);
        }
    }
}

// What sql.js asks of an object's storage.sql.
function sqlOf(db) {
    return {
        databaseSize: 0,
        exec: (text, ...binds) => {
            const statement = db.prepare(text);
            statement.setReturnArrays(true);
            const isRead = statement.columns().length > 0;
            const rows = isRead ? statement.all(...binds) : [];
            const rowsWritten = isRead ? 0 : Number(statement.run(...binds).changes);
            return { raw: () => rows.values(), rowsRead: rows.length, rowsWritten };
        },
    };
}
