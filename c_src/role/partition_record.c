#include "role/partition_record.h"

#include "base/canary.h"
#include "store/changes.h"
#include "store/store.h"

enum { RECORD_VERSION = 1 };
enum { FLAG_REGISTERED = 1, FLAG_FENCED = 2, FLAG_ALL_SMALL = 4, FLAG_IS_LOCAL = 8 };
enum { VERSION_COUNTER_BITS = 12 };
enum { KEPT_INDEXES_BYTES_MAX = 1024, LOG_TAIL_BYTES_MAX = 8 * 1024 }; // what every step has to carry

// How far the stored ceiling lies ahead of the clock: the price of a wake-up is that versions run ahead by up to this.
static const uint64_t CEILING_AHEAD_MS = 3600 * 1000;

static void decode_memory(Reader *reader, bool is_local, PartitionRecord *record) {
    record->alarm_due_ms = reader_f64(reader);
    record->report_due_ms = reader_f64(reader);
    record->log_head = reader_varint(reader);
    record->log_acknowledged = reader_varint(reader);
    record->shipping_since_ms = reader_f64(reader);
    Slice slots = reader_slice(reader);
    if (slots.len == sizeof record->acknowledged_slots) memcpy(record->acknowledged_slots, slots.data, slots.len);
    if (reader_left(reader) == 0) return;
    record->reported_bytes = reader_varint(reader);
    record->report_version = reader_varint(reader);
    record->report_settled = reader_u8(reader) != 0;
    if (reader_left(reader) == 0) return;
    record->part_first = reader_varint(reader);
    record->part_sent = reader_varint(reader);
    if (reader_left(reader) == 0) return;
    record->log_settled = reader_varint(reader);
    if (is_local) {
        record->indexes = reader_slice(reader);
        record->log_tail = reader_slice(reader);
    }
    local_sizes_decode(reader, &record->reported_locals);
}

static bool decode(Slice bytes, PartitionRecord *record) {
    Reader reader = reader_of(bytes);
    uint8_t version = reader_u8(&reader);
    uint8_t flags = reader_u8(&reader);
    *record = (PartitionRecord){
        .registered = (flags & FLAG_REGISTERED) != 0,
        .fenced = (flags & FLAG_FENCED) != 0,
        .all_small = (flags & FLAG_ALL_SMALL) != 0,
    };
    record->floor = reader_u64(&reader);
    record->ceiling = reader_u64(&reader);
    record->registering = reader_varint(&reader);
    record->reported_count = reader_varint(&reader);
    record->table_name = reader_slice(&reader);
    record->partition_key = reader_slice(&reader);
    if (reader_left(&reader) != 0) {
        record->index_epoch = reader_varint(&reader);
        decode_memory(&reader, (flags & FLAG_IS_LOCAL) != 0, record);
    }
    return !reader.failed && version == RECORD_VERSION;
}

static bool has_acknowledged_slots(const PartitionRecord *record) {
    for (size_t i = 0; i < sizeof record->acknowledged_slots; i++) {
        if (record->acknowledged_slots[i] != 0) return true;
    }
    return false;
}

// --- The log's tail

// How many rows the tail has, up to the log's head.
static uint64_t tail_rows(const PartitionRecord *record) {
    Reader reader = reader_of(record->log_tail);
    uint64_t rows = 0;
    for (; reader_left(&reader) != 0 && !reader.failed; rows++) reader_slice(&reader);
    return rows;
}

// The tail behind a row: all of it where it begins later.
static Slice tail_behind(const PartitionRecord *record, uint64_t row) {
    Reader reader = reader_of(record->log_tail);
    uint64_t at = record->log_head - tail_rows(record);
    for (; at < row && reader_left(&reader) != 0; at++) reader_slice(&reader);
    return slice_of(reader.at, reader_left(&reader));
}

void partition_record_note_row(Step *step, PartitionRecord *record, Slice effects) {
    Buf tail;
    buf_init(&tail, step->arena);
    bool is_room = record->log_tail.len + effects.len <= LOG_TAIL_BYTES_MAX;
    if (is_room) buf_bytes(&tail, record->log_tail);
    if (effects.len <= LOG_TAIL_BYTES_MAX) buf_slice(&tail, effects);
    record->log_tail = tail.failed ? (Slice){NULL, 0} : buf_view(&tail);
}

Slice partition_record_row(const PartitionRecord *record, uint64_t row) {
    if (row <= record->log_head - tail_rows(record)) return (Slice){NULL, 0};
    Reader reader = reader_of(tail_behind(record, row - 1));
    return reader_slice(&reader);
}

