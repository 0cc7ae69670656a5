// What a partition object knows about itself beside its items: `local` in memory, and the part of it that must survive,
// stored in SPACE_META under "record".
//
//   record := version u8 (1) ‖ flags u8 ‖ clock floor u64 ‖ clock ceiling u64 ‖ registrations under way varint
//             ‖ reported count varint ‖ table name ‖ partition key
//
// The clock: versions are 53 bits, 41 of milliseconds and 12 of counter, and never go back. The floor is the last
// version given out and lives in memory only; the ceiling is stored and lies ahead of it, so that an object that wakes
// up (perhaps on a machine whose clock is behind) goes on above everything it ever gave out. One row per hour of
// activity is written for it, instead of one per delete.
#ifndef SHVM_ROLE_PARTITION_RECORD_H
#define SHVM_ROLE_PARTITION_RECORD_H

#include "msg/envelope.h"

typedef struct PartitionRecord {
    bool registered;   // the directory (layout key) or the table (layout hash) lists this object
    bool fenced;       // the table was deleted: nothing is served any more
    bool alarm_armed;  // an alarm is set: for a report, or for the erasure of a fenced object; in memory only
    uint64_t floor;    // last version given out
    uint64_t ceiling;  // stored upper bound of all versions given out
    uint64_t registering; // registrations under way; in memory only
    uint64_t reported_count; // items at the last report: larger partitions report less often
    Slice table_name;    // where to report to; empty until registered
    Slice partition_key; // layout key: hash64 ‖ encoded partition key
    bool must_store;   // the stored part changed in this step
} PartitionRecord;

// From `local`, or from storage when the object just woke up. A fresh object's record is all zero.
bool partition_record_load(Step *step, PartitionRecord *record);
// Sets `local`, and stores the record where its stored part changed (the step must be a writing one then). The verdict
// is COMMIT where this or anything before in the step was written, READONLY otherwise, ROLLBACK with step->error set
// on failure.
StepVerdict partition_record_save(Step *step, const PartitionRecord *record);
// The next version.
uint64_t partition_next_version(PartitionRecord *record, double now_ms);

#endif
