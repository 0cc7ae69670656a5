#include "role/directory.h"

#include "base/canary.h"
#include "msg/control.h"
#include "msg/names.h"
#include "role/directory_record.h"
#include "role/directory_sweep.h"
#include "role/object_reply.h"
#include "store/store.h"

enum { HASH_BYTES = 8 };

// First byte of the state of a REGISTER in a shard without a record, which asks whether the table is alive.
// Behind it: table name ‖ key ‖ the command's epoch.
#define STATE_VERIFY 1

static bool is_key(Slice key) {
    return key.len > HASH_BYTES && key.len <= DIRECTORY_KEY_BYTES_MAX;
}

static StepVerdict reply_corrupt(Step *step) {
    error_corrupt(&step->error, "malformed message for a directory");
    return reply_error(step);
}

// --- Registration

static uint32_t new_stamp(const Step *step) {
    uint32_t stamp;
    memcpy(&stamp, step->in.entropy, sizeof stamp);
    return stamp;
}

// Writes the key's row, and the record where the sweep has to know of it: that is once a sweep, not once a
// key.
static StepVerdict store_registration(Step *step, DirectoryRecord *record, Slice key) {
    KeyRow row = {.state = KEY_REGISTERED, .registered_ms = step->in.now_ms, .stamp = new_stamp(step)};
    if (!key_row_save(step, key, &row)) return reply_error(step);
    // An alarm that is long overdue was lost.
    bool is_armed =
        record->sweep_due_ms != 0 && step->in.now_ms < record->sweep_due_ms + 5 * DIRECTORY_SWEEP_MS;
    if (!is_armed) {
        record->sweep_due_ms = step->in.now_ms + DIRECTORY_SWEEP_MS;
        step_set_alarm(step, record->sweep_due_ms);
    }
    if (!is_armed || !record->unconfirmed_seen) {
        record->unconfirmed_seen = true;
        if (!directory_record_save(step, record)) return reply_error(step);
    }
    return reply_ok(step, (Slice){NULL, 0}, true);
}

static StepVerdict ask_table(Step *step, Slice table_id, Slice table_name, Slice key, uint64_t epoch) {
    Buf name, message, state;
    buf_init(&name, step->arena);
    name_table(&name, table_name);
    buf_init(&message, step->arena);
    control_begin(&message, CONTROL_TABLE_REGISTER);
    buf_slice(&message, table_id);
    buf_slice(&message, step->in.identity);
    step_call(step, ROLE_TABLE, CALL_WRITE, buf_view(&name), buf_view(&message));
    buf_init(&state, step->arena);
    buf_u8(&state, STATE_VERIFY);
    buf_slice(&state, table_name);
    buf_slice(&state, key);
    buf_varint(&state, epoch);
    step_set_state(step, buf_view(&state));
    return finish_quietly(step, false);
}

// A key may have been confirmed, and have reported, while its registration was under way.
static StepVerdict register_once(Step *step, DirectoryRecord *record, Slice key) {
    KeyRow row;
    bool found;
    if (!key_row_load(step, key, &row, &found)) return reply_error(step);
    if (found && row.state == KEY_CONFIRMED) return reply_ok(step, (Slice){NULL, 0}, false);
    // A repeated registration gets a new stamp, so that a probe under way cannot remove it.
    return store_registration(step, record, key);
}

static StepVerdict register_key(Step *step, Slice table_id, Slice table_name, Slice key, uint64_t epoch) {
    DirectoryRecord record;
    if (!directory_record_load(step, &record)) return reply_error(step);
    if (record.fenced || epoch < record.epoch) return reply_stale(step);
    if (!record.found) return ask_table(step, table_id, table_name, key, epoch);
    return register_once(step, &record, key);
}

// The epoch of the descriptor with which the table has answered; 0 for the shards of an index, whose partitions are
// written by the table's partitions and not under a gateway's description.
static uint64_t table_epoch(Step *step, Slice shard_name, Slice descriptor) {
    ObjectIdentity self;
    Slice table_id;
    uint32_t index_id;
    TableDescriptor table;
    bool is_index = name_parse(shard_name, &self) && space_id_parse(self.table, &table_id, &index_id) &&
                    index_id != 0;
    if (is_index || !descriptor_decode(step->arena, descriptor, &table, &step->error)) return 0;
    return table.epoch;
}

