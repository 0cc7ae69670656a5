// Query at the gateway: one partition key, so one partition answers alone and renders the reply.
#include "base/limits.h"
#include "data/item_codec.h"
#include "data/key_codec.h"
#include "op/op_requests.h"
#include "op/read_request.h"

static const char *const QUERY_LEGACY[] = {"AttributesToGet", "QueryFilter", "ConditionalOperator", "KeyConditions",
                                           NULL};
static const char *const QUERY_EXPRESSIONS[] = {"ProjectionExpression", "FilterExpression", "KeyConditionExpression",
                                                NULL};
static const char *const QUERY_VALUE_EXPRESSIONS[] = {"FilterExpression", "KeyConditionExpression", NULL};
static const ParameterNames QUERY_PARAMETERS = {QUERY_LEGACY, QUERY_EXPRESSIONS, QUERY_VALUE_EXPRESSIONS,
                                                ": FilterExpression is null"};

// --- Parsing

static bool parse_key_condition(Request *request, ReadRequest *read, Placeholders *placeholders) {
    Step *step = request->step;
    if (!request_has(request, "KeyConditionExpression")) {
        if (request_has(request, "KeyConditions")) return true;
        return error_validation(&step->error, step->arena,
                                "Either the KeyConditions or KeyConditionExpression parameter must be specified in the "
                                "request.");
    }
    Expression *expression = request_expression(request, EXPRESSION_KEY_CONDITION);
    if (expression == NULL) return false;
    return key_condition_compile(step->arena, expression, placeholders, &read->key_condition, &step->error);
}

static bool query_body(Request *request, const ValueRules *rules) {
    Step *step = request->step;
    ReadRequest *read = ARENA_NEW(step->arena, ReadRequest);
    if (read == NULL) return error_out_of_memory(&step->error);
    request->data = read;
    read->is_query = true;
    read->filter_name = "QueryFilter";
    read_members(request, read);
    Error late = {0};
    Placeholders *placeholders = request_placeholders(request, request->root, &QUERY_PARAMETERS, rules, &late);
    if (step->error.kind != ERROR_NONE) return false;
    if (!read_check_select_value(request)) return false;
    if (!read_conditional_operator(request, read, rules)) return false;
    if (placeholders == NULL) {
        step->error = late;
        return false;
    }
    if (!read_legacy(request, read, rules)) return false;
    if (!read_start_key(request, read, rules)) return false;
    if (!read_expressions(request, read, placeholders)) return false;
    if (!read_check_select(request, read)) return false;
    if (!parse_key_condition(request, read, placeholders)) return false;
    if (!placeholders_check_unused(placeholders, step->arena, &step->error)) return false;
    return request_table(request) != SIZE_MAX;
}

static bool query_parse(Request *request) {
    return request_parse(request, &QUERY_SCHEMA, false, query_body);
}

// --- Bounds

typedef struct Bounds {
    Buf lower; // inclusive
    Buf upper; // exclusive
} Bounds;

static void set(Buf *bound, Slice prefix, Slice value) {
    bound->len = 0;
    buf_bytes(bound, prefix);
    key_append_value(bound, value);
}

// Behind the key: the first key that is greater.
static void step_over(Buf *bound) {
    buf_u8(bound, 0);
}

static void set_end_of_prefix(Buf *bound, Slice prefix) {
    bound->len = 0;
    key_append_prefix_end(bound, prefix); // a key never consists of FF alone
}

