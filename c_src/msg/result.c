#include "msg/result.h"

#include "base/limits.h"
#include "msg/release.h"

void result_encode(Buf *out, const Result *result) {
    release_encode_version(out, RESULT_VERSION);
    buf_u8(out, (uint8_t)result->status);
    buf_varint(out, result->rows_read);
    buf_varint(out, result->rows_written);
    release_encode_field(out);
    if (result->status == RESULT_ERROR) {
        buf_u8(out, (uint8_t)result->error.kind);
        buf_u8(out, result->error.in_envelope);
        buf_slice(out, result->error.message);
        buf_slice(out, result->error.item);
    } else {
        buf_bytes(out, result->payload);
    }
}

bool result_decode(Slice bytes, Result *out, Error *error) {
    Reader reader = reader_of(bytes);
    *out = (Result){.status = RESULT_UNSUPPORTED};
    bool is_next;
    if (!release_decode_version(&reader, RESULT_VERSION, &is_next)) {
        return error_corrupt(error, "unknown result version");
    }
    out->status = (ResultStatus)reader_u8(&reader);
    out->rows_read = (uint32_t)reader_varint(&reader);
    out->rows_written = (uint32_t)reader_varint(&reader);
    release_decode_field(&reader, is_next);
    if (out->status == RESULT_ERROR) {
        out->error.kind = (ErrorKind)reader_u8(&reader);
        out->error.in_envelope = reader_u8(&reader) != 0;
        out->error.message = reader_slice(&reader);
        out->error.item = reader_slice(&reader);
    } else {
        out->payload = reader_bytes(&reader, reader_left(&reader));
    }
    if (reader.failed || out->status > RESULT_BUSY) return error_corrupt(error, "malformed result");
    return true;
}

void write_result_encode(Buf *out, const WriteResult *result) {
    buf_varint(out, result->old_bytes);
    buf_varint(out, result->new_bytes);
    buf_slice(out, result->attributes);
    buf_varint(out, result->index_count);
    for (size_t i = 0; i < result->index_count; i++) {
        buf_slice(out, result->indexes[i].name);
        buf_u8(out, result->indexes[i].is_global);
        buf_varint(out, result->indexes[i].half_units);
    }
}

bool write_result_decode(Arena *arena, Reader *reader, WriteResult *out) {
    out->old_bytes = reader_varint(reader);
    out->new_bytes = reader_varint(reader);
    out->attributes = reader_slice(reader);
    uint64_t count = reader_varint(reader);
    if (reader->failed || count > GSI_MAX + LSI_MAX) return false;
    out->index_count = (size_t)count;
    out->indexes = ARENA_ARRAY(arena, IndexCapacity, out->index_count);
    if (out->indexes == NULL) return false;
    for (size_t i = 0; i < out->index_count; i++) {
        out->indexes[i].name = reader_slice(reader);
        out->indexes[i].is_global = reader_u8(reader) != 0;
        out->indexes[i].half_units = reader_varint(reader);
    }
    return !reader->failed;
}

void range_result_encode(Buf *out, const RangeResult *result) {
    buf_varint(out, result->count);
    buf_varint(out, result->scanned_count);
    buf_varint(out, result->bytes_evaluated);
    buf_varint(out, result->table_half_units);
    buf_slice(out, result->items_json);
    buf_slice(out, result->last_key);
    buf_u8(out, result->has_more);
}

bool range_result_decode(Reader *reader, RangeResult *out) {
    out->count = reader_varint(reader);
    out->scanned_count = reader_varint(reader);
    out->bytes_evaluated = reader_varint(reader);
    out->table_half_units = reader_varint(reader);
    out->items_json = reader_slice(reader);
    out->last_key = reader_slice(reader);
    out->has_more = reader_u8(reader) != 0;
    return !reader->failed;
}

void backfill_result_encode(Buf *out, const BackfillResult *result) {
    buf_u8(out, result->done);
    buf_slice(out, result->next);
    buf_varint(out, result->item_count);
    buf_varint(out, result->entry_count);
}

bool backfill_result_decode(Reader *reader, BackfillResult *out) {
    out->done = reader_u8(reader) != 0;
    out->next = reader_slice(reader);
    out->item_count = reader_varint(reader);
    out->entry_count = reader_varint(reader);
    return !reader->failed;
}

void batch_get_entry_encode(Buf *out, const BatchGetEntry *entry) {
    buf_varint(out, entry->position);
    buf_u8(out, (uint8_t)((entry->processed ? 1 : 0) | (entry->found ? 2 : 0)));
    buf_varint(out, entry->bytes);
    buf_slice(out, entry->item_json);
}

uint64_t batch_get_entry_reply_bytes(const BatchGetEntry *entry) {
    return entry->item_json.len > entry->bytes ? entry->item_json.len : entry->bytes;
}

bool batch_get_entry_decode(Reader *reader, BatchGetEntry *out) {
    out->position = (uint32_t)reader_varint(reader);
    uint8_t flags = reader_u8(reader);
    out->processed = (flags & 1) != 0;
    out->found = (flags & 2) != 0;
    out->bytes = reader_varint(reader);
    out->item_json = reader_slice(reader);
    return !reader->failed;
}
