// DescribeLimits, DescribeEndpoints, DescribeContinuousBackups: what is the same for everybody.
#include "data/json_writer.h"
#include "msg/schema.h"
#include "op/op_table.h"
#include "op/table_describe.h"
#include "op/table_schema.h"

static bool parse_nothing(Request *request) {
    (void)request;
    return true;
}

static bool respond_constant(Request *request, Slice body) {
    step_respond_http(request->step, 200, body);
    return true;
}

// These answer at once and call nobody.
static bool resume_never(Request *request, Reader *state) {
    (void)state;
    return error_corrupt(&request->step->error, "an answer nobody asked for");
}

// AWS's quotas of a new account in us-east-1.
static bool route_limits(Request *request) {
    return respond_constant(request, SLICE("{\"AccountMaxReadCapacityUnits\":80000,"
                                           "\"AccountMaxWriteCapacityUnits\":80000,"
                                           "\"TableMaxReadCapacityUnits\":40000,"
                                           "\"TableMaxWriteCapacityUnits\":40000}"));
}

const Operation OPERATION_DESCRIBE_LIMITS = {SLICE_INIT("DescribeLimits"), parse_nothing, route_limits,
                                             resume_never};

// Whoever asks has found us already: the endpoint is what it called us.
static bool route_endpoints(Request *request) {
    Step *step = request->step;
    Buf body;
    buf_init(&body, step->arena);
    buf_cstr(&body, "{\"Endpoints\":[{\"Address\":");
    json_write_string(&body, request->host);
    buf_cstr(&body, ",\"CachePeriodInMinutes\":1440}]}");
    if (body.failed) return error_out_of_memory(&step->error);
    return respond_constant(request, buf_view(&body));
}

const Operation OPERATION_DESCRIBE_ENDPOINTS = {SLICE_INIT("DescribeEndpoints"), parse_nothing,
                                                route_endpoints, resume_never};

// --- DescribeContinuousBackups: point-in-time recovery is never on

static const Member MEMBERS[] = {{MEMBER("TableName", STRING)}, {.name = NULL}};
static const Rule RULES[] = {CONTROL_NAME_RULES(1)};

static bool parse_backups(Request *request) {
    return CONTROL_CHECK(request, MEMBERS, RULES);
}

static bool route_backups(Request *request) {
    Buf state;
    Slice name = control_table_name(request);
    call_table(request, name, CALL_READ, CONTROL_TABLE_GET, (Slice){NULL, 0});
    buf_init(&state, request->step->arena);
    buf_slice(&state, name);
    step_set_state(request->step, buf_view(&state));
    return true;
}

static bool resume_backups(Request *request, Reader *state) {
    Step *step = request->step;
    Slice name = reader_slice(state);
    TableDescriptor table;
    if (answer_descriptor(request, &table)) {
        return respond_constant(request, SLICE("{\"ContinuousBackupsDescription\":{"
                                               "\"ContinuousBackupsStatus\":\"ENABLED\","
                                               "\"PointInTimeRecoveryDescription\":{"
                                               "\"PointInTimeRecoveryStatus\":\"DISABLED\"}}}"));
    }
    if (step->error.kind != ERROR_RESOURCE_NOT_FOUND) return false;
    step->error = (Error){0};
    return error_set(&step->error, step->arena, ERROR_RESOURCE_NOT_FOUND, "Table not found: %S", &name);
}

const Operation OPERATION_DESCRIBE_CONTINUOUS_BACKUPS = {SLICE_INIT("DescribeContinuousBackups"),
                                                         parse_backups, route_backups, resume_backups};
