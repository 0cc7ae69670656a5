#include "op/index_size.h"

#include "op/index_entry.h"
#include "store/items.h"

enum {
    WALK_ROWS = 250,
    STORED_KEY_BYTES_MAX = 8 + 2 * (PARTITION_KEY_BYTES_MAX + 2) + 2 * (SORT_KEY_BYTES_MAX + 2), // all escapes
};

static bool add_item(Step *step, const IndexSet *set, Slice item, LocalSizes *out) {
    for (size_t i = 0; i < set->count; i++) {
        const IndexDescriptor *index = &set->indexes[i];
        IndexEntry entry;
        if (index->is_global) continue;
        if (!index_entry(step->arena, set, index, item, true, &entry, &step->error)) return false;
        LocalSize *size = local_sizes_at(out, index->id);
        if (size == NULL) return error_corrupt(&step->error, "too many local indexes");
        size->item_count += entry.present;
        size->bytes += entry.bytes;
    }
    return true;
}

static bool add_items(Step *step, const IndexSet *set, Slice values, LocalSizes *out) {
    StoredItem stored;
    while (items_next(step, &values, &stored)) {
        ArenaMark mark = arena_mark(step->arena);
        if (!add_item(step, set, stored.item, out)) return false;
        arena_rewind(step->arena, mark);
    }
    return step->error.kind == ERROR_NONE;
}

bool index_local_sizes(Step *step, const IndexSet *set, LocalSizes *out) {
    *out = (LocalSizes){.count = 0};
    for (size_t i = 0; i < set->count; i++) {
        if (!set->indexes[i].is_global && local_sizes_at(out, set->indexes[i].id) == NULL) {
            return error_corrupt(&step->error, "too many local indexes");
        }
    }
    if (out->count == 0) return true;
    uint8_t *lower = arena_alloc(step->arena, STORED_KEY_BYTES_MAX + 1);
    size_t lower_len = 0;
    if (lower == NULL) return error_out_of_memory(&step->error);
    for (;;) {
        ArenaMark mark = arena_mark(step->arena);
        ItemsChunk chunk;
        Slice from = slice_of(lower, lower_len);
        if (!items_range(step, from, (Slice){NULL, 0}, false, WALK_ROWS, &chunk)) return false;
        if (chunk.count == 0) return true;
        if (!add_items(step, set, chunk.values, out)) return false;
        if (chunk.last_key.len > STORED_KEY_BYTES_MAX) return error_corrupt(&step->error, "overlong key");
        memcpy(lower, chunk.last_key.data, chunk.last_key.len);
        lower[chunk.last_key.len] = 0; // the least key behind it
        lower_len = chunk.last_key.len + 1;
        arena_rewind(step->arena, mark);
    }
}
