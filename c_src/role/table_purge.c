#include "role/table_purge.h"

#include "msg/command.h"
#include "msg/control.h"
#include "msg/names.h"
#include "op/table_change.h"
#include "role/object_reply.h"
#include "role/table_index_work.h"
#include "role/table_record.h"
#include "role/table_round.h"
#include "store/store.h"

enum { HASH_BYTES = 8 };

static Buf begin_state(Step *step, PurgeState kind, Slice table_id) {
    Buf state;
    buf_init(&state, step->arena);
    buf_u8(&state, (uint8_t)kind);
    buf_slice(&state, table_id);
    return state;
}

// The id of the space that an object belongs to: the table's own, or one of its indexes'.
static Slice space_of(const TableDescriptor *table, Slice object_name) {
    ObjectIdentity object;
    return name_parse(object_name, &object) ? object.table : table->table_id;
}

static void call_fence(Step *step, const TableDescriptor *table, Slice object_name) {
    CommandHeader header = {
        .kind = COMMAND_FENCE,
        .table_id = space_of(table, object_name),
        .table_name = table->name,
        .epoch = table->epoch,
        .by_key = table->layout == LAYOUT_KEY,
    };
    Buf message;
    buf_init(&message, step->arena);
    command_encode_header(&message, &header);
    step_call(step, ROLE_PARTITION, CALL_WRITE, object_name, buf_view(&message));
}

// --- Ends of a round

static StepVerdict next_round(Step *step) {
    uint64_t attempts;
    if (!attempts_load(step, &attempts)) return finish_quietly(step, false);
    if (attempts != 0 && !attempts_save(step, 0)) return finish_quietly(step, false);
    round_continue(step);
    return finish_quietly(step, true);
}

static StepVerdict back_off(Step *step) {
    uint64_t attempts;
    if (!attempts_load(step, &attempts)) return finish_quietly(step, false);
    if (!attempts_save(step, attempts + 1)) return finish_quietly(step, false);
    round_back_off(step, attempts);
    return finish_quietly(step, true);
}

// --- A round's first step

static StepVerdict fence_slots(Step *step, const TableDescriptor *table, const StoreRow *rows, size_t count) {
    Buf state = begin_state(step, PURGE_SLOTS, table->table_id);
    buf_varint(&state, count);
    for (size_t i = 0; i < count; i++) {
        buf_slice(&state, rows[i].key);
        call_fence(step, table, rows[i].key);
    }
    step_set_state(step, buf_view(&state));
    return finish_quietly(step, true);
}

static StepVerdict fence_shard(Step *step, const TableDescriptor *table, Slice shard_name) {
    Buf message;
    buf_init(&message, step->arena);
    control_begin(&message, CONTROL_DIRECTORY_FENCE);
    buf_slice(&message, space_of(table, shard_name));
    buf_varint(&message, ROUND_CALLS_MAX);
    step_call(step, ROLE_DIRECTORY, CALL_WRITE, shard_name, buf_view(&message));
    Buf state = begin_state(step, PURGE_LIST, table->table_id);
    buf_slice(&state, shard_name);
    step_set_state(step, buf_view(&state));
    return finish_quietly(step, true);
}

static StepVerdict clear_catalog(Step *step, const TableDescriptor *table) {
    Buf message;
    buf_init(&message, step->arena);
    control_begin(&message, CONTROL_CATALOG_REMOVE);
    buf_slice(&message, table->name);
    buf_slice(&message, table->table_id);
    step_call(step, ROLE_CATALOG, CALL_WRITE, name_catalog(), buf_view(&message));
    Buf state = begin_state(step, PURGE_CATALOG, table->table_id);
    step_set_state(step, buf_view(&state));
    return finish_quietly(step, true);
}

// Nothing is left of the index: it goes out of the description.
static StepVerdict drop_index(Step *step, TableDescriptor *table, uint32_t index_id) {
    table_drop_index(table, index_id);
    if (!table_save(step, table) || !index_work_delete(step) || !attempts_save(step, 0)) {
        return finish_quietly(step, false);
    }
    step_set_alarm(step, 0);
    return finish_quietly(step, true);
}

StepVerdict table_purge(Step *step, TableDescriptor *table) {
    const IndexDescriptor *index = table->status == TABLE_DELETING ? NULL : table_changing_index(table);
    StoreRow *rows;
    size_t count;
    const Slice open = {NULL, 0};
    bool listed = index == NULL
                      ? store_list(step, SPACE_OBJECTS, open, open, ROUND_CALLS_MAX, &rows, &count)
                      : object_list(step, table, index->id, open, ROUND_CALLS_MAX, &rows, &count);
    if (!listed) return finish_quietly(step, false);
    if (count == 0 && index != NULL) return drop_index(step, table, index->id);
    round_begin(step, 0);
    if (count == 0) return clear_catalog(step, table);
    if (table->layout == LAYOUT_KEY) return fence_shard(step, table, rows[0].key);
    return fence_slots(step, table, rows, count);
}

