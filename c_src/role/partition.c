#include "role/partition.h"

#include "base/canary.h"
#include "op/execute.h"
#include "op/item_write_reply.h"
#include "role/partition_internal.h"
#include "store/changes.h"
#include "store/entries.h"
#include "store/items.h"

// A fenced object keeps its tombstone for longer than any gateway trusts a descriptor, then erases itself.
static const double TOMBSTONE_MS = 10 * 60 * 1000;

StepVerdict partition_reply(Partition *partition, Result result) {
    Step *step = partition->step;
    StepVerdict verdict = partition_record_save(step, &partition->record);
    if (verdict == VERDICT_ROLLBACK) return verdict;
    result.rows_read = step->rows_read;
    result.rows_written = step->rows_written;
    Buf out;
    buf_init(&out, step->arena);
    result_encode(&out, &result);
    step_reply(step, buf_view(&out));
    return verdict;
}

StepVerdict partition_reply_status(Partition *partition, ResultStatus status) {
    return partition_reply(partition, (Result){.status = status});
}

StepVerdict partition_reply_payload(Partition *partition, const Buf *payload) {
    return partition_reply(partition, (Result){.status = RESULT_OK, .payload = buf_view(payload)});
}

StepVerdict partition_respond(Partition *partition, Slice body) {
    step_respond_http(partition->step, 200, body);
    return partition_record_save(partition->step, &partition->record);
}

StepVerdict partition_reply_error(Partition *partition) {
    Step *step = partition->step;
    if (step->error.kind >= ERROR_OUT_OF_MEMORY || step->rows_written != 0) return VERDICT_ROLLBACK;
    Result result = {.status = RESULT_ERROR, .error = step->error};
    step->error = (Error){0};
    return partition_reply(partition, result);
}

// --- Commands

static uint64_t next_version(void *context) {
    Partition *partition = context;
    return partition_next_version(&partition->record, partition->step->in.now_ms);
}

static void note_size(PartitionRecord *record, Slice item) {
    if (!record->all_small || item.len <= ITEM_BLOB_SMALL_BYTES_MAX) return;
    record->all_small = false;
    record->must_store = true;
}

static StepVerdict reply_refused(Partition *partition, ResultStatus status) {
    return status == RESULT_OK ? VERDICT_ROLLBACK : partition_reply_status(partition, status);
}

static StepVerdict run_write(Partition *partition) {
    Step *step = partition->step;
    ItemCommand command;
    ItemPlan plan;
    if (!command_decode_item(&partition->fields, &partition->header, &command, &step->error)) return VERDICT_ROLLBACK;
    if (!partition_owns(partition, &command.key)) return partition_reply_status(partition, RESULT_STALE);
    step_items_known(step);
    if (!CANARY(CANARY_HIDES_CHANGED_ITEM)) step_item(step, command.key.full_key);
    ResultStatus status;
    if (!partition_take_indexes(partition, command.index_set, 1, &status)) return reply_refused(partition, status);
    bool all_small = partition->record.all_small || !partition->record.registered; // then there is none at all
    if (!item_plan(step, &command, &partition->indexes, all_small, &plan)) return partition_reply_error(partition);
    IndexWrites writes = {
        .set = &partition->indexes,
        .count_arms = command.return_capacity != RETURN_CAPACITY_NONE,
    };
    if (plan.writes) {
        if (!partition->record.registered && !CANARY(CANARY_SKIPS_REGISTRATION)) {
            return partition_register(partition, &command.key);
        }
        note_size(&partition->record, plan.new_item);
        if (!partition_keep_indexes(partition, command.index_set)
            || !item_commit(step, &command, &plan, next_version(partition), &writes)) {
            return partition_reply_error(partition);
        }
        partition_arm_report(partition);
    }
    Buf body;
    buf_init(&body, step->arena);
    write_reply_render(&body, &command, &plan.written);
    return partition_finish_write(partition, &writes, command.wait_for_indexes, WRITE_REPLY_BODY, &body);
}

