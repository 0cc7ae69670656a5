// Entries of local secondary indexes: keys only, the item is read beside them in the same statement. One billed row per
// entry, written where the entry's key changes.
//
//   entries(key, base)   key := index id u8 ‖ what op/index_entry.h says;  base := the item's stored key
#ifndef SHVM_STORE_ENTRIES_H
#define SHVM_STORE_ENTRIES_H

#include "store/items.h"

bool entries_put(Step *step, Slice key, Slice base);
bool entries_delete(Step *step, Slice key);
// The items of the entries with lower <= key < upper, in the entries' order or in reverse, as items_range gives them;
// chunk->last_key is the last entry's.
bool entries_range(Step *step, Slice lower, Slice upper, bool reverse, uint32_t limit, ItemsChunk *chunk);
bool entries_drop(Step *step);

#endif
