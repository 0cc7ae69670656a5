// The SQL imports of the core (c_src/store/sql_host.h), over the storage of whichever object runs a step. They never
// throw into Wasm: an exception that crosses C's frames would leave its shadow stack behind. Failures are codes, and
// what they were is kept for the log.

const SqlStatus = { DONE: 0, ROW: 1, ERROR: -1, NO_TABLE: -2, ROW_TOO_LARGE: -3, BAD_CURSOR: -4 };
const ValueTag = { NULL: 0, NUMBER: 1, BLOB: 2, TEXT: 3 };
const CURSORS_MAX = 8;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class SqlHost {
    #memory = null; // the instance's (wasm_memory.js)
    #texts = []; // SQL by statement number
    #sql = null; // the running object's storage.sql; null at the gateway, which has none
    #cursors = [];
    lastError = null;
    // What the running step did so far: rows as billed, bytes given to statements that write, statements in order.
    rowsRead = 0;
    rowsWritten = 0;
    bytesWritten = 0;
    statements = [];

    prepare(memory, texts) {
        this.#memory = memory;
        this.#texts = texts;
    }

    begin(sql) {
        this.#sql = sql;
        this.lastError = null;
        this.rowsRead = this.rowsWritten = this.bytesWritten = 0;
        this.statements.length = 0;
    }

    // The statements the running step has run, as text.
    texts() {
        return this.statements.map((statement) => this.#texts[statement]);
    }

    // Nothing stays open between steps, whatever the step did.
    end() {
        this.#sql = null;
        this.#cursors.length = 0;
    }

    imports() {
        const guarded = (work) => (...args) => {
            try {
                return work.apply(this, args);
            } catch (error) {
                return this.#failure(error);
            }
        };
        return {
            sql_query: guarded(this.#query),
            sql_step: guarded(this.#step),
            sql_close: guarded(this.#close),
            sql_run: guarded(this.#run),
            sql_size: guarded(this.#size),
        };
    }

    #failure(error) {
        if (/no such table/.test(error?.message)) return SqlStatus.NO_TABLE;
        this.lastError = error;
        return SqlStatus.ERROR;
    }

    #exec(statement, binds, length) {
        this.#memory.refresh();
        this.statements.push(statement);
        return this.#sql.exec(this.#texts[statement], ...this.#readBinds(binds, length));
    }

    #query(statement, binds, length) {
        let slot = 0;
        while (slot < this.#cursors.length && this.#cursors[slot] !== null) slot++;
        if (slot >= CURSORS_MAX) throw new Error("too many cursors are open");
        const cursor = this.#exec(statement, binds, length);
        this.#cursors[slot] = { cursor, pending: null }; // no raw(): it would be one more of the platform's objects
        return slot;
    }

    #step(slot, row, cap, need) {
        const open = this.#cursors[slot];
        if (!open) return SqlStatus.BAD_CURSOR;
        if (open.pending === null) {
            const next = open.cursor.next();
            if (next.done) return SqlStatus.DONE;
            open.pending = Object.values(next.value).map(sqlValue);
        }
        this.#memory.refresh();
        const size = rowSize(open.pending);
        if (size > cap) {
            this.#memory.view.setInt32(need, size, true);
            return SqlStatus.ROW_TOO_LARGE;
        }
        this.#writeRow(open.pending, row);
        open.pending = null;
        return SqlStatus.ROW;
    }

    #close(slot, rowsRead) {
        const open = this.#cursors[slot];
        if (!open) return SqlStatus.BAD_CURSOR;
        this.#memory.refresh();
        const read = open.cursor.rowsRead;
        this.#memory.view.setInt32(rowsRead, read, true);
        this.rowsRead += read;
        this.#cursors[slot] = null;
        return SqlStatus.DONE;
    }

    #run(statement, binds, length, rowsWritten) {
        const cursor = this.#exec(statement, binds, length);
        const written = cursor.rowsWritten;
        this.#memory.view.setInt32(rowsWritten, written, true);
        this.rowsRead += cursor.rowsRead;
        this.rowsWritten += written;
        this.bytesWritten += length;
        return SqlStatus.DONE;
    }

    #size(address) {
        this.#memory.refresh();
        this.#memory.view.setFloat64(address, this.#sql.databaseSize, true);
        return SqlStatus.DONE;
    }

    #readBinds(at, length) {
        const { bytes, view } = this.#memory;
        const end = at + length;
        const values = [];
        while (at < end) {
            const tag = bytes[at++];
            if (tag === ValueTag.NULL) {
                values.push(null);
            } else if (tag === ValueTag.NUMBER) {
                values.push(view.getFloat64(at, true));
                at += 8;
            } else {
                const start = at + 4;
                at = start + view.getUint32(at, true);
                // TextDecoder reads Wasm memory as it is; SQLite must not, since C may use it again
                values.push(tag === ValueTag.TEXT ? decoder.decode(bytes.subarray(start, at)) : bytes.slice(start, at));
            }
        }
        return values;
    }

    #writeRow(values, at) {
        const { bytes, view } = this.#memory;
        bytes[at++] = values.length;
        for (const value of values) {
            if (value === null) {
                bytes[at++] = ValueTag.NULL;
            } else if (typeof value === "number") {
                bytes[at] = ValueTag.NUMBER;
                view.setFloat64(at + 1, value, true);
                at += 9;
            } else {
                bytes[at] = value.tag;
                view.setUint32(at + 1, value.bytes.length, true);
                bytes.set(value.bytes, at + 5);
                at += 5 + value.bytes.length;
            }
        }
    }
}

// null and numbers as they are, the others as { tag, bytes }.
function sqlValue(value) {
    if (value === null || typeof value === "number") return value;
    if (typeof value === "string") return { tag: ValueTag.TEXT, bytes: encoder.encode(value) };
    return { tag: ValueTag.BLOB, bytes: new Uint8Array(value) };
}

// row := column count u8 ‖ count × (tag u8 ‖ f64, or u32 length ‖ bytes)
function rowSize(values) {
    let size = 1;
    for (const value of values) {
        if (value === null) size += 1;
        else size += typeof value === "number" ? 9 : 5 + value.bytes.length;
    }
    return size;
}
