#include "op/read_request.h"

#include "base/limits.h"
#include "data/item_codec.h"
#include "op/index_entry.h"
#include "op/name_set.h"

static const char *const SELECTS[] = {"ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "SPECIFIC_ATTRIBUTES", "COUNT",
                                      NULL};

void read_members(Request *request, ReadRequest *read) {
    JsonDocument *document = &request->document;
    int64_t limit;
    read->select = (Select)schema_choice(document, request->root, "Select", SELECTS);
    read->consistent = schema_boolean(document, request->root, "ConsistentRead", false);
    read->reverse = read->is_query && !schema_boolean(document, request->root, "ScanIndexForward", true);
    if (schema_integer(document, request->root, "Limit", MEMBER_INTEGER, &limit)) read->limit = (uint64_t)limit;
    request_text(request, "IndexName", &read->index_name);
    read->return_capacity = request_return_capacity(request);
    read->has_start_key = request_has(request, "ExclusiveStartKey");
}

bool read_check_select_value(Request *request) {
    Slice text;
    if (!request_text(request, "Select", &text)) return true;
    if (schema_choice(&request->document, request->root, "Select", SELECTS) >= 0) return true;
    return error_validation(&request->step->error, request->step->arena,
                            "1 validation error detected: Value '%S' at 'select' failed to satisfy constraint: Member "
                            "must satisfy enum value set: [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, "
                            "ALL_PROJECTED_ATTRIBUTES]", &text);
}

bool read_check_select(Request *request, const ReadRequest *read) {
    Step *step = request->step;
    bool has_expression = request_has(request, "ProjectionExpression");
    bool has_names = request_has(request, "AttributesToGet");
    if (read->select == SELECT_SPECIFIC_ATTRIBUTES && !has_expression && !has_names) {
        return error_validation(&step->error, step->arena,
                                "1 validation error detected: Must specify the AttributesToGet or ProjectionExpression "
                                "when choosing to get SPECIFIC_ATTRIBUTES");
    }
    bool allows_projection = read->select == SELECT_NONE || read->select == SELECT_SPECIFIC_ATTRIBUTES;
    if ((has_expression || has_names) && !allows_projection) {
        return error_validation(&step->error, step->arena,
                                "1 validation error detected: Cannot specify the %s when choosing to get %s",
                                has_expression ? "ProjectionExpression" : "AttributesToGet",
                                read->select == SELECT_COUNT ? "only the Count" : SELECTS[read->select]);
    }
    if (read->select == SELECT_ALL_PROJECTED_ATTRIBUTES && read->index_name.len == 0) {
        return error_validation(&step->error, step->arena,
                                "1 validation error detected: ALL_PROJECTED_ATTRIBUTES can be used only when Querying "
                                "using an IndexName");
    }
    return true;
}

static bool take_tree(Request *request, const Buf *tree, Slice *out) {
    if (tree->failed) return error_out_of_memory(&request->step->error);
    *out = buf_view(tree);
    return true;
}

bool read_conditional_operator(Request *request, ReadRequest *read, const ValueRules *rules) {
    return request_conditional_operator(request, read->filter_name, rules, &read->conditional_operator);
}

bool read_legacy(Request *request, ReadRequest *read, const ValueRules *rules) {
    Step *step = request->step;
    if (!request_check_legacy_values(request, read->filter_name, rules)) return false;
    if (read->is_query && !request_check_legacy_values(request, "KeyConditions", rules)) return false;
    Json filter = request_member(request, read->filter_name);
    Buf tree;
    if (filter.type != JSON_ABSENT) {
        buf_init(&tree, step->arena);
        if (!legacy_filter(step->arena, &request->document, filter, read->conditional_operator, rules, &tree,
                           &step->error)) {
            return false;
        }
        if (!take_tree(request, &tree, &read->filter)) return false;
        read->filter_is_legacy = true;
    }
    Json conditions = {.type = JSON_ABSENT};
    if (read->is_query) conditions = request_member(request, "KeyConditions");
    if (conditions.type != JSON_ABSENT
        && !legacy_key_conditions(step->arena, &request->document, conditions, rules, &read->key_condition,
                                  &step->error)) {
        return false;
    }
    Json names = request_member(request, "AttributesToGet");
    if (names.type == JSON_ABSENT) return true;
    buf_init(&tree, step->arena);
    return legacy_attributes_to_get(step->arena, &request->document, names, &tree, &step->error)
        && take_tree(request, &tree, &read->projection);
}

