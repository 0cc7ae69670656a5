#include "op/index_entry.h"

#include "base/limits.h"
#include "data/item_codec.h"
#include "data/key_codec.h"
#include "op/item_key.h"

// --- Keys

// Appends the attributes' parts. False when the item is not in the index: an attribute is missing, of another type,
// empty or too long. DynamoDB refuses to write the latter; what an index finds when it is created it leaves out.
static bool append_parts(Buf *key, Slice item, const KeyAttribute *attributes, size_t count, size_t bytes_max) {
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        Slice value = item_find(item, attributes[i].name);
        if (value.len == 0 || key_type_of(value) != attributes[i].type) return false;
        if (attributes[i].type != 'N' && value_bytes(value).len == 0) return false;
        bytes += key_value_bytes(value);
        key_append_value(key, value);
    }
    return bytes <= bytes_max;
}

static bool find_key(Arena *arena, const IndexDescriptor *index, Slice item, IndexEntry *out, Error *error) {
    Buf key;
    buf_init(&key, arena);
    const KeySchema *keys = &index->keys;
    out->present = true;
    if (index->is_global) {
        out->present = append_parts(&key, item, keys->hash, keys->hash_count, PARTITION_KEY_BYTES_MAX);
        out->hash_len = key.len;
    }
    out->present = out->present && append_parts(&key, item, keys->range, keys->range_count, SORT_KEY_BYTES_MAX);
    if (key.failed) return error_out_of_memory(error);
    out->key = buf_view(&key);
    return true;
}

static bool add_name(Slice *names, size_t *count, Slice name) {
    for (size_t i = 0; i < *count; i++) {
        if (slice_equal(names[i], name)) return false;
    }
    names[(*count)++] = name;
    return true;
}

bool index_projected_names(Arena *arena, const KeySchema *table_keys, const IndexDescriptor *index, Slice **names,
                           size_t *count, Error *error) {
    *count = 0;
    *names = ARENA_ARRAY(arena, Slice, READ_KEY_ATTRIBUTES_MAX + index->non_key_attribute_count);
    if (*names == NULL) return error_out_of_memory(error);
    if (index->projection == PROJECTION_ALL) return true;
    KeyAttribute keys[READ_KEY_ATTRIBUTES_MAX];
    size_t key_count = index_read_keys(table_keys, index, keys);
    for (size_t i = 0; i < key_count; i++) add_name(*names, count, keys[i].name);
    if (index->projection == PROJECTION_KEYS_ONLY) return true;
    for (size_t i = 0; i < index->non_key_attribute_count; i++) add_name(*names, count, index->non_key_attributes[i]);
    return true;
}

size_t index_read_keys(const KeySchema *table_keys, const IndexDescriptor *index,
                       KeyAttribute out[READ_KEY_ATTRIBUTES_MAX]) {
    const KeySchema *schemas[] = {table_keys, index == NULL ? NULL : &index->keys};
    size_t count = 0;
    for (size_t s = 0; s < 2 && schemas[s] != NULL; s++) {
        const KeyAttribute *lists[] = {schemas[s]->hash, schemas[s]->range};
        size_t counts[] = {schemas[s]->hash_count, schemas[s]->range_count};
        for (size_t l = 0; l < 2; l++) {
            for (size_t i = 0; i < counts[l]; i++) {
                bool is_known = false;
                for (size_t k = 0; k < count; k++) is_known |= slice_equal(out[k].name, lists[l][i].name);
                if (!is_known) out[count++] = lists[l][i];
            }
        }
    }
    return count;
}

bool index_entry(Arena *arena, const IndexSet *set, const IndexDescriptor *index, Slice item, bool want_projected,
                 IndexEntry *out, Error *error) {
    *out = (IndexEntry){0};
    if (item.len == 0) return true;
    if (!find_key(arena, index, item, out, error)) return false;
    if (!out->present || !want_projected) return true;
    if (index->projection == PROJECTION_ALL) {
        out->projected = item;
    } else {
        Slice *names;
        size_t count;
        Buf subset;
        if (!index_projected_names(arena, &set->table_keys, index, &names, &count, error)) return false;
        buf_init(&subset, arena);
        item_append_subset(&subset, item, names, count);
        if (subset.failed) return error_out_of_memory(error);
        out->projected = buf_view(&subset);
    }
    out->bytes = item_size(out->projected);
    return true;
}

bool index_base_key(Arena *arena, const IndexSet *set, Slice item, ItemKey *out, Error *error) {
    const KeySchema *keys = &set->table_keys;
    Buf part, key;
    buf_init(&part, arena);
    buf_init(&key, arena);
    key_append_value(&part, item_find(item, keys->hash[0].name));
    key_append_hash(&key, set->seed, buf_view(&part));
    buf_bytes(&key, buf_view(&part));
    out->partition_len = key.len;
    if (keys->range_count > 0) key_append_value(&key, item_find(item, keys->range[0].name));
    if (part.failed || key.failed) return error_out_of_memory(error);
    out->full_key = buf_view(&key);
    return true;
}

