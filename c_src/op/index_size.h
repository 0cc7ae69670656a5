// Sizes of local indexes, counted afresh: reads and projects every item, so only for the lazy reports behind
// DescribeTable.
#ifndef SHVM_OP_INDEX_SIZE_H
#define SHVM_OP_INDEX_SIZE_H

#include "msg/envelope.h"
#include "msg/index_set.h"
#include "msg/local_sizes.h"

// One size for each local index of the set; reads nothing where there is none.
bool index_local_sizes(Step *step, const IndexSet *set, LocalSizes *out);

#endif
