#include "expr/placeholders.h"

#include <stdlib.h>

#include "base/limits.h"
#include "data/item_codec.h"
#include "base/java_order.h"
#include "expr/lexer.h"

// [OBS] longest "#n" or ":v", the sign included
enum { PLACEHOLDER_BYTES_MAX = 255 };

typedef struct PlaceholderMap {
    Placeholder *entries; // sorted by key once all are read
    size_t count;
} PlaceholderMap;

struct Placeholders {
    PlaceholderMap names;
    PlaceholderMap values;
    Layer layer;
};

#define NAMES "ExpressionAttributeNames"
#define VALUES "ExpressionAttributeValues"

static bool check_key(Arena *arena, const char *map, Slice key, TokenKind kind, Error *error) {
    if (key.len == 0) {
        return error_validation(
            error, arena, "%s contains invalid key: The expression attribute map contains an empty key;", map);
    }
    if (key.len > PLACEHOLDER_BYTES_MAX) {
        // Only of names does DynamoDB tell the size.
        const char *too_long = "contains invalid key: The expression attribute map contains a key that is too long;";
        if (kind == TOKEN_VALUE_PLACEHOLDER) return error_validation(error, arena, "%s %s", map, too_long);
        return error_validation(error, arena, "%s %s size of key: %z", map, too_long, key.len);
    }
    if (lexer_is_single(key, kind)) return true;
    return error_validation(error, arena, "%s contains invalid key: Syntax error; key: \"%S\"", map, &key);
}

static int by_key_then_position(const void *a, const void *b) {
    const Placeholder *x = a;
    const Placeholder *y = b;
    int order = slice_compare(x->key, y->key);
    if (order != 0) return order;
    return x->position < y->position ? -1 : x->position > y->position;
}

// Of equal keys the last one stands, as in any JSON object.
static void sort_entries(PlaceholderMap *map) {
    if (map->count > 1) qsort(map->entries, map->count, sizeof *map->entries, by_key_then_position);
    size_t kept = 0;
    for (size_t i = 0; i < map->count; i++) {
        if (kept > 0 && slice_equal(map->entries[kept - 1].key, map->entries[i].key)) kept--;
        map->entries[kept++] = map->entries[i];
    }
    map->count = kept;
}

// What reading a map needs. Everything that stays is copied to the arena; the document's own is rewound member by
// member, because a long map's trees do not fit together.
typedef struct MapReader {
    Arena *arena;
    JsonDocument *document;
    const ValueRules *rules;
    Error *error;
    const char *name; // of the map
    Json map;
    TokenKind kind; // of its keys
} MapReader;

// Reads the keys, in the order of the request. A map that is absent has no entries.
static bool read_keys(MapReader *reader, PlaceholderMap *out) {
    JsonDocument *document = reader->document;
    if (reader->map.type != JSON_OBJECT) return true;
    size_t count = json_count(document, reader->map);
    if (count == 0) return error_enveloped(reader->error, reader->arena, "%s must not be empty", reader->name);
    out->entries = ARENA_ARRAY(reader->arena, Placeholder, count);
    if (out->entries == NULL) return error_out_of_memory(reader->error);
    JsonIterator iterator = json_iterate(document, reader->map);
    ArenaMark mark = arena_mark(document->arena);
    Slice key;
    Json json;
    for (; out->count < count && json_next(&iterator, &key, &json); arena_rewind(document->arena, mark)) {
        if (!check_key(reader->arena, reader->name, key, reader->kind, reader->error)) return false;
        Slice kept = arena_copy(reader->arena, key);
        out->entries[out->count] = (Placeholder){.key = kept, .position = out->count};
        out->count++;
    }
    if (reader->arena->failed || document->arena->failed) return error_out_of_memory(reader->error);
    return true;
}

static bool read_name(MapReader *reader, Json json, Placeholder *entry) {
    Slice name = json.type == JSON_STRING ? json_string(reader->document, json) : (Slice){NULL, 0};
    entry->name = arena_copy(reader->arena, name);
    const char *fault = NULL;
    if (name.len == 0) fault = "Empty attribute name";
    if (name.len > ATTRIBUTE_NAME_BYTES_MAX) fault = "Attribute name is too large, must be less than 65536 bytes";
    if (fault == NULL) return true;
    return error_enveloped(reader->error, reader->arena, "%s contains invalid value: %s for key %S", reader->name,
                           fault, &entry->key);
}

// The older layer names the key of a bad value. From 63 levels of nesting on the newer one does, too: what answers then
// stands outside its envelope.
static bool names_key(const MapReader *reader, const Error *own) {
    if (own->kind != ERROR_VALIDATION) return false;
    if (reader->rules->layer == LAYER_OLDER) return true;
    return !own->in_envelope && slice_starts_with(own->message, SLICE("Nesting Levels "));
}

