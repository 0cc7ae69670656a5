// BatchWriteItem at the gateway.
#include "base/limits.h"
#include "data/item_codec.h"
#include "data/json_writer.h"
#include "op/batch.h"
#include "op/item_write_reply.h"
#include "op/op_requests.h"
#include "op/request.h"

// From parse to route.
typedef struct BatchWriteRequest {
    BatchState state; // items with their own item or key item, still without keys and objects
    bool wants_metrics;
} BatchWriteRequest;

// --- Parsing

static bool check_request_count(Request *request, Json request_items) {
    Step *step = request->step;
    size_t total = 0;
    JsonIterator tables = json_iterate(&request->document, request_items);
    Slice name;
    Json writes;
    while (json_next(&tables, &name, &writes)) total += json_count(&request->document, writes);
    if (total <= BATCH_WRITE_REQUESTS_MAX) return true;
    return error_validation(&step->error, step->arena, "Too many items requested for the BatchWriteItem call");
}

static bool parse_write(Request *request, Json write, const ValueRules *rules, BatchItem *item) {
    Step *step = request->step;
    JsonDocument *document = &request->document;
    Json put = schema_member(document, write, "PutRequest");
    Json del = schema_member(document, write, "DeleteRequest");
    if ((put.type == JSON_ABSENT) == (del.type == JSON_ABSENT)) {
        return error_validation(&step->error, step->arena,
                                "Supplied AttributeValue has more than one datatypes set, must contain exactly one of "
                                "the supported datatypes");
    }
    if (put.type == JSON_ABSENT) {
        return request_decode_item(request, schema_member(document, del, "Key"), rules, &item->key_item);
    }
    Json attributes = schema_member(document, put, "Item");
    if (!request_decode_item(request, attributes, rules, &item->item)) return false;
    if (item_size(item->item) <= ITEM_SIZE_BYTES_MAX) return true;
    return error_validation(&step->error, step->arena, "Item size has exceeded the maximum allowed size");
}

// Where an entry that was not parsed as part of something longer stands in the message.
static void note_text(const Step *step, Slice text, BatchItem *item) {
    uintptr_t at = (uintptr_t)text.data - (uintptr_t)step->in.message.data;
    if (text.len == 0 || at >= step->in.message.len) return;
    item->text_at = at;
    item->text_len = text.len;
}

static bool parse_table(Request *request, Json writes, uint32_t table, const ValueRules *rules, BatchState *state) {
    JsonDocument *document = &request->document;
    JsonIterator iterator = json_iterate(document, writes);
    ArenaMark mark = arena_mark(document->arena);
    Slice none;
    Json write;
    while (json_next(&iterator, &none, &write)) {
        BatchItem *item = &state->items[state->item_count++];
        *item = (BatchItem){.table = table};
        if (!parse_write(request, write, rules, item)) return false;
        note_text(request->step, write.text, item);
        arena_rewind(document->arena, mark);
    }
    return true;
}

// What can be seen before the tables are known: the same key, or the same item, twice.
static bool check_equal_writes(Step *step, const BatchState *state) {
    for (size_t i = 0; i < state->item_count; i++) {
        for (size_t k = 0; k < i; k++) {
            const BatchItem *a = &state->items[i];
            const BatchItem *b = &state->items[k];
            if (a->table == b->table && slice_equal(a->item, b->item) && slice_equal(a->key_item, b->key_item)) {
                return batch_fail_duplicates(step);
            }
        }
    }
    return true;
}

// The older layer reads this operation, whatever the request holds.
static bool batch_write_body(Request *request, const ValueRules *unused_rules) {
    static const char *const METRICS[] = {"SIZE", NULL};
    (void)unused_rules;
    ValueRules rules = {LAYER_OLDER, VALUE_NESTING_MAX};
    Step *step = request->step;
    Json request_items = request_member(request, "RequestItems");
    if (!check_request_count(request, request_items)) return false;
    BatchWriteRequest *write = ARENA_NEW(step->arena, BatchWriteRequest);
    if (write == NULL) return error_out_of_memory(&step->error);
    request->data = write;
    write->wants_metrics =
        schema_choice(&request->document, request->root, "ReturnItemCollectionMetrics", METRICS) == 0;
    BatchState *state = &write->state;
    state->is_write = true;
    state->return_capacity = request_return_capacity(request);
    state->items = ARENA_ARRAY(step->arena, BatchItem, BATCH_WRITE_REQUESTS_MAX);
    if (state->items == NULL) return error_out_of_memory(&step->error);
    JsonIterator tables = json_iterate(&request->document, request_items);
    Slice name;
    Json writes;
    while (json_next(&tables, &name, &writes)) {
        Slice table_name = arena_copy(step->arena, table_name_from_argument(name));
        size_t index = request_need_table(request, table_name);
        if (index == SIZE_MAX) return false;
        if (!parse_table(request, writes, (uint32_t)index, &rules, state)) return false;
    }
    return check_equal_writes(step, state);
}