static StepVerdict register_resume(Step *step, Reader *state) {
    Slice table_name = reader_slice(state);
    Slice key = reader_slice(state);
    uint64_t epoch = reader_varint(state);
    if (state->failed) return reply_corrupt(step);
    Slice payload;
    ResultStatus status;
    if (!answer_payload(step, 0, &payload, &status)) {
        if (status == RESULT_STALE) return reply_stale(step);
        error_set(&step->error, step->arena, ERROR_INTERNAL_SERVER, "the table cannot be asked");
        return reply_error(step);
    }
    DirectoryRecord record;
    if (!directory_record_load(step, &record)) return reply_error(step);
    if (!record.found) record = (DirectoryRecord){.found = true, .table_name = table_name};
    uint64_t newest = table_epoch(step, step->in.identity, payload);
    if (step->error.kind != ERROR_NONE) return reply_error(step);
    if (newest > record.epoch) record.epoch = newest;
    if (record.fenced || epoch < record.epoch) return reply_stale(step);
    return register_once(step, &record, key);
}

// --- Listing and deletion

static StepVerdict reply_page(Step *step, Slice after, Slice upper, uint64_t limit, bool wrote) {
    if (limit == 0 || limit > DIRECTORY_LIST_MAX) limit = DIRECTORY_LIST_MAX;
    return reply_keys(step, SPACE_KEYS, after, upper, limit, wrote);
}

static StepVerdict list(Step *step, Reader *reader) {
    Slice after = reader_slice(reader);
    Slice upper = reader_slice(reader);
    uint64_t limit = reader_varint(reader);
    if (reader->failed) return reply_corrupt(step);
    DirectoryRecord record;
    if (!directory_record_load(step, &record)) return reply_error(step);
    if (record.fenced) return reply_stale(step);
    return reply_page(step, after, upper, limit, false);
}

// A list like any other, but by the table itself, which has a new epoch: no key that this list and those that follow
// do not show gets in under an older one.
static StepVerdict adopt(Step *step, Reader *reader) {
    Slice table_name = reader_slice(reader);
    uint64_t epoch = reader_varint(reader);
    Slice after = reader_slice(reader);
    uint64_t limit = reader_varint(reader);
    if (reader->failed) return reply_corrupt(step);
    DirectoryRecord record;
    if (!directory_record_load(step, &record)) return reply_error(step);
    if (record.fenced) return reply_stale(step);
    bool is_news = epoch > record.epoch;
    if (is_news) {
        // A shard whose first registration is still waiting for the table's word has no record yet.
        if (!record.found) record = (DirectoryRecord){.found = true, .table_name = table_name};
        record.epoch = epoch;
        if (!directory_record_save(step, &record)) return reply_error(step);
    }
    return reply_page(step, after, (Slice){NULL, 0}, limit, is_news);
}

static StepVerdict fence(Step *step, Reader *reader) {
    uint64_t limit = reader_varint(reader);
    if (reader->failed) return reply_corrupt(step);
    DirectoryRecord record;
    if (!directory_record_load(step, &record)) return reply_error(step);
    bool is_new = !record.fenced;
    if (is_new) {
        // A shard nobody registered in is fenced too: a registration may be waiting for the table's word.
        record.fenced = true;
        record.sweep_due_ms = 0;
        if (!directory_record_save(step, &record)) return reply_error(step);
        step_set_alarm(step, step->in.now_ms + DIRECTORY_ERASE_MS);
    }
    return reply_page(step, (Slice){NULL, 0}, (Slice){NULL, 0}, limit, is_new);
}

static StepVerdict forget(Step *step, Reader *reader) {
    DirectoryRecord record;
    if (!directory_record_load(step, &record)) return reply_error(step);
    if (!record.fenced) return reply_stale(step);
    uint64_t count = reader_varint(reader);
    for (uint64_t i = 0; i < count && !reader->failed; i++) {
        Slice key = reader_slice(reader);
        if (!reader->failed && !store_delete(step, SPACE_KEYS, key)) return reply_error(step);
    }
    if (reader->failed) return reply_corrupt(step);
    return reply_ok(step, (Slice){NULL, 0}, true);
}

// --- Sizes

