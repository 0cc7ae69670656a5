#include "store/items.h"

#include "base/canary.h"
#include "base/limits.h"
#include "store/items_internal.h"
#include "store/sql.h"

// --- The stored form

static Slice encode_stored(Step *step, Slice item, size_t item_bytes, uint64_t version) {
    Buf out;
    buf_init(&out, step->arena);
    buf_reserve(&out, item.len + 32);
    buf_u8(&out, STORED_FORMAT);
    buf_u64(&out, __builtin_bswap64(version));
    buf_varint(&out, item_bytes);
    buf_slice(&out, item);
    return buf_view(&out);
}

static bool decode_stored(Reader *reader, StoredItem *out) {
    uint8_t format = reader_u8(reader);
    uint64_t version = reader_u64(reader);
    out->version = format == STORED_FORMAT_LITTLE_ENDIAN ? version : __builtin_bswap64(version);
    out->item_bytes = (size_t)reader_varint(reader);
    out->item = reader_slice(reader);
    out->found = out->item.len != 0;
    return !reader->failed && (format == STORED_FORMAT || format == STORED_FORMAT_LITTLE_ENDIAN);
}

// --- One item

enum { ABSENT = 0 }; // in the place of a stored value, which begins with STORED_FORMAT

typedef struct GetContext {
    Slice value;
    double big_id;
    bool found;
} GetContext;

static bool take_item(void *context, const SqlColumn *columns, size_t count) {
    GetContext *get = context;
    if (count != 2) return false;
    *get = (GetContext){columns[0].bytes, columns[1].number, true};
    return false;
}

bool items_get(Step *step, Slice key, StoredItem *out) {
    *out = (StoredItem){0};
    SqlBinds binds;
    sql_binds_init(&binds, step->arena);
    sql_bind_blob(&binds, key);
    GetContext context = {0};
    int status = sql_read(step, ITEMS_GET, &binds, take_item, &context);
    if (status == SQL_NO_TABLE) return true;
    if (!sql_ok(step, status)) return false;
    if (!context.found) return true;
    Reader reader = reader_of(context.value);
    if (!decode_stored(&reader, out)) return error_corrupt(&step->error, "malformed stored item");
    if (out->found) out->big_id = context.big_id;
    return true;
}

static bool take_values(void *context, const SqlColumn *columns, size_t count) {
    if (count == 1) *(Slice *)context = columns[0].bytes;
    return false;
}

bool items_get_small(Step *step, const Slice *keys, size_t count, StoredItem *out) {
    if (count == 1) return items_get(step, keys[0], out);
    SqlBinds binds;
    sql_binds_init(&binds, step->arena);
    for (size_t i = 0; i < count; i++) {
        out[i] = (StoredItem){0};
        sql_bind_blob(&binds, keys[i]);
    }
    for (size_t i = count; i < ITEMS_AT_ONCE; i++) sql_bind_null(&binds);
    Slice values = {NULL, 0};
    int status = sql_read(step, ITEMS_GET_SMALL, &binds, take_values, &values);
    if (status == SQL_NO_TABLE) return true;
    if (!sql_ok(step, status)) return false;
    Reader reader = reader_of(values);
    for (size_t i = 0; i < count; i++) {
        Reader behind = reader;
        if (reader_u8(&behind) == ABSENT) reader = behind;
        else if (!decode_stored(&reader, &out[i])) return error_corrupt(&step->error, "malformed stored item");
    }
    return true;
}

static bool create_tables(Step *step) {
    SqlBinds none;
    sql_binds_init(&none, step->arena);
    return sql_ok(step, sql_write(step, ITEMS_CREATE, &none))
        && sql_ok(step, sql_write(step, ITEMS_CREATE_BIG, &none));
}

static bool delete_big(Step *step, double id) {
    if (CANARY(CANARY_FORGETS_BIG_VALUE)) return true;
    SqlBinds binds;
    sql_binds_init(&binds, step->arena);
    sql_bind_number(&binds, id);
    return sql_ok(step, sql_write(step, ITEMS_BIG_DELETE, &binds));
}

static bool put_inline(Step *step, int statement, Slice key, Slice value, size_t item_bytes) {
    SqlBinds binds;
    sql_binds_init(&binds, step->arena);
    sql_bind_blob(&binds, key);
    sql_bind_blob(&binds, value);
    sql_bind_number(&binds, (double)item_bytes);
    int status = sql_write(step, statement, &binds);
    if (status == SQL_NO_TABLE) {
        if (!create_tables(step)) return false;
        status = sql_write(step, statement, &binds);
    }
    return sql_ok(step, status);
}

