#include "base/crc32.h"
#include "data/key_codec.h"
#include "msg/control.h"
#include "op/index_size.h"
#include "role/object_reply.h"
#include "role/partition_internal.h"
#include "store/items.h"

// A report follows the first change after the last one by once to twice this much, each object's at its own moment:
// those that are written to together would count all at once, and their clients wait. A large partition, which takes
// longer to count, waits longer. The first one after the object woke up comes soon: many objects are written to for a
// moment and then not for long, and to wake them for their report is dearer than the report.
static const double FIRST_REPORT_DELAY_MS = 500;
static const double REPORT_DELAY_MS = 5000;
static const double REPORT_DELAY_PER_ITEM_MS = 0.1;
static const double REPORT_RETRY_MS = 60000;

static double spread(const Step *step, double delay_ms) {
    uint32_t mixed = crc32(step->in.identity) * 2654435769u; // names that differ in one place have sums alike
    return delay_ms * (1 + mixed / 4294967296.0);
}

void partition_arm_report(Partition *partition) {
    PartitionRecord *record = &partition->record;
    if (record->report_due_ms != 0) return;
    double least = record->report_settled ? REPORT_DELAY_MS : FIRST_REPORT_DELAY_MS;
    double delay = spread(partition->step, least) + REPORT_DELAY_PER_ITEM_MS * (double)record->reported_count;
    record->report_due_ms = partition->step->in.now_ms + delay;
    partition_arm(partition, record->report_due_ms);
}

StepVerdict partition_send_report(Partition *partition) {
    Step *step = partition->step;
    PartitionRecord *record = &partition->record;
    ItemTotals totals;
    LocalSizes locals;
    step_items_known(step);
    record->report_due_ms = 0; // changes from here on need a report of their own
    if (!items_totals(step, &totals) || !partition_load_indexes(partition)
        || !index_local_sizes(step, &partition->indexes, &locals)) {
        return VERDICT_ROLLBACK;
    }
    if (totals.marks != 0) partition_arm(partition, step->in.now_ms + MARKS_KEPT_MS);
    bool is_known = record->report_settled && record->reported_count == totals.count &&
                    record->reported_bytes == totals.bytes && local_sizes_equal(&record->reported_locals, &locals);
    if (is_known || record->table_name.len == 0) return partition_record_save(step, record);
    record->reported_count = totals.count;
    record->reported_bytes = totals.bytes;
    record->reported_locals = locals;
    record->report_version = partition_next_version(record, step->in.now_ms);
    record->report_settled = false;
    bool by_key = partition->identity.by_key;
    Buf name, message;
    buf_init(&name, step->arena);
    buf_init(&message, step->arena);
    if (by_key) {
        name_directory(&name, partition->identity.table, directory_shard(key_leading_hash(record->partition_key)));
    } else {
        name_table(&name, record->table_name);
    }
    control_begin(&message, by_key ? CONTROL_DIRECTORY_REPORT : CONTROL_TABLE_REPORT);
    buf_slice(&message, partition->identity.table);
    buf_slice(&message, by_key ? record->partition_key : step->in.identity);
    buf_varint(&message, totals.count);
    buf_varint(&message, totals.bytes);
    buf_varint(&message, record->report_version);
    local_sizes_encode(&message, &locals);
    step_call(step, by_key ? ROLE_DIRECTORY : ROLE_TABLE, CALL_WRITE, buf_view(&name), buf_view(&message));
    Buf state;
    buf_init(&state, step->arena);
    buf_u8(&state, PARTITION_STATE_REPORT);
    buf_varint(&state, record->report_version);
    step_set_state(step, buf_view(&state));
    return partition_record_save(step, record);
}

StepVerdict partition_resume_report(Partition *partition, Reader *state) {
    Step *step = partition->step;
    PartitionRecord *record = &partition->record;
    Slice payload;
    ResultStatus status;
    step_items_known(step);
    // STALE: the table is gone, and nobody wants to know.
    bool reported = answer_payload(step, 0, &payload, &status) || status == RESULT_STALE;
    if (reported && reader_varint(state) == record->report_version) record->report_settled = true;
    if (!reported && record->report_due_ms == 0) {
        record->report_due_ms = step->in.now_ms + REPORT_RETRY_MS;
        partition_arm(partition, record->report_due_ms);
    }
    return partition_record_save(step, record);
}
