// UpdateTable, applied to the current description. Texts and their order were observed on AWS
// (docs/compatibility.md).
#include "op/table_change.h"

#define INVALID "One or more parameter values were invalid: "

static const double DAY_MS = 86400000;

static bool refuse(Step *step, const char *message) {
    return error_validation(&step->error, step->arena, "%s", message);
}

static IndexDescriptor *find_global(const TableDescriptor *table, Slice name) {
    for (size_t i = 0; i < table->index_count; i++) {
        if (table->indexes[i].is_global && slice_equal(table->indexes[i].name, name))
            return &table->indexes[i];
    }
    return NULL;
}

static void merge(Throughput *units, const ThroughputChange *change) {
    if (change->read_given) units->read_units = change->to.read_units;
    if (change->write_given) units->write_units = change->to.write_units;
}

// --- Billing and throughput

static bool is_given(const ThroughputChange *change) {
    return change->read_given || change->write_given;
}

static bool sets_index_throughput(const TableUpdate *update, Slice name) {
    for (size_t i = 0; i < update->index_count; i++) {
        const IndexChange *change = &update->indexes[i];
        if (slice_equal(change->index.name, name) && is_given(&change->throughput)) return true;
    }
    return false;
}

static bool check_billing(Step *step, const TableUpdate *update, const TableDescriptor *table) {
    bool becomes_on_demand = update->billing == BILLING_PAY_PER_REQUEST ||
                             (update->billing == 0 && table->billing == BILLING_PAY_PER_REQUEST);
    if (becomes_on_demand && is_given(&update->throughput)) {
        return refuse(step, INVALID
                      "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode "
                      "is PAY_PER_REQUEST");
    }
    if (update->billing == BILLING_PROVISIONED && !is_given(&update->throughput)) {
        return refuse(step,
                      INVALID "ProvisionedThroughput must be specified when BillingMode is PROVISIONED");
    }
    if (!becomes_on_demand && is_given(&update->on_demand_max)) {
        return error_validation(&step->error, step->arena,
                                INVALID
                                "Max%sRequestUnits for OnDemandThroughput cannot be specified when the table "
                                "BillingMode is PROVISIONED",
                                update->on_demand_max.read_given ? "Read" : "Write");
    }
    if (becomes_on_demand || table->billing != BILLING_PAY_PER_REQUEST) return true;
    for (size_t i = 0; i < table->index_count; i++) {
        const IndexDescriptor *index = &table->indexes[i];
        if (!index->is_global || sets_index_throughput(update, index->name)) continue;
        return error_validation(&step->error, step->arena,
                                INVALID "ProvisionedThroughput must be specified for index: %S",
                                &index->name);
    }
    return true;
}

static bool report_unchanged(Step *step, const Throughput *units) {
    Buf message;
    buf_init(&message, step->arena);
    buf_cstr(
        &message,
        "The provisioned throughput for the table will not change. The requested value equals the current "
        "value. Current ReadCapacityUnits provisioned for the table: ");
    buf_decimal_u64(&message, units->read_units);
    buf_cstr(&message, ". Requested ReadCapacityUnits: ");
    buf_decimal_u64(&message, units->read_units);
    buf_cstr(&message, ". Current WriteCapacityUnits provisioned for the table: ");
    buf_decimal_u64(&message, units->write_units);
    buf_cstr(&message, ". Requested WriteCapacityUnits: ");
    buf_decimal_u64(&message, units->write_units);
    buf_cstr(&message,
             ". Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher "
             "limits.");
    Slice text = buf_view(&message);
    return error_validation(&step->error, step->arena, "%S", &text);
}

static void note_throughput_change(Step *step, const Throughput *old, TableDescriptor *table) {
    const Throughput *now = &table->throughput;
    double now_ms = step->in.now_ms;
    if (now->read_units > old->read_units || now->write_units > old->write_units)
        table->increased_ms = now_ms;
    if (now->read_units >= old->read_units && now->write_units >= old->write_units) return;
    bool is_same_day = (uint64_t)(table->decreased_ms / DAY_MS) == (uint64_t)(now_ms / DAY_MS);
    table->decreases = is_same_day ? table->decreases + 1 : 1;
    table->decreased_ms = now_ms;
}

