#include "expr/legacy.h"

#include "data/item_codec.h"
#include "expr/compile_support.h"
#include "support/tree_reader.h"

// Compiles one member: "expected", "filter", "updates" or "get", then its JSON; "or " before it joins with OR.
static bool compile_member(Arena *arena, Slice input, Buf *tree, Error *error) {
    ConditionalOperator operator = CONDITIONAL_AND;
    if (slice_starts_with(input, SLICE("or "))) {
        operator = CONDITIONAL_OR;
        input = slice_sub(input, 3, input.len);
    }
    Slice member = take_until(&input, ' ');
    // Gone when the member is compiled, so that nothing may borrow from it.
    Arena trees;
    arena_init(&trees, 0);
    JsonDocument document;
    ValueRules rules = {LAYER_NEWER, VALUE_NESTING_MAX};
    bool is_compiled = false;
    if (!open_json(&document, &trees, input)) return false;
    if (slice_equal(member, SLICE("expected"))) {
        is_compiled = legacy_expected(arena, &document, document.root, operator, &rules, tree, error);
    } else if (slice_equal(member, SLICE("filter"))) {
        is_compiled = legacy_filter(arena, &document, document.root, operator, &rules, tree, error);
    } else if (slice_equal(member, SLICE("updates"))) {
        is_compiled = legacy_attribute_updates(arena, &document, document.root, &rules, tree, error);
    } else {
        CHECK(slice_equal(member, SLICE("get")));
        is_compiled = legacy_attributes_to_get(arena, &document, document.root, tree, error);
    }
    arena_free(&trees);
    return is_compiled;
}

static void check_member(Slice input, Slice expected) {
    Arena arena;
    arena_init(&arena, 0);
    Buf tree, printed;
    buf_init(&tree, &arena);
    buf_init(&printed, &arena);
    Error error = {0};
    if (compile_member(&arena, input, &tree, &error)) {
        Slice bytes = buf_view(&tree);
        tree_print(&printed, bytes);
        CHECK_EQ_BYTES(buf_view(&printed), expected);
        CHECK(bytes.len == 0 || tree_is_valid(bytes, tree_kind_of(bytes)));
        CHECK_EQ_BYTES(read_tree(&arena, tree_kind_of(bytes), buf_view(&printed)), bytes);
    } else {
        CHECK_EQ_BYTES(error.message, expected);
        CHECK_EQ_INT(error.kind, ERROR_VALIDATION);
    }
    arena_free(&arena);
}

TEST(members) {
    check_vectors("tests/c/vectors/legacy.txt", check_member);
}

static void check_keys(Slice input, Slice expected) {
    Arena arena, trees;
    arena_init(&arena, 0);
    arena_init(&trees, 0);
    JsonDocument document;
    ValueRules rules = {LAYER_NEWER, VALUE_NESTING_MAX};
    KeyCondition condition;
    Error error = {0};
    Buf out;
    buf_init(&out, &arena);
    if (!open_json(&document, &trees, input)) return;
    bool is_compiled = legacy_key_conditions(&arena, &document, document.root, &rules, &condition, &error);
    arena_free(&trees);
    if (is_compiled) {
        for (size_t i = 0; i < condition.count; i++) {
            const KeyComparison *comparison = &condition.comparisons[i];
            buf_format(&out, "%s%S %d ", i == 0 ? "" : ", ", &comparison->attribute, (int)comparison->op);
            value_to_json(&out, comparison->value);
            if (comparison->op == KEY_BETWEEN) value_to_json(&out, comparison->upper);
        }
    }
    CHECK_EQ_BYTES(error.kind == ERROR_NONE ? buf_view(&out) : error.message, expected);
    arena_free(&arena);
}

TEST(key_conditions) {
    check_vectors("tests/c/vectors/legacy_key_conditions.txt", check_keys);
}

// Far more members than fit one tree of the JSON parser: what is kept of one must survive the next.
TEST(many_members) {
    Arena arena;
    arena_init(&arena, 0);
    Buf text, tree;
    buf_init(&text, &arena);
    buf_init(&tree, &arena);
    buf_cstr(&text, "updates {");
    for (size_t i = 0; i < 20000; i++) {
        buf_format(&text, "%s\"a%z\":{\"Value\":{\"SS\":[\"x%z\",\"b\"]}}", i == 0 ? "" : ",", i % 19999, i);
    }
    buf_cstr(&text, "}");
    Error error = {0};
    CHECK(compile_member(&arena, buf_view(&text), &tree, &error));
    CHECK_EQ_SLICE(error.message, "");
    CHECK(tree_is_valid(buf_view(&tree), TREE_UPDATE));
    AttributeUse *uses;
    size_t count = 0;
    CHECK(tree_attributes(&arena, buf_view(&tree), &uses, &count));
    CHECK_EQ_INT(count, 19999);
    arena_free(&arena);
}

TEST(envelopes) {
    static const struct {
        const char *input;
        bool in_envelope;
    } CASES[] = {
        {"expected {\"a\":{}}", true},
        {"expected {\"a\":{\"ComparisonOperator\":\"EQ\",\"AttributeValueList\":[]}}", true},
        {"updates {\"a\":{\"Action\":\"XX\"}}", true},
        {"updates {\"a\":{\"Action\":\"PUT\"}}", false},
        {"updates {\"a\":{\"Action\":\"ADD\",\"Value\":{\"S\":\"x\"}}}", false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Arena arena;
        arena_init(&arena, 0);
        Buf tree;
        buf_init(&tree, &arena);
        Error error = {0};
        check_context("%s", CASES[i].input);
        CHECK(!compile_member(&arena, slice_of_cstr(CASES[i].input), &tree, &error));
        CHECK(error.in_envelope == CASES[i].in_envelope);
        arena_free(&arena);
    }
}
