#include "op/operation.h"

size_t request_need_table(Request *request, Slice name) {
    for (size_t i = 0; i < request->table_count; i++) {
        if (slice_equal(request->tables[i].name, name)) return i;
    }
    // Room for one more at a time: requests name one table, or a few.
    TableUse *tables = ARENA_ARRAY(request->step->arena, TableUse, request->table_count + 1);
    if (tables == NULL) {
        error_out_of_memory(&request->step->error);
        return SIZE_MAX;
    }
    if (request->table_count != 0) memcpy(tables, request->tables, request->table_count * sizeof *tables);
    tables[request->table_count].name = name;
    request->tables = tables;
    return request->table_count++;
}

bool request_answer(Request *request, size_t index, Result *result, bool *stale) {
    Step *step = request->step;
    *stale = false;
    if (index >= step->in.answer_count) return error_corrupt(&step->error, "an answer is missing");
    const Answer *answer = &step->in.answers[index];
    if (answer->status != ANSWER_OK) {
        // Whether a write that went unanswered ran is not known, so it is the client's to repeat.
        return error_set(&step->error, step->arena, ERROR_INTERNAL_SERVER, "Internal server error");
    }
    if (!result_decode(answer->body, result, &step->error)) return false;
    step->rows_read += result->rows_read;
    step->rows_written += result->rows_written;
    switch (result->status) {
    case RESULT_OK: return true;
    case RESULT_ERROR: step->error = result->error; return false;
    case RESULT_STALE: *stale = true; return false;
    case RESULT_BUSY:
        return error_set(&step->error, step->arena, ERROR_THROTTLING,
                         "Throughput exceeds the current capacity of your table or index.");
    case RESULT_UNSUPPORTED: break;
    }
    return error_set(&step->error, step->arena, ERROR_INTERNAL_SERVER, "Internal server error");
}
