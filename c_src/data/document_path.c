#include "data/document_path.h"

#include "base/utf8.h"
#include "data/item_codec.h"

enum { ELEMENT_NAME = 0, ELEMENT_INDEX = 1 };

void path_append(Buf *out, const PathElement *elements, size_t count) {
    buf_varint(out, count);
    for (size_t i = 0; i < count; i++) {
        buf_u8(out, elements[i].is_index ? ELEMENT_INDEX : ELEMENT_NAME);
        if (elements[i].is_index) buf_varint(out, elements[i].index);
        else buf_slice(out, elements[i].name);
    }
}

Reader path_elements(Slice path, size_t *count) {
    Reader reader = reader_of(path);
    uint64_t elements = reader_varint(&reader);
    if (elements > reader_left(&reader)) reader.failed = true; // each takes at least one byte
    *count = reader.failed ? 0 : (size_t)elements;
    return reader;
}

PathElement path_element_next(Reader *reader) {
    PathElement element = {0};
    uint8_t kind = reader_u8(reader);
    if (kind == ELEMENT_INDEX) {
        uint64_t index = reader_varint(reader);
        if (index > UINT32_MAX) reader->failed = true;
        element.is_index = true;
        element.index = (uint32_t)index;
    } else if (kind == ELEMENT_NAME) {
        element.name = reader_slice(reader);
    } else {
        reader->failed = true;
    }
    return reader->failed ? (PathElement){0} : element;
}

Slice path_next(Reader *reader) {
    const uint8_t *start = reader->at;
    uint64_t count = reader_varint(reader);
    for (uint64_t i = 0; i < count && !reader->failed; i++) path_element_next(reader);
    if (reader->failed) return (Slice){NULL, 0};
    return slice_of(start, (size_t)(reader->at - start));
}

Slice path_find(Slice path, Slice item) {
    size_t count;
    Reader reader = path_elements(path, &count);
    Slice value = {NULL, 0};
    for (size_t i = 0; i < count; i++) {
        PathElement element = path_element_next(&reader);
        if (reader.failed) return (Slice){NULL, 0};
        if (i == 0) value = element.is_index ? (Slice){NULL, 0} : item_find(item, element.name);
        else value = element.is_index ? list_find(value, element.index) : map_find(value, element.name);
        if (value.len == 0) return value;
    }
    return value;
}

PathRelation path_relation(Slice a, Slice b) {
    size_t count_a;
    size_t count_b;
    Reader reader_a = path_elements(a, &count_a);
    Reader reader_b = path_elements(b, &count_b);
    for (size_t i = 0; i < count_a && i < count_b; i++) {
        PathElement x = path_element_next(&reader_a);
        PathElement y = path_element_next(&reader_b);
        if (x.is_index != y.is_index) return PATHS_CONFLICT;
        if (x.is_index ? x.index != y.index : !slice_equal(x.name, y.name)) return PATHS_DISJOINT;
    }
    return PATHS_OVERLAP;
}

void path_print(Buf *out, Slice path) {
    size_t count;
    Reader reader = path_elements(path, &count);
    buf_u8(out, '[');
    for (size_t i = 0; i < count; i++) {
        PathElement element = path_element_next(&reader);
        if (reader.failed) break;
        if (i > 0) buf_bytes(out, SLICE(", "));
        if (element.is_index) buf_format(out, "[%u]", (unsigned)element.index);
        else buf_bytes(out, element.name);
    }
    buf_u8(out, ']');
}

bool path_is_valid(Slice path) {
    size_t count;
    Reader reader = path_elements(path, &count);
    for (size_t i = 0; i < count; i++) {
        PathElement element = path_element_next(&reader);
        if (reader.failed || (i == 0 && element.is_index)) return false;
        if (!element.is_index && !utf8_is_valid(element.name)) return false;
    }
    return count != 0 && !reader.failed && reader_left(&reader) == 0;
}
