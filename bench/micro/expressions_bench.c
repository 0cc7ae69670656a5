// The run side of expressions, at the partition: filters over stored items, updates and projections of large
// ones.
#include "bench.h"

#include "data/decimal.h"
#include "data/document_path.h"
#include "data/item_codec.h"
#include "expr/evaluate.h"
#include "expr/tree.h"

enum {
    PAGE_ITEMS = 1000,
    LARGE_ATTRIBUTES = 400, // of about 250 bytes
};

// --- Items

static Slice text_value(Arena *arena, Slice text, size_t len) {
    Buf padded, value;
    buf_init(&padded, arena);
    buf_bytes(&padded, text);
    while (padded.len < len && !padded.failed) buf_u8(&padded, (uint8_t)('a' + padded.len % 26));
    buf_init(&value, arena);
    value_append_string(&value, buf_view(&padded));
    return buf_view(&value);
}

// `len` times "a", then `last`.
static Slice repeated_text(Arena *arena, size_t len, char last) {
    Buf text, value;
    buf_init(&text, arena);
    for (size_t i = 0; i < len; i++) buf_u8(&text, 'a');
    buf_u8(&text, (uint8_t)last);
    buf_init(&value, arena);
    value_append_string(&value, buf_view(&text));
    return buf_view(&value);
}

static Slice number_value(Arena *arena, uint64_t number) {
    Decimal decimal = decimal_from_u64(number);
    Buf stored, value;
    buf_init(&stored, arena);
    decimal_store(&stored, &decimal);
    buf_init(&value, arena);
    value_append_decimal_bytes(&value, buf_view(&stored));
    return buf_view(&value);
}

// 300 bytes in ten attributes; n is 0 … 999 and s begins with one of four words.
static Slice small_item(Arena *arena, unsigned i) {
    static const Slice WORDS[] = {SLICE_INIT("alpha-"), SLICE_INIT("beta-"), SLICE_INIT("alpine-"),
                                  SLICE_INIT("gamma-")};
    Attribute attributes[] = {
        {SLICE_INIT("address"), text_value(arena, SLICE("12 Long Street"), 40)},
        {SLICE_INIT("created"), number_value(arena, 1790000000000 + i)},
        {SLICE_INIT("email"), text_value(arena, SLICE("someone@"), 30)},
        {SLICE_INIT("kind"), text_value(arena, SLICE("order"), 5)},
        {SLICE_INIT("n"), number_value(arena, i * 7919 % 1000)},
        {SLICE_INIT("note"), text_value(arena, SLICE(""), 70)},
        {SLICE_INIT("pk"), text_value(arena, SLICE("customer#"), 20)},
        {SLICE_INIT("s"), text_value(arena, WORDS[i % 4], 24)},
        {SLICE_INIT("sk"), text_value(arena, SLICE("order#"), 20)},
        {SLICE_INIT("total"), number_value(arena, 100 * i + 99)},
    };
    Buf item;
    buf_init(&item, arena);
    item_append(&item, attributes, sizeof attributes / sizeof attributes[0]);
    return buf_view(&item);
}

// 100 KB: a.b is a list whose fourth element is a map with c; the rest stands before, beside and behind it.
static Slice large_item(Arena *arena) {
    Attribute inner[] = {{SLICE_INIT("c"), text_value(arena, SLICE("old"), 3)},
                         {SLICE_INIT("d"), text_value(arena, SLICE("x"), 1000)}};
    Buf element, list, map, item;
    buf_init(&element, arena);
    value_append_map(&element, inner, 2);
    Slice elements[] = {inner[1].value, inner[1].value, inner[1].value, buf_view(&element), inner[1].value};
    buf_init(&list, arena);
    value_append_list(&list, elements, 5);
    Attribute beside[] = {{SLICE_INIT("b"), buf_view(&list)}, {SLICE_INIT("z"), inner[1].value}};
    buf_init(&map, arena);
    value_append_map(&map, beside, 2);
    Attribute *attributes = ARENA_ARRAY(arena, Attribute, LARGE_ATTRIBUTES + 1);
    attributes[0] = (Attribute){SLICE_INIT("a"), buf_view(&map)};
    for (unsigned i = 1; i <= LARGE_ATTRIBUTES; i++) {
        Buf name;
        buf_init(&name, arena);
        buf_format(&name, "attribute%u", i);
        attributes[i] = (Attribute){buf_view(&name), text_value(arena, SLICE("x"), 230)};
    }
    buf_init(&item, arena);
    item_append(&item, attributes, LARGE_ATTRIBUTES + 1);
    return buf_view(&item);
}

// --- Trees

static void append_name_path(Buf *out, Slice name) {
    PathElement element = {.name = name};
    path_append(out, &element, 1);
}

static const PathElement NESTED_PATH[] = {{.name = SLICE_INIT("a")},
                                          {.name = SLICE_INIT("b")},
                                          {.is_index = true, .index = 3},
                                          {.name = SLICE_INIT("c")}};