static void narrow(Bounds *bounds, Slice partition, const KeyComparison *comparison) {
    Buf prefix;
    switch (comparison->op) {
    case KEY_EQ:
        set(&bounds->lower, partition, comparison->value);
        set(&bounds->upper, partition, comparison->value);
        step_over(&bounds->upper);
        break;
    case KEY_LT:
        set(&bounds->upper, partition, comparison->value);
        break;
    case KEY_LE:
        set(&bounds->upper, partition, comparison->value);
        step_over(&bounds->upper);
        break;
    case KEY_GT:
        set(&bounds->lower, partition, comparison->value);
        step_over(&bounds->lower);
        break;
    case KEY_GE:
        set(&bounds->lower, partition, comparison->value);
        break;
    case KEY_BETWEEN:
        set(&bounds->lower, partition, comparison->value);
        set(&bounds->upper, partition, comparison->upper);
        step_over(&bounds->upper);
        break;
    case KEY_BEGINS_WITH:
        buf_init(&prefix, bounds->lower.arena);
        buf_bytes(&prefix, partition);
        key_append_prefix(&prefix, comparison->value);
        bounds->lower.len = 0;
        buf_bytes(&bounds->lower, buf_view(&prefix));
        set_end_of_prefix(&bounds->upper, buf_view(&prefix));
        break;
    }
}

static bool make_bounds(Step *step, const KeyBinding *binding, const KeySchema *keys, Slice partition,
                        Bounds *bounds) {
    buf_init(&bounds->lower, step->arena);
    buf_init(&bounds->upper, step->arena);
    buf_bytes(&bounds->lower, partition);
    set_end_of_prefix(&bounds->upper, partition);
    if (binding->range_equal_count > 0) {
        KeyComparison equal = {.attribute = keys->range[0].name, .op = KEY_EQ, .value = binding->range_values[0]};
        narrow(bounds, partition, &equal);
    } else if (binding->has_comparison) {
        narrow(bounds, partition, &binding->comparison);
    }
    if (bounds->lower.failed || bounds->upper.failed) return error_out_of_memory(&step->error);
    return true;
}

// --- Start keys

// The start key's place in the range: inside, or which condition of the query it breaks.
static bool check_start_in_range(Request *request, const ReadRequest *read, const KeyBinding *binding,
                                 const Bounds *bounds) {
    Step *step = request->step;
    const TableDescriptor *table = &request->tables[0].descriptor;
    bool has_sort_condition = binding->range_equal_count > 0 || binding->has_comparison;
    Slice hash = item_find(read->start_key, table->keys.hash[0].name);
    if (has_sort_condition) {
        // Against the sort condition alone: in the queried partition, whatever the start key's own.
        KeyValues values = {binding->hash_values[0], item_find(read->start_key, table->keys.range[0].name)};
        ItemKey key;
        if (!key_build(step, table, &values, &key)) return false;
        if (slice_compare(key.full_key, buf_view(&bounds->lower)) < 0
            || slice_compare(key.full_key, buf_view(&bounds->upper)) >= 0) {
            return error_validation(&step->error, step->arena,
                                    "The provided starting key does not match the range key predicate");
        }
    }
    if (slice_equal(hash, binding->hash_values[0])) return true;
    if (has_sort_condition) {
        return error_validation(&step->error, step->arena,
                                "The query can return at most one row and cannot be restarted");
    }
    if (table->keys.range_count == 0) {
        return error_validation(&step->error, step->arena, "The provided exclusive start key is invalid");
    }
    return error_validation(&step->error, step->arena,
                            "The provided starting key is outside query boundaries based on provided conditions");
}

static bool start_after(Request *request, const ReadRequest *read, Bounds *bounds) {
    Step *step = request->step;
    const TableDescriptor *table = &request->tables[0].descriptor;
    KeyValues values = {.hash = item_find(read->start_key, table->keys.hash[0].name)};
    if (table->keys.range_count > 0) values.range = item_find(read->start_key, table->keys.range[0].name);
    ItemKey key;
    if (!key_build(step, table, &values, &key)) return false;
    Buf *bound = read->reverse ? &bounds->upper : &bounds->lower;
    bound->len = 0;
    buf_bytes(bound, key.full_key);
    if (!read->reverse) step_over(bound);
    return !bound->failed || error_out_of_memory(&step->error);
}

