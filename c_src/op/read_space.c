#include "op/read_space.h"

#include "data/key_codec.h"
#include "msg/names.h"
#include "op/index_entry.h"
#include "op/item_key.h"

bool read_space(Step *step, const TableDescriptor *table, const IndexDescriptor *index, ReadSpace *out) {
    *out = (ReadSpace){.table = *table};
    if (index == NULL) return true;
    out->index = *index;
    if (!index->is_global) return true;
    Buf id;
    buf_init(&id, step->arena);
    name_index_space(&id, table->table_id, index->id);
    if (id.failed) return error_out_of_memory(&step->error);
    out->table.table_id = buf_view(&id);
    return true;
}

const KeySchema *read_space_keys(const ReadSpace *space) {
    return space->index.id == 0 ? &space->table.keys : &space->index.keys;
}

bool read_space_key(Step *step, const ReadSpace *space, Slice item, ItemKey *out) {
    IndexSet set = {.table_keys = space->table.keys};
    memcpy(set.seed, space->table.seed, sizeof set.seed);
    ItemKey base;
    IndexEntry entry;
    if (!index_base_key(step->arena, &set, item, &base, &step->error)) return false;
    if (space->index.id == 0) {
        *out = base;
        return true;
    }
    if (!index_entry(step->arena, &set, &space->index, item, false, &entry, &step->error)) return false;
    if (!entry.present) {
        return error_validation(&step->error, step->arena, "The provided starting key is invalid");
    }
    return index_full_key(step->arena, set.seed, &space->index, &entry, &base, out, &step->error);
}

bool read_space_partition(Step *step, const ReadSpace *space, const Slice *hash_values, ItemKey *out) {
    Buf parts, key;
    buf_init(&parts, step->arena);
    buf_init(&key, step->arena);
    for (size_t i = 0; i < read_space_keys(space)->hash_count; i++) key_append_value(&parts, hash_values[i]);
    key_append_hash(&key, space->table.seed, buf_view(&parts));
    buf_bytes(&key, buf_view(&parts));
    if (parts.failed || key.failed) return error_out_of_memory(&step->error);
    *out = (ItemKey){buf_view(&key), key.len};
    return true;
}

static bool key_names(Step *step, const ReadSpace *space, RangeCommand *out) {
    KeyAttribute keys[READ_KEY_ATTRIBUTES_MAX];
    const IndexDescriptor *index = space->index.id == 0 ? NULL : &space->index;
    out->key_name_count = index_read_keys(&space->table.keys, index, keys);
    out->key_names = ARENA_ARRAY(step->arena, Slice, out->key_name_count);
    if (out->key_names == NULL) return error_out_of_memory(&step->error);
    for (size_t i = 0; i < out->key_name_count; i++) out->key_names[i] = keys[i].name;
    return true;
}

bool read_space_command(Step *step, const ReadSpace *space, CommandKind kind, RangeCommand *out) {
    *out = (RangeCommand){.header = command_header(step, &space->table, kind)};
    if (!key_names(step, space, out)) return false;
    if (space->index.id == 0) return true;
    out->index_name = space->index.name;
    if (space->index.is_global) return true;
    out->local_index_id = space->index.id;
    return index_projected_names(step->arena, &space->table.keys, &space->index, &out->projected,
                                 &out->projected_count, &step->error);
}
