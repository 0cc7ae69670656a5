#include "op/item_write_reply.h"

#include "data/item_codec.h"
#include "data/json_writer.h"
#include "msg/capacity.h"

void collection_metrics_to_json(Buf *out, Slice collection_key) {
    buf_cstr(out, "{\"ItemCollectionKey\":");
    item_to_json(out, collection_key);
    buf_cstr(out, ",\"SizeEstimateRangeGB\":[0.0,1.0]}");
}

void write_reply_render(Buf *body, const ItemCommand *command, const WriteResult *written) {
    bool first = true;
    size_t attribute_count = 0;
    item_attributes(written->attributes, &attribute_count);
    buf_u8(body, '{');
    if (attribute_count > 0) {
        json_write_member(body, &first, "Attributes");
        item_to_json(body, written->attributes);
    }
    if (command->return_capacity != RETURN_CAPACITY_NONE) {
        Capacity capacity = {
            .table_name = command->header.table_name,
            .table_half_units = capacity_write(written->old_bytes, written->new_bytes),
            .indexes = written->indexes,
            .index_count = written->index_count,
        };
        json_write_member(body, &first, "ConsumedCapacity");
        capacity_to_json(body, &capacity, command->return_capacity);
    }
    if (command->collection_key.len > 0) {
        json_write_member(body, &first, "ItemCollectionMetrics");
        collection_metrics_to_json(body, command->collection_key);
    }
    buf_u8(body, '}');
}

bool write_reply_expect(Step *step, Slice refusal) {
    Buf state;
    buf_init(&state, step->arena);
    buf_slice(&state, refusal);
    if (state.failed) return error_out_of_memory(&step->error);
    step_set_state(step, buf_view(&state));
    return true;
}

bool write_reply_resume(Request *request, Reader *state) {
    Step *step = request->step;
    Slice refusal = reader_slice(state);
    if (state->failed) return error_corrupt(&step->error, "malformed state of a write");
    Result result;
    bool stale;
    if (request_answer(request, 0, &result, &stale)) {
        return error_corrupt(&step->error, "a forwarded write came back");
    }
    if (step->error.kind == ERROR_VALIDATION && refusal.len > 0) {
        step->error = (Error){.kind = ERROR_VALIDATION, .message = refusal};
    }
    return false;
}