static bool batch_write_parse(Request *request) {
    return request_parse(request, &BATCH_WRITE_ITEM_SCHEMA, false, batch_write_body);
}

// --- Routing

static bool has_local_index(const TableDescriptor *table) {
    for (size_t i = 0; i < table->index_count; i++) {
        if (!table->indexes[i].is_global) return true;
    }
    return false;
}

static bool locate(Request *request, const BatchWriteRequest *write, BatchItem *item) {
    Step *step = request->step;
    const TableDescriptor *table = &request->tables[item->table].descriptor;
    KeyValues values;
    bool fits = item->item.len > 0 ? key_values_of_batch_item(step, table, item->item, &values)
                                   : key_values_of_key(step, table, item->key_item, &values);
    if (!fits || !batch_locate(step, table, &values, item)) return false;
    if (!write->wants_metrics || !has_local_index(table)) return true;
    KeyValues collection = {.hash = values.hash};
    return key_item_build(step, table, &collection, &item->collection_key);
}

static bool batch_write_route(Request *request) {
    Step *step = request->step;
    BatchWriteRequest *write = request->data;
    BatchState *state = &write->state;
    state->table_count = request->table_count;
    state->tables = ARENA_ARRAY(step->arena, BatchTable, state->table_count);
    if (state->tables == NULL) return error_out_of_memory(&step->error);
    for (size_t i = 0; i < state->table_count; i++) {
        const TableDescriptor *table = &request->tables[i].descriptor;
        state->tables[i].header = command_header(request->step, table, COMMAND_BATCH_WRITE);
        if (!command_index_set(step, table, &state->tables[i].index_set)) return false;
    }
    for (size_t i = 0; i < state->item_count; i++) {
        if (!locate(request, write, &state->items[i])) return false;
    }
    return batch_check_duplicates(step, state) && batch_send(step, state);
}

// --- Replies

static void write_request_to_json(Buf *out, Slice message, const BatchItem *item) {
    if (item->text_len > 0) {
        buf_bytes(out, slice_sub(message, item->text_at, item->text_at + item->text_len));
        return;
    }
    if (item->item.len > 0) {
        buf_cstr(out, "{\"PutRequest\":{\"Item\":");
        item_to_json(out, item->item);
    } else {
        buf_cstr(out, "{\"DeleteRequest\":{\"Key\":");
        item_to_json(out, item->key_item);
    }
    buf_cstr(out, "}}");
}

static void write_unprocessed(Buf *out, Slice message, const BatchState *state) {
    buf_cstr(out, "\"UnprocessedItems\":{");
    bool first_table = true;
    for (size_t t = 0; t < state->table_count; t++) {
        bool first_item = true;
        for (size_t i = 0; i < state->item_count; i++) {
            if (state->items[i].table != t) continue;
            if (!first_item || !first_table) buf_u8(out, ',');
            if (first_item) {
                json_write_string(out, state->tables[t].header.table_name);
                buf_cstr(out, ":[");
            }
            first_item = first_table = false;
            write_request_to_json(out, message, &state->items[i]);
        }
        if (!first_item) buf_u8(out, ']');
    }
    buf_u8(out, '}');
}

static void write_metrics(Buf *out, const BatchState *state) {
    buf_cstr(out, ",\"ItemCollectionMetrics\":{");
    bool first = true;
    for (size_t t = 0; t < state->table_count; t++) {
        if (state->tables[t].replies_json.len == 0) continue;
        if (!first) buf_u8(out, ',');
        first = false;
        json_write_string(out, state->tables[t].header.table_name);
        buf_cstr(out, ":[");
        buf_bytes(out, state->tables[t].replies_json);
        buf_u8(out, ']');
    }
    buf_u8(out, '}');
}

// About what the reply takes: what is unprocessed may be many megabytes.
static size_t reply_bytes(const BatchState *state) {
    size_t bytes = 4096;
    for (size_t i = 0; i < state->item_count; i++) bytes += state->items[i].text_len + 64;
    return bytes;
}

static bool respond(Step *step, const BatchState *state, bool has_metrics) {
    size_t start;
    Buf *body = step_respond_http_open(step, 200, &start);
    buf_reserve(body, reply_bytes(state));
    buf_u8(body, '{');
    write_unprocessed(body, step->in.message, state);
    if (has_metrics) write_metrics(body, state);
    return batch_respond_close(step, state, body, start);
}

