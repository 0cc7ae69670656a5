#include "data/value.h"

#include "base/limits.h"
#include "data/item_codec.h"
#include "data/value_internal.h"
#include "support/check.h"

static const ValueRules NEWER = {LAYER_NEWER, VALUE_NESTING_MAX};
static const ValueRules OLDER = {LAYER_OLDER, VALUE_NESTING_MAX};

static Arena document_arena;
static Arena out_arena;

static void begin(void) {
    arena_init(&document_arena, 0);
    arena_init(&out_arena, 0);
}

static void end(void) {
    arena_free(&document_arena);
    arena_free(&out_arena);
}

// What was read, as the vectors write it.
static Slice describe(const Error *error, Slice blob, bool is_item) {
    Buf text;
    buf_init(&text, &out_arena);
    if (error->kind == ERROR_VALIDATION) {
        buf_format(&text, "%s%S", error->in_envelope ? "!! " : "! ", &error->message);
        while (text.len > 0 && text.data[text.len - 1] == ' ') text.len--; // vectors cannot end in blanks
    } else if (is_item) {
        CHECK(item_is_valid(blob));
        item_to_json(&text, blob);
    } else {
        CHECK(value_is_valid(blob));
        value_to_json(&text, blob);
    }
    return buf_view(&text);
}

static void check_read(Slice input, Slice expected, const ValueRules *rules, bool is_item) {
    begin();
    Error error = {0};
    JsonDocument document;
    Buf out;
    buf_init(&out, &out_arena);
    buf_cstr(&out, "before");
    REQUIRE(json_open(&document, &document_arena, arena_copy(&out_arena, input), &error));
    bool is_read = is_item ? item_from_json(&document, document.root, rules, &out, &error)
                           : value_from_json(&document, document.root, rules, &out, &error);
    CHECK(is_read == (error.kind == ERROR_NONE));
    Slice blob = slice_sub(buf_view(&out), 6, out.len);
    CHECK(is_read || blob.len == 0);
    CHECK_EQ_BYTES(describe(&error, blob, is_item), expected);
    end();
}

static void check_newer(Slice input, Slice expected) {
    check_read(input, expected, &NEWER, false);
}

static void check_older(Slice input, Slice expected) {
    check_read(input, expected, &OLDER, false);
}

static void check_item(Slice input, Slice expected) {
    check_read(input, expected, &NEWER, true);
}

TEST(values_of_the_newer_layer) {
    check_vectors("tests/c/vectors/value_newer.txt", check_newer);
}

TEST(values_of_the_older_layer) {
    check_vectors("tests/c/vectors/value_older.txt", check_older);
}

TEST(items) {
    check_vectors("tests/c/vectors/item.txt", check_item);
}

// The same item within a request that is too long for cJSON: the value is walked as text.
static void check_long_item(Slice input, Slice expected) {
    begin();
    Error error = {0};
    JsonDocument document;
    Buf out, text;
    buf_init(&out, &out_arena);
    buf_init(&text, &out_arena);
    buf_format(&text, "{\"L\":[%S", &input);
    for (size_t i = 0; i < JSON_SUBTREE_BYTES_MAX; i++) buf_u8(&text, ' ');
    buf_cstr(&text, "]}");
    REQUIRE(json_open(&document, &document_arena, buf_view(&text), &error));
    bool is_read = value_from_json(&document, document.root, &NEWER, &out, &error);
    Slice inner = is_read ? list_find(buf_view(&out), 0) : (Slice){NULL, 0};
    CHECK_EQ_BYTES(describe(&error, inner, false), expected);
    end();
}

TEST(values_within_long_requests) {
    check_vectors("tests/c/vectors/value_newer.txt", check_long_item);
}

static void check_types(Slice input, Slice expected) {
    begin();
    Error error = {0};
    JsonDocument document;
    REQUIRE(json_open(&document, &document_arena, arena_copy(&out_arena, input), &error));
    bool is_fine = value_check_json(&document, document.root, &error);
    CHECK(is_fine == slice_equal(expected, SLICE("ok")));
    if (!is_fine) {
        CHECK_EQ_INT(error.kind, ERROR_SERIALIZATION);
        CHECK_EQ_BYTES(error.message.len == 0 ? SLICE("-") : error.message, expected);
    }
    end();
}

TEST(json_types_inside_values) {
    check_vectors("tests/c/vectors/value_json_types.txt", check_types);
}

