#include "op/scan_walk.h"

#include "base/limits.h"
#include "data/item_codec.h"
#include "data/key_codec.h"
#include "msg/control.h"
#include "msg/names.h"
#include "op/execute.h"
#include "op/item_key.h"
#include "op/scan_position.h"

static bool keep_state(Step *step, const ScanState *state) {
    Buf out;
    buf_init(&out, step->arena);
    scan_state_encode(&out, state);
    if (out.failed || step->actions.failed) return error_out_of_memory(&step->error);
    step_set_state(step, buf_view(&out));
    return true;
}

static bool is_by_key(const ScanState *state) {
    return state->space.table.layout == LAYOUT_KEY;
}

// --- Directory lists

static uint32_t last_shard(const ScanState *state) {
    if (state->to.len == 0) return DIRECTORY_SHARDS - 1;
    return directory_shard(key_leading_hash(state->to) - 1);
}

static bool ask_directory(Step *step, ScanState *state) {
    state->phase = SCAN_LISTS;
    state->in_flight = 0;
    for (uint32_t shard = state->next_shard; shard <= last_shard(state); shard++) {
        if (state->calls + 1 >= step->calls_max) break;
        Buf name;
        Buf message;
        Buf after;
        buf_init(&name, step->arena);
        buf_init(&message, step->arena);
        buf_init(&after, step->arena);
        name_directory(&name, state->space.table.table_id, shard);
        if (shard == state->next_shard) buf_bytes(&after, state->list_after);
        else append_hash(&after, hash_range_start(shard, DIRECTORY_SHARDS));
        control_begin(&message, CONTROL_DIRECTORY_LIST);
        buf_slice(&message, state->space.table.table_id);
        buf_slice(&message, buf_view(&after));
        buf_slice(&message, state->to);
        buf_varint(&message, step->calls_max < SCAN_LIST_KEYS_MAX ? step->calls_max : SCAN_LIST_KEYS_MAX);
        if (name.failed || message.failed || after.failed) return error_out_of_memory(&step->error);
        step_call(step, ROLE_DIRECTORY, CALL_READ, buf_view(&name), buf_view(&message));
        state->in_flight++;
        state->calls++;
    }
    return keep_state(step, state);
}

// Takes the keys of one shard; false with has_more where the shard holds more than it told.
static bool take_keys(Step *step, ScanState *state, Slice payload, size_t *cap, bool *has_more) {
    Reader reader = reader_of(payload);
    uint64_t count = reader_varint(&reader);
    for (uint64_t i = 0; i < count && !reader.failed; i++) {
        Slice key = reader_slice(&reader);
        state->list_after = key;
        // The list began a little before the partition that the scan resumes in.
        if (slice_compare(key, state->from) < 0 && !slice_starts_with(state->from, key)) continue;
        if (state->key_count == *cap) {
            size_t grown = *cap == 0 ? 64 : 2 * *cap;
            Slice *keys = arena_grow(step->arena, state->keys, *cap * sizeof *keys, grown * sizeof *keys);
            if (keys == NULL) return error_out_of_memory(&step->error);
            state->keys = keys;
            *cap = grown;
        }
        state->keys[state->key_count++] = key;
    }
    *has_more = reader_u8(&reader) != 0;
    return !reader.failed || error_corrupt(&step->error, "malformed list of a directory");
}

static bool take_lists(Request *request, ScanState *state, bool *stale) {
    size_t cap = 0;
    bool has_more = false;
    state->keys = NULL;
    state->key_count = 0;
    for (uint32_t i = 0; i < state->in_flight && !has_more; i++) {
        Result result;
        if (!request_answer(request, i, &result, stale)) return false;
        if (!take_keys(request->step, state, result.payload, &cap, &has_more)) return false;
        if (!has_more) state->next_shard++;
    }
    state->listing_done = state->next_shard > last_shard(state);
    return true;
}

// --- Reads

static size_t targets_left(const ScanState *state) {
    if (is_by_key(state)) return state->key_count;
    return state->next_slot > state->last_slot ? 0 : state->last_slot - state->next_slot + 1;
}

