// Shared by the partition role's files; not for others.
#ifndef SHVM_ROLE_PARTITION_INTERNAL_H
#define SHVM_ROLE_PARTITION_INTERNAL_H

#include "msg/command.h"
#include "msg/names.h"
#include "msg/result.h"
#include "role/partition_record.h"

typedef struct Partition {
    Step *step;
    ObjectIdentity identity;
    PartitionRecord record;
    Slice message; // the command
    CommandHeader header;
    Reader fields; // of the command, behind its header
} Partition;

// What a step that waits for a CALL keeps in `state`: the first byte says which.
enum { PARTITION_STATE_REGISTER = 1, PARTITION_STATE_REPORT = 2 };

// --- Answers. Each ends its step: the record is saved, and the verdict follows from what was written.
StepVerdict partition_reply(Partition *partition, Result result);
StepVerdict partition_reply_status(Partition *partition, ResultStatus status);
StepVerdict partition_reply_payload(Partition *partition, const Buf *payload);
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

// --- Reports of item count and size (partition_report.c), for DescribeTable
void partition_arm_report(Partition *partition);
StepVerdict partition_send_report(Partition *partition);
StepVerdict partition_resume_report(Partition *partition);

#endif
