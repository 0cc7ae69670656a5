#include "op/request.h"

#include "base/limits.h"

Json request_member(Request *request, const char *name) {
    return schema_member(&request->document, request->root, name);
}

bool request_has(Request *request, const char *name) {
    return request_member(request, name).type != JSON_ABSENT;
}

bool request_text(Request *request, const char *name, Slice *out) {
    return schema_string(&request->document, request->root, name, out);
}

// Elsewhere, and copied: a batch holds many of these, and what growing and escapes leave behind would fill the memory.
static bool decode_long_item(Request *request, Json attributes, const ValueRules *rules, Slice *out) {
    Step *step = request->step;
    Arena scratch;
    Buf item;
    arena_init(&scratch, step->arena->bytes_max);
    buf_init(&item, &scratch);
    buf_reserve(&item, attributes.text.len); // no item takes more bytes than its text
    bool is_decoded = item_from_json(&request->document, attributes, rules, &item, &step->error);
    if (is_decoded) *out = arena_copy(step->arena, buf_view(&item));
    else step->error.message = arena_copy(step->arena, step->error.message);
    bool failed = scratch.failed || step->arena->failed;
    arena_free(&scratch);
    if (failed) step->error = (Error){0};
    return failed ? error_out_of_memory(&step->error) : is_decoded;
}

bool request_decode_item(Request *request, Json attributes, const ValueRules *rules, Slice *out) {
    Step *step = request->step;
    Buf item;
    if (attributes.text.len > JSON_SUBTREE_BYTES_MAX) return decode_long_item(request, attributes, rules, out);
    buf_init(&item, step->arena);
    if (!item_from_json(&request->document, attributes, rules, &item, &step->error)) return false;
    if (item.failed) return error_out_of_memory(&step->error);
    *out = buf_view(&item);
    return true;
}

ReturnCapacity request_return_capacity(Request *request) {
    static const char *const NAMES[] = {"NONE", "TOTAL", "INDEXES", NULL};
    int choice = schema_choice(&request->document, request->root, "ReturnConsumedCapacity", NAMES);
    return choice < 0 ? RETURN_CAPACITY_NONE : (ReturnCapacity)choice;
}

size_t request_table(Request *request) {
    Slice name;
    request_text(request, "TableName", &name);
    return request_need_table(request, table_name_from_argument(name));
}

// --- Layers

static bool parse_under(Request *request, const RequestSchema *schema, Layer layer, RequestBody *body) {
    Step *step = request->step;
    const Rule *rules = layer == LAYER_NEWER ? schema->rules : schema->older_rules;
    size_t count = layer == LAYER_NEWER ? schema->rule_count : schema->older_rule_count;
    if (!schema_check_rules(step->arena, &request->document, request->root, schema->members, rules, count, 0,
                            &step->error)) {
        return false;
    }
    ValueRules value_rules = {layer, VALUE_NESTING_MAX};
    return body(request, &value_rules);
}

bool request_parse(Request *request, const RequestSchema *schema, bool enveloped, RequestBody *body) {
    Step *step = request->step;
    JsonDocument *document = &request->document;
    if (!schema_check_types(step->arena, document, request->root, schema->members, &step->error)) return false;
    bool falls_back = schema_falls_back(step->arena, document, request->root, schema);
    request->enveloped = enveloped && !falls_back;
    if (parse_under(request, schema, falls_back ? LAYER_OLDER : LAYER_NEWER, body)) return true;
    if (falls_back || step->error.kind != ERROR_VALIDATION) return false;
    if (!schema_uses_older_layer(document, request->root, schema->members)) return false;
    request->enveloped = false;
    step->error = (Error){0};
    request->table_count = 0;
    return parse_under(request, schema, LAYER_OLDER, body);
}

// --- Parameters

// Appends the names that the object has; returns how many.
static size_t append_present(Request *request, Json object, const char *const *names, Buf *out) {
    size_t count = 0;
    for (size_t i = 0; names[i] != NULL; i++) {
        if (schema_member(&request->document, object, names[i]).type == JSON_ABSENT) continue;
        if (count++ > 0) buf_cstr(out, ", ");
        buf_cstr(out, names[i]);
    }
    return count;
}

static bool check_not_mixed(Request *request, Json object, const ParameterNames *names) {
    Step *step = request->step;
    Buf legacy;
    Buf expressions;
    buf_init(&legacy, step->arena);
    buf_init(&expressions, step->arena);
    bool has_legacy = append_present(request, object, names->legacy, &legacy) > 0;
    bool has_expressions = append_present(request, object, names->expressions, &expressions) > 0;
    if (!has_legacy || !has_expressions) return true;
    Slice legacy_text = buf_view(&legacy);
    Slice expression_text = buf_view(&expressions);
    return error_enveloped(&step->error, step->arena,
                           "Can not use both expression and non-expression parameters in the same request: "
                           "Non-expression parameters: {%S} Expression parameters: {%S}",
                           &legacy_text, &expression_text);
}

static bool has_any(Request *request, Json object, const char *const *names) {
    for (size_t i = 0; names[i] != NULL; i++) {
        if (schema_member(&request->document, object, names[i]).type != JSON_ABSENT) return true;
    }
    return false;
}

// Operations without value expressions have no member ExpressionAttributeValues: what is called so is ignored.
static bool takes_values(const ParameterNames *names) {
    return names->value_expressions[0] != NULL;
}

