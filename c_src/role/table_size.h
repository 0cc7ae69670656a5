// Descriptions of a table: the descriptor, and the sizes of the table and its indexes as registered objects
// have reported them. Sizes are estimates on AWS too: what does not answer is left out.
#ifndef SHVM_ROLE_TABLE_SIZE_H
#define SHVM_ROLE_TABLE_SIZE_H

#include "msg/descriptor.h"
#include "msg/envelope.h"

#define STATE_TOTALS 3 // first byte of the state while directory shards tell their sums

// Answers as CONTROL_TABLE_DESCRIBE does; in layout key after the registered directory shards have told their
// sums. At most calls_max are asked: those of the table, then of one index after the other.
StepVerdict table_reply_described(Step *step, const TableDescriptor *table, uint64_t calls_max, bool wrote);
// The same without sizes.
StepVerdict table_reply_unsized(Step *step, const TableDescriptor *table, bool wrote);
// state stands behind its first byte.
StepVerdict table_totals_told(Step *step, Reader *state);

#endif