static StepVerdict report(Step *step, Reader *reader) {
    Slice key = reader_slice(reader);
    uint64_t item_count = reader_varint(reader);
    uint64_t bytes = reader_varint(reader);
    uint64_t version = reader_left(reader) == 0 ? 0 : reader_varint(reader);
    LocalSizes locals;
    local_sizes_decode(reader, &locals);
    if (reader->failed || !is_key(key)) return reply_corrupt(step);
    DirectoryRecord record;
    KeyRow row;
    bool found;
    if (!directory_record_load(step, &record)) return reply_error(step);
    if (!record.found || record.fenced) return reply_stale(step);
    if (!key_row_load(step, key, &row, &found)) return reply_error(step);
    // A version that changes nothing else is kept too: what is older may still be under way.
    bool changes_sums =
        row.item_count != item_count || row.bytes != bytes || !local_sizes_equal(&row.locals, &locals);
    bool is_news = !found || row.state != KEY_CONFIRMED || changes_sums || version > row.report_version;
    bool is_old = found && version != 0 && version < row.report_version && !CANARY(CANARY_TAKES_OLD_REPORTS);
    if (is_old || !is_news) return reply_ok(step, (Slice){NULL, 0}, false);
    record.item_count += item_count - row.item_count;
    record.bytes += bytes - row.bytes;
    if (!local_sizes_replace(&record.locals, &row.locals, &locals)) return reply_corrupt(step);
    // A partition that has something to report is in use, whatever became of its registration.
    if (!found) row = (KeyRow){.registered_ms = step->in.now_ms, .stamp = new_stamp(step)};
    row.state = KEY_CONFIRMED;
    row.item_count = item_count;
    row.bytes = bytes;
    row.locals = locals;
    row.report_version = version;
    if (!key_row_save(step, key, &row)) return reply_error(step);
    if (changes_sums && !directory_record_save(step, &record)) return reply_error(step);
    return reply_ok(step, (Slice){NULL, 0}, true);
}

static StepVerdict totals(Step *step) {
    DirectoryRecord record;
    if (!directory_record_load(step, &record)) return reply_error(step);
    Buf payload;
    buf_init(&payload, step->arena);
    buf_varint(&payload, record.item_count);
    buf_varint(&payload, record.bytes);
    local_sizes_encode(&payload, &record.locals);
    return reply_ok(step, buf_view(&payload), false);
}

// --- The role

static StepVerdict start(Step *step, const ObjectIdentity *self) {
    Reader reader = reader_of(step->in.message);
    ControlKind kind;
    if (!control_decode(&reader, &kind, &step->error)) return reply_error(step);
    Slice table_id = reader_slice(&reader);
    if (reader.failed || !slice_equal(table_id, self->table)) return reply_corrupt(step);
    switch (kind) {
    case CONTROL_DIRECTORY_REGISTER: {
        Slice table_name = reader_slice(&reader);
        Slice key = reader_slice(&reader);
        uint64_t epoch = reader_left(&reader) != 0 ? reader_varint(&reader) : UINT64_MAX;
        if (reader.failed || !is_key(key)) return reply_corrupt(step);
        return register_key(step, table_id, table_name, key, epoch);
    }
    case CONTROL_DIRECTORY_LIST: return list(step, &reader);
    case CONTROL_DIRECTORY_FENCE: return fence(step, &reader);
    case CONTROL_DIRECTORY_FORGET: return forget(step, &reader);
    case CONTROL_DIRECTORY_REPORT: return report(step, &reader);
    case CONTROL_DIRECTORY_TOTALS: return totals(step);
    case CONTROL_DIRECTORY_ADOPT: return adopt(step, &reader);
    default: return reply_unsupported(step);
    }
}

static StepVerdict resume(Step *step) {
    Reader state = reader_of(step->in.state);
    uint8_t kind = reader_u8(&state);
    if (kind == STATE_VERIFY) return register_resume(step, &state);
    DirectoryRecord record;
    if (!directory_record_load(step, &record)) return finish_quietly(step, false);
    if (kind != STATE_SWEEP || !record.found || record.fenced) return finish_quietly(step, false);
    return directory_sweep_resume(step, &state, &record);
}

static StepVerdict alarm_went_off(Step *step, const ObjectIdentity *self) {
    DirectoryRecord record;
    if (!directory_record_load(step, &record)) return finish_quietly(step, false);
    if (!record.found) return finish_quietly(step, false);
    if (!record.fenced) return directory_sweep(step, self->table, &record);
    StoreRow *rows;
    size_t count;
    if (!store_list(step, SPACE_KEYS, (Slice){NULL, 0}, (Slice){NULL, 0}, 1, &rows, &count)) {
        return finish_quietly(step, false);
    }
    if (count > 0) {
        // The table has not emptied all partitions yet.
        step_set_alarm(step, step->in.now_ms + DIRECTORY_ERASE_MS);
        return finish_quietly(step, false);
    }
    step_set_local(step, (Slice){NULL, 0});
    step_delete_all(step);
    return finish_quietly(step, true);
}

StepVerdict directory_step(Step *step) {
    ObjectIdentity self;
    if (!name_parse(step->in.identity, &self) || self.kind != 'd') {
        error_corrupt(&step->error, "not the name of a directory");
        return VERDICT_ROLLBACK;
    }
    switch (step->event) {
    case EVENT_START: return start(step, &self);
    case EVENT_RESUME: return resume(step);
    case EVENT_ALARM: return alarm_went_off(step, &self);
    }
    return VERDICT_ROLLBACK;
}
