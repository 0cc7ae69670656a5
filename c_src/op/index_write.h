// What a partition does about indexes when an item changes: local indexes' entries are updated in the same transaction,
// changes that global indexes have to hear of are collected for the effects log, and index arms are counted.
#ifndef SHVM_OP_INDEX_WRITE_H
#define SHVM_OP_INDEX_WRITE_H

#include "msg/command.h"
#include "msg/effect.h"
#include "msg/envelope.h"
#include "msg/index_set.h"
#include "msg/result.h"

// One command's.
typedef struct IndexWrites {
    const IndexSet *set; // of the table; count 0: nothing is to be done
    bool count_arms;
    Effect *effects;     // what the log's readers want to know
    size_t effect_count;
    size_t effect_cap;
} IndexWrites;

// The item has just been written (or deleted: new_item empty). Fills in written->indexes under count_arms. old_item and
// new_item must live as long as the step.
bool index_writes_add(Step *step, IndexWrites *writes, const CommandHeader *header, const ItemKey *key, Slice old_item,
                      Slice new_item, uint64_t version, WriteResult *written);

// The part of an entry's full key under which a partition keeps a local index's entry.
bool index_local_key(Arena *arena, const CommandHeader *header, uint32_t index_id, Slice full_key,
                     size_t partition_len, Slice *out, Error *error);

#endif
