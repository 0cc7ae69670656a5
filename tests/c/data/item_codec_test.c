#include "data/item_codec.h"

#include "base/arena.h"
#include "data/decimal.h"
#include "data/item_codec_internal.h"
#include "support/check.h"

static int hex_digit(uint8_t c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static Slice from_hex(Arena *arena, Slice text) {
    Buf bytes;
    buf_init(&bytes, arena);
    int high = -1;
    for (size_t i = 0; i < text.len; i++) {
        int digit = hex_digit(text.data[i]);
        if (digit < 0) continue;
        if (high < 0) high = digit;
        else buf_u8(&bytes, (uint8_t)(high << 4 | digit)), high = -1;
    }
    return buf_view(&bytes);
}

// Uses every looking function on bytes that need not be valid; the sanitizers watch.
static void look_everywhere(Arena *arena, Slice bytes) {
    Buf out;
    buf_init(&out, arena);
    item_to_json(&out, bytes);
    value_to_json(&out, bytes);
    item_size(bytes);
    item_depth(bytes);
    value_item_size(bytes);
    value_depth(bytes);
    list_find(bytes, 1);
    map_find(bytes, SLICE("a"));
    item_find(bytes, SLICE("a"));
    value_bytes(bytes);
    Slice names[] = {SLICE("a"), SLICE("b")};
    item_append_subset(&out, bytes, names, 2);
}

static void check_item(Slice input, Slice expected) {
    Arena arena;
    arena_init(&arena, 0);
    Slice item = from_hex(&arena, input);
    bool is_valid = item_is_valid(item);
    CHECK(is_valid == !slice_equal(expected, SLICE("invalid")));
    look_everywhere(&arena, item);
    if (is_valid) {
        Buf json;
        buf_init(&json, &arena);
        item_to_json(&json, item);
        CHECK_EQ_BYTES(buf_view(&json), expected);
        for (size_t len = 0; len < item.len; len++) {
            // A copy of its own, so that reading past the cut is seen.
            Slice cut = arena_copy(&arena, slice_sub(item, 0, len));
            CHECK(!item_is_valid(cut));
            look_everywhere(&arena, cut);
        }
    }
    arena_free(&arena);
}

TEST(stored_items_and_their_json) {
    check_vectors("tests/c/vectors/item_codec.txt", check_item);
}

static Arena test_arena;

static Buf new_buf(void) {
    Buf buf;
    arena_init(&test_arena, 0);
    buf_init(&buf, &test_arena);
    return buf;
}

static Slice number(const char *text) {
    Decimal decimal;
    Buf buf;
    buf_init(&buf, &test_arena);
    CHECK(decimal_parse(slice_of_cstr(text), DECIMAL_GRAMMAR_NEWER, &decimal) == DECIMAL_OK);
    decimal_store(&buf, &decimal);
    return buf_view(&buf);
}

static Slice string_value(const char *text) {
    Buf buf;
    buf_init(&buf, &test_arena);
    value_append_string(&buf, slice_of_cstr(text));
    return buf_view(&buf);
}

TEST(builders_sort_and_the_last_of_equal_names_wins) {
    Buf item = new_buf();
    Attribute attributes[] = {
        {SLICE("b"), string_value("1")}, {SLICE("a"), string_value("2")},  {SLICE("ab"), string_value("3")},
        {SLICE("b"), string_value("4")}, {SLICE("\xc3\xa9"), string_value("5")}, {SLICE("b"), string_value("6")},
    };
    item_append(&item, attributes, 5);
    CHECK_EQ_SLICE(buf_view(&item), "\1\4\1a\1\1"
                                    "2\2ab\1\1"
                                    "3\1b\1\1"
                                    "4\2\xc3\xa9\1\1"
                                    "5");
    Buf map;
    buf_init(&map, &test_arena);
    value_append_map(&map, attributes, 4);
    CHECK(value_is_valid(buf_view(&map)));
    CHECK_EQ_INT(value_count(buf_view(&map)), 4);
    arena_free(&test_arena);
}

TEST(sets_are_sorted_by_bytes_and_by_value) {
    Buf set = new_buf();
    Slice members[] = {SLICE("b"), SLICE(""), SLICE("ab"), SLICE("a")};
    value_append_set(&set, VALUE_SS, members, 4);
    CHECK_EQ_SLICE(buf_view(&set), "\4\x09\4\0\1a\2ab\1b");
    Buf numbers;
    buf_init(&numbers, &test_arena);
    Slice values[] = {number("10"), number("-3"), number("9"), number("0"), number("-20"), number("1e-5")};
    value_append_set(&numbers, VALUE_NS, values, 6);
    CHECK(value_is_valid(buf_view(&numbers)));
    Buf json;
    buf_init(&json, &test_arena);
    value_to_json(&json, buf_view(&numbers));
    CHECK_EQ_SLICE(buf_view(&json), "{\"NS\":[\"-20\",\"-3\",\"0\",\"0.00001\",\"9\",\"10\"]}");
    arena_free(&test_arena);
}

TEST(many_attributes_are_sorted_and_found) {
    enum { COUNT = 1000 };
    Buf item = new_buf();
    Attribute *attributes = ARENA_ARRAY(&test_arena, Attribute, COUNT);
    for (unsigned i = 0; i < COUNT; i++) {
        Buf name;
        buf_init(&name, &test_arena);
        buf_format(&name, "a%u", i * 7919u % COUNT);
        attributes[i] = (Attribute){buf_view(&name), string_value("v")};
    }
    item_append(&item, attributes, COUNT);
    CHECK(item_is_valid(buf_view(&item)));
    CHECK(item_find(buf_view(&item), SLICE("a999")).len != 0);
    CHECK(item_find(buf_view(&item), SLICE("a1000")).len == 0);
    arena_free(&test_arena);
}

TEST(containers_written_piece_by_piece_equal_those_built_from_arrays) {
    static const size_t COUNTS[] = {0, 1, 62, 63, 64, 127, 128, 5000};
    for (size_t k = 0; k < sizeof COUNTS / sizeof COUNTS[0]; k++) {
        check_context("%d elements", (int)COUNTS[k]);
        Buf pieces = new_buf();
        buf_u8(&pieces, 0x55); // something in front, as in a larger item
        Slice *values = ARENA_ARRAY(&test_arena, Slice, COUNTS[k]);
        Buf whole;
        buf_init(&whole, &test_arena);
        size_t start = container_open(&pieces, VALUE_L);
        for (size_t i = 0; i < COUNTS[k]; i++) {
            values[i] = string_value(i % 2 ? "odd" : "");
            buf_bytes(&pieces, values[i]);
        }
        container_close(&pieces, start, COUNTS[k]);
        value_append_list(&whole, values, COUNTS[k]);
        CHECK_EQ_BYTES(slice_sub(buf_view(&pieces), 1, pieces.len), buf_view(&whole));
        arena_free(&test_arena);
    }
}

TEST(written_attributes_are_sorted_in_place) {
    Buf item = new_buf();
    size_t start = item_open(&item);
    static const char *const NAMES[] = {"c", "a", "b", "a"};
    for (size_t i = 0; i < 4; i++) {
        buf_slice(&item, slice_of_cstr(NAMES[i]));
        value_append_bool(&item, i == 3);
    }
    size_t count = attributes_sort_written(&item, start, 4);
    item_close(&item, start, count);
    CHECK_EQ_SLICE(buf_view(&item), "\1\3\1a\x0b\1b\x0a\1c\x0a");
    arena_free(&test_arena);
}

// Buffers of every length, so that some are full: sorting must not let them grow into memory that it gives back.
TEST(sorting_leaves_full_buffers_alone) {
    for (size_t len = 0; len < 150; len++) {
        Buf item = new_buf();
        uint8_t text[150] = {0};
        size_t start = item_open(&item);
        for (int i = 0; i < 2; i++) {
            buf_slice(&item, i == 0 ? SLICE("b") : SLICE("a"));
            value_append_binary(&item, slice_of(text, i == 0 ? len : 0));
        }
        item_close(&item, start, attributes_sort_written(&item, start, 2));
        arena_alloc(&test_arena, 64);
        check_context("%d bytes", (int)len);
        CHECK(item_is_valid(buf_view(&item)));
        Buf set;
        buf_init(&set, &test_arena);
        start = container_open(&set, VALUE_BS);
        buf_slice(&set, SLICE("b"));
        buf_slice(&set, slice_of(text, len));
        CHECK(!members_sort_written(&set, start, 2, VALUE_BS));
        container_close(&set, start, 2);
        CHECK(value_is_valid(buf_view(&set)));
        arena_free(&test_arena);
    }
}

TEST(a_subset_keeps_named_attributes_in_order) {
    Buf subset = new_buf();
    Slice item = from_hex(&test_arena, SLICE("01 03 01 61 09 01 62 0a 01 63 0b"));
    Slice names[] = {SLICE("c"), SLICE("a"), SLICE("nope"), SLICE("a")};
    item_append_subset(&subset, item, names, 4);
    CHECK_EQ_SLICE(buf_view(&subset), "\1\2\1a\x09\1c\x0b");
    arena_free(&test_arena);
}

// Sizes as observed on AWS: numbers by their digits, lists and maps 3 and 1 per entry.
TEST(sizes_are_dynamodbs) {
    static const struct {
        const char *number;
        size_t size;
    } NUMBERS[] = {{"100", 2}, {"1E125", 2}, {"0.0000001", 2}, {"-42", 3}, {"1.5", 3}, {"0", 1}, {"-0", 1}};
    for (size_t i = 0; i < sizeof NUMBERS / sizeof NUMBERS[0]; i++) {
        Buf value = new_buf();
        value_append_decimal_bytes(&value, number(NUMBERS[i].number));
        check_context("%s", NUMBERS[i].number);
        CHECK_EQ_INT(value_item_size(buf_view(&value)), NUMBERS[i].size);
        arena_free(&test_arena);
    }
    Buf map = new_buf();
    Slice elements[] = {string_value("abc"), string_value("")};
    Buf list;
    buf_init(&list, &test_arena);
    value_append_list(&list, elements, 2);
    CHECK_EQ_INT(value_item_size(buf_view(&list)), 3 + 1 + 3 + 1);
    CHECK_EQ_INT(value_depth(buf_view(&list)), 1);
    Attribute attributes[] = {{SLICE("xy"), buf_view(&list)}};
    value_append_map(&map, attributes, 1);
    CHECK_EQ_INT(value_item_size(buf_view(&map)), 3 + 2 + 1 + 8);
    CHECK_EQ_INT(value_depth(buf_view(&map)), 2);
    Attribute attribute[] = {{SLICE("name"), buf_view(&map)}};
    Buf item;
    buf_init(&item, &test_arena);
    item_append(&item, attribute, 1);
    CHECK_EQ_INT(item_size(buf_view(&item)), 4 + 14);
    CHECK_EQ_INT(item_depth(buf_view(&item)), 2);
    CHECK_EQ_INT(item_depth((Slice){NULL, 0}), 0);
    arena_free(&test_arena);
}

static Slice nested_lists(unsigned levels) {
    Buf current;
    buf_init(&current, &test_arena);
    value_append_null(&current);
    for (unsigned i = 0; i < levels; i++) {
        Slice inner = buf_view(&current);
        buf_init(&current, &test_arena);
        value_append_list(&current, &inner, 1);
    }
    return buf_view(&current);
}

TEST(nesting_is_bounded) {
    arena_init(&test_arena, 0);
    Slice deepest = nested_lists(VALUE_NESTING_DECODE_MAX);
    CHECK(value_is_valid(deepest));
    CHECK_EQ_INT(value_depth(deepest), VALUE_NESTING_DECODE_MAX);
    CHECK_EQ_INT(value_item_size(deepest), 4 * VALUE_NESTING_DECODE_MAX + 1);
    Slice too_deep = nested_lists(VALUE_NESTING_DECODE_MAX + 1);
    CHECK(!value_is_valid(too_deep));
    look_everywhere(&test_arena, nested_lists(20000));
    arena_free(&test_arena);
}

TEST(values_are_looked_into) {
    Buf list = new_buf();
    Slice elements[] = {string_value("x"), string_value("y")};
    value_append_list(&list, elements, 2);
    CHECK_EQ_SLICE(value_bytes(list_find(buf_view(&list), 1)), "y");
    CHECK(list_find(buf_view(&list), 2).len == 0);
    CHECK(map_find(buf_view(&list), SLICE("x")).len == 0);
    CHECK_EQ_INT(value_type(buf_view(&list)), VALUE_L);
    CHECK_EQ_INT(value_type((Slice){NULL, 0}), VALUE_NONE);
    CHECK_EQ_SLICE(slice_of_cstr(value_type_name(VALUE_BS)), "BS");
    Buf truth;
    buf_init(&truth, &test_arena);
    value_append_bool(&truth, true);
    CHECK_EQ_INT(value_type(buf_view(&truth)), VALUE_BOOL);
    CHECK(value_is_true(buf_view(&truth)));
    arena_free(&test_arena);
}

#ifdef SHVM_TEST_FAULTS
// Each allocation fails once: a failure is reported, and never corrupts what was written before.
TEST(failed_allocations_are_reported) {
    for (size_t fault = 1; fault < 30; fault++) {
        Buf item = new_buf();
        Attribute attributes[] = {{SLICE("b"), string_value("1")}, {SLICE("a"), string_value("2")}};
        arena_fail_after(fault);
        size_t start = item_open(&item);
        for (size_t i = 0; i < 2; i++) {
            buf_slice(&item, attributes[i].name);
            buf_bytes(&item, attributes[i].value);
        }
        item_close(&item, start, attributes_sort_written(&item, start, 2));
        Buf other;
        buf_init(&other, &test_arena);
        item_append(&other, attributes, 2);
        arena_fail_after(0);
        check_context("fault %d", (int)fault);
        CHECK(item.failed ? test_arena.failed && buf_view(&item).len == 0 : item_is_valid(buf_view(&item)));
        CHECK(other.failed ? test_arena.failed : item_is_valid(buf_view(&other)));
        arena_free(&test_arena);
    }
}
#endif
