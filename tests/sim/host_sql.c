// The core's imports over SQLite, with workerd's limits where they differ from SQLite's.
#include <stdio.h>
#include <string.h>

#include "data/item_codec.h"
#include "host.h"
#include "msg/names.h"
#include "store/items.h"
#include "store/sql_host.h"

// Steps never overlap, so there is one.
static SqlContext context;

SqlContext *sql_context(void) {
    return &context;
}

void host_show_panics(bool show) {
    context.show_panics = show;
}

void host_panic(const uint8_t *text, int32_t len) {
    if (context.show_panics) fprintf(stderr, "core: %.*s\n", len, (const char *)text);
}

static int32_t failure(sqlite3 *database) {
    return strstr(sqlite3_errmsg(database), "no such table") != NULL ? SQL_NO_TABLE : SQL_ERROR;
}

static bool statement_fails(void) {
    if (context.fail_statement == 0 || --context.fail_statement != 0) return false;
    context.statement_failed = true;
    return true;
}

static void bind_all(sqlite3_stmt *statement, Slice binds) {
    Reader reader = reader_of(binds);
    for (int i = 1; reader_left(&reader) > 0; i++) {
        switch (reader_u8(&reader)) {
        case 0: sqlite3_bind_null(statement, i); break;
        case 1: sqlite3_bind_double(statement, i, reader_f64(&reader)); break;
        default: {
            Slice bytes = reader_bytes(&reader, reader_u32(&reader));
            sqlite3_bind_blob(statement, i, bytes.len == 0 ? "" : (const char *)bytes.data, (int)bytes.len,
                              SQLITE_TRANSIENT);
        }
        }
    }
    if (reader.failed) violation("malformed binds");
}

// The statement, prepared and bound; NULL with *status set.
static sqlite3_stmt *open_statement(int32_t number, Slice binds, int32_t *status) {
    HostObject *object = context.object;
    *status = SQL_ERROR;
    if (object == NULL || statement_text(number).len == 0) {
        violation("a gateway's step, or an unknown statement, asks for SQL");
        return NULL;
    }
    if (statement_fails()) return NULL;
    sqlite3_stmt **statement = &object->statements[number];
    if (*statement == NULL) {
        Slice text = statement_text(number);
        int code =
            sqlite3_prepare_v2(object->database, (const char *)text.data, (int)text.len, statement, NULL);
        if (code != SQLITE_OK) {
            *status = failure(object->database);
            return NULL;
        }
    }
    sqlite3_reset(*statement);
    bind_all(*statement, binds);
    return *statement;
}

int32_t sql_query(int32_t number, const uint8_t *binds, int32_t binds_len) {
    int32_t slot = 0, status;
    while (slot < 8 && context.cursors[slot] != NULL) slot++;
    if (slot == 8) return SQL_ERROR;
    sqlite3_stmt *statement = open_statement(number, slice_of(binds, (size_t)binds_len), &status);
    if (statement == NULL) return status;
    if (!sqlite3_stmt_readonly(statement)) violation("statement %d is a query and writes", number);
    context.cursors[slot] = statement;
    context.has_row[slot] = false;
    return slot;
}

static size_t column_size(sqlite3_stmt *statement, int column) {
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL: return 1;
    case SQLITE_INTEGER:
    case SQLITE_FLOAT: return 9;
    default: return 5 + (size_t)sqlite3_column_bytes(statement, column);
    }
}

static uint8_t *put_column(sqlite3_stmt *statement, int column, uint8_t *at) {
    int type = sqlite3_column_type(statement, column);
    if (type == SQLITE_NULL) {
        *at++ = 0;
    } else if (type == SQLITE_INTEGER || type == SQLITE_FLOAT) {
        double number = sqlite3_column_double(statement, column);
        *at++ = 1;
        memcpy(at, &number, sizeof number);
        at += sizeof number;
    } else {
        const void *bytes = sqlite3_column_blob(statement, column);
        uint32_t size = (uint32_t)sqlite3_column_bytes(statement, column);
        *at++ = type == SQLITE_BLOB ? 2 : 3;
        for (int i = 0; i < 4; i++) *at++ = (uint8_t)(size >> (8 * i));
        if (size != 0) memcpy(at, bytes, size);
        at += size;
    }
    return at;
}