static StepVerdict run_batch_write(Partition *partition) {
    Step *step = partition->step;
    BatchCommand command;
    if (!command_decode_batch(step->arena, &partition->fields, &partition->header, &command, &step->error)) {
        return VERDICT_ROLLBACK;
    }
    for (size_t i = 0; i < command.entry_count; i++) {
        if (!partition_owns(partition, &command.entries[i].key)) return partition_reply_status(partition, RESULT_STALE);
        step_item(step, command.entries[i].key.full_key);
    }
    ResultStatus status;
    if (!partition_take_indexes(partition, command.index_set, command.entry_count, &status)) {
        return reply_refused(partition, status);
    }
    if (!partition->record.registered && command.entry_count != 0) {
        return partition_register(partition, &command.entries[0].key);
    }
    bool all_small = partition->record.all_small;
    for (size_t i = 0; i < command.entry_count; i++) note_size(&partition->record, command.entries[i].item);
    IndexWrites writes = {
        .set = &partition->indexes,
        .count_arms = command.return_capacity != RETURN_CAPACITY_NONE,
    };
    Buf payload;
    buf_init(&payload, step->arena);
    if (!partition_keep_indexes(partition, command.index_set)
        || !batch_write(step, &command, all_small, next_version, partition, &writes, &payload)) {
        return partition_reply_error(partition);
    }
    partition_arm_report(partition);
    return partition_finish_write(partition, &writes, command.wait_for_indexes, WRITE_REPLY_PAYLOAD, &payload);
}

static StepVerdict respond_read(Partition *partition, bool ok, const Buf *body) {
    if (!ok) return partition_reply_error(partition);
    if (body->failed) return VERDICT_ROLLBACK;
    return partition_respond(partition, buf_view(body));
}

static StepVerdict run_get(Partition *partition) {
    Step *step = partition->step;
    ItemCommand command;
    if (!command_decode_item(&partition->fields, &partition->header, &command, &step->error)) return VERDICT_ROLLBACK;
    if (!partition_owns(partition, &command.key)) return partition_reply_status(partition, RESULT_STALE);
    Buf body;
    buf_init(&body, step->arena);
    bool ok = item_get(step, &command, &body);
    return respond_read(partition, ok, &body);
}

static StepVerdict run_range(Partition *partition) {
    Step *step = partition->step;
    RangeCommand command;
    RangeResult result;
    if (!command_decode_range(step->arena, &partition->fields, &partition->header, &command, &step->error)) {
        return VERDICT_ROLLBACK;
    }
    if (!range_execute(step, &command, &result)) return partition_reply_error(partition);
    Buf out;
    buf_init(&out, step->arena);
    // A Scan may have to go on in another object: then the gateway assembles the page.
    bool is_page = command.header.kind == COMMAND_QUERY || result.has_more;
    if (command.render && is_page) {
        range_render(&command, &result, &out);
        return respond_read(partition, true, &out);
    }
    range_result_encode(&out, &result);
    return partition_reply_payload(partition, &out);
}

static StepVerdict run_batch_get(Partition *partition) {
    Step *step = partition->step;
    BatchCommand command;
    if (!command_decode_batch(step->arena, &partition->fields, &partition->header, &command, &step->error)) {
        return VERDICT_ROLLBACK;
    }
    Buf payload;
    buf_init(&payload, step->arena);
    if (!batch_get(step, &command, partition->record.all_small, &payload)) return partition_reply_error(partition);
    return partition_reply_payload(partition, &payload);
}

// The table is being deleted: nothing is kept but a tombstone, which outlives every gateway's idea of the table.
static StepVerdict run_fence(Partition *partition) {
    Step *step = partition->step;
    PartitionRecord *record = &partition->record;
    if (!items_drop(step) || !entries_drop(step) || !changes_drop(step)) return VERDICT_ROLLBACK;
    record->fenced = true;
    record->must_store = true;
    record->log_acknowledged = record->log_head;
    record->alarm_due_ms = step->in.now_ms + TOMBSTONE_MS;
    step_set_alarm(step, record->alarm_due_ms);
    return partition_reply_status(partition, RESULT_OK);
}

