#include "base/canary.h"
#include "data/item_codec.h"
#include "expr/evaluate.h"
#include "op/execute.h"

static bool get_entry(Step *step, const BatchCommand *command, const BatchEntry *entry, const StoredItem *stored,
                      uint64_t *bytes_left, BatchGetEntry *out) {
    *out = (BatchGetEntry){
        .position = entry->position, .processed = true, .found = stored->found, .bytes = stored->item_bytes,
    };
    if (!stored->found) return true;
    Slice item;
    if (!item_project(step, command->projection, stored->item, &item)) return false;
    Buf json;
    buf_init(&json, step->arena);
    item_to_json(&json, item);
    out->item_json = buf_view(&json);
    uint64_t taken = batch_get_entry_reply_bytes(out);
    if (taken > *bytes_left) *out = (BatchGetEntry){.position = entry->position};
    else *bytes_left -= taken;
    return true;
}

// A command's entries from `first` on, read together: small ones several in one statement.
static bool get_entries(Step *step, const BatchCommand *command, size_t first, size_t count, uint64_t *bytes_left,
                        Buf *out) {
    Slice keys[ITEMS_AT_ONCE];
    StoredItem stored[ITEMS_AT_ONCE];
    for (size_t i = 0; i < count; i++) {
        const ItemKey *key = &command->entries[first + i].key;
        keys[i] = storage_key(&command->header, key->full_key, key->partition_len);
    }
    if (!items_get_small(step, keys, count, stored)) return false;
    for (size_t i = 0; i < count; i++) {
        BatchGetEntry entry;
        if (!get_entry(step, command, &command->entries[first + i], &stored[i], bytes_left, &entry)) return false;
        batch_get_entry_encode(out, &entry);
    }
    return true;
}

bool batch_get(Step *step, const BatchCommand *command, bool all_small, Buf *payload) {
    size_t at_once = all_small ? ITEMS_AT_ONCE : 1;
    uint64_t bytes_left = command->bytes_max;
    Arena replies;
    Buf out;
    bool ok = true;
    // In an arena of their own, so that what reading a large item takes is given back before the next.
    arena_init(&replies, step->arena->bytes_max);
    buf_init(&out, &replies);
    buf_varint(&out, command->entry_count);
    for (size_t i = 0; ok && i < command->entry_count; i += at_once) {
        ArenaMark mark = arena_mark(step->arena);
        size_t left = command->entry_count - i;
        ok = get_entries(step, command, i, left < at_once ? left : at_once, &bytes_left, &out);
        if (ok) arena_rewind(step->arena, mark); // otherwise the error's text lies behind it
    }
    buf_reserve(payload, out.len);
    buf_bytes(payload, buf_view(&out));
    if (replies.failed) ok = error_out_of_memory(&step->error);
    arena_free(&replies);
    return ok;
}

// A put of a small item into a space that has small ones alone may go without a look at what is there.
static bool overwrites(const BatchEntry *entry, bool all_small, const IndexWrites *writes) {
    return all_small && entry->item.len != 0 && entry->item.len <= ITEM_BLOB_SMALL_BYTES_MAX
        && writes->set->count == 0 && !writes->count_arms;
}

static bool write_entry(Step *step, const BatchCommand *command, const BatchEntry *entry, bool all_small,
                        uint64_t (*next_version)(void *), void *clock, IndexWrites *writes, WriteResult *written) {
    Slice key = storage_key(&command->header, entry->key.full_key, entry->key.partition_len);
    if (overwrites(entry, all_small, writes)) {
        return items_overwrite(step, key, entry->item, (size_t)written->new_bytes, next_version(clock));
    }
    StoredItem old;
    if (!items_get(step, key, &old)) return false;
    written->old_bytes = old.item_bytes;
    if (slice_equal(old.item, entry->item)) return true;
    uint64_t version = next_version(clock);
    bool done = entry->item.len == 0
        ? items_delete(step, key, &old)
        : items_put(step, key, &old, entry->item, (size_t)written->new_bytes, version);
    return done
        && index_writes_add(step, writes, &command->header, &entry->key, old.item, entry->item, version, written);
}

bool batch_write(Step *step, const BatchCommand *command, bool all_small, uint64_t (*next_version)(void *),
                 void *clock, IndexWrites *writes, Buf *payload) {
    buf_varint(payload, command->entry_count);
    for (size_t i = 0; i < command->entry_count; i++) {
        const BatchEntry *entry = &command->entries[i];
        ArenaMark mark = arena_mark(step->arena);
        WriteResult written = {.new_bytes = item_size(entry->item)};
        bool skips = CANARY(CANARY_SKIPS_BATCH_ENTRY) && i > 0;
        bool done = skips || write_entry(step, command, entry, all_small, next_version, clock, writes, &written);
        if (!done) return false;
        // Without indexes nothing of it is kept, and it may be a megabyte.
        if (writes->set->count == 0) arena_rewind(step->arena, mark);
        buf_varint(payload, entry->position);
        write_result_encode(payload, &written);
    }
    return true;
}

static bool apply_entry(Step *step, const ApplyCommand *command, const ApplyEntry *entry, bool *wrote) {
    Slice key = storage_key(&command->header, entry->key.full_key, entry->key.partition_len);
    bool is_small = entry->item.len != 0 && entry->item.len <= ITEM_BLOB_SMALL_BYTES_MAX;
    if (is_small && !CANARY(CANARY_IGNORES_ENTRY_VERSION)) {
        bool done;
        if (!items_put_newer(step, key, entry->item, item_size(entry->item), entry->version, &done)) return false;
        if (done) return *wrote = true;
    }
    StoredItem old;
    if (!items_get(step, key, &old)) return false;
    bool is_old = entry->version <= old.version; // delivered before, or overtaken
    if (is_old && !CANARY(CANARY_IGNORES_ENTRY_VERSION)) return true;
    *wrote = true;
    if (entry->item.len == 0 && CANARY(CANARY_DROPS_MARKS_EARLY)) return items_delete(step, key, &old);
    if (entry->item.len == 0) {
        // Where nothing older may come any more, nobody need be asked about it.
        bool is_settled = command->settled != 0 && old.version <= command->settled;
        return items_mark(step, key, &old, entry->version, is_settled ? (Slice){NULL, 0} : command->source);
    }
    return items_put(step, key, &old, entry->item, item_size(entry->item), entry->version);
}

bool index_apply(Step *step, const ApplyCommand *command, bool *wrote) {
    *wrote = false;
    for (size_t i = 0; i < command->entry_count; i++) {
        if (!apply_entry(step, command, &command->entries[i], wrote)) return false;
    }
    return true;
}