bool index_full_key(Arena *arena, const uint8_t seed[16], const IndexDescriptor *index, const IndexEntry *entry,
                    const ItemKey *base, ItemKey *out, Error *error) {
    Buf key;
    buf_init(&key, arena);
    if (index->is_global) {
        key_append_hash(&key, seed, slice_sub(entry->key, 0, entry->hash_len));
        out->partition_len = key.len + entry->hash_len;
        buf_bytes(&key, entry->key);
        buf_bytes(&key, base->full_key);
    } else {
        out->partition_len = base->partition_len;
        buf_bytes(&key, slice_sub(base->full_key, 0, base->partition_len));
        buf_bytes(&key, entry->key);
        buf_bytes(&key, slice_sub(base->full_key, base->partition_len, base->full_key.len));
    }
    if (key.failed) return error_out_of_memory(error);
    out->full_key = buf_view(&key);
    return true;
}

// --- Changes

bool index_entry_changed(const IndexEntry *old_entry, const IndexEntry *new_entry) {
    if (old_entry->present != new_entry->present) return true;
    // Equal items are equal bytes, and an entry's key is a part of its item.
    return old_entry->present && !slice_equal(old_entry->projected, new_entry->projected);
}

uint64_t index_write_capacity(const IndexEntry *old_entry, const IndexEntry *new_entry) {
    if (!index_entry_changed(old_entry, new_entry)) return 0;
    bool stays = old_entry->present && new_entry->present && slice_equal(old_entry->key, new_entry->key);
    if (stays) return capacity_write(old_entry->bytes, new_entry->bytes);
    uint64_t half_units = 0;
    if (old_entry->present) half_units += capacity_write(old_entry->bytes, 0);
    if (new_entry->present) half_units += capacity_write(0, new_entry->bytes);
    return half_units;
}

// --- What may be written

static bool check_key(Arena *arena, const IndexDescriptor *index, const KeyAttribute *attribute, bool is_hash,
                      Slice value, bool is_update, Error *error) {
    ValueType type = value_type(value);
    if (key_type_of(value) != attribute->type) {
        return error_validation(error, arena,
                                "One or more parameter values were invalid: Type mismatch for Index Key %S Expected: "
                                "%c Actual: %s IndexName: %S", &attribute->name, attribute->type,
                                value_type_name(type), &index->name);
    }
    bool is_empty = type != VALUE_N && value_bytes(value).len == 0;
    const char *kind = type == VALUE_B ? "binary" : "string";
    if (is_empty && is_update) {
        return error_validation(error, arena,
                                "One or more parameter values are not valid. The update expression attempted to update "
                                "a secondary index key to a value that is not supported. The AttributeValue for a key "
                                "attribute cannot contain an empty %s value.", kind);
    }
    if (is_empty) {
        return error_validation(error, arena,
                                "One or more parameter values are not valid. A value specified for a secondary index "
                                "key is not supported. The AttributeValue for a key attribute cannot contain an empty "
                                "%s value. IndexName: %S, IndexKey: %S", kind, &index->name, &attribute->name);
    }
    Slice none = {NULL, 0};
    return key_check_lengths(arena, is_hash ? value : none, is_hash ? none : value, error);
}

bool index_check_key(Arena *arena, const IndexDescriptor *index, const KeyAttribute *attribute, bool is_hash,
                     Slice value, Error *error) {
    return check_key(arena, index, attribute, is_hash, value, false, error);
}

// Observed: of several indexes with a bad key the alphabetically first one is reported.
static const IndexDescriptor *next_index(const IndexSet *set, const IndexDescriptor *after) {
    const IndexDescriptor *next = NULL;
    for (size_t i = 0; i < set->count; i++) {
        const IndexDescriptor *index = &set->indexes[i];
        if (after != NULL && slice_compare(index->name, after->name) <= 0) continue;
        if (next == NULL || slice_compare(index->name, next->name) < 0) next = index;
    }
    return next;
}

bool index_check_keys(Arena *arena, const IndexSet *set, Slice old_item, Slice new_item, bool is_update,
                      Error *error) {
    const IndexDescriptor *index = NULL;
    while ((index = next_index(set, index)) != NULL) {
        size_t hash_count = index->keys.hash_count;
        for (size_t i = 0; i < hash_count + index->keys.range_count; i++) {
            bool is_hash = i < hash_count;
            const KeyAttribute *key = is_hash ? &index->keys.hash[i] : &index->keys.range[i - hash_count];
            Slice value = item_find(new_item, key->name);
            if (value.len == 0 || slice_equal(value, item_find(old_item, key->name))) continue;
            if (!check_key(arena, index, key, is_hash, value, is_update, error)) return false;
        }
    }
    return true;
}
