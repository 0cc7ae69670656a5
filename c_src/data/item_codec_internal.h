// What the files that share the item format share: reading its pieces inline, and writing containers whose contents
// are appended one by one.
#ifndef SHVM_DATA_ITEM_CODEC_INTERNAL_H
#define SHVM_DATA_ITEM_CODEC_INTERNAL_H

#include "base/limits.h"
#include "data/item_codec.h"

// Nearly every length in an item is below 128: reading those inline is most of the speed of looking into items.
static inline uint64_t codec_varint(Reader *reader) {
    if (!reader->failed && reader->at != reader->end && *reader->at < 0x80) return *reader->at++;
    return reader_varint(reader);
}

static inline Slice codec_bytes(Reader *reader, uint64_t len) {
    if (reader->failed || len > reader_left(reader)) {
        reader->failed = true;
        return (Slice){NULL, 0};
    }
    Slice bytes = slice_of(reader->at, (size_t)len);
    if (len != 0) reader->at += len;
    return bytes;
}

static inline Slice codec_slice(Reader *reader) {
    return codec_bytes(reader, codec_varint(reader));
}

// length u8 ‖ sortable bytes of a number.
static inline Slice codec_number(Reader *reader) {
    return codec_bytes(reader, reader->failed || reader->at == reader->end ? UINT64_MAX : *reader->at++);
}

// --- Containers whose contents are not known beforehand (item_builder.c)
//
//     size_t start = container_open(out, VALUE_L);
//     … append the contents …
//     container_close(out, start, count);
//
// container_open leaves room for the shortest header; container_close moves the contents up where it is longer.
size_t container_open(Buf *out, ValueType type);
void container_close(Buf *out, size_t start, size_t count);
// The same for an item.
size_t item_open(Buf *out);
void item_close(Buf *out, size_t start, size_t count);

// Brings the `count` attributes that stand from `start` to the end of `out` into order and drops all but the last of
// equal names; returns how many are left. Scratch memory comes from out's arena and is given back. Failure sets
// out->failed.
size_t attributes_sort_written(Buf *out, size_t start, size_t count);
// The same for the members of a set; true when two of them are equal (none is dropped).
bool members_sort_written(Buf *out, size_t start, size_t count, ValueType type);

// Stably sorts elements of `width` bytes that begin with a Slice by the bytes of that slice. Scratch memory comes from
// the arena and is given back; false when there is none.
bool sort_by_slice(Arena *scratch, void *elements, size_t count, size_t width);

#endif
