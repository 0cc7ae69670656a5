// Writing values and items: single values, containers from arrays, and containers appended piece by piece.
#include "data/append_internal.h"
#include "data/item_codec.h"
#include "data/item_codec_internal.h"

void value_append_string(Buf *out, Slice text) {
    append_u8(out, VALUE_S);
    append_slice(out, text);
}

void value_append_binary(Buf *out, Slice bytes) {
    buf_u8(out, VALUE_B);
    buf_slice(out, bytes);
}

static void append_number(Buf *out, Slice sortable_bytes) {
    append_u8(out, (uint8_t)sortable_bytes.len);
    append_bytes(out, sortable_bytes);
}

void value_append_decimal_bytes(Buf *out, Slice sortable_bytes) {
    buf_u8(out, VALUE_N);
    append_number(out, sortable_bytes);
}

void value_append_bool(Buf *out, bool value) {
    buf_u8(out, value ? VALUE_TAG_TRUE : VALUE_TAG_FALSE);
}

void value_append_null(Buf *out) {
    buf_u8(out, VALUE_NULL);
}

// --- Sorting

static Slice leading_slice(const uint8_t *element) {
    Slice slice;
    memcpy(&slice, element, sizeof slice);
    return slice;
}

// Constant sizes, for which the compiler needs no call.
static void copy_element(uint8_t *to, const uint8_t *from, size_t width) {
    if (width == sizeof(Slice)) memcpy(to, from, sizeof(Slice));
    else if (width == sizeof(Attribute)) memcpy(to, from, sizeof(Attribute));
    else memcpy(to, from, width);
}

static bool is_sorted(const uint8_t *elements, size_t count, size_t width) {
    for (size_t i = 1; i < count; i++) {
        const uint8_t *element = elements + i * width;
        if (slice_compare(leading_slice(element - width), leading_slice(element)) > 0) return false;
    }
    return true;
}

static void merge(const uint8_t *from, uint8_t *to, size_t start, size_t middle, size_t end, size_t width) {
    size_t left = start;
    size_t right = middle;
    for (size_t i = start; i < end; i++) {
        bool take_left = left < middle && (right == end || slice_compare(leading_slice(from + left * width),
                                                                         leading_slice(from + right * width)) <= 0);
        size_t source = take_left ? left++ : right++;
        copy_element(to + i * width, from + source * width, width);
    }
}

// Merge sort from the bottom up: stable, no recursion, n log n whatever the input.
bool sort_by_slice(Arena *scratch, void *elements, size_t count, size_t width) {
    if (is_sorted(elements, count, width)) return true;
    ArenaMark mark = arena_mark(scratch);
    uint8_t *from = elements;
    uint8_t *to = count > SIZE_MAX / width ? NULL : arena_alloc(scratch, count * width);
    if (to == NULL) return false;
    for (size_t run = 1; run < count; run *= 2) {
        for (size_t start = 0; start < count; start += 2 * run) {
            size_t middle = start + run < count ? start + run : count;
            size_t end = middle + run < count ? middle + run : count;
            merge(from, to, start, middle, end, width);
        }
        uint8_t *swapped = from;
        from = to;
        to = swapped;
    }
    if (from != elements) memcpy(elements, from, count * width);
    arena_rewind(scratch, mark);
    return true;
}

// Sorts by name and keeps the last of equal names; returns how many are left.
static size_t sort_attributes(Buf *out, Attribute *attributes, size_t count) {
    if (!sort_by_slice(out->arena, attributes, count, sizeof *attributes)) {
        out->failed = true;
        return 0;
    }
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_repeated = i + 1 < count && slice_equal(attributes[i].name, attributes[i + 1].name);
        if (!is_repeated) attributes[kept++] = attributes[i];
    }
    return kept;
}

// --- Containers from arrays

static size_t attribute_size(const Attribute *attribute) {
    return varint_size(attribute->name.len) + attribute->name.len + attribute->value.len;
}

static void append_attributes(Buf *out, const Attribute *attributes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        append_slice(out, attributes[i].name);
        append_bytes(out, attributes[i].value);
    }
}

void value_append_list(Buf *out, const Slice *values, size_t count) {
    size_t payload = varint_size(count);
    for (size_t i = 0; i < count; i++) payload += values[i].len;
    buf_u8(out, VALUE_L);
    buf_varint(out, payload);
    buf_varint(out, count);
    for (size_t i = 0; i < count; i++) buf_bytes(out, values[i]);
}

void value_append_map(Buf *out, Attribute *attributes, size_t count) {
    count = sort_attributes(out, attributes, count);
    size_t payload = varint_size(count);
    for (size_t i = 0; i < count; i++) payload += attribute_size(&attributes[i]);
    buf_u8(out, VALUE_M);
    buf_varint(out, payload);
    buf_varint(out, count);
    append_attributes(out, attributes, count);
}

