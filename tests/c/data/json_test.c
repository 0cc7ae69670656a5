#include "data/json.h"

#include "base/buf.h"
#include "base/limits.h"
#include "support/check.h"

static Arena test_arena; // of documents
static Arena out_arena;  // of what is built from them

static void begin(void) {
    arena_init(&test_arena, 0);
    arena_init(&out_arena, 0);
}

static void end(void) {
    arena_free(&test_arena);
    arena_free(&out_arena);
}

static void dump_string(Buf *out, Slice text, const char *quote) {
    bool is_plain = true;
    for (size_t i = 0; i < text.len; i++) is_plain = is_plain && text.data[i] >= ' ' && text.data[i] < 0x7f;
    for (size_t i = 0; i < text.len; i++) is_plain = is_plain && text.data[i] != '"';
    if (is_plain) {
        buf_format(out, "%s%S%s", quote, &text, quote);
        return;
    }
    buf_u8(out, '<');
    for (size_t i = 0; i < text.len; i++) {
        buf_u8(out, (uint8_t)"0123456789abcdef"[text.data[i] >> 4]);
        buf_u8(out, (uint8_t)"0123456789abcdef"[text.data[i] & 15]);
    }
    buf_u8(out, '>');
}

static void dump_number(JsonDocument *document, Json value, Buf *out) {
    bool is_decimal;
    double number = json_number(document, value, &is_decimal);
    int64_t thousandths = (int64_t)(number * 1000 + (number < 0 ? -0.5 : 0.5));
    buf_decimal_i64(out, thousandths / 1000);
    unsigned fraction = (unsigned)(thousandths % 1000);
    if (thousandths > 0 && fraction != 0) {
        buf_u8(out, '.');
        for (; fraction != 0; fraction = fraction % 100 * 10) buf_u8(out, (uint8_t)('0' + fraction / 100));
    }
    if (is_decimal) buf_u8(out, 'd');
}

static void dump(JsonDocument *document, Json value, Buf *out) {
    switch (value.type) {
    case JSON_ABSENT: buf_cstr(out, "absent"); return;
    case JSON_NULL: buf_cstr(out, "null"); return;
    case JSON_FALSE: buf_cstr(out, "false"); return;
    case JSON_TRUE: buf_cstr(out, "true"); return;
    case JSON_NUMBER: dump_number(document, value, out); return;
    case JSON_STRING: dump_string(out, json_string(document, value), "'"); return;
    case JSON_ARRAY:
    case JSON_OBJECT: break;
    }
    bool is_object = value.type == JSON_OBJECT;
    size_t count = 0;
    JsonIterator iterator = json_iterate(document, value);
    buf_u8(out, is_object ? '{' : '[');
    for (;;) {
        Slice name;
        Json member;
        ArenaMark mark = arena_mark(&test_arena);
        if (!json_next(&iterator, &name, &member)) break;
        if (count++ > 0) buf_u8(out, ',');
        if (is_object) {
            dump_string(out, name, "");
            buf_u8(out, ':');
        }
        dump(document, member, out);
        arena_rewind(&test_arena, mark);
    }
    buf_u8(out, is_object ? '}' : ']');
    CHECK_EQ_INT(json_count(document, value), count);
}

static void check_document(Slice input, Slice expected) {
    begin();
    Error error = {0};
    JsonDocument document;
    Buf out;
    buf_init(&out, &out_arena);
    if (CHECK(json_open(&document, &test_arena, arena_copy(&test_arena, input), &error))) {
        dump(&document, document.root, &out);
    }
    CHECK_EQ_BYTES(buf_view(&out), expected);
    end();
}

TEST(short_documents) {
    check_vectors("tests/c/vectors/json.txt", check_document);
}