static bool update_big(Step *step, Slice key, const StoredItem *old, Slice value, size_t item_bytes) {
    SqlBinds binds;
    sql_binds_init(&binds, step->arena);
    sql_bind_blob(&binds, value);
    sql_bind_number(&binds, old->big_id);
    if (!sql_ok(step, sql_write(step, ITEMS_BIG_UPDATE, &binds))) return false;
    if (old->item_bytes == item_bytes) return true;
    sql_binds_init(&binds, step->arena);
    sql_bind_number(&binds, (double)item_bytes);
    sql_bind_blob(&binds, key);
    return sql_ok(step, sql_write(step, ITEMS_RESIZE, &binds));
}

static bool insert_big(Step *step, Slice key, Slice value, size_t item_bytes) {
    SqlBinds value_binds;
    sql_binds_init(&value_binds, step->arena);
    sql_bind_blob(&value_binds, value);
    int status = sql_write(step, ITEMS_BIG_INSERT, &value_binds);
    if (status == SQL_NO_TABLE) {
        if (!create_tables(step)) return false;
        status = sql_write(step, ITEMS_BIG_INSERT, &value_binds);
    }
    if (!sql_ok(step, status)) return false;
    SqlBinds key_binds;
    sql_binds_init(&key_binds, step->arena);
    sql_bind_blob(&key_binds, key);
    sql_bind_number(&key_binds, (double)item_bytes);
    return sql_ok(step, sql_write(step, ITEMS_PUT_BIG, &key_binds));
}

bool items_put(Step *step, Slice key, const StoredItem *old, Slice item, size_t item_bytes, uint64_t version) {
    Slice value = encode_stored(step, item, item_bytes, version);
    if (value.len == 0) return error_out_of_memory(&step->error);
    // DynamoDB's 400 KB keep every value far below the platform's limit; what is above is a defect of ours.
    if (value.len > STORED_VALUE_BYTES_MAX) return error_corrupt(&step->error, "stored value too large");
    if (value.len <= STORED_VALUE_INLINE_BYTES_MAX) {
        return put_inline(step, ITEMS_PUT_INLINE, key, value, item_bytes)
            && (old->big_id == 0 || delete_big(step, old->big_id));
    }
    if (old->big_id != 0) return update_big(step, key, old, value, item_bytes);
    return insert_big(step, key, value, item_bytes);
}

bool items_overwrite(Step *step, Slice key, Slice item, size_t item_bytes, uint64_t version) {
    Slice value = encode_stored(step, item, item_bytes, version);
    if (value.len == 0) return error_out_of_memory(&step->error);
    return put_inline(step, ITEMS_OVERWRITE, key, value, item_bytes);
}

bool items_put_newer(Step *step, Slice key, Slice item, size_t item_bytes, uint64_t version, bool *done) {
    uint32_t written = step->rows_written;
    Slice value = encode_stored(step, item, item_bytes, version);
    if (value.len == 0) return error_out_of_memory(&step->error);
    if (!put_inline(step, ITEMS_PUT_NEWER, key, value, item_bytes)) return false;
    *done = step->rows_written != written;
    return true;
}

bool items_delete(Step *step, Slice key, const StoredItem *old) {
    SqlBinds binds;
    sql_binds_init(&binds, step->arena);
    sql_bind_blob(&binds, key);
    if (!sql_ok(step, sql_write(step, ITEMS_DELETE, &binds))) return false;
    return old->big_id == 0 || delete_big(step, old->big_id);
}

bool items_mark(Step *step, Slice key, const StoredItem *old, uint64_t version, Slice source) {
    Buf value;
    buf_init(&value, step->arena);
    buf_bytes(&value, encode_stored(step, (Slice){NULL, 0}, 0, version));
    buf_bytes(&value, source);
    if (value.failed) return error_out_of_memory(&step->error);
    SqlBinds binds;
    sql_binds_init(&binds, step->arena);
    sql_bind_blob(&binds, key);
    sql_bind_blob(&binds, buf_view(&value));
    sql_bind_number(&binds, source.len == 0 ? -step->in.now_ms : (double)version);
    int status = sql_write(step, ITEMS_MARK, &binds);
    if (status == SQL_NO_TABLE) {
        if (!create_tables(step)) return false;
        status = sql_write(step, ITEMS_MARK, &binds);
    }
    if (!sql_ok(step, status)) return false;
    return old->big_id == 0 || delete_big(step, old->big_id);
}

typedef struct SourcesContext {
    Slice *sources;
    size_t *count;
} SourcesContext;

static bool take_source(void *context, const SqlColumn *columns, size_t count) {
    SourcesContext *found = context;
    if (count != 1) return false;
    found->sources[(*found->count)++] = columns[0].bytes;
    return true;
}

