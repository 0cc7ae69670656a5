#include "op/batch.h"

#include "base/limits.h"

bool batch_locate(Step *step, const TableDescriptor *table, const KeyValues *values, BatchItem *item) {
    Buf name;
    buf_init(&name, step->arena);
    if (!key_build(step, table, values, &item->key)) return false;
    if (!key_item_build(step, table, values, &item->key_item)) return false;
    key_object_name(&name, table, &item->key);
    if (name.failed) return error_out_of_memory(&step->error);
    item->object = buf_view(&name);
    return true;
}

bool batch_fail_duplicates(Step *step) {
    return error_validation(&step->error, step->arena, "Provided list of item keys contains duplicates");
}

bool batch_check_duplicates(Step *step, const BatchState *state) {
    for (size_t i = 0; i < state->item_count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (state->items[i].table != state->items[k].table) continue;
            if (slice_equal(state->items[i].key.full_key, state->items[k].key.full_key)) {
                return batch_fail_duplicates(step);
            }
        }
    }
    return true;
}

// --- State

static void encode_table(Buf *out, const BatchTable *table) {
    buf_slice(out, table->header.table_id);
    buf_slice(out, table->header.table_name);
    buf_varint(out, table->header.epoch);
    buf_u8(out, table->header.by_key);
    buf_u8(out, table->consistent);
    buf_slice(out, table->projection);
    buf_slice(out, table->options_json);
    buf_slice(out, table->replies_json);
    buf_varint(out, table->half_units);
    buf_u8(out, table->is_charged);
}

static void encode_item(Buf *out, const BatchItem *item) {
    buf_varint(out, item->table);
    buf_slice(out, item->object);
    buf_slice(out, item->key.full_key);
    buf_varint(out, item->key.partition_len);
    buf_slice(out, item->key_item);
    buf_slice(out, item->item);
    buf_slice(out, item->collection_key);
    buf_varint(out, item->group);
    buf_u8(out, item->is_failed);
}

// At least the bytes that an item takes beside its item blob, in the state and in a command.
static size_t entry_bytes(const BatchItem *item) {
    return item->object.len + item->key.full_key.len + item->key_item.len + item->collection_key.len + 64;
}

// Batches may take many megabytes, and a buffer that grows leaves as much behind: all are reserved beforehand.
static size_t state_bytes(const BatchState *state) {
    size_t bytes = 64;
    for (size_t i = 0; i < state->table_count; i++) {
        const BatchTable *table = &state->tables[i];
        bytes += table->projection.len + table->options_json.len + table->replies_json.len + 1024;
    }
    for (size_t i = 0; i < state->item_count; i++) bytes += state->items[i].item.len + entry_bytes(&state->items[i]);
    return bytes;
}

static bool keep_state(Step *step, const BatchState *state) {
    Buf out;
    buf_init(&out, step->arena);
    buf_reserve(&out, state_bytes(state));
    buf_u8(&out, state->is_write);
    buf_u8(&out, (uint8_t)state->return_capacity);
    buf_varint(&out, state->calls);
    buf_varint(&out, state->bytes_left);
    buf_u8(&out, state->is_careful);
    buf_varint(&out, state->group_count);
    buf_varint(&out, state->table_count);
    for (size_t i = 0; i < state->table_count; i++) encode_table(&out, &state->tables[i]);
    buf_varint(&out, state->item_count);
    for (size_t i = 0; i < state->item_count; i++) encode_item(&out, &state->items[i]);
    if (out.failed || step->actions.failed) return error_out_of_memory(&step->error);
    step_set_state(step, buf_view(&out));
    return true;
}

static void decode_table(Reader *reader, BatchTable *out) {
    out->header.table_id = reader_slice(reader);
    out->header.table_name = reader_slice(reader);
    out->header.epoch = reader_varint(reader);
    out->header.by_key = reader_u8(reader);
    out->consistent = reader_u8(reader);
    out->projection = reader_slice(reader);
    out->options_json = reader_slice(reader);
    out->replies_json = reader_slice(reader);
    out->half_units = reader_varint(reader);
    out->is_charged = reader_u8(reader);
}