StepVerdict partition_run_command(Partition *partition) {
    Step *step = partition->step;
    partition->fields = reader_of(partition->message);
    if (!command_decode_header(&partition->fields, &partition->header, &step->error)) return VERDICT_ROLLBACK;
    step->content_type = partition->header.content_type;
    bool is_ours = slice_equal(partition->header.table_id, partition->identity.table)
                && partition->header.by_key == partition->identity.by_key;
    if (!is_ours) return partition_reply_status(partition, RESULT_STALE);
    if (partition->record.fenced && partition->header.kind != COMMAND_FENCE && !CANARY(CANARY_IGNORES_FENCE)) {
        return partition_reply_status(partition, RESULT_STALE);
    }
    switch (partition->header.kind) {
    case COMMAND_PUT:
    case COMMAND_UPDATE:
    case COMMAND_DELETE: return run_write(partition);
    case COMMAND_GET: return run_get(partition);
    case COMMAND_QUERY:
    case COMMAND_SCAN: return run_range(partition);
    case COMMAND_BATCH_GET: return run_batch_get(partition);
    case COMMAND_BATCH_WRITE: return run_batch_write(partition);
    case COMMAND_FENCE: return run_fence(partition);
    case COMMAND_PROBE: return partition_run_probe(partition);
    case COMMAND_INDEX_APPLY: return partition_run_apply(partition);
    case COMMAND_ADOPT: return partition_run_adopt(partition);
    case COMMAND_BACKFILL: return partition_run_backfill(partition);
    case COMMAND_SETTLED: return partition_run_settled(partition);
    }
    return VERDICT_ROLLBACK;
}

void partition_arm(Partition *partition, double due_ms) {
    PartitionRecord *record = &partition->record;
    if (record->alarm_due_ms != 0 && record->alarm_due_ms <= due_ms) return;
    record->alarm_due_ms = due_ms;
    step_set_alarm(partition->step, due_ms);
}

StepVerdict partition_finish_alarm(Partition *partition) {
    PartitionRecord *record = &partition->record;
    bool is_report_due = record->report_due_ms <= partition->step->in.now_ms; // or nothing is known after a wake-up
    if (is_report_due) return partition_send_report(partition);
    partition_arm(partition, record->report_due_ms);
    return partition_record_save(partition->step, record);
}

static StepVerdict run_alarm(Partition *partition) {
    Step *step = partition->step;
    PartitionRecord *record = &partition->record;
    bool sent;
    if (record->fenced) {
        step_delete_all(step);
        return VERDICT_COMMIT;
    }
    record->alarm_due_ms = 0;
    if (partition_is_of_index(partition)) return partition_run_marks(partition);
    if (record->report_due_ms != 0 && record->report_due_ms <= step->in.now_ms) {
        // Shipments have an alarm of their own, so that neither waits for the other to succeed.
        if (record->log_acknowledged < record->log_head) partition_arm(partition, step->in.now_ms);
        return partition_send_report(partition);
    }
    if (!partition_ship_again(partition, &sent)) return VERDICT_ROLLBACK;
    if (!sent) return partition_finish_alarm(partition);
    if (record->report_due_ms != 0) partition_arm(partition, record->report_due_ms);
    return partition_record_save(step, record);
}

static StepVerdict resume(Partition *partition) {
    Reader state = reader_of(partition->step->in.state);
    switch (reader_left(&state) == 0 ? 0 : reader_u8(&state)) {
    case PARTITION_STATE_REGISTER: return partition_resume_registration(partition);
    case PARTITION_STATE_REPORT: return partition_resume_report(partition, &state);
    case PARTITION_STATE_SHIP:
    case PARTITION_STATE_SHIP_WAITED: return partition_resume_shipment(partition);
    case PARTITION_STATE_BACKFILL: return partition_resume_backfill(partition);
    case PARTITION_STATE_MARKS: return partition_resume_marks(partition);
    default: break;
    }
    error_corrupt(&partition->step->error, "malformed state of a partition");
    return VERDICT_ROLLBACK;
}

StepVerdict partition_step(Step *step) {
    Partition partition = {.step = step};
    if (!name_parse(step->in.identity, &partition.identity) || partition.identity.kind != 'p') {
        error_corrupt(&step->error, "not a partition's name");
        return VERDICT_ROLLBACK;
    }
    if (!partition_record_load(step, &partition.record)) return VERDICT_ROLLBACK;
    switch (step->event) {
    case EVENT_START:
        partition.message = step->in.message;
        return partition_run_command(&partition);
    case EVENT_RESUME:
        return resume(&partition);
    case EVENT_ALARM: return run_alarm(&partition);
    }
    return VERDICT_ROLLBACK;
}
