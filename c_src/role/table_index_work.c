#include "role/table_index_work.h"

#include "store/store.h"

enum { WORK_VERSION = 1 };

static const Slice WORK_KEY = SLICE_INIT("index work");

bool index_work_load(Step *step, IndexWork *work) {
    Slice bytes;
    bool found;
    *work = (IndexWork){0};
    if (!store_get(step, SPACE_META, WORK_KEY, &bytes, &found)) return false;
    if (!found) return true;
    Reader reader = reader_of(bytes);
    uint8_t version = reader_u8(&reader);
    work->index_id = (uint32_t)reader_varint(&reader);
    work->round = reader_varint(&reader);
    work->attempts = reader_varint(&reader);
    work->shard = reader_slice(&reader);
    work->in_shard = reader_u8(&reader) != 0;
    work->cursor = reader_slice(&reader);
    uint64_t count = reader_varint(&reader);
    if (version != WORK_VERSION || count > ROUND_CALLS_MAX) reader.failed = true;
    for (uint64_t i = 0; i < count && !reader.failed; i++) {
        IndexTarget *target = &work->targets[work->target_count++];
        target->name = reader_slice(&reader);
        target->adopted = reader_u8(&reader) != 0;
        target->from = reader_slice(&reader);
    }
    if (reader.failed || reader_left(&reader) != 0)
        return error_corrupt(&step->error, "malformed index work");
    return true;
}

bool index_work_save(Step *step, IndexWork *work) {
    Buf bytes;
    buf_init(&bytes, step->arena);
    buf_u8(&bytes, WORK_VERSION);
    buf_varint(&bytes, work->index_id);
    buf_varint(&bytes, ++work->round);
    buf_varint(&bytes, work->attempts);
    buf_slice(&bytes, work->shard);
    buf_u8(&bytes, work->in_shard);
    buf_slice(&bytes, work->cursor);
    buf_varint(&bytes, work->target_count);
    for (size_t i = 0; i < work->target_count; i++) {
        buf_slice(&bytes, work->targets[i].name);
        buf_u8(&bytes, work->targets[i].adopted);
        buf_slice(&bytes, work->targets[i].from);
    }
    if (bytes.failed) return error_out_of_memory(&step->error);
    return store_put(step, SPACE_META, WORK_KEY, buf_view(&bytes));
}

bool index_work_delete(Step *step) {
    return store_delete(step, SPACE_META, WORK_KEY);
}