static bool apply_billing(Step *step, const TableUpdate *update, TableDescriptor *table) {
    bool stays = update->billing == 0 || update->billing == table->billing;
    Throughput old = table->throughput;
    merge(&table->throughput, &update->throughput);
    bool is_same =
        old.read_units == table->throughput.read_units && old.write_units == table->throughput.write_units;
    if (stays && is_given(&update->throughput) && is_same) return report_unchanged(step, &old);
    if (stays) {
        note_throughput_change(step, &old, table);
    } else if (update->billing == BILLING_PAY_PER_REQUEST) {
        table->billing = BILLING_PAY_PER_REQUEST;
        table->billing_changed_ms = step->in.now_ms;
        table->throughput = (Throughput){0, 0};
        for (size_t i = 0; i < table->index_count; i++) table->indexes[i].throughput = (Throughput){0, 0};
    } else {
        table->billing = BILLING_PROVISIONED;
        table->on_demand_max = (Throughput){0, 0};
        table->increased_ms = step->in.now_ms;
    }
    merge(&table->on_demand_max, &update->on_demand_max);
    merge(&table->warm, &update->warm);
    return true;
}

// --- Indexes. Creations and deletions are only begun here: the table object finishes them
// (role/table_index.h).

static bool update_index(Step *step, const IndexChange *change, const TableDescriptor *table) {
    IndexDescriptor *index = find_global(table, change->index.name);
    if (index == NULL) {
        return refuse(
            step,
            "This operation cannot be performed with given input values. Please contact DynamoDB service "
            "team for more info: Action Blocked: IndexUpdate");
    }
    if (table->billing == BILLING_PAY_PER_REQUEST && is_given(&change->throughput)) {
        return refuse(step, INVALID
                      "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode "
                      "is PAY_PER_REQUEST");
    }
    merge(&index->throughput, &change->throughput);
    merge(&index->on_demand_max, &change->on_demand_max);
    merge(&index->warm, &change->warm);
    return true;
}

static const KeyAttribute *find_definition(const KeyAttribute *definitions, size_t count, Slice name) {
    for (size_t i = 0; i < count; i++) {
        if (slice_equal(definitions[i].name, name)) return &definitions[i];
    }
    return NULL;
}

// The types that the table knows win over those of the request; attributes it does not know are added.
static void adopt_keys(TableDescriptor *table, KeyAttribute *keys, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const KeyAttribute *known =
            find_definition(table->definitions, table->definition_count, keys[i].name);
        if (known != NULL) {
            keys[i].type = known->type;
        } else {
            table->definitions[table->definition_count++] = keys[i];
        }
    }
}

static bool create_index(Step *step, const IndexChange *change, TableDescriptor *table) {
    if (descriptor_index(table, change->index.name) != NULL) {
        return refuse(step, "Attempting to create an index which already exists");
    }
    size_t global_count = 0;
    for (size_t i = 0; i < table->index_count; i++) global_count += table->indexes[i].is_global;
    if (global_count == GSI_MAX) {
        return refuse(step, INVALID "GlobalSecondaryIndex count exceeds the per-table limit of 20");
    }
    bool has_throughput = change->index.throughput.read_units != 0;
    if (has_throughput != (table->billing == BILLING_PROVISIONED)) {
        return error_validation(&step->error, step->arena,
                                has_throughput
                                    ? INVALID "ProvisionedThroughput should not be specified for index: %S "
                                              "when BillingMode is PAY_PER_REQUEST"
                                    : INVALID "ProvisionedThroughput must be specified for index: %S",
                                &change->index.name);
    }
    IndexDescriptor *indexes = ARENA_ARRAY(step->arena, IndexDescriptor, table->index_count + 1);
    KeyAttribute *definitions =
        ARENA_ARRAY(step->arena, KeyAttribute, table->definition_count + 2 * INDEX_KEY_ATTRIBUTES_MAX);
    if (indexes == NULL || definitions == NULL) return error_out_of_memory(&step->error);
    if (table->index_count != 0) memcpy(indexes, table->indexes, table->index_count * sizeof *indexes);
    memcpy(definitions, table->definitions, table->definition_count * sizeof *definitions);
    table->indexes = indexes;
    table->definitions = definitions;
    IndexDescriptor *index = &indexes[table->index_count++];
    *index = change->index;
    index->id = ++table->last_index_id;
    index->status = TABLE_CREATING;
    index->backfilling = false; // until the first partition is visited
    table->epoch++;
    adopt_keys(table, index->keys.hash, index->keys.hash_count);
    adopt_keys(table, index->keys.range, index->keys.range_count);
    return true;
}

static bool is_key_of(const KeySchema *keys, Slice name) {
    return find_definition(keys->hash, keys->hash_count, name) != NULL ||
           find_definition(keys->range, keys->range_count, name) != NULL;
}

