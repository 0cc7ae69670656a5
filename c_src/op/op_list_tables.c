#include "data/json_writer.h"
#include "msg/control.h"
#include "msg/names.h"
#include "op/op_table.h"
#include "op/table_describe.h"
#include "op/table_schema.h"

static const Member MEMBERS[] = {
    {MEMBER("ExclusiveStartTableName", STRING)}, {MEMBER("Limit", INTEGER)}, {.name = NULL}};
static const Rule RULES[] = {
    {.group = 1, .path = "ExclusiveStartTableName", .kind = RULE_PATTERN, .text = TABLE_NAME_PATTERN},
    LENGTH_MIN(1, "ExclusiveStartTableName", TABLE_NAME_CHARS_MIN),
    LENGTH_MAX(1, "ExclusiveStartTableName", TABLE_NAME_CHARS_MAX),
    AT_LEAST(1, "Limit", 1),
    AT_MOST(1, "Limit", LIST_TABLES_LIMIT_MAX),
};

static bool parse(Request *request) {
    return CONTROL_CHECK(request, MEMBERS, RULES);
}

static bool route(Request *request) {
    Step *step = request->step;
    Slice after;
    int64_t limit;
    schema_string(&request->document, request->root, "ExclusiveStartTableName", &after);
    bool limited = schema_integer(&request->document, request->root, "Limit", MEMBER_INTEGER, &limit);
    Buf message;
    buf_init(&message, step->arena);
    control_begin(&message, CONTROL_CATALOG_LIST);
    buf_slice(&message, after);
    buf_varint(&message, limited ? (uint64_t)limit : LIST_TABLES_LIMIT_MAX);
    step_call(step, ROLE_CATALOG, CALL_READ, name_catalog(), buf_view(&message));
    return true;
}

static bool resume(Request *request, Reader *state) {
    (void)state;
    Result result;
    bool stale;
    if (!request_answer(request, 0, &result, &stale)) return false;
    Reader payload = reader_of(result.payload);
    uint64_t count = reader_varint(&payload);
    Slice name = {NULL, 0};
    Buf body;
    buf_init(&body, request->step->arena);
    buf_cstr(&body, "{\"TableNames\":[");
    for (uint64_t i = 0; i < count && !payload.failed; i++) {
        name = reader_slice(&payload);
        if (i > 0) buf_u8(&body, ',');
        json_write_string(&body, name);
    }
    buf_u8(&body, ']');
    bool has_more = reader_u8(&payload) != 0;
    if (payload.failed) return error_corrupt(&request->step->error, "malformed list of tables");
    if (has_more) {
        buf_cstr(&body, ",\"LastEvaluatedTableName\":");
        json_write_string(&body, name);
    }
    buf_u8(&body, '}');
    return respond_json(request, &body);
}

const Operation OPERATION_LIST_TABLES = {SLICE_INIT("ListTables"), parse, route, resume};
