#include "op/index_entry.h"

#include "base/sha256.h"
#include "data/item_codec.h"
#include "support/bytes.h"
#include "support/check.h"
#include "support/tree_reader.h"

// A table (pk S, sk N) with an index of each kind.
static IndexSet test_set(void) {
    static Slice included[] = {SLICE_INIT("a")};
    static IndexDescriptor indexes[] = {
        {.id = 1, .name = SLICE_INIT("local"), .projection = PROJECTION_KEYS_ONLY, .status = TABLE_ACTIVE,
         .keys = {.hash = {{SLICE_INIT("pk"), 'S'}}, .hash_count = 1,
                  .range = {{SLICE_INIT("lk"), 'S'}}, .range_count = 1}},
        {.id = 2, .name = SLICE_INIT("global"), .is_global = true, .projection = PROJECTION_ALL,
         .status = TABLE_ACTIVE,
         .keys = {.hash = {{SLICE_INIT("gk"), 'S'}}, .hash_count = 1,
                  .range = {{SLICE_INIT("gr"), 'N'}}, .range_count = 1}},
        {.id = 3, .name = SLICE_INIT("include"), .is_global = true, .projection = PROJECTION_INCLUDE,
         .non_key_attributes = included, .non_key_attribute_count = 1, .status = TABLE_ACTIVE,
         .keys = {.hash = {{SLICE_INIT("h1"), 'S'}, {SLICE_INIT("h2"), 'B'}}, .hash_count = 2}},
    };
    return (IndexSet){
        .seed = {1, 2, 3},
        .table_keys = {.hash = {{SLICE("pk"), 'S'}}, .hash_count = 1, .range = {{SLICE("sk"), 'N'}}, .range_count = 1},
        .indexes = indexes,
        .count = 3,
    };
}

static Slice take_word(Slice *input) {
    size_t end = 0;
    while (end < input->len && input->data[end] != ' ') end++;
    Slice word = slice_sub(*input, 0, end);
    *input = slice_sub(*input, end == input->len ? end : end + 1, input->len);
    return word;
}

// "-" stands for no item.
static Slice take_item(Arena *arena, Slice *input) {
    if (input->len != 0 && input->data[0] == '-') {
        take_word(input);
        return (Slice){NULL, 0};
    }
    Slice item = read_item(arena, input);
    if (input->len != 0 && input->data[0] == ' ') *input = slice_sub(*input, 1, input->len);
    return item;
}

static void print_entry(Buf *out, const IndexEntry *entry) {
    if (!entry->present) {
        buf_cstr(out, "absent");
        return;
    }
    hex_encode(out, slice_sub(entry->key, 0, entry->hash_len));
    buf_u8(out, '|');
    hex_encode(out, slice_sub(entry->key, entry->hash_len, entry->key.len));
    buf_u8(out, ' ');
    item_to_json(out, entry->projected);
    buf_u8(out, ' ');
    buf_decimal_u64(out, entry->bytes);
}

static void check_entry(Slice input, Slice expected) {
    Arena arena;
    arena_init(&arena, 0);
    IndexSet set = test_set();
    Error error = {0};
    Slice name = take_word(&input);
    Slice items[2];
    for (size_t i = 0; i < 2; i++) items[i] = take_item(&arena, &input);
    Buf out;
    buf_init(&out, &arena);
    for (size_t i = 0; i < set.count; i++) {
        IndexEntry entries[2];
        if (!slice_equal(set.indexes[i].name, name)) continue;
        for (size_t k = 0; k < 2; k++) {
            CHECK(index_entry(&arena, &set, &set.indexes[i], items[k], true, &entries[k], &error));
        }
        print_entry(&out, &entries[1]);
        buf_cstr(&out, " units ");
        buf_decimal_u64(&out, index_write_capacity(&entries[0], &entries[1]) / 2);
    }
    CHECK_EQ_BYTES(buf_view(&out), expected);
    arena_free(&arena);
}

TEST(entries_and_their_capacity) {
    check_vectors("tests/c/vectors/index_entry.txt", check_entry);
}

static void check_keys(Slice input, Slice expected) {
    Arena arena;
    arena_init(&arena, 0);
    IndexSet set = test_set();
    Error error = {0};
    bool is_update = slice_equal(take_word(&input), SLICE("update"));
    Slice before = take_item(&arena, &input);
    Slice after = take_item(&arena, &input);
    bool holds = index_check_keys(&arena, &set, before, after, is_update, &error);
    CHECK_EQ_BYTES(holds ? SLICE("ok") : error.message, expected);
    arena_free(&arena);
}

TEST(what_may_be_written) {
    check_vectors("tests/c/vectors/index_keys.txt", check_keys);
}

TEST(full_keys_end_with_the_items_own) {
    Arena arena;
    arena_init(&arena, 0);
    IndexSet set = test_set();
    Error error = {0};
    Slice text = SLICE("{\"pk\":{\"S\":\"a\"},\"sk\":{\"N\":\"1\"},\"lk\":{\"S\":\"l\"},\"gk\":{\"S\":\"g\"},"
                       "\"gr\":{\"N\":\"2\"}}");
    Slice item = read_item(&arena, &text);
    ItemKey base, key;
    IndexEntry entry;
    REQUIRE(index_base_key(&arena, &set, item, &base, &error));
    CHECK_EQ_INT(base.partition_len, 8 + 3);
    CHECK_EQ_SLICE(slice_sub(base.full_key, 8, base.full_key.len), "a\0\x01\xc1\x02");
    REQUIRE(index_entry(&arena, &set, &set.indexes[0], item, false, &entry, &error));
    REQUIRE(index_full_key(&arena, set.seed, &set.indexes[0], &entry, &base, &key, &error));
    CHECK_EQ_INT(key.partition_len, base.partition_len);
    CHECK_EQ_BYTES(slice_sub(key.full_key, 0, 8), slice_sub(base.full_key, 0, 8));
    CHECK_EQ_SLICE(slice_sub(key.full_key, 8, key.full_key.len), "a\0\x01l\0\x01\xc1\x02");
    REQUIRE(index_entry(&arena, &set, &set.indexes[1], item, false, &entry, &error));
    REQUIRE(index_full_key(&arena, set.seed, &set.indexes[1], &entry, &base, &key, &error));
    CHECK_EQ_INT(key.partition_len, 8 + 3);
    CHECK_EQ_SLICE(slice_sub(key.full_key, 8, 13), "g\0\x01\xc1\x04");
    CHECK_EQ_BYTES(slice_sub(key.full_key, 13, key.full_key.len), base.full_key);
    arena_free(&arena);
}
