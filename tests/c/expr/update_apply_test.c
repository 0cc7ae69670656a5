#include "base/buf.h"
#include "base/limits.h"
#include "data/item_codec.h"
#include "expr/evaluate.h"
#include "expr/tree.h"
#include "support/check.h"
#include "support/tree_reader.h"

static void append_json(Buf *out, Slice item) {
    if (item.len == 0) buf_cstr(out, "-");
    else item_to_json(out, item);
}

static void check_valid(Slice item) {
    CHECK(item.len == 0 || item_is_valid(item));
}

static Slice key_item(Arena *arena) {
    Slice text = SLICE("{\"pk\":{\"S\":\"k\"}}");
    return read_item(arena, &text);
}

static void check_update(Slice input, Slice expected) {
    Arena arena;
    arena_init(&arena, 0);
    Slice item = read_item(&arena, &input);
    Slice tree = read_tree(&arena, TREE_UPDATE, input);
    Slice key = key_item(&arena);
    CHECK(tree_is_valid(tree, TREE_UPDATE));
    UpdateOutcome outcome, brief;
    Error error = {0};
    Buf found;
    buf_init(&found, &arena);
    if (update_apply(tree, item, key, true, &arena, &outcome, &error)) {
        append_json(&found, outcome.new_item);
        buf_cstr(&found, " | ");
        append_json(&found, outcome.updated_old);
        buf_cstr(&found, " | ");
        append_json(&found, outcome.updated_new);
        check_valid(outcome.new_item);
        check_valid(outcome.updated_old);
        check_valid(outcome.updated_new);
        CHECK(update_apply(tree, item, key, false, &arena, &brief, &error));
        CHECK_EQ_BYTES(brief.new_item, outcome.new_item);
        CHECK(brief.updated_old.len == 0 && brief.updated_new.len == 0);
    } else {
        CHECK_EQ_INT(error.kind, ERROR_VALIDATION);
        CHECK(!error.in_envelope);
        buf_bytes(&found, error.message);
    }
    CHECK_EQ_BYTES(buf_view(&found), expected);
    arena_free(&arena);
}

TEST(updates) {
    check_vectors("tests/c/vectors/update_apply.txt", check_update);
}

// A list of lists …, `levels` of them, as attribute "d".
static Slice deep_item(Arena *arena, unsigned levels) {
    Buf text;
    buf_init(&text, arena);
    buf_cstr(&text, "{\"d\":");
    for (unsigned i = 0; i < levels; i++) buf_cstr(&text, "{\"L\":[");
    buf_cstr(&text, "{\"S\":\"x\"}");
    for (unsigned i = 0; i < levels; i++) buf_cstr(&text, "]}");
    buf_cstr(&text, ",\"m\":{\"M\":{}}}");
    Slice rest = buf_view(&text);
    return read_item(arena, &rest);
}

static Error apply(Arena *arena, Slice item, Slice tree_text, UpdateOutcome *outcome) {
    Error error = {0};
    update_apply(read_tree(arena, TREE_UPDATE, tree_text), item, key_item(arena), true, arena, outcome,
                 &error);
    return error;
}

TEST(the_outcome_has_at_most_31_levels) {
    Arena arena;
    arena_init(&arena, 0);
    UpdateOutcome outcome;
    CHECK_EQ_INT(apply(&arena, deep_item(&arena, 31), SLICE("(set e d)"), &outcome).kind, ERROR_NONE);
    CHECK_EQ_INT(apply(&arena, deep_item(&arena, 30), SLICE("(set m.e d)"), &outcome).kind, ERROR_NONE);
    Error error = apply(&arena, deep_item(&arena, 31), SLICE("(set m.e d)"), &outcome);
    CHECK_EQ_SLICE(error.message, "Nesting Levels have exceeded supported limits");
    arena_free(&arena);
}

static Slice text_item(Arena *arena, size_t len) {
    Buf text, item;
    buf_init(&text, arena);
    for (size_t i = 0; i < len; i++) buf_u8(&text, (uint8_t)('a' + i % 26));
    buf_init(&item, arena);
    Buf value;
    buf_init(&value, arena);
    value_append_string(&value, buf_view(&text));
    Attribute attribute = {SLICE_INIT("a"), buf_view(&value)};
    item_append(&item, &attribute, 1);
    return buf_view(&item);
}

