// The core in its Wasm instance: one per isolate serves the gateway and every object, one step at a time. Between
// steps it holds nothing but hints, so it is thrown away when it may be damaged (a trap) or has grown large.
import wasmModule from "../build/shvm.wasm";
import { inputSize, readOutput, writeInput } from "./envelope.js";
import { logError } from "./failures.js";
import { SqlHost } from "./sql.js";

const ABI_VERSION = 1;
const STEP_MEMORY_BYTES_MAX = 40 * 1024 * 1024; // the module may have 48 MB
const INSTANCE_BYTES_MAX = 16 * 1024 * 1024; // memory is never given back, so a larger instance is replaced
const ENTROPY_BYTES = 16;
const ENTROPY_POOL_BYTES = 4096;

const decoder = new TextDecoder();

class CoreInstance {
    constructor() {
        this.sql = new SqlHost();
        const env = { ...this.sql.imports(), host_panic: (text, length) => this.panic(text, length) };
        this.exports = new WebAssembly.Instance(wasmModule, { env }).exports;
        this.exports._initialize();
        if (this.exports.abi_version() !== ABI_VERSION) throw new Error("the core speaks another ABI version");
        this.core = this.exports.core_new(STEP_MEMORY_BYTES_MAX);
        if (this.core === 0) throw new Error("no memory for a core");
        this.scratch = this.exports.core_scratch(this.core);
        this.sql.prepare(this.exports.memory, this.sqlTexts());
    }

    bytes(address, length) {
        return new Uint8Array(this.exports.memory.buffer, address, length);
    }

    // After a call that stored a length at scratch.
    scratchLength() {
        return new DataView(this.exports.memory.buffer).getUint32(this.scratch, true);
    }

    // By number; numbers have no gaps.
    sqlTexts() {
        const texts = [];
        for (let address; (address = this.exports.sql_text(texts.length, this.scratch)) !== 0; ) {
            texts.push(decoder.decode(this.bytes(address, this.scratchLength())));
        }
        return texts;
    }

    panic(text, length) {
        logError("core", { error: decoder.decode(this.bytes(text, length)) });
    }

    // { verdict, local, state, actions, rowsRead, rowsWritten, bytesWritten }
    step(role, event, input, sql, trace) {
        const began = trace === null ? 0 : performance.now();
        const size = inputSize(input);
        const address = this.exports.core_input(this.core, size);
        if (address === 0) throw new Error(`no memory for an input of ${size} bytes`);
        writeInput(input, Date.now(), nextEntropy(), this.bytes(address, size));
        this.sql.begin(sql);
        try {
            const verdict = this.exports.core_step(this.core, role, event, size);
            if (this.sql.lastError !== null) logError("sql", { error: this.sql.lastError.message });
            if (verdict < 0) throw new Error("the core could not answer");
            const output = this.exports.core_output(this.core, this.scratch);
            const { rowsRead, rowsWritten, bytesWritten } = this.sql;
            const done = readOutput(this.bytes(output, this.scratchLength()));
            const step = { verdict, rowsRead, rowsWritten, bytesWritten, ...done };
            if (trace !== null) {
                const microseconds = Math.round((performance.now() - began) * 1000);
                const name = decoder.decode(input.identity);
                trace.addStep({ role, event, name, bytes: size, step, statements: this.sql.texts(), microseconds });
            }
            return step;
        } finally {
            this.sql.end();
        }
    }
}

let instance = null;

// Runs one step: { verdict, local, state, actions, rowsRead, rowsWritten, bytesWritten }. `sql` is the object's
// storage.sql, or null; `trace` (trace.js) hears of the step where the request asked for that, else it is null. Throws
// when the core trapped or could not even answer an error; the caller then rolls back, and the next step meets a new
// instance.
export function coreStep(role, event, input, sql, trace) {
    instance ??= new CoreInstance();
    const running = instance;
    let finished = false;
    try {
        const result = running.step(role, event, input, sql, trace);
        running.exports.core_reset(running.core);
        finished = running.exports.memory.buffer.byteLength <= INSTANCE_BYTES_MAX;
        return result;
    } finally {
        if (!finished) instance = null;
    }
}

let pool = new Uint8Array(0);

function nextEntropy() {
    if (pool.length < ENTROPY_BYTES) pool = crypto.getRandomValues(new Uint8Array(ENTROPY_POOL_BYTES));
    const taken = pool.subarray(0, ENTROPY_BYTES);
    pool = pool.subarray(ENTROPY_BYTES);
    return taken;
}
