#include "op/scan_state.h"

static void encode_table(Buf *out, const TableDescriptor *table) {
    buf_slice(out, table->name);
    buf_slice(out, table->table_id);
    buf_varint(out, table->epoch);
    buf_bytes(out, slice_of(table->seed, sizeof table->seed));
    buf_u8(out, (uint8_t)table->layout);
    buf_varint(out, table->slots);
    key_schema_encode(out, &table->keys);
}

void scan_state_encode(Buf *out, const ScanState *state) {
    buf_u8(out, (uint8_t)state->phase);
    buf_varint(out, state->calls);
    buf_varint(out, state->in_flight);
    encode_table(out, &state->space.table);
    buf_u8(out, state->space.index.id != 0);
    if (state->space.index.id != 0) index_descriptor_encode(out, &state->space.index);
    buf_u8(out, state->fetch);
    buf_slice(out, state->filter);
    buf_slice(out, state->projection);
    buf_u8(out, state->count_only);
    buf_u8(out, state->consistent);
    buf_u8(out, (uint8_t)state->return_capacity);
    buf_u8(out, state->has_limit);
    buf_varint(out, state->limit_left);
    buf_slice(out, state->from);
    buf_slice(out, state->to);
    buf_varint(out, state->count);
    buf_varint(out, state->scanned_count);
    buf_varint(out, state->bytes);
    buf_varint(out, state->table_half_units);
    buf_slice(out, state->items_json);
    buf_varint(out, state->key_count);
    for (size_t i = 0; i < state->key_count; i++) buf_slice(out, state->keys[i]);
    buf_u8(out, state->listing_done);
    buf_varint(out, state->next_shard);
    buf_slice(out, state->list_after);
    buf_varint(out, state->next_slot);
    buf_varint(out, state->last_slot);
    buf_u8(out, state->one_by_one);
    buf_varint(out, state->visited_count);
    buf_slice(out, state->visited_last_key);
    buf_slice(out, state->visited_key);
    buf_varint(out, state->visited_slot);
}

static void decode_table(Reader *reader, TableDescriptor *out) {
    out->name = reader_slice(reader);
    out->table_id = reader_slice(reader);
    out->epoch = reader_varint(reader);
    Slice seed = reader_bytes(reader, sizeof out->seed);
    if (seed.len == sizeof out->seed) memcpy(out->seed, seed.data, seed.len);
    out->layout = (LayoutKind)reader_u8(reader);
    out->slots = (uint32_t)reader_varint(reader);
    key_schema_decode(reader, &out->keys);
}

static bool decode_keys(Arena *arena, Reader *reader, ScanState *out) {
    uint64_t count = reader_varint(reader);
    if (count > reader_left(reader)) reader->failed = true;
    if (reader->failed) return true;
    out->keys = ARENA_ARRAY(arena, Slice, (size_t)count);
    if (out->keys == NULL) return false;
    out->key_count = (size_t)count;
    for (size_t i = 0; i < out->key_count; i++) out->keys[i] = reader_slice(reader);
    return true;
}

bool scan_state_decode(Arena *arena, Reader *reader, ScanState *out, Error *error) {
    *out = (ScanState){.phase = (ScanPhase)reader_u8(reader)};
    out->calls = (uint32_t)reader_varint(reader);
    out->in_flight = (uint32_t)reader_varint(reader);
    decode_table(reader, &out->space.table);
    if (reader_u8(reader) != 0) index_descriptor_decode(arena, reader, &out->space.index);
    if (arena->failed) return error_out_of_memory(error);
    out->fetch = reader_u8(reader);
    out->filter = reader_slice(reader);
    out->projection = reader_slice(reader);
    out->count_only = reader_u8(reader);
    out->consistent = reader_u8(reader);
    out->return_capacity = (ReturnCapacity)reader_u8(reader);
    out->has_limit = reader_u8(reader);
    out->limit_left = reader_varint(reader);
    out->from = reader_slice(reader);
    out->to = reader_slice(reader);
    out->count = reader_varint(reader);
    out->scanned_count = reader_varint(reader);
    out->bytes = reader_varint(reader);
    out->table_half_units = reader_varint(reader);
    out->items_json = reader_slice(reader);
    if (!decode_keys(arena, reader, out)) return error_out_of_memory(error);
    out->listing_done = reader_u8(reader);
    out->next_shard = (uint32_t)reader_varint(reader);
    out->list_after = reader_slice(reader);
    out->next_slot = (uint32_t)reader_varint(reader);
    out->last_slot = (uint32_t)reader_varint(reader);
    out->one_by_one = reader_u8(reader);
    out->visited_count = (uint32_t)reader_varint(reader);
    out->visited_last_key = reader_slice(reader);
    out->visited_key = reader_slice(reader);
    out->visited_slot = (uint32_t)reader_varint(reader);
    return !reader->failed || error_corrupt(error, "malformed state of a scan");
}
