#include "role/table.h"

#include "msg/control.h"
#include "msg/names.h"
#include "op/table_change.h"
#include "role/object_reply.h"
#include "role/table_purge.h"
#include "role/table_record.h"
#include "store/store.h"

static const double ACTIVATE_RETRY_MS = 5000;

// First byte of the state; table_purge.h holds those of a deletion.
typedef enum TableState {
    STATE_CREATE = 1,   // catalog told of a new table: descriptor as answered
    STATE_ACTIVATE = 2, // the same, from the alarm
    STATE_TOTALS = 3,   // directory shards asked for their sums: descriptor as answered
} TableState;

static StepVerdict reply_corrupt(Step *step) {
    error_corrupt(&step->error, "malformed message for a table");
    return reply_error(step);
}

static StepVerdict reply_not_found(Step *step, Slice name) {
    error_set(&step->error, step->arena, ERROR_RESOURCE_NOT_FOUND,
              "Requested resource not found: Table: %S not found", &name);
    return reply_error(step);
}

static StepVerdict reply_still_in_use(Step *step, const TableDescriptor *table) {
    error_set(&step->error, step->arena, ERROR_RESOURCE_IN_USE,
              "Attempt to change a resource which is still in use: Table is being %s: %S",
              table->status == TABLE_DELETING ? "deleted" : "created", &table->name);
    return reply_error(step);
}

static Slice encode_descriptor(Step *step, const TableDescriptor *table) {
    Buf bytes;
    buf_init(&bytes, step->arena);
    descriptor_encode(&bytes, table);
    return buf_view(&bytes);
}

// --- Descriptions: the descriptor and the table's size, which registered objects have reported

static StepVerdict reply_described(Step *step, Slice descriptor, uint64_t item_count, uint64_t bytes,
                                   bool wrote) {
    Buf payload;
    buf_init(&payload, step->arena);
    buf_slice(&payload, descriptor);
    buf_varint(&payload, item_count);
    buf_varint(&payload, bytes);
    return reply_ok(step, buf_view(&payload), wrote);
}

// Names of the table's own objects begin with `lower` and stand before `upper`; those of its indexes do not.
static bool own_names(Step *step, const TableDescriptor *table, Buf *lower, Buf *upper) {
    buf_init(lower, step->arena);
    buf_init(upper, step->arena);
    char kind = table->layout == LAYOUT_HASH ? 'p' : 'd';
    buf_format(lower, "v1/%c/%S/", kind, &table->table_id);
    buf_format(upper, "v1/%c/%S0", kind, &table->table_id); // what follows '/'
    return (!lower->failed && !upper->failed) || error_out_of_memory(&step->error);
}

// Sums what the slots of layout hash:N have reported, page by page: the rows themselves are not kept.
static bool sum_reports(Step *step, const TableDescriptor *table, uint64_t *item_count, uint64_t *bytes) {
    enum { PAGE_ROWS = 128 };
    uint8_t lower[OBJECT_NAME_BYTES_MAX + 1];
    Buf first, end;
    if (!own_names(step, table, &first, &end)) return false;
    size_t lower_len = first.len;
    memcpy(lower, first.data, first.len);
    for (size_t count = PAGE_ROWS; count == PAGE_ROWS;) {
        StoreRow *rows;
        ArenaMark mark = arena_mark(step->arena);
        if (!store_list(step, SPACE_OBJECTS, slice_of(lower, lower_len), buf_view(&end), PAGE_ROWS, &rows,
                        &count)) {
            return false;
        }
        for (size_t i = 0; i < count; i++) {
            if (!object_report_add(rows[i].value, item_count, bytes, &step->error)) return false;
            if (rows[i].key.len > OBJECT_NAME_BYTES_MAX)
                return error_corrupt(&step->error, "overlong object name");
            // The next page begins behind this name.
            memcpy(lower, rows[i].key.data, rows[i].key.len);
            lower[rows[i].key.len] = 0;
            lower_len = rows[i].key.len + 1;
        }
        arena_rewind(step->arena, mark);
    }
    return true;
}

// Answers with a description of *table; in layout key after the registered directory shards have told their
// sums.
static StepVerdict describe(Step *step, const TableDescriptor *table, bool wrote) {
    Slice descriptor = encode_descriptor(step, table);
    if (table->layout == LAYOUT_HASH) {
        uint64_t item_count = 0, bytes = 0;
        if (!sum_reports(step, table, &item_count, &bytes)) return reply_error(step);
        return reply_described(step, descriptor, item_count, bytes, wrote);
    }
    StoreRow *rows;
    size_t count;
    Buf lower, upper;
    if (!own_names(step, table, &lower, &upper)) return reply_error(step);
    if (!store_list(step, SPACE_OBJECTS, buf_view(&lower), buf_view(&upper), DIRECTORY_SHARDS, &rows, &count))
        return reply_error(step);
    if (count == 0) return reply_described(step, descriptor, 0, 0, wrote);
    Buf message, state;
    buf_init(&message, step->arena);
    control_begin(&message, CONTROL_DIRECTORY_TOTALS);
    buf_slice(&message, table->table_id);
    for (size_t i = 0; i < count; i++) {
        step_call(step, ROLE_DIRECTORY, CALL_READ, rows[i].key, buf_view(&message));
    }
    buf_init(&state, step->arena);
    buf_u8(&state, STATE_TOTALS);
    buf_slice(&state, descriptor);
    step_set_state(step, buf_view(&state));
    return finish_quietly(step, wrote);
}