static bool is_used(const TableDescriptor *table, Slice name) {
    if (is_key_of(&table->keys, name)) return true;
    for (size_t i = 0; i < table->index_count; i++) {
        if (is_key_of(&table->indexes[i].keys, name)) return true;
    }
    return false;
}

void table_drop_index(TableDescriptor *table, uint32_t index_id) {
    size_t kept = 0;
    for (size_t i = 0; i < table->index_count; i++) {
        if (table->indexes[i].id != index_id) table->indexes[kept++] = table->indexes[i];
    }
    table->index_count = kept;
    // Definitions that no key needs any more go with the index.
    kept = 0;
    for (size_t i = 0; i < table->definition_count; i++) {
        if (is_used(table, table->definitions[i].name)) table->definitions[kept++] = table->definitions[i];
    }
    table->definition_count = kept;
}

static bool delete_index(Step *step, const IndexChange *change, TableDescriptor *table) {
    IndexDescriptor *index = find_global(table, change->index.name);
    if (index == NULL)
        return error_set(&step->error, step->arena, ERROR_RESOURCE_NOT_FOUND, "Requested resource not found");
    index->status = TABLE_DELETING;
    index->backfilling = false;
    table->epoch++;
    return true;
}

const IndexDescriptor *table_changing_index(const TableDescriptor *table) {
    for (size_t i = 0; i < table->index_count; i++) {
        const IndexDescriptor *index = &table->indexes[i];
        if (index->is_global && index->status != TABLE_ACTIVE) return index;
    }
    return NULL;
}

// One index at a time may come or go; but one that is being built may be deleted [AWS].
static bool check_online(Step *step, const TableUpdate *update, const TableDescriptor *table) {
    const IndexDescriptor *busy = table_changing_index(table);
    size_t online = 0;
    for (size_t i = 0; i < update->index_count; i++) {
        const IndexChange *change = &update->indexes[i];
        if (change->action == INDEX_UPDATE) continue;
        bool ends_creation = busy != NULL && change->action == INDEX_DELETE &&
                             busy->status == TABLE_CREATING && slice_equal(busy->name, change->index.name);
        online += busy != NULL && !ends_creation ? 2 : 1;
    }
    if (online <= 1) return true;
    return error_set(
        &step->error, step->arena, ERROR_LIMIT_EXCEEDED,
        "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table");
}

static bool apply_indexes(Step *step, const TableUpdate *update, TableDescriptor *table) {
    if (!check_online(step, update, table)) return false;
    for (size_t i = 0; i < update->index_count; i++) {
        const IndexChange *change = &update->indexes[i];
        bool applied = false;
        switch (change->action) {
        case INDEX_UPDATE: applied = update_index(step, change, table); break;
        case INDEX_CREATE: applied = create_index(step, change, table); break;
        case INDEX_DELETE: applied = delete_index(step, change, table); break;
        }
        if (!applied) return false;
    }
    return true;
}

// --- The other settings

static bool apply_stream(Step *step, const TableUpdate *update, TableDescriptor *table) {
    if (update->stream == TOGGLE_KEEP) return true;
    bool has_stream = table->stream_view != STREAM_VIEW_NONE;
    if (update->stream == TOGGLE_OFF) {
        table->stream_view = STREAM_VIEW_NONE; // the label stays, and with it the old stream's ARN
        table->epoch++;
        return has_stream || error_validation(&step->error, step->arena,
                                              "Table has no stream to disable: TableName: %S", &table->name);
    }
    if (has_stream) {
        return error_validation(&step->error, step->arena,
                                "Table already has an enabled stream: TableName: %S", &table->name);
    }
    table->stream_view = update->stream_view;
    table->epoch++;
    table->stream_label_ms = step->in.now_ms;
    return true;
}

bool table_update_apply(Step *step, const TableUpdate *update, TableDescriptor *table) {
    if (!check_billing(step, update, table) || !apply_billing(step, update, table)) return false;
    if (!apply_stream(step, update, table) || !apply_indexes(step, update, table)) return false;
    if (update->deletion_protection != TOGGLE_KEEP) {
        table->deletion_protection = update->deletion_protection == TOGGLE_ON;
    }
    if (update->infrequent_access != TOGGLE_KEEP) {
        table->infrequent_access = update->infrequent_access == TOGGLE_ON;
        table->table_class_given = true;
    }
    if (update->encryption != TOGGLE_KEEP) table->sse_enabled = update->encryption == TOGGLE_ON;
    return true;
}
