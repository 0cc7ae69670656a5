#include "base/canary.h"
#include "data/item_codec.h"
#include "expr/evaluate.h"
#include "op/execute.h"

static bool get_entry(Step *step, const BatchCommand *command, const BatchEntry *entry, uint64_t *bytes_left,
                      BatchGetEntry *out) {
    *out = (BatchGetEntry){.position = entry->position};
    StoredItem stored;
    Slice key = storage_key(&command->header, entry->key.full_key, entry->key.partition_len);
    if (!items_get(step, key, &stored)) return false;
    if (stored.item_bytes > *bytes_left) return true;
    *bytes_left -= stored.item_bytes;
    out->processed = true;
    out->found = stored.found;
    out->bytes = stored.item_bytes;
    if (!stored.found) return true;
    Slice item = stored.item;
    Buf projected;
    buf_init(&projected, step->arena);
    if (command->projection.len != 0) {
        if (!projection_apply(command->projection, item, step->arena, &projected, &step->error)) return false;
        item = buf_view(&projected);
    }
    Buf json;
    buf_init(&json, step->arena);
    item_to_json(&json, item);
    out->item_json = buf_view(&json);
    return true;
}

bool batch_get(Step *step, const BatchCommand *command, Buf *payload) {
    uint64_t bytes_left = command->bytes_max;
    buf_varint(payload, command->entry_count);
    for (size_t i = 0; i < command->entry_count; i++) {
        BatchGetEntry entry;
        if (!get_entry(step, command, &command->entries[i], &bytes_left, &entry)) return false;
        batch_get_entry_encode(payload, &entry);
    }
    return true;
}

bool batch_write(Step *step, const BatchCommand *command, uint64_t (*next_version)(void *), void *clock,
                 IndexWrites *writes, Buf *payload) {
    buf_varint(payload, command->entry_count);
    for (size_t i = 0; i < command->entry_count; i++) {
        const BatchEntry *entry = &command->entries[i];
        Slice key = storage_key(&command->header, entry->key.full_key, entry->key.partition_len);
        StoredItem old;
        if (!items_get(step, key, &old)) return false;
        WriteResult written = {.old_bytes = old.item_bytes, .new_bytes = item_size(entry->item)};
        bool skips = CANARY(CANARY_SKIPS_BATCH_ENTRY) && i > 0;
        if (!skips && !slice_equal(old.item, entry->item)) {
            uint64_t version = next_version(clock);
            bool done = entry->item.len == 0
                ? items_delete(step, key, &old)
                : items_put(step, key, &old, entry->item, (size_t)written.new_bytes, version);
            if (!done || !index_writes_add(step, writes, &command->header, &entry->key, old.item, entry->item, version,
                                           &written)) {
                return false;
            }
        }
        buf_varint(payload, entry->position);
        write_result_encode(payload, &written);
    }
    return true;
}

static bool apply_entry(Step *step, const ApplyCommand *command, const ApplyEntry *entry, bool *wrote) {
    Slice key = storage_key(&command->header, entry->key.full_key, entry->key.partition_len);
    StoredItem old;
    if (!items_get(step, key, &old)) return false;
    if (entry->version <= old.version) return true; // delivered before, or overtaken
    *wrote = true;
    if (entry->item.len == 0) return items_mark(step, key, &old, entry->version);
    return items_put(step, key, &old, entry->item, item_size(entry->item), entry->version);
}

bool index_apply(Step *step, const ApplyCommand *command, bool *wrote) {
    *wrote = false;
    for (size_t i = 0; i < command->entry_count; i++) {
        if (!apply_entry(step, command, &command->entries[i], wrote)) return false;
    }
    return true;
}
