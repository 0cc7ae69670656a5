// The harness tests itself: what passes here must pass, and the failing side was seen by breaking it.
#include "support/check.h"

static int vectors_seen;

static void check_vector(Slice input, Slice expected) {
    vectors_seen++;
    CHECK(expected.len == 0 || slice_equal(input, expected));
}

TEST(vectors_are_lines_with_an_arrow) {
    check_vectors("tests/c/vectors/check.txt", check_vector);
    CHECK_EQ_INT(vectors_seen, 3);
}

TEST(values_compare_by_content) {
    CHECK_EQ_INT(-1, (int8_t)0xff);
    CHECK_EQ_SLICE(slice_of("a\0b", 3), "a\0b");
    check_context("%s %d", "the context of a failure", 1);
    CHECK(slice_compare(SLICE("a"), SLICE("ab")) < 0);
}