bool read_start_key(Request *request, ReadRequest *read, const ValueRules *rules) {
    Step *step = request->step;
    if (!read->has_start_key) return true;
    Json start = request_member(request, "ExclusiveStartKey");
    Buf item;
    buf_init(&item, step->arena);
    if (item_from_json(&request->document, start, rules, &item, &step->error)) {
        return take_tree(request, &item, &read->start_key);
    }
    // Observed: values with no type or two are reported behind the text of a misfit; others as they are.
    if (slice_starts_with(step->error.message, SLICE("Supplied AttributeValue"))) {
        Error error = step->error;
        step->error = (Error){0};
        error_validation(&step->error, step->arena, "The provided starting key is invalid: %S", &error.message);
    }
    return false;
}

bool read_expressions(Request *request, ReadRequest *read, Placeholders *placeholders) {
    Step *step = request->step;
    Expression *filter = request_expression(request, EXPRESSION_FILTER);
    if (step->error.kind != ERROR_NONE) return false;
    Expression *projection = request_expression(request, EXPRESSION_PROJECTION);
    if (step->error.kind != ERROR_NONE) return false;
    // Legacy parameters and expressions exclude each other, so at most one of them has set these.
    if (filter != NULL && !request_compile(request, filter, placeholders, &read->filter)) return false;
    return projection == NULL || request_compile(request, projection, placeholders, &read->projection);
}

// --- After the table is known

bool read_find_index(Request *request, const ReadRequest *read, const IndexDescriptor **out) {
    Step *step = request->step;
    *out = NULL;
    if (read->index_name.len == 0) return true;
    *out = descriptor_index(&request->tables[0].descriptor, read->index_name);
    if (*out != NULL && (*out)->status == TABLE_CREATING) {
        return error_validation(&step->error, step->arena, "Cannot read from backfilling global secondary index: %S",
                                &read->index_name);
    }
    if (*out != NULL && (*out)->status != TABLE_DELETING) return true;
    return error_validation(&step->error, step->arena, "The table does not have the specified index: %S",
                            &read->index_name);
}

bool read_check_consistent(Request *request, const ReadRequest *read) {
    Step *step = request->step;
    const IndexDescriptor *index = NULL;
    if (read->index_name.len > 0) index = descriptor_index(&request->tables[0].descriptor, read->index_name);
    if (!read->consistent || index == NULL || !index->is_global) return true;
    return error_validation(&step->error, step->arena,
                            "Consistent reads are not supported on global secondary indexes");
}

static bool check_all_attributes(Request *request, const ReadRequest *read, const IndexDescriptor *index) {
    Step *step = request->step;
    if (index == NULL || !index->is_global || read->select != SELECT_ALL_ATTRIBUTES) return true;
    if (index->projection == PROJECTION_ALL) return true;
    return error_validation(&step->error, step->arena,
                            "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported "
                            "for global secondary index %S because its projection type is not ALL", &index->name);
}

bool read_check_start_key(Request *request, const ReadRequest *read, const IndexDescriptor *index) {
    Step *step = request->step;
    if (!read->has_start_key) return true;
    KeyAttribute keys[READ_KEY_ATTRIBUTES_MAX];
    size_t key_count = index_read_keys(&request->tables[0].descriptor.keys, index, keys);
    size_t count;
    item_attributes(read->start_key, &count);
    bool fits = count == key_count;
    for (size_t i = 0; i < key_count && fits; i++) {
        Slice value = item_find(read->start_key, keys[i].name);
        fits = key_type_of(value) == keys[i].type
            && (keys[i].type == 'N' || value_bytes(value).len > 0)
            && key_value_bytes(value) <= PARTITION_KEY_BYTES_MAX;
    }
    return fits || error_validation(&step->error, step->arena, "The provided starting key is invalid");
}

// A path into a key attribute, of the table or of any of its indexes: no item can match it.
static bool check_key_path(Request *request, Slice name) {
    Step *step = request->step;
    const TableDescriptor *table = &request->tables[0].descriptor;
    bool is_table_key = key_schema_has(&table->keys, name);
    bool is_index_key = false;
    for (size_t i = 0; i < table->index_count; i++) is_index_key |= key_schema_has(&table->indexes[i].keys, name);
    if (!is_table_key && !is_index_key) return true;
    return error_validation(&step->error, step->arena,
                            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not "
                            "allowed: %s: %S", is_table_key ? "Key" : "IndexKey", &name);
}

