// The SQL host of native unit tests that touch no storage but link code that can: whoever calls it stops the program.
// Weak, so that a test with a storage of its own replaces it. In Wasm, wasm_unit.mjs does the same.
#include "store/sql_host.h"

#ifndef __wasm__
#include <stdlib.h>

#include "support/check.h"

static int32_t refuse(const char *name) {
    test_print_text(name);
    test_print_text(" was called, but this test has no storage\n");
    abort();
}

__attribute__((weak)) int32_t sql_query(int32_t statement, const uint8_t *binds, int32_t binds_len) {
    (void)statement, (void)binds, (void)binds_len;
    return refuse("sql_query");
}

__attribute__((weak)) int32_t sql_step(int32_t cursor, uint8_t *row, int32_t cap, int32_t *need) {
    (void)cursor, (void)row, (void)cap, (void)need;
    return refuse("sql_step");
}

__attribute__((weak)) int32_t sql_close(int32_t cursor, int32_t *rows_read) {
    (void)cursor, (void)rows_read;
    return refuse("sql_close");
}

__attribute__((weak)) int32_t sql_run(int32_t statement, const uint8_t *binds, int32_t binds_len,
                                      int32_t *rows_written) {
    (void)statement, (void)binds, (void)binds_len, (void)rows_written;
    return refuse("sql_run");
}

__attribute__((weak)) int32_t sql_size(double *bytes) {
    (void)bytes;
    return refuse("sql_size");
}

__attribute__((weak)) void host_panic(const uint8_t *text, int32_t len) {
    (void)text, (void)len;
    refuse("host_panic");
}
#endif