// The same document as a part of one that is too long for cJSON: [document,"xxx…"].
static void check_within_long(Slice input, Slice expected) {
    begin();
    Error error = {0};
    JsonDocument document;
    Buf text;
    buf_init(&text, &out_arena);
    buf_format(&text, " [ %S , %S ,\"", &input, &input);
    for (size_t i = 0; i < JSON_SUBTREE_BYTES_MAX; i++) buf_u8(&text, 'x');
    buf_cstr(&text, "\"]");
    REQUIRE(json_open(&document, &test_arena, buf_view(&text), &error));
    CHECK(document.root.node == NULL);
    CHECK_EQ_INT(json_count(&document, document.root), 3);
    JsonIterator iterator = json_iterate(&document, document.root);
    for (int i = 0; i < 2; i++) {
        Slice name;
        Json value;
        Buf out;
        buf_init(&out, &out_arena);
        REQUIRE(json_next(&iterator, &name, &value));
        dump(&document, value, &out);
        CHECK_EQ_BYTES(buf_view(&out), expected);
    }
    end();
}

TEST(parts_of_long_documents) {
    check_vectors("tests/c/vectors/json.txt", check_within_long);
}

// {"input": …, repeated…}: every member is long, so names and values are walked as text at several levels.
TEST(long_containers_are_walked_as_text) {
    begin();
    Error error = {0};
    JsonDocument document;
    Buf text, expected, out;
    buf_init(&text, &out_arena);
    buf_init(&expected, &out_arena);
    buf_init(&out, &out_arena);
    buf_cstr(&text, "{\"a\\u0041\":{\"b\":[");
    buf_cstr(&expected, "{aA:{b:[");
    for (int i = 0; i < 20000; i++) {
        buf_format(&text, "%s{\"n\":%d,\"\\u0000\":\"%d\"}", i == 0 ? "" : ",", i, i);
        buf_format(&expected, "%s{n:%d,<00>:'%d'}", i == 0 ? "" : ",", i, i);
    }
    buf_cstr(&text, "],\"c\":1.5},\"d\":2}");
    buf_cstr(&expected, "],c:1.5d},d:2}");
    REQUIRE(json_open(&document, &test_arena, buf_view(&text), &error));
    size_t before = test_arena.bytes;
    dump(&document, document.root, &out);
    CHECK_EQ_BYTES(buf_view(&out), buf_view(&expected));
#ifndef SHVM_TEST_FAULTS
    CHECK(test_arena.bytes - before < 1024 * 1024);
#else
    (void)before;
#endif
    CHECK_EQ_INT(json_member(&document, document.root, SLICE("d")).type, JSON_NUMBER);
    Json inner = json_member(&document, document.root, SLICE("aA"));
    CHECK_EQ_INT(inner.type, JSON_OBJECT);
    CHECK_EQ_INT(json_count(&document, json_member(&document, inner, SLICE("b"))), 20000);
    end();
}

static Slice nested(size_t levels, const char *innermost, size_t padding) {
    Buf text;
    buf_init(&text, &out_arena);
    for (size_t i = 0; i < levels; i++) buf_cstr(&text, i % 2 == 0 ? "{\"a\":" : "[");
    buf_cstr(&text, innermost);
    for (size_t i = 0; i < padding; i++) buf_u8(&text, ' ');
    for (size_t i = levels; i > 0; i--) buf_u8(&text, i % 2 == 0 ? ']' : '}');
    return buf_view(&text);
}

static void descend(Slice text, size_t levels) {
    Error error = {0};
    JsonDocument document;
    REQUIRE(json_open(&document, &test_arena, text, &error));
    Json value = document.root;
    for (size_t i = 0; i < levels; i++) {
        Slice name;
        Json inner;
        REQUIRE(value.type == (i % 2 == 0 ? JSON_OBJECT : JSON_ARRAY));
        JsonIterator iterator = json_iterate(&document, value);
        REQUIRE(json_next(&iterator, &name, &inner));
        value = inner;
    }
    REQUIRE(value.type == JSON_STRING);
    CHECK_EQ_SLICE(json_string(&document, value), "x");
}

TEST(deep_documents) {
    static const size_t LEVELS[] = {1, 249, 250, 251, 500, 501, 1001, JSON_NESTING_MAX};
    for (size_t i = 0; i < sizeof LEVELS / sizeof LEVELS[0]; i++) {
        begin();
        check_context("%d levels", (int)LEVELS[i]);
        descend(nested(LEVELS[i], "\"x\"", 0), LEVELS[i]);
        descend(nested(LEVELS[i], "\"x\"", JSON_SUBTREE_BYTES_MAX), LEVELS[i]);
        end();
    }
}

