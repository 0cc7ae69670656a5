#include "op/item_write_reply.h"

#include "data/item_codec.h"
#include "data/json_writer.h"

bool write_reply_plan(Step *step, const WriteReplyPlan *plan) {
    Buf state;
    buf_init(&state, step->arena);
    buf_u8(&state, (uint8_t)plan->return_capacity);
    buf_slice(&state, plan->table_name);
    buf_slice(&state, plan->refusal);
    buf_slice(&state, plan->collection_key);
    if (state.failed) return error_out_of_memory(&step->error);
    step_set_state(step, buf_view(&state));
    return true;
}

static bool read_plan(Step *step, Reader *state, WriteReplyPlan *plan) {
    plan->return_capacity = (ReturnCapacity)reader_u8(state);
    plan->table_name = reader_slice(state);
    plan->refusal = reader_slice(state);
    plan->collection_key = reader_slice(state);
    return !state->failed || error_corrupt(&step->error, "malformed state of a write");
}

void collection_metrics_to_json(Buf *out, Slice collection_key) {
    buf_cstr(out, "{\"ItemCollectionKey\":");
    item_to_json(out, collection_key);
    buf_cstr(out, ",\"SizeEstimateRangeGB\":[0.0,1.0]}");
}

static void render(Buf *body, const WriteReplyPlan *plan, const WriteResult *written) {
    bool first = true;
    size_t attribute_count = 0;
    item_attributes(written->attributes, &attribute_count);
    buf_u8(body, '{');
    if (attribute_count > 0) {
        json_write_member(body, &first, "Attributes");
        item_to_json(body, written->attributes);
    }
    if (plan->return_capacity != RETURN_CAPACITY_NONE) {
        Capacity capacity = {
            .table_name = plan->table_name,
            .table_half_units = capacity_write(written->old_bytes, written->new_bytes),
            .indexes = written->indexes,
            .index_count = written->index_count,
        };
        json_write_member(body, &first, "ConsumedCapacity");
        capacity_to_json(body, &capacity, plan->return_capacity);
    }
    if (plan->collection_key.len > 0) {
        json_write_member(body, &first, "ItemCollectionMetrics");
        collection_metrics_to_json(body, plan->collection_key);
    }
    buf_u8(body, '}');
}

bool write_reply_resume(Request *request, Reader *state) {
    Step *step = request->step;
    WriteReplyPlan plan;
    Result result;
    bool stale;
    if (!read_plan(step, state, &plan)) return false;
    if (!request_answer(request, 0, &result, &stale)) {
        if (step->error.kind == ERROR_VALIDATION && plan.refusal.len > 0) {
            step->error = (Error){.kind = ERROR_VALIDATION, .message = plan.refusal};
        }
        return false;
    }
    WriteResult written;
    Reader payload = reader_of(result.payload);
    if (!write_result_decode(step->arena, &payload, &written)) {
        return error_corrupt(&step->error, "malformed answer to a write");
    }
    Buf body;
    buf_init(&body, step->arena);
    render(&body, &plan, &written);
    if (body.failed) return error_out_of_memory(&step->error);
    step_respond_http(step, 200, buf_view(&body));
    return true;
}