// --- The record

static Slice encode(Step *step, const PartitionRecord *record, bool is_local) {
    Buf out;
    buf_init(&out, step->arena);
    buf_u8(&out, RECORD_VERSION);
    buf_u8(&out, (uint8_t)((record->registered ? FLAG_REGISTERED : 0) | (record->fenced ? FLAG_FENCED : 0)
                           | (record->all_small ? FLAG_ALL_SMALL : 0) | (is_local ? FLAG_IS_LOCAL : 0)));
    buf_u64(&out, record->floor);
    buf_u64(&out, record->ceiling);
    buf_varint(&out, record->registering);
    buf_varint(&out, record->reported_count);
    buf_slice(&out, record->table_name);
    buf_slice(&out, record->partition_key);
    buf_varint(&out, record->index_epoch);
    buf_f64(&out, record->alarm_due_ms);
    buf_f64(&out, record->report_due_ms);
    buf_varint(&out, record->log_head);
    buf_varint(&out, record->log_acknowledged);
    buf_f64(&out, record->shipping_since_ms);
    bool has_slots = has_acknowledged_slots(record);
    buf_slice(&out, slice_of(record->acknowledged_slots, has_slots ? sizeof record->acknowledged_slots : 0));
    buf_varint(&out, record->reported_bytes);
    buf_varint(&out, record->report_version);
    buf_u8(&out, record->report_settled);
    buf_varint(&out, record->part_first);
    buf_varint(&out, record->part_sent);
    buf_varint(&out, record->log_settled);
    if (is_local) {
        buf_slice(&out, record->indexes);
        buf_slice(&out, tail_behind(record, record->log_acknowledged));
    }
    local_sizes_encode(&out, &record->reported_locals);
    return buf_view(&out);
}

bool partition_record_load(Step *step, PartitionRecord *record) {
    if (step->in.local.len != 0) {
        return decode(step->in.local, record) || error_corrupt(&step->error, "malformed partition record");
    }
    *record = (PartitionRecord){0};
    Slice stored;
    bool found;
    if (!store_get(step, SPACE_META, SLICE("record"), &stored, &found)) return false;
    if (!found) return true;
    if (!decode(stored, record)) return error_corrupt(&step->error, "malformed partition record");
    // Waking up: what was only in memory is gone, and the clock goes on above all that may have been given out.
    record->floor = CANARY(CANARY_DROPS_VERSION_FLOOR) ? 0 : record->ceiling;
    record->registering = 0;
    record->alarm_due_ms = record->report_due_ms = record->shipping_since_ms = 0;
    record->part_first = record->part_sent = 0;
    memset(record->acknowledged_slots, 0, sizeof record->acknowledged_slots);
    record->report_settled = false;
    record->log_settled = 0;
    if (record->index_epoch == 0) return true;
    if (!changes_newest(step, &record->log_head, &record->log_acknowledged)) return false;
    record->log_settled = record->log_acknowledged;
    return true;
}

static bool store_record(Step *step, const PartitionRecord *record) {
    Slice bytes = encode(step, record, false);
    if (bytes.len == 0) return error_out_of_memory(&step->error);
    return store_put(step, SPACE_META, SLICE("record"), bytes);
}

void partition_record_keep_indexes(PartitionRecord *record, Slice indexes) {
    record->indexes = indexes.len <= KEPT_INDEXES_BYTES_MAX ? indexes : (Slice){NULL, 0};
}

StepVerdict partition_record_save(Step *step, const PartitionRecord *record) {
    Slice bytes = encode(step, record, true);
    if (bytes.len == 0) error_out_of_memory(&step->error);
    if (step->error.kind != ERROR_NONE) return VERDICT_ROLLBACK;
    if (record->must_store && !store_record(step, record)) return VERDICT_ROLLBACK;
    step_set_local(step, bytes);
    return step->rows_written != 0 || record->must_store ? VERDICT_COMMIT : VERDICT_READONLY;
}

uint64_t partition_next_version(PartitionRecord *record, double now_ms) {
    uint64_t now = (uint64_t)now_ms << VERSION_COUNTER_BITS;
    record->floor = now > record->floor ? now : record->floor + 1;
    if (record->floor >= record->ceiling) {
        record->ceiling = record->floor + (CEILING_AHEAD_MS << VERSION_COUNTER_BITS);
        record->must_store = true;
    }
    return record->floor;
}
