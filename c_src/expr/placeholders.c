#include "expr/placeholders.h"

#include <stdlib.h>

#include "base/limits.h"
#include "data/item_codec.h"
#include "base/java_order.h"
#include "expr/lexer.h"

// [OBS] longest "#n" or ":v", the sign included
enum { PLACEHOLDER_BYTES_MAX = 255 };

typedef struct PlaceholderMap {
    Placeholder *entries; // sorted by key
    size_t count;
} PlaceholderMap;

struct Placeholders {
    PlaceholderMap names;
    PlaceholderMap values;
    JsonDocument *document;
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

// Reads the keys, in the order of the request. A map that is absent has no entries.
static bool read_keys(Arena *arena, JsonDocument *document, Json members, const char *name, TokenKind kind,
                      PlaceholderMap *map, Error *error) {
    if (members.type != JSON_OBJECT) return true;
    size_t count = json_count(document, members);
    if (count == 0) return error_enveloped(error, arena, "%s must not be empty", name);
    map->entries = ARENA_ARRAY(arena, Placeholder, count);
    if (map->entries == NULL) return error_out_of_memory(error);
    JsonIterator iterator = json_iterate(document, members);
    Placeholder entry = {0};
    while (map->count < count && json_next(&iterator, &entry.key, &entry.json)) {
        entry.position = map->count;
        map->entries[map->count++] = entry;
        if (!check_key(arena, name, entry.key, kind, error)) return false;
    }
    return !document->arena->failed || error_out_of_memory(error);
}

static bool read_name(Arena *arena, JsonDocument *document, Placeholder *entry, Error *error) {
    if (entry->json.type == JSON_STRING) entry->name = json_string(document, entry->json);
    const char *fault = NULL;
    if (entry->name.len == 0) fault = "Empty attribute name";
    if (entry->name.len > ATTRIBUTE_NAME_BYTES_MAX) {
        fault = "Attribute name is too large, must be less than 65536 bytes";
    }
    if (fault == NULL) return true;
    return error_enveloped(error, arena, NAMES " contains invalid value: %s for key %S", fault, &entry->key);
}

// The older layer names the key of a bad value.
static bool read_value(Arena *arena, JsonDocument *document, const ValueRules *rules, Placeholder *entry,
                       Error *error) {
    Buf value;
    buf_init(&value, arena);
    Error own = {0};
    if (value_from_json(document, entry->json, rules, &value, &own)) {
        entry->value = buf_view(&value);
        return !value.failed || error_out_of_memory(error);
    }
    if (own.kind == ERROR_VALIDATION && rules->layer == LAYER_OLDER) {
        error_validation(error, arena, VALUES " contains invalid value: %S for key %S", &own.message, &entry->key);
        error->in_envelope = own.in_envelope;
    } else if (error->kind == ERROR_NONE) {
        *error = own;
    }
    return false;
}

static bool read_maps(Arena *arena, Placeholders *placeholders, Json names, Json values, const ValueRules *rules,
                      Error *error) {
    JsonDocument *document = placeholders->document;
    PlaceholderMap *name_map = &placeholders->names;
    PlaceholderMap *value_map = &placeholders->values;
    if (!read_keys(arena, document, names, NAMES, TOKEN_NAME_PLACEHOLDER, name_map, error)) return false;
    for (size_t i = 0; i < name_map->count; i++) {
        if (!read_name(arena, document, &name_map->entries[i], error)) return false;
    }
    if (!read_keys(arena, document, values, VALUES, TOKEN_VALUE_PLACEHOLDER, value_map, error)) return false;
    for (size_t i = 0; i < value_map->count; i++) {
        if (!read_value(arena, document, rules, &value_map->entries[i], error)) return false;
    }
    return !document->arena->failed || error_out_of_memory(error);
}

Placeholders *placeholders_new(Arena *arena, JsonDocument *document, Json names, Json values,
                               const ValueRules *rules, Error *error) {
    Placeholders *placeholders = ARENA_NEW(arena, Placeholders);
    if (placeholders == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    placeholders->document = document;
    placeholders->layer = rules->layer;
    if (!read_maps(arena, placeholders, names, values, rules, error)) return NULL;
    sort_entries(&placeholders->names);
    sort_entries(&placeholders->values);
    return placeholders;
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

void placeholder_print(Buf *out, Placeholders *placeholders, const Placeholder *value) {
    ValueType type = value_type(value->value);
    buf_format(out, "%s:", value_type_name(type));
    if (type == VALUE_S) {
        buf_bytes(out, value_bytes(value->value));
    } else if (type == VALUE_N) {
        JsonDocument *document = placeholders->document;
        buf_bytes(out, json_string(document, json_member(document, value->json, SLICE("N"))));
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
