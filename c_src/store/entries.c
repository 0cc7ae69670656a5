#include "store/entries.h"

#include "store/items_internal.h"
#include "store/sql.h"

bool entries_put(Step *step, Slice key, Slice base) {
    SqlBinds binds;
    sql_binds_init(&binds, step->arena);
    sql_bind_blob(&binds, key);
    sql_bind_blob(&binds, base);
    int status = sql_write(step, ENTRIES_PUT, &binds);
    if (status != SQL_NO_TABLE) return sql_ok(step, status);
    SqlBinds none;
    sql_binds_init(&none, step->arena);
    return sql_ok(step, sql_write(step, ENTRIES_CREATE, &none)) && sql_ok(step, sql_write(step, ENTRIES_PUT, &binds));
}

bool entries_delete(Step *step, Slice key) {
    SqlBinds binds;
    sql_binds_init(&binds, step->arena);
    sql_bind_blob(&binds, key);
    int status = sql_write(step, ENTRIES_DELETE, &binds);
    return status == SQL_NO_TABLE || sql_ok(step, status);
}

bool entries_range(Step *step, Slice lower, Slice upper, bool reverse, uint32_t limit, ItemsChunk *chunk) {
    return items_read_chunk(step, reverse ? ENTRIES_RANGE_REVERSE : ENTRIES_RANGE, lower, upper, limit, chunk);
}

bool entries_drop(Step *step) {
    SqlBinds none;
    sql_binds_init(&none, step->arena);
    return sql_ok(step, sql_write(step, ENTRIES_DROP, &none));
}
