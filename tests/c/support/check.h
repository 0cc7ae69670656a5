// The test harness: one program per *_test.c, run natively under sanitizers and once more inside Wasm. A program is
// a list of tests; each TEST registers itself, and runs in the order of the file.
//
//     TEST(slices_compare_bytewise) {
//         CHECK(slice_compare(SLICE("a"), SLICE("b")) < 0);
//         CHECK_EQ_SLICE(slice_sub(SLICE("abc"), 1, 2), "b");
//     }
//
// A failed CHECK prints file, line and what was found, marks the test as failed and goes on; a failed REQUIRE also
// leaves the test's function. Each program ends with the line "N passed, N failed", counting tests.
#ifndef SHVM_TESTS_SUPPORT_CHECK_H
#define SHVM_TESTS_SUPPORT_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

typedef struct Test {
    const char *name;
    void (*run)(void);
    struct Test *next;
} Test;

#define TEST(test_name)                                                                                      \
    static void test_name(void);                                                                             \
    static Test test_##test_name = {#test_name, test_name, NULL};                                            \
    __attribute__((constructor)) static void register_##test_name(void) {                                    \
        test_register(&test_##test_name);                                                                    \
    }                                                                                                        \
    static void test_name(void)

#define CHECK(condition) check_true((condition), #condition, __FILE__, __LINE__)
#define REQUIRE(condition)                                                                                   \
    do {                                                                                                     \
        if (!check_true((condition), #condition, __FILE__, __LINE__)) return;                                \
    } while (0)
// Integers of any type up to 64 bits, compared as int64_t.
#define CHECK_EQ_INT(found, expected)                                                                        \
    check_equal_int((int64_t)(found), (int64_t)(expected), #found, __FILE__, __LINE__)
// A Slice against a string literal (which may hold NULs) or, with _BYTES, against another Slice.
#define CHECK_EQ_SLICE(found, literal) CHECK_EQ_BYTES((found), SLICE(literal))
#define CHECK_EQ_BYTES(found, expected) check_equal_bytes((found), (expected), #found, __FILE__, __LINE__)

// A reason not to run: prints "SKIP name: reason" and leaves the test, which counts as neither passed nor failed.
#define SKIP(reason)                                                                                         \
    do {                                                                                                     \
        test_skip(reason);                                                                                   \
        return;                                                                                              \
    } while (0)

// The bytes of a file, its path relative to the repository; lives until the program ends. A file that cannot be
// read fails the running test and gives an empty slice.
Slice test_file(const char *path);

// Golden vectors: every line "input => expected" of a file, in order. Blank lines and lines that begin with '#' are
// left out; blanks around input and expected are not part of them; either may be empty. Checks that fail inside
// `check` also print the file and line of the vector. A file without vectors fails the running test.
typedef void VectorCheck(Slice input, Slice expected);
void check_vectors(const char *path, VectorCheck *check);

// Text for a failure's context, for tests that loop: printed with every failed check until the test ends.
// The format knows %s, %d (int) and nothing else; at most 200 bytes are kept.
void check_context(const char *format, ...);

// Writes text to the test's output.
void test_print_text(const char *text);

// --- What the macros call.
void test_register(Test *test);
void test_skip(const char *reason);
bool check_true(bool held, const char *what, const char *file, int line);
bool check_equal_int(int64_t found, int64_t expected, const char *what, const char *file, int line);
bool check_equal_bytes(Slice found, Slice expected, const char *what, const char *file, int line);

#endif