bool items_mark_sources(Step *step, size_t limit, Slice *sources, size_t *count) {
    *count = 0;
    SqlBinds binds;
    sql_binds_init(&binds, step->arena);
    sql_bind_number(&binds, (double)limit);
    SourcesContext context = {sources, count};
    int status = sql_read(step, ITEMS_MARK_SOURCES, &binds, take_source, &context);
    return status == SQL_NO_TABLE || sql_ok(step, status);
}

bool items_settle(Step *step, Slice source, uint64_t version) {
    SqlBinds binds;
    sql_binds_init(&binds, step->arena);
    sql_bind_number(&binds, -step->in.now_ms);
    sql_bind_number(&binds, (double)version);
    sql_bind_blob(&binds, source);
    int status = sql_write(step, ITEMS_SETTLE, &binds);
    return status == SQL_NO_TABLE || sql_ok(step, status);
}

bool items_sweep(Step *step, double before_ms) {
    SqlBinds binds;
    sql_binds_init(&binds, step->arena);
    sql_bind_number(&binds, -before_ms);
    int status = sql_write(step, ITEMS_SWEEP, &binds);
    return status == SQL_NO_TABLE || sql_ok(step, status);
}

// --- Many items

static bool take_chunk(void *context, const SqlColumn *columns, size_t count) {
    if (count != 3) return false;
    *(ItemsChunk *)context = (ItemsChunk){columns[0].bytes, (uint32_t)columns[1].number, columns[2].bytes};
    return false;
}

bool items_read_chunk(Step *step, int statement, Slice lower, Slice upper, uint32_t limit, ItemsChunk *chunk) {
    *chunk = (ItemsChunk){0};
    for (;;) {
        SqlBinds binds;
        sql_binds_init(&binds, step->arena);
        sql_bind_blob(&binds, lower);
        if (upper.len != 0) sql_bind_blob(&binds, upper);
        sql_bind_number(&binds, limit);
        int status = sql_read(step, statement, &binds, take_chunk, chunk);
        if (status == SQL_NO_TABLE) return true;
        // A result over the platform's 2 MB fails as a whole: large items are then read fewer at a time.
        if (status == SQL_ERROR && step->error.kind == ERROR_NONE && limit > 1) {
            limit = limit > 8 ? limit / 8 : 1;
            continue;
        }
        return sql_ok(step, status);
    }
}

bool items_range(Step *step, Slice lower, Slice upper, bool reverse, uint32_t limit, ItemsChunk *chunk) {
    bool is_open = upper.len == 0;
    int statement = reverse ? (is_open ? ITEMS_RANGE_REVERSE_OPEN : ITEMS_RANGE_REVERSE)
                            : (is_open ? ITEMS_RANGE_OPEN : ITEMS_RANGE);
    return items_read_chunk(step, statement, lower, upper, limit, chunk);
}

bool items_next(Step *step, Slice *values, StoredItem *out) {
    *out = (StoredItem){0};
    if (values->len == 0) return false;
    Reader reader = reader_of(*values);
    if (!decode_stored(&reader, out)) return error_corrupt(&step->error, "malformed stored item");
    *values = slice_of(reader.at, reader_left(&reader));
    return true;
}

// --- The whole space

static bool note_row(void *context, const SqlColumn *columns, size_t count) {
    (void)columns;
    (void)count;
    *(bool *)context = false;
    return false;
}

bool items_is_empty(Step *step, bool *is_empty) {
    *is_empty = true;
    SqlBinds none;
    sql_binds_init(&none, step->arena);
    int status = sql_read(step, ITEMS_ANY, &none, note_row, is_empty);
    return status == SQL_NO_TABLE || sql_ok(step, status);
}

static bool take_totals(void *context, const SqlColumn *columns, size_t count) {
    ItemTotals *totals = context;
    if (count != 3) return false;
    *totals = (ItemTotals){
        .count = (uint64_t)columns[0].number,
        .bytes = (uint64_t)columns[1].number,
        .marks = (uint64_t)columns[2].number,
    };
    return false;
}

bool items_totals(Step *step, ItemTotals *totals) {
    *totals = (ItemTotals){0};
    SqlBinds none;
    sql_binds_init(&none, step->arena);
    int status = sql_read(step, ITEMS_TOTALS, &none, take_totals, totals);
    return status == SQL_NO_TABLE || sql_ok(step, status);
}

bool items_drop(Step *step) {
    SqlBinds none;
    sql_binds_init(&none, step->arena);
    return sql_ok(step, sql_write(step, ITEMS_DROP, &none)) && sql_ok(step, sql_write(step, ITEMS_DROP_BIG, &none));
}
