#include "op/op_table.h"
#include "op/table_describe.h"
#include "op/table_schema.h"

static const Member MEMBERS[] = {{MEMBER("TableName", STRING)}, {.name = NULL}};
static const Rule RULES[] = {CONTROL_NAME_RULES(1)};

static bool parse(Request *request) {
    return CONTROL_CHECK(request, MEMBERS, RULES);
}

static bool route(Request *request) {
    Buf fields;
    buf_init(&fields, request->step->arena);
    buf_varint(&fields, request->step->calls_max);
    if (fields.failed) return error_out_of_memory(&request->step->error);
    call_table(request, control_table_name(request), CALL_READ, CONTROL_TABLE_DESCRIBE, buf_view(&fields));
    return true;
}

static bool resume(Request *request, Reader *state) {
    (void)state;
    TableDescriptor table;
    TableSize size;
    return answer_described(request, &table, &size) && respond_described(request, "Table", &table, size);
}

const Operation OPERATION_DESCRIBE_TABLE = {SLICE_INIT("DescribeTable"), parse, route, resume};
