// The object's SQL storage as the host offers it: imports in Wasm (module "env"), plain functions natively. They never
// throw, suspend or re-enter; a negative result is a SqlStatus.
//
// Statements are numbers; their text comes from sql_text (abi.h), once per statement and instance.
//   binds := count × value          (the statement knows how many)
//   row   := column count u8 ‖ count × value; the columns of a statement have different names
//   value := 0 u8                            NULL
//          | 1 u8 ‖ f64                      a number (INTEGER or REAL; integers are exact to 2^53)
//          | 2 u8 ‖ u32 length ‖ bytes       a BLOB
//          | 3 u8 ‖ u32 length ‖ UTF-8       TEXT
#ifndef SHVM_STORE_SQL_HOST_H
#define SHVM_STORE_SQL_HOST_H

#include <stdint.h>

#include "base/host_import.h"

typedef enum SqlStatus {
    SQL_DONE = 0,
    SQL_ROW = 1,
    SQL_ERROR = -1,         // the statement failed
    SQL_NO_TABLE = -2,      // it named a table that does not exist (yet)
    SQL_ROW_TOO_LARGE = -3, // cap is too small; *need holds the size, and the same row is still current
    SQL_BAD_CURSOR = -4,
} SqlStatus;

// Starts a reading statement; returns a cursor ≥ 0. At most a few are open at once.
HOST_IMPORT(sql_query) int32_t sql_query(int32_t statement, const uint8_t *binds, int32_t binds_len);
// Writes the next row to `row` and its size to *need.
HOST_IMPORT(sql_step) int32_t sql_step(int32_t cursor, uint8_t *row, int32_t cap, int32_t *need);
HOST_IMPORT(sql_close) int32_t sql_close(int32_t cursor, int32_t *rows_read);
// Runs a writing statement to its end.
HOST_IMPORT(sql_run) int32_t sql_run(int32_t statement, const uint8_t *binds, int32_t binds_len, int32_t *rows_written);
// Size of the database in bytes.
HOST_IMPORT(sql_size) int32_t sql_size(double *bytes);
// A broken invariant, in words, for the host's log. Returns; the step then traps or fails.
HOST_IMPORT(host_panic) void host_panic(const uint8_t *text, int32_t len);

#endif
