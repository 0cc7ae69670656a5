// PutItem, UpdateItem and DeleteItem at the gateway.
#include "base/limits.h"
#include "data/item_codec.h"
#include "expr/tree.h"
#include "op/item_key.h"
#include "op/item_write_reply.h"
#include "op/op_requests.h"
#include "op/request.h"
#include "op/update_targets.h"

static const char *const CONDITION_ONLY[] = {"ConditionExpression", NULL};
static const char *const UPDATE_AND_CONDITION[] = {"UpdateExpression", "ConditionExpression", NULL};
static const char *const WRITE_LEGACY[] = {"Expected", "ConditionalOperator", NULL};
static const char *const UPDATE_LEGACY[] = {"AttributeUpdates", "Expected", "ConditionalOperator", NULL};

static const ParameterNames WRITE_PARAMETERS = {WRITE_LEGACY, CONDITION_ONLY, CONDITION_ONLY, ""};
static const ParameterNames UPDATE_PARAMETERS = {UPDATE_LEGACY, UPDATE_AND_CONDITION, UPDATE_AND_CONDITION, ""};

// From parse to route.
typedef struct WriteRequest {
    ItemCommand command; // all but key, key_item and header
    Slice given;         // PutItem: Item; else Key: as an item blob
    bool has_update_expression;
    bool wants_metrics;
    Error after_key; // reported once the key attributes turn out not to be empty
} WriteRequest;

// --- Parsing

static void read_choices(Request *request, WriteRequest *write) {
    static const char *const RETURN_VALUES[] = {"NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW", NULL};
    static const char *const ON_FAILURE[] = {"ALL_OLD", NULL};
    static const char *const METRICS[] = {"SIZE", NULL};
    JsonDocument *document = &request->document;
    int values = schema_choice(document, request->root, "ReturnValues", RETURN_VALUES);
    write->command.return_values = values < 0 ? RETURN_VALUES_NONE : (ReturnValues)values;
    write->command.return_old_on_failure =
        schema_choice(document, request->root, "ReturnValuesOnConditionCheckFailure", ON_FAILURE) == 0;
    write->wants_metrics = schema_choice(document, request->root, "ReturnItemCollectionMetrics", METRICS) == 0;
    write->command.return_capacity = request_return_capacity(request);
}

// Expressions in DynamoDB's order: empty ones, the update's syntax, the condition's, undefined names, unused ones.
static bool parse_expressions(Request *request, WriteRequest *write, Placeholders *placeholders) {
    Step *step = request->step;
    if (!request_check_not_empty(request, EXPRESSION_CONDITION)) return false;
    if (write->has_update_expression && !request_check_not_empty(request, EXPRESSION_UPDATE)) return false;
    Expression *update = NULL;
    if (write->has_update_expression) update = request_expression(request, EXPRESSION_UPDATE);
    if (step->error.kind != ERROR_NONE) return false;
    Expression *condition = request_expression(request, EXPRESSION_CONDITION);
    if (step->error.kind != ERROR_NONE) return false;
    return request_compile(request, update, placeholders, &write->command.update)
        && request_compile(request, condition, placeholders, &write->command.condition)
        && placeholders_check_unused(placeholders, step->arena, &step->error);
}

static bool compile_expected(Request *request, WriteRequest *write, ConditionalOperator operator,
                             const ValueRules *rules) {
    Json expected = request_member(request, "Expected");
    if (expected.type == JSON_ABSENT) return true;
    Buf tree;
    buf_init(&tree, request->step->arena);
    if (!legacy_expected(request->step->arena, &request->document, expected, operator, rules, &tree,
                         &request->step->error)) {
        return false;
    }
    if (tree.failed) return error_out_of_memory(&request->step->error);
    write->command.condition = buf_view(&tree);
    return true;
}

