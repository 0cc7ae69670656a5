#include "base/sha256.h"

#include "support/bytes.h"
#include "support/check.h"

// The message of a vector: text in quotes, or so many letters a.
static Slice message_of(Arena *arena, Slice input) {
    Slice text;
    if (unquote(input, &text)) return text;
    size_t size = size_of_digits(input);
    uint8_t *letters = arena_alloc(arena, size);
    memset(letters, 'a', size);
    return slice_of(letters, size);
}

static void check_digest(Slice input, Slice expected) {
    Arena arena;
    arena_init(&arena, 0);
    Slice message = message_of(&arena, input);
    uint8_t digest[SHA256_BYTES];
    Buf hex;
    buf_init(&hex, &arena);
    sha256(message, digest);
    hex_encode(&hex, slice_of(digest, sizeof digest));
    CHECK_EQ_BYTES(buf_view(&hex), expected);
    arena_free(&arena);
}

TEST(published_vectors) {
    check_vectors("tests/c/vectors/sha256.txt", check_digest);
}

TEST(pieces_give_the_digest_of_the_whole) {
    uint8_t message[300], whole[SHA256_BYTES], pieces[SHA256_BYTES];
    for (size_t i = 0; i < sizeof message; i++) message[i] = (uint8_t)(i * 31);
    sha256(slice_of(message, sizeof message), whole);
    for (size_t first = 0; first <= 130; first++) {
        for (size_t second = first; second <= 200; second += 7) {
            Sha256 hash;
            sha256_init(&hash);
            sha256_update(&hash, slice_of(message, first));
            sha256_update(&hash, slice_of(message + first, second - first));
            sha256_update(&hash, (Slice){NULL, 0});
            sha256_update(&hash, slice_of(message + second, sizeof message - second));
            sha256_final(&hash, pieces);
            REQUIRE(memcmp(whole, pieces, sizeof whole) == 0);
        }
    }
}

static void check_hmac(Slice input, Slice expected) {
    Arena arena;
    arena_init(&arena, 0);
    size_t colon = 0;
    while (input.data[colon] != ':') colon++;
    Slice key = bytes_of_hex(&arena, slice_sub(input, 0, colon));
    Slice message = bytes_of_hex(&arena, slice_sub(input, colon, input.len));
    uint8_t digest[SHA256_BYTES];
    Buf hex;
    buf_init(&hex, &arena);
    HmacKey ready;
    hmac_sha256_key(key, &ready);
    hmac_sha256_with(&ready, message, digest);
    hex_encode(&hex, slice_of(digest, sizeof digest));
    CHECK_EQ_BYTES(buf_view(&hex), expected);
    arena_free(&arena);
}

TEST(hmac_vectors) {
    check_vectors("tests/c/vectors/hmac_sha256.txt", check_hmac);
}

TEST(hexadecimal_is_lower_case_and_appended) {
    Arena arena;
    arena_init(&arena, 0);
    Buf out;
    buf_init(&out, &arena);
    buf_u8(&out, '#');
    hex_encode(&out, SLICE("\x00\x9a\xff"));
    hex_encode(&out, (Slice){NULL, 0});
    CHECK_EQ_SLICE(buf_view(&out), "#009aff");
    arena_free(&arena);
}
