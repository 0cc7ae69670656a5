// A growable byte buffer in an arena, with a sticky error: after a failed allocation every append is a no-op, and
// `buf->failed` (and the arena's) says so once at the end.
// Integers are little-endian. Varints are unsigned LEB128 of at most 5 bytes (32 bits) or 10 (64 bits).
#ifndef SHVM_BASE_BUF_H
#define SHVM_BASE_BUF_H

#include <stdarg.h>

#include "base/arena.h"
#include "base/slice.h"

typedef struct Buf {
    Arena *arena;
    uint8_t *data;
    size_t len;
    size_t cap;
    bool failed;
} Buf;

void buf_init(Buf *buf, Arena *arena);
// Makes room for `extra` more bytes; false on failure.
bool buf_reserve(Buf *buf, size_t extra);
void buf_u8(Buf *buf, uint8_t value);
void buf_u16(Buf *buf, uint16_t value);
void buf_u32(Buf *buf, uint32_t value);
void buf_u64(Buf *buf, uint64_t value);
void buf_f64(Buf *buf, double value);
void buf_varint(Buf *buf, uint64_t value);
// Raw bytes, no length.
void buf_bytes(Buf *buf, Slice bytes);
// varint length, then the bytes.
void buf_slice(Buf *buf, Slice bytes);
void buf_cstr(Buf *buf, const char *text);
// Formats as error.h describes: %s %S %d %u %z %c %%.
void buf_format(Buf *buf, const char *format, ...);
void buf_vformat(Buf *buf, const char *format, va_list args);
// Decimal text of an unsigned or signed integer.
void buf_decimal_u64(Buf *buf, uint64_t value);
void buf_decimal_i64(Buf *buf, int64_t value);
// Overwrites 4 bytes at `offset` (already written) with a little-endian u32: for lengths known only afterwards.
void buf_patch_u32(Buf *buf, size_t offset, uint32_t value);
// The bytes written so far; valid until the next append. Empty after a failure.
Slice buf_view(const Buf *buf);

// A cursor over bytes someone else owns, for reading what Buf wrote. Reading past the end sets `failed` and returns
// zero or an empty slice, for ever after; check once at the end.
typedef struct Reader {
    const uint8_t *at;
    const uint8_t *end;
    bool failed;
} Reader;

Reader reader_of(Slice bytes);
size_t reader_left(const Reader *reader);
uint8_t reader_u8(Reader *reader);
uint16_t reader_u16(Reader *reader);
uint32_t reader_u32(Reader *reader);
uint64_t reader_u64(Reader *reader);
double reader_f64(Reader *reader);
uint64_t reader_varint(Reader *reader);
Slice reader_bytes(Reader *reader, size_t len);
// varint length, then that many bytes, borrowed from the underlying bytes.
Slice reader_slice(Reader *reader);

size_t varint_size(uint64_t value);

#endif
