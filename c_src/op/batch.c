#include "op/batch.h"

#include "base/crc32.h"
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

size_t batch_replies_bytes(const BatchTable *table) {
    size_t bytes = table->replies_json.len;
    for (size_t i = 0; i < table->found_count; i++) bytes += (bytes > 0) + table->found[i].len;
    return bytes;
}

void batch_replies_to_json(Buf *out, const BatchTable *table) {
    buf_bytes(out, table->replies_json);
    for (size_t i = 0; i < table->found_count; i++) {
        if (i > 0 || table->replies_json.len > 0) buf_u8(out, ',');
        buf_bytes(out, table->found[i]);
    }
}

static void encode_table(Buf *out, const BatchTable *table) {
    buf_slice(out, table->header.table_id);
    buf_slice(out, table->header.table_name);
    buf_varint(out, table->header.epoch);
    buf_u8(out, table->header.by_key);
    buf_u8(out, table->consistent);
    buf_slice(out, table->projection);
    buf_slice(out, table->options_json);
    buf_varint(out, batch_replies_bytes(table));
    batch_replies_to_json(out, table);
    buf_varint(out, table->half_units);
    buf_u8(out, table->is_charged);
}

static Slice state_item(const BatchItem *item) {
    return item->text_len == 0 ? item->item : (Slice){NULL, 0};
}

static void encode_item(Buf *out, const BatchItem *item) {
    buf_varint(out, item->table);
    buf_slice(out, item->object);
    buf_slice(out, item->key.full_key);
    buf_varint(out, item->key.partition_len);
    buf_slice(out, item->key_item);
    buf_varint(out, item->text_at);
    buf_varint(out, item->text_len);
    buf_slice(out, state_item(item));
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
        bytes += table->projection.len + table->options_json.len + batch_replies_bytes(table) + 1024;
    }
    for (size_t i = 0; i < state->item_count; i++) {
        bytes += state_item(&state->items[i]).len + entry_bytes(&state->items[i]);
    }
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
    out->text_at = (size_t)reader_varint(reader);
    out->text_len = (size_t)reader_varint(reader);
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
    if (out->item_count > BATCH_GET_KEYS_MAX) return error_corrupt(error, "a batch of too many items");
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
    // So few that the share of each has room for an item: it is not asked in vain, for calls are counted.
    uint64_t items = state->is_careful ? 1 : state->bytes_left / BATCH_ITEM_REPLY_BYTES;
    if (!state->is_write && max > items) max = (uint32_t)items;
    return max > 0 ? max : 1;
}

// The group of an earlier item of the same object that has room for this one; 0: none.
static uint32_t group_with_room(const BatchState *state, const uint32_t *sums, size_t index,
                                const size_t *group_bytes) {
    const BatchItem *item = &state->items[index];
    for (size_t k = 0; k < index; k++) {
        uint32_t group = state->items[k].group;
        bool is_of_object = group != 0 && sums[k] == sums[index] && slice_equal(state->items[k].object, item->object);
        if (is_of_object && group_bytes[group] + item->item.len <= BATCH_GROUP_BYTES_MAX) return group;
    }
    return 0;
}

// Gives each item that can go now the number of its group; items of one object go together.
static void group_items(const Step *step, BatchState *state) {
    size_t group_bytes[BATCH_CALLS_STEP_MAX + 1] = {0};
    uint32_t sums[BATCH_GET_KEYS_MAX]; // of objects' names, which begin alike
    state->group_count = 0;
    for (size_t i = 0; i < state->item_count; i++) {
        BatchItem *item = &state->items[i];
        item->group = 0;
        sums[i] = crc32(item->object);
        if (item->is_failed) continue;
        item->group = group_with_room(state, sums, i, group_bytes);
        bool has_room = state->group_count < groups_max(step, state);
        if (item->group == 0 && has_room) item->group = ++state->group_count;
        group_bytes[item->group] += item->item.len;
    }
}

// A group's part of the reply's bytes: the same for all.
static uint64_t share_of(const BatchState *state) {
    uint64_t share = state->bytes_left / state->group_count;
    return share < BATCH_SHARE_BYTES_MAX ? share : BATCH_SHARE_BYTES_MAX;
}

static void send_group(Step *step, const BatchState *state, uint32_t group, BatchEntry *entries) {
    BatchCommand command = {.entries = entries};
    Slice object = {NULL, 0};
    for (size_t i = 0; i < state->item_count; i++) {
        const BatchItem *item = &state->items[i];
        if (item->group != group) continue;
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
    command.bytes_max = state->is_write ? 0 : share_of(state);
    size_t start;
    CallMode mode = state->is_write ? CALL_WRITE : CALL_READ;
    command_encode_batch(step_call_open(step, ROLE_PARTITION, mode, object, &start), &command);
    step_call_close(step, start);
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

static bool has_texts(const BatchState *state) {
    for (size_t i = 0; i < state->item_count; i++) {
        if (state->items[i].text_len > 0) return true;
    }
    return false;
}

bool batch_send(Step *step, BatchState *state) {
    group_items(step, state);
    state->calls += state->group_count;
    BatchEntry *entries = ARENA_ARRAY(step->arena, BatchEntry, state->item_count);
    if (entries == NULL) return error_out_of_memory(&step->error);
    if (!reserve_actions(step, state)) return false;
    for (uint32_t group = 1; group <= state->group_count; group++) send_group(step, state, group, entries);
    if (has_texts(state)) step_repeat_message(step);
    return keep_state(step, state);
}

// --- Answers

BatchOutcome batch_answer(Request *request, uint32_t group, Result *result, Error *error) {
    Step *step = request->step;
    bool stale;
    if (request_answer(request, group, result, &stale)) return BATCH_ANSWERED;
    if (stale) return BATCH_STALE;
    // An answer nobody can read says nothing about what happened: like one that never came.
    bool may_be_repeated = step->error.kind == ERROR_INTERNAL_SERVER || step->error.kind == ERROR_THROTTLING
                        || step->error.kind == ERROR_CORRUPT;
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

static void write_capacity(Buf *out, const BatchState *state) {
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

bool batch_respond_close(Step *step, const BatchState *state, Buf *body, size_t start) {
    if (state->return_capacity != RETURN_CAPACITY_NONE) {
        buf_u8(body, ',');
        write_capacity(body, state);
    }
    buf_u8(body, '}');
    step_respond_http_close(step, start);
    return !body->failed || error_out_of_memory(&step->error);
}