static StepVerdict totals_told(Step *step, Reader *state) {
    Slice descriptor = reader_slice(state);
    uint64_t item_count = 0, bytes = 0;
    for (size_t i = 0; i < step->in.answer_count; i++) {
        Slice payload;
        ResultStatus status;
        // Sizes are estimates on AWS too: a shard that does not answer is left out.
        if (!answer_payload(step, i, &payload, &status)) continue;
        Reader reader = reader_of(payload);
        item_count += reader_varint(&reader);
        bytes += reader_varint(&reader);
    }
    if (state->failed) return reply_corrupt(step);
    return reply_described(step, descriptor, item_count, bytes, false);
}

// --- Creation

static void call_catalog_add(Step *step, const TableDescriptor *table, TableState kind) {
    Buf message, state;
    buf_init(&message, step->arena);
    control_begin(&message, CONTROL_CATALOG_ADD);
    buf_slice(&message, table->name);
    buf_slice(&message, table->table_id);
    step_call(step, ROLE_CATALOG, CALL_WRITE, name_catalog(), buf_view(&message));
    step_set_alarm(step, step->in.now_ms + ACTIVATE_RETRY_MS);
    buf_init(&state, step->arena);
    buf_u8(&state, (uint8_t)kind);
    buf_slice(&state, encode_descriptor(step, table));
    step_set_state(step, buf_view(&state));
}

static StepVerdict create(Step *step, Slice name, Slice descriptor) {
    TableDescriptor table, known;
    bool found;
    if (!descriptor_decode(step->arena, descriptor, &table, &step->error)) return reply_error(step);
    if (!slice_equal(table.name, name)) return reply_corrupt(step);
    if (!table_load(step, &known, &found)) return reply_error(step);
    if (found && !slice_equal(known.table_id, table.table_id)) {
        error_set(&step->error, step->arena, ERROR_RESOURCE_IN_USE, "Table already exists: %S", &table.name);
        return reply_error(step);
    }
    // The same request, delivered twice.
    if (found) return reply_ok(step, encode_descriptor(step, &known), false);
    table.status = TABLE_CREATING;
    if (!table_save(step, &table)) return reply_error(step);
    call_catalog_add(step, &table, STATE_CREATE);
    return finish_quietly(step, true);
}

// The catalog has answered. Where it has not, the alarm asks again, and the table is CREATING until then.
static bool activate(Step *step, Slice table_id, bool *wrote) {
    TableDescriptor table;
    bool found;
    Slice payload;
    ResultStatus status;
    *wrote = false;
    if (!answer_payload(step, 0, &payload, &status)) return true;
    if (!table_load(step, &table, &found)) return false;
    if (!found || table.status != TABLE_CREATING || !slice_equal(table.table_id, table_id)) return true;
    table.status = TABLE_ACTIVE;
    step_set_alarm(step, 0);
    *wrote = true;
    return table_save(step, &table);
}

static StepVerdict catalog_told(Step *step, TableState kind, Reader *state) {
    Slice descriptor = reader_slice(state);
    TableDescriptor table;
    bool wrote;
    if (!descriptor_decode(step->arena, descriptor, &table, &step->error)) return finish_quietly(step, false);
    if (!activate(step, table.table_id, &wrote)) return finish_quietly(step, false);
    return kind == STATE_CREATE ? reply_ok(step, descriptor, wrote) : finish_quietly(step, wrote);
}

// --- Changes and deletion

static StepVerdict delete_table(Step *step, TableDescriptor *table) {
    if (table->status == TABLE_CREATING || table->status == TABLE_DELETING)
        return reply_still_in_use(step, table);
    if (table->deletion_protection) {
        error_validation(
            &step->error, step->arena,
            "Resource cannot be deleted as it is currently protected against deletion. Disable deletion "
            "protection first.");
        return reply_error(step);
    }
    table->status = TABLE_DELETING;
    table->epoch++;
    if (!table_save(step, table)) return reply_error(step);
    step_set_alarm(step, step->in.now_ms);
    return describe(step, table, true);
}

static StepVerdict update(Step *step, TableDescriptor *table, Slice change) {
    if (table->status == TABLE_CREATING || table->status == TABLE_DELETING)
        return reply_still_in_use(step, table);
    if (!table_change_apply(step, change, table)) return reply_error(step);
    // Partitions and gateways need not know of tags and of the attribute that items expire by.
    bool is_update = table_change_kind(change) == CHANGE_UPDATE;
    if (is_update) table->epoch++;
    if (!table_save(step, table)) return reply_error(step);
    if (is_update) return describe(step, table, true);
    return reply_described(step, encode_descriptor(step, table), 0, 0, true);
}

