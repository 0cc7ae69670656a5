#include "store/changes.h"

#include "base/limits.h"
#include "store/sql.h"

bool changes_append(Step *step, uint64_t seq, uint64_t acknowledged, Slice effects) {
    SqlBinds binds;
    sql_binds_init(&binds, step->arena);
    sql_bind_number(&binds, (double)(seq % CHANGES_IN_FLIGHT_MAX));
    sql_bind_number(&binds, (double)seq);
    sql_bind_number(&binds, (double)acknowledged);
    sql_bind_blob(&binds, effects);
    int status = sql_write(step, CHANGES_PUT, &binds);
    if (status != SQL_NO_TABLE) return sql_ok(step, status);
    SqlBinds none;
    sql_binds_init(&none, step->arena);
    return sql_ok(step, sql_write(step, CHANGES_CREATE, &none)) && sql_ok(step, sql_write(step, CHANGES_PUT, &binds));
}

typedef struct GetContext {
    Slice *effects;
    bool *found;
} GetContext;

static bool take_effects(void *context, const SqlColumn *columns, size_t count) {
    GetContext *get = context;
    if (count != 1) return false;
    *get->effects = columns[0].bytes;
    *get->found = true;
    return false;
}

bool changes_get(Step *step, uint64_t seq, Slice *effects, bool *found) {
    *effects = (Slice){NULL, 0};
    *found = false;
    SqlBinds binds;
    sql_binds_init(&binds, step->arena);
    sql_bind_number(&binds, (double)(seq % CHANGES_IN_FLIGHT_MAX));
    sql_bind_number(&binds, (double)seq);
    GetContext context = {effects, found};
    int status = sql_read(step, CHANGES_GET, &binds, take_effects, &context);
    return status == SQL_NO_TABLE || sql_ok(step, status);
}

typedef struct NewestContext {
    uint64_t *seq;
    uint64_t *acknowledged;
} NewestContext;

static bool take_newest(void *context, const SqlColumn *columns, size_t count) {
    NewestContext *newest = context;
    if (count != 2) return false;
    *newest->seq = (uint64_t)columns[0].number;
    *newest->acknowledged = (uint64_t)columns[1].number;
    return false;
}

bool changes_newest(Step *step, uint64_t *seq, uint64_t *acknowledged) {
    *seq = *acknowledged = 0;
    SqlBinds none;
    sql_binds_init(&none, step->arena);
    NewestContext context = {seq, acknowledged};
    int status = sql_read(step, CHANGES_NEWEST, &none, take_newest, &context);
    return status == SQL_NO_TABLE || sql_ok(step, status);
}

bool changes_settle(Step *step, uint64_t seq, uint64_t acknowledged) {
    SqlBinds binds;
    sql_binds_init(&binds, step->arena);
    sql_bind_number(&binds, (double)acknowledged);
    sql_bind_number(&binds, (double)(seq % CHANGES_IN_FLIGHT_MAX));
    sql_bind_number(&binds, (double)seq);
    return sql_ok(step, sql_write(step, CHANGES_SETTLE, &binds));
}

bool changes_drop(Step *step) {
    SqlBinds none;
    sql_binds_init(&none, step->arena);
    return sql_ok(step, sql_write(step, CHANGES_DROP, &none));
}