bool read_check_filter_keys(Request *request, const ReadRequest *read, const IndexDescriptor *index) {
    Step *step = request->step;
    const KeySchema *keys = index == NULL ? &request->tables[0].descriptor.keys : &index->keys;
    AttributeUse *uses = NULL;
    size_t use_count = 0;
    if (read->filter.len == 0) return true;
    if (!tree_attributes(step->arena, read->filter, &uses, &use_count)) return error_out_of_memory(&step->error);
    for (size_t i = 0; i < use_count; i++) {
        if (uses[i].is_nested && !check_key_path(request, uses[i].name)) return false;
        if (uses[i].is_nested || !read->is_query || !key_schema_has(keys, uses[i].name)) continue;
        return error_validation(&step->error, step->arena,
                                "%s can only contain non-primary key attributes: Primary key attribute: %S",
                                read->filter_is_legacy ? read->filter_name : "Filter Expression", &uses[i].name);
    }
    return true;
}

// The attributes of a tree that the index does not hold.
static bool find_unprojected(Request *request, const IndexDescriptor *index, Slice tree, Slice **names, size_t *count) {
    Step *step = request->step;
    AttributeUse *uses = NULL;
    size_t use_count = 0;
    Slice *projected;
    size_t projected_count;
    *count = 0;
    if (tree.len == 0 || index == NULL || index->projection == PROJECTION_ALL) return true;
    if (!index_projected_names(step->arena, &request->tables[0].descriptor.keys, index, &projected, &projected_count,
                               &step->error)) {
        return false;
    }
    if (!tree_attributes(step->arena, tree, &uses, &use_count)) return error_out_of_memory(&step->error);
    *names = ARENA_ARRAY(step->arena, Slice, use_count);
    if (*names == NULL) return error_out_of_memory(&step->error);
    for (size_t i = 0; i < use_count; i++) {
        bool is_projected = false;
        for (size_t k = 0; k < projected_count; k++) is_projected |= slice_equal(projected[k], uses[i].name);
        if (!is_projected) (*names)[(*count)++] = uses[i].name;
    }
    return true;
}

bool read_check_projected(Request *request, const ReadRequest *read, const IndexDescriptor *index) {
    Step *step = request->step;
    Slice *names;
    size_t count;
    Buf list;
    buf_init(&list, step->arena);
    if (read->is_query && !find_unprojected(request, index, read->filter, &names, &count)) return false;
    if (read->is_query && count > 0) {
        name_set_print(&list, names, count);
        Slice text = buf_view(&list);
        return error_validation(&step->error, step->arena,
                                "One or more parameter values were invalid: Secondary index %S does not project one or "
                                "more filter attributes: %S", &index->name, &text);
    }
    if (!check_all_attributes(request, read, index)) return false;
    if (index == NULL || !index->is_global) return true;
    if (!find_unprojected(request, index, read->projection, &names, &count)) return false;
    if (count == 0) return true;
    name_set_print(&list, names, count);
    Slice text = buf_view(&list);
    return error_validation(&step->error, step->arena,
                            "One or more parameter values were invalid: Global secondary index %S does not project %S",
                            &index->name, &text);
}

bool read_command(Request *request, const ReadRequest *read, const ReadSpace *space, CommandKind kind,
                  RangeCommand *out) {
    Step *step = request->step;
    if (!read_space_command(step, space, kind, out)) return false;
    out->reverse = read->reverse;
    out->limit = read->limit;
    out->bytes_left = RESPONSE_PAGE_BYTES_MAX;
    out->filter = read->filter;
    out->projection = read->projection;
    out->count_only = read->select == SELECT_COUNT;
    out->consistent = read->consistent;
    out->return_capacity = read->return_capacity;
    if (out->local_index_id == 0) return true;
    // What a local index does not hold is read from the table.
    Slice *names;
    size_t count;
    if (!find_unprojected(request, &space->index, read->projection, &names, &count)) return false;
    out->fetch = out->projected_count > 0 && (read->select == SELECT_ALL_ATTRIBUTES || count > 0);
    return true;
}
