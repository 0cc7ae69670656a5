#include "data/json_writer.h"

#include "data/append_internal.h"
#include "data/json_text_internal.h"

static void write_escape(Buf *out, uint8_t byte) {
    static const char HEX[] = "0123456789abcdef";
    switch (byte) {
    case '"': buf_bytes(out, SLICE("\\\"")); break;
    case '\\': buf_bytes(out, SLICE("\\\\")); break;
    case '\b': buf_bytes(out, SLICE("\\b")); break;
    case '\f': buf_bytes(out, SLICE("\\f")); break;
    case '\n': buf_bytes(out, SLICE("\\n")); break;
    case '\r': buf_bytes(out, SLICE("\\r")); break;
    case '\t': buf_bytes(out, SLICE("\\t")); break;
    default:
        buf_bytes(out, SLICE("\\u00"));
        buf_u8(out, (uint8_t)HEX[byte >> 4]);
        buf_u8(out, (uint8_t)HEX[byte & 15]);
        break;
    }
}

void json_write_string(Buf *out, Slice text) {
    if (!append_room(out, text.len + 2)) return;
    out->data[out->len++] = '"';
    size_t at = 0;
    while (at < text.len) {
        size_t plain = json_plain_run(text.data + at, text.data + text.len, false);
        append_bytes(out, slice_sub(text, at, at + plain));
        at += plain;
        if (at < text.len) write_escape(out, text.data[at++]);
    }
    append_u8(out, '"');
}

void json_write_bool(Buf *out, bool value) {
    buf_bytes(out, value ? SLICE("true") : SLICE("false"));
}

// Values are sums of half units and times in milliseconds, so three decimals are exact enough and 2^53 of them fit.
void json_write_double(Buf *out, double value) {
    if (!(value > -9e12 && value < 9e12)) value = 0; // nothing that DynamoDB reports comes near; NaN neither
    bool is_negative = value < 0;
    uint64_t thousandths = (uint64_t)((is_negative ? -value : value) * 1000 + 0.5);
    if (is_negative && thousandths != 0) buf_u8(out, '-');
    buf_decimal_u64(out, thousandths / 1000);
    unsigned fraction = (unsigned)(thousandths % 1000);
    buf_u8(out, '.');
    do {
        buf_u8(out, (uint8_t)('0' + fraction / 100));
        fraction = fraction % 100 * 10;
    } while (fraction != 0);
}

void json_write_member(Buf *out, bool *first, const char *name) {
    if (!*first) buf_u8(out, ',');
    *first = false;
    json_write_string(out, slice_of_cstr(name));
    buf_u8(out, ':');
}
