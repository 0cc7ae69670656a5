// What reads items beside items.c: a statement that concatenates stored values.
#ifndef SHVM_STORE_ITEMS_INTERNAL_H
#define SHVM_STORE_ITEMS_INTERNAL_H

#include "store/items.h"

// Runs a range statement (lower, upper unless empty, limit → values, count, last key), asking for fewer rows where the
// outcome would be too large.
bool items_read_chunk(Step *step, int statement, Slice lower, Slice upper, uint32_t limit, ItemsChunk *chunk);

#endif
