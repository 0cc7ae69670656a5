// The sweep of registrations nobody used (directory.h).
#ifndef SHVM_ROLE_DIRECTORY_SWEEP_H
#define SHVM_ROLE_DIRECTORY_SWEEP_H

#include "role/directory_record.h"

#define STATE_SWEEP 2 // first byte of a sweep's state

// The shard is not fenced and its alarm went off.
StepVerdict directory_sweep(Step *step, Slice table_id, DirectoryRecord *record);
// The probes are answered; state stands behind its first byte.
StepVerdict directory_sweep_resume(Step *step, Reader *state, DirectoryRecord *record);

#endif
