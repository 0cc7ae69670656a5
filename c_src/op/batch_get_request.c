// BatchGetItem at the gateway.
#include "base/crc32.h"
#include "base/limits.h"
#include "data/item_codec.h"
#include "data/json_writer.h"
#include "op/batch.h"
#include "op/op_requests.h"
#include "op/request.h"

static const char *const PROJECTION_ONLY[] = {"ProjectionExpression", NULL};
static const char *const ATTRIBUTES_TO_GET[] = {"AttributesToGet", NULL};
static const char *const NO_EXPRESSION[] = {NULL};
static const ParameterNames TABLE_PARAMETERS = {ATTRIBUTES_TO_GET, PROJECTION_ONLY, NO_EXPRESSION, ""};

// --- Parsing: BatchState with key items, still without keys and objects

static bool check_key_count(Request *request, Json request_items) {
    Step *step = request->step;
    JsonDocument *document = &request->document;
    size_t total = 0;
    JsonIterator tables = json_iterate(document, request_items);
    Slice name;
    Json part;
    while (json_next(&tables, &name, &part)) {
        total += json_count(document, schema_member(document, part, "Keys"));
        if (total <= BATCH_GET_KEYS_MAX) continue;
        return error_validation(&step->error, step->arena,
                                "1 validation error detected: Value at 'RequestItems.%S.member.Keys' failed to satisfy "
                                "constraint: Member must have length less than or equal to %u", &name,
                                BATCH_GET_KEYS_MAX);
    }
    return true;
}

// Observed: a projection anywhere excludes AttributesToGet anywhere.
static bool check_not_mixed(Request *request, Json request_items) {
    Step *step = request->step;
    JsonDocument *document = &request->document;
    bool has_projection = false;
    bool has_names = false;
    JsonIterator tables = json_iterate(document, request_items);
    Slice name;
    Json part;
    while (json_next(&tables, &name, &part)) {
        has_projection |= schema_member(document, part, "ProjectionExpression").type != JSON_ABSENT;
        has_names |= schema_member(document, part, "AttributesToGet").type != JSON_ABSENT;
    }
    if (!has_projection || !has_names) return true;
    return error_validation(&step->error, step->arena,
                            "Can not use both expression and non-expression parameters in the same request: "
                            "Non-expression parameters: {AttributesToGet} Expression parameters: "
                            "{ProjectionExpression}");
}

static bool parse_projection(Request *request, Json part, Placeholders *placeholders, BatchTable *table) {
    Step *step = request->step;
    JsonDocument *document = &request->document;
    Slice text;
    Buf tree;
    buf_init(&tree, step->arena);
    if (schema_string(document, part, "ProjectionExpression", &text)) {
        Expression *projection = expression_parse(step->arena, EXPRESSION_PROJECTION, text, &step->error);
        if (projection == NULL) return false;
        if (!expression_compile(step->arena, projection, placeholders, &tree, &step->error)) return false;
        if (!placeholders_check_unused(placeholders, step->arena, &step->error)) return false;
    }
    Json names = schema_member(document, part, "AttributesToGet");
    if (names.type != JSON_ABSENT
        && !legacy_attributes_to_get(step->arena, document, names, &tree, &step->error)) {
        return false;
    }
    if (tree.failed) return error_out_of_memory(&step->error);
    table->projection = buf_view(&tree);
    return true;
}

// The members that UnprocessedKeys gives back.
static bool keep_options(Request *request, Json part, BatchTable *table) {
    static const char *const NAMES[] = {"ConsistentRead", "ProjectionExpression", "ExpressionAttributeNames",
                                        "AttributesToGet"};
    Buf options;
    buf_init(&options, request->step->arena);
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        Json value = schema_member(&request->document, part, NAMES[i]);
        if (value.type == JSON_ABSENT) continue;
        json_write_string(&options, slice_of_cstr(NAMES[i]));
        buf_u8(&options, ':');
        schema_write_json(&options, &request->document, value);
        buf_u8(&options, ',');
    }
    if (options.failed) return error_out_of_memory(&request->step->error);
    table->options_json = buf_view(&options);
    return true;
}

static bool parse_keys(Request *request, Json part, uint32_t table, const ValueRules *rules, BatchState *state) {
    JsonDocument *document = &request->document;
    JsonIterator keys = json_iterate(document, schema_member(document, part, "Keys"));
    Slice none;
    Json key;
    while (json_next(&keys, &none, &key)) {
        BatchItem *item = &state->items[state->item_count++];
        *item = (BatchItem){.table = table};
        if (!request_decode_item(request, key, rules, &item->key_item)) return false;
    }
    return true;
}