// A COMMAND_SCAN of one target. Asked alone, it renders the reply where what it holds ends the page.
static bool append_read(Step *step, const ScanState *state, bool is_alone, Slice key, uint32_t slot) {
    RangeCommand command;
    if (!read_space_command(step, &state->space, COMMAND_SCAN, &command)) return false;
    command.lower = state->from;
    command.upper = state->to;
    command.limit = state->has_limit ? state->limit_left : 0;
    uint64_t bytes = state->bytes < RESPONSE_PAGE_BYTES_MAX ? state->bytes : RESPONSE_PAGE_BYTES_MAX;
    command.bytes_left = RESPONSE_PAGE_BYTES_MAX - bytes;
    command.filter = state->filter;
    command.projection = state->projection;
    command.count_only = state->count_only;
    command.consistent = state->consistent;
    command.fetch = state->fetch;
    command.return_capacity = state->return_capacity;
    command.render = is_alone;
    Buf name;
    Buf upper;
    buf_init(&name, step->arena);
    buf_init(&upper, step->arena);
    if (is_by_key(state)) {
        if (!slice_starts_with(state->from, key)) command.lower = key;
        key_append_prefix_end(&upper, key);
        command.upper = buf_view(&upper);
        command.partition_len = key.len;
        ItemKey partition = {.full_key = key, .partition_len = key.len};
        key_object_name(&name, &state->space.table, &partition);
    } else {
        name_partition_slot(&name, &state->space.table, slot);
    }
    Buf message;
    buf_init(&message, step->arena);
    command_encode_range(&message, &command);
    if (name.failed || upper.failed || message.failed) return error_out_of_memory(&step->error);
    if (is_alone) step_forward(step, ROLE_PARTITION, CALL_READ, buf_view(&name), buf_view(&message));
    else step_call(step, ROLE_PARTITION, CALL_READ, buf_view(&name), buf_view(&message));
    return true;
}

// How many targets of the size of those before take what the page has room for.
static uint64_t targets_wanted(const ScanState *state) {
    if (state->visited_count == 0 || state->one_by_one) return 1;
    // What was left of the first slot behind the start key says nothing of the next, which is mostly as large as any.
    bool began_inside = state->from.len > KEY_HASH_BYTES;
    if (began_inside && state->visited_count == 1 && !is_by_key(state)) return 1;
    uint64_t bytes_left = state->bytes < RESPONSE_PAGE_BYTES_MAX ? RESPONSE_PAGE_BYTES_MAX - state->bytes : 0;
    uint64_t wanted = SCAN_READS_MAX;
    if (state->bytes > 0) wanted = bytes_left * state->visited_count / state->bytes + 1;
    if (state->has_limit && state->scanned_count > 0) {
        uint64_t by_limit = state->limit_left * state->visited_count / state->scanned_count + 1;
        if (by_limit < wanted) wanted = by_limit;
    }
    return wanted < SCAN_READS_MAX ? wanted : SCAN_READS_MAX;
}

static bool ask_partitions(Step *step, ScanState *state) {
    uint64_t ahead = targets_wanted(state);
    uint64_t calls_left = step->calls_max - state->calls;
    if (ahead > calls_left) ahead = calls_left;
    if (ahead > targets_left(state)) ahead = targets_left(state);
    if (state->has_limit && ahead > state->limit_left) ahead = state->limit_left;
    state->phase = SCAN_READS;
    state->in_flight = (uint32_t)ahead;
    state->calls += state->in_flight;
    for (uint32_t i = 0; i < state->in_flight; i++) {
        Slice key = is_by_key(state) ? state->keys[i] : (Slice){NULL, 0};
        bool is_alone = state->visited_count == 0 && !state->one_by_one;
        if (!append_read(step, state, is_alone, key, state->next_slot + i)) return false;
    }
    return keep_state(step, state);
}

// --- The page

static bool respond(Step *step, const ScanState *state, Slice last_key) {
    RangeCommand command;
    if (!read_space_command(step, &state->space, COMMAND_SCAN, &command)) return false;
    command.count_only = state->count_only;
    command.consistent = state->consistent;
    command.return_capacity = state->return_capacity;
    RangeResult page = {
        .count = state->count,
        .scanned_count = state->scanned_count,
        .bytes_evaluated = state->bytes,
        .table_half_units = state->table_half_units,
        .items_json = state->items_json,
        .last_key = last_key,
        .has_more = last_key.len > 0,
    };
    Buf body;
    buf_init(&body, step->arena);
    range_render(&command, &page, &body);
    if (body.failed) return error_out_of_memory(&step->error);
    step_respond_http(step, 200, buf_view(&body));
    return true;
}

