#include "store/store.h"

#include "store/sql.h"

typedef struct GetContext {
    Slice *value;
    bool *found;
} GetContext;

static bool take_value(void *context, const SqlColumn *columns, size_t count) {
    GetContext *get = context;
    if (count != 1) return false;
    *get->value = columns[0].bytes;
    *get->found = true;
    return false;
}

bool store_get(Step *step, StoreSpace space, Slice key, Slice *value, bool *found) {
    *value = (Slice){NULL, 0};
    *found = false;
    SqlBinds binds;
    sql_binds_init(&binds, step->arena);
    sql_bind_blob(&binds, key);
    GetContext context = {value, found};
    int status = sql_read(step, SPACE_STATEMENT(space, SPACE_GET), &binds, take_value, &context);
    return status == SQL_NO_TABLE || sql_ok(step, status);
}

bool store_put(Step *step, StoreSpace space, Slice key, Slice value) {
    SqlBinds binds;
    sql_binds_init(&binds, step->arena);
    sql_bind_blob(&binds, key);
    sql_bind_blob(&binds, value);
    int status = sql_write(step, SPACE_STATEMENT(space, SPACE_PUT), &binds);
    if (status != SQL_NO_TABLE) return sql_ok(step, status);
    SqlBinds none;
    sql_binds_init(&none, step->arena);
    if (!sql_ok(step, sql_write(step, SPACE_STATEMENT(space, SPACE_CREATE), &none))) return false;
    return sql_ok(step, sql_write(step, SPACE_STATEMENT(space, SPACE_PUT), &binds));
}

bool store_delete(Step *step, StoreSpace space, Slice key) {
    SqlBinds binds;
    sql_binds_init(&binds, step->arena);
    sql_bind_blob(&binds, key);
    int status = sql_write(step, SPACE_STATEMENT(space, SPACE_DELETE), &binds);
    return status == SQL_NO_TABLE || sql_ok(step, status);
}

typedef struct ListContext {
    StoreRow *rows;
    size_t count;
    size_t cap;
} ListContext;

static bool take_row(void *context, const SqlColumn *columns, size_t count) {
    ListContext *list = context;
    if (count != 2 || list->count == list->cap) return false;
    list->rows[list->count++] = (StoreRow){columns[0].bytes, columns[1].bytes};
    return true;
}

bool store_list(Step *step, StoreSpace space, Slice lower, Slice upper, uint32_t limit, StoreRow **rows,
                size_t *count) {
    *count = 0;
    ListContext context = {.rows = ARENA_ARRAY(step->arena, StoreRow, limit), .cap = limit};
    if (context.rows == NULL) return error_out_of_memory(&step->error);
    SqlBinds binds;
    sql_binds_init(&binds, step->arena);
    sql_bind_blob(&binds, lower);
    if (upper.len != 0) sql_bind_blob(&binds, upper);
    sql_bind_number(&binds, limit);
    SpaceStatement statement = upper.len != 0 ? SPACE_LIST : SPACE_LIST_OPEN;
    int status = sql_read(step, SPACE_STATEMENT(space, statement), &binds, take_row, &context);
    *rows = context.rows;
    *count = context.count;
    return status == SQL_NO_TABLE || sql_ok(step, status);
}
