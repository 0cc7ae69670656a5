// What a partition object knows about itself beside its items: `local` in memory, and the part of it that must survive,
// stored in SPACE_META under "record".
//
//   record := version u8 (1) ‖ flags u8 ‖ clock floor u64 ‖ clock ceiling u64 ‖ registrations under way varint
//             ‖ reported count varint ‖ table name ‖ partition key ‖ index epoch varint
//             ‖ alarm due f64 ‖ report due f64 ‖ log head varint ‖ log acknowledged varint ‖ shipping since f64
//             ‖ acknowledged out of order blob ‖ reported bytes varint ‖ report version varint ‖ report settled u8
//             ‖ shipment in parts: first row varint ‖ groups sent varint
//             ‖ log settled varint ‖ [in `local` alone: "indexes" blob, as in SPACE_META (partition_index.c)
//             ‖ rows of the log's tail blob] ‖ reported sizes of local indexes (msg/local_sizes.h)
//   What stands behind the index epoch is of use in memory only; a record that ends there is from an earlier release.
//
// The clock: versions are 53 bits, 41 of milliseconds and 12 of counter, and never go back. The floor is the last
// version given out and lives in memory only; the ceiling is stored and lies ahead of it, so that an object that wakes
// up (perhaps on a machine whose clock is behind) goes on above everything it ever gave out. One row per hour of
// activity is written for it, instead of one per delete.
#ifndef SHVM_ROLE_PARTITION_RECORD_H
#define SHVM_ROLE_PARTITION_RECORD_H

#include "base/limits.h"
#include "msg/envelope.h"
#include "msg/local_sizes.h"

typedef struct PartitionRecord {
    bool registered;   // the directory (layout key) or the table (layout hash) lists this object
    bool fenced;       // the table was deleted: nothing is served any more
    bool all_small;    // no item was ever larger than ITEM_BLOB_SMALL_BYTES_MAX (store/items.h)
    uint64_t floor;    // last version given out
    uint64_t ceiling;  // stored upper bound of all versions given out
    uint64_t registering; // registrations under way; in memory only
    uint64_t reported_count; // items at the last report: larger partitions report less often
    Slice table_name;    // where to report to; empty until registered
    Slice partition_key; // layout key: hash64 ‖ encoded partition key
    // Indexes of the table; 0 in a table that never had any: then SPACE_META holds no "indexes" (partition_index.c).
    uint64_t index_epoch;
    // In memory only from here on. Times in ms; 0: none.
    double alarm_due_ms;    // when the alarm will go off
    double report_due_ms;
    // The effects log (store/changes.h). After a wake-up they are found in its newest row.
    uint64_t log_head;      // number of the last row
    uint64_t log_acknowledged; // all rows up to this one have reached the indexes
    uint64_t log_settled;      // the same as storage knows it: a wake-up sends none of them again
    double shipping_since_ms;  // a shipment of rows is under way
    uint64_t part_first;       // the shipment that begins with this row goes out in parts;
    uint64_t part_sent;        // so many of its groups have arrived
    uint8_t acknowledged_slots[CHANGES_IN_FLIGHT_MAX / 8]; // rows beyond log_acknowledged that have, too
    Slice indexes;  // as SPACE_META has them; empty: not known, or too many to be kept in memory
    Slice log_tail; // the log's last rows, each length varint ‖ effects: those not acknowledged, where they are few
    uint64_t reported_bytes;
    LocalSizes reported_locals;
    uint64_t report_version; // of the last report sent
    bool report_settled;     // it has arrived: what is the same needs no report
    bool must_store;   // the stored part changed in this step
} PartitionRecord;

// From `local`, or from storage when the object just woke up. A fresh object's record is all zero.
bool partition_record_load(Step *step, PartitionRecord *record);
// Sets `local`, and stores the record where its stored part changed (the step must be a writing one then). The verdict
// is COMMIT where this or anything before in the step was written, READONLY otherwise, ROLLBACK with step->error set
// on failure.
StepVerdict partition_record_save(Step *step, const PartitionRecord *record);
// Keeps in memory what SPACE_META has under "indexes".
void partition_record_keep_indexes(PartitionRecord *record, Slice indexes);
// Notes a row just appended, and finds one: empty where it is not in memory.
void partition_record_note_row(Step *step, PartitionRecord *record, Slice effects);
Slice partition_record_row(const PartitionRecord *record, uint64_t row);
// The next version.
uint64_t partition_next_version(PartitionRecord *record, double now_ms);

#endif
