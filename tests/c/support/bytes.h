// What tests of bytes share: hexadecimal text, and numbers that look random and are the same in every run.
#ifndef SHVM_TESTS_SUPPORT_BYTES_H
#define SHVM_TESTS_SUPPORT_BYTES_H

#include "base/buf.h"

// The bytes that hexadecimal text stands for; whatever is no lower-case digit between two bytes is skipped.
static inline Slice bytes_of_hex(Arena *arena, Slice text) {
    Buf bytes;
    buf_init(&bytes, arena);
    int high = -1;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0) continue;
        if (high < 0) {
            high = digit;
            continue;
        }
        buf_u8(&bytes, (uint8_t)(high << 4 | digit));
        high = -1;
    }
    return buf_view(&bytes);
}

// Text between the first and the last double quote; false when there are none.
static inline bool unquote(Slice text, Slice *inside) {
    if (text.len < 2 || text.data[0] != '"' || text.data[text.len - 1] != '"') return false;
    *inside = slice_sub(text, 1, text.len - 1);
    return true;
}

static inline size_t size_of_digits(Slice text) {
    size_t value = 0;
    for (size_t i = 0; i < text.len; i++) value = value * 10 + (size_t)(text.data[i] - '0');
    return value;
}

// splitmix64: the state may start anywhere.
static inline uint64_t random_next(uint64_t *state) {
    *state += 0x9e3779b97f4a7c15u;
    uint64_t mixed = *state;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return mixed ^ mixed >> 31;
}

static inline uint32_t random_below(uint64_t *state, uint32_t limit) {
    return (uint32_t)(random_next(state) >> 33) % limit;
}

#endif
