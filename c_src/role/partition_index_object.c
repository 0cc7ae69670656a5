// A partition of a global index: it takes entries from base partitions, its sources, in any order and perhaps twice.
//
// An entry's version decides, as long as something stands at its key. What left its key stands there as a mark, and the
// mark may go when nothing older can come any more:
//
//   1. Its source will never send anything older again. The shipment says so (ApplyCommand.settled) where all rows of
//      the source's log before it had arrived; that is nearly always so. Otherwise the mark is unsettled, keeps its
//      source's name, and the alarm asks the source (SETTLED) until the answer covers its version. An answer says what
//      the source's storage knows, so that it holds for an object that loses its memory afterwards.
//   2. What was sent before is not under way any more. A delivery that differs from this object's clock by more than
//      DELIVERY_LIFE_MS is refused, and its source sends again what it still has to. The sender's clock may be ahead by
//      as much, so what was sent before a mark was settled is refused 2 × DELIVERY_LIFE_MS later; the mark is kept for
//      MARKS_KEPT_MS from then on, and an object's clock may go back by the difference.
#include "base/canary.h"
#include "op/execute.h"
#include "role/object_reply.h"
#include "role/partition_internal.h"
#include "store/items.h"

static const double DELIVERY_LIFE_MS = 20000;
static const double NEXT_SOURCES_MS = 1000;
#define SETTLED_FOR_GOOD ((uint64_t)1 << 53) // above every version

static bool is_timely(const Partition *partition, const ApplyCommand *command) {
    if (command->source.len == 0 || CANARY(CANARY_TAKES_LATE_DELIVERIES)) return true; // an earlier release's
    double age = partition->step->in.now_ms - command->sent_ms;
    return age <= DELIVERY_LIFE_MS && age >= -DELIVERY_LIFE_MS;
}

StepVerdict partition_run_apply(Partition *partition) {
    Step *step = partition->step;
    ApplyCommand command;
    bool wrote;
    if (!command_decode_apply(step->arena, &partition->fields, &partition->header, &command, &step->error)) {
        return VERDICT_ROLLBACK;
    }
    if (!is_timely(partition, &command)) return partition_reply_status(partition, RESULT_BUSY);
    for (size_t i = 0; i < command.entry_count; i++) {
        if (!partition_owns(partition, &command.entries[i].key)) return partition_reply_status(partition, RESULT_STALE);
    }
    if (!partition->record.registered && command.entry_count != 0) {
        return partition_register(partition, &command.entries[0].key);
    }
    if (!index_apply(step, &command, &wrote)) return VERDICT_ROLLBACK;
    if (wrote) partition_arm_report(partition);
    return partition_reply_status(partition, RESULT_OK);
}

// --- Marks, by the alarm

bool partition_is_of_index(const Partition *partition) {
    Slice table_id;
    uint32_t index_id;
    return space_id_parse(partition->identity.table, &table_id, &index_id) && index_id != 0;
}

static void ask_source(Partition *partition, Slice source) {
    Step *step = partition->step;
    uint32_t index_id;
    CommandHeader header = {
        .kind = COMMAND_SETTLED,
        .table_name = partition->record.table_name,
        .by_key = partition->identity.by_key,
    };
    Buf message;
    buf_init(&message, step->arena);
    space_id_parse(partition->identity.table, &header.table_id, &index_id);
    command_encode_header(&message, &header);
    if (message.failed) error_out_of_memory(&step->error);
    step_call(step, ROLE_PARTITION, CALL_WRITE, source, buf_view(&message));
}

// state := PARTITION_STATE_MARKS u8 ‖ for each call: the source asked
StepVerdict partition_run_marks(Partition *partition) {
    Step *step = partition->step;
    Slice sources[SHIPMENT_OBJECTS_MAX];
    size_t count;
    if (!items_sweep(step, step->in.now_ms - MARKS_KEPT_MS)) return VERDICT_ROLLBACK;
    if (!items_mark_sources(step, SHIPMENT_OBJECTS_MAX, sources, &count)) return VERDICT_ROLLBACK;
    if (count == 0) return partition_finish_alarm(partition);
    // Should the object lose its memory now, the alarm goes on.
    partition_arm(partition, step->in.now_ms + (count == SHIPMENT_OBJECTS_MAX ? NEXT_SOURCES_MS : MARKS_KEPT_MS));
    Buf state;
    buf_init(&state, step->arena);
    buf_u8(&state, PARTITION_STATE_MARKS);
    for (size_t i = 0; i < count; i++) {
        ask_source(partition, sources[i]);
        buf_slice(&state, sources[i]);
    }
    if (state.failed) error_out_of_memory(&step->error);
    step_set_state(step, buf_view(&state));
    return partition_record_save(step, &partition->record);
}

StepVerdict partition_resume_marks(Partition *partition) {
    Step *step = partition->step;
    Reader state = reader_of(step->in.state);
    reader_u8(&state);
    if (partition->record.fenced) return partition_record_save(step, &partition->record);
    for (size_t i = 0; i < step->in.answer_count; i++) {
        Slice source = reader_slice(&state);
        Slice payload;
        ResultStatus status;
        bool answered = answer_payload(step, i, &payload, &status);
        Reader answer = reader_of(payload);
        uint64_t settled = answered ? reader_varint(&answer) : 0;
        if (!answered && status == RESULT_STALE) settled = SETTLED_FOR_GOOD;
        if (settled != 0 && !answer.failed && !items_settle(step, source, settled)) return VERDICT_ROLLBACK;
    }
    return partition_finish_alarm(partition);
}
