#include "role/table.h"

#include "base/canary.h"
#include "msg/control.h"
#include "msg/names.h"
#include "op/table_change.h"
#include "role/object_reply.h"
#include "role/table_index.h"
#include "role/table_purge.h"
#include "role/table_record.h"
#include "role/table_round.h"
#include "role/table_size.h"

static const double ACTIVATE_RETRY_MS = 5000;

// First byte of the state; table_size.h, table_purge.h and table_index.h hold others.
typedef enum TableState {
    STATE_CREATE = 1,   // catalog told of a new table: descriptor as answered
    STATE_ACTIVATE = 2, // the same, from the alarm
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
    return table_reply_described(step, table, ROUND_CALLS_MAX, true);
}

static StepVerdict update(Step *step, TableDescriptor *table, Slice change) {
    uint64_t epoch = table->epoch;
    if (!table_change_apply(step, change, table) || !table_save(step, table)) return reply_error(step);
    // Rounds under way go on by themselves; an index that was just put in, or is to go, needs its first.
    if (table->epoch != epoch && table_changing_index(table) != NULL) step_set_alarm(step, step->in.now_ms);
    if (table_change_kind(change) == CHANGE_UPDATE) return table_reply_described(step, table, ROUND_CALLS_MAX, true);
    return table_reply_unsized(step, table, true);
}

// A message that was given up may arrive when its table is long gone, and another has the name.
static StepVerdict write_table(Step *step, ControlKind kind, TableDescriptor *table, Reader *reader) {
    Slice table_id = reader_slice(reader);
    if (reader->failed) return reply_corrupt(step);
    bool is_meant = slice_equal(table->table_id, table_id) || CANARY(CANARY_TAKES_LATE_CHANGES);
    if (!is_meant) return reply_not_found(step, table->name);
    if (table->status == TABLE_CREATING || table->status == TABLE_DELETING) return reply_still_in_use(step, table);
    if (kind == CONTROL_TABLE_DELETE) return delete_table(step, table);
    return update(step, table, reader_bytes(reader, reader_left(reader)));
}

// --- What registered objects say

// Whether objects of this space may come and go: the table's own, or those of an index that is not being deleted.
static bool is_live(const TableDescriptor *table, Slice table_id, uint32_t index_id) {
    if (table->status == TABLE_DELETING || !slice_equal(table->table_id, table_id)) return false;
    if (index_id == 0) return true;
    for (size_t i = 0; i < table->index_count; i++) {
        const IndexDescriptor *index = &table->indexes[i];
        if (index->id == index_id) return index->is_global && index->status != TABLE_DELETING;
    }
    return false;
}

static StepVerdict take_report(Step *step, ControlKind kind, const TableDescriptor *table, Reader *reader) {
    Slice space_id = reader_slice(reader);
    Slice object_name = reader_slice(reader);
    ObjectReport report = {.version = 0};
    if (kind == CONTROL_TABLE_REPORT) {
        report.item_count = reader_varint(reader);
        report.bytes = reader_varint(reader);
        report.version = reader_left(reader) == 0 ? 0 : reader_varint(reader);
        local_sizes_decode(reader, &report.locals);
    }
    bool has_epoch = kind == CONTROL_TABLE_REGISTER && reader_left(reader) != 0;
    uint64_t epoch = has_epoch ? reader_varint(reader) : table->epoch;
    ObjectIdentity object;
    Slice table_id;
    uint32_t index_id;
    bool is_ours = name_parse(object_name, &object) && slice_equal(object.table, space_id) &&
                   space_id_parse(space_id, &table_id, &index_id);
    if (reader->failed || !is_ours) return reply_corrupt(step);
    if (!is_live(table, table_id, index_id)) return reply_stale(step);
    // A first write that does not know of an index must not slip past its creation.
    if (index_id == 0 && epoch < table->epoch) return reply_stale(step);
    Slice known, payload = {NULL, 0};
    bool found, wrote = false;
    if (!store_get(step, SPACE_OBJECTS, object_name, &known, &found)) return reply_error(step);
    // A repeated registration must not wipe out what has been reported since the first.
    if (kind == CONTROL_TABLE_REPORT ? found : !found) {
        if (!object_report_save(step, object_name, known, &report, &wrote))
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

// An object may make as many calls as the request that asks it.
static uint64_t describe_calls_max(Reader *reader) {
    uint64_t calls_max = reader_left(reader) == 0 ? 0 : reader_varint(reader);
    return calls_max == 0 ? ROUND_CALLS_MAX : calls_max;
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
    case CONTROL_TABLE_IDENTIFY:
        return found ? reply_ok(step, table.table_id, false) : reply_not_found(step, name);
    case CONTROL_TABLE_DELETE:
    case CONTROL_TABLE_UPDATE:
        return found ? write_table(step, kind, &table, &reader) : reply_not_found(step, name);
    case CONTROL_TABLE_DESCRIBE:
        return found ? table_reply_described(step, &table, describe_calls_max(&reader), false)
                     : reply_not_found(step, name);
    case CONTROL_TABLE_REGISTER:
    case CONTROL_TABLE_REPORT: return found ? take_report(step, kind, &table, &reader) : reply_stale(step);
    default: return reply_unsupported(step);
    }
}

static StepVerdict resume(Step *step) {
    Reader state = reader_of(step->in.state);
    uint8_t kind = reader_u8(&state);
    switch (kind) {
    case STATE_CREATE:
    case STATE_ACTIVATE: return catalog_told(step, (TableState)kind, &state);
    case STATE_TOTALS: return table_totals_told(step, &state);
    case INDEX_KEYS:
    case INDEX_TARGETS: return table_index_resume(step, (IndexState)kind, &state);
    default: return table_purge_resume(step, (PurgeState)kind, &state);
    }
}

static StepVerdict alarm_went_off(Step *step) {
    TableDescriptor table;
    bool found;
    if (!table_load(step, &table, &found)) return finish_quietly(step, false);
    if (!found) return finish_quietly(step, false);
    if (table.status == TABLE_DELETING) return table_purge(step, &table);
    if (table.status == TABLE_CREATING) {
        call_catalog_add(step, &table, STATE_ACTIVATE);
        return finish_quietly(step, true);
    }
    const IndexDescriptor *index = table_changing_index(&table);
    if (index == NULL) return finish_quietly(step, false);
    return index->status == TABLE_DELETING ? table_purge(step, &table) : table_index_build(step, &table);
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
