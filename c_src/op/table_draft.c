#include "op/table_draft.h"

#include "msg/schema.h"

static bool read_keys(Request *request, Json object, KeyList *out) {
    JsonIterator iterator =
        json_iterate(&request->document, schema_member(&request->document, object, "KeySchema"));
    Slice unused;
    Json element;
    while (out->count < KEY_ELEMENTS_MAX && json_next(&iterator, &unused, &element)) {
        KeyElement *key = &out->elements[out->count++];
        Slice type;
        schema_string(&request->document, element, "AttributeName", &key->name);
        schema_string(&request->document, element, "KeyType", &type);
        key->is_range = slice_equal(type, SLICE("RANGE"));
    }
    return !request->document.arena->failed || error_out_of_memory(&request->step->error);
}

bool draft_definitions(Request *request, KeyAttribute **definitions, size_t *count) {
    JsonDocument *document = &request->document;
    Json list = schema_member(document, request->root, "AttributeDefinitions");
    *count = 0;
    *definitions = NULL;
    if (list.type != JSON_ARRAY) return true;
    KeyAttribute *out = ARENA_ARRAY(request->step->arena, KeyAttribute, json_count(document, list));
    if (out == NULL) return error_out_of_memory(&request->step->error);
    JsonIterator iterator = json_iterate(document, list);
    Slice unused;
    Json element;
    while (json_next(&iterator, &unused, &element)) {
        Slice type;
        schema_string(document, element, "AttributeName", &out[*count].name);
        schema_string(document, element, "AttributeType", &type);
        out[(*count)++].type = type.len == 1 ? (char)type.data[0] : 'S';
    }
    *definitions = out;
    return !document->arena->failed || error_out_of_memory(&request->step->error);
}

ThroughputDraft draft_throughput(Request *request, Json object, const char *name, const char *read_name,
                                 const char *write_name) {
    JsonDocument *document = &request->document;
    Json structure = schema_member(document, object, name);
    ThroughputDraft draft = {.given = structure.type == JSON_OBJECT};
    if (!draft.given) return draft;
    draft.read_given = schema_integer(document, structure, read_name, MEMBER_LONG, &draft.read_units);
    draft.write_given = schema_integer(document, structure, write_name, MEMBER_LONG, &draft.write_units);
    return draft;
}

void draft_throughputs(Request *request, Json object, ThroughputDraft *provisioned,
                       ThroughputDraft *on_demand_max, ThroughputDraft *warm) {
    *provisioned =
        draft_throughput(request, object, "ProvisionedThroughput", "ReadCapacityUnits", "WriteCapacityUnits");
    *on_demand_max = draft_throughput(request, object, "OnDemandThroughput", "MaxReadRequestUnits",
                                      "MaxWriteRequestUnits");
    *warm = draft_throughput(request, object, "WarmThroughput", "ReadUnitsPerSecond", "WriteUnitsPerSecond");
}

static bool read_projection(Request *request, Json index, IndexDraft *out) {
    static const char *const TYPES[] = {"ALL", "KEYS_ONLY", "INCLUDE",
                                        NULL}; // in the order of ProjectionType
    JsonDocument *document = &request->document;
    Json projection = schema_member(document, index, "Projection");
    out->projection = (ProjectionType)(schema_choice(document, projection, "ProjectionType", TYPES) + 1);
    Json list = schema_member(document, projection, "NonKeyAttributes");
    out->non_key_given = list.type == JSON_ARRAY;
    if (!out->non_key_given) return true;
    out->non_key_attributes = ARENA_ARRAY(request->step->arena, Slice, json_count(document, list));
    if (out->non_key_attributes == NULL) return error_out_of_memory(&request->step->error);
    JsonIterator iterator = json_iterate(document, list);
    Slice unused;
    Json element;
    while (json_next(&iterator, &unused, &element)) {
        if (element.type != JSON_STRING) continue; // null stands for nothing
        out->non_key_attributes[out->non_key_count++] = json_string(document, element);
    }
    return !document->arena->failed || error_out_of_memory(&request->step->error);
}

