#include "data/item_codec.h"

#include "data/decimal.h"
#include "data/item_codec_internal.h"

// --- Looking

ValueType value_type(Slice value) {
    if (value.len == 0) return VALUE_NONE;
    uint8_t tag = value.data[0];
    if (tag == VALUE_TAG_FALSE || tag == VALUE_TAG_TRUE) return VALUE_BOOL;
    return tag <= VALUE_NULL ? (ValueType)tag : VALUE_NONE;
}

const char *value_type_name(ValueType type) {
    static const char *const NAMES[] = {"", "S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"};
    return (size_t)type < sizeof NAMES / sizeof NAMES[0] ? NAMES[type] : "";
}

static Reader payload_of(Slice value) {
    return reader_of(slice_sub(value, value.len == 0 ? 0 : 1, value.len));
}

Slice value_bytes(Slice value) {
    Reader reader = payload_of(value);
    switch (value_type(value)) {
    case VALUE_S:
    case VALUE_B: return codec_slice(&reader);
    case VALUE_N: return codec_number(&reader);
    default: return (Slice){NULL, 0};
    }
}

bool value_is_true(Slice value) {
    return value.len != 0 && value.data[0] == VALUE_TAG_TRUE;
}

// A corrupt count is answered 0, so that callers may allocate by it: every member takes at least one byte.
static size_t read_count(Reader *reader) {
    uint64_t count = codec_varint(reader);
    if (count > reader_left(reader)) reader->failed = true;
    return reader->failed ? 0 : (size_t)count;
}

static Reader open_container(Slice value, size_t *count) {
    Reader reader = payload_of(value);
    *count = 0;
    switch (value_type(value)) {
    case VALUE_SS:
    case VALUE_NS:
    case VALUE_BS:
    case VALUE_M:
    case VALUE_L: {
        Slice payload = codec_slice(&reader);
        if (reader.failed) return reader;
        reader = reader_of(payload);
        *count = read_count(&reader);
        return reader;
    }
    default: reader.failed = true; return reader;
    }
}

size_t value_count(Slice value) {
    size_t count;
    open_container(value, &count);
    return count;
}

Reader value_contents(Slice value) {
    size_t count;
    return open_container(value, &count);
}

Slice value_next(Reader *reader) {
    const uint8_t *start = reader->at;
    if (reader->failed || start == reader->end) {
        reader->failed = true;
        return (Slice){NULL, 0};
    }
    uint8_t tag = *reader->at++;
    switch (tag) {
    case VALUE_NULL:
    case VALUE_TAG_FALSE:
    case VALUE_TAG_TRUE: break;
    case VALUE_N: codec_number(reader); break;
    case VALUE_S:
    case VALUE_B:
    case VALUE_SS:
    case VALUE_NS:
    case VALUE_BS:
    case VALUE_M:
    case VALUE_L: codec_slice(reader); break;
    default: reader->failed = true; break;
    }
    if (reader->failed) return (Slice){NULL, 0};
    return slice_of(start, (size_t)(reader->at - start));
}

Attribute attribute_next(Reader *reader) {
    Slice name = codec_slice(reader);
    Slice value = value_next(reader);
    if (reader->failed) return (Attribute){{NULL, 0}, {NULL, 0}};
    return (Attribute){name, value};
}

Slice member_next(Reader *reader, ValueType set_type) {
    return set_type == VALUE_NS ? codec_number(reader) : codec_slice(reader);
}

static Slice find_attribute(Reader reader, size_t count, Slice name) {
    for (size_t i = 0; i < count; i++) {
        Attribute attribute = attribute_next(&reader);
        if (reader.failed) break;
        // Stored order is the order of names: behind the name's place there is nothing to find.
        int order = slice_compare(attribute.name, name);
        if (order == 0) return attribute.value;
        if (order > 0) break;
    }
    return (Slice){NULL, 0};
}

