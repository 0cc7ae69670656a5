#include "role/directory_sweep.h"

#include "msg/command.h"
#include "msg/names.h"
#include "role/directory.h"
#include "role/object_reply.h"
#include "store/store.h"

enum {
    PROBES_MAX = 40, // calls a step: the free plan allows 50 subrequests an invocation
    PAGE_ROWS = 500, // rows read at a time
    PAGES_MAX = 40,  // pages a step: bounds its time where nearly all keys are confirmed
    HASH_BYTES = 8,
};
static const double CONTINUE_MS = 1000; // until the next part of a sweep that is not through

typedef struct Probe {
    Slice key;
    uint32_t stamp;
} Probe;

typedef struct Sweep {
    Probe probes[PROBES_MAX];
    size_t probe_count;
    uint8_t cursor[DIRECTORY_KEY_BYTES_MAX];
} Sweep;

// Looks at one page of keys behind the cursor and moves it; *is_through when the list's end was reached. The
// page's memory is given back where no probe came of it: most pages hold confirmed keys alone.
static bool look_at_page(Step *step, DirectoryRecord *record, Sweep *sweep, bool *is_through) {
    ArenaMark mark = arena_mark(step->arena);
    size_t probes_before = sweep->probe_count;
    Buf lower;
    buf_init(&lower, step->arena);
    buf_bytes(&lower, record->sweep_cursor);
    buf_u8(&lower, 0);
    StoreRow *rows;
    size_t count;
    if (!store_list(step, SPACE_KEYS, buf_view(&lower), (Slice){NULL, 0}, PAGE_ROWS, &rows, &count))
        return false;
    for (size_t i = 0; i < count && sweep->probe_count < PROBES_MAX; i++) {
        KeyRow row;
        if (!key_row_decode(rows[i].value, &row, &step->error)) return false;
        if (rows[i].key.len > DIRECTORY_KEY_BYTES_MAX)
            return error_corrupt(&step->error, "overlong directory key");
        memcpy(sweep->cursor, rows[i].key.data, rows[i].key.len);
        record->sweep_cursor = slice_of(sweep->cursor, rows[i].key.len);
        if (row.state == KEY_CONFIRMED) continue;
        if (row.registered_ms + DIRECTORY_SWEEP_MS <= step->in.now_ms) {
            sweep->probes[sweep->probe_count++] = (Probe){rows[i].key, row.stamp};
        } else {
            record->unconfirmed_seen = true;
        }
    }
    *is_through = count < PAGE_ROWS && sweep->probe_count < PROBES_MAX;
    if (*is_through) record->sweep_cursor = (Slice){NULL, 0};
    if (sweep->probe_count == probes_before) arena_rewind(step->arena, mark);
    return true;
}

static void call_probe(Step *step, Slice table_id, Slice table_name, Slice key) {
    TableDescriptor table = {.table_id = table_id, .layout = LAYOUT_KEY};
    Buf name, message;
    buf_init(&name, step->arena);
    // In layout key the name depends on the key alone, not on its hash.
    name_partition(&name, &table, slice_sub(key, HASH_BYTES, key.len), 0);
    CommandHeader header = {
        .kind = COMMAND_PROBE, .table_id = table_id, .table_name = table_name, .by_key = true};
    buf_init(&message, step->arena);
    command_encode_header(&message, &header);
    step_call(step, ROLE_PARTITION, CALL_WRITE, buf_view(&name), buf_view(&message));
}

// When the next part is due, after everything this part could settle has been settled.
static bool schedule(Step *step, DirectoryRecord *record) {
    if (record->sweep_cursor.len != 0) {
        record->sweep_due_ms = step->in.now_ms + CONTINUE_MS;
    } else {
        record->sweep_due_ms = record->unconfirmed_seen ? step->in.now_ms + DIRECTORY_SWEEP_MS : 0;
    }
    step_set_alarm(step, record->sweep_due_ms);
    return directory_record_save(step, record);
}

StepVerdict directory_sweep(Step *step, Slice table_id, DirectoryRecord *record) {
    Sweep *sweep = ARENA_NEW(step->arena, Sweep);
    bool is_through = false;
    if (sweep == NULL) {
        error_out_of_memory(&step->error);
        return finish_quietly(step, false);
    }
    if (record->sweep_cursor.len == 0) record->unconfirmed_seen = false;
    for (int page = 0; page < PAGES_MAX && !is_through && sweep->probe_count < PROBES_MAX; page++) {
        if (!look_at_page(step, record, sweep, &is_through)) return finish_quietly(step, false);
    }
    if (sweep->probe_count == 0) return finish_quietly(step, schedule(step, record));
    // Should the answers never come, the alarm goes on with the sweep all the same.
    record->sweep_due_ms = step->in.now_ms + DIRECTORY_SWEEP_MS;
    record->unconfirmed_seen = true;
    step_set_alarm(step, record->sweep_due_ms);
    if (!directory_record_save(step, record)) return finish_quietly(step, false);
    Buf state;
    buf_init(&state, step->arena);
    buf_u8(&state, STATE_SWEEP);
    buf_varint(&state, sweep->probe_count);
    for (size_t i = 0; i < sweep->probe_count; i++) {
        call_probe(step, table_id, record->table_name, sweep->probes[i].key);
        buf_slice(&state, sweep->probes[i].key);
        buf_u32(&state, sweep->probes[i].stamp);
    }
    step_set_state(step, buf_view(&state));
    return finish_quietly(step, true);
}

// Draws the conclusion from one probe's answer; a key registered again meanwhile has another stamp and stays.
static bool settle(Step *step, const Probe *probe, uint8_t is_used) {
    KeyRow row;
    bool found;
    if (!key_row_load(step, probe->key, &row, &found)) return false;
    if (!found || row.state == KEY_CONFIRMED || row.stamp != probe->stamp) return true;
    if (!is_used) return store_delete(step, SPACE_KEYS, probe->key);
    row.state = KEY_CONFIRMED;
    return key_row_save(step, probe->key, &row);
}

StepVerdict directory_sweep_resume(Step *step, Reader *state, DirectoryRecord *record) {
    uint64_t count = reader_varint(state);
    for (size_t i = 0; i < count; i++) {
        Probe probe = {.key = reader_slice(state)};
        probe.stamp = reader_u32(state);
        if (state->failed) break;
        Slice payload;
        ResultStatus status;
        bool is_answered = answer_payload(step, i, &payload, &status) && payload.len == 1;
        if (is_answered && !settle(step, &probe, payload.data[0])) return finish_quietly(step, false);
    }
    // Whether some are left unconfirmed (a probe that failed, a key registered meanwhile) the next sweep
    // finds out.
    return finish_quietly(step, schedule(step, record));
}
