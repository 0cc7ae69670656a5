#include "data/json_scan.h"

#include "base/arena.h"
#include "base/limits.h"
#include "data/json_scan_internal.h"
#include "support/check.h"

static Arena test_arena;

// A copy of its own, so that the sanitizer sees a read past its end.
static JsonScanStatus scan_copy(Slice text) {
    return json_scan(arena_copy(&test_arena, text));
}

static void check_text(Slice input, Slice expected) {
    arena_init(&test_arena, 0);
    bool is_json = slice_equal(expected, SLICE("ok"));
    CHECK_EQ_INT(scan_copy(input), is_json ? JSON_SCAN_OK : JSON_SCAN_INVALID);
    Slice text = arena_copy(&test_arena, input);
    if (is_json) CHECK_EQ_INT(json_scan_skip_value(text, 0), text.len);
    bool is_open_ended = input.len > 0 && (input.data[0] == '-' || (input.data[0] >= '0' && input.data[0] <= '9'));
    for (size_t len = 0; is_json && !is_open_ended && len < input.len; len++) {
        check_context("cut to %d bytes", (int)len);
        CHECK_EQ_INT(scan_copy(slice_sub(input, 0, len)), JSON_SCAN_INVALID);
    }
    check_context("");
    arena_free(&test_arena);
}

TEST(texts_are_scanned_strictly) {
    check_vectors("tests/c/vectors/json_scan.txt", check_text);
}

TEST(bytes_that_no_vector_can_show) {
    static const Slice INVALID[] = {
        SLICE_INIT("\"a\nb\""),         SLICE_INIT("\"a\0b\""),          SLICE_INIT("\"\x1f\""),
        SLICE_INIT("\"\xff\""),         SLICE_INIT("\"\xc3\""),          SLICE_INIT("\"\xc3\x28\""),
        SLICE_INIT("\"\xed\xa0\x80\""), SLICE_INIT("\"\xc0\x80\""),      SLICE_INIT("\"\xf4\x90\x80\x80\""),
        SLICE_INIT("\"\x80\""),         SLICE_INIT("{}\0"),              SLICE_INIT("\f{}"),
        SLICE_INIT("\xef\xbb\xbf{}"),   SLICE_INIT("\"\xe2\x82\" \xac"), SLICE_INIT(" \t\r\n"),
    };
    arena_init(&test_arena, 0);
    for (size_t i = 0; i < sizeof INVALID / sizeof INVALID[0]; i++) {
        check_context("text %d", (int)i);
        CHECK_EQ_INT(scan_copy(INVALID[i]), JSON_SCAN_INVALID);
    }
    CHECK_EQ_INT(scan_copy(SLICE(" \t\r\n{ } \t\r\n")), JSON_SCAN_OK);
    CHECK_EQ_INT(scan_copy(SLICE("\"\x7f\xf4\x8f\xbf\xbf\"")), JSON_SCAN_OK);
    CHECK_EQ_INT(json_scan((Slice){NULL, 0}), JSON_SCAN_INVALID);
    arena_free(&test_arena);
}

// Every special byte at every place of a step, since plain runs are read several bytes at once.
TEST(plain_runs_end_anywhere) {
    uint8_t text[40];
    for (size_t len = 2; len < sizeof text; len++) {
        for (size_t at = 1; at + 1 < len; at++) {
            memset(text, 'a', sizeof text);
            text[0] = text[len - 1] = '"';
            check_context("length %d, place %d", (int)len, (int)at);
            CHECK_EQ_INT(json_scan(slice_of(text, len)), JSON_SCAN_OK);
            text[at] = 0x1f;
            CHECK_EQ_INT(json_scan(slice_of(text, len)), JSON_SCAN_INVALID);
            text[at] = '"';
            CHECK_EQ_INT(json_scan_skip_value(slice_of(text, len), 0), at + 1);
            text[at] = 0x80;
            CHECK_EQ_INT(json_scan(slice_of(text, len)), JSON_SCAN_INVALID);
            text[at] = ' ';
            CHECK_EQ_INT(json_scan(slice_of(text, len)), JSON_SCAN_OK);
        }
    }
}