void value_append_set(Buf *out, ValueType type, Slice *members, size_t count) {
    if (!sort_by_slice(out->arena, members, count, sizeof *members)) {
        out->failed = true;
        return;
    }
    size_t payload = varint_size(count);
    for (size_t i = 0; i < count; i++) {
        payload += (type == VALUE_NS ? 1 : varint_size(members[i].len)) + members[i].len;
    }
    buf_u8(out, (uint8_t)type);
    buf_varint(out, payload);
    buf_varint(out, count);
    for (size_t i = 0; i < count; i++) {
        if (type == VALUE_NS) append_number(out, members[i]);
        else append_slice(out, members[i]);
    }
}

void item_append(Buf *out, Attribute *attributes, size_t count) {
    count = sort_attributes(out, attributes, count);
    buf_u8(out, ITEM_VERSION);
    buf_varint(out, count);
    append_attributes(out, attributes, count);
}

static bool is_named(Slice name, const Slice *names, size_t name_count) {
    for (size_t i = 0; i < name_count; i++) {
        if (slice_equal(name, names[i])) return true;
    }
    return false;
}

void item_append_subset(Buf *out, Slice item, const Slice *names, size_t name_count) {
    size_t count;
    Reader reader = item_attributes(item, &count);
    size_t start = item_open(out);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        Attribute attribute = attribute_next(&reader);
        if (reader.failed) break;
        if (!is_named(attribute.name, names, name_count)) continue;
        append_attributes(out, &attribute, 1);
        kept++;
    }
    item_close(out, start, kept);
}

// --- Containers appended piece by piece

size_t container_open(Buf *out, ValueType type) {
    buf_u8(out, (uint8_t)type);
    buf_u16(out, 0); // payload length and count, where both are below 128
    return out->len;
}

size_t item_open(Buf *out) {
    buf_u8(out, ITEM_VERSION);
    buf_u8(out, 0); // count, where it is below 128
    return out->len;
}

static size_t put_varint(uint8_t *at, uint64_t value) {
    size_t size = 0;
    for (; value >= 0x80; value >>= 7) at[size++] = (uint8_t)(value | 0x80);
    at[size++] = (uint8_t)value;
    return size;
}

// Makes the `reserved` bytes before `start` into `wanted` bytes and returns where they begin.
static uint8_t *resize_header(Buf *out, size_t start, size_t reserved, size_t wanted) {
    if (!buf_reserve(out, wanted - reserved)) return NULL;
    uint8_t *contents = out->data + start;
    if (wanted != reserved) memmove(contents + (wanted - reserved), contents, out->len - start);
    out->len += wanted - reserved;
    return contents - reserved;
}

void container_close(Buf *out, size_t start, size_t count) {
    if (out->failed) return;
    size_t payload = varint_size(count) + (out->len - start);
    uint8_t *header = resize_header(out, start, 2, varint_size(payload) + varint_size(count));
    if (header == NULL) return;
    header += put_varint(header, payload);
    put_varint(header, count);
}

void item_close(Buf *out, size_t start, size_t count) {
    if (out->failed) return;
    uint8_t *header = resize_header(out, start, 1, varint_size(count));
    if (header != NULL) put_varint(header, count);
}

// What is written again takes no more than before, but each append asks for room for the longest varint: with that
// much to spare the buffer does not grow into the scratch memory that is given back.
static bool reserve_for_rewriting(Buf *out) {
    enum { VARINT_BYTES_MAX = 10 };
    return buf_reserve(out, VARINT_BYTES_MAX);
}

size_t attributes_sort_written(Buf *out, size_t start, size_t count) {
    if (!reserve_for_rewriting(out)) return 0;
    ArenaMark mark = arena_mark(out->arena);
    Slice written = arena_copy(out->arena, slice_of(out->data + start, out->len - start));
    Attribute *attributes = arena_alloc(out->arena, count * sizeof *attributes);
    if (written.data == NULL || attributes == NULL) {
        out->failed = true;
        return 0;
    }
    Reader reader = reader_of(written);
    for (size_t i = 0; i < count; i++) attributes[i] = attribute_next(&reader);
    count = sort_attributes(out, attributes, count);
    out->len = start;
    append_attributes(out, attributes, count);
    arena_rewind(out->arena, mark);
    return count;
}

bool members_sort_written(Buf *out, size_t start, size_t count, ValueType type) {
    if (!reserve_for_rewriting(out)) return false;
    ArenaMark mark = arena_mark(out->arena);
    Slice written = arena_copy(out->arena, slice_of(out->data + start, out->len - start));
    Slice *members = arena_alloc(out->arena, count * sizeof *members);
    if (written.data == NULL || members == NULL) {
        out->failed = true;
        return false;
    }
    Reader reader = reader_of(written);
    for (size_t i = 0; i < count; i++) members[i] = member_next(&reader, type);
    if (!sort_by_slice(out->arena, members, count, sizeof *members)) {
        out->failed = true;
        return false;
    }
    bool has_duplicates = false;
    out->len = start;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && slice_equal(members[i - 1], members[i])) has_duplicates = true;
        if (type == VALUE_NS) append_number(out, members[i]);
        else append_slice(out, members[i]);
    }
    arena_rewind(out->arena, mark);
    return has_duplicates;
}
