#include "data/json_writer.h"

#include "data/json_internal.h"
#include "data/json_scan.h"
#include "support/check.h"

static Arena test_arena;

static Slice written(Slice text) {
    Buf out;
    buf_init(&out, &test_arena);
    json_write_string(&out, text);
    return buf_view(&out);
}

TEST(strings_escape_what_they_must_and_nothing_else) {
    arena_init(&test_arena, 0);
    CHECK_EQ_SLICE(written(SLICE("")), "\"\"");
    CHECK_EQ_SLICE(written(SLICE("abc/é\x7f")), "\"abc/é\x7f\"");
    CHECK_EQ_SLICE(written(SLICE("\"\\\b\f\n\r\t")), "\"\\\"\\\\\\b\\f\\n\\r\\t\"");
    CHECK_EQ_SLICE(written(SLICE("\0\x01\x1f")), "\"\\u0000\\u0001\\u001f\"");
    CHECK_EQ_SLICE(written(SLICE("a long text that takes several steps \" and then another of some length")),
                   "\"a long text that takes several steps \\\" and then another of some length\"");
    arena_free(&test_arena);
}

// Every byte at every place of a step: what is written is JSON and reads back.
TEST(what_is_written_reads_back) {
    uint8_t text[36];
    for (size_t at = 0; at < sizeof text; at++) {
        for (unsigned byte = 0; byte < 0x80; byte++) {
            arena_init(&test_arena, 0);
            memset(text, 'a', sizeof text);
            text[at] = (uint8_t)byte;
            Slice json = written(slice_of(text, sizeof text));
            check_context("byte %d at %d", (int)byte, (int)at);
            CHECK(json_scan(json) == JSON_SCAN_OK);
            CHECK_EQ_BYTES(json_decode_string(&test_arena, json), slice_of(text, sizeof text));
            arena_free(&test_arena);
        }
    }
}

TEST(doubles_have_one_to_three_decimals) {
    static const struct {
        double value;
        const char *text;
    } CASES[] = {{0, "0.0"},
                 {1, "1.0"},
                 {0.5, "0.5"},
                 {-0.5, "-0.5"},
                 {-0.0001, "0.0"},
                 {2.25, "2.25"},
                 {0.001, "0.001"},
                 {0.1 + 0.2, "0.3"},
                 {1.001, "1.001"},
                 {1793500000.123, "1793500000.123"},
                 {1793500000.1, "1793500000.1"},
                 {409600.5, "409600.5"}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Buf out;
        arena_init(&test_arena, 0);
        buf_init(&out, &test_arena);
        json_write_double(&out, CASES[i].value);
        CHECK_EQ_BYTES(buf_view(&out), slice_of_cstr(CASES[i].text));
        arena_free(&test_arena);
    }
}

TEST(members_are_separated_by_commas) {
    Buf out;
    bool first = true;
    arena_init(&test_arena, 0);
    buf_init(&out, &test_arena);
    json_write_member(&out, &first, "a");
    json_write_bool(&out, true);
    json_write_member(&out, &first, "b");
    json_write_bool(&out, false);
    CHECK_EQ_SLICE(buf_view(&out), "\"a\":true,\"b\":false");
    arena_free(&test_arena);
}
