// Operations at the partition: commands against the store. Called by the partition role inside one step.
#ifndef SHVM_OP_EXECUTE_H
#define SHVM_OP_EXECUTE_H

#include "msg/command.h"
#include "msg/envelope.h"
#include "msg/result.h"
#include "op/index_write.h"
#include "store/items.h"

// What a write decided, before it is stored: evaluation and writing are separate, so that a partition can evaluate,
// register its key, evaluate again and only then write.
typedef struct ItemPlan {
    StoredItem old;   // as stored, old.found false when there is none
    Slice new_item;   // item blob to store; empty: delete (or leave absent)
    bool writes;      // whether anything has to be written at all
    bool overwrites;  // nobody looked at the old item, and nobody has to
    size_t new_bytes; // DynamoDB size of new_item
    WriteResult written; // the answer once the write is done
} ItemPlan;

// Reads the item and evaluates PUT, UPDATE or DELETE. false: step->error holds what to answer (a failed condition, a
// bad path, …) and nothing is to be written. all_small: no item of the space is large, so that a PutItem whose outcome
// does not depend on the old item need not read it.
bool item_plan(Step *step, const ItemCommand *command, const IndexSet *indexes, bool all_small, ItemPlan *plan);
// Writes it under the given version, and to the table's local indexes.
bool item_commit(Step *step, const ItemCommand *command, ItemPlan *plan, uint64_t version, IndexWrites *writes);

// The part of an item that a reader asked for: the item itself where the projection is empty.
bool item_project(Step *step, Slice projection, Slice item, Slice *out);

// GET: appends the whole HTTP body.
bool item_get(Step *step, const ItemCommand *command, Buf *body);

// The key under which an object of this layout stores an item, and the bounds of its ranges: a part of the full key.
Slice storage_key(const CommandHeader *header, Slice full_key, size_t partition_len);

// BATCH_GET: appends entry count and entries (result.h). all_small: no item was ever larger than
// ITEM_BLOB_SMALL_BYTES_MAX.
bool batch_get(Step *step, const BatchCommand *command, bool all_small, Buf *payload);
// BATCH_WRITE: writes all entries, each under a version of its own; appends count × (position varint ‖ WriteResult).
// all_small as for item_plan.
bool batch_write(Step *step, const BatchCommand *command, bool all_small, uint64_t (*next_version)(void *),
                 void *clock, IndexWrites *writes, Buf *payload);

// INDEX_APPLY: writes the entries that are newer than what stands there. *wrote tells whether any was.
bool index_apply(Step *step, const ApplyCommand *command, bool *wrote);

// QUERY and SCAN: evaluates one page of this object.
bool range_execute(Step *step, const RangeCommand *command, RangeResult *result);
// The HTTP body of a Query that one partition answers alone.
void range_render(const RangeCommand *command, const RangeResult *result, Buf *body);

#endif
