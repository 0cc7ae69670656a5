#include "store/statements.h"

#include "store/store.h"

// Keys are BLOBs: TEXT would end at U+0000. WITHOUT ROWID: one billed row per write, and no second index.
// UPSERT, never REPLACE, which deletes and inserts and is billed twice.
// LIMIT 0 + ?: SQLite plans by the value of a bare LIMIT ?, and plans again whenever another one is bound.
#define SPACE_TEXTS(space, table)                                                                                  \
    [SPACE_STATEMENT(space, SPACE_CREATE)] =                                                                       \
        "CREATE TABLE IF NOT EXISTS " table " (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID",                   \
    [SPACE_STATEMENT(space, SPACE_GET)] = "SELECT value FROM " table " WHERE key = ?",                             \
    [SPACE_STATEMENT(space, SPACE_PUT)] = "INSERT INTO " table " (key, value) VALUES (?, ?)"                       \
                                          " ON CONFLICT (key) DO UPDATE SET value = excluded.value",              \
    [SPACE_STATEMENT(space, SPACE_DELETE)] = "DELETE FROM " table " WHERE key = ?",                                \
    [SPACE_STATEMENT(space, SPACE_LIST)] =                                                                         \
        "SELECT key, value FROM " table " WHERE key >= ? AND key < ? ORDER BY key LIMIT 0 + ?",                    \
    [SPACE_STATEMENT(space, SPACE_LIST_OPEN)] =                                                                    \
        "SELECT key, value FROM " table " WHERE key >= ? ORDER BY key LIMIT 0 + ?"

// group_concat returns the bytes of BLOBs unharmed when the result is cast back: one call for a whole page.
#define RANGE_TEXT(where, order, last)                                                                             \
    "SELECT CAST(group_concat(v, '') AS BLOB), count(*), " last "(key) FROM (SELECT key, COALESCE(value,"          \
    " (SELECT big.value FROM big WHERE big.id = items.big)) AS v FROM items WHERE " where                          \
    " AND size IS NOT NULL ORDER BY key " order " LIMIT 0 + ?)"
// || leaves their bytes unharmed as well.
#define SMALL_VALUE "COALESCE((SELECT value FROM items WHERE key = ?), x'00')"
#define FOUR_SMALL_VALUES SMALL_VALUE " || " SMALL_VALUE " || " SMALL_VALUE " || " SMALL_VALUE
// CROSS JOIN keeps the entries outside, so that their order needs no sorting.
#define ENTRIES_TEXT(order, last)                                                                                  \
    "SELECT CAST(group_concat(v, '') AS BLOB), count(*), " last "(k) FROM (SELECT entries.key AS k, COALESCE("     \
    "items.value, (SELECT big.value FROM big WHERE big.id = items.big)) AS v FROM entries CROSS JOIN items"        \
    " ON items.key = entries.base WHERE entries.key >= ? AND entries.key < ? ORDER BY entries.key " order          \
    " LIMIT 0 + ?)"

