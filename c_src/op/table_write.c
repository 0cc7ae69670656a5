#include "op/table_write.h"

#include "op/table_describe.h"

// --- state := phase u8 ‖ own blob ‖ (IDENTIFY alone: table name ‖ kind u8 ‖ fields blob)
enum { PHASE_IDENTIFY = 1, PHASE_WRITE = 2 };

static Buf begin_state(Step *step, uint8_t phase, Slice own) {
    Buf state;
    buf_init(&state, step->arena);
    buf_u8(&state, phase);
    buf_slice(&state, own);
    return state;
}

void table_write_begin(Request *request, Slice table_name, ControlKind kind, Slice fields, Slice own) {
    Buf state = begin_state(request->step, PHASE_IDENTIFY, own);
    buf_slice(&state, table_name);
    buf_u8(&state, (uint8_t)kind);
    buf_slice(&state, fields);
    step_set_state(request->step, buf_view(&state));
    call_table(request, table_name, CALL_READ, CONTROL_TABLE_IDENTIFY, (Slice){NULL, 0});
}

bool table_write_sent(Request *request, Reader *state) {
    Step *step = request->step;
    uint8_t phase = reader_u8(state);
    Slice own = reader_slice(state);
    Result identified;
    bool stale;
    uint32_t rows_read = step->rows_read;
    if (phase == PHASE_IDENTIFY && request_answer(request, 0, &identified, &stale)) {
        Slice table_name = reader_slice(state);
        ControlKind kind = (ControlKind)reader_u8(state);
        Slice fields = reader_slice(state);
        Buf id_and_fields;
        buf_init(&id_and_fields, step->arena);
        buf_slice(&id_and_fields, identified.payload);
        buf_bytes(&id_and_fields, fields);
        call_table(request, table_name, CALL_WRITE, kind, buf_view(&id_and_fields));
        Buf next = begin_state(step, PHASE_WRITE, own);
        step_set_state(step, buf_view(&next));
        return true;
    }
    // A table that did not tell its id has answered the operation, too, which finds the same error.
    step->error = (Error){0};
    step->rows_read = rows_read;
    *state = reader_of(own);
    return false;
}
