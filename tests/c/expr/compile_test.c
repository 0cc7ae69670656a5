// Stage 2: what compiles to which tree, and what does not for which reason.
#include "expr/compile_support.h"
#include "support/tree_reader.h"

static void check_compile(Slice input, Slice expected) {
    Arena arena;
    arena_init(&arena, 0);
    Compiled compiled = compile_text(&arena, input);
    if (compiled.error.kind == ERROR_NONE) {
        Buf printed;
        buf_init(&printed, &arena);
        tree_print(&printed, compiled.tree);
        CHECK_EQ_BYTES(buf_view(&printed), expected);
        CHECK(tree_is_valid(compiled.tree, tree_kind_of(compiled.tree)));
        CHECK_EQ_BYTES(read_tree(&arena, tree_kind_of(compiled.tree), buf_view(&printed)), compiled.tree);
    } else {
        CHECK_EQ_BYTES(compiled.error.message, expected);
        CHECK_EQ_INT(compiled.error.kind, ERROR_VALIDATION);
        CHECK(compiled.error.in_envelope);
    }
    arena_free(&arena);
}

TEST(conditions) {
    check_vectors("tests/c/vectors/expression_condition.txt", check_compile);
}

TEST(updates) {
    check_vectors("tests/c/vectors/expression_update.txt", check_compile);
}

TEST(projections) {
    check_vectors("tests/c/vectors/expression_projection.txt", check_compile);
}

TEST(the_older_layer_lists_types_in_another_order) {
    Arena arena;
    arena_init(&arena, 0);
    Compiled compiled = compile_parts(&arena, EXPRESSION_CONDITION, SLICE("attribute_type(a, :t)"), SLICE("null"),
                                      SLICE("{\":t\":{\"S\":\"x\"}}"), LAYER_OLDER);
    CHECK_EQ_SLICE(compiled.error.message,
                   "Invalid ConditionExpression: Invalid attribute type name found; type: x, valid types: "
                   "{N,BS,L,B,NULL,M,S,SS,NS,BOOL}");
    arena_free(&arena);
}

TEST(a_dot_in_a_name_is_no_step) {
    Arena arena;
    arena_init(&arena, 0);
    Compiled compiled = compile_text(&arena, SLICE("projection `#dot.c` {\"#dot\":\"a.b\"}"));
    CHECK_EQ_BYTES(compiled.tree, SLICE("\x01\x03\x01\x02\x00\x03"
                                        "a.b\x00\x01"
                                        "c"));
    arena_free(&arena);
}

static Slice numbered(Arena *arena, const char *before, const char *item, const char *between, size_t count) {
    Buf out;
    buf_init(&out, arena);
    buf_cstr(&out, before);
    for (size_t i = 0; i < count; i++) buf_format(&out, "%s%s%z", i == 0 ? "" : between, item, i);
    return buf_view(&out);
}

static void check_message(ExpressionKind kind, Slice text, const char *expected) {
    Arena arena;
    arena_init(&arena, 0);
    Compiled compiled = compile_parts(&arena, kind, text, SLICE("null"), SLICE("null"), LAYER_NEWER);
    CHECK_EQ_BYTES(compiled.error.message, slice_of_cstr(expected));
    arena_free(&arena);
}

TEST(limits) {
    Arena arena;
    arena_init(&arena, 0);
    check_message(EXPRESSION_PROJECTION, numbered(&arena, "", "a", ".", 32), "");
    check_message(EXPRESSION_PROJECTION, numbered(&arena, "", "a", ".", 33),
                  "Invalid ProjectionExpression: The document path has too many nesting levels; nesting levels: 33");
    Buf in;
    buf_init(&in, &arena);
    buf_bytes(&in, numbered(&arena, "a IN (", "b", ",", 100));
    buf_cstr(&in, ")");
    check_message(EXPRESSION_FILTER, buf_view(&in), "");
    buf_init(&in, &arena);
    buf_bytes(&in, numbered(&arena, "a IN (", "b", ",", 101));
    buf_cstr(&in, ")");
    check_message(EXPRESSION_FILTER, buf_view(&in),
                  "Invalid FilterExpression: The IN operator is provided with too many operands; number of operands: "
                  "101");
    check_message(EXPRESSION_UPDATE, numbered(&arena, "REMOVE ", "a", ",", 600), "");
    arena_free(&arena);
}

static Slice attributes_text(Arena *arena, Slice input) {
    Compiled compiled = compile_text(arena, input);
    CHECK_EQ_SLICE(compiled.error.message, "");
    AttributeUse *uses;
    size_t count;
    Buf out;
    buf_init(&out, arena);
    CHECK(tree_attributes(arena, compiled.tree, &uses, &count));
    for (size_t i = 0; i < count; i++) {
        buf_format(&out, "%s%S%s", i == 0 ? "" : " ", &uses[i].name, uses[i].is_nested ? "+" : "");
    }
    return buf_view(&out);
}

TEST(attributes_of_trees) {
    Arena arena;
    arena_init(&arena, 0);
    CHECK_EQ_BYTES(attributes_text(&arena, SLICE("condition `b = a AND a.c < b AND size(d[1]) = :v` "
                                                 "{\":v\":{\"N\":\"1\"}}")),
                   SLICE("b a+ d+"));
    CHECK_EQ_BYTES(attributes_text(&arena, SLICE("update `SET z = if_not_exists(y.a, x) REMOVE w[0] ADD v :n "
                                                 "DELETE u :s` {\":n\":{\"N\":\"1\"},\":s\":{\"SS\":[\"a\"]}}")),
                   SLICE("z y+ x w+ v u"));
    CHECK_EQ_BYTES(attributes_text(&arena, SLICE("projection `a.b, c, a.d`")), SLICE("a+ c"));
    AttributeUse *uses;
    size_t count = 1;
    CHECK(tree_attributes(&arena, SLICE(""), &uses, &count));
    CHECK_EQ_INT(count, 0);
    arena_free(&arena);
}

static void check_charge(Slice input, Slice expected) {
    Arena arena;
    arena_init(&arena, 0);
    Compiled compiled = compile_text(&arena, input);
    CHECK_EQ_SLICE(compiled.error.message, "");
    Buf charge;
    buf_init(&charge, &arena);
    buf_decimal_u64(&charge, update_charge(compiled.tree));
    CHECK_EQ_BYTES(buf_view(&charge), expected);
    arena_free(&arena);
}

TEST(charges) {
    check_vectors("tests/c/vectors/update_charge.txt", check_charge);
}
