#include "store/sql.h"

enum { ROW_BYTES_FIRST = 4096 };

enum { COLUMN_NULL = 0, COLUMN_NUMBER = 1, COLUMN_BLOB = 2, COLUMN_TEXT = 3 };

void sql_binds_init(SqlBinds *binds, Arena *arena) {
    buf_init(&binds->bytes, arena);
}

void sql_bind_blob(SqlBinds *binds, Slice bytes) {
    buf_u8(&binds->bytes, COLUMN_BLOB);
    buf_u32(&binds->bytes, (uint32_t)bytes.len);
    buf_bytes(&binds->bytes, bytes);
}

void sql_bind_null(SqlBinds *binds) {
    buf_u8(&binds->bytes, COLUMN_NULL);
}

void sql_bind_number(SqlBinds *binds, double value) {
    buf_u8(&binds->bytes, COLUMN_NUMBER);
    buf_f64(&binds->bytes, value);
}

// Stores in *size how many bytes the row takes.
static bool decode_row(Slice row, SqlColumn columns[SQL_COLUMNS_MAX], size_t *count, size_t *size) {
    Reader reader = reader_of(row);
    *count = reader_u8(&reader);
    if (*count > SQL_COLUMNS_MAX) return false;
    for (size_t i = 0; i < *count; i++) {
        columns[i] = (SqlColumn){0};
        switch (reader_u8(&reader)) {
        case COLUMN_NULL: columns[i].is_null = true; break;
        case COLUMN_NUMBER: columns[i].number = reader_f64(&reader); break;
        case COLUMN_BLOB:
        case COLUMN_TEXT: columns[i].bytes = reader_bytes(&reader, reader_u32(&reader)); break;
        default: return false;
        }
    }
    *size = row.len - reader_left(&reader);
    return !reader.failed;
}

// The next row in memory of its own, so that the columns given to `each` stay valid for the whole step.
static int step_row(Step *step, int cursor, Slice *row) {
    int32_t cap = ROW_BYTES_FIRST;
    for (;;) {
        uint8_t *buffer = arena_alloc(step->arena, (size_t)cap);
        if (buffer == NULL) {
            error_out_of_memory(&step->error);
            return SQL_ERROR;
        }
        int32_t need = 0;
        int status = sql_step(cursor, buffer, cap, &need);
        if (status == SQL_ROW_TOO_LARGE && need > cap) {
            cap = need;
            continue;
        }
        *row = slice_of(buffer, (size_t)cap);
        return status;
    }
}

int sql_read(Step *step, int statement, const SqlBinds *binds, SqlRowFunction each, void *context) {
    if (binds->bytes.failed) {
        error_out_of_memory(&step->error);
        return SQL_ERROR;
    }
    int cursor = sql_query(statement, binds->bytes.data, (int32_t)binds->bytes.len);
    if (cursor < 0) return cursor;
    int status;
    Slice row;
    while ((status = step_row(step, cursor, &row)) == SQL_ROW) {
        SqlColumn columns[SQL_COLUMNS_MAX];
        size_t count = 0, size = 0;
        if (!decode_row(row, columns, &count, &size)) {
            error_corrupt(&step->error, "malformed row from the host");
            status = SQL_ERROR;
            break;
        }
        // What the row did not need is given back: a list of a thousand keys would take 4 MB.
        arena_grow(step->arena, (uint8_t *)row.data, row.len, size);
        if (each != NULL && !each(context, columns, count)) break;
    }
    int32_t rows_read = 0;
    sql_close(cursor, &rows_read);
    step->rows_read += (uint32_t)rows_read;
    return status == SQL_ROW ? SQL_DONE : status;
}

int sql_write(Step *step, int statement, const SqlBinds *binds) {
    if (binds->bytes.failed) {
        error_out_of_memory(&step->error);
        return SQL_ERROR;
    }
    int32_t rows_written = 0;
    int status = sql_run(statement, binds->bytes.data, (int32_t)binds->bytes.len, &rows_written);
    step->rows_written += (uint32_t)rows_written;
    return status;
}

bool sql_ok(Step *step, int status) {
    if (status == SQL_DONE) return true;
    if (step->error.kind == ERROR_NONE) {
        step->error = (Error){.kind = ERROR_STORAGE, .message = SLICE("a storage statement failed")};
    }
    return false;
}
