// Walking a table in hash order: which objects to ask next, what to take from their answers, when the page ends.
//
// Reads run ahead: up to SCAN_READS_MAX partitions are asked at once, each for all that the page still has room for;
// their answers are taken in order as long as they fit, and one that does not fit is thrown away and asked again for
// what is left. So a page never holds an item beyond its limit, and no item is skipped.
#ifndef SHVM_OP_SCAN_WALK_H
#define SHVM_OP_SCAN_WALK_H

#include "op/operation.h"
#include "op/scan_state.h"

#define SCAN_READS_MAX 8u  // [US] partitions asked at once: bounds what answers may hold in memory

// The first step, with from, to, limits and table set.
bool scan_begin(Step *step, ScanState *state);
// Answers are there. Renders the reply, or asks on and puts the state into the step.
bool scan_resume(Request *request, Reader *state);

#endif
