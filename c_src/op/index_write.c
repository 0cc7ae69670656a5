#include "op/index_write.h"

#include "base/canary.h"
#include "op/execute.h"
#include "op/index_entry.h"
#include "store/entries.h"

bool index_local_key(Arena *arena, const CommandHeader *header, uint32_t index_id, Slice full_key,
                     size_t partition_len, Slice *out, Error *error) {
    Buf key;
    buf_init(&key, arena);
    buf_u8(&key, (uint8_t)index_id); // local indexes are there from the table's creation on: their ids are small
    buf_bytes(&key, storage_key(header, full_key, partition_len));
    if (key.failed) return error_out_of_memory(error);
    *out = buf_view(&key);
    return true;
}

static bool local_entry_key(Step *step, const IndexWrites *writes, const IndexDescriptor *index,
                            const CommandHeader *header, const ItemKey *base, const IndexEntry *entry, Slice *out) {
    ItemKey key;
    return index_full_key(step->arena, writes->set->seed, index, entry, base, &key, &step->error)
        && index_local_key(step->arena, header, index->id, key.full_key, key.partition_len, out, &step->error);
}

// The entry holds keys only, so it changes only with them.
static bool update_local(Step *step, const IndexWrites *writes, const IndexDescriptor *index,
                         const CommandHeader *header, const ItemKey *base, const IndexEntry entries[2]) {
    bool stays = entries[0].present && entries[1].present && slice_equal(entries[0].key, entries[1].key);
    Slice key;
    if (stays) return true;
    if (entries[0].present) {
        if (!local_entry_key(step, writes, index, header, base, &entries[0], &key)) return false;
        if (!CANARY(CANARY_FORGETS_LOCAL_ENTRY) && !entries_delete(step, key)) return false;
    }
    if (!entries[1].present) return true;
    return local_entry_key(step, writes, index, header, base, &entries[1], &key)
        && entries_put(step, key, storage_key(header, base->full_key, base->partition_len));
}

static bool add_effect(Step *step, IndexWrites *writes, const Effect *effect) {
    if (writes->effect_count == writes->effect_cap) {
        size_t cap = writes->effect_cap == 0 ? 1 : 2 * writes->effect_cap;
        Effect *grown = arena_grow(step->arena, writes->effects, writes->effect_cap * sizeof *grown,
                                   cap * sizeof *grown);
        if (grown == NULL) return error_out_of_memory(&step->error);
        writes->effects = grown;
        writes->effect_cap = cap;
    }
    writes->effects[writes->effect_count++] = *effect;
    return true;
}

bool index_writes_add(Step *step, IndexWrites *writes, const CommandHeader *header, const ItemKey *key, Slice old_item,
                      Slice new_item, uint64_t version, WriteResult *written) {
    const IndexSet *set = writes->set;
    bool is_wanted = false;
    if (set->count == 0) return true;
    written->indexes = ARENA_ARRAY(step->arena, IndexCapacity, set->count);
    if (written->indexes == NULL) return error_out_of_memory(&step->error);
    for (size_t i = 0; i < set->count; i++) {
        const IndexDescriptor *index = &set->indexes[i];
        bool want_projected = index->is_global || writes->count_arms;
        IndexEntry entries[2];
        if (!index_entry(step->arena, set, index, old_item, want_projected, &entries[0], &step->error)
            || !index_entry(step->arena, set, index, new_item, want_projected, &entries[1], &step->error)) {
            return false;
        }
        if (index->is_global) is_wanted |= index_entry_changed(&entries[0], &entries[1]);
        else if (!update_local(step, writes, index, header, key, entries)) return false;
        uint64_t half_units = writes->count_arms ? index_write_capacity(&entries[0], &entries[1]) : 0;
        if (half_units == 0) continue;
        written->indexes[written->index_count++] = (IndexCapacity){index->name, index->is_global, half_units};
    }
    Effect effect = {key->full_key, version, old_item, new_item};
    return !is_wanted || add_effect(step, writes, &effect);
}
