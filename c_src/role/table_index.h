// The creation of a global index on a table that may hold items, in rounds (table_round.h) after UpdateTable
// has put it into the description as CREATING, under a new epoch.
//
// Every registered partition is visited: it adopts the epoch, with the index set, and then brings its items
// into the index, a bounded number at a time. From its adoption on a partition maintains the index with every
// write and refuses writes made under an older description, so whatever is written before is met by the
// backfill and whatever is written after is indexed by the write. Partitions that register later do so with a
// description that has the index: the table and the directory shards, which adopt the epoch before they are
// listed, answer STALE to registrations of older ones.
#ifndef SHVM_ROLE_TABLE_INDEX_H
#define SHVM_ROLE_TABLE_INDEX_H

#include "msg/descriptor.h"
#include "msg/envelope.h"

// First byte of the state while a round waits. Behind it: table id ‖ index id varint ‖ round varint ‖ calls made so far
// varint.
typedef enum IndexState {
    INDEX_KEYS = 32,    // a shard's next keys
    INDEX_TARGETS = 33, // partitions adopting or bringing in: count varint
} IndexState;

// The alarm of a table with a CREATING index.
StepVerdict table_index_build(Step *step, TableDescriptor *table);
// state stands behind its first byte.
StepVerdict table_index_resume(Step *step, IndexState kind, Reader *state);

#endif
