// Walking a table in hash order: which objects to ask next, what to take from their answers, when the page ends.
//
// The first partition is asked alone, and renders the reply where its items end the page: most pages of large
// partitions take one call. Otherwise reads run ahead: as many partitions are asked at once as the page, by what those
// before them held, has room for, each for all that is missing; their answers are taken in order as long as they fit,
// and one that does not fit is thrown away and asked again for what is left. So a page never holds an item beyond its
// limit, and no item is skipped.
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
