// Query at the gateway: one partition key, so one partition answers alone and renders the reply.
#include "base/limits.h"
#include "data/item_codec.h"
#include "data/key_codec.h"
#include "op/index_entry.h"
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
    bool ends_with_range; // nothing follows the RANGE parts; in an index the item's own key does
} Bounds;

static void set(Buf *bound, Slice prefix, Slice value) {
    bound->len = 0;
    buf_bytes(bound, prefix);
    key_append_value(bound, value);
}

static void set_end_of_prefix(Buf *bound, Slice prefix) {
    bound->len = 0;
    key_append_prefix_end(bound, prefix); // a key never consists of FF alone
}

// Behind all keys with these RANGE parts.
static void set_behind_key(const Bounds *bounds, Buf *bound, Slice key) {
    if (!bounds->ends_with_range) {
        set_end_of_prefix(bound, key);
        return;
    }
    bound->len = 0;
    buf_bytes(bound, key);
    buf_u8(bound, 0);
}

static void set_behind(const Bounds *bounds, Buf *bound, Slice prefix, Slice value) {
    Buf key;
    buf_init(&key, bound->arena);
    set(&key, prefix, value);
    set_behind_key(bounds, bound, buf_view(&key));
}

static void narrow(Bounds *bounds, Slice prefix, const KeyComparison *comparison) {
    Buf begin;
    switch (comparison->op) {
    case KEY_EQ: break; // part of the prefix
    case KEY_LT:
        set(&bounds->upper, prefix, comparison->value);
        break;
    case KEY_LE:
        set_behind(bounds, &bounds->upper, prefix, comparison->value);
        break;
    case KEY_GT:
        set_behind(bounds, &bounds->lower, prefix, comparison->value);
        break;
    case KEY_GE:
        set(&bounds->lower, prefix, comparison->value);
        break;
    case KEY_BETWEEN:
        set(&bounds->lower, prefix, comparison->value);
        set_behind(bounds, &bounds->upper, prefix, comparison->upper);
        break;
    case KEY_BEGINS_WITH:
        buf_init(&begin, bounds->lower.arena);
        buf_bytes(&begin, prefix);
        key_append_prefix(&begin, comparison->value);
        bounds->lower.len = 0;
        buf_bytes(&bounds->lower, buf_view(&begin));
        set_end_of_prefix(&bounds->upper, buf_view(&begin));
        break;
    }
}

static bool make_bounds(Step *step, const ReadSpace *space, const KeyBinding *binding, Slice partition,
                        Bounds *bounds) {
    Buf prefix;
    buf_init(&prefix, step->arena);
    buf_init(&bounds->lower, step->arena);
    buf_init(&bounds->upper, step->arena);
    buf_bytes(&prefix, partition);
    for (size_t i = 0; i < binding->range_equal_count; i++) key_append_value(&prefix, binding->range_values[i]);
    buf_bytes(&bounds->lower, buf_view(&prefix));
    bounds->ends_with_range = space->index.id == 0;
    if (binding->range_equal_count > 0) set_behind_key(bounds, &bounds->upper, buf_view(&prefix));
    else set_end_of_prefix(&bounds->upper, buf_view(&prefix));
    if (binding->has_comparison) narrow(bounds, buf_view(&prefix), &binding->comparison);
    bool failed = prefix.failed || bounds->lower.failed || bounds->upper.failed;
    return !failed || error_out_of_memory(&step->error);
}

// --- Start keys

static bool fail_one_row(Step *step) {
    return error_validation(&step->error, step->arena, "The query can return at most one row and cannot be restarted");
}

// Against the sort condition alone: in the queried partition, whatever the start key's own.
static bool check_sort_condition(Step *step, const ReadRequest *read, const KeySchema *keys, Slice partition,
                                 const Bounds *bounds) {
    Buf key;
    buf_init(&key, step->arena);
    buf_bytes(&key, partition);
    for (size_t i = 0; i < keys->range_count; i++) {
        key_append_value(&key, item_find(read->start_key, keys->range[i].name));
    }
    if (key.failed) return error_out_of_memory(&step->error);
    bool holds = slice_compare(buf_view(&key), buf_view(&bounds->lower)) >= 0
              && slice_compare(buf_view(&key), buf_view(&bounds->upper)) < 0;
    return holds || error_validation(&step->error, step->arena,
                                     "The provided starting key does not match the range key predicate");
}