static Slice nested(size_t levels, bool is_closed) {
    uint8_t *text = arena_alloc(&test_arena, 2 * levels);
    memset(text, '[', levels);
    memset(text + levels, ']', levels);
    return slice_of(text, is_closed ? 2 * levels : levels);
}

TEST(nesting_is_bounded) {
    arena_init(&test_arena, 0);
    CHECK_EQ_INT(json_scan(nested(JSON_NESTING_MAX, true)), JSON_SCAN_OK);
    CHECK_EQ_INT(json_scan(nested(JSON_NESTING_MAX, false)), JSON_SCAN_INVALID);
    CHECK_EQ_INT(json_scan(nested(JSON_NESTING_MAX + 1, true)), JSON_SCAN_TOO_DEEP);
    CHECK_EQ_INT(json_scan(nested(1000000, false)), JSON_SCAN_TOO_DEEP);
    arena_free(&test_arena);
}

TEST(values_are_skipped) {
    Slice text = SLICE(" {\"a\":[1,\"]}\\\"\"]} , 12 ,\"x\",true]");
    CHECK_EQ_INT(json_scan_skip_value(text, 0), 17);
    CHECK_EQ_INT(json_scan_skip_space(text, 17), 18);
    CHECK_EQ_INT(json_scan_skip_value(text, 19), 22);
    CHECK_EQ_INT(json_scan_skip_value(text, 24), 27);
    CHECK_EQ_INT(json_scan_skip_value(text, 28), 32);
}

TEST(surveys_tell_what_cjson_would_get_wrong) {
    static const struct {
        const char *text;
        bool has_odd_escapes, has_decimals;
        unsigned depth;
    } CASES[] = {
        {"[\"\\u0001\\u00e9\",1,-5]", false, false, 1}, {"[\"\\u0000\"]", true, false, 1},
        {"{\"\\u0000\":1}", true, false, 1},            {"\"\\ud83d\\ude00\"", false, false, 0},
        {"\"\\ud83d\"", true, false, 0},                {"\"\\ude00\\ud83d\"", true, false, 0},
        {"\"\\ud83dx\\ude00\"", true, false, 0},        {"[[1.5]]", false, true, 2},
        {"[1E2]", false, true, 1},                      {"[\"1.5\"]", false, false, 1},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        JsonSurvey survey = {0};
        check_context("%s", CASES[i].text);
        CHECK_EQ_INT(json_scan_survey(slice_of_cstr(CASES[i].text), &survey), JSON_SCAN_OK);
        CHECK(survey.has_odd_escapes == CASES[i].has_odd_escapes);
        CHECK(survey.has_decimals == CASES[i].has_decimals);
        CHECK_EQ_INT(survey.depth, CASES[i].depth);
    }
}

// [[x…],[[x…]],[small]] with long strings: extents are the long containers, by start, each with its true end.
TEST(long_containers_are_measured) {
    arena_init(&test_arena, 0);
    Buf text, extents;
    buf_init(&text, &test_arena);
    buf_init(&extents, &test_arena);
    Slice filler = slice_of(arena_calloc(&test_arena, JSON_SUBTREE_BYTES_MAX, 1), JSON_SUBTREE_BYTES_MAX);
    memset((uint8_t *)(uintptr_t)filler.data, 'x', filler.len);
    const char *const PIECES[] = {"[[\"", "\"],[[\"", "\"]],[\"small\"],[1,\"", "\"]]"};
    for (size_t i = 0; i < 4; i++) {
        buf_cstr(&text, PIECES[i]);
        if (i < 3) buf_bytes(&text, filler);
    }
    JsonSurvey survey = {.extents = &extents};
    CHECK_EQ_INT(json_scan_survey(buf_view(&text), &survey), JSON_SCAN_OK);
    const JsonExtent *found = (const JsonExtent *)(const void *)extents.data;
    REQUIRE(extents.len / sizeof *found == 5);
    for (size_t i = 0; i < 5; i++) {
        CHECK_EQ_INT(found[i].end, json_scan_skip_value(buf_view(&text), found[i].start));
        CHECK(i == 0 || found[i].start > found[i - 1].start);
        CHECK(found[i].end - found[i].start > JSON_SUBTREE_BYTES_MAX);
    }
    arena_free(&test_arena);
}