int32_t sql_step(int32_t cursor, uint8_t *row, int32_t cap, int32_t *need) {
    if (cursor < 0 || cursor >= 8 || context.cursors[cursor] == NULL) return SQL_BAD_CURSOR;
    sqlite3_stmt *statement = context.cursors[cursor];
    if (!context.has_row[cursor]) {
        int code = sqlite3_step(statement);
        if (code == SQLITE_DONE) return SQL_DONE;
        if (code != SQLITE_ROW) return failure(context.object->database);
        context.has_row[cursor] = true;
    }
    int columns = sqlite3_column_count(statement);
    size_t size = 1;
    for (int i = 0; i < columns; i++) size += column_size(statement, i);
    if (size > (size_t)cap) {
        *need = (int32_t)size;
        return SQL_ROW_TOO_LARGE;
    }
    *row++ = (uint8_t)columns;
    for (int i = 0; i < columns; i++) row = put_column(statement, i, row);
    context.has_row[cursor] = false;
    return SQL_ROW;
}

int32_t sql_close(int32_t cursor, int32_t *rows_read) {
    if (cursor < 0 || cursor >= 8 || context.cursors[cursor] == NULL) return SQL_BAD_CURSOR;
    sqlite3_reset(context.cursors[cursor]);
    context.cursors[cursor] = NULL;
    *rows_read = 1;
    return SQL_DONE;
}

void sql_close_cursors(void) {
    for (int i = 0; i < 8; i++) {
        if (context.cursors[i] != NULL) sqlite3_reset(context.cursors[i]);
        context.cursors[i] = NULL;
    }
}

// Everything stored passes its validator, and a table's partition never gives out a version twice.
static void check_stored_item(Slice value) {
    Arena arena;
    arena_init(&arena, 0);
    Step step = {.arena = &arena};
    StoredItem item;
    bool valid = items_next(&step, &value, &item) && value.len == 0 && item_is_valid(item.item) &&
                 item_size(item.item) == item.item_bytes;
    if (!valid) {
        violation("a malformed item is stored");
    } else if (memchr(context.object->name.data, '.', context.object->name.len) == NULL) {
        if (item.version <= context.version_max) violation("a version went back");
        context.version_max = item.version;
    }
    arena_free(&arena);
}

static void check_written(int32_t number, Slice binds) {
    Reader reader = reader_of(binds);
    if (number == ITEMS_PUT_INLINE || number == ITEMS_OVERWRITE) {
        reader_u8(&reader);
        reader_bytes(&reader, reader_u32(&reader));
    } else if (number != ITEMS_BIG_INSERT && number != ITEMS_BIG_UPDATE) {
        return;
    }
    reader_u8(&reader);
    check_stored_item(reader_bytes(&reader, reader_u32(&reader)));
}

int32_t sql_run(int32_t number, const uint8_t *binds, int32_t binds_len, int32_t *rows_written) {
    int32_t status;
    for (int i = 0; i < 8; i++) {
        if (context.cursors[i] != NULL) violation("statement %d writes under an open cursor", number);
    }
    sqlite3_stmt *statement = open_statement(number, slice_of(binds, (size_t)binds_len), &status);
    if (statement == NULL) return status;
    int changes = sqlite3_total_changes(context.object->database);
    int code = sqlite3_step(statement);
    status = code == SQLITE_DONE ? SQL_DONE : failure(context.object->database);
    sqlite3_reset(statement);
    if (status != SQL_DONE) return status;
    check_written(number, slice_of(binds, (size_t)binds_len));
    *rows_written = sqlite3_total_changes(context.object->database) - changes;
    if (*rows_written > 0) context.writes = true;
    return SQL_DONE;
}

int32_t sql_size(double *bytes) {
    *bytes = 4096;
    return SQL_DONE;
}
