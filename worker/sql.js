// The SQL imports of the core (c_src/store/sql_host.h), over the storage of whichever object runs a step. They never
// throw into Wasm: an exception that crosses C's frames would leave its shadow stack behind. Failures are codes, and
// what they were is kept for the log.

const SqlStatus = { DONE: 0, ROW: 1, ERROR: -1, NO_TABLE: -2, ROW_TOO_LARGE: -3, BAD_CURSOR: -4 };
const ValueTag = { NULL: 0, NUMBER: 1, BLOB: 2, TEXT: 3 };
const CURSORS_MAX = 8;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class SqlHost {
    #memory = null; // the instance's WebAssembly.Memory
    #texts = []; // SQL by statement number
    #sql = null; // the running object's storage.sql; null at the gateway, which has none
    #cursors = [];
    #bytes = new Uint8Array(0);
    #view = null;
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
        return {
            sql_query: (statement, binds, length) => this.#guard(() => this.#query(statement, binds, length)),
            sql_step: (cursor, row, cap, need) => this.#guard(() => this.#step(cursor, row, cap, need)),
            sql_close: (cursor, rowsRead) => this.#guard(() => this.#close(cursor, rowsRead)),
            sql_run: (statement, binds, length, rowsWritten) =>
                this.#guard(() => this.#run(statement, binds, length, rowsWritten)),
            sql_size: (address) => this.#guard(() => this.#size(address)),
        };
    }

    #guard(work) {
        try {
            return work();
        } catch (error) {
            if (/no such table/.test(error?.message)) return SqlStatus.NO_TABLE;
            this.lastError = error;
            return SqlStatus.ERROR;
        }
    }

    // Views die when memory grows, which any call into the core may cause.
    #refresh() {
        if (this.#bytes.byteLength !== 0) return;
        this.#bytes = new Uint8Array(this.#memory.buffer);
        this.#view = new DataView(this.#memory.buffer);
    }

    #exec(statement, binds, length) {
        this.#refresh();
        this.statements.push(statement);
        return this.#sql.exec(this.#texts[statement], ...this.#readBinds(binds, length));
    }

    #query(statement, binds, length) {
        let slot = this.#cursors.findIndex((cursor) => cursor === null);
        if (slot < 0) slot = this.#cursors.length;
        if (slot >= CURSORS_MAX) throw new Error("too many cursors are open");
        const cursor = this.#exec(statement, binds, length);
        this.#cursors[slot] = { cursor, rows: cursor.raw(), pending: null };
        return slot;
    }

    #step(slot, row, cap, need) {
        const open = this.#cursors[slot];
        if (!open) return SqlStatus.BAD_CURSOR;
        if (open.pending === null) {
            const next = open.rows.next();
            if (next.done) return SqlStatus.DONE;
            open.pending = next.value.map((value) => (typeof value === "string" ? encoder.encode(value) : value));
            open.texts = next.value.map((value) => typeof value === "string");
        }
        this.#refresh();
        const size = rowSize(open.pending);
        if (size > cap) {
            this.#view.setInt32(need, size, true);
            return SqlStatus.ROW_TOO_LARGE;
        }
        this.#writeRow(open, row);
        open.pending = null;
        return SqlStatus.ROW;
    }

    #close(slot, rowsRead) {
        const open = this.#cursors[slot];
        if (!open) return SqlStatus.BAD_CURSOR;
        this.#refresh();
        const read = open.cursor.rowsRead;
        this.#view.setInt32(rowsRead, read, true);
        this.rowsRead += read;
        this.#cursors[slot] = null;
        return SqlStatus.DONE;
    }

    #run(statement, binds, length, rowsWritten) {
        const cursor = this.#exec(statement, binds, length);
        const written = cursor.rowsWritten;
        this.#view.setInt32(rowsWritten, written, true);
        this.rowsRead += cursor.rowsRead;
        this.rowsWritten += written;
        this.bytesWritten += length;
        return SqlStatus.DONE;
    }

    #size(address) {
        this.#refresh();
        this.#view.setFloat64(address, this.#sql.databaseSize, true);
        return SqlStatus.DONE;
    }

    #readBinds(at, length) {
        const end = at + length;
        const values = [];
        while (at < end) {
            const tag = this.#bytes[at++];
            if (tag === ValueTag.NULL) {
                values.push(null);
            } else if (tag === ValueTag.NUMBER) {
                values.push(this.#view.getFloat64(at, true));
                at += 8;
            } else {
                const size = this.#view.getUint32(at, true);
                const bytes = this.#bytes.slice(at + 4, at + 4 + size);
                values.push(tag === ValueTag.TEXT ? decoder.decode(bytes) : bytes);
                at += 4 + size;
            }
        }
        return values;
    }

    #writeRow({ pending, texts }, at) {
        this.#bytes[at++] = pending.length;
        pending.forEach((value, column) => {
            if (value === null) {
                this.#bytes[at++] = ValueTag.NULL;
            } else if (typeof value === "number") {
                this.#bytes[at] = ValueTag.NUMBER;
                this.#view.setFloat64(at + 1, value, true);
                at += 9;
            } else {
                this.#bytes[at] = texts[column] ? ValueTag.TEXT : ValueTag.BLOB;
                this.#view.setUint32(at + 1, value.byteLength, true);
                this.#bytes.set(texts[column] ? value : new Uint8Array(value), at + 5);
                at += 5 + value.byteLength;
            }
        });
    }
}

// row := column count u8 ‖ count × (tag u8 ‖ f64, or u32 length ‖ bytes)
function rowSize(values) {
    let size = 1;
    for (const value of values) {
        if (value === null) size += 1;
        else size += typeof value === "number" ? 9 : 5 + value.byteLength;
    }
    return size;
}
