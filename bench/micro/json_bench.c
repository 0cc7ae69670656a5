// What JSON costs on both ways: a request's item read, a stored item written.
#include "base/limits.h"
#include "bench.h"
#include "data/item_codec.h"
#include "data/value.h"

// Twenty attributes of the usual kinds, about 1 KB of JSON.
static const char ITEM_JSON[] =
    "{\"pk\":{\"S\":\"customer#0000123456\"},\"sk\":{\"S\":\"order#2026-10-23T12:34:56.789Z\"},"
    "\"address\":{\"M\":{\"city\":{\"S\":\"Zurich\"},\"street\":{\"S\":\"Bahnhofstrasse 1\"},"
    "\"zip\":{\"N\":\"8001\"}}},"
    "\"amount\":{\"N\":\"-17.25\"},\"channel\":{\"S\":\"web\"},\"count\":{\"N\":\"12345\"},"
    "\"created\":{\"N\":\"1793500000123\"},\"currency\":{\"S\":\"CHF\"},\"deleted\":{\"NULL\":true},"
    "\"digest\":{\"B\":\"AAECAwQFBgcICQoLDA0ODw==\"},\"email\":{\"S\":\"somebody@example.com\"},"
    "\"lines\":{\"L\":[{\"S\":\"first\"},{\"N\":\"7\"},{\"BOOL\":false},{\"S\":\"fourth of them\"}]},"
    "\"note\":{\"S\":\"the quick brown fox jumps over the lazy dog, and then it jumps back again, and once more\"},"
    "\"paid\":{\"BOOL\":true},\"price\":{\"N\":\"99.95\"},\"sizes\":{\"NS\":[\"1\",\"2\",\"3\"]},"
    "\"status\":{\"S\":\"status-active\"},\"subject\":{\"S\":\"a plain string of some length, forty\"},"
    "\"tags\":{\"SS\":[\"blue\",\"green\",\"red\"]},\"text\":{\"S\":\"another plain string, somewhat longer than the "
    "one before: of one hundred and twenty characters or so, as they are\"},\"version\":{\"N\":\"3\"}}";

static Slice item_json(void) {
    return slice_of(ITEM_JSON, sizeof ITEM_JSON - 1);
}

static bool read_item(Arena *trees, Buf *item) {
    static const ValueRules RULES = {LAYER_NEWER, VALUE_NESTING_MAX};
    Error error = {0};
    JsonDocument document;
    if (!json_open(&document, trees, item_json(), &error)) return false;
    JsonIterator attributes = json_iterate(&document, document.root);
    Slice name;
    Json value;
    while (json_next(&attributes, &name, &value)) {
        if (!value_check_json(&document, value, &error)) return false;
    }
    return item_from_json(&document, document.root, &RULES, item, &error);
}

BENCH(bench_item_from_json) {
    Arena trees, arena;
    arena_init(&trees, 0);
    arena_init(&arena, 0);
    uint32_t right = 0;
    for (uint32_t round = 0; round < rounds; round++) {
        arena_reset(&trees);
        arena_reset(&arena);
        Buf item;
        buf_init(&item, &arena);
        right += read_item(&trees, &item) && item.len > 500;
    }
    arena_free(&trees);
    arena_free(&arena);
    return right;
}

BENCH(bench_item_to_json) {
    Arena trees, arena;
    arena_init(&trees, 0);
    arena_init(&arena, 0);
    Buf item;
    buf_init(&item, &arena);
    bool is_read = read_item(&trees, &item);
    ArenaMark mark = arena_mark(&arena);
    uint32_t right = 0;
    for (uint32_t round = 0; round < rounds; round++) {
        arena_rewind(&arena, mark);
        Buf json;
        buf_init(&json, &arena);
        item_to_json(&json, buf_view(&item));
        right += is_read && json.len == item_json().len; // attributes come back sorted
    }
    arena_free(&trees);
    arena_free(&arena);
    return right;
}