static bool check_maps_are_used(Request *request, Json object, const ParameterNames *names) {
    Step *step = request->step;
    JsonDocument *document = &request->document;
    if (schema_member(document, object, "ExpressionAttributeNames").type != JSON_ABSENT
        && !has_any(request, object, names->expressions)) {
        return error_enveloped(&step->error, step->arena,
                               "ExpressionAttributeNames can only be specified when using expressions");
    }
    if (takes_values(names) && schema_member(document, object, "ExpressionAttributeValues").type != JSON_ABSENT
        && !has_any(request, object, names->value_expressions)) {
        return error_enveloped(&step->error, step->arena,
                               "ExpressionAttributeValues can only be specified when using expressions%s",
                               names->values_unused_tail);
    }
    return true;
}

// Whether some value in the map is bad, rather than the map's shape.
static bool has_bad_value(Request *request, Json values, const ValueRules *rules) {
    JsonIterator iterator = json_iterate(&request->document, values);
    Slice name;
    Json value;
    while (json_next(&iterator, &name, &value)) {
        Buf scratch;
        Error error = {0};
        buf_init(&scratch, request->step->arena);
        if (!value_from_json(&request->document, value, rules, &scratch, &error)) return true;
    }
    return false;
}

Placeholders *request_placeholders(Request *request, Json object, const ParameterNames *names,
                                   const ValueRules *rules, Error *late) {
    Step *step = request->step;
    JsonDocument *document = &request->document;
    Json name_map = schema_member(document, object, "ExpressionAttributeNames");
    Json value_map = {.type = JSON_ABSENT};
    if (takes_values(names)) value_map = schema_member(document, object, "ExpressionAttributeValues");
    Error error = {0};
    Placeholders *placeholders = placeholders_new(step->arena, document, name_map, value_map, rules, &error);
    bool has_failed = placeholders == NULL;
    bool is_value = has_failed && (error.kind != ERROR_VALIDATION || has_bad_value(request, value_map, rules));
    if (is_value && late == NULL) {
        step->error = error;
        return NULL;
    }
    if (!check_not_mixed(request, object, names) || !check_maps_are_used(request, object, names)) return NULL;
    if (is_value) *late = error;
    else if (has_failed) step->error = error;
    return placeholders;
}

bool request_conditional_operator(Request *request, const char *filter, const ValueRules *rules,
                                  ConditionalOperator *out) {
    static const char *const NAMES[] = {"AND", "OR", NULL};
    Step *step = request->step;
    *out = CONDITIONAL_AND;
    Slice text;
    if (!request_text(request, "ConditionalOperator", &text)) return true;
    int choice = schema_choice(&request->document, request->root, "ConditionalOperator", NAMES);
    if (choice < 0 && rules->layer == LAYER_OLDER) {
        return error_validation(&step->error, step->arena,
                                "1 validation error detected: Value '%S' at 'conditionalOperator' failed to satisfy "
                                "constraint: Member must satisfy enum value set: [OR, AND]", &text);
    }
    if (choice < 0) {
        return error_enveloped(&step->error, step->arena,
                               "Failed to satisfy constraint: Member must satisfy enum value set: [ALL, OR]");
    }
    Json conditions = request_member(request, filter);
    if (conditions.type == JSON_ABSENT) {
        return error_enveloped(&step->error, step->arena,
                               "ConditionalOperator cannot be used without Filter or Expected");
    }
    if (json_count(&request->document, conditions) < 2) {
        return error_enveloped(&step->error, step->arena,
                               "ConditionalOperator can only be used when Filter or Expected has two or more elements");
    }
    *out = choice == 0 ? CONDITIONAL_AND : CONDITIONAL_OR;
    return true;
}

static bool check_value(Request *request, Json value, const ValueRules *rules) {
    Buf scratch;
    buf_init(&scratch, request->step->arena);
    return value_from_json(&request->document, value, rules, &scratch, &request->step->error);
}

bool request_check_legacy_values(Request *request, const char *name, const ValueRules *rules) {
    JsonDocument *document = &request->document;
    JsonIterator iterator = json_iterate(document, request_member(request, name));
    Slice attribute;
    Json condition;
    while (json_next(&iterator, &attribute, &condition)) {
        Json single = schema_member(document, condition, "Value");
        if (single.type != JSON_ABSENT && !check_value(request, single, rules)) return false;
        JsonIterator list = json_iterate(document, schema_member(document, condition, "AttributeValueList"));
        Slice none;
        Json value;
        while (json_next(&list, &none, &value)) {
            if (!check_value(request, value, rules)) return false;
        }
    }
    return true;
}

bool request_check_not_empty(Request *request, ExpressionKind kind) {
    Slice text;
    if (!request_text(request, expression_kind_name(kind), &text) || text.len > 0) return true;
    return error_enveloped(&request->step->error, request->step->arena,
                           "Invalid %s: The expression can not be empty;", expression_kind_name(kind));
}

Expression *request_expression(Request *request, ExpressionKind kind) {
    Slice text;
    if (!request_text(request, expression_kind_name(kind), &text)) return NULL;
    return expression_parse(request->step->arena, kind, text, &request->step->error);
}

bool request_compile(Request *request, const Expression *expression, Placeholders *placeholders, Slice *tree) {
    *tree = (Slice){NULL, 0};
    if (expression == NULL) return true;
    Buf out;
    buf_init(&out, request->step->arena);
    if (!expression_compile(request->step->arena, expression, placeholders, &out, &request->step->error)) return false;
    if (out.failed) return error_out_of_memory(&request->step->error);
    *tree = buf_view(&out);
    return true;
}
