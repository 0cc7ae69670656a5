// JSON: whatever the input is, the scanner and the reader behind cJSON agree; what is accepted can be walked, and says
// the same whether cJSON parses it whole or it is a part of a document too long for that.
#include "base/buf.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "data/json.h"
#include "data/json_internal.h"
#include "data/json_scan.h"
#include "data/json_writer.h"
#include "fuzz/fuzz.h"

enum { DUMP_LEVELS_MAX = 100 };

static void dump_string(Buf *out, Slice text) {
    HOLDS(utf8_is_valid(text));
    json_write_string(out, text);
}

static void dump(JsonDocument *document, Json value, Buf *out, unsigned levels_left) {
    bool is_decimal;
    switch (value.type) {
    case JSON_ABSENT: HOLDS(false); return;
    case JSON_NULL: buf_cstr(out, "null"); return;
    case JSON_FALSE: buf_cstr(out, "false"); return;
    case JSON_TRUE: buf_cstr(out, "true"); return;
    case JSON_NUMBER:
        buf_f64(out, json_number(document, value, &is_decimal));
        buf_u8(out, is_decimal ? 'd' : 'i');
        return;
    case JSON_STRING: dump_string(out, json_string(document, value)); return;
    case JSON_ARRAY:
    case JSON_OBJECT: break;
    }
    if (levels_left == 0) return;
    size_t count = 0;
    JsonIterator iterator = json_iterate(document, value);
    ArenaMark mark = arena_mark(document->arena);
    Slice name;
    Json member;
    buf_cstr(out, value.type == JSON_OBJECT ? "{" : "[");
    for (; json_next(&iterator, &name, &member); count++) {
        if (value.type == JSON_OBJECT) dump_string(out, name);
        dump(document, member, out, levels_left - 1);
        buf_u8(out, ',');
        arena_rewind(document->arena, mark);
    }
    buf_cstr(out, value.type == JSON_OBJECT ? "}" : "]");
    HOLDS(json_count(document, value) == count);
}

static Slice dump_of(Arena *trees, Arena *out_arena, Slice text, bool is_within_array) {
    JsonDocument document;
    Error error = {0};
    Buf out;
    buf_init(&out, out_arena);
    HOLDS(json_open(&document, trees, text, &error));
    Json value = document.root;
    if (is_within_array) {
        JsonIterator iterator = json_iterate(&document, value);
        Slice name;
        HOLDS(document.root.node == NULL && json_next(&iterator, &name, &value));
    }
    dump(&document, value, &out, DUMP_LEVELS_MAX);
    HOLDS(!out.failed && !trees->failed);
    return buf_view(&out);
}

// [input,"xxx…"], long enough that its array is walked as text.
static Slice lengthened(Arena *arena, Slice input) {
    Buf text;
    buf_init(&text, arena);
    buf_reserve(&text, input.len + JSON_SUBTREE_BYTES_MAX + 8);
    buf_format(&text, "[%S,\"", &input);
    memset(text.data + text.len, 'x', JSON_SUBTREE_BYTES_MAX);
    text.len += JSON_SUBTREE_BYTES_MAX;
    buf_cstr(&text, "\"]");
    return buf_view(&text);
}

static void check_string(Arena *arena, Slice bytes) {
    if (!utf8_is_valid(bytes)) return;
    Buf text;
    buf_init(&text, arena);
    json_write_string(&text, bytes);
    HOLDS(json_scan(buf_view(&text)) == JSON_SCAN_OK);
    HOLDS(slice_equal(json_decode_string(arena, buf_view(&text)), bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Arena trees, out;
    arena_init(&trees, 0);
    arena_init(&out, 0);
    Slice input = slice_of(data, size);
    JsonScanStatus status = json_scan(input);
    JsonDocument document;
    Error error = {0};
    HOLDS(json_open(&document, &trees, input, &error) == (status == JSON_SCAN_OK));
    if (status == JSON_SCAN_INVALID) HOLDS(error.kind == ERROR_SERIALIZATION_BARE);
    if (status == JSON_SCAN_TOO_DEEP) HOLDS(error.kind == ERROR_SERIALIZATION);
    check_string(&out, input);
    if (status == JSON_SCAN_OK) {
        HOLDS(utf8_is_valid(input));
        Slice whole = dump_of(&trees, &out, input, false);
        Slice text = lengthened(&out, input);
        // One level more may be too deep.
        if (json_scan(text) == JSON_SCAN_OK) HOLDS(slice_equal(dump_of(&trees, &out, text, true), whole));
    }
    arena_free(&trees);
    arena_free(&out);
    return 0;
}
