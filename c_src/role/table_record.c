#include "role/table_record.h"

#include "base/canary.h"
#include "msg/names.h"

enum { REPORT_VERSION = 1 };

static const Slice DESCRIPTOR_KEY = SLICE_INIT("descriptor");
static const Slice ATTEMPTS_KEY = SLICE_INIT("attempts");

bool table_load(Step *step, TableDescriptor *table, bool *found) {
    Slice bytes;
    if (!store_get(step, SPACE_META, DESCRIPTOR_KEY, &bytes, found)) return false;
    return !*found || descriptor_decode(step->arena, bytes, table, &step->error);
}

bool table_save(Step *step, const TableDescriptor *table) {
    Buf bytes;
    buf_init(&bytes, step->arena);
    descriptor_encode(&bytes, table);
    if (bytes.failed) return error_out_of_memory(&step->error);
    return store_put(step, SPACE_META, DESCRIPTOR_KEY, buf_view(&bytes));
}

bool table_erase(Step *step) {
    // The row goes with the commit, the rest of the storage after it: a crash in between leaves no table
    // behind.
    if (!store_delete(step, SPACE_META, DESCRIPTOR_KEY)) return false;
    step_delete_all(step);
    return true;
}

bool object_list(Step *step, const TableDescriptor *table, uint32_t index_id, Slice after, uint32_t limit,
                 StoreRow **rows, size_t *count) {
    Buf lower, upper;
    buf_init(&lower, step->arena);
    buf_init(&upper, step->arena);
    // Slots of layout hash:N register themselves; of layout key it is the directory shards that do.
    buf_cstr(&lower, table->layout == LAYOUT_HASH ? "v1/p/" : "v1/d/");
    if (index_id == 0) {
        buf_bytes(&lower, table->table_id);
    } else {
        name_index_space(&lower, table->table_id, index_id);
    }
    buf_bytes(&upper, buf_view(&lower));
    buf_u8(&lower, '/');
    buf_u8(&upper, '/' + 1);
    if (after.len != 0) {
        buf_init(&lower, step->arena);
        buf_bytes(&lower, after);
        buf_u8(&lower, 0);
    }
    return store_list(step, SPACE_OBJECTS, buf_view(&lower), buf_view(&upper), limit, rows, count);
}

bool object_report_decode(Slice value, ObjectReport *report, Error *error) {
    Reader reader = reader_of(value);
    uint8_t version = reader_u8(&reader);
    report->item_count = reader_varint(&reader);
    report->bytes = reader_varint(&reader);
    report->version = reader_left(&reader) == 0 ? 0 : reader_varint(&reader); // an earlier release wrote none
    local_sizes_decode(&reader, &report->locals);
    if (reader.failed || version != REPORT_VERSION) return error_corrupt(error, "malformed report");
    return true;
}

bool object_report_save(Step *step, Slice object_name, Slice old_value, const ObjectReport *report, bool *wrote) {
    *wrote = false;
    ObjectReport old = {.version = 0};
    if (old_value.len != 0 && !object_report_decode(old_value, &old, &step->error)) return false;
    bool is_old = report->version != 0 && report->version < old.version;
    if (is_old && !CANARY(CANARY_TAKES_OLD_REPORTS)) return true;
    Buf value;
    buf_init(&value, step->arena);
    buf_u8(&value, REPORT_VERSION);
    buf_varint(&value, report->item_count);
    buf_varint(&value, report->bytes);
    buf_varint(&value, report->version);
    local_sizes_encode(&value, &report->locals);
    if (value.failed) return error_out_of_memory(&step->error);
    *wrote = !slice_equal(buf_view(&value), old_value);
    return !*wrote || store_put(step, SPACE_OBJECTS, object_name, buf_view(&value));
}

bool attempts_load(Step *step, uint64_t *attempts) {
    Slice value;
    bool found;
    *attempts = 0;
    if (!store_get(step, SPACE_META, ATTEMPTS_KEY, &value, &found)) return false;
    Reader reader = reader_of(value);
    if (found) *attempts = reader_varint(&reader);
    return !reader.failed || error_corrupt(&step->error, "malformed attempts");
}

bool attempts_save(Step *step, uint64_t attempts) {
    if (attempts == 0) return store_delete(step, SPACE_META, ATTEMPTS_KEY);
    Buf value;
    buf_init(&value, step->arena);
    buf_varint(&value, attempts);
    if (value.failed) return error_out_of_memory(&step->error);
    return store_put(step, SPACE_META, ATTEMPTS_KEY, buf_view(&value));
}