// The start key's place in the range: inside, or which condition of the query it breaks.
static bool check_start_in_range(Step *step, const ReadRequest *read, const ReadSpace *space,
                                 const KeyBinding *binding, Slice partition, const Bounds *bounds) {
    const KeySchema *keys = read_space_keys(space);
    bool has_sort_condition = binding->range_equal_count > 0 || binding->has_comparison;
    size_t last = keys->hash_count - 1;
    for (size_t i = 0; i < last; i++) {
        if (!slice_equal(item_find(read->start_key, keys->hash[i].name), binding->hash_values[i])) {
            return fail_one_row(step);
        }
    }
    if (has_sort_condition && !check_sort_condition(step, read, keys, partition, bounds)) return false;
    if (slice_equal(item_find(read->start_key, keys->hash[last].name), binding->hash_values[last])) return true;
    if (has_sort_condition) return fail_one_row(step);
    if (keys->range_count == 0) {
        return error_validation(&step->error, step->arena, "The provided exclusive start key is invalid");
    }
    return error_validation(&step->error, step->arena,
                            "The provided starting key is outside query boundaries based on provided conditions");
}

static bool start_after(Step *step, const ReadRequest *read, const ReadSpace *space, Bounds *bounds) {
    ItemKey key;
    if (!read_space_key(step, space, read->start_key, &key)) return false;
    Buf *bound = read->reverse ? &bounds->upper : &bounds->lower;
    bound->len = 0;
    buf_bytes(bound, key.full_key);
    if (!read->reverse) buf_u8(bound, 0); // the first key that is greater
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

static bool check_key_value(Step *step, const ReadSpace *space, const KeyAttribute *attribute, bool is_hash,
                            Slice value) {
    return space->index.id == 0 ? key_check_value(step, attribute, is_hash, value)
                                : index_check_key(step->arena, &space->index, attribute, is_hash, value, &step->error);
}

// Neither empty nor too long.
static bool check_key_values(Step *step, const KeyBinding *binding, const ReadSpace *space) {
    const KeySchema *keys = read_space_keys(space);
    for (size_t i = 0; i < keys->hash_count; i++) {
        if (!check_key_value(step, space, &keys->hash[i], true, binding->hash_values[i])) return false;
    }
    for (size_t i = 0; i < binding->range_equal_count; i++) {
        if (!check_key_value(step, space, &keys->range[i], false, binding->range_values[i])) return false;
    }
    if (!binding->has_comparison) return true;
    const KeyAttribute *compared = &keys->range[binding->range_equal_count];
    const KeyComparison *comparison = &binding->comparison;
    return check_key_value(step, space, compared, false, comparison->value)
        && (comparison->op != KEY_BETWEEN || check_key_value(step, space, compared, false, comparison->upper));
}

static bool forward_query(Request *request, const ReadRequest *read, const ReadSpace *space, const Bounds *bounds,
                          const ItemKey *partition) {
    Step *step = request->step;
    RangeCommand command;
    if (!read_command(request, read, space, COMMAND_QUERY, &command)) return false;
    command.lower = buf_view(&bounds->lower);
    command.upper = buf_view(&bounds->upper);
    command.partition_len = space->table.layout == LAYOUT_KEY ? partition->partition_len : 0;
    command.render = true;
    Buf name;
    Buf message;
    buf_init(&name, step->arena);
    buf_init(&message, step->arena);
    key_object_name(&name, &space->table, partition);
    command_encode_range(&message, &command);
    if (name.failed || message.failed) return error_out_of_memory(&step->error);
    step_forward(step, ROLE_PARTITION, CALL_READ, buf_view(&name), buf_view(&message));
    return true;
}

static bool query_route(Request *request) {
    Step *step = request->step;
    const ReadRequest *read = request->data;
    const IndexDescriptor *index;
    ReadSpace space;
    KeyBinding binding;
    ItemKey partition;
    Bounds bounds;
    if (!read_check_consistent(request, read)) return false;
    if (!read_find_index(request, read, &index)) return false;
    if (!read_space(step, &request->tables[0].descriptor, index, &space)) return false;
    if (!read_check_start_key(request, read, index)) return false;
    if (!bind_keys(request, read, read_space_keys(&space), &binding)) return false;
    if (!check_key_values(step, &binding, &space)) return false;
    if (!read_space_partition(step, &space, binding.hash_values, &partition)) return false;
    if (!make_bounds(step, &space, &binding, partition.full_key, &bounds)) return false;
    if (read->has_start_key) {
        if (!check_start_in_range(step, read, &space, &binding, partition.full_key, &bounds)) return false;
        if (!start_after(step, read, &space, &bounds)) return false;
    }
    if (!read_check_filter_keys(request, read, index)) return false;
    if (!read_check_projected(request, read, index)) return false;
    return forward_query(request, read, &space, &bounds, &partition);
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
