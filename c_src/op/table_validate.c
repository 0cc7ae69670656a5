// What CreateTable's members say about each other. Texts and their order were observed on AWS
// (docs/compatibility.md).
#include "op/name_set.h"
#include "op/table_draft.h"

#define INVALID "One or more parameter values were invalid: "

static const int64_t THROUGHPUT_MAX = 1000000000000; // [OBS]

static bool refuse(Step *step, const char *message) {
    return error_validation(&step->error, step->arena, "%s", message);
}

static const KeyAttribute *find_definition(const KeyAttribute *definitions, size_t count, Slice name) {
    for (size_t i = 0; i < count; i++) {
        if (slice_equal(definitions[i].name, name)) return &definitions[i];
    }
    return NULL;
}

static bool has_key(const KeyList *keys, Slice name) {
    for (size_t i = 0; i < keys->count; i++) {
        if (slice_equal(keys->elements[i].name, name)) return true;
    }
    return false;
}

static bool has_repeated_key(const KeyList *keys) {
    for (size_t i = 0; i < keys->count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (slice_equal(keys->elements[i].name, keys->elements[j].name)) return true;
        }
    }
    return false;
}

static size_t count_ranges(const KeyList *keys) {
    size_t count = 0;
    for (size_t i = 0; i < keys->count; i++) count += keys->elements[i].is_range;
    return count;
}

// --- Billing

bool validate_bounds(Request *request, const ThroughputDraft *throughput) {
    Step *step = request->step;
    bool reads_too_much = throughput->read_units > THROUGHPUT_MAX;
    if (!reads_too_much && throughput->write_units <= THROUGHPUT_MAX) return true;
    Buf message;
    buf_init(&message, step->arena);
    buf_cstr(&message, "Given value ");
    buf_decimal_i64(&message, reads_too_much ? throughput->read_units : throughput->write_units);
    buf_format(&message, " for %s is out of bounds",
               reads_too_much ? "ReadCapacityUnits" : "WriteCapacityUnits");
    Slice text = buf_view(&message);
    return error_validation(&step->error, step->arena, "%S", &text);
}

static bool validate_billing(Request *request, const TableDraft *draft) {
    Step *step = request->step;
    if (draft->billing == BILLING_PAY_PER_REQUEST && draft->throughput.given) {
        return refuse(step, INVALID
                      "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode "
                      "is PAY_PER_REQUEST");
    }
    if (!validate_bounds(request, &draft->throughput)) return false;
    if (draft->billing != BILLING_PAY_PER_REQUEST && !draft->throughput.given) {
        return refuse(step, INVALID
                      "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode "
                      "is PROVISIONED");
    }
    return true;
}

// One OnDemandThroughput. what: "table" or "index : <name>".
static bool validate_on_demand(Step *step, const ThroughputDraft *on_demand_max, bool is_provisioned,
                               Slice what) {
    if (is_provisioned && (on_demand_max->read_given || on_demand_max->write_given)) {
        return error_validation(&step->error, step->arena,
                                INVALID
                                "Max%sRequestUnits for OnDemandThroughput cannot be specified when table "
                                "BillingMode is PROVISIONED.",
                                on_demand_max->read_given ? "Read" : "Write");
    }
    bool bad_read = on_demand_max->read_given && on_demand_max->read_units < 1;
    bool bad_write = on_demand_max->write_given && on_demand_max->write_units < 1;
    if (!bad_read && !bad_write) return true;
    return error_validation(&step->error, step->arena,
                            INVALID
                            "Requested Max%sRequestUnits for OnDemandThroughput for %S is outside of valid "
                            "range",
                            bad_read ? "Read" : "Write", &what);
}

// --- Keys

static bool refuse_names(Step *step, const char *first, const Slice *names, size_t count, const char *second,
                         const Slice *others, size_t other_count) {
    Buf message;
    buf_init(&message, step->arena);
    buf_cstr(&message, first);
    name_set_print(&message, names, count);
    buf_cstr(&message, second);
    name_set_print(&message, others, other_count);
    Slice text = buf_view(&message);
    return error_validation(&step->error, step->arena, "%S", &text);
}

static bool report_undefined(Step *step, const KeyList *keys, const KeyAttribute *definitions, size_t count) {
    if (count < keys->count) {
        return refuse(step, "Invalid KeySchema: Some index key attribute have no definition");
    }
    Slice names[KEY_ELEMENTS_MAX];
    Slice *defined = ARENA_ARRAY(step->arena, Slice, count);
    if (defined == NULL) return error_out_of_memory(&step->error);
    for (size_t i = 0; i < keys->count; i++) names[i] = keys->elements[i].name;
    for (size_t i = 0; i < count; i++) defined[i] = definitions[i].name;
    return refuse_names(step, INVALID "Some index key attributes are not defined in AttributeDefinitions. Keys: ",
                        names, keys->count, ", AttributeDefinitions: ", defined, count);
}

static bool validate_defined(Step *step, const KeyList *keys, const KeyAttribute *definitions, size_t count) {
    for (size_t i = 0; i < keys->count; i++) {
        if (find_definition(definitions, count, keys->elements[i].name) == NULL) {
            return report_undefined(step, keys, definitions, count);
        }
    }
    return true;
}