static bool check_key_items(Step *step, const BatchState *state) {
    uint32_t sums[BATCH_GET_KEYS_MAX]; // keys mostly begin alike, so comparing them takes long
    for (size_t i = 0; i < state->item_count; i++) {
        sums[i] = crc32(state->items[i].key_item);
        for (size_t k = 0; k < i; k++) {
            if (sums[i] != sums[k] || state->items[i].table != state->items[k].table) continue;
            if (slice_equal(state->items[i].key_item, state->items[k].key_item)) return batch_fail_duplicates(step);
        }
    }
    return true;
}

// Keys of all tables and whether two are the same come before projections.
static bool parse_tables(Request *request, Json request_items, const ValueRules *rules, BatchState *state) {
    Step *step = request->step;
    Placeholders **placeholders =
        ARENA_ARRAY(step->arena, Placeholders *, json_count(&request->document, request_items));
    if (placeholders == NULL) return error_out_of_memory(&step->error);
    JsonIterator tables = json_iterate(&request->document, request_items);
    Slice name;
    Json part;
    for (size_t i = 0; json_next(&tables, &name, &part); i++) {
        size_t index = request_need_table(request, table_name_from_argument(name));
        if (index == SIZE_MAX) return false;
        if (index >= state->table_count) state->table_count = index + 1;
        placeholders[i] = request_placeholders(request, part, &TABLE_PARAMETERS, rules, NULL);
        if (placeholders[i] == NULL) return false;
        if (!parse_keys(request, part, (uint32_t)index, rules, state)) return false;
    }
    if (!check_key_items(step, state)) return false;
    tables = json_iterate(&request->document, request_items);
    for (size_t i = 0; json_next(&tables, &name, &part); i++) {
        BatchTable *table = &state->tables[request_need_table(request, table_name_from_argument(name))];
        if (!parse_projection(request, part, placeholders[i], table)) return false;
        if (!keep_options(request, part, table)) return false;
        table->consistent = schema_boolean(&request->document, part, "ConsistentRead", false);
    }
    return true;
}

static bool batch_get_body(Request *request, const ValueRules *rules) {
    Step *step = request->step;
    Json request_items = request_member(request, "RequestItems");
    size_t table_count = json_count(&request->document, request_items);
    BatchState *state = ARENA_NEW(step->arena, BatchState);
    if (state == NULL) return error_out_of_memory(&step->error);
    request->data = state;
    state->return_capacity = request_return_capacity(request);
    state->bytes_left = BATCH_REPLY_BYTES_MAX;
    if (!check_key_count(request, request_items) || !check_not_mixed(request, request_items)) return false;
    state->tables = ARENA_ARRAY(step->arena, BatchTable, table_count);
    state->items = ARENA_ARRAY(step->arena, BatchItem, BATCH_GET_KEYS_MAX);
    if (state->tables == NULL || state->items == NULL) return error_out_of_memory(&step->error);
    return parse_tables(request, request_items, rules, state);
}

static bool batch_get_parse(Request *request) {
    return request_parse(request, &BATCH_GET_ITEM_SCHEMA, false, batch_get_body);
}

// --- Routing

static bool batch_get_route(Request *request) {
    Step *step = request->step;
    BatchState *state = request->data;
    for (size_t i = 0; i < state->table_count; i++) {
        state->tables[i].header = command_header(step, &request->tables[i].descriptor, COMMAND_BATCH_GET);
    }
    for (size_t i = 0; i < state->item_count; i++) {
        BatchItem *item = &state->items[i];
        const TableDescriptor *table = &request->tables[item->table].descriptor;
        KeyValues values;
        if (!key_values_of_key(step, table, item->key_item, &values)) return false;
        if (!batch_locate(step, table, &values, item)) return false;
    }
    return batch_send(step, state);
}

// --- Replies

static void write_unprocessed(Buf *out, const BatchState *state) {
    buf_cstr(out, "\"UnprocessedKeys\":{");
    bool first_table = true;
    for (size_t t = 0; t < state->table_count; t++) {
        bool first_key = true;
        for (size_t i = 0; i < state->item_count; i++) {
            if (state->items[i].table != t) continue;
            if (first_key) {
                if (!first_table) buf_u8(out, ',');
                json_write_string(out, state->tables[t].header.table_name);
                buf_cstr(out, ":{");
                buf_bytes(out, state->tables[t].options_json);
                buf_cstr(out, "\"Keys\":[");
            } else {
                buf_u8(out, ',');
            }
            first_key = first_table = false;
            item_to_json(out, state->items[i].key_item);
        }
        if (!first_key) buf_cstr(out, "]}");
    }
    buf_u8(out, '}');
}

// At least what the reply takes: growing would leave megabytes behind.
static size_t reply_bytes(const BatchState *state) {
    enum { JSON_GROWTH = 6 }; // "\u0000" for a byte
    size_t bytes = 4096;
    for (size_t t = 0; t < state->table_count; t++) {
        bytes += batch_replies_bytes(&state->tables[t]) + state->tables[t].options_json.len + 1024;
    }
    for (size_t i = 0; i < state->item_count; i++) bytes += JSON_GROWTH * state->items[i].key_item.len + 64;
    return bytes;
}