static Buf new_tree(Arena *arena, TreeKind kind) {
    Buf tree;
    buf_init(&tree, arena);
    buf_u8(&tree, TREE_VERSION);
    buf_u8(&tree, kind);
    return tree;
}

static void append_comparison(Buf *out, NodeTag tag, Slice attribute, Slice constant) {
    Buf node;
    buf_init(&node, out->arena);
    buf_u8(&node, tag);
    buf_u8(&node, OPERAND_PATH);
    append_name_path(&node, attribute);
    buf_u8(&node, OPERAND_CONSTANT);
    buf_bytes(&node, constant);
    buf_slice(out, buf_view(&node));
}

// n > :n AND begins_with(s, :p)
static Slice filter_tree(Arena *arena) {
    Buf tree = new_tree(arena, TREE_CONDITION);
    buf_u8(&tree, NODE_AND);
    buf_varint(&tree, 2);
    append_comparison(&tree, NODE_GT, SLICE("n"), number_value(arena, 499));
    append_comparison(&tree, NODE_BEGINS_WITH, SLICE("s"), text_value(arena, SLICE("alp"), 3));
    return buf_view(&tree);
}

// SET a.b[3].c = :v
static Slice nested_set_tree(Arena *arena) {
    Buf tree = new_tree(arena, TREE_UPDATE);
    buf_varint(&tree, 1);
    buf_u8(&tree, ACTION_SET);
    path_append(&tree, NESTED_PATH, 4);
    buf_u8(&tree, OPERAND_CONSTANT);
    buf_bytes(&tree, text_value(arena, SLICE("new"), 20));
    return buf_view(&tree);
}

// --- Benchmarks

BENCH(bench_filter) {
    Arena arena;
    arena_init(&arena, 0);
    Slice items[PAGE_ITEMS];
    for (unsigned i = 0; i < PAGE_ITEMS; i++) items[i] = small_item(&arena, i);
    Slice tree = filter_tree(&arena);
    Error error = {0};
    uint32_t right = 0;
    for (uint32_t round = 0; round < rounds; round++) {
        unsigned i = round % PAGE_ITEMS;
        bool expected = i * 7919 % 1000 > 499 && i % 2 == 0;
        bool result;
        right += condition_evaluate(tree, items[i], &arena, &result, &error) && result == expected;
    }
    arena_free(&arena);
    return right;
}

static uint32_t run_nested_set(uint32_t rounds, bool want_parts) {
    Arena arena;
    arena_init(&arena, 0);
    Slice item = large_item(&arena);
    Slice tree = nested_set_tree(&arena);
    uint32_t right = 0;
    for (uint32_t round = 0; round < rounds; round++) {
        ArenaMark mark = arena_mark(&arena);
        UpdateOutcome outcome;
        Error error = {0};
        right += update_apply(tree, item, item, want_parts, &arena, &outcome, &error) &&
                 outcome.new_item.len == item.len + 17;
        arena_rewind(&arena, mark);
    }
    arena_free(&arena);
    return right;
}

BENCH(bench_nested_set) {
    return run_nested_set(rounds, false);
}

BENCH(bench_nested_set_updated_new) {
    return run_nested_set(rounds, true);
}

BENCH(bench_nested_projection) {
    Arena arena, page_arena;
    arena_init(&arena, 0);
    arena_init(&page_arena, 0);
    Slice item = large_item(&arena);
    Buf tree = new_tree(&arena, TREE_PROJECTION);
    buf_varint(&tree, 2);
    path_append(&tree, NESTED_PATH, 4);
    append_name_path(&tree, SLICE("attribute200"));
    uint32_t right = 0;
    for (uint32_t round = 0; round < rounds; round++) {
        Buf page;
        Error error = {0};
        arena_reset(&page_arena);
        buf_init(&page, &page_arena);
        right += projection_apply(buf_view(&tree), item, &arena, &page, &error) && page.len < 300;
    }
    arena_free(&page_arena);
    arena_free(&arena);
    return right;
}

// A filter of 300 operators, each the search of a part that nearly matches everywhere in a large string.
BENCH(bench_worst_filter) {
    Arena arena;
    arena_init(&arena, 0);
    Attribute attribute = {SLICE_INIT("n"), repeated_text(&arena, 400000, 'a')};
    Buf item;
    buf_init(&item, &arena);
    item_append(&item, &attribute, 1);
    Buf tree = new_tree(&arena, TREE_CONDITION);
    buf_u8(&tree, NODE_OR);
    buf_varint(&tree, 300);
    Slice part = repeated_text(&arena, 1000, 'b');
    for (int i = 0; i < 300; i++) append_comparison(&tree, NODE_CONTAINS, SLICE("n"), part);
    uint32_t right = 0;
    for (uint32_t round = 0; round < rounds; round++) {
        Error error = {0};
        bool result;
        right += condition_evaluate(buf_view(&tree), buf_view(&item), &arena, &result, &error) && !result;
    }
    arena_free(&arena);
    return right;
}
