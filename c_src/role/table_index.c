#include "role/table_index.h"

#include "msg/command.h"
#include "msg/control.h"
#include "msg/index_set.h"
#include "msg/names.h"
#include "msg/result.h"
#include "op/table_change.h"
#include "role/object_reply.h"
#include "role/table_index_work.h"
#include "role/table_record.h"

enum { HASH_BYTES = 8 };

static void set_state(Step *step, IndexState kind, const TableDescriptor *table, const IndexWork *work,
                      size_t calls, size_t count) {
    Buf state;
    buf_init(&state, step->arena);
    buf_u8(&state, (uint8_t)kind);
    buf_slice(&state, table->table_id);
    buf_varint(&state, work->index_id);
    buf_varint(&state, work->round);
    buf_varint(&state, calls);
    if (kind == INDEX_TARGETS) buf_varint(&state, count);
    step_set_state(step, buf_view(&state));
}

// --- Ends of a round

// The budget is used up: the next round goes on.
static StepVerdict pause(Step *step, IndexWork *work) {
    if (!index_work_save(step, work)) return finish_quietly(step, false);
    round_continue(step);
    return finish_quietly(step, true);
}

// Nothing moved: the next round tries again some time later.
static StepVerdict give_up(Step *step, IndexWork *work) {
    if (!index_work_save(step, work)) return finish_quietly(step, false);
    round_back_off(step, work->attempts - 1);
    return finish_quietly(step, true);
}

static IndexDescriptor *find_created(TableDescriptor *table) {
    const IndexDescriptor *index = table_changing_index(table);
    if (table->status == TABLE_DELETING || index == NULL || index->status != TABLE_CREATING) return NULL;
    return &table->indexes[index - table->indexes];
}

// Every partition is in. Gateways ask for the description again before they refuse an index, so its epoch
// stays.
static StepVerdict complete(Step *step, TableDescriptor *table) {
    IndexDescriptor *index = find_created(table);
    index->status = TABLE_ACTIVE;
    index->backfilling = false;
    if (!table_save(step, table) || !index_work_delete(step)) return finish_quietly(step, false);
    step_set_alarm(step, 0);
    return finish_quietly(step, true);
}

// --- Calls

static void call_target(Step *step, const TableDescriptor *table, const IndexWork *work,
                        const IndexTarget *target) {
    CommandHeader header = {
        .kind = target->adopted ? COMMAND_BACKFILL : COMMAND_ADOPT,
        .table_id = table->table_id,
        .table_name = table->name,
        .epoch = table->epoch,
        .by_key = table->layout == LAYOUT_KEY,
    };
    Buf message;
    buf_init(&message, step->arena);
    if (target->adopted) {
        BackfillCommand backfill = {header, work->index_id, target->from, BACKFILL_ITEMS_MAX};
        command_encode_backfill(&message, &backfill);
    } else {
        Buf index_set;
        buf_init(&index_set, step->arena);
        index_set_encode(&index_set, table);
        AdoptCommand adopt = {header, buf_view(&index_set)};
        command_encode_adopt(&message, &adopt);
    }
    step_call(step, ROLE_PARTITION, CALL_WRITE, target->name, buf_view(&message));
}

// Of `room` calls, those to the first targets, few of which are busy with items at once: what clients ask in the
// meantime waits behind them.
static size_t targets_to_call(const IndexWork *work, size_t room) {
    size_t backfills = 0;
    size_t count = 0;
    for (; count < work->target_count && count < room; count++) {
        if (work->targets[count].adopted && ++backfills > BACKFILLS_AT_ONCE) break;
    }
    return count;
}

static StepVerdict call_targets(Step *step, const TableDescriptor *table, IndexWork *work, size_t calls) {
    size_t count = targets_to_call(work, ROUND_CALLS_MAX - calls);
    if (!index_work_save(step, work)) return finish_quietly(step, false);
    round_begin(step, work->attempts);
    for (size_t i = 0; i < count; i++) call_target(step, table, work, &work->targets[i]);
    set_state(step, INDEX_TARGETS, table, work, calls + count, count);
    return finish_quietly(step, true);
}

// The shard adopts the epoch and lists its next keys.
static StepVerdict call_shard(Step *step, const TableDescriptor *table, IndexWork *work, size_t calls) {
    if (!index_work_save(step, work)) return finish_quietly(step, false);
    round_begin(step, work->attempts);
    Buf message;
    buf_init(&message, step->arena);
    control_begin(&message, CONTROL_DIRECTORY_ADOPT);
    buf_slice(&message, table->table_id);
    buf_slice(&message, table->name);
    buf_varint(&message, table->epoch);
    buf_slice(&message, work->cursor);
    buf_varint(&message, ROUND_CALLS_MAX);
    step_call(step, ROLE_DIRECTORY, CALL_WRITE, work->shard, buf_view(&message));
    set_state(step, INDEX_KEYS, table, work, calls + 1, 0);
    return finish_quietly(step, true);
}

// --- The walk over all partitions

// Layout hash: the next registered slots become the targets; none when all have been.
static bool take_slots(Step *step, const TableDescriptor *table, IndexWork *work) {
    StoreRow *rows;
    if (!object_list(step, table, 0, work->cursor, ROUND_CALLS_MAX, &rows, &work->target_count)) return false;
    for (size_t i = 0; i < work->target_count; i++) work->targets[i] = (IndexTarget){.name = rows[i].key};
    if (work->target_count != 0) work->cursor = rows[work->target_count - 1].key;
    return true;
}

