#include "msg/http_head.h"

bool slice_split(Slice text, uint8_t separator, Slice *before, Slice *after) {
    const uint8_t *at = text.len == 0 ? NULL : memchr(text.data, separator, text.len);
    if (at == NULL) return false;
    size_t offset = (size_t)(at - text.data);
    *before = slice_sub(text, 0, offset);
    *after = slice_sub(text, offset + 1, text.len);
    return true;
}

bool slice_next_part(Slice *rest, uint8_t separator, Slice *part) {
    if (rest->data == NULL) return false;
    if (slice_split(*rest, separator, part, rest)) return true;
    *part = *rest;
    *rest = (Slice){NULL, 0};
    return true;
}

static size_t count_lines(Slice text) {
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) count += text.data[i] == '\n';
    return count;
}

bool http_head_read(Arena *arena, Slice text, HttpHead *out, Error *error) {
    *out = (HttpHead){.header_count = 0};
    if (text.len == 0) return true;
    size_t lines = count_lines(text);
    if (lines < 3 || text.data[text.len - 1] != '\n') return error_corrupt(error, "malformed request head");
    out->headers = ARENA_ARRAY(arena, HttpHeader, lines - 3);
    if (out->headers == NULL) return error_out_of_memory(error);
    Slice rest = slice_sub(text, 0, text.len - 1);
    slice_next_part(&rest, '\n', &out->method);
    slice_next_part(&rest, '\n', &out->path);
    slice_next_part(&rest, '\n', &out->query);
    for (Slice line; slice_next_part(&rest, '\n', &line);) {
        HttpHeader *header = &out->headers[out->header_count++];
        if (!slice_split(line, ':', &header->name, &header->value)) {
            return error_corrupt(error, "malformed request head");
        }
    }
    return true;
}

Slice http_header(const HttpHead *head, Slice name) {
    for (size_t i = 0; i < head->header_count; i++) {
        if (slice_equal(head->headers[i].name, name)) return head->headers[i].value;
    }
    return (Slice){NULL, 0};
}
