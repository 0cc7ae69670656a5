#include "op/op_table.h"
#include "op/table_describe.h"
#include "op/table_schema.h"

static const Member MEMBERS[] = {{MEMBER("TableName", STRING)}, {.name = NULL}};
static const Rule RULES[] = {CONTROL_NAME_RULES(1)};

static bool parse(Request *request) {
    return CONTROL_CHECK(request, MEMBERS, RULES);
}

// --- state := phase u8 ‖ table name
// The table is asked for its id first: whoever gives up and tries again may have made another of that name by the time
// the first deletion comes through.
enum { PHASE_IDENTIFY = 1, PHASE_DELETE = 2 };

static void set_state(Step *step, uint8_t phase, Slice name) {
    Buf state;
    buf_init(&state, step->arena);
    buf_u8(&state, phase);
    buf_slice(&state, name);
    step_set_state(step, buf_view(&state));
}

static bool route(Request *request) {
    Slice name = control_table_name(request);
    call_table(request, name, CALL_READ, CONTROL_TABLE_IDENTIFY, (Slice){NULL, 0});
    set_state(request->step, PHASE_IDENTIFY, name);
    return true;
}

static bool identified(Request *request, Slice name) {
    Result result;
    bool stale;
    if (!request_answer(request, 0, &result, &stale)) return false;
    Buf table_id;
    buf_init(&table_id, request->step->arena);
    buf_slice(&table_id, result.payload);
    call_table(request, name, CALL_WRITE, CONTROL_TABLE_DELETE, buf_view(&table_id));
    set_state(request->step, PHASE_DELETE, name);
    return true;
}

static bool resume(Request *request, Reader *state) {
    uint8_t phase = reader_u8(state);
    Slice name = reader_slice(state);
    if (phase == PHASE_IDENTIFY && !state->failed) return identified(request, name);
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
