// A borrowed run of bytes: pointer and length, never a C string. Text that came from outside is always a Slice,
// because DynamoDB strings may contain U+0000.
#ifndef SHVM_BASE_SLICE_H
#define SHVM_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct Slice {
    const uint8_t *data; // may be NULL only when len is 0
    size_t len;          // bytes
} Slice;

// A slice over a string literal, without its terminating NUL.
#define SLICE(literal) ((Slice){(const uint8_t *)("" literal), sizeof(literal) - 1})
// The same where a constant expression is needed (tables of data).
#define SLICE_INIT(literal) {(const uint8_t *)("" literal), sizeof(literal) - 1}

static inline Slice slice_of(const void *data, size_t len) {
    return (Slice){(const uint8_t *)data, len};
}

// For constant C strings of our own only (table names, messages), never for user text.
static inline Slice slice_of_cstr(const char *text) {
    return (Slice){(const uint8_t *)text, strlen(text)};
}

static inline bool slice_equal(Slice a, Slice b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

// Bytewise order, a proper prefix first: DynamoDB's order of strings and binaries. Returns < 0, 0 or > 0.
static inline int slice_compare(Slice a, Slice b) {
    size_t shared = a.len < b.len ? a.len : b.len;
    int order = shared == 0 ? 0 : memcmp(a.data, b.data, shared);
    if (order != 0) return order;
    return a.len < b.len ? -1 : a.len > b.len;
}

static inline bool slice_starts_with(Slice text, Slice prefix) {
    return text.len >= prefix.len && (prefix.len == 0 || memcmp(text.data, prefix.data, prefix.len) == 0);
}

// The bytes [from, to) of text. Caller guarantees from <= to <= text.len.
static inline Slice slice_sub(Slice text, size_t from, size_t to) {
    return (Slice){text.data == NULL ? NULL : text.data + from, to - from};
}

#endif