// Ends the page behind the last target visited. The next page resumes behind a key, so one is needed: the last that was
// read, whatever became of its item since; where there was none, one made up.
static bool end_behind_target(Step *step, const ScanState *state) {
    if (state->visited_last_key.len > 0) return respond(step, state, state->visited_last_key);
    Slice item;
    bool done = is_by_key(state)
        ? start_key_in_partition(step, &state->space, state->visited_key, &item)
        : start_key_in_slot(step, &state->space, state->visited_slot, key_leading_hash(state->from), &item);
    return done && respond(step, state, item);
}

static bool is_page_full(const Step *step, const ScanState *state) {
    if (state->has_limit && state->limit_left == 0) return true;
    return state->bytes >= RESPONSE_PAGE_BYTES_MAX || state->calls >= step->calls_max;
}

static bool go_on(Step *step, ScanState *state) {
    bool is_at_end = targets_left(state) == 0 && state->listing_done;
    if (is_at_end) {
        // DynamoDB gives LastEvaluatedKey whenever Limit is reached, even behind the last item.
        bool is_limit_reached = state->has_limit && state->limit_left == 0;
        return is_limit_reached ? end_behind_target(step, state) : respond(step, state, (Slice){NULL, 0});
    }
    if (state->visited_count > 0 && is_page_full(step, state)) return end_behind_target(step, state);
    return targets_left(state) > 0 ? ask_partitions(step, state) : ask_directory(step, state);
}

static bool fits(const ScanState *state, const RangeResult *result) {
    if (state->has_limit && result->scanned_count > state->limit_left) return false;
    return state->scanned_count == 0 || result->scanned_count == 0
        || state->bytes + result->bytes_evaluated <= RESPONSE_PAGE_BYTES_MAX;
}

static void take_result(ScanState *state, const RangeResult *result, Buf *items) {
    state->count += result->count;
    state->scanned_count += result->scanned_count;
    state->bytes += result->bytes_evaluated;
    state->table_half_units += result->table_half_units;
    if (state->has_limit) state->limit_left -= result->scanned_count;
    if (items->len > 0 && result->items_json.len > 0) buf_u8(items, ',');
    buf_bytes(items, result->items_json);
    state->items_json = buf_view(items);
}

static void visit_done(ScanState *state, Slice last_key) {
    state->visited_count++;
    state->visited_last_key = last_key;
    if (is_by_key(state)) {
        state->visited_key = state->keys[0];
        state->keys++;
        state->key_count--;
    } else {
        state->visited_slot = state->next_slot++;
    }
}

static bool take_reads(Request *request, ScanState *state, bool *stale) {
    Step *step = request->step;
    Buf items;
    buf_init(&items, step->arena);
    buf_bytes(&items, state->items_json);
    for (uint32_t i = 0; i < state->in_flight; i++) {
        Result answer;
        RangeResult result;
        if (!request_answer(request, i, &answer, stale)) return false;
        Reader payload = reader_of(answer.payload);
        if (!range_result_decode(&payload, &result)) return error_corrupt(&step->error, "malformed page");
        if (!fits(state, &result)) {
            // Alone on what is left of the page, and still its first item is too much: the page ends before it.
            if (i == 0 && result.scanned_count == 1) return end_behind_target(step, state);
            state->one_by_one = true;
            break;
        }
        take_result(state, &result, &items);
        if (items.failed) return error_out_of_memory(&step->error);
        if (result.has_more) return respond(step, state, result.last_key);
        visit_done(state, result.last_key);
        if (is_page_full(step, state)) break;
    }
    return go_on(step, state);
}

// --- Steps

bool scan_begin(Step *step, ScanState *state) {
    if (!is_by_key(state)) {
        state->listing_done = true;
        state->next_slot = hash_slot(key_leading_hash(state->from), state->space.table.slots);
        state->last_slot = state->space.table.slots - 1;
        if (state->to.len > 0) state->last_slot = hash_slot(key_leading_hash(state->to) - 1, state->space.table.slots);
        return ask_partitions(step, state);
    }
    state->next_shard = directory_shard(key_leading_hash(state->from));
    return ask_directory(step, state);
}

bool scan_resume(Request *request, Reader *reader) {
    Step *step = request->step;
    ScanState state;
    bool stale = false;
    if (!scan_state_decode(step->arena, reader, &state, &step->error)) return false;
    switch (state.phase) {
    case SCAN_LISTS: return take_lists(request, &state, &stale) && go_on(step, &state);
    case SCAN_READS: return take_reads(request, &state, &stale);
    }
    return error_corrupt(&step->error, "malformed state of a scan");
}