static void decode_item(Reader *reader, size_t table_count, BatchItem *out) {
    out->table = (uint32_t)reader_varint(reader);
    out->object = reader_slice(reader);
    out->key.full_key = reader_slice(reader);
    out->key.partition_len = (size_t)reader_varint(reader);
    out->key_item = reader_slice(reader);
    out->item = reader_slice(reader);
    out->collection_key = reader_slice(reader);
    out->group = (uint32_t)reader_varint(reader);
    out->is_failed = reader_u8(reader);
    if (out->table >= table_count) reader->failed = true;
}

static size_t read_count(Reader *reader) {
    uint64_t count = reader_varint(reader);
    if (count > reader_left(reader)) reader->failed = true;
    return reader->failed ? 0 : (size_t)count;
}

bool batch_state_decode(Arena *arena, Reader *reader, BatchState *out, Error *error) {
    *out = (BatchState){.is_write = reader_u8(reader)};
    out->return_capacity = (ReturnCapacity)reader_u8(reader);
    out->calls = (uint32_t)reader_varint(reader);
    out->bytes_left = reader_varint(reader);
    out->is_careful = reader_u8(reader);
    out->group_count = (uint32_t)reader_varint(reader);
    out->table_count = read_count(reader);
    out->tables = ARENA_ARRAY(arena, BatchTable, out->table_count);
    if (out->tables == NULL) return error_out_of_memory(error);
    for (size_t i = 0; i < out->table_count; i++) decode_table(reader, &out->tables[i]);
    out->item_count = read_count(reader);
    out->items = ARENA_ARRAY(arena, BatchItem, out->item_count);
    if (out->items == NULL) return error_out_of_memory(error);
    for (size_t i = 0; i < out->item_count; i++) decode_item(reader, out->table_count, &out->items[i]);
    return !reader->failed || error_corrupt(error, "malformed state of a batch");
}

// --- Sending

uint32_t batch_calls_max(const Step *step) {
    return step->calls_max < BATCH_CALLS_MAX ? step->calls_max : BATCH_CALLS_MAX;
}

static uint32_t groups_max(const Step *step, const BatchState *state) {
    uint32_t max = batch_calls_max(step) - state->calls;
    if (max > BATCH_CALLS_STEP_MAX) max = BATCH_CALLS_STEP_MAX;
    uint64_t large_items = state->bytes_left / ITEM_SIZE_BYTES_MAX;
    if (state->is_careful && max > large_items) max = (uint32_t)large_items;
    return max > 0 ? max : 1;
}

// Gives each item that can go now the number of its group; items of one object go together.
static void group_items(const Step *step, BatchState *state) {
    state->group_count = 0;
    for (size_t i = 0; i < state->item_count; i++) {
        BatchItem *item = &state->items[i];
        item->group = 0;
        if (item->is_failed) continue;
        for (size_t k = 0; k < i && item->group == 0; k++) {
            if (slice_equal(state->items[k].object, item->object)) item->group = state->items[k].group;
        }
        bool has_room = state->group_count < groups_max(step, state);
        if (item->group == 0 && has_room) item->group = ++state->group_count;
    }
}

static size_t count_in_flight(const BatchState *state) {
    size_t count = 0;
    for (size_t i = 0; i < state->item_count; i++) count += state->items[i].group != 0;
    return count;
}

// A group's part of the reply's bytes: by its number of keys; with care enough for one item.
static uint64_t share_of(const BatchState *state, size_t entries, size_t in_flight) {
    uint64_t share = state->bytes_left * entries / in_flight;
    if (state->is_careful && share < ITEM_SIZE_BYTES_MAX) share = ITEM_SIZE_BYTES_MAX;
    return share < state->bytes_left ? share : state->bytes_left;
}

