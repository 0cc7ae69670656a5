// How an item stands in an index: pure functions of item and definition, used by everything that maintains, reads,
// charges for or checks an index.
#ifndef SHVM_OP_INDEX_ENTRY_H
#define SHVM_OP_INDEX_ENTRY_H

#include "msg/capacity.h"
#include "msg/command.h"
#include "msg/index_set.h"

typedef struct IndexEntry {
    bool present;     // false: the item lacks a key attribute, or has it with a wrong type: it is not in the index
    Slice key;        // encoded index key parts, HASH first (key_codec.h), no hash64; a local index: the RANGE part
    size_t hash_len;  // global: bytes of the HASH parts at its front
    Slice projected;  // item blob: keys of index and table, and what the projection takes
    size_t bytes;     // DynamoDB size of the projected item
} IndexEntry;

// item may be empty (no such item): not present. want_projected: fill in `projected` and `bytes`.
bool index_entry(Arena *arena, const IndexSet *set, const IndexDescriptor *index, Slice item, bool want_projected,
                 IndexEntry *out, Error *error);

// Half units of the index arm of a write that replaced old by new (docs/compatibility.md, "Capacity"): 0 untouched.
uint64_t index_write_capacity(const IndexEntry *old_entry, const IndexEntry *new_entry);
// Whether a global index has to hear of the change.
bool index_entry_changed(const IndexEntry *old_entry, const IndexEntry *new_entry);

// The index keys inside an item to write, for every index of the set: wrong types and empty values are errors for the
// client ("Type mismatch for Index Key …", "… A value specified for a secondary index key is not supported. …").
// is_update words them as UpdateItem does. Only attributes that differ from old_item are checked.
bool index_check_keys(Arena *arena, const IndexSet *set, Slice old_item, Slice new_item, bool is_update, Error *error);

// The same for one value that a Query names.
bool index_check_key(Arena *arena, const IndexDescriptor *index, const KeyAttribute *attribute, bool is_hash,
                     Slice value, Error *error);

// --- Where entries stand

// The full key of an item with these key attributes.
bool index_base_key(Arena *arena, const IndexSet *set, Slice item, ItemKey *out, Error *error);
// The key of an entry that is present, base being the item's own:
//   global   hash64 of the HASH parts ‖ HASH parts ‖ RANGE parts ‖ the item's full key
//   local    hash64 ‖ partition key ‖ RANGE part ‖ sort key
// partition_len of the outcome counts the hash and the HASH parts.
bool index_full_key(Arena *arena, const uint8_t seed[16], const IndexDescriptor *index, const IndexEntry *entry,
                    const ItemKey *base, ItemKey *out, Error *error);

// Names of the attributes in the index, keys included; *count is 0 where it has all.
bool index_projected_names(Arena *arena, const KeySchema *table_keys, const IndexDescriptor *index, Slice **names,
                           size_t *count, Error *error);
// The distinct key attributes of table and index (which may be NULL), the table's first. Returns how many.
#define READ_KEY_ATTRIBUTES_MAX (4 * INDEX_KEY_ATTRIBUTES_MAX)
size_t index_read_keys(const KeySchema *table_keys, const IndexDescriptor *index,
                       KeyAttribute out[READ_KEY_ATTRIBUTES_MAX]);

#endif
