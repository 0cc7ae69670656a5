#include "base/sha256.h"

enum { BLOCK_BYTES = 64 };

// Fractional bits of the cube roots of the first 64 primes, and of the square roots of the first 8.
static const uint32_t ROUND_CONSTANTS[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};
static const uint32_t INITIAL_STATE[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static uint32_t rotate_right(uint32_t value, unsigned count) {
    return value >> count | value << (32 - count);
}

static uint32_t load_be32(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void store_be32(uint8_t *bytes, uint32_t value) {
    for (int i = 0; i < 4; i++) bytes[i] = (uint8_t)(value >> (24 - 8 * i));
}

// The schedule's word i + 16 in the place of word i; places are counted round a ring of 16.
static uint32_t schedule_word(uint32_t words[16], unsigned i) {
    uint32_t low = words[(i + 1) & 15], high = words[(i + 14) & 15];
    uint32_t s0 = rotate_right(low, 7) ^ rotate_right(low, 18) ^ low >> 3;
    uint32_t s1 = rotate_right(high, 17) ^ rotate_right(high, 19) ^ high >> 10;
    return words[i] += s0 + words[(i + 9) & 15] + s1;
}

// Round i, in FIPS 180-4's names. Instead of seven variables that move on by one it is the names that do.
static void run_round(uint32_t v[8], unsigned i, uint32_t input) {
    uint32_t *const d = &v[(3 - i) & 7], *const h = &v[(7 - i) & 7];
    uint32_t a = v[-i & 7], b = v[(1 - i) & 7], c = v[(2 - i) & 7];
    uint32_t e = v[(4 - i) & 7], f = v[(5 - i) & 7], g = v[(6 - i) & 7];
    uint32_t t1 = *h + (rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25)) + (g ^ (e & (f ^ g))) + input;
    *d += t1;
    *h = t1 + (rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22)) + ((a & b) | (c & (a | b)));
}

// Unrolled, so that words and variables have places the compiler knows: a third less time.
static void compress(uint32_t state[8], const uint8_t *block) {
    uint32_t words[16], v[8];
    memcpy(v, state, sizeof v);
#pragma GCC unroll 16
    for (unsigned i = 0; i < 16; i++) {
        words[i] = load_be32(block + 4 * i);
        run_round(v, i, ROUND_CONSTANTS[i] + words[i]);
    }
    for (unsigned first = 16; first < 64; first += 16) {
#pragma GCC unroll 16
        for (unsigned i = 0; i < 16; i++) run_round(v, i, ROUND_CONSTANTS[first + i] + schedule_word(words, i));
    }
    for (int i = 0; i < 8; i++) state[i] += v[i];
}

void sha256_init(Sha256 *hash) {
    *hash = (Sha256){.length = 0};
    memcpy(hash->state, INITIAL_STATE, sizeof hash->state);
}

void sha256_update(Sha256 *hash, Slice bytes) {
    size_t held = (size_t)(hash->length % BLOCK_BYTES);
    hash->length += bytes.len;
    size_t at = 0;
    if (held != 0) {
        at = BLOCK_BYTES - held < bytes.len ? BLOCK_BYTES - held : bytes.len;
        if (at != 0) memcpy(hash->block + held, bytes.data, at);
        if (held + at < BLOCK_BYTES) return;
        compress(hash->state, hash->block);
    }
    for (; bytes.len - at >= BLOCK_BYTES; at += BLOCK_BYTES) compress(hash->state, bytes.data + at);
    if (at < bytes.len) memcpy(hash->block, bytes.data + at, bytes.len - at);
}

void sha256_final(Sha256 *hash, uint8_t digest[SHA256_BYTES]) {
    static const uint8_t PADDING[BLOCK_BYTES] = {0x80};
    uint64_t bits = hash->length * 8;
    size_t held = (size_t)(hash->length % BLOCK_BYTES);
    size_t padding = (held < BLOCK_BYTES - 8 ? BLOCK_BYTES - 8 : 2 * BLOCK_BYTES - 8) - held;
    sha256_update(hash, slice_of(PADDING, padding));
    uint8_t length[8];
    store_be32(length, (uint32_t)(bits >> 32));
    store_be32(length + 4, (uint32_t)bits);
    sha256_update(hash, slice_of(length, sizeof length));
    for (int i = 0; i < 8; i++) store_be32(digest + 4 * i, hash->state[i]);
}

void sha256(Slice bytes, uint8_t digest[SHA256_BYTES]) {
    Sha256 hash;
    sha256_init(&hash);
    sha256_update(&hash, bytes);
    sha256_final(&hash, digest);
}

static void begin_with_pad(Sha256 *hash, const uint8_t key[BLOCK_BYTES], uint8_t mask) {
    uint8_t pad[BLOCK_BYTES];
    for (size_t i = 0; i < BLOCK_BYTES; i++) pad[i] = key[i] ^ mask;
    sha256_init(hash);
    sha256_update(hash, slice_of(pad, BLOCK_BYTES));
}

void hmac_sha256_key(Slice key, HmacKey *out) {
    uint8_t block[BLOCK_BYTES] = {0};
    if (key.len > BLOCK_BYTES)
        sha256(key, block);
    else if (key.len != 0)
        memcpy(block, key.data, key.len);
    begin_with_pad(&out->inner, block, 0x36);
    begin_with_pad(&out->outer, block, 0x5c);
}

void hmac_sha256_with(const HmacKey *key, Slice bytes, uint8_t digest[SHA256_BYTES]) {
    Sha256 hash = key->inner;
    sha256_update(&hash, bytes);
    sha256_final(&hash, digest);
    hash = key->outer;
    sha256_update(&hash, slice_of(digest, SHA256_BYTES));
    sha256_final(&hash, digest);
}

void hex_encode(Buf *out, Slice bytes) {
    static const char HEX[] = "0123456789abcdef";
    if (!buf_reserve(out, bytes.len * 2)) return;
    uint8_t *at = out->data + out->len;
    for (size_t i = 0; i < bytes.len; i++) {
        *at++ = (uint8_t)HEX[bytes.data[i] >> 4];
        *at++ = (uint8_t)HEX[bytes.data[i] & 15];
    }
    out->len += bytes.len * 2;
}
