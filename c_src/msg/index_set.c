#include "msg/index_set.h"

enum { INDEX_SET_VERSION = 1 };

void index_set_encode(Buf *out, const TableDescriptor *table) {
    size_t count = 0;
    for (size_t i = 0; i < table->index_count; i++) count += table->indexes[i].status != TABLE_DELETING;
    if (count == 0) return;
    buf_u8(out, INDEX_SET_VERSION);
    buf_bytes(out, slice_of(table->seed, sizeof table->seed));
    buf_u8(out, (uint8_t)table->layout);
    buf_varint(out, table->slots);
    key_schema_encode(out, &table->keys);
    buf_varint(out, count);
    for (size_t i = 0; i < table->index_count; i++) {
        if (table->indexes[i].status != TABLE_DELETING) index_descriptor_encode(out, &table->indexes[i]);
    }
}

bool index_set_decode(Arena *arena, Slice bytes, IndexSet *out, Error *error) {
    *out = (IndexSet){0};
    if (bytes.len == 0) return true;
    Reader reader = reader_of(bytes);
    if (reader_u8(&reader) != INDEX_SET_VERSION) return error_corrupt(error, "unknown index set version");
    Slice seed = reader_bytes(&reader, sizeof out->seed);
    if (seed.len == sizeof out->seed) memcpy(out->seed, seed.data, seed.len);
    uint8_t layout = reader_u8(&reader);
    out->layout = layout == LAYOUT_HASH ? LAYOUT_HASH : LAYOUT_KEY;
    out->slots = (uint32_t)reader_varint(&reader);
    key_schema_decode(&reader, &out->table_keys);
    uint64_t count = reader_varint(&reader);
    if (reader.failed || layout > LAYOUT_HASH || count > GSI_MAX + LSI_MAX) {
        return error_corrupt(error, "malformed index set");
    }
    out->indexes = ARENA_ARRAY(arena, IndexDescriptor, (size_t)count);
    if (out->indexes == NULL) return error_out_of_memory(error);
    out->count = (size_t)count;
    for (size_t i = 0; i < out->count; i++) index_descriptor_decode(arena, &reader, &out->indexes[i]);
    if (arena->failed) return error_out_of_memory(error);
    if (reader.failed || reader_left(&reader) != 0) return error_corrupt(error, "malformed index set");
    return true;
}