static bool read_value(MapReader *reader, Json json, Placeholder *entry) {
    Arena *arena = reader->arena;
    Buf value;
    buf_init(&value, arena);
    Error own = {0};
    if (value_from_json(reader->document, json, reader->rules, &value, &own)) {
        entry->value = buf_view(&value);
        if (value_type(entry->value) != VALUE_N) return true;
        Json digits = json_member(reader->document, json, SLICE("N"));
        entry->digits = arena_copy(arena, json_string(reader->document, digits));
        return true;
    }
    if (names_key(reader, &own)) {
        error_validation(reader->error, arena, "%s contains invalid value: %S for key %S", reader->name, &own.message,
                         &entry->key);
        reader->error->in_envelope = own.in_envelope;
    } else if (reader->error->kind == ERROR_NONE) {
        *reader->error = own;
    }
    return false;
}

static bool read_map(MapReader *reader, PlaceholderMap *out) {
    JsonDocument *document = reader->document;
    if (!read_keys(reader, out)) return false;
    JsonIterator iterator = json_iterate(document, reader->map);
    ArenaMark mark = arena_mark(document->arena);
    for (size_t i = 0; i < out->count; i++) {
        Slice key;
        Json json;
        if (!json_next(&iterator, &key, &json)) break; // memory ran out
        bool is_name = reader->kind == TOKEN_NAME_PLACEHOLDER;
        if (!(is_name ? read_name(reader, json, &out->entries[i]) : read_value(reader, json, &out->entries[i]))) {
            return false;
        }
        arena_rewind(document->arena, mark);
    }
    if (reader->arena->failed || document->arena->failed) return error_out_of_memory(reader->error);
    sort_entries(out);
    return true;
}

Placeholders *placeholders_new(Arena *arena, JsonDocument *document, Json names, Json values,
                               const ValueRules *rules, Error *error) {
    Placeholders *placeholders = ARENA_NEW(arena, Placeholders);
    if (placeholders == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    placeholders->layer = rules->layer;
    MapReader reader = {arena, document, rules, error, NAMES, names, TOKEN_NAME_PLACEHOLDER};
    if (!read_map(&reader, &placeholders->names)) return NULL;
    reader.name = VALUES;
    reader.map = values;
    reader.kind = TOKEN_VALUE_PLACEHOLDER;
    return read_map(&reader, &placeholders->values) ? placeholders : NULL;
}

Layer placeholders_layer(const Placeholders *placeholders) {
    return placeholders == NULL ? LAYER_NEWER : placeholders->layer;
}

static const Placeholder *use(PlaceholderMap *map, Slice key) {
    size_t low = 0;
    size_t high = map->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = slice_compare(key, map->entries[middle].key);
        if (order == 0) {
            map->entries[middle].is_used = true;
            return &map->entries[middle];
        }
        if (order < 0) high = middle;
        else low = middle + 1;
    }
    return NULL;
}

const Placeholder *placeholders_use_name(Placeholders *placeholders, Slice key) {
    return placeholders == NULL ? NULL : use(&placeholders->names, key);
}

const Placeholder *placeholders_use_value(Placeholders *placeholders, Slice key) {
    return placeholders == NULL ? NULL : use(&placeholders->values, key);
}

void placeholder_print(Buf *out, const Placeholder *value) {
    ValueType type = value_type(value->value);
    buf_format(out, "%s:", value_type_name(type));
    if (type == VALUE_S) {
        buf_bytes(out, value_bytes(value->value));
    } else if (type == VALUE_N) {
        buf_bytes(out, value->digits);
    } else {
        // Java's own words for a buffer: what DynamoDB prints, and all it prints, of a binary.
        size_t len = value_bytes(value->value).len;
        buf_format(out, "java.nio.HeapByteBuffer[pos=0 lim=%z cap=%z]", len, len);
    }
}

// --- Unused ones

typedef struct Unused {
    Slice key;
    uint32_t bucket;
    size_t position;
} Unused;

static int by_bucket_then_position(const void *a, const void *b) {
    const Unused *x = a;
    const Unused *y = b;
    if (x->bucket != y->bucket) return x->bucket < y->bucket ? -1 : 1;
    return x->position < y->position ? -1 : x->position > y->position;
}

static bool check_map_unused(const PlaceholderMap *map, const char *name, Arena *arena, Error *error) {
    size_t count = 0;
    for (size_t i = 0; i < map->count; i++) count += !map->entries[i].is_used;
    if (count == 0) return true;
    Unused *unused = ARENA_ARRAY(arena, Unused, count);
    if (unused == NULL) return error_out_of_memory(error);
    count = 0;
    for (size_t i = 0; i < map->count; i++) {
        const Placeholder *entry = &map->entries[i];
        uint32_t bucket = java_bucket(java_string_hash(entry->key), map->count);
        if (!entry->is_used) unused[count++] = (Unused){entry->key, bucket, entry->position};
    }
    qsort(unused, count, sizeof *unused, by_bucket_then_position);
    Buf keys;
    buf_init(&keys, arena);
    for (size_t i = 0; i < count; i++) buf_format(&keys, "%s%S", i == 0 ? "" : ", ", &unused[i].key);
    if (keys.failed) return error_out_of_memory(error);
    Slice list = buf_view(&keys);
    return error_enveloped(error, arena, "Value provided in %s unused in expressions: keys: {%S}", name, &list);
}

bool placeholders_check_unused(Placeholders *placeholders, Arena *arena, Error *error) {
    return placeholders == NULL || (check_map_unused(&placeholders->names, NAMES, arena, error) &&
                                    check_map_unused(&placeholders->values, VALUES, arena, error));
}