static bool respond(Step *step, const BatchState *state) {
    size_t start;
    Buf *body = step_respond_http_open(step, 200, &start);
    buf_reserve(body, reply_bytes(state));
    buf_cstr(body, "{\"Responses\":{");
    for (size_t t = 0; t < state->table_count; t++) {
        if (t > 0) buf_u8(body, ',');
        json_write_string(body, state->tables[t].header.table_name);
        buf_cstr(body, ":[");
        batch_replies_to_json(body, &state->tables[t]);
        buf_u8(body, ']');
    }
    buf_cstr(body, "},");
    write_unprocessed(body, state);
    return batch_respond_close(step, state, body, start);
}

// Takes one entry as far as the reply has room.
static void take_entry(BatchState *state, const BatchGetEntry *entry, bool *is_done) {
    BatchItem *item = &state->items[entry->position];
    BatchTable *table = &state->tables[item->table];
    uint64_t taken = batch_get_entry_reply_bytes(entry);
    if (!entry->processed || *is_done || taken > state->bytes_left) return;
    *is_done = true;
    state->bytes_left -= taken;
    table->half_units += capacity_read(entry->bytes, table->consistent);
    table->is_charged = true;
    if (!entry->found) return;
    table->found[table->found_count++] = entry->item_json;
}

static bool take_payload(Step *step, BatchState *state, Slice payload, bool *is_done) {
    Reader reader = reader_of(payload);
    uint64_t count = reader_varint(&reader);
    for (uint64_t i = 0; i < count && !reader.failed; i++) {
        BatchGetEntry entry;
        bool ok = batch_get_entry_decode(&reader, &entry) && entry.position < state->item_count;
        if (!ok) return error_corrupt(&step->error, "malformed answer to a batch");
        take_entry(state, &entry, &is_done[entry.position]);
    }
    return !reader.failed || error_corrupt(&step->error, "malformed answer to a batch");
}

// Items stay where they came in: copies of megabytes would not fit into memory.
static bool open_found(Step *step, BatchState *state) {
    for (size_t t = 0; t < state->table_count; t++) {
        state->tables[t].found = ARENA_ARRAY(step->arena, Slice, state->item_count);
        if (state->tables[t].found == NULL) return error_out_of_memory(&step->error);
    }
    return true;
}

// Whether an item was asked for, and its object left it out.
static bool has_unfit(const BatchState *state) {
    for (size_t i = 0; i < state->item_count; i++) {
        if (state->items[i].group != 0 && !state->items[i].is_failed) return true;
    }
    return false;
}

static bool has_answers(const BatchState *state) {
    for (size_t t = 0; t < state->table_count; t++) {
        if (state->tables[t].is_charged) return true;
    }
    return false;
}

static bool batch_get_resume(Request *request, Reader *reader) {
    Step *step = request->step;
    BatchState state;
    Error failure = {0};
    if (!batch_state_decode(step->arena, reader, &state, &step->error)) return false;
    bool *is_done = ARENA_ARRAY(step->arena, bool, state.item_count);
    if (!open_found(step, &state) || is_done == NULL) return error_out_of_memory(&step->error);
    for (uint32_t group = 0; group < state.group_count; group++) {
        Result result;
        switch (batch_answer(request, group, &result, &failure)) {
        case BATCH_ANSWERED:
            if (!take_payload(step, &state, result.payload, is_done)) return false;
            break;
        case BATCH_FAILED:
            for (size_t i = 0; i < state.item_count; i++) state.items[i].is_failed |= state.items[i].group == group + 1;
            break;
        case BATCH_STALE:
        case BATCH_ERROR:
            return false;
        }
    }
    size_t before = state.item_count;
    size_t failed = batch_drop_done(&state, is_done);
    bool has_progress = state.item_count < before;
    bool has_more = state.item_count > failed && state.calls < batch_calls_max(step);
    if (has_more && (has_progress || !state.is_careful)) {
        // Where something did not fit into its object's share the next shares are larger, for they are fewer.
        state.is_careful |= !has_progress && has_unfit(&state);
        return batch_send(step, &state);
    }
    if (!has_answers(&state)) {
        // To hand back what no reply has room for would make the client ask for it for ever. GetItem fails, too.
        if (failure.kind == ERROR_NONE && has_unfit(&state)) {
            error_set(&failure, step->arena, ERROR_INTERNAL_SERVER, "Internal server error");
        }
        step->error = failure;
        if (failure.kind != ERROR_NONE) return false;
    }
    return respond(step, &state);
}

const Operation OPERATION_BATCH_GET_ITEM = {SLICE_INIT("BatchGetItem"), batch_get_parse, batch_get_route,
                                            batch_get_resume};
