// Stored items and values: looking never leaves the blob, whatever it holds; what the validator accepts is exactly what
// the builders write.
#include "data/document_path.h"
#include "data/item_codec.h"
#include "data/json_scan.h"
#include "base/limits.h"
#include "fuzz/fuzz.h"

enum { ATTRIBUTES_MAX = 64 };

// Every looking function on bytes that need not be valid.
static void look(Arena *arena, Slice bytes) {
    Buf out;
    buf_init(&out, arena);
    item_to_json(&out, bytes);
    value_to_json(&out, bytes);
    value_item_size(bytes);
    item_size(bytes);
    HOLDS(value_depth(bytes) <= VALUE_NESTING_DECODE_MAX + 1);
    HOLDS(item_depth(bytes) <= VALUE_NESTING_DECODE_MAX + 1);
    HOLDS(value_count(bytes) <= bytes.len);
    HOLDS(value_bytes(bytes).len <= bytes.len);
    HOLDS(value_type_name(value_type(bytes)) != NULL);
    HOLDS(map_find(bytes, SLICE("a")).len <= bytes.len);
    HOLDS(list_find(bytes, 1).len <= bytes.len);
    HOLDS(item_find(bytes, SLICE("a")).len <= bytes.len);
    HOLDS(path_find(SLICE("\2\0\1a\1\1"), bytes).len <= bytes.len);
    HOLDS(path_find(bytes, bytes).len <= bytes.len);
    path_print(&out, bytes);
    if (path_is_valid(bytes)) HOLDS(path_relation(bytes, bytes) == PATHS_OVERLAP);
    Slice names[] = {SLICE("a"), SLICE("b")};
    item_append_subset(&out, bytes, names, 2);
}

static void check_item(Arena *arena, Slice item) {
    size_t count;
    Attribute attributes[ATTRIBUTES_MAX];
    Reader reader = item_attributes(item, &count);
    if (count > ATTRIBUTES_MAX) return;
    for (size_t i = 0; i < count; i++) {
        // Backwards, so that the builder has something to sort.
        Attribute attribute = attribute_next(&reader);
        attributes[count - 1 - i] = attribute;
        HOLDS(value_is_valid(attribute.value));
        HOLDS(slice_equal(item_find(item, attribute.name), attribute.value));
    }
    HOLDS(!reader.failed && reader_left(&reader) == 0);
    Buf rebuilt, json;
    buf_init(&rebuilt, arena);
    item_append(&rebuilt, attributes, count);
    HOLDS(slice_equal(buf_view(&rebuilt), item));
    buf_init(&json, arena);
    item_to_json(&json, item);
    HOLDS(json_scan(buf_view(&json)) == JSON_SCAN_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Arena arena;
    arena_init(&arena, 0);
    Slice input = slice_of(data, size);
    look(&arena, input);
    if (item_is_valid(input)) check_item(&arena, input);
    if (value_is_valid(input)) {
        Buf json;
        buf_init(&json, &arena);
        value_to_json(&json, input);
        HOLDS(json_scan(buf_view(&json)) == JSON_SCAN_OK);
        // Nothing that is longer or shorter by a byte is valid too.
        HOLDS(!value_is_valid(slice_sub(input, 0, size - 1)));
    }
    arena_free(&arena);
    return 0;
}
