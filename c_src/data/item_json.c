// Stored values and items as DynamoDB JSON.
#include "base/base64.h"
#include "data/decimal.h"
#include "data/item_codec.h"
#include "data/item_codec_internal.h"
#include "data/json_writer.h"

static void write_number(Buf *out, Slice stored) {
    Decimal number;
    size_t size;
    buf_u8(out, '"');
    if (decimal_load(stored, &number, &size)) decimal_print(out, &number);
    buf_u8(out, '"');
}

static void write_binary(Buf *out, Slice bytes) {
    buf_u8(out, '"');
    base64_encode(out, bytes);
    buf_u8(out, '"');
}

static void write_members(Buf *out, Slice set, ValueType type) {
    size_t count = value_count(set);
    Reader reader = value_contents(set);
    for (size_t i = 0; i < count; i++) {
        Slice member = member_next(&reader, type);
        if (reader.failed) break;
        if (i > 0) buf_u8(out, ',');
        if (type == VALUE_SS) json_write_string(out, member);
        else if (type == VALUE_NS) write_number(out, member);
        else write_binary(out, member);
    }
}

static void write_value(Buf *out, Slice value, unsigned levels_left);

static void write_attributes(Buf *out, Reader reader, size_t count, unsigned levels_left) {
    buf_u8(out, '{');
    for (size_t i = 0; i < count; i++) {
        Attribute attribute = attribute_next(&reader);
        if (reader.failed) break;
        if (i > 0) buf_u8(out, ',');
        json_write_string(out, attribute.name);
        buf_u8(out, ':');
        write_value(out, attribute.value, levels_left);
    }
    buf_u8(out, '}');
}

static void write_elements(Buf *out, Slice list, unsigned levels_left) {
    size_t count = value_count(list);
    Reader reader = value_contents(list);
    for (size_t i = 0; i < count && !reader.failed; i++) {
        if (i > 0) buf_u8(out, ',');
        write_value(out, value_next(&reader), levels_left);
    }
}

// The recursion ends at VALUE_NESTING_DECODE_MAX, which no valid value passes.
static void write_value(Buf *out, Slice value, unsigned levels_left) {
    static const Slice OPENINGS[] = {
        [VALUE_S] = SLICE_INIT("{\"S\":"),      [VALUE_N] = SLICE_INIT("{\"N\":"),
        [VALUE_B] = SLICE_INIT("{\"B\":"),      [VALUE_SS] = SLICE_INIT("{\"SS\":["),
        [VALUE_NS] = SLICE_INIT("{\"NS\":["),   [VALUE_BS] = SLICE_INIT("{\"BS\":["),
        [VALUE_M] = SLICE_INIT("{\"M\":"),      [VALUE_L] = SLICE_INIT("{\"L\":["),
        [VALUE_NULL] = SLICE_INIT("{\"NULL\":true}"),
    };
    ValueType type = value_type(value);
    if (type == VALUE_BOOL) {
        buf_bytes(out, value_is_true(value) ? SLICE("{\"BOOL\":true}") : SLICE("{\"BOOL\":false}"));
        return;
    }
    if (type == VALUE_NONE || levels_left == 0) {
        buf_bytes(out, SLICE("{}"));
        return;
    }
    buf_bytes(out, OPENINGS[type]);
    switch (type) {
    case VALUE_S: json_write_string(out, value_bytes(value)); break;
    case VALUE_N: write_number(out, value_bytes(value)); break;
    case VALUE_B: write_binary(out, value_bytes(value)); break;
    case VALUE_M: write_attributes(out, value_contents(value), value_count(value), levels_left - 1); break;
    case VALUE_L: write_elements(out, value, levels_left - 1); break;
    case VALUE_SS:
    case VALUE_NS:
    case VALUE_BS: write_members(out, value, type); break;
    default: return;
    }
    if (type == VALUE_L || type == VALUE_SS || type == VALUE_NS || type == VALUE_BS) buf_u8(out, ']');
    buf_u8(out, '}');
}

void value_to_json(Buf *out, Slice value) {
    write_value(out, value, VALUE_NESTING_DECODE_MAX + 1);
}

void item_to_json(Buf *out, Slice item) {
    size_t count;
    Reader reader = item_attributes(item, &count);
    write_attributes(out, reader, count, VALUE_NESTING_DECODE_MAX + 1);
}
