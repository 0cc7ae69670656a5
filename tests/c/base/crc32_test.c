#include "base/crc32.h"

#include "support/bytes.h"
#include "support/check.h"

static void check_sum(Slice input, Slice expected) {
    Arena arena;
    arena_init(&arena, 0);
    Slice message;
    if (!unquote(input, &message)) {
        size_t size = size_of_digits(input);
        uint8_t *bytes = arena_alloc(&arena, size);
        for (size_t i = 0; i < size; i++) bytes[i] = (uint8_t)(i * 7 % 251);
        message = slice_of(bytes, size);
    }
    Slice sum = bytes_of_hex(&arena, expected);
    REQUIRE(sum.len == 4);
    uint32_t wanted =
        (uint32_t)sum.data[0] << 24 | (uint32_t)sum.data[1] << 16 | (uint32_t)sum.data[2] << 8 | sum.data[3];
    CHECK_EQ_INT(crc32(message), wanted);
    arena_free(&arena);
}

TEST(published_vectors) {
    check_vectors("tests/c/vectors/crc32.txt", check_sum);
}

// One bit at a time, straight from the polynomial.
static uint32_t crc32_by_bits(Slice bytes) {
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < bytes.len; i++) {
        crc ^= bytes.data[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320u : 0);
    }
    return ~crc;
}

TEST(equals_the_bitwise_definition_at_every_length_and_alignment) {
    uint8_t bytes[96];
    uint64_t seed = 32;
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)random_next(&seed);
    for (size_t from = 0; from < 16; from++) {
        for (size_t to = from; to <= sizeof bytes; to++) {
            Slice part = slice_of(bytes + from, to - from);
            REQUIRE(crc32(part) == crc32_by_bits(part));
        }
    }
}

TEST(large_bodies_have_the_same_sum) {
    static uint8_t bytes[5000];
    uint64_t seed = 33;
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)random_next(&seed);
    for (size_t len = 2040; len <= sizeof bytes; len += 8) {
        REQUIRE(crc32(slice_of(bytes, len)) == crc32_by_bits(slice_of(bytes, len)));
    }
}

TEST(every_table_entry_is_right) {
    // One byte at each of the eight places of a step uses each of the 8 × 256 entries by itself.
    for (size_t place = 0; place < 8; place++) {
        for (unsigned value = 0; value < 256; value++) {
            uint8_t step[8] = {0};
            step[place] = (uint8_t)value;
            Slice bytes = slice_of(step, sizeof step);
            REQUIRE(crc32(bytes) == crc32_by_bits(bytes));
        }
    }
}
