#include "op/index_ship.h"

#include "data/key_codec.h"
#include "msg/names.h"
#include "op/index_entry.h"

enum { HASH_BYTES = 8 };

// The group of the object that holds the key; made where it is new.
static ShipmentGroup *find_group(Step *step, Shipment *shipment, Slice space_id, const ItemKey *key) {
    TableDescriptor space = {
        .table_id = space_id,
        .layout = shipment->set->layout,
        .slots = shipment->set->slots,
    };
    Buf name;
    buf_init(&name, step->arena);
    name_partition(&name, &space, slice_sub(key->full_key, HASH_BYTES, key->partition_len),
                   key_leading_hash(key->full_key));
    if (name.failed) return NULL;
    for (size_t i = 0; i < shipment->count; i++) {
        if (slice_equal(shipment->groups[i].object, buf_view(&name))) return &shipment->groups[i];
    }
    if (shipment->count == shipment->cap) {
        size_t cap = shipment->cap == 0 ? 4 : 2 * shipment->cap;
        ShipmentGroup *grown = arena_grow(step->arena, shipment->groups, shipment->cap * sizeof *grown,
                                          cap * sizeof *grown);
        if (grown == NULL) return NULL;
        shipment->groups = grown;
        shipment->cap = cap;
    }
    ShipmentGroup *group = &shipment->groups[shipment->count++];
    *group = (ShipmentGroup){.object = buf_view(&name), .space_id = space_id};
    return group;
}

static bool add_entry(Step *step, Shipment *shipment, Slice space_id, const ApplyEntry *entry) {
    ShipmentGroup *group = find_group(step, shipment, space_id, &entry->key);
    if (group == NULL) return error_out_of_memory(&step->error);
    if (group->count == group->cap) {
        size_t cap = group->cap == 0 ? 2 : 2 * group->cap;
        ApplyEntry *grown = arena_grow(step->arena, group->entries, group->cap * sizeof *grown, cap * sizeof *grown);
        if (grown == NULL) return error_out_of_memory(&step->error);
        group->entries = grown;
        group->cap = cap;
    }
    group->entries[group->count++] = *entry;
    return true;
}

static bool space_id_of(Step *step, const Shipment *shipment, const IndexDescriptor *index, Slice *out) {
    Buf id;
    buf_init(&id, step->arena);
    name_index_space(&id, shipment->table.table_id, index->id);
    if (id.failed) return error_out_of_memory(&step->error);
    *out = buf_view(&id);
    return true;
}

static bool add_change(Step *step, Shipment *shipment, const IndexDescriptor *index, const ItemKey *base,
                       const Effect *effect) {
    const IndexSet *set = shipment->set;
    IndexEntry before, after;
    Slice space_id;
    if (!index_entry(step->arena, set, index, effect->old_image, true, &before, &step->error)
        || !index_entry(step->arena, set, index, effect->new_image, true, &after, &step->error)) {
        return false;
    }
    if (!index_entry_changed(&before, &after)) return true;
    if (!space_id_of(step, shipment, index, &space_id)) return false;
    bool leaves = before.present && !(after.present && slice_equal(before.key, after.key));
    ApplyEntry entry = {.version = effect->version};
    if (leaves) {
        if (!index_full_key(step->arena, set->seed, index, &before, base, &entry.key, &step->error)) return false;
        if (!add_entry(step, shipment, space_id, &entry)) return false;
    }
    if (!after.present) return true;
    entry.item = after.projected;
    return index_full_key(step->arena, set->seed, index, &after, base, &entry.key, &step->error)
        && add_entry(step, shipment, space_id, &entry);
}

bool shipment_add_effect(Step *step, Shipment *shipment, const Effect *effect) {
    ItemKey base = {.full_key = effect->full_key};
    for (size_t i = 0; i < shipment->set->count; i++) {
        const IndexDescriptor *index = &shipment->set->indexes[i];
        if (index->is_global && !add_change(step, shipment, index, &base, effect)) return false;
    }
    return true;
}

bool shipment_add_item(Step *step, Shipment *shipment, const IndexDescriptor *index, Slice item, uint64_t version,
                       bool *is_entry) {
    const IndexSet *set = shipment->set;
    IndexEntry found;
    ItemKey base;
    ApplyEntry entry = {.version = version};
    Slice space_id;
    if (!index_entry(step->arena, set, index, item, true, &found, &step->error)) return false;
    *is_entry = found.present;
    if (!found.present) return true;
    entry.item = found.projected;
    return index_base_key(step->arena, set, item, &base, &step->error)
        && index_full_key(step->arena, set->seed, index, &found, &base, &entry.key, &step->error)
        && space_id_of(step, shipment, index, &space_id) && add_entry(step, shipment, space_id, &entry);
}

bool shipment_send(Step *step, const Shipment *shipment, size_t from, size_t count) {
    for (size_t i = from; i < from + count; i++) {
        const ShipmentGroup *group = &shipment->groups[i];
        ApplyCommand command = {
            .header = shipment->table,
            .entries = group->entries,
            .entry_count = group->count,
            .source = step->in.identity,
            .sent_ms = step->in.now_ms,
            .settled = shipment->settled,
        };
        command.header.kind = COMMAND_INDEX_APPLY;
        command.header.table_id = group->space_id;
        Buf message;
        buf_init(&message, step->arena);
        command_encode_apply(&message, &command);
        if (message.failed) return error_out_of_memory(&step->error);
        step_call(step, ROLE_PARTITION, CALL_WRITE, group->object, buf_view(&message));
    }
    return true;
}