// The update tree where there is no UpdateExpression: AttributeUpdates, or no action at all, which creates the item.
static bool compile_attribute_updates(Request *request, WriteRequest *write, const ValueRules *rules) {
    Step *step = request->step;
    Json updates = request_member(request, "AttributeUpdates");
    Buf tree;
    buf_init(&tree, step->arena);
    if (updates.type == JSON_ABSENT) {
        buf_u8(&tree, TREE_VERSION);
        buf_u8(&tree, TREE_UPDATE);
        buf_varint(&tree, 0);
    } else if (!legacy_attribute_updates(step->arena, &request->document, updates, rules, &tree, &step->error)) {
        return false;
    }
    if (tree.failed) return error_out_of_memory(&step->error);
    write->command.update_is_legacy = updates.type != JSON_ABSENT;
    write->command.update = buf_view(&tree);
    return true;
}

static bool has_empty_attribute(Slice item) {
    size_t count;
    Reader reader = item_attributes(item, &count);
    for (size_t i = 0; i < count; i++) {
        Attribute attribute = attribute_next(&reader);
        ValueType type = value_type(attribute.value);
        if ((type == VALUE_S || type == VALUE_B) && value_bytes(attribute.value).len == 0) return true;
    }
    return false;
}

// What was found is reported once the key attributes turn out not to be empty.
static void put_off(WriteRequest *write, Step *step) {
    if (write->after_key.kind == ERROR_NONE) write->after_key = step->error;
    step->error = (Error){0};
}

// An empty key value is reported before empty expressions and a malformed Expected. Which attributes of an item to put
// are its key is only known with the table, so where one of them may turn out to be empty, these wait.
static bool may_put_off(const Request *request, WriteRequest *write, CommandKind kind) {
    Step *step = request->step;
    bool may_wait = kind == COMMAND_PUT && step->error.kind == ERROR_VALIDATION && has_empty_attribute(write->given);
    if (may_wait) put_off(write, step);
    return may_wait;
}

static bool parse_put_expressions(Request *request, WriteRequest *write, Placeholders *placeholders) {
    Step *step = request->step;
    if (!has_empty_attribute(write->given) || request_check_not_empty(request, EXPRESSION_CONDITION)) {
        return step->error.kind == ERROR_NONE && parse_expressions(request, write, placeholders);
    }
    put_off(write, step);
    return true;
}

static bool check_put(Request *request, const WriteRequest *write) {
    Step *step = request->step;
    if (write->command.return_values > RETURN_VALUES_ALL_OLD) {
        return error_enveloped(&step->error, step->arena, "ReturnValues can only be ALL_OLD or NONE");
    }
    return true;
}

static bool parse_write(Request *request, CommandKind kind, const ValueRules *rules) {
    Step *step = request->step;
    WriteRequest *write = ARENA_NEW(step->arena, WriteRequest);
    if (write == NULL) return error_out_of_memory(&step->error);
    request->data = write;
    write->has_update_expression = kind == COMMAND_UPDATE && request_has(request, "UpdateExpression");
    read_choices(request, write);
    const ParameterNames *names = kind == COMMAND_UPDATE ? &UPDATE_PARAMETERS : &WRITE_PARAMETERS;
    ConditionalOperator operator;
    Json given = request_member(request, kind == COMMAND_PUT ? "Item" : "Key");
    if (kind == COMMAND_PUT && !request_decode_item(request, given, rules, &write->given)) return false;
    if (kind == COMMAND_UPDATE && !request_check_legacy_values(request, "AttributeUpdates", rules)) return false;
    if (!request_check_legacy_values(request, "Expected", rules)) return false;
    Placeholders *placeholders = request_placeholders(request, request->root, names, rules, NULL);
    if (placeholders == NULL) return false;
    if (!request_conditional_operator(request, "Expected", rules, &operator)) return false;
    if (kind != COMMAND_PUT) {
        if (!request_decode_item(request, given, rules, &write->given)) return false;
        if (!key_check_not_empty(step, write->given)) return false;
    }
    bool is_parsed = kind == COMMAND_PUT ? parse_put_expressions(request, write, placeholders)
                                         : parse_expressions(request, write, placeholders);
    if (!is_parsed) return false;
    if (kind == COMMAND_PUT && !check_put(request, write)) return false;
    if (kind == COMMAND_UPDATE && !write->has_update_expression
        && !compile_attribute_updates(request, write, rules)) {
        return false;
    }
    if (!compile_expected(request, write, operator, rules) && !may_put_off(request, write, kind)) return false;
    if (kind == COMMAND_PUT && item_size(write->given) > ITEM_SIZE_BYTES_MAX) {
        return error_validation(&step->error, step->arena, "Item size has exceeded the maximum allowed size");
    }
    return request_table(request) != SIZE_MAX;
}