// Padding in the middle of a long text, also where the check begins a new piece of it.
TEST(long_base64) {
    enum { BYTES = 12288, PIECE_BYTES = 4096 };
    for (size_t padding = PIECE_BYTES - 8; padding <= BYTES; padding += 4) {
        if (padding == PIECE_BYTES + 8) padding = BYTES - 4;
        begin();
        Error error = {0};
        JsonDocument document;
        Buf text;
        buf_init(&text, &out_arena);
        buf_cstr(&text, "{\"B\":\"");
        for (size_t i = 1; i <= BYTES; i++) buf_u8(&text, i == padding ? '=' : 'A');
        buf_cstr(&text, "\"}");
        REQUIRE(json_open(&document, &document_arena, buf_view(&text), &error));
        check_context("padding at %d", (int)padding);
        CHECK(value_check_json(&document, document.root, &error) == (padding == BYTES));
        CHECK_EQ_BYTES(error.message, padding == BYTES ? SLICE("") : SLICE("Invalid Base64 character: '='"));
        end();
    }
}

typedef bool Predicate(JsonDocument *document, Json value);

static bool holds(Predicate *predicate, const char *text) {
    Error error = {0};
    JsonDocument document;
    check_context("%s", text);
    return CHECK(json_open(&document, &document_arena, slice_of_cstr(text), &error)) &&
           CHECK(value_check_json(&document, document.root, &error)) &&
           predicate(&document, document.root);
}

TEST(what_makes_a_request_fall_back_to_the_older_layer) {
    begin();
    CHECK(holds(value_uses_lenient_boolean, "{\"BOOL\":\"true\"}"));
    CHECK(holds(value_uses_lenient_boolean, "{\"L\":[{\"S\":\"x\"},{\"M\":{\"a\":{\"NULL\":\"y\"}}}]}"));
    CHECK(!holds(value_uses_lenient_boolean, "{\"BOOL\":true}"));
    CHECK(!holds(value_uses_lenient_boolean, "{\"M\":{\"BOOL\":{\"S\":\"true\"}}}"));
    CHECK(holds(value_has_two_members, "{\"S\":\"x\",\"N\":\"1\"}"));
    CHECK(holds(value_has_two_members, "{\"L\":[{\"S\":\"x\"},{\"M\":{\"a\":{\"N\":\"1\",\"B\":\"\"}}}]}"));
    CHECK(!holds(value_has_two_members, "{\"S\":\"x\",\"N\":null,\"Q\":1}"));
    CHECK(!holds(value_has_two_members, "{\"S\":\"x\",\"S\":\"y\"}"));
    CHECK(!holds(value_has_two_members, "{\"M\":{\"S\":{\"S\":\"x\"},\"N\":{\"N\":\"1\"}}}"));
    end();
}

static Slice nested(size_t levels) {
    Buf text;
    buf_init(&text, &out_arena);
    for (size_t i = 0; i < levels; i++) buf_cstr(&text, i % 2 == 0 ? "{\"L\":[" : "{\"M\":{\"a\":");
    buf_cstr(&text, "{\"S\":\"x\"}");
    for (size_t i = levels; i > 0; i--) buf_cstr(&text, i % 2 == 0 ? "}}" : "]}");
    return buf_view(&text);
}

TEST(nesting) {
    static const struct {
        size_t levels;
        unsigned nesting_max;
        bool is_accepted, in_envelope;
    } CASES[] = {{31, 31, true, false},  {32, 31, false, true},   {32, 32, true, false},
                 {33, 32, false, true},  {62, 31, false, true},   {63, 31, false, false},
                 {64, 31, false, false}, {900, 31, false, false}, {0, 0, true, false}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        begin();
        check_context("%d levels", (int)CASES[i].levels);
        ValueRules rules = {LAYER_NEWER, CASES[i].nesting_max};
        Error error = {0};
        JsonDocument document;
        Buf out;
        buf_init(&out, &out_arena);
        REQUIRE(json_open(&document, &document_arena, nested(CASES[i].levels), &error));
        CHECK(value_check_json(&document, document.root, &error));
        CHECK(value_from_json(&document, document.root, &rules, &out, &error) == CASES[i].is_accepted);
        if (CASES[i].is_accepted) {
            CHECK_EQ_INT(value_depth(buf_view(&out)), CASES[i].levels);
        } else {
            CHECK_EQ_SLICE(error.message, "Nesting Levels have exceeded supported limits: Attributes in the item have "
                                          "nested levels beyond supported limit");
            CHECK(error.in_envelope == CASES[i].in_envelope);
        }
        end();
    }
}

// Names in an order that is neither rising nor falling.
TEST(many_attributes) {
    enum { COUNT = 100000 };
    begin();
    Error error = {0};
    JsonDocument document;
    Buf out, text;
    buf_init(&out, &out_arena);
    buf_init(&text, &out_arena);
    for (unsigned i = 0; i < COUNT; i++) {
        buf_format(&text, "%s\"a%u\":{\"N\":\"%u\"}", i == 0 ? "{" : ",", i * 7919u % COUNT, i);
    }
    buf_cstr(&text, "}");
    REQUIRE(json_open(&document, &document_arena, buf_view(&text), &error));
    REQUIRE(item_from_json(&document, document.root, &NEWER, &out, &error));
    CHECK(item_is_valid(buf_view(&out)));
    size_t count;
    item_attributes(buf_view(&out), &count);
    CHECK_EQ_INT(count, COUNT);
    end();
}

