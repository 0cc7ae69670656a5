// Appending to a Buf without a call for each piece. Items are made of very short pieces: in Wasm a call, or a
// memory.copy, costs more than the bytes it moves.
#ifndef SHVM_DATA_APPEND_INTERNAL_H
#define SHVM_DATA_APPEND_INTERNAL_H

#include "base/buf.h"

static inline bool append_room(Buf *out, size_t size) {
    return (!out->failed && out->cap - out->len >= size) || buf_reserve(out, size);
}

// memcpy; up to 16 bytes by loads that overlap.
static inline void append_copy(uint8_t *to, const uint8_t *from, size_t len) {
    if (len > 16) {
        memcpy(to, from, len);
    } else if (len >= 8) {
        uint64_t first, last;
        memcpy(&first, from, 8);
        memcpy(&last, from + len - 8, 8);
        memcpy(to, &first, 8);
        memcpy(to + len - 8, &last, 8);
    } else if (len >= 4) {
        uint32_t first, last;
        memcpy(&first, from, 4);
        memcpy(&last, from + len - 4, 4);
        memcpy(to, &first, 4);
        memcpy(to + len - 4, &last, 4);
    } else {
        for (size_t i = 0; i < len; i++) to[i] = from[i];
    }
}

static inline void append_u8(Buf *out, uint8_t value) {
    if (append_room(out, 1)) out->data[out->len++] = value;
}

static inline void append_bytes(Buf *out, Slice bytes) {
    if (!append_room(out, bytes.len)) return;
    append_copy(out->data + out->len, bytes.data, bytes.len);
    out->len += bytes.len;
}

#define APPEND_LITERAL(out, literal) append_bytes((out), SLICE(literal))

// varint length, then the bytes.
static inline void append_slice(Buf *out, Slice bytes) {
    enum { VARINT_BYTES_MAX = 10 };
    if (bytes.len >= 0x80) {
        buf_slice(out, bytes);
    } else if (append_room(out, VARINT_BYTES_MAX + bytes.len)) {
        out->data[out->len++] = (uint8_t)bytes.len;
        append_copy(out->data + out->len, bytes.data, bytes.len);
        out->len += bytes.len;
    }
}

#endif
