#include "support/request_steps.h"

#include "support/check.h"

Answer test_answer(Arena *arena, ResultStatus status, Slice payload) {
    Buf out;
    buf_init(&out, arena);
    Result result = {.status = status, .payload = payload};
    result_encode(&out, &result);
    return (Answer){ANSWER_OK, buf_view(&out)};
}

static bool start(Request *request, Slice json, const TestObjects *objects) {
    Step *step = request->step;
    if (!json_open(&request->document, step->trees, json, &step->error)) return false;
    request->root = request->document.root;
    if (!request->operation->parse(request)) return false;
    for (size_t i = 0; i < request->table_count; i++) {
        if (objects->table(request->tables[i].name, &request->tables[i].descriptor)) continue;
        return error_set(&step->error, step->arena, ERROR_RESOURCE_NOT_FOUND, "Requested resource not found");
    }
    return request->operation->route(request);
}

// Answers the calls of a step. False when there is none to answer: *body is then the reply.
static bool answer_calls(const Step *step, TestObjects *objects, Answer *answers, Slice *body) {
    Reader actions = reader_of(buf_view(&step->actions));
    for (uint32_t i = 0; i < step->action_count; i++) {
        ActionKind kind = (ActionKind)reader_u8(&actions);
        if (kind == ACTION_RESPOND_HTTP) {
            CHECK_EQ_INT(reader_u16(&actions), 200);
            reader_bytes(&actions, 1 + 4 + REQUEST_ID_BYTES);
            *body = reader_bytes(&actions, reader_u32(&actions));
            return false;
        }
        if (kind == ACTION_REPEAT_MESSAGE) break; // it comes last, and every step is given the message here
        CHECK(kind == ACTION_CALL || kind == ACTION_FORWARD);
        uint8_t role = reader_u8(&actions);
        reader_u8(&actions); // mode
        Slice object = reader_bytes(&actions, reader_u32(&actions));
        Slice message = reader_bytes(&actions, reader_u32(&actions));
        CHECK(!actions.failed);
        answers[i] = objects->answer(step->arena, role, object, message);
    }
    objects->calls += step->action_count;
    CHECK(step->action_count > 0); // otherwise nothing would ever come
    return step->action_count > 0;
}

Slice test_request(Arena *arena, Arena *trees, const Operation *operation, Slice json, TestObjects *objects,
                   Error *error) {
    Step step = {.arena = arena, .trees = trees, .calls_max = objects->calls_max};
    Request request = {.step = &step, .operation = operation};
    Slice body = {NULL, 0};
    objects->calls = 0;
    buf_init(&step.actions, arena);
    step.in.message = json;
    bool goes_on = start(&request, json, objects);
    while (goes_on) {
        Answer *answers = ARENA_ARRAY(arena, Answer, step.action_count + 1);
        if (!answer_calls(&step, objects, answers, &body)) break;
        Step next = {.arena = arena, .trees = trees, .event = EVENT_RESUME, .calls_max = objects->calls_max};
        next.in.message = json;
        next.in.answers = answers;
        next.in.answer_count = step.action_count;
        Reader state = reader_of(step.state);
        buf_init(&next.actions, arena);
        step = next;
        request = (Request){.step = &step, .operation = operation};
        goes_on = operation->resume(&request, &state);
    }
    *error = step.error;
    return body;
}
