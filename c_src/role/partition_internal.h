// Shared by the partition role's files; not for others.
#ifndef SHVM_ROLE_PARTITION_INTERNAL_H
#define SHVM_ROLE_PARTITION_INTERNAL_H

#include "msg/command.h"
#include "msg/names.h"
#include "msg/result.h"
#include "op/index_write.h"
#include "role/partition_record.h"

// The last row of the effects log that was written before an index was known here.
typedef struct IndexStart {
    uint32_t index_id;
    uint64_t row;
} IndexStart;

typedef struct Partition {
    Step *step;
    ObjectIdentity identity;
    PartitionRecord record;
    Slice message; // the command
    CommandHeader header;
    Reader fields; // of the command, behind its header
    IndexSet indexes; // of the table, in writes
    IndexStart starts[GSI_MAX]; // of its global indexes, where not 0
    size_t start_count;
    bool knows_starts; // they are loaded
} Partition;

#define MARKS_KEPT_MS 60000.0 // after they are settled: partition_index_object.c

// What a step that waits for a CALL keeps in `state`: the first byte says which.
enum {
    PARTITION_STATE_REGISTER = 1,
    PARTITION_STATE_REPORT = 2,
    PARTITION_STATE_SHIP = 3,
    PARTITION_STATE_SHIP_WAITED = 4, // for whose outcome a write's reply waits
    PARTITION_STATE_BACKFILL = 5,
    PARTITION_STATE_MARKS = 6,
};

// --- Answers. Each ends its step: the record is saved, and the verdict follows from what was written.
StepVerdict partition_reply(Partition *partition, Result result);
StepVerdict partition_reply_status(Partition *partition, ResultStatus status);
StepVerdict partition_reply_payload(Partition *partition, const Buf *payload);
// Replies to the client itself, with a body of DynamoDB's JSON.
StepVerdict partition_respond(Partition *partition, Slice body);
// Replies step->error. DynamoDB's errors are answers; our own (memory, storage, corruption) are left to the core, which
// rolls back. So is any error that comes after something was written.
StepVerdict partition_reply_error(Partition *partition);

// --- Running a command (partition.c)
StepVerdict partition_run_command(Partition *partition);

// --- Registration (partition_registration.c): an item is acknowledged only after the object is listed where Scan and
// the table's deletion will look for it.
// Whether a key belongs to this object at all.
bool partition_owns(const Partition *partition, const ItemKey *key);
// Nothing was written yet: register, then the whole command is run again from its start.
StepVerdict partition_register(Partition *partition, const ItemKey *key);
StepVerdict partition_resume_registration(Partition *partition);
// The directory asks whether a registration is used.
StepVerdict partition_run_probe(Partition *partition);

// --- The object's one alarm
void partition_arm(Partition *partition, double due_ms);
// What an alarm does last: the report, where one is due.
StepVerdict partition_finish_alarm(Partition *partition);

// --- Indexes of the table (partition_index.c)
// Takes the index set that came with a write into partition->indexes. False: *status is what to answer. STALE: a newer
// one is known. BUSY: the log has no room for `rows` more. RESULT_OK: step->error says why.
bool partition_take_indexes(Partition *partition, Slice index_set, size_t rows, ResultStatus *status);
// Takes the index set that is known here.
bool partition_load_indexes(Partition *partition);
// Stores what partition_take_indexes took where it is news. Only in a step that writes.
bool partition_keep_indexes(Partition *partition, Slice index_set);
// The end of a write: effects go to the log, then on their way to the indexes; the reply waits for that or not. It is
// the client's (`body`), or a result's payload.
typedef enum WriteReplyKind { WRITE_REPLY_PAYLOAD = 0, WRITE_REPLY_BODY = 1 } WriteReplyKind;
StepVerdict partition_finish_write(Partition *partition, const IndexWrites *writes, bool wait, WriteReplyKind kind,
                                   const Buf *reply);
// The alarm: rows that have not been acknowledged go on their way again. *sent is false when nothing had to be sent.
bool partition_ship_again(Partition *partition, bool *sent);
StepVerdict partition_resume_shipment(Partition *partition);
StepVerdict partition_run_adopt(Partition *partition);
StepVerdict partition_run_backfill(Partition *partition);
StepVerdict partition_resume_backfill(Partition *partition);
// An index's object asks what this one will never send again.
StepVerdict partition_run_settled(Partition *partition);

// --- This object being one of an index's (partition_index_object.c)
bool partition_is_of_index(const Partition *partition);
StepVerdict partition_run_apply(Partition *partition);
StepVerdict partition_run_marks(Partition *partition);
StepVerdict partition_resume_marks(Partition *partition);

// --- Reports of item count and size (partition_report.c), for DescribeTable
void partition_arm_report(Partition *partition);
StepVerdict partition_send_report(Partition *partition);
StepVerdict partition_resume_report(Partition *partition, Reader *state);

#endif
