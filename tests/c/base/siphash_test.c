#include "base/siphash.h"

#include "support/bytes.h"
#include "support/check.h"

static void check_message(Slice input, Slice expected) {
    uint8_t key[16], message[80], found[8];
    for (size_t i = 0; i < sizeof key; i++) key[i] = (uint8_t)i;
    for (size_t i = 0; i < sizeof message; i++) message[i] = (uint8_t)i;
    uint64_t hash = siphash(key, slice_of(message, size_of_digits(input)));
    for (size_t i = 0; i < sizeof found; i++) found[i] = (uint8_t)(hash >> (56 - 8 * i));

    Arena arena;
    arena_init(&arena, 0);
    CHECK_EQ_BYTES(slice_of(found, sizeof found), bytes_of_hex(&arena, expected));
    arena_free(&arena);
}

TEST(published_vectors) {
    check_vectors("tests/c/vectors/siphash.txt", check_message);
}

TEST(every_bit_of_the_key_matters) {
    uint8_t key[16] = {0};
    uint64_t base = siphash(key, SLICE("key"));
    for (size_t bit = 0; bit < 128; bit++) {
        key[bit / 8] ^= (uint8_t)(1 << bit % 8);
        CHECK(siphash(key, SLICE("key")) != base);
        key[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    CHECK(siphash(key, (Slice){NULL, 0}) != siphash(key, SLICE("\0")));
}
