#include "base/buf.h"
#include "base/utf8.h"
#include "data/json_internal.h"
#include "data/json_scan.h"
#include "data/json_scan_internal.h"
#include "data/json_text_internal.h"

// --- Decoding

// `at` a \u escape. Returns the bytes it takes (12 for a surrogate pair) and stores its character.
static size_t read_unicode_escape(const uint8_t *at, const uint8_t *end, uint32_t *character) {
    uint32_t unit = json_hex4(at + 2);
    if (json_is_surrogate_pair(at, end, unit)) {
        *character = 0x10000 + ((unit - 0xd800) << 10) + (json_hex4(at + 8) - 0xdc00);
        return 12;
    }
    *character = json_is_surrogate(unit) ? 0xfffd : unit;
    return 6;
}

static uint8_t simple_escape(uint8_t letter) {
    switch (letter) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return letter; // quote, backslash, slash
    }
}

// Bytes that the decoded string takes at most: an escape of one letter gives one, \u gives three (a pair of them four).
static size_t decoded_size_max(const uint8_t *at, const uint8_t *end) {
    size_t size = 0;
    while (at != end) {
        size_t plain = json_plain_run(at, end, false);
        at += plain;
        size += plain;
        if (at == end) break;
        bool is_unicode = at[1] == 'u';
        size += is_unicode ? 3 : 1;
        at += is_unicode ? 6 : 2;
    }
    return size;
}

Slice json_decode_string(Arena *arena, Slice text) {
    const uint8_t *at = text.data + 1;
    const uint8_t *end = text.data + text.len - 1;
    size_t plain = json_plain_run(at, end, false);
    if (plain == (size_t)(end - at)) return slice_of(at, plain);
    uint8_t *decoded = arena_alloc(arena, decoded_size_max(at, end));
    if (decoded == NULL) return (Slice){NULL, 0};
    size_t len = 0;
    for (;;) {
        if (plain != 0) memcpy(decoded + len, at, plain);
        len += plain;
        at += plain;
        if (at == end) return slice_of(decoded, len);
        if (at[1] == 'u') {
            uint32_t character;
            at += read_unicode_escape(at, end, &character);
            len += utf8_encode(character, decoded + len);
        } else {
            decoded[len++] = simple_escape(at[1]);
            at += 2;
        }
        plain = json_plain_run(at, end, false);
    }
}

// --- References: the mark, then offset and length as 8 hexadecimal digits each

static void write_hex8(Buf *out, size_t value) {
    static const char HEX[] = "0123456789abcdef";
    for (unsigned shift = 32; shift > 0; shift -= 4) buf_u8(out, (uint8_t)HEX[value >> (shift - 4) & 15]);
}

static void write_reference(Buf *out, Slice document, Slice text) {
    buf_u8(out, '"');
    buf_u8(out, JSON_REFERENCE_MARK);
    write_hex8(out, (size_t)(text.data - document.data));
    write_hex8(out, text.len);
    buf_u8(out, '"');
}

static size_t read_hex8(const uint8_t *digits) {
    return (size_t)json_hex4(digits) << 16 | json_hex4(digits + 4);
}

Slice json_read_reference(Slice document, const uint8_t *reference) {
    size_t offset = read_hex8(reference + 1);
    return slice_sub(document, offset, offset + read_hex8(reference + 9));
}

// --- Rewriting

static void rewrite_string(Buf *out, Slice text) {
    const uint8_t *at = text.data;
    const uint8_t *end = text.data + text.len;
    buf_u8(out, *at++);
    while (at != end) {
        size_t plain = json_plain_run(at, end, false);
        buf_bytes(out, slice_of(at, plain));
        at += plain;
        if (at == end) return;
        if (*at == '"') {
            buf_u8(out, *at++);
        } else if (at[1] != 'u') {
            buf_bytes(out, slice_of(at, 2));
            at += 2;
        } else {
            uint32_t unit = json_hex4(at + 2);
            uint32_t character;
            size_t size = read_unicode_escape(at, end, &character);
            if (unit == 0) buf_u8(out, JSON_NUL_MARK);
            else if (size == 6 && json_is_surrogate(unit)) buf_bytes(out, SLICE("\\ufffd"));
            else buf_bytes(out, slice_of(at, size));
            at += size;
        }
    }
}

static bool is_decimal(Slice number) {
    for (size_t i = 0; i < number.len; i++) {
        if (number.data[i] == '.' || (number.data[i] | 0x20) == 'e') return true;
    }
    return false;
}

static void rewrite_scalar(Buf *out, Slice document, Slice scalar) {
    uint8_t first = scalar.data[0];
    bool is_number = first == '-' || (first >= '0' && first <= '9');
    if (first == '"') rewrite_string(out, scalar);
    else if (is_number && is_decimal(scalar)) write_reference(out, document, scalar);
    else buf_bytes(out, scalar);
}

Slice json_rewrite(Arena *arena, Slice document, Slice text) {
    Buf out;
    buf_init(&out, arena);
    buf_reserve(&out, text.len);
    unsigned depth = 0;
    for (size_t at = 0; at < text.len && !out.failed;) {
        uint8_t byte = text.data[at];
        bool is_opening = byte == '{' || byte == '[';
        bool is_punctuation = byte == '}' || byte == ']' || byte == ',' || byte == ':' || byte <= ' ';
        if (is_punctuation || (is_opening && depth < JSON_TREE_NESTING_MAX)) {
            if (is_opening) depth++;
            if (byte == '}' || byte == ']') depth--;
            buf_u8(&out, byte);
            at++;
            continue;
        }
        size_t end = json_scan_skip_value(text, at);
        Slice value = slice_sub(text, at, end);
        if (is_opening) write_reference(&out, document, value);
        else rewrite_scalar(&out, document, value);
        at = end;
    }
    return buf_view(&out);
}
