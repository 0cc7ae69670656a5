// GetItem at the gateway: the partition renders the reply.
#include "base/limits.h"
#include "data/item_codec.h"
#include "op/item_key.h"
#include "op/op_requests.h"
#include "op/request.h"

static const char *const PROJECTION_ONLY[] = {"ProjectionExpression", NULL};
static const char *const ATTRIBUTES_TO_GET[] = {"AttributesToGet", NULL};
static const char *const NO_EXPRESSION[] = {NULL};
static const ParameterNames GET_PARAMETERS = {ATTRIBUTES_TO_GET, PROJECTION_ONLY, NO_EXPRESSION, ""};

// From parse to route.
typedef struct GetRequest {
    ItemCommand command;
    Slice key;
} GetRequest;

static bool parse_projection(Request *request, Placeholders *placeholders, Slice *tree) {
    Step *step = request->step;
    if (!request_check_not_empty(request, EXPRESSION_PROJECTION)) return false;
    Expression *projection = request_expression(request, EXPRESSION_PROJECTION);
    if (step->error.kind != ERROR_NONE) return false;
    if (!request_compile(request, projection, placeholders, tree)) return false;
    if (!placeholders_check_unused(placeholders, step->arena, &step->error)) return false;
    Json names = request_member(request, "AttributesToGet");
    if (names.type == JSON_ABSENT) return true;
    Buf out;
    buf_init(&out, step->arena);
    if (!legacy_attributes_to_get(step->arena, &request->document, names, &out, &step->error)) return false;
    if (out.failed) return error_out_of_memory(&step->error);
    *tree = buf_view(&out);
    return true;
}

static bool get_body(Request *request, const ValueRules *rules) {
    Step *step = request->step;
    GetRequest *get = ARENA_NEW(step->arena, GetRequest);
    if (get == NULL) return error_out_of_memory(&step->error);
    request->data = get;
    get->command.consistent = schema_boolean(&request->document, request->root, "ConsistentRead", false);
    get->command.return_capacity = request_return_capacity(request);
    Placeholders *placeholders = request_placeholders(request, request->root, &GET_PARAMETERS, rules, NULL);
    if (placeholders == NULL) return false;
    if (!request_decode_item(request, request_member(request, "Key"), rules, &get->key)) return false;
    if (!key_check_not_empty(step, get->key)) return false;
    if (!parse_projection(request, placeholders, &get->command.projection)) return false;
    return request_table(request) != SIZE_MAX;
}

static bool get_parse(Request *request) {
    return request_parse(request, &GET_ITEM_SCHEMA, false, get_body);
}

static bool get_route(Request *request) {
    Step *step = request->step;
    GetRequest *get = request->data;
    const TableDescriptor *table = &request->tables[0].descriptor;
    ItemCommand *command = &get->command;
    command->header = command_header(step, table, COMMAND_GET);
    KeyValues values;
    if (!key_values_of_key(step, table, get->key, &values)) return false;
    if (!key_build(step, table, &values, &command->key)) return false;
    command->key_item = get->key;
    if (!command->consistent || step->one_isolate) step_item(step, command->key.full_key);
    return command_forward_item(step, table, CALL_READ, command);
}

// Only an answer that is no HTTP reply comes here: an error, or a stale descriptor.
static bool get_resume(Request *request, Reader *state) {
    (void)state;
    Result result;
    bool stale;
    if (!request_answer(request, 0, &result, &stale)) return false;
    return error_corrupt(&request->step->error, "a forwarded read came back");
}

const Operation OPERATION_GET_ITEM = {SLICE_INIT("GetItem"), get_parse, get_route, get_resume};