// Layout key: the next registered shard, from its first key on; in_shard stays false when there is none.
static bool take_shard(Step *step, const TableDescriptor *table, IndexWork *work) {
    StoreRow *rows;
    size_t count;
    if (!object_list(step, table, 0, work->shard, 1, &rows, &count)) return false;
    work->in_shard = count != 0;
    work->cursor = (Slice){NULL, 0};
    if (count != 0) work->shard = rows[0].key;
    return true;
}

static StepVerdict advance(Step *step, TableDescriptor *table, IndexWork *work, size_t calls) {
    bool by_key = table->layout == LAYOUT_KEY;
    if (work->target_count == 0) {
        bool taken = true;
        if (!by_key) taken = take_slots(step, table, work);
        if (by_key && !work->in_shard) taken = take_shard(step, table, work);
        if (!taken) return finish_quietly(step, false);
        if (by_key ? !work->in_shard : work->target_count == 0) return complete(step, table);
    }
    if (calls >= ROUND_CALLS_MAX) return pause(step, work);
    if (work->target_count == 0) return call_shard(step, table, work, calls);
    return call_targets(step, table, work, calls);
}

// --- Answers

static StepVerdict keys_listed(Step *step, TableDescriptor *table, IndexWork *work, size_t calls) {
    Slice payload;
    ResultStatus status;
    if (!answer_payload(step, 0, &payload, &status)) return give_up(step, work);
    Reader keys = reader_of(payload);
    uint64_t count = reader_varint(&keys);
    if (count > ROUND_CALLS_MAX) keys.failed = true;
    for (uint64_t i = 0; i < count && !keys.failed; i++) {
        Slice key = reader_slice(&keys);
        if (key.len <= HASH_BYTES) keys.failed = true;
        if (keys.failed) break;
        Buf name;
        buf_init(&name, step->arena);
        // In layout key the name depends on the key alone, not on its hash.
        name_partition(&name, table, slice_sub(key, HASH_BYTES, key.len), 0);
        work->targets[work->target_count++] = (IndexTarget){.name = buf_view(&name)};
        work->cursor = key;
    }
    work->in_shard = reader_u8(&keys) != 0;
    if (keys.failed) {
        error_corrupt(&step->error, "malformed list of keys");
        return finish_quietly(step, false);
    }
    work->attempts = 0;
    return advance(step, table, work, calls);
}

// What one partition has answered; true when that is a step forward. *done: it has no more items.
static bool take_answer(Step *step, size_t index, IndexTarget *target, bool *done) {
    Slice payload;
    ResultStatus status;
    *done = false;
    if (!answer_payload(step, index, &payload, &status)) {
        // It has met a newer epoch than the one it was told, or is not the same any more: it is told again.
        if (status == RESULT_STALE) target->adopted = false;
        return false;
    }
    if (!target->adopted) {
        target->adopted = true;
        return true;
    }
    Reader reader = reader_of(payload);
    BackfillResult result;
    if (!backfill_result_decode(&reader, &result)) return false;
    *done = result.done;
    target->from = result.next;
    return true;
}

static StepVerdict targets_answered(Step *step, TableDescriptor *table, IndexWork *work, size_t calls,
                                    Reader *state) {
    uint64_t count = reader_varint(state);
    size_t kept = 0;
    bool moved = false;
    for (size_t i = 0; i < work->target_count; i++) {
        bool done = false;
        if (i < count && take_answer(step, i, &work->targets[i], &done)) moved = true;
        if (!done) work->targets[kept++] = work->targets[i];
    }
    work->target_count = kept;
    if (!moved) return give_up(step, work);
    work->attempts = 0;
    return advance(step, table, work, calls);
}

// --- The role's entries

StepVerdict table_index_build(Step *step, TableDescriptor *table) {
    IndexDescriptor *index = find_created(table);
    IndexWork work;
    if (!index_work_load(step, &work)) return finish_quietly(step, false);
    if (!index->backfilling) {
        index->backfilling = true;
        if (!table_save(step, table)) return finish_quietly(step, false);
    }
    if (work.index_id != index->id) work = (IndexWork){.index_id = index->id}; // its first round
    work.attempts++;
    return advance(step, table, &work, 0);
}

StepVerdict table_index_resume(Step *step, IndexState kind, Reader *state) {
    Slice table_id = reader_slice(state);
    uint64_t index_id = reader_varint(state);
    uint64_t round = reader_varint(state);
    size_t calls = (size_t)reader_varint(state);
    TableDescriptor table;
    IndexWork work;
    bool found;
    if (!table_load(step, &table, &found) || !index_work_load(step, &work))
        return finish_quietly(step, false);
    bool is_ours = found && slice_equal(table.table_id, table_id);
    const IndexDescriptor *index = is_ours ? find_created(&table) : NULL;
    bool is_built = index != NULL && index->id == index_id && work.index_id == index_id;
    // Another round goes on with it, or the index is going by now, or gone: the next one counts its rounds anew.
    if (!is_built || work.round != round) return finish_quietly(step, false);
    return kind == INDEX_KEYS ? keys_listed(step, &table, &work, calls)
                              : targets_answered(step, &table, &work, calls, state);
}
