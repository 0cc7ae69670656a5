#include "role/gateway.h"

#include "base/limits.h"
#include "msg/control.h"
#include "msg/names.h"
#include "role/descriptor_cache.h"
#include "role/wire.h"

// --- state := phase u8 ‖ content type u8 ‖ calls max u32 ‖ rest
//       PHASE_DESCRIPTORS: asked at f64 (ms)   PHASE_OPERATION: operation u8 ‖ the operation's own
enum { PHASE_DESCRIPTORS = 1, PHASE_OPERATION = 2 };

// The rest is the step's state already.
static void set_state_head(Step *step, uint8_t phase, const Operation *operation) {
    Buf state;
    buf_init(&state, step->arena);
    buf_u8(&state, phase);
    buf_u8(&state, (uint8_t)step->content_type);
    buf_u32(&state, step->calls_max);
    if (operation != NULL) buf_u8(&state, operation_number(operation));
    step->state_head = buf_view(&state);
}

// --- Descriptors

// Fills in the descriptors that are known; asks the tables for the others. True when all are there. *are_fresh: they
// were fetched for this request.
static bool need_descriptors(Request *request, bool *are_fresh) {
    Step *step = request->step;
    *are_fresh = true;
    for (size_t i = 0; i < request->table_count; i++) {
        bool is_fresh;
        const TableDescriptor *known =
            descriptor_cache_get(step->descriptors, request->tables[i].name, step->in.now_ms, &is_fresh);
        if (known != NULL) {
            *are_fresh = *are_fresh && is_fresh;
            request->tables[i].descriptor = *known;
            continue;
        }
        Buf name, message;
        buf_init(&name, step->arena);
        buf_init(&message, step->arena);
        name_table(&name, request->tables[i].name);
        control_begin(&message, CONTROL_TABLE_GET);
        step_call(step, ROLE_TABLE, CALL_READ, buf_view(&name), buf_view(&message));
    }
    return step->action_count == 0;
}

static void resume_descriptors(Step *step, Reader *state) {
    Request request = {.step = step};
    // What an answer says held when it was given, which may have been as soon as it was asked for.
    double asked_ms = reader_f64(state);
    if (state->failed) {
        error_corrupt(&step->error, "malformed gateway state");
        return;
    }
    for (size_t i = 0; i < step->in.answer_count; i++) {
        Result result;
        bool stale;
        if (!request_answer(&request, i, &result, &stale)) return;
        if (!descriptor_cache_put(step->descriptors, result.payload, asked_ms, &step->error)) return;
    }
    step_restart(step);
}

static void wait_for_descriptors(Step *step) {
    Buf state;
    buf_init(&state, step->arena);
    buf_f64(&state, step->in.now_ms);
    set_state_head(step, PHASE_DESCRIPTORS, NULL);
    step_set_state(step, buf_view(&state));
}

// A refusal that rests on hints (no such index, another key schema) may be out of date: nobody would notice, since no
// partition is asked. So the tables are.
static void doubt_descriptors(Request *request) {
    Step *step = request->step;
    bool are_fresh;
    descriptor_cache_clear(step->descriptors);
    step->error = (Error){0};
    buf_init(&step->actions, step->arena);
    step->action_count = 0;
    need_descriptors(request, &are_fresh);
    wait_for_descriptors(step);
}

// --- Steps

// Whether the request is one: its syntax, its target and its sender, in DynamoDB's order.
static bool open_request(Request *request, AccessKey *key) {
    Step *step = request->step;
    WireRequest wire;
    if (!wire_read(step, &wire) || !wire_accept_content_type(step, &wire)) return false;
    if (wire.body.len > REQUEST_BYTES_MAX) {
        return error_set(&step->error, step->arena, ERROR_REQUEST_TOO_LARGE,
                         "Request size exceeded the maximum allowed size");
    }
    if (wire.body.len != 0 && !json_open(&request->document, step->trees, wire.body, &step->error)) return false;
    request->root = request->document.root;
    request->operation = wire_operation(wire.target);
    if (request->operation == NULL) return error_set(&step->error, step->arena, ERROR_UNKNOWN_OPERATION, "");
    if (!wire_authenticate(step, &wire, key)) return false;
    request->host = wire.host;
    if (request->root.type == JSON_OBJECT) return true;
    return error_set(&step->error, step->arena, ERROR_SERIALIZATION_BARE, "");
}

static void start(Step *step) {
    Request request = {.step = step};
    AccessKey key;
    if (!open_request(&request, &key)) return;
    if (!request.operation->parse(&request)) {
        if (request.enveloped) error_wrap(&step->error, step->arena);
        return;
    }
    if (!access_check(&key, &request)) return;
    bool are_fresh;
    if (!need_descriptors(&request, &are_fresh)) {
        wait_for_descriptors(step);
        return;
    }
    if (!request.operation->route(&request)) {
        bool is_refusal = step->error.kind != ERROR_NONE && step->error.kind < ERROR_OUT_OF_MEMORY;
        if (is_refusal && !are_fresh) doubt_descriptors(&request);
        else if (request.enveloped) error_wrap(&step->error, step->arena);
        return;
    }
    set_state_head(step, PHASE_OPERATION, request.operation);
}

static void resume(Step *step) {
    Reader state = reader_of(step->in.state);
    uint8_t phase = reader_u8(&state);
    uint8_t content_type = reader_u8(&state);
    step->calls_max = reader_u32(&state);
    if (state.failed || content_type > CONTENT_XML) {
        error_corrupt(&step->error, "malformed gateway state");
        return;
    }
    step->content_type = (ContentType)content_type;
    if (phase == PHASE_DESCRIPTORS) {
        resume_descriptors(step, &state);
        return;
    }
    Request request = {.step = step, .operation = operation_at(reader_u8(&state))};
    if (request.operation == NULL) {
        error_corrupt(&step->error, "malformed gateway state");
        return;
    }
    bool is_done = request.operation->resume(&request, &state);
    if (step->forget_descriptors) descriptor_cache_clear(step->descriptors);
    if (is_done) {
        set_state_head(step, PHASE_OPERATION, request.operation);
    } else if (step->error.kind == ERROR_NONE) {
        // Made from a stale descriptor: forget the hints and begin again.
        descriptor_cache_clear(step->descriptors);
        step_restart(step);
    }
}

StepVerdict gateway_step(Step *step) {
    if (step->event == EVENT_START) {
        start(step);
    } else {
        resume(step);
    }
    return VERDICT_READONLY;
}
