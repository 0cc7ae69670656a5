#include "op/item_key.h"

#include "data/item_codec.h"
#include "data/key_codec.h"
#include "msg/names.h"
#include "op/index_entry.h"

#define HASH_BYTES 8

char key_type_of(Slice value) {
    switch (value_type(value)) {
    case VALUE_S: return 'S';
    case VALUE_N: return 'N';
    case VALUE_B: return 'B';
    default: return 0;
    }
}

size_t key_value_bytes(Slice value) {
    return value_type(value) == VALUE_N ? 0 : value_bytes(value).len;
}

static bool is_empty(Slice value) {
    ValueType type = value_type(value);
    return (type == VALUE_S || type == VALUE_B) && value_bytes(value).len == 0;
}

static const char *kind_of_empty(Slice value) {
    return value_type(value) == VALUE_B ? "binary" : "string";
}

static bool fail_empty(Step *step, Slice name, Slice value) {
    return error_validation(&step->error, step->arena,
                            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
                            "contain an empty %s value. Key: %S", kind_of_empty(value), &name);
}

bool key_check_not_empty(Step *step, Slice key_item) {
    size_t count;
    Reader reader = item_attributes(key_item, &count);
    for (size_t i = 0; i < count; i++) {
        Attribute attribute = attribute_next(&reader);
        if (is_empty(attribute.value)) return fail_empty(step, attribute.name, attribute.value);
    }
    return true;
}

bool key_check_lengths(Arena *arena, Slice hash, Slice range, Error *error) {
    if (hash.len > 0 && key_value_bytes(hash) > PARTITION_KEY_BYTES_MAX) {
        return error_validation(error, arena,
                                "One or more parameter values were invalid: Size of hashkey has exceeded the maximum "
                                "size limit of%u bytes", PARTITION_KEY_BYTES_MAX); // the missing blank is AWS's
    }
    if (range.len > 0 && key_value_bytes(range) > SORT_KEY_BYTES_MAX) {
        return error_validation(error, arena,
                                "One or more parameter values were invalid: Aggregated size of all range keys has "
                                "exceeded the size limit of %u bytes", SORT_KEY_BYTES_MAX);
    }
    return true;
}

bool key_check_values(Step *step, const TableDescriptor *table, const KeyValues *values) {
    if (is_empty(values->hash)) return fail_empty(step, table->keys.hash[0].name, values->hash);
    if (values->range.len > 0 && is_empty(values->range)) {
        return fail_empty(step, table->keys.range[0].name, values->range);
    }
    return key_check_lengths(step->arena, values->hash, values->range, &step->error);
}

// Whether the item holds the key attributes, of their types.
static bool find_key(const TableDescriptor *table, Slice item, KeyValues *out) {
    const KeySchema *keys = &table->keys;
    *out = (KeyValues){.hash = item_find(item, keys->hash[0].name)};
    if (key_type_of(out->hash) != keys->hash[0].type) return false;
    if (keys->range_count == 0) return true;
    out->range = item_find(item, keys->range[0].name);
    return key_type_of(out->range) == keys->range[0].type;
}

static bool fail_misfit(Step *step) {
    return error_validation(&step->error, step->arena, "The provided key element does not match the schema");
}

bool key_check_value(Step *step, const KeyAttribute *attribute, bool is_hash, Slice value) {
    const Slice none = {NULL, 0};
    if (is_empty(value)) return fail_empty(step, attribute->name, value);
    return key_check_lengths(step->arena, is_hash ? value : none, is_hash ? none : value, &step->error);
}

bool key_values_of_key(Step *step, const TableDescriptor *table, Slice key_item, KeyValues *out) {
    size_t count;
    item_attributes(key_item, &count);
    bool fits = count == 1 + table->keys.range_count && find_key(table, key_item, out);
    return fits ? key_check_values(step, table, out) : fail_misfit(step);
}