// 4 KB of text can ask for hundreds of copies of a large value.
TEST(results_far_beyond_an_item_are_refused_before_they_are_built) {
    Arena arena;
    arena_init(&arena, 0);
    Slice item = text_item(&arena, ITEM_SIZE_BYTES_MAX - 1);
    UpdateOutcome outcome;
    CHECK_EQ_INT(apply(&arena, item, SLICE("(set b a) (set c a)"), &outcome).kind, ERROR_NONE);
    CHECK_EQ_INT(item_find(outcome.new_item, SLICE("c")).len, item_find(item, SLICE("a")).len);
    size_t before = arena.bytes;
    Error error = apply(&arena, item, SLICE("(set b a) (set c a) (set d a) (set e a)"), &outcome);
    CHECK_EQ_SLICE(error.message, "Item size to update has exceeded the maximum allowed size");
    CHECK(arena.bytes - before < ITEM_SIZE_BYTES_MAX);
    arena_free(&arena);
}

TEST(thousands_of_actions_come_out_in_order) {
    Arena arena;
    arena_init(&arena, 0);
    Buf text;
    buf_init(&text, &arena);
    for (unsigned i = 0; i < 3000; i++) {
        buf_format(&text, " (set l[%u] {\"N\":\"%u\"})", (i * 7919) % 3000 + 5, (i * 7919) % 3000);
    }
    Slice item_text = SLICE("{\"l\":{\"L\":[]}}");
    Slice item = read_item(&arena, &item_text);
    UpdateOutcome outcome = {0};
    CHECK_EQ_INT(apply(&arena, item, buf_view(&text), &outcome).kind, ERROR_NONE);
    REQUIRE(item_is_valid(outcome.new_item));
    Slice list = item_find(outcome.new_item, SLICE("l"));
    CHECK_EQ_INT(value_count(list), 3000);
    Buf element;
    buf_init(&element, &arena);
    value_to_json(&element, list_find(list, 1234));
    CHECK_EQ_SLICE(buf_view(&element), "{\"N\":\"1234\"}");
    arena_free(&arena);
}

TEST(names_are_not_empty) {
    Arena arena;
    arena_init(&arena, 0);
    Slice text = SLICE("{\"a\":{\"M\":{}}}");
    Slice item = read_item(&arena, &text);
    Slice unnamed = SLICE("\x01\x02\x01\x41\x02\x00\x01"
                          "a\x00\x00"); // REMOVE a.<empty>
    UpdateOutcome outcome;
    Error error = {0};
    CHECK(!update_apply(unnamed, item, key_item(&arena), false, &arena, &outcome, &error));
    CHECK_EQ_INT(error.kind, ERROR_CORRUPT);
    arena_free(&arena);
}

TEST(paths_have_at_most_32_elements) {
    Arena arena;
    arena_init(&arena, 0);
    Buf text;
    buf_init(&text, &arena);
    buf_cstr(&text, "(set a");
    for (unsigned i = 1; i < DOCUMENT_PATH_ELEMENTS_MAX; i++) buf_cstr(&text, "[0]");
    Slice longest = slice_sub(buf_view(&text), 0, text.len);
    Buf accepted, refused;
    buf_init(&accepted, &arena);
    buf_format(&accepted, "%S {\"N\":\"1\"})", &longest);
    buf_init(&refused, &arena);
    buf_format(&refused, "%S[0] {\"N\":\"1\"})", &longest);
    Slice item = deep_item(&arena, 31);
    UpdateOutcome outcome;
    CHECK_EQ_SLICE(apply(&arena, item, buf_view(&accepted), &outcome).message,
                   "The document path provided in the update expression is invalid for update");
    CHECK_EQ_INT(apply(&arena, item, buf_view(&refused), &outcome).kind, ERROR_CORRUPT);
    arena_free(&arena);
}

