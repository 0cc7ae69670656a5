// How an item stands in an index: pure functions of item and definition, used by everything that maintains, reads,
// charges for or checks an index.
#ifndef SHVM_OP_INDEX_ENTRY_H
#define SHVM_OP_INDEX_ENTRY_H

#include "msg/capacity.h"
#include "msg/index_set.h"

typedef struct IndexEntry {
    bool present;     // false: the item lacks a key attribute, or has it with a wrong type: it is not in the index
    Slice key;        // encoded index key parts, HASH first (key_codec.h), without hash64; a local index: the RANGE part
    size_t hash_len;  // global: bytes of the HASH parts at its front
    Slice projected;  // item blob: keys of index and table, and what the projection takes
    size_t bytes;     // DynamoDB size of the projected item
} IndexEntry;

// item may be empty (no such item): not present. want_projected: fill in `projected` and `bytes`.
bool index_entry(Arena *arena, const IndexSet *set, const IndexDescriptor *index, Slice item, bool want_projected,
                 IndexEntry *out, Error *error);

// Half units of the index arm of a write that replaced old by new (docs/compatibility.md, "Capacity"): 0 untouched.
uint64_t index_write_capacity(const IndexEntry *old_entry, const IndexEntry *new_entry);

// The index keys inside an item to write, for every index of the set: wrong types and empty values are errors for the
// client ("Type mismatch for Index Key …", "… A value specified for a secondary index key is not supported. …").
// is_update words them as UpdateItem does. Only attributes that differ from old_item are checked.
bool index_check_keys(Arena *arena, const IndexSet *set, Slice old_item, Slice new_item, bool is_update, Error *error);

#endif
