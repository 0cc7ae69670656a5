#include "base/utf8.h"

enum { ASCII_STEP_BYTES = 16 };

static bool is_ascii_step(const uint8_t *bytes) {
    uint64_t words[2];
    memcpy(words, bytes, sizeof words);
    return ((words[0] | words[1]) & 0x8080808080808080u) == 0;
}

static bool is_continuation(uint8_t byte) {
    return (byte & 0xc0) == 0x80;
}

// Length of the character at `bytes` whose lead byte is not ASCII; 0 where there is none within `left` bytes.
// The bounds of the second byte exclude overlong forms (E0, F0), surrogates (ED) and what lies above U+10FFFF
// (F4).
static size_t multibyte_size(const uint8_t *bytes, size_t left) {
    uint8_t lead = bytes[0];
    if (lead < 0xc2 || lead > 0xf4) return 0;
    size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (left < size) return 0;
    uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (bytes[1] < low || bytes[1] > high) return 0;
    for (size_t i = 2; i < size; i++) {
        if (!is_continuation(bytes[i])) return 0;
    }
    return size;
}

bool utf8_is_valid(Slice text) {
    for (size_t at = 0; at < text.len;) {
        size_t left = text.len - at;
        if (left >= ASCII_STEP_BYTES && is_ascii_step(text.data + at)) {
            at += ASCII_STEP_BYTES;
        } else if (text.data[at] < 0x80) {
            at++;
        } else {
            size_t size = multibyte_size(text.data + at, left);
            if (size == 0) return false;
            at += size;
        }
    }
    return true;
}

uint32_t utf8_decode(Slice text, size_t at, size_t *size) {
    const uint8_t *bytes = text.data + at;
    uint8_t lead = bytes[0];
    *size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (*size == 1) return lead;
    uint32_t character = lead & (0x7fu >> *size);
    for (size_t i = 1; i < *size; i++) character = character << 6 | (bytes[i] & 0x3fu);
    return character;
}

size_t utf8_encode(uint32_t character, uint8_t out[4]) {
    if (character < 0x80) {
        out[0] = (uint8_t)character;
        return 1;
    }
    size_t size = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--) {
        out[i] = (uint8_t)(0x80 | (character & 0x3f));
        character >>= 6;
    }
    out[0] = (uint8_t)((0xf00u >> size) | character);
    return size;
}

size_t utf8_utf16_length(Slice text) {
    // Every character begins with one byte that is no continuation; those of four bytes are surrogate pairs.
    size_t length = 0;
    for (size_t i = 0; i < text.len; i++) {
        length += !is_continuation(text.data[i]);
        length += text.data[i] >= 0xf0;
    }
    return length;
}
