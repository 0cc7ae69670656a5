// Finding the end of a run of plain bytes, which is most of what reading and writing JSON does: 16 bytes a step with
// Wasm SIMD, 8 elsewhere.
#ifndef SHVM_DATA_JSON_TEXT_INTERNAL_H
#define SHVM_DATA_JSON_TEXT_INTERNAL_H

#include "base/slice.h"

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

// Bytes of a string that stand for themselves: no quote, no backslash, no control character. Where is_ascii_only is
// set, bytes of 0x80 and above end the run too.
static inline bool json_is_plain(uint8_t byte, bool is_ascii_only) {
    return byte >= 0x20 && byte != '"' && byte != '\\' && !(is_ascii_only && byte >= 0x80);
}

#ifdef __wasm_simd128__

enum { JSON_STEP_BYTES = 16 };

static inline size_t json_plain_prefix(const uint8_t *bytes, bool is_ascii_only) {
    v128_t chunk = wasm_v128_load(bytes);
    v128_t special = wasm_v128_or(wasm_i8x16_eq(chunk, wasm_i8x16_splat('"')),
                                  wasm_i8x16_eq(chunk, wasm_i8x16_splat('\\')));
    // As signed bytes, those of 0x80 and above are below 0x20 too.
    v128_t low = is_ascii_only ? wasm_i8x16_lt(chunk, wasm_i8x16_splat(0x20))
                               : wasm_u8x16_lt(chunk, wasm_u8x16_splat(0x20));
    uint32_t mask = wasm_i8x16_bitmask(wasm_v128_or(special, low));
    return mask == 0 ? JSON_STEP_BYTES : (size_t)__builtin_ctz(mask);
}

#else

enum { JSON_STEP_BYTES = 8 };

// In each byte of the result the top bit is set where the byte of `word` is zero; bytes above the lowest such one may
// be wrong, which is why only the lowest is used.
static inline uint64_t json_zero_bytes(uint64_t word) {
    return (word - 0x0101010101010101u) & ~word & 0x8080808080808080u;
}

static inline size_t json_plain_prefix(const uint8_t *bytes, bool is_ascii_only) {
    uint64_t chunk = 0;
    for (unsigned i = 0; i < JSON_STEP_BYTES; i++) chunk |= (uint64_t)bytes[i] << (8 * i);
    uint64_t quotes = json_zero_bytes(chunk ^ 0x2222222222222222u);
    uint64_t backslashes = json_zero_bytes(chunk ^ 0x5c5c5c5c5c5c5c5cu);
    uint64_t controls = json_zero_bytes(chunk & 0xe0e0e0e0e0e0e0e0u);
    uint64_t special = quotes | backslashes | controls | (is_ascii_only ? chunk & 0x8080808080808080u : 0);
    return special == 0 ? JSON_STEP_BYTES : (size_t)__builtin_ctzll(special) / 8;
}

#endif

// Length of the run of plain bytes at the front of [at, end).
static inline size_t json_plain_run(const uint8_t *at, const uint8_t *end, bool is_ascii_only) {
    const uint8_t *start = at;
    while ((size_t)(end - at) >= JSON_STEP_BYTES) {
        size_t plain = json_plain_prefix(at, is_ascii_only);
        at += plain;
        if (plain < JSON_STEP_BYTES) return (size_t)(at - start);
    }
    while (at != end && json_is_plain(*at, is_ascii_only)) at++;
    return (size_t)(at - start);
}

#endif