static bool put_body(Request *request, const ValueRules *rules) {
    return parse_write(request, COMMAND_PUT, rules);
}

static bool update_body(Request *request, const ValueRules *rules) {
    return parse_write(request, COMMAND_UPDATE, rules);
}

static bool delete_body(Request *request, const ValueRules *rules) {
    return parse_write(request, COMMAND_DELETE, rules);
}

static bool put_parse(Request *request) {
    return request_parse(request, &PUT_ITEM_SCHEMA, true, put_body);
}

static bool update_parse(Request *request) {
    return request_parse(request, &UPDATE_ITEM_SCHEMA, true, update_body);
}

static bool delete_parse(Request *request) {
    return request_parse(request, &DELETE_ITEM_SCHEMA, true, delete_body);
}

// --- Routing

static bool has_local_index(const TableDescriptor *table) {
    for (size_t i = 0; i < table->index_count; i++) {
        if (!table->indexes[i].is_global) return true;
    }
    return false;
}

// Charges the update and finds out whether DynamoDB would refuse it once the condition held.
static bool check_update(Step *step, const TableDescriptor *table, WriteRequest *write, Slice *refusal) {
    if (write->has_update_expression && update_charge(write->command.update) > UPDATE_CHARGE_BYTES_MAX) {
        return error_validation(&step->error, step->arena,
                                "Item size to update has exceeded the maximum allowed size");
    }
    if (!update_refusal(step, table, write->command.update, refusal)) return false;
    if (refusal->len == 0) return true;
    if (write->command.condition.len == 0) {
        return error_validation(&step->error, step->arena, "%S", refusal);
    }
    return update_that_fails(step, table, &write->command.update);
}

static bool route_write(Request *request, CommandKind kind) {
    Step *step = request->step;
    WriteRequest *write = request->data;
    const TableDescriptor *table = &request->tables[0].descriptor;
    ItemCommand *command = &write->command;
    command->header = command_header(step, table, kind);
    KeyValues values;
    bool fits = kind == COMMAND_PUT ? key_values_of_item(step, table, write->given, &values)
                                    : key_values_of_key(step, table, write->given, &values);
    if (!fits) return false;
    if (write->after_key.kind != ERROR_NONE) {
        step->error = write->after_key;
        return false;
    }
    if (kind == COMMAND_PUT) command->item = write->given;
    Slice refusal = {NULL, 0};
    if (kind == COMMAND_UPDATE && !check_update(step, table, write, &refusal)) return false;
    if (!key_build(step, table, &values, &command->key)) return false;
    if (!key_item_build(step, table, &values, &command->key_item)) return false;
    if (!command_index_set(step, table, &command->index_set)) return false;
    command->wait_for_indexes = step->wait_for_indexes;
    if (write->wants_metrics && has_local_index(table)) {
        KeyValues collection = {.hash = values.hash};
        if (!key_item_build(step, table, &collection, &command->collection_key)) return false;
    }
    return command_forward_item(step, table, CALL_WRITE, command) && write_reply_expect(step, refusal);
}

static bool put_route(Request *request) {
    return route_write(request, COMMAND_PUT);
}

static bool update_route(Request *request) {
    return route_write(request, COMMAND_UPDATE);
}

static bool delete_route(Request *request) {
    return route_write(request, COMMAND_DELETE);
}

const Operation OPERATION_PUT_ITEM = {SLICE_INIT("PutItem"), put_parse, put_route, write_reply_resume};
const Operation OPERATION_UPDATE_ITEM = {SLICE_INIT("UpdateItem"), update_parse, update_route, write_reply_resume};
const Operation OPERATION_DELETE_ITEM = {SLICE_INIT("DeleteItem"), delete_parse, delete_route, write_reply_resume};