static bool find_in_item(Step *step, const KeyAttribute *attribute, Slice item, Slice *value) {
    *value = item_find(item, attribute->name);
    if (value->len == 0) {
        return error_validation(&step->error, step->arena,
                                "One or more parameter values were invalid: Missing the key %S in the item",
                                &attribute->name);
    }
    if (key_type_of(*value) != attribute->type) {
        return error_validation(&step->error, step->arena,
                                "One or more parameter values were invalid: Type mismatch for key %S expected: %c "
                                "actual: %s", &attribute->name, attribute->type,
                                value_type_name(value_type(*value)));
    }
    return true;
}

static bool check_index_keys(Step *step, const TableDescriptor *table, Slice item) {
    IndexSet indexes = {.indexes = table->indexes, .count = table->index_count};
    return index_check_keys(step->arena, &indexes, (Slice){NULL, 0}, item, false, &step->error);
}

bool key_values_of_item(Step *step, const TableDescriptor *table, Slice item, KeyValues *out) {
    const KeySchema *keys = &table->keys;
    *out = (KeyValues){0};
    if (!find_in_item(step, &keys->hash[0], item, &out->hash)) return false;
    if (keys->range_count > 0 && !find_in_item(step, &keys->range[0], item, &out->range)) return false;
    return key_check_values(step, table, out) && check_index_keys(step, table, item);
}

bool key_values_of_batch_item(Step *step, const TableDescriptor *table, Slice item, KeyValues *out) {
    if (!find_key(table, item, out)) return fail_misfit(step);
    return key_check_values(step, table, out) && check_index_keys(step, table, item);
}

bool key_build(Step *step, const TableDescriptor *table, const KeyValues *values, ItemKey *out) {
    Buf encoded;
    Buf key;
    buf_init(&encoded, step->arena);
    key_append_value(&encoded, values->hash);
    buf_init(&key, step->arena);
    key_append_hash(&key, table->seed, buf_view(&encoded));
    buf_bytes(&key, buf_view(&encoded));
    out->partition_len = key.len;
    if (values->range.len > 0) key_append_value(&key, values->range);
    if (encoded.failed || key.failed) return error_out_of_memory(&step->error);
    out->full_key = buf_view(&key);
    return true;
}

bool key_item_build(Step *step, const TableDescriptor *table, const KeyValues *values, Slice *out) {
    Attribute attributes[2] = {{table->keys.hash[0].name, values->hash}};
    size_t count = 1;
    if (values->range.len > 0) attributes[count++] = (Attribute){table->keys.range[0].name, values->range};
    Buf item;
    buf_init(&item, step->arena);
    item_append(&item, attributes, count);
    if (item.failed) return error_out_of_memory(&step->error);
    *out = buf_view(&item);
    return true;
}

void key_object_name(Buf *out, const TableDescriptor *table, const ItemKey *key) {
    Slice partition_key = slice_sub(key->full_key, HASH_BYTES, key->partition_len);
    name_partition(out, table, partition_key, key_leading_hash(key->full_key));
}

CommandHeader command_header(const Step *step, const TableDescriptor *table, CommandKind kind) {
    return (CommandHeader){
        .kind = kind,
        .table_id = table->table_id,
        .table_name = table->name,
        .epoch = table->epoch,
        .by_key = table->layout == LAYOUT_KEY,
        .content_type = step->content_type,
    };
}

bool command_index_set(Step *step, const TableDescriptor *table, Slice *out) {
    Buf set;
    buf_init(&set, step->arena);
    index_set_encode(&set, table);
    if (set.failed) return error_out_of_memory(&step->error);
    *out = buf_view(&set);
    return true;
}

bool command_forward_item(Step *step, const TableDescriptor *table, CallMode mode, const ItemCommand *command) {
    Buf name, message;
    buf_init(&name, step->arena);
    buf_init(&message, step->arena);
    key_object_name(&name, table, &command->key);
    command_encode_item(&message, command);
    if (name.failed || message.failed) return error_out_of_memory(&step->error);
    step_forward(step, ROLE_PARTITION, mode, buf_view(&name), buf_view(&message));
    return true;
}
