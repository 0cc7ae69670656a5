#include "role/gateway.h"

#include "base/limits.h"
#include "msg/control.h"
#include "msg/names.h"
#include "op/operation.h"
#include "role/descriptor_cache.h"

// --- state := phase u8 ‖ content type u8 ‖ calls max u32 ‖ rest
//       PHASE_DESCRIPTORS: nothing more        PHASE_OPERATION: operation u8 ‖ the operation's own
enum { PHASE_DESCRIPTORS = 1, PHASE_OPERATION = 2 };

static void set_state(Step *step, uint8_t phase, const Operation *operation, Slice own) {
    Buf state;
    buf_init(&state, step->arena);
    buf_u8(&state, phase);
    buf_u8(&state, (uint8_t)step->content_type);
    buf_u32(&state, step->calls_max);
    if (operation != NULL) buf_u8(&state, operation_number(operation));
    buf_bytes(&state, own);
    step_set_state(step, buf_view(&state));
}

// --- The request's envelope

static bool same_letter(uint8_t a, uint8_t b) {
    return a == b || (a >= 'A' && a <= 'Z' && a + ('a' - 'A') == b);
}

// Whether a Content-Type header names this type; parameters and letter case do not matter.
static bool content_type_is(Slice header, Slice type) {
    if (header.len < type.len) return false;
    for (size_t i = 0; i < type.len; i++) {
        if (!same_letter(header.data[i], type.data[i])) return false;
    }
    return header.len == type.len || header.data[type.len] == ';' || header.data[type.len] == ' ';
}

static bool read_content_type(Step *step, Slice header) {
    if (content_type_is(header, SLICE("application/x-amz-json-1.0"))) {
        step->content_type = CONTENT_AMZ_JSON_1_0;
    } else if (content_type_is(header, SLICE("application/json"))) {
        step->content_type = CONTENT_JSON;
    } else {
        step->content_type = CONTENT_XML;
        step_respond_http(step, 404, SLICE("<UnknownOperationException/>\n"));
        return false;
    }
    return true;
}

static const Operation *find_operation(Slice target) {
    Slice prefix = SLICE("DynamoDB_20120810.");
    if (!slice_starts_with(target, prefix)) return NULL;
    return operation_find(slice_sub(target, prefix.len, target.len));
}

// --- Descriptors

// Fills in the descriptors that are known; asks the tables for the others. True when all are there.
static bool need_descriptors(Request *request) {
    Step *step = request->step;
    for (size_t i = 0; i < request->table_count; i++) {
        const TableDescriptor *known = descriptor_cache_get(step->descriptors, request->tables[i].name, step->in.now_ms);
        if (known != NULL) {
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

static void resume_descriptors(Step *step) {
    Request request = {.step = step};
    for (size_t i = 0; i < step->in.answer_count; i++) {
        Result result;
        bool stale;
        if (!request_answer(&request, i, &result, &stale)) return;
        if (!descriptor_cache_put(step->descriptors, result.payload, step->in.now_ms, &step->error)) return;
    }
    step_restart(step);
}

// --- Steps

static void start(Step *step) {
    Reader message = reader_of(step->in.message);
    uint8_t version = reader_u8(&message);
    Slice target = reader_bytes(&message, reader_u32(&message));
    Slice content_type = reader_bytes(&message, reader_u32(&message));
    Slice body = reader_bytes(&message, reader_u32(&message));
    step->default_layout = reader_bytes(&message, reader_u32(&message));
    uint32_t calls_max = reader_u32(&message);
    step->calls_max = calls_max == 0 ? CALLS_MAX_DEFAULT : calls_max;
    if (message.failed || version != ENVELOPE_VERSION) {
        error_corrupt(&step->error, "malformed gateway message");
        return;
    }
    if (!read_content_type(step, content_type)) return;
    Request request = {.step = step, .operation = find_operation(target)};
    if (request.operation == NULL) {
        error_set(&step->error, step->arena, ERROR_UNKNOWN_OPERATION, "");
        return;
    }
    if (body.len > REQUEST_BYTES_MAX) {
        error_set(&step->error, step->arena, ERROR_REQUEST_TOO_LARGE, "Request size exceeded the maximum allowed size");
        return;
    }
    if (!json_open(&request.document, step->trees, body, &step->error)) return;
    request.root = request.document.root;
    if (request.root.type != JSON_OBJECT) {
        error_set(&step->error, step->arena, ERROR_SERIALIZATION_BARE, "");
        return;
    }
    if (!request.operation->parse(&request)) {
        if (request.enveloped) error_wrap(&step->error, step->arena);
        return;
    }
    if (!need_descriptors(&request)) {
        set_state(step, PHASE_DESCRIPTORS, NULL, (Slice){NULL, 0});
        return;
    }
    if (!request.operation->route(&request)) {
        if (request.enveloped) error_wrap(&step->error, step->arena);
        return;
    }
    set_state(step, PHASE_OPERATION, request.operation, step->state);
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
        resume_descriptors(step);
        return;
    }
    Request request = {.step = step, .operation = operation_at(reader_u8(&state))};
    if (request.operation == NULL) {
        error_corrupt(&step->error, "malformed gateway state");
        return;
    }
    if (request.operation->resume(&request, &state)) {
        set_state(step, PHASE_OPERATION, request.operation, step->state);
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