Slice map_find(Slice map_value, Slice name) {
    size_t count;
    if (value_type(map_value) != VALUE_M) return (Slice){NULL, 0};
    Reader reader = open_container(map_value, &count);
    return find_attribute(reader, count, name);
}

Slice list_find(Slice list_value, size_t index) {
    size_t count;
    if (value_type(list_value) != VALUE_L) return (Slice){NULL, 0};
    Reader reader = open_container(list_value, &count);
    if (index >= count) return (Slice){NULL, 0};
    for (size_t i = 0; i < index && !reader.failed; i++) value_next(&reader);
    return value_next(&reader);
}

Reader item_attributes(Slice item, size_t *count) {
    Reader reader = reader_of(item);
    *count = 0;
    if (item.len == 0) return reader;
    if (reader_u8(&reader) != ITEM_VERSION) reader.failed = true;
    *count = read_count(&reader);
    return reader;
}

Slice item_find(Slice item, Slice name) {
    size_t count;
    Reader reader = item_attributes(item, &count);
    return find_attribute(reader, count, name);
}

// --- Sizes. The recursion ends at VALUE_NESTING_DECODE_MAX, which no valid value reaches.

static size_t number_item_size(Slice stored) {
    Decimal number;
    size_t size;
    return decimal_load(stored, &number, &size) ? decimal_item_size(&number) : 0;
}

static size_t item_size_of_value(Slice value, unsigned levels_left) {
    ValueType type = value_type(value);
    switch (type) {
    case VALUE_NONE: return 0;
    case VALUE_S:
    case VALUE_B: return value_bytes(value).len;
    case VALUE_N: return number_item_size(value_bytes(value));
    case VALUE_NULL:
    case VALUE_BOOL: return 1;
    default: break;
    }
    size_t count;
    Reader reader = open_container(value, &count);
    size_t total = type == VALUE_L || type == VALUE_M ? 3 : 0;
    if (levels_left == 0) return total;
    for (size_t i = 0; i < count && !reader.failed; i++) {
        if (type == VALUE_L) {
            total += 1 + item_size_of_value(value_next(&reader), levels_left - 1);
        } else if (type == VALUE_M) {
            Attribute attribute = attribute_next(&reader);
            total += attribute.name.len + 1 + item_size_of_value(attribute.value, levels_left - 1);
        } else {
            Slice member = member_next(&reader, type);
            total += type == VALUE_NS ? number_item_size(member) : member.len;
        }
    }
    return total;
}

size_t value_item_size(Slice value) {
    return item_size_of_value(value, VALUE_NESTING_DECODE_MAX);
}

size_t item_size(Slice item) {
    size_t count;
    Reader reader = item_attributes(item, &count);
    size_t total = 0;
    for (size_t i = 0; i < count && !reader.failed; i++) {
        Attribute attribute = attribute_next(&reader);
        total += attribute.name.len + value_item_size(attribute.value);
    }
    return total;
}

static unsigned depth_of_value(Slice value, unsigned levels_left) {
    ValueType type = value_type(value);
    if ((type != VALUE_L && type != VALUE_M) || levels_left == 0) return 0;
    size_t count;
    Reader reader = open_container(value, &count);
    unsigned deepest = 0;
    for (size_t i = 0; i < count && !reader.failed; i++) {
        Slice inner = type == VALUE_L ? value_next(&reader) : attribute_next(&reader).value;
        unsigned depth = depth_of_value(inner, levels_left - 1);
        if (depth > deepest) deepest = depth;
    }
    return deepest + 1;
}

unsigned value_depth(Slice value) {
    return depth_of_value(value, VALUE_NESTING_DECODE_MAX + 1);
}

unsigned item_depth(Slice item) {
    size_t count;
    Reader reader = item_attributes(item, &count);
    unsigned deepest = 0;
    for (size_t i = 0; i < count && !reader.failed; i++) {
        unsigned depth = value_depth(attribute_next(&reader).value);
        if (depth > deepest) deepest = depth;
    }
    return deepest;
}