// --- What registered objects say

// Whether the id is the table's own or that of an index that is not being deleted.
static bool has_space(const TableDescriptor *table, Slice space_id) {
    Slice table_id;
    uint32_t index_id;
    if (!space_id_parse(space_id, &table_id, &index_id) || !slice_equal(table->table_id, table_id)) return false;
    bool is_live = index_id == 0;
    for (size_t i = 0; i < table->index_count; i++) {
        const IndexDescriptor *index = &table->indexes[i];
        is_live |= index->id == index_id && index->is_global && index->status != TABLE_DELETING;
    }
    return is_live;
}

static StepVerdict take_report(Step *step, ControlKind kind, const TableDescriptor *table, Reader *reader) {
    Slice table_id = reader_slice(reader);
    Slice object_name = reader_slice(reader);
    uint64_t item_count = kind == CONTROL_TABLE_REPORT ? reader_varint(reader) : 0;
    uint64_t bytes = kind == CONTROL_TABLE_REPORT ? reader_varint(reader) : 0;
    ObjectIdentity object;
    bool is_ours = name_parse(object_name, &object) && slice_equal(object.table, table_id);
    if (reader->failed || !is_ours) return reply_corrupt(step);
    if (table->status == TABLE_DELETING || !has_space(table, table_id)) return reply_stale(step);
    Slice known, payload = {NULL, 0};
    bool found, wrote = false;
    if (!store_get(step, SPACE_OBJECTS, object_name, &known, &found)) return reply_error(step);
    // A repeated registration must not wipe out what has been reported since the first.
    if (kind == CONTROL_TABLE_REPORT ? found : !found) {
        if (!object_report_save(step, object_name, known, item_count, bytes, &wrote))
            return reply_error(step);
    }
    if (kind == CONTROL_TABLE_REGISTER) payload = encode_descriptor(step, table);
    return reply_ok(step, payload, wrote);
}

// --- The role

static StepVerdict get(Step *step, const TableDescriptor *table) {
    if (table == NULL || table->status == TABLE_CREATING || table->status == TABLE_DELETING) {
        error_set(&step->error, step->arena, ERROR_RESOURCE_NOT_FOUND, "Requested resource not found");
        return reply_error(step);
    }
    return reply_ok(step, encode_descriptor(step, table), false);
}

static StepVerdict start(Step *step, Slice name) {
    Reader reader = reader_of(step->in.message);
    ControlKind kind;
    TableDescriptor table;
    bool found;
    if (!control_decode(&reader, &kind, &step->error)) return reply_error(step);
    Slice rest = reader_bytes(&reader, reader_left(&reader));
    if (kind == CONTROL_TABLE_CREATE) return create(step, name, rest);
    if (!table_load(step, &table, &found)) return reply_error(step);
    reader = reader_of(rest);
    switch (kind) {
    case CONTROL_TABLE_GET: return get(step, found ? &table : NULL);
    case CONTROL_TABLE_DELETE: return found ? delete_table(step, &table) : reply_not_found(step, name);
    case CONTROL_TABLE_UPDATE: return found ? update(step, &table, rest) : reply_not_found(step, name);
    case CONTROL_TABLE_DESCRIBE: return found ? describe(step, &table, false) : reply_not_found(step, name);
    case CONTROL_TABLE_REGISTER:
    case CONTROL_TABLE_REPORT: return found ? take_report(step, kind, &table, &reader) : reply_stale(step);
    default: return reply_corrupt(step);
    }
}

static StepVerdict resume(Step *step) {
    Reader state = reader_of(step->in.state);
    uint8_t kind = reader_u8(&state);
    switch (kind) {
    case STATE_CREATE:
    case STATE_ACTIVATE: return catalog_told(step, (TableState)kind, &state);
    case STATE_TOTALS: return totals_told(step, &state);
    default: return table_purge_resume(step, (PurgeState)kind, &state);
    }
}

static StepVerdict alarm_went_off(Step *step) {
    TableDescriptor table;
    bool found;
    if (!table_load(step, &table, &found)) return finish_quietly(step, false);
    if (found && table.status == TABLE_DELETING) return table_purge(step, &table);
    if (!found || table.status != TABLE_CREATING) return finish_quietly(step, false);
    call_catalog_add(step, &table, STATE_ACTIVATE);
    return finish_quietly(step, true);
}

StepVerdict table_step(Step *step) {
    ObjectIdentity self;
    if (!name_parse(step->in.identity, &self) || self.kind != 't') {
        error_corrupt(&step->error, "not the name of a table");
        return VERDICT_ROLLBACK;
    }
    switch (step->event) {
    case EVENT_START: return start(step, self.table);
    case EVENT_RESUME: return resume(step);
    case EVENT_ALARM: return alarm_went_off(step);
    }
    return VERDICT_ROLLBACK;
}