static bool charge_indexes(Step *step, BatchTable *table, const WriteResult *written) {
    if (table->indexes == NULL) table->indexes = ARENA_ARRAY(step->arena, IndexCapacity, GSI_MAX + LSI_MAX);
    if (table->indexes == NULL) return error_out_of_memory(&step->error);
    for (size_t i = 0; i < written->index_count; i++) {
        size_t k = 0;
        while (k < table->index_count && !slice_equal(table->indexes[k].name, written->indexes[i].name)) k++;
        if (k == GSI_MAX + LSI_MAX) return error_corrupt(&step->error, "malformed answer to a batch");
        if (k == table->index_count) {
            table->index_count++;
            table->indexes[k] = (IndexCapacity){written->indexes[i].name, written->indexes[i].is_global, 0};
        }
        table->indexes[k].half_units += written->indexes[i].half_units;
    }
    return true;
}

static bool take_payload(Step *step, BatchState *state, Slice payload, bool *is_done) {
    Reader reader = reader_of(payload);
    uint64_t count = reader_varint(&reader);
    for (uint64_t i = 0; i < count && !reader.failed; i++) {
        uint64_t position = reader_varint(&reader);
        WriteResult written;
        if (!write_result_decode(step->arena, &reader, &written) || position >= state->item_count) {
            return error_corrupt(&step->error, "malformed answer to a batch");
        }
        BatchTable *table = &state->tables[state->items[position].table];
        table->half_units += capacity_write(written.old_bytes, written.new_bytes);
        table->is_charged = true;
        if (!charge_indexes(step, table, &written)) return false;
        is_done[position] = true;
    }
    return !reader.failed || error_corrupt(&step->error, "malformed answer to a batch");
}

// One entry per item collection that was written to.
static bool collect_metrics(Step *step, BatchState *state, const bool *is_done, bool *has_metrics) {
    Buf *metrics = ARENA_ARRAY(step->arena, Buf, state->table_count);
    if (metrics == NULL) return error_out_of_memory(&step->error);
    *has_metrics = false;
    for (size_t t = 0; t < state->table_count; t++) buf_init(&metrics[t], step->arena);
    for (size_t i = 0; i < state->item_count; i++) {
        const BatchItem *item = &state->items[i];
        bool is_new = is_done[i] && item->collection_key.len > 0;
        for (size_t k = 0; k < i && is_new; k++) {
            is_new = !is_done[k] || state->items[k].table != item->table
                  || !slice_equal(state->items[k].collection_key, item->collection_key);
        }
        if (!is_new) continue;
        *has_metrics = true;
        if (metrics[item->table].len > 0) buf_u8(&metrics[item->table], ',');
        collection_metrics_to_json(&metrics[item->table], item->collection_key);
    }
    for (size_t t = 0; t < state->table_count; t++) {
        if (metrics[t].failed) return error_out_of_memory(&step->error);
        state->tables[t].replies_json = buf_view(&metrics[t]);
    }
    return true;
}

static bool check_texts(Step *step, const BatchState *state) {
    size_t len = step->in.message.len;
    for (size_t i = 0; i < state->item_count; i++) {
        const BatchItem *item = &state->items[i];
        bool is_inside = item->text_at <= len && item->text_len <= len - item->text_at;
        if (!is_inside) return error_corrupt(&step->error, "a batch resumed without its request");
    }
    return true;
}

static bool batch_write_resume(Request *request, Reader *reader) {
    Step *step = request->step;
    BatchState state;
    Error failure = {0};
    bool is_stale = false;
    bool has_metrics;
    size_t answered = 0;
    if (!batch_state_decode(step->arena, reader, &state, &step->error) || !check_texts(step, &state)) return false;
    bool *is_done = ARENA_ARRAY(step->arena, bool, state.item_count);
    if (is_done == NULL) return error_out_of_memory(&step->error);
    for (uint32_t group = 0; group < state.group_count; group++) {
        Result result;
        switch (batch_answer(request, group, &result, &failure)) {
        case BATCH_ANSWERED:
            answered++;
            if (!take_payload(step, &state, result.payload, is_done)) return false;
            break;
        case BATCH_STALE:
            is_stale = true;
            break;
        case BATCH_FAILED:
            break;
        case BATCH_ERROR:
            return false;
        }
    }
    // Nothing was written: a failure is the whole request's, and one that is only stale begins again. Once something
    // was, what was not is left to the client, for a write is never repeated here.
    if (answered == 0) {
        if (failure.kind != ERROR_NONE) step->error = failure;
        else if (!is_stale) return error_corrupt(&step->error, "a batch without answers");
        return false;
    }
    if (!collect_metrics(step, &state, is_done, &has_metrics)) return false;
    batch_drop_done(&state, is_done);
    return respond(step, &state, has_metrics);
}

const Operation OPERATION_BATCH_WRITE_ITEM = {SLICE_INIT("BatchWriteItem"), batch_write_parse, batch_write_route,
                                              batch_write_resume};
