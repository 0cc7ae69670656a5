// Trees from outside are untrusted: every cut and every changed byte is either refused or harmless.
#include "expr/compile_support.h"

static Slice compiled_tree(Arena *arena, Slice input) {
    Compiled compiled = compile_text(arena, input);
    CHECK_EQ_SLICE(compiled.error.message, "");
    return compiled.tree;
}

// Looks at the bytes in every way there is; the sanitizers watch.
static void look(Arena *arena, Slice tree) {
    Buf printed;
    buf_init(&printed, arena);
    tree_print(&printed, tree);
    AttributeUse *uses;
    size_t count;
    tree_attributes(arena, tree, &uses, &count);
    update_charge(tree);
}

static void damage(Slice input) {
    Arena arena;
    arena_init(&arena, 0);
    Slice tree = compiled_tree(&arena, input);
    TreeKind kind = tree_kind_of(tree);
    REQUIRE(tree_is_valid(tree, kind));
    CHECK(!tree_is_valid(tree, kind == TREE_UPDATE ? TREE_CONDITION : TREE_UPDATE));
    ArenaMark mark = arena_mark(&arena);
    for (size_t len = 0; len < tree.len; len++) {
        Slice cut = arena_copy(&arena, slice_sub(tree, 0, len)); // a copy, so that reading past the cut is seen
        CHECK(!tree_is_valid(cut, kind));
        look(&arena, cut);
        arena_rewind(&arena, mark);
    }
    for (size_t at = 0; at < tree.len; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            Slice changed = arena_copy(&arena, tree);
            ((uint8_t *)changed.data)[at] ^= (uint8_t)(1u << bit);
            tree_is_valid(changed, kind);
            look(&arena, changed);
            arena_rewind(&arena, mark);
        }
    }
    Buf longer;
    buf_init(&longer, &arena);
    buf_bytes(&longer, tree);
    buf_u8(&longer, 0);
    CHECK(!tree_is_valid(buf_view(&longer), kind));
    arena_free(&arena);
}

TEST(damaged_trees) {
    damage(SLICE("condition `NOT (a.b[1] = :v AND size(c) IN (:n, d)) OR contains(e, :v) OR f BETWEEN :n AND g` "
                 "{\":v\":{\"S\":\"x\"},\":n\":{\"N\":\"1.5\"}}"));
    damage(SLICE("condition `attribute_exists(a) AND attribute_type(b, :t) AND begins_with(c, :t)` "
                 "{\":t\":{\"S\":\"S\"}}"));
    damage(SLICE("update `SET a = if_not_exists(b.c, :n) + d, e = list_append(e, :l) REMOVE f[3] ADD g :n DELETE h :s` "
                 "{\":n\":{\"N\":\"-7\"},\":l\":{\"L\":[{\"M\":{\"x\":{\"NULL\":true}}}]},"
                 "\":s\":{\"BS\":[\"AA==\"]}}"));
    damage(SLICE("projection `a, b.c[2], d`"));
}

static void check_bytes(Slice input, Slice expected) {
    Arena arena;
    arena_init(&arena, 0);
    Buf bytes;
    buf_init(&bytes, &arena);
    for (size_t i = 0; i + 1 < input.len; i++) {
        if (input.data[i] == ' ') continue;
        const char *digits = "0123456789abcdef";
        unsigned high = (unsigned)(strchr(digits, input.data[i]) - digits);
        unsigned low = (unsigned)(strchr(digits, input.data[i + 1]) - digits);
        buf_u8(&bytes, (uint8_t)(high << 4 | low));
        i++;
    }
    Slice tree = buf_view(&bytes);
    CHECK_EQ_BYTES(tree_is_valid(tree, tree_kind_of(tree)) ? SLICE("valid") : SLICE("invalid"), expected);
    arena_free(&arena);
}

TEST(bytes) {
    check_vectors("tests/c/vectors/tree.txt", check_bytes);
}

// NOT repeated that often over attribute_exists(a).
static Slice nested(Arena *arena, unsigned levels) {
    Buf tree;
    buf_init(&tree, arena);
    buf_u8(&tree, TREE_VERSION);
    buf_u8(&tree, TREE_CONDITION);
    for (unsigned i = 1; i < levels; i++) buf_u8(&tree, NODE_NOT);
    buf_bytes(&tree, SLICE("\x0c\x01\x00\x01"
                           "a"));
    return buf_view(&tree);
}

TEST(depth_is_bounded) {
    Arena arena;
    arena_init(&arena, 0);
    CHECK(tree_is_valid(nested(&arena, EXPRESSION_NESTING_MAX), TREE_CONDITION));
    CHECK(!tree_is_valid(nested(&arena, EXPRESSION_NESTING_MAX + 1), TREE_CONDITION));
    CHECK(!tree_is_valid(nested(&arena, 1000000), TREE_CONDITION));
    arena_free(&arena);
}

TEST(printing) {
    Arena arena;
    arena_init(&arena, 0);
    Buf out;
    buf_init(&out, &arena);
    tree_print(&out, SLICE(""));
    CHECK_EQ_SLICE(buf_view(&out), "(always)");
    buf_init(&out, &arena);
    tree_print(&out, SLICE("\x01\x02\x00"));
    CHECK_EQ_SLICE(buf_view(&out), "(nothing)");
    buf_init(&out, &arena);
    tree_print(&out, SLICE("\x01\x01\x04"));
    CHECK_EQ_SLICE(buf_view(&out), "(=) (corrupt)");
    arena_free(&arena);
}