TEST(blanks_around_a_document_are_no_part_of_it) {
    begin();
    Error error = {0};
    JsonDocument document;
    REQUIRE(json_open(&document, &test_arena, SLICE(" \n\t\"x\"\r\n \n"), &error));
    CHECK_EQ_SLICE(json_string(&document, document.root), "x");
    end();
}

TEST(refused_documents) {
    begin();
    static const struct {
        Slice text;
        ErrorKind kind;
    } CASES[] = {
        {SLICE_INIT(""), ERROR_SERIALIZATION_BARE},    {SLICE_INIT(" "), ERROR_SERIALIZATION_BARE},
        {SLICE_INIT("{\"a\":"), ERROR_SERIALIZATION_BARE}, {SLICE_INIT("{}x"), ERROR_SERIALIZATION_BARE},
        {SLICE_INIT("\"\xff\""), ERROR_SERIALIZATION_BARE},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Error error = {0};
        JsonDocument document;
        CHECK(!json_open(&document, &test_arena, CASES[i].text, &error));
        CHECK_EQ_INT(error.kind, CASES[i].kind);
        CHECK_EQ_SLICE(error.message, "");
    }
    Error error = {0};
    JsonDocument document;
    CHECK(!json_open(&document, &test_arena, nested(JSON_NESTING_MAX + 1, "1", 0), &error));
    CHECK_EQ_INT(error.kind, ERROR_SERIALIZATION);
    CHECK_EQ_SLICE(error.message, "");
    end();
}

TEST(members_by_name) {
    begin();
    Error error = {0};
    JsonDocument document;
    REQUIRE(json_open(&document, &test_arena,
                      SLICE("{\"a\":1,\"A\":true,\"ab\":2,\"a\":\"last\",\"n\":null,\"x\":1,\"x\":null,\"\\u0000\":[],"
                            "\"z\\u0000z\":{}}"),
                      &error));
    CHECK_EQ_INT(json_member(&document, document.root, SLICE("a")).type, JSON_STRING);
    CHECK_EQ_INT(json_member(&document, document.root, SLICE("A")).type, JSON_TRUE);
    CHECK_EQ_INT(json_member(&document, document.root, SLICE("b")).type, JSON_ABSENT);
    CHECK_EQ_INT(json_member(&document, document.root, SLICE("")).type, JSON_ABSENT);
    CHECK_EQ_INT(json_member(&document, document.root, SLICE("n")).type, JSON_ABSENT);
    CHECK_EQ_INT(json_member(&document, document.root, SLICE("x")).type, JSON_ABSENT);
    CHECK_EQ_INT(json_member(&document, document.root, SLICE("\0")).type, JSON_ARRAY);
    CHECK_EQ_INT(json_member(&document, document.root, SLICE("z\0z")).type, JSON_OBJECT);
    CHECK_EQ_INT(json_member(&document, document.root, SLICE("z")).type, JSON_ABSENT);
    CHECK_EQ_INT(json_member(&document, json_member(&document, document.root, SLICE("a")), SLICE("a")).type,
                 JSON_ABSENT);
    end();
}

#ifdef SHVM_TEST_FAULTS
TEST(failed_allocations_are_reported) {
    Slice text = SLICE("{\"a\":[1,2.5,\"\\u0000\",{\"b\":\"c\"}],\"d\":null}");
    bool is_done = false;
    for (size_t fault = 1; !is_done && fault < 100; fault++) {
        begin();
        Error error = {0};
        JsonDocument document;
        Buf out;
        buf_init(&out, &out_arena);
        arena_fail_after(fault);
        bool is_open = json_open(&document, &test_arena, text, &error);
        arena_fail_after(0);
        check_context("fault %d", (int)fault);
        CHECK(is_open || error.kind == ERROR_OUT_OF_MEMORY);
        is_done = is_open;
        end();
    }
    CHECK(is_done);
}
#endif
