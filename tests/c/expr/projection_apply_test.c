#include "base/buf.h"
#include "data/item_codec.h"
#include "expr/evaluate.h"
#include "expr/tree.h"
#include "support/check.h"
#include "support/tree_reader.h"

static void check_projection(Slice input, Slice expected) {
    Arena arena;
    arena_init(&arena, 0);
    Slice item = read_item(&arena, &input);
    Slice tree = read_tree(&arena, TREE_PROJECTION, input);
    CHECK(tree.len == 0 || tree_is_valid(tree, TREE_PROJECTION));
    Error error = {0};
    Buf projected, json;
    buf_init(&projected, &arena);
    CHECK(projection_apply(tree, item, &arena, &projected, &error));
    CHECK(item_is_valid(buf_view(&projected)));
    buf_init(&json, &arena);
    item_to_json(&json, buf_view(&projected));
    CHECK_EQ_BYTES(buf_view(&json), expected);
    arena_free(&arena);
}

TEST(projections) {
    check_vectors("tests/c/vectors/projection_apply.txt", check_projection);
}

TEST(a_page_of_projections_gives_its_memory_back) {
    Arena arena, page_arena;
    arena_init(&arena, 0);
    arena_init(&page_arena, 0);
    Slice text = SLICE("{\"a\":{\"M\":{\"b\":{\"N\":\"1\"},\"c\":{\"N\":\"2\"}}}}");
    Slice item = read_item(&arena, &text);
    Slice tree = read_tree(&arena, TREE_PROJECTION, SLICE("a.b"));
    Buf page;
    buf_init(&page, &page_arena);
    Error error = {0};
    CHECK(projection_apply(tree, item, &arena, &page, &error));
    size_t one = page.len;
    size_t bytes = arena.bytes;
    for (int i = 1; i < 5000; i++) CHECK(projection_apply(tree, item, &arena, &page, &error));
    CHECK_EQ_INT(arena.bytes, bytes);
    CHECK_EQ_INT(page.len, 5000 * one);
    arena_free(&arena);
    arena_free(&page_arena);
}

TEST(overlapping_paths_are_corrupt) {
    Arena arena;
    arena_init(&arena, 0);
    Slice text = SLICE("{\"a\":{\"M\":{}}}");
    Slice item = read_item(&arena, &text);
    Buf out;
    buf_init(&out, &arena);
    Error error = {0};
    CHECK(!projection_apply(read_tree(&arena, TREE_PROJECTION, SLICE("a a.b")), item, &arena, &out, &error));
    CHECK_EQ_INT(error.kind, ERROR_CORRUPT);
    arena_free(&arena);
}

#ifdef SHVM_TEST_FAULTS
TEST(failed_allocations_are_reported) {
    bool is_done = false;
    for (size_t n = 1; n < 100 && !is_done; n++) {
        Arena arena;
        arena_init(&arena, 0);
        Slice text = SLICE("{\"a\":{\"M\":{\"b\":{\"N\":\"1\"},\"c\":{\"N\":\"2\"}}}}");
        Slice item = read_item(&arena, &text);
        Slice tree = read_tree(&arena, TREE_PROJECTION, SLICE("a.c z"));
        Buf out;
        buf_init(&out, &arena);
        Error error = {0};
        arena_fail_after(n);
        is_done = projection_apply(tree, item, &arena, &out, &error);
        arena_fail_after(0);
        check_context("allocation %d", (int)n);
        CHECK_EQ_INT(error.kind, is_done ? ERROR_NONE : ERROR_OUT_OF_MEMORY);
        CHECK(!is_done || (n > 3 && item_is_valid(buf_view(&out))));
        arena_free(&arena);
    }
    CHECK(is_done);
}
#endif
