#include "base/buf.h"
#include "expr/evaluate.h"
#include "expr/tree.h"
#include "support/check.h"
#include "support/tree_reader.h"

// The printer and the vectors' reader write the same trees.
static void check_printed(Arena *arena, Slice tree) {
    Buf printed;
    buf_init(&printed, arena);
    tree_print(&printed, tree);
    CHECK_EQ_BYTES(read_tree(arena, TREE_CONDITION, buf_view(&printed)), tree);
}

static void check_condition(Slice input, Slice expected) {
    Arena arena;
    arena_init(&arena, 0);
    Slice item = read_item(&arena, &input);
    Slice tree = read_tree(&arena, TREE_CONDITION, input);
    CHECK(tree.len == 0 || tree_is_valid(tree, TREE_CONDITION));
    size_t bytes_before = arena.bytes;
    Error error = {0};
    bool result = false;
    CHECK(condition_evaluate(tree, item, &arena, &result, &error));
    CHECK_EQ_BYTES(result ? SLICE("true") : SLICE("false"), expected);
    CHECK_EQ_INT(arena.bytes, bytes_before); // filters visit millions of items: conditions allocate nothing
    check_printed(&arena, tree);
    arena_free(&arena);
}

TEST(conditions) {
    check_vectors("tests/c/vectors/condition_evaluate.txt", check_condition);
}

// Alternating AND and OR around a NOT, `levels` deep, with `attribute_exists(a)` inside.
static Slice nested_condition(Arena *arena, unsigned levels) {
    Slice node = slice_of("\x0c\x01\x00\x01"
                          "a",
                          5);
    for (unsigned i = 0; i < levels; i++) {
        Buf outer;
        buf_init(&outer, arena);
        buf_u8(&outer, i % 2 == 0 ? NODE_AND : NODE_OR);
        buf_varint(&outer, 1);
        buf_slice(&outer, node);
        node = buf_view(&outer);
    }
    Buf tree;
    buf_init(&tree, arena);
    buf_u8(&tree, TREE_VERSION);
    buf_u8(&tree, TREE_CONDITION);
    buf_bytes(&tree, node);
    return buf_view(&tree);
}

TEST(nesting_is_bounded) {
    Arena arena;
    arena_init(&arena, 0);
    Slice text = SLICE("{\"a\":{\"N\":\"1\"}}");
    Slice item = read_item(&arena, &text);
    Error error = {0};
    bool result = false;
    CHECK(condition_evaluate(nested_condition(&arena, 300), item, &arena, &result, &error));
    CHECK(result);
    CHECK(!condition_evaluate(nested_condition(&arena, 301), item, &arena, &result, &error));
    CHECK_EQ_INT(error.kind, ERROR_CORRUPT);
    arena_free(&arena);
}

// Every prefix of a tree, and the tree with each byte changed: an answer or ERROR_CORRUPT; the sanitizers
// watch.
TEST(damaged_trees_are_answered) {
    Arena arena;
    arena_init(&arena, 0);
    Slice text = SLICE("{\"a\":{\"L\":[{\"N\":\"1\"},{\"S\":\"x\"}]},\"b\":{\"S\":\"xy\"}}");
    Slice item = read_item(&arena, &text);
    Slice tree_text = SLICE("(or (in a[0] {\"N\":\"2\"} (size b)) (not (begins_with b {\"S\":\"z\"})))");
    Slice tree = read_tree(&arena, TREE_CONDITION, tree_text);
    unsigned corrupt = 0;
    for (size_t len = 1; len < tree.len; len++) {
        Error error = {0};
        bool result;
        Slice prefix = arena_copy(&arena, slice_sub(tree, 0, len));
        if (!condition_evaluate(prefix, item, &arena, &result, &error)) corrupt++;
        else CHECK_EQ_INT(error.kind, ERROR_NONE);
    }
    CHECK(corrupt > tree.len / 2);
    for (size_t at = 0; at < tree.len; at++) {
        Buf changed;
        buf_init(&changed, &arena);
        buf_bytes(&changed, tree);
        for (unsigned byte = 0; byte < 256; byte++) {
            Error error = {0};
            bool result;
            changed.data[at] = (uint8_t)byte;
            bool is_answered = condition_evaluate(buf_view(&changed), item, &arena, &result, &error);
            CHECK_EQ_INT(error.kind, is_answered ? ERROR_NONE : ERROR_CORRUPT);
        }
    }
    arena_free(&arena);
}
