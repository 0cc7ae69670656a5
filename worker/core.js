// The core in its Wasm instance: one per isolate serves the gateway and every object, one step at a time. Between
// steps it holds nothing but hints, so it is thrown away when it may be damaged (a trap) or has grown large.
import { crc32 } from "node:zlib";
import wasmModule from "../build/shvm.wasm";
import { inputSizeMax, readOutput, writeInput } from "./envelope.js";
import { logError } from "./failures.js";
import { SqlHost } from "./sql.js";
import { WasmMemory } from "./wasm_memory.js";

const ABI_VERSION = 1;
const STEP_MEMORY_BYTES_MAX = 40 * 1024 * 1024; // the module may have 48 MB
const INSTANCE_BYTES_MAX = 24 * 1024 * 1024; // memory is never given back, so a larger instance is replaced

const decoder = new TextDecoder();

class CoreInstance {
    constructor() {
        this.sql = new SqlHost();
        const env = {
            ...this.sql.imports(),
            host_crc32: (address, length) => crc32(this.bytes(address, length)),
            host_panic: (text, length) => this.panic(text, length),
        };
        this.exports = new WebAssembly.Instance(wasmModule, { env }).exports;
        this.exports._initialize();
        if (this.exports.abi_version() !== ABI_VERSION) throw new Error("the core speaks another ABI version");
        this.core = this.exports.core_new(STEP_MEMORY_BYTES_MAX);
        if (this.core === 0) throw new Error("no memory for a core");
        this.scratch = this.exports.core_scratch(this.core);
        this.memory = new WasmMemory(this.exports.memory);
        this.sql.prepare(this.memory, this.sqlTexts());
    }

    // After a call that stored a length at scratch.
    scratchLength() {
        this.memory.refresh();
        return this.memory.view.getUint32(this.scratch, true);
    }

    // As they stand in the instance's memory: not to be kept.
    bytes(address, length) {
        this.memory.refresh();
        return this.memory.bytes.subarray(address, address + length);
    }

    text(address, length) {
        return decoder.decode(this.bytes(address, length));
    }

    // By number; numbers have no gaps.
    sqlTexts() {
        const texts = [];
        for (let address; (address = this.exports.sql_text(texts.length, this.scratch)) !== 0; ) {
            texts.push(this.text(address, this.scratchLength()));
        }
        return texts;
    }

    panic(text, length) {
        logError("core", { error: this.text(text, length) });
    }

    // { verdict, local, state, actions, items, rowsRead, rowsWritten, bytesWritten }
    step(role, event, input, sql, trace) {
        const began = trace === null ? 0 : performance.now();
        const sizeMax = inputSizeMax(input);
        const address = this.exports.core_input(this.core, sizeMax);
        if (address === 0) throw new Error(`no memory for an input of ${sizeMax} bytes`);
        this.memory.refresh();
        const size = writeInput(input, Date.now(), this.memory, address);
        this.sql.begin(sql);
        try {
            const verdict = this.exports.core_step(this.core, role, event, size);
            if (this.sql.lastError !== null) logError("sql", { error: this.sql.lastError.message });
            if (verdict < 0) throw new Error("the core could not answer");
            const output = this.exports.core_output(this.core, this.scratch);
            const { local, state, actions, items } = readOutput(this.memory, output, this.scratchLength());
            const { rowsRead, rowsWritten, bytesWritten } = this.sql;
            const step = { verdict, local, state, actions, items, rowsRead, rowsWritten, bytesWritten };
            if (trace !== null) this.tell(trace, { role, event, bytes: size, step }, input, began);
            return step;
        } finally {
            this.sql.end();
        }
    }

    tell(trace, told, input, began) {
        const microseconds = Math.round((performance.now() - began) * 1000);
        const name = decoder.decode(input.identity);
        trace.addStep({ ...told, name, statements: this.sql.texts(), microseconds });
    }
}

let instance = null;

// Runs one step: { verdict, local, state, actions, items, rowsRead, rowsWritten, bytesWritten }. `sql` is the object's
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
        finished = running.memory.bytes.length <= INSTANCE_BYTES_MAX;
        return result;
    } finally {
        if (!finished) instance = null;
    }
}
