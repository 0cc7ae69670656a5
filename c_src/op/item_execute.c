#include "base/canary.h"
#include "base/limits.h"
#include "data/item_codec.h"
#include "expr/evaluate.h"
#include "op/execute.h"
#include "op/index_entry.h"

Slice storage_key(const CommandHeader *header, Slice full_key, size_t partition_len) {
    if (!header->by_key || full_key.len == 0) return full_key;
    // All keys of the object share their partition key, so its last byte is the same for all of them; keeping it means
    // that no stored key is empty, not even in a table without sort key.
    return slice_sub(full_key, partition_len - 1, full_key.len);
}

static bool check_condition(Step *step, const ItemCommand *command, const StoredItem *old) {
    bool holds = false;
    if (!condition_evaluate(command->condition, old->item, step->arena, &holds, &step->error)) return false;
    if (holds || (CANARY(CANARY_FORGETS_RECHECK) && step->event == EVENT_RESUME)) return true;
    error_set(&step->error, step->arena, ERROR_CONDITIONAL_CHECK_FAILED, "The conditional request failed");
    if (command->return_old_on_failure) step->error.item = old->item;
    return false;
}

static bool plan_update(Step *step, const ItemCommand *command, const IndexSet *indexes, ItemPlan *plan,
                        UpdateOutcome *outcome) {
    bool want_parts = command->return_values == RETURN_VALUES_UPDATED_OLD
                   || command->return_values == RETURN_VALUES_UPDATED_NEW;
    if (!update_apply(command->update, plan->old.item, command->key_item, want_parts, step->arena, outcome,
                      &step->error)) {
        return false;
    }
    plan->new_item = outcome->new_item;
    if (plan->new_item.len == 0) return true;
    plan->new_bytes = item_size(plan->new_item);
    if (item_depth(plan->new_item) > VALUE_NESTING_MAX) {
        return error_validation(&step->error, step->arena, "Nesting Levels have exceeded supported limits");
    }
    if (!index_check_keys(step->arena, indexes, plan->old.item, plan->new_item, true, &step->error)) return false;
    if (plan->new_bytes > ITEM_SIZE_BYTES_MAX) {
        return error_validation(&step->error, step->arena,
                                "Item size to update has exceeded the maximum allowed size");
    }
    return true;
}

static Slice returned_attributes(const ItemCommand *command, const ItemPlan *plan, const UpdateOutcome *outcome) {
    switch (command->return_values) {
    case RETURN_VALUES_ALL_OLD: return plan->old.item;
    case RETURN_VALUES_ALL_NEW: return plan->new_item;
    case RETURN_VALUES_UPDATED_OLD: return outcome->updated_old;
    case RETURN_VALUES_UPDATED_NEW: return outcome->updated_new;
    case RETURN_VALUES_NONE: break;
    }
    return (Slice){NULL, 0};
}

static bool depends_on_old_item(const ItemCommand *command, const IndexSet *indexes) {
    return command->header.kind != COMMAND_PUT || command->condition.len != 0 || indexes->count != 0
        || command->return_values != RETURN_VALUES_NONE || command->return_capacity != RETURN_CAPACITY_NONE;
}

bool item_plan(Step *step, const ItemCommand *command, const IndexSet *indexes, bool all_small, ItemPlan *plan) {
    *plan = (ItemPlan){0};
    if (all_small && !depends_on_old_item(command, indexes) && command->item.len <= ITEM_BLOB_SMALL_BYTES_MAX) {
        plan->new_item = command->item;
        plan->new_bytes = item_size(command->item);
        plan->writes = plan->overwrites = true;
        return true;
    }
    Slice key = storage_key(&command->header, command->key.full_key, command->key.partition_len);
    if (!items_get(step, key, &plan->old)) return false;
    if (!check_condition(step, command, &plan->old)) return false;
    UpdateOutcome outcome = {0};
    if (command->header.kind == COMMAND_UPDATE) {
        if (!plan_update(step, command, indexes, plan, &outcome)) return false;
    } else {
        plan->new_item = command->item;
        plan->new_bytes = item_size(command->item);
    }
    // Writing the same bytes again changes nothing anybody can see, and is not billed.
    plan->writes = !slice_equal(plan->old.item, plan->new_item);
    plan->written = (WriteResult){
        .old_bytes = plan->old.item_bytes,
        .new_bytes = plan->new_bytes,
        .attributes = returned_attributes(command, plan, &outcome),
    };
    return true;
}

bool item_commit(Step *step, const ItemCommand *command, ItemPlan *plan, uint64_t version, IndexWrites *writes) {
    Slice key = storage_key(&command->header, command->key.full_key, command->key.partition_len);
    if (plan->overwrites) return items_overwrite(step, key, plan->new_item, plan->new_bytes, version);
    bool done = plan->new_item.len == 0
        ? items_delete(step, key, &plan->old)
        : items_put(step, key, &plan->old, plan->new_item, plan->new_bytes, version);
    return done && index_writes_add(step, writes, &command->header, &command->key, plan->old.item, plan->new_item,
                                    version, &plan->written);
}

bool item_project(Step *step, Slice projection, Slice item, Slice *out) {
    Buf projected;
    buf_init(&projected, step->arena);
    *out = item;
    if (projection.len == 0) return true;
    if (!projection_apply(projection, item, step->arena, &projected, &step->error)) return false;
    *out = buf_view(&projected);
    return true;
}

bool item_get(Step *step, const ItemCommand *command, Buf *body) {
    StoredItem stored;
    Slice key = storage_key(&command->header, command->key.full_key, command->key.partition_len);
    if (!items_get(step, key, &stored)) return false;
    buf_u8(body, '{');
    if (stored.found) {
        Slice item;
        if (!item_project(step, command->projection, stored.item, &item)) return false;
        buf_cstr(body, "\"Item\":");
        item_to_json(body, item);
    }
    if (command->return_capacity != RETURN_CAPACITY_NONE) {
        Capacity capacity = {
            .table_name = command->header.table_name,
            .table_half_units = capacity_read(stored.item_bytes, command->consistent),
        };
        buf_cstr(body, stored.found ? ",\"ConsumedCapacity\":" : "\"ConsumedCapacity\":");
        capacity_to_json(body, &capacity, command->return_capacity);
    }
    buf_u8(body, '}');
    return true;
}