static bool send_group(Step *step, const BatchState *state, uint32_t group, BatchEntry *entries, size_t in_flight) {
    BatchCommand command = {.entries = entries};
    Slice object = {NULL, 0};
    size_t message_bytes = 512;
    for (size_t i = 0; i < state->item_count; i++) {
        const BatchItem *item = &state->items[i];
        if (item->group != group) continue;
        message_bytes += item->item.len + entry_bytes(item);
        const BatchTable *table = &state->tables[item->table];
        command.header = table->header;
        command.projection = table->projection;
        command.consistent = table->consistent;
        command.index_set = table->index_set;
        object = item->object;
        entries[command.entry_count++] = (BatchEntry){(uint32_t)i, item->key, item->key_item, item->item};
    }
    command.header.kind = state->is_write ? COMMAND_BATCH_WRITE : COMMAND_BATCH_GET;
    command.wait_for_indexes = state->is_write && step->wait_for_indexes;
    command.return_capacity = state->return_capacity;
    command.bytes_max = state->is_write ? 0 : share_of(state, command.entry_count, in_flight);
    ArenaMark mark = arena_mark(step->arena);
    const uint8_t *actions = step->actions.data;
    Buf message;
    buf_init(&message, step->arena);
    buf_reserve(&message, message_bytes);
    command_encode_batch(&message, &command);
    if (message.failed) return error_out_of_memory(&step->error);
    step_call(step, ROLE_PARTITION, state->is_write ? CALL_WRITE : CALL_READ, object, buf_view(&message));
    if (step->actions.data == actions) arena_rewind(step->arena, mark); // the actions stand before the mark
    return true;
}

static bool reserve_actions(Step *step, const BatchState *state) {
    size_t bytes = 0;
    for (size_t i = 0; i < state->item_count; i++) {
        const BatchItem *item = &state->items[i];
        const BatchTable *table = &state->tables[item->table];
        if (item->group == 0) continue;
        bytes += item->item.len + entry_bytes(item) + table->projection.len + table->index_set.len;
    }
    return buf_reserve(&step->actions, bytes + 512 * state->group_count) || error_out_of_memory(&step->error);
}

bool batch_send(Step *step, BatchState *state) {
    group_items(step, state);
    state->calls += state->group_count;
    size_t in_flight = count_in_flight(state);
    BatchEntry *entries = ARENA_ARRAY(step->arena, BatchEntry, in_flight);
    if (entries == NULL) return error_out_of_memory(&step->error);
    if (!reserve_actions(step, state)) return false;
    for (uint32_t group = 1; group <= state->group_count; group++) {
        if (!send_group(step, state, group, entries, in_flight)) return false;
    }
    return keep_state(step, state);
}

// --- Answers

BatchOutcome batch_answer(Request *request, uint32_t group, Result *result, Error *error) {
    Step *step = request->step;
    bool stale;
    if (request_answer(request, group, result, &stale)) return BATCH_ANSWERED;
    if (stale) return BATCH_STALE;
    bool may_be_repeated = step->error.kind == ERROR_INTERNAL_SERVER || step->error.kind == ERROR_THROTTLING;
    if (!may_be_repeated) return BATCH_ERROR;
    *error = step->error;
    step->error = (Error){0};
    return BATCH_FAILED;
}

size_t batch_drop_done(BatchState *state, const bool *is_done) {
    size_t kept = 0;
    size_t failed = 0;
    for (size_t i = 0; i < state->item_count; i++) {
        if (is_done[i]) continue;
        failed += state->items[i].is_failed;
        state->items[kept++] = state->items[i];
    }
    state->item_count = kept;
    return failed;
}

void batch_capacity_to_json(Buf *out, const BatchState *state) {
    buf_cstr(out, "\"ConsumedCapacity\":[");
    bool first = true;
    for (size_t i = 0; i < state->table_count; i++) {
        const BatchTable *table = &state->tables[i];
        if (!table->is_charged) continue;
        Capacity capacity = {
            .table_name = table->header.table_name,
            .table_half_units = table->half_units,
            .indexes = table->indexes,
            .index_count = table->index_count,
        };
        if (!first) buf_u8(out, ',');
        first = false;
        capacity_to_json(out, &capacity, state->return_capacity);
    }
    buf_u8(out, ']');
}
