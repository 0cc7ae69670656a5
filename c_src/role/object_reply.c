#include "role/object_reply.h"

static StepVerdict reply(Step *step, const Result *result, bool wrote) {
    Buf body;
    buf_init(&body, step->arena);
    result_encode(&body, result);
    step_reply(step, buf_view(&body));
    return wrote ? VERDICT_COMMIT : VERDICT_READONLY;
}

StepVerdict reply_ok(Step *step, Slice payload, bool wrote) {
    if (step->error.kind != ERROR_NONE) return reply_error(step);
    Result result = {
        .status = RESULT_OK,
        .rows_read = step->rows_read,
        .rows_written = step->rows_written,
        .payload = payload,
    };
    return reply(step, &result, wrote);
}

StepVerdict reply_keys(Step *step, StoreSpace space, Slice after, Slice upper, uint64_t limit, bool wrote) {
    // The smallest key beyond `after` is `after` and a zero byte.
    Buf lower;
    buf_init(&lower, step->arena);
    buf_bytes(&lower, after);
    if (after.len != 0) buf_u8(&lower, 0);
    StoreRow *rows;
    size_t count;
    // One more than asked for, only to say that there are more.
    if (!store_list(step, space, buf_view(&lower), upper, (uint32_t)limit + 1, &rows, &count)) return reply_error(step);
    bool has_more = count > limit;
    if (has_more) count = (size_t)limit;
    Buf payload;
    buf_init(&payload, step->arena);
    buf_varint(&payload, count);
    for (size_t i = 0; i < count; i++) buf_slice(&payload, rows[i].key);
    buf_u8(&payload, has_more);
    return reply_ok(step, buf_view(&payload), wrote);
}

StepVerdict reply_stale(Step *step) {
    Result result = {.status = RESULT_STALE, .rows_read = step->rows_read};
    return reply(step, &result, false);
}

StepVerdict reply_error(Step *step) {
    if (step->error.kind >= ERROR_OUT_OF_MEMORY) return VERDICT_ROLLBACK;
    Result result = {.status = RESULT_ERROR, .rows_read = step->rows_read, .error = step->error};
    step->error = (Error){.kind = ERROR_NONE}; // answered
    return reply(step, &result, false);
}

StepVerdict reply_unsupported(Step *step) {
    error_unsupported(&step->error, "unknown kind of a control message");
    return reply_error(step);
}

StepVerdict finish_quietly(const Step *step, bool wrote) {
    if (step->error.kind != ERROR_NONE) return VERDICT_ROLLBACK;
    return wrote ? VERDICT_COMMIT : VERDICT_READONLY;
}

bool answer_payload(Step *step, size_t index, Slice *payload, ResultStatus *status) {
    *payload = (Slice){NULL, 0};
    *status = RESULT_BUSY;
    if (index >= step->in.answer_count) return false;
    const Answer *answer = &step->in.answers[index];
    if (answer->status != ANSWER_OK) return false;
    Result result;
    Error malformed = {0};
    // An answer nobody can read says nothing about what happened: like one that never came.
    if (!result_decode(answer->body, &result, &malformed)) return false;
    *status = result.status;
    *payload = result.payload;
    return result.status == RESULT_OK;
}
