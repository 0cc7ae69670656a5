#include "op/op_table.h"
#include "op/table_describe.h"
#include "op/table_schema.h"
#include "op/table_write.h"

static const Member MEMBERS[] = {{MEMBER("TableName", STRING)}, {.name = NULL}};
static const Rule RULES[] = {CONTROL_NAME_RULES(1)};

static bool parse(Request *request) {
    return CONTROL_CHECK(request, MEMBERS, RULES);
}

static bool route(Request *request) {
    Slice none = {NULL, 0};
    table_write_begin(request, control_table_name(request), CONTROL_TABLE_DELETE, none, none);
    return true;
}

static bool resume(Request *request, Reader *state) {
    if (table_write_sent(request, state)) return true;
    request->step->forget_descriptors = true;
    TableDescriptor table;
    TableSize size;
    if (!answer_described(request, &table, &size)) return false;
    Buf body;
    buf_init(&body, request->step->arena);
    buf_cstr(&body, "{\"TableDescription\":");
    table_describe_deleted(&body, &table, size, request->step->in.now_ms);
    buf_u8(&body, '}');
    return respond_json(request, &body);
}

const Operation OPERATION_DELETE_TABLE = {SLICE_INIT("DeleteTable"), parse, route, resume};