TEST(overlapping_paths_are_corrupt) {
    Arena arena;
    arena_init(&arena, 0);
    UpdateOutcome outcome;
    Slice text = SLICE("{\"a\":{\"M\":{\"b\":{\"N\":\"1\"}}}}");
    Slice item = read_item(&arena, &text);
    Slice overlap = SLICE("(set a.b {\"N\":\"1\"}) (set c {\"N\":\"1\"}) (set a {\"N\":\"1\"})");
    CHECK_EQ_INT(apply(&arena, item, overlap, &outcome).kind, ERROR_CORRUPT);
    Slice twice = SLICE("(set a {\"N\":\"1\"}) (remove a)");
    CHECK_EQ_INT(apply(&arena, item, twice, &outcome).kind, ERROR_CORRUPT);
    arena_free(&arena);
}

// SET a = 1 + (1 + (… 1)) with `levels` operators.
static Slice nested_sum(Arena *arena, unsigned levels) {
    Buf text;
    buf_init(&text, arena);
    buf_cstr(&text, "(set a ");
    for (unsigned i = 0; i < levels; i++) buf_cstr(&text, "(+ {\"N\":\"1\"} ");
    buf_cstr(&text, "{\"N\":\"1\"}");
    for (unsigned i = 0; i < levels; i++) buf_cstr(&text, ")");
    buf_cstr(&text, ")");
    return buf_view(&text);
}

TEST(operands_are_followed_as_deep_as_the_validator_lets_them) {
    Arena arena;
    arena_init(&arena, 0);
    UpdateOutcome outcome;
    Slice text = SLICE("{\"a\":{\"N\":\"1\"}}");
    Slice item = read_item(&arena, &text);
    Slice deepest = nested_sum(&arena, EXPRESSION_NESTING_MAX);
    CHECK(tree_is_valid(read_tree(&arena, TREE_UPDATE, deepest), TREE_UPDATE));
    CHECK_EQ_INT(apply(&arena, item, deepest, &outcome).kind, ERROR_NONE);
    Buf sum;
    buf_init(&sum, &arena);
    item_to_json(&sum, outcome.new_item);
    CHECK_EQ_SLICE(buf_view(&sum), "{\"a\":{\"N\":\"301\"}}");
    Slice deeper = nested_sum(&arena, EXPRESSION_NESTING_MAX + 1);
    CHECK(!tree_is_valid(read_tree(&arena, TREE_UPDATE, deeper), TREE_UPDATE));
    CHECK_EQ_INT(apply(&arena, item, deeper, &outcome).kind, ERROR_CORRUPT);
    arena_free(&arena);
}

#ifdef SHVM_TEST_FAULTS
TEST(failed_allocations_are_reported) {
    Slice expected = SLICE("{\"a\":{\"M\":{\"b\":{\"L\":[{\"N\":\"3\"}]}}},\"n\":{\"SS\":[\"p\",\"q\"]}}");
    bool is_done = false;
    for (size_t n = 1; n < 1000 && !is_done; n++) {
        Arena arena;
        arena_init(&arena, 0);
        Slice text = SLICE("{\"a\":{\"M\":{\"b\":{\"L\":[{\"N\":\"1\"}]}}},\"n\":{\"SS\":[\"p\"]}}");
        Slice item = read_item(&arena, &text);
        Slice tree_text = SLICE("(set a.b[0] (+ a.b[0] {\"N\":\"2\"})) (add n {\"SS\":[\"q\"]})");
        Slice tree = read_tree(&arena, TREE_UPDATE, tree_text);
        Slice key = key_item(&arena);
        UpdateOutcome outcome;
        Error error = {0};
        arena_fail_after(n);
        is_done = update_apply(tree, item, key, true, &arena, &outcome, &error);
        arena_fail_after(0);
        check_context("allocation %d", (int)n);
        CHECK_EQ_INT(error.kind, is_done ? ERROR_NONE : ERROR_OUT_OF_MEMORY);
        if (is_done) {
            Buf json;
            buf_init(&json, &arena);
            item_to_json(&json, outcome.new_item);
            CHECK_EQ_BYTES(buf_view(&json), expected);
            CHECK(n > 10);
        }
        arena_free(&arena);
    }
    CHECK(is_done);
}
#endif
