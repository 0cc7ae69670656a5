#include "base/buf.h"

enum { BUF_BYTES_MIN = 64 };

// In a build of its own each write asks for memory, so that tests can make each fail.
static bool is_refused(const Buf *buf) {
#ifdef SHVM_TEST_FAULTY_WRITES
    return buf->arena != NULL && arena_refuses();
#else
    (void)buf;
    return false;
#endif
}

void buf_init(Buf *buf, Arena *arena) {
    *buf = (Buf){.arena = arena};
}

bool buf_reserve(Buf *buf, size_t extra) {
    if (buf->failed) return false;
    bool has_room = buf->cap - buf->len >= extra;
    if (has_room && !is_refused(buf)) return true;
    if (has_room || extra > SIZE_MAX - buf->len || buf->cap > SIZE_MAX / 2) {
        buf->failed = buf->arena->failed = true;
        return false;
    }
    // Doubling keeps appends linear; one large append takes just what it needs, since memory is scarce.
    size_t cap = buf->cap == 0 ? BUF_BYTES_MIN : buf->cap * 2;
    if (cap < buf->len + extra) cap = buf->len + extra;
    uint8_t *grown = arena_grow(buf->arena, buf->data, buf->cap, cap);
    if (grown == NULL) {
        buf->failed = true;
        return false;
    }
    buf->data = grown;
    buf->cap = cap;
    return true;
}

void buf_u8(Buf *buf, uint8_t value) {
    if (buf_reserve(buf, 1)) buf->data[buf->len++] = value;
}

static void append_little_endian(Buf *buf, uint64_t value, size_t size) {
    if (!buf_reserve(buf, size)) return;
    for (size_t i = 0; i < size; i++) buf->data[buf->len++] = (uint8_t)(value >> (8 * i));
}

void buf_u16(Buf *buf, uint16_t value) {
    append_little_endian(buf, value, 2);
}

void buf_u32(Buf *buf, uint32_t value) {
    append_little_endian(buf, value, 4);
}

void buf_u64(Buf *buf, uint64_t value) {
    append_little_endian(buf, value, 8);
}

void buf_f64(Buf *buf, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    buf_u64(buf, bits);
}

void buf_varint(Buf *buf, uint64_t value) {
    if (!buf_reserve(buf, 10)) return;
    while (value >= 0x80) {
        buf->data[buf->len++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    buf->data[buf->len++] = (uint8_t)value;
}

void buf_bytes(Buf *buf, Slice bytes) {
    if (bytes.len == 0 || !buf_reserve(buf, bytes.len)) return;
    memcpy(buf->data + buf->len, bytes.data, bytes.len);
    buf->len += bytes.len;
}

void buf_slice(Buf *buf, Slice bytes) {
    buf_varint(buf, bytes.len);
    buf_bytes(buf, bytes);
}

void buf_cstr(Buf *buf, const char *text) {
    buf_bytes(buf, slice_of_cstr(text));
}

void buf_decimal_u64(Buf *buf, uint64_t value) {
    uint8_t digits[20];
    size_t count = 0;
    do {
        digits[count++] = (uint8_t)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    while (count > 0) buf_u8(buf, digits[--count]);
}

void buf_decimal_i64(Buf *buf, int64_t value) {
    if (value < 0) buf_u8(buf, '-');
    buf_decimal_u64(buf, value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value);
}

void buf_vformat(Buf *buf, const char *format, va_list args) {
    for (const char *at = format; *at != '\0'; at++) {
        if (*at != '%') {
            buf_u8(buf, (uint8_t)*at);
            continue;
        }
        switch (*++at) {
        case 's': buf_cstr(buf, va_arg(args, const char *)); break;
        case 'S': buf_bytes(buf, *va_arg(args, const Slice *)); break;
        case 'd': buf_decimal_i64(buf, va_arg(args, int)); break;
        case 'u': buf_decimal_u64(buf, va_arg(args, unsigned)); break;
        case 'z': buf_decimal_u64(buf, va_arg(args, size_t)); break;
        case 'c': buf_u8(buf, (uint8_t)va_arg(args, int)); break;
        case '\0': return;
        default: buf_u8(buf, (uint8_t)*at); break;
        }
    }
}

void buf_format(Buf *buf, const char *format, ...) {
    va_list args;
    va_start(args, format);
    buf_vformat(buf, format, args);
    va_end(args);
}

void buf_patch_u32(Buf *buf, size_t offset, uint32_t value) {
    if (buf->failed) return;
    for (size_t i = 0; i < 4; i++) buf->data[offset + i] = (uint8_t)(value >> (8 * i));
}

Slice buf_view(const Buf *buf) {
    if (buf->failed) return (Slice){NULL, 0};
    return slice_of(buf->data, buf->len);
}

Reader reader_of(Slice bytes) {
    return (Reader){bytes.data, bytes.data == NULL ? NULL : bytes.data + bytes.len, false};
}

size_t reader_left(const Reader *reader) {
    return (size_t)(reader->end - reader->at);
}

Slice reader_bytes(Reader *reader, size_t len) {
    if (reader->failed || reader_left(reader) < len) {
        reader->failed = true;
        return (Slice){NULL, 0};
    }
    Slice bytes = slice_of(reader->at, len);
    reader->at = reader->at == NULL ? NULL : reader->at + len;
    return bytes;
}

static uint64_t read_little_endian(Reader *reader, size_t size) {
    Slice bytes = reader_bytes(reader, size);
    uint64_t value = 0;
    for (size_t i = 0; i < bytes.len; i++) value |= (uint64_t)bytes.data[i] << (8 * i);
    return value;
}

uint8_t reader_u8(Reader *reader) {
    return (uint8_t)read_little_endian(reader, 1);
}

uint16_t reader_u16(Reader *reader) {
    return (uint16_t)read_little_endian(reader, 2);
}

uint32_t reader_u32(Reader *reader) {
    return (uint32_t)read_little_endian(reader, 4);
}

uint64_t reader_u64(Reader *reader) {
    return read_little_endian(reader, 8);
}

double reader_f64(Reader *reader) {
    uint64_t bits = reader_u64(reader);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

uint64_t reader_varint(Reader *reader) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (reader->failed || reader->at == reader->end) break;
        uint8_t byte = *reader->at++;
        if (shift == 63 && byte > 1) break;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) return value;
    }
    reader->failed = true;
    return 0;
}

Slice reader_slice(Reader *reader) {
    uint64_t len = reader_varint(reader);
    if (len > reader_left(reader)) reader->failed = true;
    return reader_bytes(reader, reader->failed ? 0 : (size_t)len);
}

size_t varint_size(uint64_t value) {
    size_t size = 1;
    while (value >= 0x80) {
        value >>= 7;
        size++;
    }
    return size;
}
