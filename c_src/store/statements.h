// Every SQL statement of the system, in one table: number → text. Numbers run from 0 without gaps, and are internal to
// one build of the module.
#ifndef SHVM_STORE_STATEMENTS_H
#define SHVM_STORE_STATEMENTS_H

#include "base/slice.h"
#include "store/store.h"

// The statements of one small space, in this order, from SPACE_STATEMENT(space, 0).
typedef enum SpaceStatement {
    SPACE_CREATE,
    SPACE_GET,
    SPACE_PUT,
    SPACE_DELETE,
    SPACE_LIST,      // lower, upper, limit
    SPACE_LIST_OPEN, // lower, limit
    SPACE_STATEMENT_COUNT
} SpaceStatement;

#define SPACE_STATEMENT(space, statement) ((int)(space) * SPACE_STATEMENT_COUNT + (int)(statement))

typedef enum ItemsStatement {
    ITEMS_FIRST_STATEMENT = SPACE_COUNT * SPACE_STATEMENT_COUNT,
    ITEMS_CREATE = ITEMS_FIRST_STATEMENT,
    ITEMS_CREATE_BIG,
    ITEMS_GET,            // key → value, big
    ITEMS_GET_SMALL,      // ITEMS_AT_ONCE × key (or NULL) → their small values one behind the other; absent: a zero
    ITEMS_PUT_INLINE,     // key, value, size
    ITEMS_OVERWRITE,
    ITEMS_PUT_NEWER,
    ITEMS_PUT_BIG,        // key, size; the value has just been inserted
    ITEMS_RESIZE,         // size, key; the value has just been overwritten in place
    ITEMS_DELETE,         // key
    ITEMS_BIG_INSERT,     // value
    ITEMS_BIG_UPDATE,     // value, id
    ITEMS_BIG_DELETE,     // id
    ITEMS_RANGE,          // lower, upper, limit → concatenated values, count, last key
    ITEMS_RANGE_OPEN,     // lower, limit
    ITEMS_RANGE_REVERSE,  // lower, upper, limit
    ITEMS_RANGE_REVERSE_OPEN,
    ITEMS_TOTALS,         // → count, bytes, marks
    ITEMS_ANY,            // → 1 where there is an item
    ITEMS_DROP,
    ITEMS_DROP_BIG,
    ITEMS_MARK,           // key, value, big
    ITEMS_MARK_SOURCES,   // limit → source
    ITEMS_SETTLE,         // big, version, source
    ITEMS_SWEEP,          // big
    ENTRIES_CREATE,
    ENTRIES_PUT,          // key, base
    ENTRIES_DELETE,       // key
    ENTRIES_RANGE,        // lower, upper, limit → concatenated values, count, last key
    ENTRIES_RANGE_REVERSE,
    ENTRIES_DROP,
    CHANGES_CREATE,
    CHANGES_PUT,          // slot, seq, acknowledged, effects
    CHANGES_GET,          // slot, seq → effects
    CHANGES_NEWEST,       // → seq, acknowledged
    CHANGES_SETTLE,       // acknowledged, slot, seq
    CHANGES_DROP,
    ITEMS_STATEMENT_END
} ItemsStatement;

// The text of a statement; an empty slice for an unknown number.
Slice statement_text(int statement);

#endif