// Keys of tables and local indexes: HASH, or HASH and RANGE.
static bool validate_simple_key(Step *step, const KeyList *keys) {
    if (keys->elements[0].is_range) {
        return refuse(step, "Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
    }
    if (keys->count < 2) return true;
    if (has_repeated_key(keys)) {
        return refuse(step,
                      "Both the Hash Key and the Range Key element in the KeySchema have the same name");
    }
    if (!keys->elements[1].is_range) {
        return refuse(step, "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
    }
    return true;
}

// Keys of global indexes: up to four HASH, then up to four RANGE attributes.
static bool validate_global_key(Step *step, const KeyList *keys) {
    if (keys->elements[0].is_range) {
        return refuse(step, "Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
    }
    size_t ranges = count_ranges(keys);
    if (keys->count == 2 && ranges == 1 && has_repeated_key(keys)) {
        return refuse(step,
                      "Both the Hash Key and the Range Key element in the KeySchema have the same name");
    }
    if (has_repeated_key(keys)) {
        return refuse(step, "The KeySchema contains multiple key attributes with the same name");
    }
    for (size_t i = 1; i < keys->count; i++) {
        if (keys->elements[i - 1].is_range && !keys->elements[i].is_range) {
            return refuse(step, INVALID
                          "All HASH key attributes must precede RANGE key attributes in the KeySchema");
        }
    }
    if (keys->count - ranges > INDEX_KEY_ATTRIBUTES_MAX || ranges > INDEX_KEY_ATTRIBUTES_MAX) {
        return error_validation(&step->error, step->arena,
                                INVALID
                                "The KeySchema exceeds the maximum allowed number of %s key attributes",
                                ranges > INDEX_KEY_ATTRIBUTES_MAX ? "RANGE" : "HASH");
    }
    return true;
}

// --- Indexes

static bool validate_projection(Step *step, const IndexDraft *index) {
    switch (index->projection) {
    case PROJECTION_ALL:
    case PROJECTION_KEYS_ONLY:
        if (!index->non_key_given) return true;
        return error_validation(&step->error, step->arena,
                                INVALID "ProjectionType is %s, but NonKeyAttributes is specified",
                                index->projection == PROJECTION_ALL ? "ALL" : "KEYS_ONLY");
    case PROJECTION_INCLUDE:
        if (index->non_key_count != 0) return true;
        return refuse(step, INVALID "ProjectionType is INCLUDE, but NonKeyAttributes is not specified");
    }
    return refuse(step, INVALID "Unknown ProjectionType: null");
}

static bool validate_names_differ(Step *step, const IndexDraft *indexes, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) {
        for (size_t j = 0; j < i; j++) {
            if (!slice_equal(indexes[i].name, indexes[j].name)) continue;
            return error_validation(&step->error, step->arena, INVALID "Duplicate index name: %S",
                                    &indexes[i].name);
        }
    }
    return true;
}

static bool validate_local(Step *step, const TableDraft *draft, const IndexDraft *index) {
    if (!validate_simple_key(step, &index->keys)) return false;
    if (count_ranges(&index->keys) == 0) {
        return error_validation(&step->error, step->arena,
                                INVALID "Index KeySchema does not have a range key for index: %S",
                                &index->name);
    }
    if (!slice_equal(index->keys.elements[0].name, draft->keys.elements[0].name)) {
        return error_validation(&step->error, step->arena,
                                INVALID
                                "Index KeySchema does not have the same leading hash key as table KeySchema "
                                "for index: %S. index hash key: %S, table hash key: %S",
                                &index->name, &index->keys.elements[0].name, &draft->keys.elements[0].name);
    }
    return validate_projection(step, index);
}

static bool validate_locals(Step *step, const TableDraft *draft, size_t count) {
    if (count == 0)
        return !draft->locals_given || refuse(step, INVALID "List of LocalSecondaryIndexes is empty");
    if (count_ranges(&draft->keys) == 0) {
        return refuse(step, INVALID
                      "Table KeySchema does not have a range key, which is required when specifying a "
                      "LocalSecondaryIndex");
    }
    for (size_t i = 0; i < count; i++) {
        if (!validate_defined(step, &draft->indexes[i].keys, draft->definitions, draft->definition_count))
            return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!validate_local(step, draft, &draft->indexes[i])) return false;
    }
    if (!validate_names_differ(step, draft->indexes, 0, count)) return false;
    if (count > LSI_MAX)
        return refuse(step, INVALID "Number of LocalSecondaryIndexes exceeds per-table limit of 5");
    return true;
}

static bool validate_global_billing(Request *request, const TableDraft *draft, const IndexDraft *index) {
    Step *step = request->step;
    bool on_demand = draft->billing == BILLING_PAY_PER_REQUEST;
    if (on_demand && index->throughput.given) {
        return error_validation(
            &step->error, step->arena,
            INVALID "ProvisionedThroughput should not be specified for index: %S when BillingMode "
                    "is PAY_PER_REQUEST",
            &index->name);
    }
    if (!on_demand && !index->throughput.given) {
        return error_validation(&step->error, step->arena,
                                INVALID "ProvisionedThroughput must be specified for index: %S",
                                &index->name);
    }
    Buf what;
    buf_init(&what, step->arena);
    buf_format(&what, "index : %S", &index->name);
    return validate_bounds(request, &index->throughput) &&
           validate_on_demand(step, &index->on_demand_max, !on_demand, buf_view(&what));
}

static bool validate_globals(Request *request, const TableDraft *draft, size_t from) {
    Step *step = request->step;
    size_t count = draft->index_count - from;
    if (count == 0)
        return !draft->globals_given || refuse(step, INVALID "List of GlobalSecondaryIndexes is empty");
    for (size_t i = from; i < draft->index_count; i++) {
        if (!validate_defined(step, &draft->indexes[i].keys, draft->definitions, draft->definition_count))
            return false;
    }
    for (size_t i = from; i < draft->index_count; i++) {
        const IndexDraft *index = &draft->indexes[i];
        if (!validate_global_key(step, &index->keys) || !validate_projection(step, index)) return false;
    }
    if (!validate_names_differ(step, draft->indexes, from, draft->index_count)) return false;
    if (count > GSI_MAX) {
        return refuse(step, INVALID "GlobalSecondaryIndex count exceeds the per-table limit of 20");
    }
    for (size_t i = from; i < draft->index_count; i++) {
        if (!validate_global_billing(request, draft, &draft->indexes[i])) return false;
    }
    return true;
}

bool validate_new_index(Request *request, const IndexDraft *index, const KeyAttribute *definitions,
                        size_t count) {
    Step *step = request->step;
    return validate_defined(step, &index->keys, definitions, count) &&
           validate_global_key(step, &index->keys) && validate_projection(step, index) &&
           validate_bounds(request, &index->throughput);
}

static bool validate_projected_count(Step *step, const TableDraft *draft) {
    size_t count = 0;
    for (size_t i = 0; i < draft->index_count; i++) count += draft->indexes[i].non_key_count;
    if (count <= PROJECTED_ATTRIBUTES_MAX) return true;
    return refuse(step, INVALID "Number of projected attributes over all indexes exceeds the limit of 100");
}

// --- Definitions nobody uses

static bool is_used(const TableDraft *draft, Slice name) {
    if (has_key(&draft->keys, name)) return true;
    for (size_t i = 0; i < draft->index_count; i++) {
        if (has_key(&draft->indexes[i].keys, name)) return true;
    }
    return false;
}

static bool report_unused(Step *step, const TableDraft *draft) {
    if (draft->index_count == 0) {
        return refuse(step,
                      INVALID "Number of attributes in KeySchema does not exactly match number of attributes "
                              "defined in AttributeDefinitions");
    }
    size_t used_max = (draft->index_count + 1) * KEY_ELEMENTS_MAX, used = 0;
    Slice *names = ARENA_ARRAY(step->arena, Slice, draft->definition_count + used_max);
    if (names == NULL) return error_out_of_memory(&step->error);
    Slice *keys = names + draft->definition_count;
    for (size_t i = 0; i < draft->definition_count; i++) names[i] = draft->definitions[i].name;
    for (size_t i = 0; i < draft->keys.count; i++) keys[used++] = draft->keys.elements[i].name;
    for (size_t i = 0; i < draft->index_count; i++) {
        const KeyList *list = &draft->indexes[i].keys;
        for (size_t j = 0; j < list->count; j++) keys[used++] = list->elements[j].name;
    }
    return refuse_names(step, INVALID "Some AttributeDefinitions are not used. AttributeDefinitions: ", names,
                        draft->definition_count, ", keys used: ", keys, used);
}

static bool validate_definitions_used(Step *step, const TableDraft *draft) {
    for (size_t i = 0; i < draft->definition_count; i++) {
        Slice name = draft->definitions[i].name;
        bool is_repeated = find_definition(draft->definitions, i, name) != NULL;
        if (is_repeated || !is_used(draft, name)) return report_unused(step, draft);
    }
    return true;
}

bool validate_table(Request *request, const TableDraft *draft) {
    Step *step = request->step;
    size_t local_count = 0;
    while (local_count < draft->index_count && !draft->indexes[local_count].is_global) local_count++;
    if (!validate_billing(request, draft)) return false;
    // Observed: a repeated name is reported as if it had no definition.
    if (has_repeated_key(&draft->keys)) {
        return refuse(step, "Invalid KeySchema: Some index key attribute have no definition");
    }
    bool is_provisioned = draft->billing != BILLING_PAY_PER_REQUEST;
    return validate_defined(step, &draft->keys, draft->definitions, draft->definition_count) &&
           validate_simple_key(step, &draft->keys) && validate_locals(step, draft, local_count) &&
           validate_globals(request, draft, local_count) &&
           validate_names_differ(step, draft->indexes, local_count, draft->index_count) &&
           validate_projected_count(step, draft) && validate_definitions_used(step, draft) &&
           validate_on_demand(step, &draft->on_demand_max, is_provisioned, SLICE("table"));
}