static const char *const ITEMS[] = {
    [ITEMS_CREATE - ITEMS_FIRST_STATEMENT] =
        "CREATE TABLE IF NOT EXISTS items (key BLOB PRIMARY KEY, value BLOB, big INTEGER, size INTEGER)"
        " WITHOUT ROWID",
    [ITEMS_CREATE_BIG - ITEMS_FIRST_STATEMENT] =
        "CREATE TABLE IF NOT EXISTS big (id INTEGER PRIMARY KEY, value BLOB)",
    [ITEMS_GET - ITEMS_FIRST_STATEMENT] =
        "SELECT COALESCE(value, (SELECT big.value FROM big WHERE big.id = items.big)), big FROM items"
        " WHERE key = ?",
    [ITEMS_GET_SMALL - ITEMS_FIRST_STATEMENT] = "SELECT CAST(" FOUR_SMALL_VALUES " || " FOUR_SMALL_VALUES " AS BLOB)",
    [ITEMS_PUT_INLINE - ITEMS_FIRST_STATEMENT] =
        "INSERT INTO items (key, value, big, size) VALUES (?, ?, NULL, ?)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value, big = NULL, size = excluded.size",
    // What differs in every value is its version: format and version are its first nine bytes.
    [ITEMS_OVERWRITE - ITEMS_FIRST_STATEMENT] =
        "INSERT INTO items (key, value, big, size) VALUES (?, ?, NULL, ?)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value, size = excluded.size"
        " WHERE substr(items.value, 10) <> substr(excluded.value, 10)",
    // Values compare as their versions do. A large one's is NULL here, and NULL is neither smaller nor larger.
    [ITEMS_PUT_NEWER - ITEMS_FIRST_STATEMENT] =
        "INSERT INTO items (key, value, big, size) VALUES (?, ?, NULL, ?)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value, big = NULL, size = excluded.size"
        " WHERE items.value >= x'02' AND items.value < excluded.value",
    [ITEMS_PUT_BIG - ITEMS_FIRST_STATEMENT] =
        "INSERT INTO items (key, value, big, size) VALUES (?, NULL, last_insert_rowid(), ?)"
        " ON CONFLICT (key) DO UPDATE SET value = NULL, big = excluded.big, size = excluded.size",
    [ITEMS_RESIZE - ITEMS_FIRST_STATEMENT] = "UPDATE items SET size = ? WHERE key = ? AND size <> ?1",
    [ITEMS_DELETE - ITEMS_FIRST_STATEMENT] = "DELETE FROM items WHERE key = ?",
    [ITEMS_BIG_INSERT - ITEMS_FIRST_STATEMENT] = "INSERT INTO big (value) VALUES (?)",
    [ITEMS_BIG_UPDATE - ITEMS_FIRST_STATEMENT] = "UPDATE big SET value = ? WHERE id = ?",
    [ITEMS_BIG_DELETE - ITEMS_FIRST_STATEMENT] = "DELETE FROM big WHERE id = ?",
    [ITEMS_RANGE - ITEMS_FIRST_STATEMENT] = RANGE_TEXT("key >= ? AND key < ?", "ASC", "max"),
    [ITEMS_RANGE_OPEN - ITEMS_FIRST_STATEMENT] = RANGE_TEXT("key >= ?", "ASC", "max"),
    [ITEMS_RANGE_REVERSE - ITEMS_FIRST_STATEMENT] = RANGE_TEXT("key >= ? AND key < ?", "DESC", "min"),
    [ITEMS_RANGE_REVERSE_OPEN - ITEMS_FIRST_STATEMENT] = RANGE_TEXT("key >= ?", "DESC", "min"),
    [ITEMS_TOTALS - ITEMS_FIRST_STATEMENT] =
        "SELECT count(size), COALESCE(sum(size), 0), count(*) - count(size) FROM items",
    [ITEMS_ANY - ITEMS_FIRST_STATEMENT] = "SELECT 1 FROM items LIMIT 1",
    [ITEMS_DROP - ITEMS_FIRST_STATEMENT] = "DROP TABLE IF EXISTS items",
    [ITEMS_DROP_BIG - ITEMS_FIRST_STATEMENT] = "DROP TABLE IF EXISTS big",
    [ITEMS_MARK - ITEMS_FIRST_STATEMENT] =
        "INSERT INTO items (key, value, big, size) VALUES (?, ?, ?, NULL)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value, big = excluded.big, size = NULL",
    [ITEMS_SWEEP - ITEMS_FIRST_STATEMENT] = "DELETE FROM items WHERE size IS NULL AND big < 0 AND big > ?",
    // The source stands behind a mark's first eleven bytes.
    [ITEMS_MARK_SOURCES - ITEMS_FIRST_STATEMENT] =
        "SELECT DISTINCT substr(value, 12) FROM items WHERE size IS NULL AND big > 0 LIMIT 0 + ?",
    [ITEMS_SETTLE - ITEMS_FIRST_STATEMENT] =
        "UPDATE items SET big = ? WHERE size IS NULL AND big > 0 AND big <= ? AND substr(value, 12) = ?",
    [ENTRIES_CREATE - ITEMS_FIRST_STATEMENT] =
        "CREATE TABLE IF NOT EXISTS entries (key BLOB PRIMARY KEY, base BLOB) WITHOUT ROWID",
    [ENTRIES_PUT - ITEMS_FIRST_STATEMENT] = "INSERT INTO entries (key, base) VALUES (?, ?)"
                                            " ON CONFLICT (key) DO UPDATE SET base = excluded.base",
    [ENTRIES_DELETE - ITEMS_FIRST_STATEMENT] = "DELETE FROM entries WHERE key = ?",
    [ENTRIES_RANGE - ITEMS_FIRST_STATEMENT] = ENTRIES_TEXT("ASC", "max"),
    [ENTRIES_RANGE_REVERSE - ITEMS_FIRST_STATEMENT] = ENTRIES_TEXT("DESC", "min"),
    [ENTRIES_DROP - ITEMS_FIRST_STATEMENT] = "DROP TABLE IF EXISTS entries",
    [CHANGES_CREATE - ITEMS_FIRST_STATEMENT] =
        "CREATE TABLE IF NOT EXISTS changes"
        " (slot INTEGER PRIMARY KEY, seq INTEGER, acknowledged INTEGER, effects BLOB)",
    [CHANGES_PUT - ITEMS_FIRST_STATEMENT] =
        "INSERT INTO changes (slot, seq, acknowledged, effects) VALUES (?, ?, ?, ?) ON CONFLICT (slot)"
        " DO UPDATE SET seq = excluded.seq, acknowledged = excluded.acknowledged, effects = excluded.effects",
    [CHANGES_GET - ITEMS_FIRST_STATEMENT] = "SELECT effects FROM changes WHERE slot = ? AND seq = ?",
    [CHANGES_NEWEST - ITEMS_FIRST_STATEMENT] =
        "SELECT seq, acknowledged FROM changes ORDER BY seq DESC LIMIT 1",
    [CHANGES_SETTLE - ITEMS_FIRST_STATEMENT] = "UPDATE changes SET acknowledged = ? WHERE slot = ? AND seq = ?",
    [CHANGES_DROP - ITEMS_FIRST_STATEMENT] = "DROP TABLE IF EXISTS changes",
};

Slice statement_text(int statement) {
    static const char *const SPACES[] = {
        SPACE_TEXTS(SPACE_META, "meta"),
        SPACE_TEXTS(SPACE_KEYS, "keys"),
        SPACE_TEXTS(SPACE_NAMES, "names"),
        SPACE_TEXTS(SPACE_OBJECTS, "objects"),
    };
    if (statement >= 0 && statement < (int)(sizeof SPACES / sizeof SPACES[0])) return slice_of_cstr(SPACES[statement]);
    if (statement >= ITEMS_FIRST_STATEMENT && statement < ITEMS_STATEMENT_END) {
        return slice_of_cstr(ITEMS[statement - ITEMS_FIRST_STATEMENT]);
    }
    return (Slice){NULL, 0};
}
