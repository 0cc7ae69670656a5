// AttributeValues and items of requests: what is accepted is a valid blob, comes back as JSON, and reads again as the
// same blob; both layers accept the same values. What is refused has an error and appends nothing.
#include "data/item_codec.h"
#include "data/value.h"
#include "base/limits.h"
#include "fuzz/fuzz.h"

typedef struct Result {
    bool is_read;
    Error error;
    Slice blob;
} Result;

static Result read_with(Arena *trees, Arena *arena, Slice text, Layer layer, bool is_item) {
    ValueRules rules = {layer, VALUE_NESTING_MAX};
    Result result = {0};
    JsonDocument document;
    Buf out;
    buf_init(&out, arena);
    HOLDS(json_open(&document, trees, text, &result.error));
    if (!is_item && !value_check_json(&document, document.root, &result.error)) {
        HOLDS(result.error.kind == ERROR_SERIALIZATION);
        return result;
    }
    if (is_item) {
        // value_from_json relies on value_check_json, which requests call on each attribute.
        JsonIterator iterator = json_iterate(&document, document.root);
        Slice name;
        Json value;
        while (json_next(&iterator, &name, &value)) {
            if (!value_check_json(&document, value, &result.error)) return result;
        }
        result.is_read = item_from_json(&document, document.root, &rules, &out, &result.error);
    } else {
        value_has_two_members(&document, document.root);
        value_uses_lenient_boolean(&document, document.root);
        result.is_read = value_from_json(&document, document.root, &rules, &out, &result.error);
    }
    HOLDS(result.is_read == (result.error.kind == ERROR_NONE));
    HOLDS(result.is_read || (result.error.kind == ERROR_VALIDATION && out.len == 0 && result.error.message.len != 0));
    result.blob = buf_view(&out);
    return result;
}

static void check(Arena *trees, Arena *arena, Slice text, bool is_item) {
    Result newer = read_with(trees, arena, text, LAYER_NEWER, is_item);
    Result older = read_with(trees, arena, text, LAYER_OLDER, is_item);
    // Numbers alone are read by two grammars, and 1e2147483648 is refused by both.
    HOLDS(newer.is_read == older.is_read);
    if (!newer.is_read) return;
    HOLDS(slice_equal(newer.blob, older.blob));
    HOLDS(is_item ? item_is_valid(newer.blob) : value_is_valid(newer.blob));
    HOLDS(is_item || value_depth(newer.blob) <= VALUE_NESTING_MAX);
    Buf json;
    buf_init(&json, arena);
    if (is_item) item_to_json(&json, newer.blob);
    else value_to_json(&json, newer.blob);
    Result again = read_with(trees, arena, buf_view(&json), LAYER_NEWER, is_item);
    HOLDS(again.is_read && slice_equal(again.blob, newer.blob));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Arena trees, out;
    arena_init(&trees, 0);
    arena_init(&out, 0);
    JsonDocument document;
    Error error = {0};
    Slice text = slice_of(data, size);
    if (json_open(&document, &trees, text, &error)) {
        check(&trees, &out, text, false);
        if (document.root.type == JSON_OBJECT) check(&trees, &out, text, true);
    }
    arena_free(&trees);
    arena_free(&out);
    return 0;
}
