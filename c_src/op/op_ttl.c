// UpdateTimeToLive, DescribeTimeToLive.
#include "data/json_writer.h"
#include "msg/schema.h"
#include "op/op_table.h"
#include "op/table_change.h"
#include "op/table_describe.h"
#include "op/table_schema.h"
#include "op/table_write.h"

#define SPECIFICATION "TimeToLiveSpecification"

static const Member SPECIFICATION_MEMBERS[] = {
    {MEMBER("Enabled", BOOLEAN)}, {MEMBER("AttributeName", STRING)}, {.name = NULL}};
static const Member UPDATE_MEMBERS[] = {
    {MEMBER("TableName", STRING)},
    {STRUCTURE(SPECIFICATION, SPECIFICATION, SPECIFICATION_MEMBERS)},
    {.name = NULL},
};
static const Member DESCRIBE_MEMBERS[] = {{MEMBER("TableName", STRING)}, {.name = NULL}};

static const Rule UPDATE_RULES[] = {
    CONTROL_NAME_RULES(1),
    NOT_NULL(4, SPECIFICATION),
    NOT_NULL(4, SPECIFICATION ".AttributeName"),
    LENGTH_MIN(4, SPECIFICATION ".AttributeName", 1),
    LENGTH_MAX(4, SPECIFICATION ".AttributeName", 255),
    NOT_NULL(4, SPECIFICATION ".Enabled"),
};
static const Rule DESCRIBE_RULES[] = {CONTROL_NAME_RULES(1)};

// --- UpdateTimeToLive

static bool parse_update(Request *request) {
    return CONTROL_CHECK(request, UPDATE_MEMBERS, UPDATE_RULES);
}

static bool route_update(Request *request) {
    Step *step = request->step;
    Json specification = schema_member(&request->document, request->root, SPECIFICATION);
    bool enabled = schema_boolean(&request->document, specification, "Enabled", false);
    Slice attribute;
    schema_string(&request->document, specification, "AttributeName", &attribute);
    Buf change, own;
    buf_init(&change, step->arena);
    table_ttl_encode(&change, enabled, attribute);
    buf_init(&own, step->arena);
    buf_u8(&own, enabled);
    buf_slice(&own, attribute);
    Slice name = control_table_name(request);
    table_write_begin(request, name, CONTROL_TABLE_UPDATE, buf_view(&change), buf_view(&own));
    return true;
}

static bool resume_update(Request *request, Reader *state) {
    if (table_write_sent(request, state)) return true;
    TableDescriptor table;
    TableSize size;
    bool enabled = reader_u8(state) != 0;
    Slice attribute = reader_slice(state);
    if (!answer_described(request, &table, &size)) return false;
    Buf body;
    buf_init(&body, request->step->arena);
    buf_format(&body,
               "{\"" SPECIFICATION "\":{\"Enabled\":%s,\"AttributeName\":", enabled ? "true" : "false");
    json_write_string(&body, attribute);
    buf_cstr(&body, "}}");
    return respond_json(request, &body);
}

const Operation OPERATION_UPDATE_TIME_TO_LIVE = {SLICE_INIT("UpdateTimeToLive"), parse_update, route_update,
                                                 resume_update};

// --- DescribeTimeToLive

static bool parse_describe(Request *request) {
    return CONTROL_CHECK(request, DESCRIBE_MEMBERS, DESCRIBE_RULES);
}

static bool route_describe(Request *request) {
    Slice name = control_table_name(request);
    Buf state;
    call_table(request, name, CALL_READ, CONTROL_TABLE_GET, (Slice){NULL, 0});
    buf_init(&state, request->step->arena);
    buf_slice(&state, name);
    step_set_state(request->step, buf_view(&state));
    return true;
}

static bool resume_describe(Request *request, Reader *state) {
    Step *step = request->step;
    TableDescriptor table;
    Slice name = reader_slice(state);
    if (!answer_descriptor(request, &table)) {
        if (step->error.kind != ERROR_RESOURCE_NOT_FOUND) return false;
        step->error = (Error){0};
        return error_set(&step->error, step->arena, ERROR_RESOURCE_NOT_FOUND,
                         "Requested resource not found: Table: %S not found", &name);
    }
    Buf body;
    buf_init(&body, request->step->arena);
    buf_format(&body, "{\"TimeToLiveDescription\":{\"TimeToLiveStatus\":\"%s\"",
               table.ttl_enabled ? "ENABLED" : "DISABLED");
    if (table.ttl_enabled) {
        buf_cstr(&body, ",\"AttributeName\":");
        json_write_string(&body, table.ttl_attribute);
    }
    buf_cstr(&body, "}}");
    return respond_json(request, &body);
}

const Operation OPERATION_DESCRIBE_TIME_TO_LIVE = {SLICE_INIT("DescribeTimeToLive"), parse_describe,
                                                   route_describe, resume_describe};
