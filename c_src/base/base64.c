#include "base/base64.h"

#include "base/table256.h"

enum { NO_DIGIT = 0xff };

// The value of a base64 digit; NO_DIGIT for every other byte. Values fit six bits, so the digits of a whole
// text can be checked at once by or-ing them together.
#define DIGIT(c)                                                                                             \
    (uint8_t)((c) >= 'A' && (c) <= 'Z'   ? (c) - 'A'                                                         \
              : (c) >= 'a' && (c) <= 'z' ? (c) - 'a' + 26                                                    \
              : (c) >= '0' && (c) <= '9' ? (c) - '0' + 52                                                    \
              : (c) == '+'               ? 62                                                                \
              : (c) == '/'               ? 63                                                                \
                                         : NO_DIGIT)
static const uint8_t DIGITS[256] = {TABLE_256(DIGIT)};
static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool base64_decode(Buf *out, Slice text) {
    if (text.len % 4 != 0) return false;
    if (text.len == 0) return true;
    size_t padding = text.data[text.len - 1] != '=' ? 0 : text.data[text.len - 2] != '=' ? 1 : 2;
    size_t whole = padding == 0 ? text.len : text.len - 4;
    if (!buf_reserve(out, text.len / 4 * 3)) return true; // out->failed tells
    uint8_t *to = out->data + out->len;
    uint8_t seen = 0;
    for (size_t at = 0; at < whole; at += 4) {
        uint8_t a = DIGITS[text.data[at]], b = DIGITS[text.data[at + 1]];
        uint8_t c = DIGITS[text.data[at + 2]], d = DIGITS[text.data[at + 3]];
        seen |= a | b | c | d;
        to[0] = (uint8_t)(a << 2 | b >> 4);
        to[1] = (uint8_t)(b << 4 | c >> 2);
        to[2] = (uint8_t)(c << 6 | d);
        to += 3;
    }
    if (padding != 0) {
        uint8_t a = DIGITS[text.data[whole]], b = DIGITS[text.data[whole + 1]];
        uint8_t c = padding == 1 ? DIGITS[text.data[whole + 2]] : 0;
        seen |= a | b | c;
        *to++ = (uint8_t)(a << 2 | b >> 4);
        if (padding == 1) *to++ = (uint8_t)(b << 4 | c >> 2);
    }
    if (seen > 63) return false;
    out->len = (size_t)(to - out->data);
    return true;
}

void base64_encode(Buf *out, Slice bytes) {
    if (bytes.len == 0 || !buf_reserve(out, (bytes.len + 2) / 3 * 4)) return;
    uint8_t *to = out->data + out->len;
    size_t at = 0;
    for (; bytes.len - at >= 3; at += 3, to += 4) {
        const uint8_t *from = bytes.data + at;
        to[0] = (uint8_t)ALPHABET[from[0] >> 2];
        to[1] = (uint8_t)ALPHABET[(from[0] & 3) << 4 | from[1] >> 4];
        to[2] = (uint8_t)ALPHABET[(from[1] & 15) << 2 | from[2] >> 6];
        to[3] = (uint8_t)ALPHABET[from[2] & 63];
    }
    if (at < bytes.len) {
        bool has_two = bytes.len - at == 2;
        uint8_t first = bytes.data[at];
        uint8_t second = has_two ? bytes.data[at + 1] : 0;
        to[0] = (uint8_t)ALPHABET[first >> 2];
        to[1] = (uint8_t)ALPHABET[(first & 3) << 4 | second >> 4];
        to[2] = has_two ? (uint8_t)ALPHABET[(second & 15) << 2] : '=';
        to[3] = '=';
        to += 4;
    }
    out->len = (size_t)(to - out->data);
}