// Requests of the largest size made to take as much memory as they can: text and arenas stay within 40 MB, and what
// is far too large for an item is refused.
#ifndef SHVM_TEST_FAULTS // where each allocation is a block of its own
static void repeat(Buf *text, const char *piece, size_t bytes) {
    size_t len = slice_of_cstr(piece).len;
    for (size_t written = 0; written + len <= bytes; written += len) buf_cstr(text, piece);
}

TEST(memory_is_bounded) {
    static const struct {
        const char *opening, *piece, *last, *closing;
        bool is_read;
    } CASES[] = {
        {"{\"S\":\"", "xxxxxxxxxxxxxxxx", "", "\"}", false},
        {"{\"S\":\"", "\\n", "", "\"}", false},
        {"{\"B\":\"", "AAAA", "", "\"}", false},
        {"{\"SS\":[", "\"b\",\"a\",", "\"\"", "]}", false},
        {"{\"NS\":[", "\"1\",", "\"2\"", "]}", false},
        {"{\"L\":[", "{\"N\":\"1\"},", "{\"S\":\"\"}", "]}", false},
        {"{\"L\":[", "{\"L\":[]},{\"M\":{}},", "{\"L\":[]}", "]}", false},
        {"{\"L\":[{\"L\":[{\"L\":[{\"L\":[", "{\"BOOL\":true},", "{\"BOOL\":true}", "]}]}]}]}", false},
        {"{\"M\":{", "\"b\":{\"S\":\"\"},\"a\":{\"S\":\"\"},", "\"c\":{\"S\":\"\"}", "}}", false},
        {"{", "\"Q\":{},", "\"S\":\"x\"", "}", true},
        {"{\"X\":[", "[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]],", "1", "],\"S\":\"x\"}", true},
        {"{\"X\":[", "1.5,", "1", "],\"S\":\"x\"}", true},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        enum { BYTES_MAX = 40 * 1024 * 1024 };
        Arena text_arena;
        arena_init(&text_arena, 0);
        Buf text;
        buf_init(&text, &text_arena);
        buf_reserve(&text, REQUEST_BYTES_MAX);
        buf_cstr(&text, CASES[i].opening);
        repeat(&text, CASES[i].piece, REQUEST_BYTES_MAX - 100);
        buf_cstr(&text, CASES[i].last);
        buf_cstr(&text, CASES[i].closing);
        begin();
        document_arena.bytes_max = out_arena.bytes_max = (BYTES_MAX - REQUEST_BYTES_MAX) / 2;
        Error error = {0};
        JsonDocument document;
        Buf out;
        buf_init(&out, &out_arena);
        check_context("case %d", (int)i);
        if (CHECK(json_open(&document, &document_arena, buf_view(&text), &error))) {
            CHECK(value_check_json(&document, document.root, &error));
            CHECK(!value_has_two_members(&document, document.root));
            CHECK(!value_uses_lenient_boolean(&document, document.root));
            CHECK(value_from_json(&document, document.root, &NEWER, &out, &error) == CASES[i].is_read);
            CHECK_EQ_BYTES(error.message, CASES[i].is_read ? SLICE("") : SLICE(VALUE_TOO_LARGE));
        }
        end();
        arena_free(&text_arena);
    }
}
#endif

#ifdef SHVM_TEST_FAULTS
TEST(failed_allocations_are_reported) {
    static const char *const TEXTS[] = {
        "{\"c\":{\"SS\":[\"b\",\"a\"]},\"a\":{\"L\":[{\"B\":\"AAAA\"},{\"N\":\"1\"}]},"
        "\"b\":{\"M\":{\"\\u0000\":{\"S\":\"\\n\"}}}}",
        "{\"c\":{\"SS\":[\"b\",\"a\",\"b\"]}}", "{\"c\":{\"N\":\"x\"}}", "{\"c\":{\"N\":1.5}}"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        bool is_done = false;
        for (size_t fault = 1; !is_done && fault < 200; fault++) {
            begin();
            Error error = {0};
            JsonDocument document;
            Buf out;
            buf_init(&out, &out_arena);
            arena_fail_after(fault);
            bool is_read = json_open(&document, &document_arena, slice_of_cstr(TEXTS[i]), &error) &&
                           value_check_json(&document, json_member(&document, document.root, SLICE("c")), &error) &&
                           item_from_json(&document, document.root, &NEWER, &out, &error);
            arena_fail_after(0);
            check_context("text %d, fault %d", (int)i, (int)fault);
            CHECK(is_read == (error.kind == ERROR_NONE));
            CHECK(!is_read || item_is_valid(buf_view(&out)));
            is_done = error.kind != ERROR_OUT_OF_MEMORY;
            CHECK(!is_done || (!document_arena.failed && !out_arena.failed));
            end();
        }
        CHECK(is_done);
    }
}
#endif
