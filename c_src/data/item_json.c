// Stored values and items as DynamoDB JSON, in one walk over their bytes.
#include "base/base64.h"
#include "data/append_internal.h"
#include "data/decimal.h"
#include "data/item_codec.h"
#include "data/item_codec_internal.h"
#include "data/json_writer.h"

static void write_number(Buf *out, Slice stored) {
    Decimal number;
    size_t size;
    append_u8(out, '"');
    if (decimal_load(stored, &number, &size)) decimal_print(out, &number);
    append_u8(out, '"');
}

static void write_binary(Buf *out, Slice bytes) {
    append_u8(out, '"');
    base64_encode(out, bytes);
    append_u8(out, '"');
}

// The reader stands behind a container's tag: a reader over its contents, and their count.
static Reader open_contents(Reader *reader, uint64_t *count) {
    Reader contents = reader_of(codec_slice(reader));
    *count = codec_varint(&contents);
    if (contents.failed) *count = 0;
    return contents;
}

static void write_members(Buf *out, Reader *reader, ValueType type) {
    uint64_t count;
    Reader members = open_contents(reader, &count);
    for (uint64_t i = 0; i < count; i++) {
        Slice member = member_next(&members, type);
        if (members.failed) break;
        if (i > 0) append_u8(out, ',');
        if (type == VALUE_SS) json_write_string(out, member);
        else if (type == VALUE_NS) write_number(out, member);
        else write_binary(out, member);
    }
}

static void write_value(Buf *out, Reader *reader, unsigned levels_left);

static void write_attributes(Buf *out, Reader *attributes, uint64_t count, unsigned levels_left) {
    append_u8(out, '{');
    for (uint64_t i = 0; i < count; i++) {
        Slice name = codec_slice(attributes);
        if (attributes->failed) break;
        if (i > 0) append_u8(out, ',');
        json_write_string(out, name);
        append_u8(out, ':');
        write_value(out, attributes, levels_left);
    }
    append_u8(out, '}');
}

static void write_map(Buf *out, Reader *reader, unsigned levels_left) {
    uint64_t count;
    Reader entries = open_contents(reader, &count);
    write_attributes(out, &entries, count, levels_left);
}

static void write_list(Buf *out, Reader *reader, unsigned levels_left) {
    uint64_t count;
    Reader elements = open_contents(reader, &count);
    for (uint64_t i = 0; i < count && !elements.failed; i++) {
        if (i > 0) append_u8(out, ',');
        write_value(out, &elements, levels_left);
    }
}

// Writes the reader's next value. The recursion ends at VALUE_NESTING_DECODE_MAX, which no valid value passes.
static void write_value(Buf *out, Reader *reader, unsigned levels_left) {
    if (reader->failed || reader->at == reader->end || levels_left == 0) {
        reader->failed = true;
        APPEND_LITERAL(out, "{}");
        return;
    }
    uint8_t tag = *reader->at++;
    switch (tag) {
    case VALUE_S:
        APPEND_LITERAL(out, "{\"S\":");
        json_write_string(out, codec_slice(reader));
        break;
    case VALUE_N:
        APPEND_LITERAL(out, "{\"N\":");
        write_number(out, codec_number(reader));
        break;
    case VALUE_B:
        APPEND_LITERAL(out, "{\"B\":");
        write_binary(out, codec_slice(reader));
        break;
    case VALUE_SS:
    case VALUE_NS:
    case VALUE_BS:
        if (tag == VALUE_SS) APPEND_LITERAL(out, "{\"SS\":[");
        else if (tag == VALUE_NS) APPEND_LITERAL(out, "{\"NS\":[");
        else APPEND_LITERAL(out, "{\"BS\":[");
        write_members(out, reader, (ValueType)tag);
        append_u8(out, ']');
        break;
    case VALUE_M:
        APPEND_LITERAL(out, "{\"M\":");
        write_map(out, reader, levels_left - 1);
        break;
    case VALUE_L:
        APPEND_LITERAL(out, "{\"L\":[");
        write_list(out, reader, levels_left - 1);
        append_u8(out, ']');
        break;
    case VALUE_NULL: APPEND_LITERAL(out, "{\"NULL\":true"); break;
    case VALUE_TAG_TRUE: APPEND_LITERAL(out, "{\"BOOL\":true"); break;
    case VALUE_TAG_FALSE: APPEND_LITERAL(out, "{\"BOOL\":false"); break;
    default:
        reader->failed = true;
        append_u8(out, '{');
        break;
    }
    append_u8(out, '}');
}

void value_to_json(Buf *out, Slice value) {
    Reader reader = reader_of(value);
    write_value(out, &reader, VALUE_NESTING_DECODE_MAX + 1);
}

void item_to_json(Buf *out, Slice item) {
    size_t count;
    Reader reader = item_attributes(item, &count);
    write_attributes(out, &reader, count, VALUE_NESTING_DECODE_MAX + 1);
}
