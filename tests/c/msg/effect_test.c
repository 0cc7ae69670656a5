#include "msg/effect.h"

#include "base/sha256.h"
#include "data/item_codec.h"
#include "msg/index_set.h"
#include "support/bytes.h"
#include "support/check.h"

static Slice small_item(Arena *arena) {
    Buf item;
    buf_init(&item, arena);
    buf_bytes(&item, SLICE("\x01\x01\x01k\x01\x01v")); // {"k":{"S":"v"}}
    return buf_view(&item);
}

TEST(effects_keep_their_bytes) {
    Arena arena;
    arena_init(&arena, 0);
    Effect written[] = {
        {SLICE("12345678k"), 0x0102, {NULL, 0}, small_item(&arena)},
        {SLICE("12345678l"), 3, small_item(&arena), {NULL, 0}},
    };
    Buf bytes, hex;
    buf_init(&bytes, &arena);
    buf_init(&hex, &arena);
    effects_encode(&bytes, written, 2);
    hex_encode(&hex, buf_view(&bytes));
    CHECK_EQ_SLICE(buf_view(&hex), "0102"
                                   "0931323334353637386b" "0201000000000000" "00" "070101016b010176"
                                   "0931323334353637386c" "0300000000000000" "070101016b010176" "00");
    Effect *effects;
    size_t count;
    Error error = {0};
    REQUIRE(effects_decode(&arena, buf_view(&bytes), &effects, &count, &error));
    REQUIRE(count == 2);
    CHECK_EQ_SLICE(effects[0].full_key, "12345678k");
    CHECK_EQ_INT(effects[0].version, 0x0102);
    CHECK_EQ_INT(effects[0].old_image.len, 0);
    CHECK_EQ_BYTES(effects[1].old_image, small_item(&arena));
    arena_free(&arena);
}

TEST(cut_and_corrupt_effects_are_refused) {
    Arena arena;
    arena_init(&arena, 0);
    Effect written = {SLICE("12345678k"), 7, small_item(&arena), small_item(&arena)};
    Buf bytes;
    buf_init(&bytes, &arena);
    effects_encode(&bytes, &written, 1);
    Effect *effects;
    size_t count;
    for (size_t len = 0; len < bytes.len; len++) {
        Error error = {0};
        CHECK(!effects_decode(&arena, arena_copy(&arena, slice_sub(buf_view(&bytes), 0, len)), &effects, &count,
                              &error));
        CHECK_EQ_INT(error.kind, ERROR_CORRUPT);
    }
    // Any one byte may change without a decoder reading past the end.
    for (size_t at = 0; at < bytes.len; at++) {
        Error error = {0};
        uint8_t kept = bytes.data[at];
        bytes.data[at] = 0xff;
        effects_decode(&arena, arena_copy(&arena, buf_view(&bytes)), &effects, &count, &error);
        bytes.data[at] = kept;
    }
    Error error = {0};
    Effect nothing = {SLICE("12345678k"), 7, {NULL, 0}, {NULL, 0}};
    bytes.len = 0;
    effects_encode(&bytes, &nothing, 1);
    CHECK(!effects_decode(&arena, buf_view(&bytes), &effects, &count, &error));
    arena_free(&arena);
}

TEST(index_sets_leave_out_what_is_being_deleted) {
    Arena arena;
    arena_init(&arena, 0);
    IndexDescriptor indexes[] = {
        {.id = 1, .name = SLICE("gone"), .is_global = true, .projection = PROJECTION_ALL, .status = TABLE_DELETING,
         .keys = {.hash = {{SLICE("g"), 'S'}}, .hash_count = 1}},
        {.id = 300, .name = SLICE("kept"), .is_global = true, .projection = PROJECTION_KEYS_ONLY,
         .status = TABLE_CREATING, .keys = {.hash = {{SLICE("h"), 'N'}}, .hash_count = 1}},
    };
    TableDescriptor table = {
        .seed = {9, 8}, .layout = LAYOUT_HASH, .slots = 16, .indexes = indexes, .index_count = 2,
        .keys = {.hash = {{SLICE("pk"), 'S'}}, .hash_count = 1},
    };
    Buf bytes;
    buf_init(&bytes, &arena);
    index_set_encode(&bytes, &table);
    IndexSet set;
    Error error = {0};
    REQUIRE(index_set_decode(&arena, buf_view(&bytes), &set, &error));
    REQUIRE(set.count == 1);
    CHECK_EQ_INT(set.indexes[0].id, 300);
    CHECK_EQ_SLICE(set.indexes[0].name, "kept");
    CHECK_EQ_INT(set.slots, 16);
    CHECK_EQ_INT(set.seed[1], 8);
    for (size_t len = 1; len < bytes.len; len++) {
        Error cut = {0};
        CHECK(!index_set_decode(&arena, arena_copy(&arena, slice_sub(buf_view(&bytes), 0, len)), &set, &cut));
    }
    table.index_count = 1;
    bytes.len = 0;
    index_set_encode(&bytes, &table);
    CHECK_EQ_INT(bytes.len, 0);
    REQUIRE(index_set_decode(&arena, buf_view(&bytes), &set, &error));
    CHECK_EQ_INT(set.count, 0);
    arena_free(&arena);
}
