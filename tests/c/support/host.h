// What a test program asks of the machine it runs on: two functions, natively over stdio and in Wasm over imports
// that tests/wasm_units.mjs provides.
#ifndef SHVM_TESTS_SUPPORT_HOST_H
#define SHVM_TESTS_SUPPORT_HOST_H

#include <stddef.h>
#include <stdint.h>

// Writes text to the test's output.
void host_print(const char *text, size_t len);
// Copies at most `cap` bytes of the file to `buffer` (which may be NULL when cap is 0). Returns the file's size, or
// -1 when it cannot be read.
int64_t host_read_file(const char *path, size_t path_len, uint8_t *buffer, size_t cap);

// Runs every registered test. Returns 0 when none failed and there was one.
int test_main(void);

#endif
