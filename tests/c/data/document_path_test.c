#include "data/document_path.h"

#include "data/item_codec.h"
#include "support/check.h"

static Arena test_arena;

// Reads "a.b[3]" as a path, for tests only.
static Slice path(const char *text) {
    PathElement elements[40];
    size_t count = 0;
    const uint8_t *at = slice_of_cstr(text).data;
    while (*at != '\0') {
        PathElement element = {.is_index = *at == '['};
        if (*at == '[' || *at == '.') at++;
        const uint8_t *start = at;
        for (; *at != '\0' && *at != '.' && *at != '[' && *at != ']'; at++) {
            if (element.is_index) element.index = element.index * 10 + (uint32_t)(*at - '0');
        }
        element.name = slice_of(start, (size_t)(at - start));
        if (*at == ']') at++;
        elements[count++] = element;
    }
    Buf out;
    buf_init(&out, &test_arena);
    path_append(&out, elements, count);
    return buf_view(&out);
}

static Slice printed(Slice bytes) {
    Buf out;
    buf_init(&out, &test_arena);
    path_print(&out, bytes);
    return buf_view(&out);
}

TEST(paths_are_written_read_and_printed) {
    arena_init(&test_arena, 0);
    CHECK_EQ_SLICE(path("a.bc[3]"), "\3\0\1a\0\2bc\1\3");
    CHECK_EQ_SLICE(printed(path("a.bc[3]")), "[a, bc, [3]]");
    CHECK_EQ_SLICE(printed(path("l[4294967295]")), "[l, [4294967295]]");
    size_t count;
    Reader reader = path_elements(path("a[200]"), &count);
    CHECK_EQ_INT(count, 2);
    CHECK_EQ_SLICE(path_element_next(&reader).name, "a");
    PathElement second = path_element_next(&reader);
    CHECK(second.is_index && second.index == 200 && !reader.failed);
    Buf both;
    buf_init(&both, &test_arena);
    buf_bytes(&both, path("a.b"));
    buf_bytes(&both, path("c"));
    Reader larger = reader_of(buf_view(&both));
    CHECK_EQ_BYTES(path_next(&larger), path("a.b"));
    CHECK_EQ_BYTES(path_next(&larger), path("c"));
    CHECK(path_next(&larger).len == 0 && larger.failed);
    arena_free(&test_arena);
}

TEST(paths_relate) {
    static const struct {
        const char *a, *b;
        PathRelation relation;
    } CASES[] = {
        {"a", "a", PATHS_OVERLAP},          {"a", "a.b", PATHS_OVERLAP},       {"a.b.c", "a.b", PATHS_OVERLAP},
        {"a", "b", PATHS_DISJOINT},         {"a.b", "a.c", PATHS_DISJOINT},    {"a[0]", "a[1]", PATHS_DISJOINT},
        {"a[1]", "a[1].b", PATHS_OVERLAP},  {"a.b", "a[1]", PATHS_CONFLICT},   {"a[1].b", "a.c", PATHS_CONFLICT},
        {"a.b[1]", "a.c.d", PATHS_DISJOINT},
    };
    arena_init(&test_arena, 0);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        check_context("%s and %s", CASES[i].a, CASES[i].b);
        CHECK_EQ_INT(path_relation(path(CASES[i].a), path(CASES[i].b)), CASES[i].relation);
        CHECK_EQ_INT(path_relation(path(CASES[i].b), path(CASES[i].a)), CASES[i].relation);
    }
    arena_free(&test_arena);
}

TEST(paths_find_values) {
    arena_init(&test_arena, 0);
    Buf text, list, map, item;
    buf_init(&text, &test_arena);
    value_append_string(&text, SLICE("x"));
    buf_init(&list, &test_arena);
    Slice elements[] = {buf_view(&text), buf_view(&text)};
    value_append_list(&list, elements, 2);
    buf_init(&map, &test_arena);
    Attribute entries[] = {{SLICE("l"), buf_view(&list)}};
    value_append_map(&map, entries, 1);
    buf_init(&item, &test_arena);
    Attribute attributes[] = {{SLICE("m"), buf_view(&map)}, {SLICE("s"), buf_view(&text)}};
    item_append(&item, attributes, 2);
    Slice blob = buf_view(&item);
    CHECK_EQ_BYTES(path_find(path("s"), blob), buf_view(&text));
    CHECK_EQ_BYTES(path_find(path("m.l[1]"), blob), buf_view(&text));
    CHECK_EQ_BYTES(path_find(path("m.l"), blob), buf_view(&list));
    static const char *const ABSENT[] = {"x", "m.x", "m.l[2]", "m[0]", "s.a", "m.l.a", "m.l[0].a", "[0]"};
    for (size_t i = 0; i < sizeof ABSENT / sizeof ABSENT[0]; i++) {
        check_context("%s", ABSENT[i]);
        CHECK(path_find(path(ABSENT[i]), blob).len == 0);
    }
    CHECK(path_find(path("s"), (Slice){NULL, 0}).len == 0);
    CHECK(path_find((Slice){NULL, 0}, blob).len == 0);
    arena_free(&test_arena);
}

TEST(corrupt_paths_are_refused) {
    static const Slice INVALID[] = {
        SLICE_INIT(""),           SLICE_INIT("\0"),          SLICE_INIT("\1"),           SLICE_INIT("\1\0\2a"),
        SLICE_INIT("\1\2\1a"),    SLICE_INIT("\1\1\3"),      SLICE_INIT("\1\0\1a\0"),    SLICE_INIT("\2\0\1a"),
        SLICE_INIT("\1\0\1\xff"), SLICE_INIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\0\1a"),
        SLICE_INIT("\2\0\1a\1\xff\xff\xff\xff\x1f"),
    };
    arena_init(&test_arena, 0);
    CHECK(path_is_valid(path("a")));
    CHECK(path_is_valid(path("a[1].b")));
    for (size_t i = 0; i < sizeof INVALID / sizeof INVALID[0]; i++) {
        Slice bytes = arena_copy(&test_arena, INVALID[i]);
        check_context("path %d", (int)i);
        CHECK(!path_is_valid(bytes));
        printed(bytes);
        path_find(bytes, SLICE("\1\0"));
        path_relation(bytes, bytes);
    }
    arena_free(&test_arena);
}
