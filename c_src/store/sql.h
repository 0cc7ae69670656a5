// Running statements: binds in, rows out, with the host's codes turned into errors. Private to the store layer.
#ifndef SHVM_STORE_SQL_H
#define SHVM_STORE_SQL_H

#include "msg/envelope.h"
#include "store/sql_host.h"
#include "store/statements.h"

typedef struct SqlBinds {
    Buf bytes;
} SqlBinds;

void sql_binds_init(SqlBinds *binds, Arena *arena);
void sql_bind_blob(SqlBinds *binds, Slice bytes);
void sql_bind_null(SqlBinds *binds);
void sql_bind_number(SqlBinds *binds, double value);

// One column of a row.
typedef struct SqlColumn {
    bool is_null;
    double number; // where the column is a number
    Slice bytes;   // where it is a BLOB or TEXT
} SqlColumn;

// Runs a reading statement and gives every row of it to `each` (which may be NULL), then closes the cursor: nothing is
// open afterwards. Returns the host's status: SQL_DONE, SQL_NO_TABLE, SQL_ERROR; SQL_ERROR with step->error set when
// memory ran out or a row was malformed. Columns borrow from step->arena.
typedef bool (*SqlRowFunction)(void *context, const SqlColumn *columns, size_t count);
int sql_read(Step *step, int statement, const SqlBinds *binds, SqlRowFunction each, void *context);

// Runs a writing statement. Returns SQL_DONE, SQL_NO_TABLE or SQL_ERROR.
int sql_write(Step *step, int statement, const SqlBinds *binds);

// Turns any other status than SQL_DONE into ERROR_STORAGE; returns false then.
bool sql_ok(Step *step, int status);

#define SQL_COLUMNS_MAX 4

#endif
