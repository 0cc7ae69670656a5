#include "role/directory_record.h"

#include "store/store.h"

enum { RECORD_VERSION = 1, KEY_ROW_VERSION = 1 };

static const Slice RECORD_KEY = SLICE_INIT("directory");

static bool record_decode(Slice bytes, DirectoryRecord *record, Error *error) {
    Reader reader = reader_of(bytes);
    uint8_t version = reader_u8(&reader);
    *record = (DirectoryRecord){.found = true};
    record->fenced = reader_u8(&reader) != 0;
    record->table_name = reader_slice(&reader);
    record->item_count = reader_varint(&reader);
    record->bytes = reader_varint(&reader);
    record->sweep_due_ms = reader_f64(&reader);
    record->unconfirmed_seen = reader_u8(&reader) != 0;
    record->sweep_cursor = reader_slice(&reader);
    record->epoch = reader_varint(&reader);
    local_sizes_decode(&reader, &record->locals);
    if (reader.failed || version != RECORD_VERSION) {
        return error_corrupt(error, "malformed directory record");
    }
    return true;
}

bool directory_record_load(Step *step, DirectoryRecord *record) {
    *record = (DirectoryRecord){0};
    if (step->in.local.len != 0) return record_decode(step->in.local, record, &step->error);
    Slice bytes;
    bool found;
    if (!store_get(step, SPACE_META, RECORD_KEY, &bytes, &found)) return false;
    if (!found) return true;
    step_set_local(step, bytes);
    return record_decode(bytes, record, &step->error);
}

bool directory_record_save(Step *step, const DirectoryRecord *record) {
    Buf bytes;
    buf_init(&bytes, step->arena);
    buf_u8(&bytes, RECORD_VERSION);
    buf_u8(&bytes, record->fenced);
    buf_slice(&bytes, record->table_name);
    buf_varint(&bytes, record->item_count);
    buf_varint(&bytes, record->bytes);
    buf_f64(&bytes, record->sweep_due_ms);
    buf_u8(&bytes, record->unconfirmed_seen);
    buf_slice(&bytes, record->sweep_cursor);
    buf_varint(&bytes, record->epoch);
    local_sizes_encode(&bytes, &record->locals);
    if (bytes.failed) return error_out_of_memory(&step->error);
    step_set_local(step, buf_view(&bytes));
    return store_put(step, SPACE_META, RECORD_KEY, buf_view(&bytes));
}

bool key_row_decode(Slice value, KeyRow *row, Error *error) {
    Reader reader = reader_of(value);
    uint8_t version = reader_u8(&reader);
    uint8_t state = reader_u8(&reader);
    row->state = state == KEY_CONFIRMED ? KEY_CONFIRMED : KEY_REGISTERED;
    row->registered_ms = reader_f64(&reader);
    row->stamp = reader_u32(&reader);
    row->item_count = reader_varint(&reader);
    row->bytes = reader_varint(&reader);
    row->report_version = reader_left(&reader) == 0 ? 0 : reader_varint(&reader); // an earlier release wrote none
    local_sizes_decode(&reader, &row->locals);
    if (reader.failed || version != KEY_ROW_VERSION || state > KEY_CONFIRMED) {
        return error_corrupt(error, "malformed directory row");
    }
    return true;
}

bool key_row_load(Step *step, Slice key, KeyRow *row, bool *found) {
    Slice value;
    *row = (KeyRow){0};
    if (!store_get(step, SPACE_KEYS, key, &value, found)) return false;
    return !*found || key_row_decode(value, row, &step->error);
}

bool key_row_save(Step *step, Slice key, const KeyRow *row) {
    Buf bytes;
    buf_init(&bytes, step->arena);
    buf_u8(&bytes, KEY_ROW_VERSION);
    buf_u8(&bytes, (uint8_t)row->state);
    buf_f64(&bytes, row->registered_ms);
    buf_u32(&bytes, row->stamp);
    buf_varint(&bytes, row->item_count);
    buf_varint(&bytes, row->bytes);
    buf_varint(&bytes, row->report_version);
    local_sizes_encode(&bytes, &row->locals);
    if (bytes.failed) return error_out_of_memory(&step->error);
    return store_put(step, SPACE_KEYS, key, buf_view(&bytes));
}