bool draft_index(Request *request, Json index, bool is_global, IndexDraft *out) {
    *out = (IndexDraft){.is_global = is_global};
    schema_string(&request->document, index, "IndexName", &out->name);
    draft_throughputs(request, index, &out->throughput, &out->on_demand_max, &out->warm);
    return read_keys(request, index, &out->keys) && read_projection(request, index, out);
}

static bool read_indexes(Request *request, Json list, bool is_global, TableDraft *out) {
    JsonIterator iterator = json_iterate(&request->document, list);
    Slice unused;
    Json index;
    while (json_next(&iterator, &unused, &index)) {
        if (!draft_index(request, index, is_global, &out->indexes[out->index_count++])) return false;
    }
    return true;
}

uint8_t draft_billing(Request *request) {
    static const char *const MODES[] = {"PROVISIONED", "PAY_PER_REQUEST",
                                        NULL}; // in the order of BillingMode
    return (uint8_t)(schema_choice(&request->document, request->root, "BillingMode", MODES) + 1);
}

bool draft_table(Request *request, TableDraft *out) {
    JsonDocument *document = &request->document;
    Json root = request->root;
    *out = (TableDraft){.billing = draft_billing(request)};
    Slice name;
    schema_string(document, root, "TableName", &name);
    out->name = table_name_from_argument(name);
    draft_throughputs(request, root, &out->throughput, &out->on_demand_max, &out->warm);
    Json locals = schema_member(document, root, "LocalSecondaryIndexes");
    Json globals = schema_member(document, root, "GlobalSecondaryIndexes");
    out->locals_given = locals.type == JSON_ARRAY;
    out->globals_given = globals.type == JSON_ARRAY;
    size_t index_count = (out->locals_given ? json_count(document, locals) : 0) +
                         (out->globals_given ? json_count(document, globals) : 0);
    out->indexes = ARENA_ARRAY(request->step->arena, IndexDraft, index_count);
    if (out->indexes == NULL) return error_out_of_memory(&request->step->error);
    return read_keys(request, root, &out->keys) &&
           draft_definitions(request, &out->definitions, &out->definition_count) &&
           (!out->locals_given || read_indexes(request, locals, false, out)) &&
           (!out->globals_given || read_indexes(request, globals, true, out));
}

// --- The descriptor's parts

static char type_of(Slice name, const KeyAttribute *definitions, size_t definition_count) {
    for (size_t i = 0; i < definition_count; i++) {
        if (slice_equal(definitions[i].name, name)) return definitions[i].type;
    }
    return 'S';
}

void key_schema_of(const KeyList *list, const KeyAttribute *definitions, size_t definition_count,
                   KeySchema *out) {
    *out = (KeySchema){.hash_count = 0};
    for (size_t i = 0; i < list->count; i++) {
        KeyAttribute attribute = {list->elements[i].name,
                                  type_of(list->elements[i].name, definitions, definition_count)};
        if (list->elements[i].is_range) {
            out->range[out->range_count++] = attribute;
        } else {
            out->hash[out->hash_count++] = attribute;
        }
    }
}

Throughput throughput_of(const ThroughputDraft *draft) {
    return (Throughput){
        draft->read_units > 0 ? (uint64_t)draft->read_units : 0,
        draft->write_units > 0 ? (uint64_t)draft->write_units : 0,
    };
}

void index_of(const IndexDraft *draft, const KeyAttribute *definitions, size_t definition_count,
              IndexDescriptor *out) {
    *out = (IndexDescriptor){
        .name = draft->name,
        .is_global = draft->is_global,
        .projection = draft->projection,
        .non_key_attributes = draft->non_key_attributes,
        .non_key_attribute_count = draft->non_key_count,
        .throughput = throughput_of(&draft->throughput),
        .on_demand_max = throughput_of(&draft->on_demand_max),
        .warm = throughput_of(&draft->warm),
        .status = TABLE_ACTIVE,
    };
    key_schema_of(&draft->keys, definitions, definition_count, &out->keys);
}
