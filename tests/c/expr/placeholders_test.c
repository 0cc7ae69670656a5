#include "expr/compile_support.h"

// names values => what placeholders_new or, where the expression is given, placeholders_check_unused says
static void check_placeholders(Slice input, Slice expected) {
    Arena arena;
    arena_init(&arena, 0);
    Slice word = take_until(&input, ' ');
    Layer layer = slice_equal(word, SLICE("older")) ? LAYER_OLDER : LAYER_NEWER;
    bool is_bare = slice_equal(word, SLICE("bare"));
    size_t end = json_scan_skip_value(input, 0);
    Slice names = slice_sub(input, 0, end);
    Slice values = trim_left(slice_sub(input, end, input.len));
    Compiled compiled = compile_parts(&arena, EXPRESSION_CONDITION, SLICE("a = b"), names, values, layer);
    if (compiled.error.kind == ERROR_NONE) placeholders_check_unused(compiled.placeholders, &arena, &compiled.error);
    CHECK_EQ_BYTES(compiled.error.kind == ERROR_NONE ? SLICE("fine") : compiled.error.message, expected);
    CHECK(compiled.error.kind == ERROR_NONE || compiled.error.in_envelope == !is_bare);
    arena_free(&arena);
}

TEST(shape_and_use) {
    check_vectors("tests/c/vectors/placeholders.txt", check_placeholders);
}

static Slice key_map(Arena *arena, uint8_t sign, size_t len, const char *value) {
    Buf out;
    buf_init(&out, arena);
    buf_format(&out, "{\"%c", (int)sign);
    for (size_t i = 1; i < len; i++) buf_u8(&out, 'a');
    buf_format(&out, "\":%s}", value);
    return buf_view(&out);
}

TEST(long_keys) {
    Arena arena;
    arena_init(&arena, 0);
    Slice null = SLICE("null");
    Compiled compiled = compile_parts(&arena, EXPRESSION_CONDITION, SLICE("a = b"), key_map(&arena, '#', 255, "\"x\""),
                                      null, LAYER_NEWER);
    CHECK_EQ_SLICE(compiled.error.message, "");
    compiled = compile_parts(&arena, EXPRESSION_CONDITION, SLICE("a = b"), key_map(&arena, '#', 256, "\"x\""), null,
                             LAYER_NEWER);
    CHECK_EQ_SLICE(compiled.error.message, "ExpressionAttributeNames contains invalid key: The expression attribute "
                                           "map contains a key that is too long; size of key: 256");
    compiled = compile_parts(&arena, EXPRESSION_CONDITION, SLICE("a = b"), null,
                             key_map(&arena, ':', 256, "{\"S\":\"x\"}"), LAYER_NEWER);
    CHECK_EQ_SLICE(compiled.error.message, "ExpressionAttributeValues contains invalid key: The expression attribute "
                                           "map contains a key that is too long;");
    arena_free(&arena);
}

TEST(a_hundred_thousand_names) {
    Arena arena;
    arena_init(&arena, 0);
    Buf names;
    buf_init(&names, &arena);
    for (size_t i = 0; i < 100000; i++) buf_format(&names, "%s\"#n%z\":\"a%z\"", i == 0 ? "{" : ",", i, i);
    buf_cstr(&names, "}");
    Compiled compiled = compile_parts(&arena, EXPRESSION_CONDITION, SLICE("#n99999 = #n0"), buf_view(&names),
                                      SLICE("null"), LAYER_NEWER);
    CHECK_EQ_SLICE(compiled.error.message, "");
    CHECK(!placeholders_check_unused(compiled.placeholders, &arena, &compiled.error));
    CHECK(slice_starts_with(compiled.error.message, SLICE("Value provided in ExpressionAttributeNames unused in "
                                                          "expressions: keys: {#n")));
    arena_free(&arena);
}

TEST(the_last_of_equal_keys_stands) {
    Arena arena;
    arena_init(&arena, 0);
    Compiled compiled = compile_parts(&arena, EXPRESSION_PROJECTION, SLICE("#a"), SLICE("{\"#a\":\"x\",\"#a\":\"y\"}"),
                                      SLICE("null"), LAYER_NEWER);
    Buf printed;
    buf_init(&printed, &arena);
    tree_print(&printed, compiled.tree);
    CHECK_EQ_BYTES(buf_view(&printed), SLICE("y"));
    CHECK(placeholders_check_unused(compiled.placeholders, &arena, &compiled.error));
    arena_free(&arena);
}

TEST(no_placeholders_at_all) {
    Arena arena;
    arena_init(&arena, 0);
    Error error = {0};
    Buf tree;
    buf_init(&tree, &arena);
    Expression *expression = expression_parse(&arena, EXPRESSION_CONDITION, SLICE("a = b"), &error);
    CHECK(expression_compile(&arena, expression, NULL, &tree, &error));
    CHECK(placeholders_check_unused(NULL, &arena, &error));
    arena_free(&arena);
}