// --- Its further steps

static StepVerdict slots_fenced(Step *step, Reader *state) {
    uint64_t count = reader_varint(state);
    bool all_fenced = true;
    for (size_t i = 0; i < count && !state->failed; i++) {
        Slice name = reader_slice(state);
        Slice payload;
        ResultStatus status;
        if (!answer_payload(step, i, &payload, &status)) {
            all_fenced = false;
        } else if (!store_delete(step, SPACE_OBJECTS, name)) {
            return finish_quietly(step, false);
        }
    }
    return all_fenced ? next_round(step) : back_off(step);
}

static StepVerdict keys_listed(Step *step, const TableDescriptor *table, Reader *state) {
    Slice shard_name = reader_slice(state);
    Slice payload;
    ResultStatus status;
    if (!answer_payload(step, 0, &payload, &status)) return back_off(step);
    Reader keys = reader_of(payload);
    uint64_t count = reader_varint(&keys);
    if (count == 0) {
        if (!store_delete(step, SPACE_OBJECTS, shard_name)) return finish_quietly(step, false);
        return next_round(step);
    }
    TableDescriptor space = *table; // as name_partition wants it: with the space's id
    space.table_id = space_of(table, shard_name);
    Buf next = begin_state(step, PURGE_PARTITIONS, table->table_id);
    buf_slice(&next, shard_name);
    buf_varint(&next, count);
    for (uint64_t i = 0; i < count; i++) {
        Slice key = reader_slice(&keys);
        if (keys.failed || key.len <= HASH_BYTES) return back_off(step);
        buf_slice(&next, key);
        Buf name;
        buf_init(&name, step->arena);
        // In layout key the name depends on the key alone, not on its hash.
        name_partition(&name, &space, slice_sub(key, HASH_BYTES, key.len), 0);
        call_fence(step, table, buf_view(&name));
    }
    step_set_state(step, buf_view(&next));
    return finish_quietly(step, false);
}

static StepVerdict partitions_fenced(Step *step, const TableDescriptor *table, Reader *state) {
    Slice shard_name = reader_slice(state);
    uint64_t count = reader_varint(state);
    uint64_t fenced = 0;
    Buf keys;
    buf_init(&keys, step->arena);
    for (size_t i = 0; i < count && !state->failed; i++) {
        Slice key = reader_slice(state);
        Slice payload;
        ResultStatus status;
        if (!answer_payload(step, i, &payload, &status)) continue;
        buf_slice(&keys, key);
        fenced++;
    }
    if (fenced == 0) return back_off(step);
    Buf message;
    buf_init(&message, step->arena);
    control_begin(&message, CONTROL_DIRECTORY_FORGET);
    buf_slice(&message, space_of(table, shard_name));
    buf_varint(&message, fenced);
    buf_bytes(&message, buf_view(&keys));
    step_call(step, ROLE_DIRECTORY, CALL_WRITE, shard_name, buf_view(&message));
    Buf next = begin_state(step, PURGE_FORGET, table->table_id);
    buf_u8(&next, fenced == count);
    step_set_state(step, buf_view(&next));
    return finish_quietly(step, false);
}

static StepVerdict keys_forgotten(Step *step, Reader *state) {
    bool all_fenced = reader_u8(state) != 0;
    Slice payload;
    ResultStatus status;
    return answer_payload(step, 0, &payload, &status) && all_fenced ? next_round(step) : back_off(step);
}

static StepVerdict catalog_cleared(Step *step) {
    Slice payload;
    ResultStatus status;
    if (!answer_payload(step, 0, &payload, &status)) return back_off(step);
    return finish_quietly(step, table_erase(step));
}

StepVerdict table_purge_resume(Step *step, PurgeState kind, Reader *state) {
    Slice table_id = reader_slice(state);
    TableDescriptor table;
    bool found;
    if (!table_load(step, &table, &found)) return finish_quietly(step, false);
    if (!found || !slice_equal(table.table_id, table_id)) return finish_quietly(step, false);
    const IndexDescriptor *index = table_changing_index(&table);
    bool goes_on = table.status == TABLE_DELETING || (index != NULL && index->status == TABLE_DELETING);
    // Another round has ended the deletion meanwhile.
    if (!goes_on) return finish_quietly(step, false);
    switch (kind) {
    case PURGE_SLOTS: return slots_fenced(step, state);
    case PURGE_LIST: return keys_listed(step, &table, state);
    case PURGE_PARTITIONS: return partitions_fenced(step, &table, state);
    case PURGE_FORGET: return keys_forgotten(step, state);
    case PURGE_CATALOG: return catalog_cleared(step);
    }
    return finish_quietly(step, false);
}