// --- Routing

static bool bind_keys(Request *request, const ReadRequest *read, const KeySchema *keys, KeyBinding *binding) {
    KeyAttributeRef hash[INDEX_KEY_ATTRIBUTES_MAX];
    KeyAttributeRef range[INDEX_KEY_ATTRIBUTES_MAX];
    for (size_t i = 0; i < keys->hash_count; i++) hash[i] = (KeyAttributeRef){keys->hash[i].name, keys->hash[i].type};
    for (size_t i = 0; i < keys->range_count; i++) {
        range[i] = (KeyAttributeRef){keys->range[i].name, keys->range[i].type};
    }
    return key_condition_bind(request->step->arena, &read->key_condition, hash, keys->hash_count, range,
                              keys->range_count, binding, &request->step->error);
}

static bool check_key_values(Step *step, const KeyBinding *binding, const TableDescriptor *table) {
    KeyValues values = {.hash = binding->hash_values[0]};
    if (binding->range_equal_count > 0) values.range = binding->range_values[0];
    else if (binding->has_comparison) values.range = binding->comparison.value;
    return key_check_values(step, table, &values);
}

static bool forward_query(Request *request, const ReadRequest *read, const Bounds *bounds,
                          const ItemKey *partition) {
    Step *step = request->step;
    const TableDescriptor *table = &request->tables[0].descriptor;
    RangeCommand command;
    if (!read_command(request, read, COMMAND_QUERY, &command)) return false;
    command.lower = buf_view(&bounds->lower);
    command.upper = buf_view(&bounds->upper);
    command.partition_len = table->layout == LAYOUT_KEY ? partition->partition_len : 0;
    command.render = true;
    Buf name;
    Buf message;
    buf_init(&name, step->arena);
    buf_init(&message, step->arena);
    key_object_name(&name, table, partition);
    command_encode_range(&message, &command);
    if (name.failed || message.failed) return error_out_of_memory(&step->error);
    step_forward(step, ROLE_PARTITION, buf_view(&name), buf_view(&message));
    return true;
}

static bool query_route(Request *request) {
    Step *step = request->step;
    const ReadRequest *read = request->data;
    const TableDescriptor *table = &request->tables[0].descriptor;
    const IndexDescriptor *index;
    KeyBinding binding;
    if (!read_check_consistent(request, read)) return false;
    if (!read_find_index(request, read, &index)) return false;
    if (!read_check_start_key(request, read, index)) return false;
    if (!bind_keys(request, read, index == NULL ? &table->keys : &index->keys, &binding)) return false;
    if (index != NULL) {
        if (!read_check_filter_keys(request, read, index)) return false;
        if (!read_check_all_attributes(request, read, index)) return false;
        return error_validation(&step->error, step->arena, "Queries of secondary indexes are not available");
    }
    if (!check_key_values(step, &binding, table)) return false;
    KeyValues partition_values = {.hash = binding.hash_values[0]};
    ItemKey partition;
    Bounds bounds;
    if (!key_build(step, table, &partition_values, &partition)) return false;
    if (!make_bounds(step, &binding, &table->keys, partition.full_key, &bounds)) return false;
    if (read->has_start_key) {
        if (!check_start_in_range(request, read, &binding, &bounds)) return false;
        if (!start_after(request, read, &bounds)) return false;
    }
    if (!read_check_filter_keys(request, read, NULL)) return false;
    return forward_query(request, read, &bounds, &partition);
}

// Only an answer that is no HTTP reply comes here: an error, or a stale descriptor.
static bool query_resume(Request *request, Reader *state) {
    (void)state;
    Result result;
    bool stale;
    if (!request_answer(request, 0, &result, &stale)) return false;
    return error_corrupt(&request->step->error, "a forwarded read came back");
}

const Operation OPERATION_QUERY = {SLICE_INIT("Query"), query_parse, query_route, query_resume};
