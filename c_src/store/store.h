// The object's storage: ordered spaces of key → value. All SQL is behind this header (statements.h), so another engine
// can stand there. Every call runs to its end before it returns: nothing is ever written under an open cursor.
//
// Spaces come into being with their first write (DDL is billed); reading one that does not exist finds nothing.
// Functions return false after setting step->error (ERROR_STORAGE, ERROR_OUT_OF_MEMORY, ERROR_CORRUPT). Values are
// copied into step->arena.
#ifndef SHVM_STORE_STORE_H
#define SHVM_STORE_STORE_H

#include "msg/envelope.h"

typedef enum StoreSpace {
    SPACE_META = 0,      // few rows: the object's own record ("local"), the table's descriptor
    SPACE_KEYS = 1,      // directory: hash64 ‖ partition key → registration
    SPACE_NAMES = 2,     // catalog: table name → nothing
    SPACE_OBJECTS = 3,   // table: registered objects → their report
    SPACE_COUNT
} StoreSpace;

bool store_get(Step *step, StoreSpace space, Slice key, Slice *value, bool *found);
bool store_put(Step *step, StoreSpace space, Slice key, Slice value);
bool store_delete(Step *step, StoreSpace space, Slice key);

typedef struct StoreRow {
    Slice key;
    Slice value;
} StoreRow;

// At most `limit` rows with lower <= key < upper (empty upper: no bound) in key order. rows live in the arena.
bool store_list(Step *step, StoreSpace space, Slice lower, Slice upper, uint32_t limit, StoreRow **rows,
                size_t *count);

#endif
