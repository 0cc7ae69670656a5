#include "data/key_codec.h"

#include "base/siphash.h"
#include "base/utf8.h"
#include "data/decimal.h"
#include "data/item_codec.h"

// What follows a zero byte inside a string or binary.
enum { END_OF_PART = 0x01, ESCAPED_ZERO = 0xff };

static void append_escaped(Buf *key, Slice bytes) {
    for (size_t from = 0; from < bytes.len;) {
        const uint8_t *zero = memchr(bytes.data + from, 0, bytes.len - from);
        size_t to = zero == NULL ? bytes.len : (size_t)(zero - bytes.data) + 1;
        buf_bytes(key, slice_sub(bytes, from, to));
        if (zero != NULL) buf_u8(key, ESCAPED_ZERO);
        from = to;
    }
}

void key_append_value(Buf *key, Slice value) {
    if (value_type(value) == VALUE_N) {
        buf_bytes(key, value_bytes(value));
        return;
    }
    append_escaped(key, value_bytes(value));
    buf_u8(key, 0);
    buf_u8(key, END_OF_PART);
}

void key_append_prefix(Buf *key, Slice value) {
    append_escaped(key, value_bytes(value));
}

bool key_append_prefix_end(Buf *out, Slice prefix) {
    size_t kept = prefix.len;
    while (kept > 0 && prefix.data[kept - 1] == 0xff) kept--;
    if (kept == 0) return false;
    buf_bytes(out, slice_sub(prefix, 0, kept - 1));
    buf_u8(out, (uint8_t)(prefix.data[kept - 1] + 1));
    return true;
}

void key_append_hash(Buf *key, const uint8_t seed[16], Slice encoded_partition_key) {
    uint64_t hash = siphash(seed, encoded_partition_key);
    for (int shift = 56; shift >= 0; shift -= 8) buf_u8(key, (uint8_t)(hash >> shift));
}

// Reads an escaped part with its end. *escapes receives the number of escaped zeros in it; false when it is
// corrupt.
static bool read_escaped(Reader *key, Slice *part, size_t *escapes) {
    *escapes = 0;
    Slice rest = slice_of(key->at, reader_left(key));
    for (size_t from = 0; from < rest.len;) {
        const uint8_t *zero = memchr(rest.data + from, 0, rest.len - from);
        if (zero == NULL) break;
        size_t at = (size_t)(zero - rest.data);
        if (at + 1 == rest.len) break;
        from = at + 2;
        if (rest.data[at + 1] == END_OF_PART) {
            *part = slice_sub(rest, 0, at);
            reader_bytes(key, from);
            return true;
        }
#ifndef SHVM_CANARY_KEY_CODEC // without it there is a bug, for the fuzzer to find
        if (rest.data[at + 1] != ESCAPED_ZERO) break;
#endif
        *escapes += 1;
    }
    return false;
}

// The part's own bytes: the part itself, or a copy in value's arena; empty when memory runs out, as value
// then says.
static Slice unescape(Slice part, size_t escapes, Buf *value) {
    if (escapes == 0) return part;
    uint8_t *bytes = arena_alloc(value->arena, part.len - escapes);
    if (bytes == NULL) {
        value->failed = true;
        return (Slice){NULL, 0};
    }
    size_t count = 0;
    for (size_t i = 0; i < part.len; i++) {
        bytes[count++] = part.data[i];
        if (part.data[i] == 0) i++;
    }
    return slice_of(bytes, count);
}

static bool read_number(Reader *key, Buf *value) {
    Decimal number;
    size_t size;
    if (!decimal_load(slice_of(key->at, reader_left(key)), &number, &size)) return false;
    value_append_decimal_bytes(value, reader_bytes(key, size));
    return true;
}

static bool read_text(Reader *key, bool is_binary, Buf *value) {
    Slice part;
    size_t escapes;
    if (!read_escaped(key, &part, &escapes)) return false;
    Slice bytes = unescape(part, escapes, value);
    if (is_binary) {
        value_append_binary(value, bytes);
        return true;
    }
    if (!utf8_is_valid(bytes)) return false;
    value_append_string(value, bytes);
    return true;
}

bool key_read_value(Reader *key, char type, Buf *value) {
    bool is_sound = !key->failed && (type == 'N'   ? read_number(key, value)
                                     : type == 'S' ? read_text(key, false, value)
                                     : type == 'B' ? read_text(key, true, value)
                                                   : false);
    if (!is_sound) key->failed = true;
    return is_sound;
}
