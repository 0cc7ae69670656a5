#include "expr/legacy.h"

#include <stdlib.h>

#include "data/document_path.h"
#include "data/item_codec.h"
#include "expr/functions.h"
#include "expr/legacy_condition.h"
#include "expr/tree.h"

#define INVALID "One or more parameter values were invalid: "

static Json member_of(const LegacyMembers *all, Json object, Slice name) {
    return json_member(all->document, object, name);
}

static bool is_absent(Json json) {
    return json.type == JSON_ABSENT;
}

// --- Conditions on items: Expected, QueryFilter, ScanFilter

// The nodes of a map of conditions, one behind the other, and where each ends.
typedef struct Nodes {
    Buf bytes;
    size_t *ends;
    size_t count;
} Nodes;

static bool nodes_init(Nodes *nodes, const LegacyMembers *all) {
    buf_init(&nodes->bytes, all->arena);
    nodes->count = 0;
    nodes->ends = ARENA_ARRAY(all->arena, size_t, all->count);
    return nodes->ends != NULL || error_out_of_memory(all->error);
}

static void nodes_add(Nodes *nodes, Slice attribute, const LegacyCondition *condition) {
    legacy_condition_append(&nodes->bytes, attribute, condition);
    nodes->ends[nodes->count++] = nodes->bytes.len;
}

// No condition at all makes no tree.
static bool append_tree(Buf *tree, const Nodes *nodes, ConditionalOperator operator, Error *error) {
    if (nodes->bytes.failed) return error_out_of_memory(error);
    if (nodes->count == 0) return true;
    Slice bytes = buf_view(&nodes->bytes);
    buf_u8(tree, TREE_VERSION);
    buf_u8(tree, TREE_CONDITION);
    if (nodes->count == 1) {
        buf_bytes(tree, bytes);
    } else {
        buf_u8(tree, operator == CONDITIONAL_OR ? NODE_OR : NODE_AND);
        buf_varint(tree, nodes->count);
        for (size_t i = 0; i < nodes->count; i++) {
            buf_slice(tree, slice_sub(bytes, i == 0 ? 0 : nodes->ends[i - 1], nodes->ends[i]));
        }
    }
    return !tree->failed || error_out_of_memory(error);
}

typedef enum Existence { EXISTS_NULL, EXISTS_TRUE, EXISTS_FALSE } Existence;

// Written as a string it begins with t, y or 1 where it means true; the request's schema has checked it.
static Existence read_exists(const LegacyMembers *all, Json json) {
    if (is_absent(json)) return EXISTS_NULL;
    if (json.type != JSON_STRING) return json.type == JSON_TRUE ? EXISTS_TRUE : EXISTS_FALSE;
    Slice text = json_string(all->document, json);
    return text.len > 0 && memchr("tTyY1", text.data[0], 5) != NULL ? EXISTS_TRUE : EXISTS_FALSE;
}

static bool expected_fault(LegacyMembers *all, const LegacyMember *member, const char *fault) {
    return error_enveloped(all->error, all->arena, INVALID "%s for Attribute: %S", fault, &member->name);
}

// Expected without a ComparisonOperator: that the attribute has the value, or is not there.
static bool read_expected_value(LegacyMembers *all, const LegacyMember *member, Json value, LegacyCondition *out) {
    static const LegacyOperator EQUALS = {SLICE_INIT("EQ"), NODE_EQ, KEY_EQ, false, 1, 1, TYPES_ANY};
    static const LegacyOperator MISSING = {
        SLICE_INIT("NULL"), NODE_ATTRIBUTE_NOT_EXISTS, 0, false, 0, 0, TYPES_ANY};
    Existence exists = read_exists(all, member_of(all, member->json, SLICE("Exists")));
    if (exists == EXISTS_FALSE) {
        if (!is_absent(value)) return expected_fault(all, member, "Value cannot be used when Exists is false");
        *out = (LegacyCondition){.op = &MISSING};
        return true;
    }
    if (is_absent(value)) {
        return expected_fault(all, member,
                              exists == EXISTS_TRUE ? "Value must be provided when Exists is true"
                                                    : "Value must be provided when Exists is null");
    }
    return legacy_condition_read(all, &EQUALS, (Json){.type = JSON_ABSENT}, value, out);
}

static bool read_expected(LegacyMembers *all, const LegacyMember *member, LegacyCondition *out) {
    Json operator = member_of(all, member->json, SLICE("ComparisonOperator"));
    Json list = member_of(all, member->json, SLICE("AttributeValueList"));
    Json value = member_of(all, member->json, SLICE("Value"));
    if (!is_absent(list) && !is_absent(value)) {
        return expected_fault(all, member, "Value and AttributeValueList cannot be used together");
    }
    if (is_absent(operator)) {
        if (is_absent(list)) return read_expected_value(all, member, value, out);
        return expected_fault(all, member, "AttributeValueList can only be used with a ComparisonOperator");
    }
    if (!is_absent(member_of(all, member->json, SLICE("Exists")))) {
        return expected_fault(all, member, "Exists and ComparisonOperator cannot be used together");
    }
    Slice name = json_string(all->document, operator);
    bool needs_values = !slice_equal(name, SLICE("NULL")) && !slice_equal(name, SLICE("NOT_NULL"));
    if (needs_values && is_absent(list) && is_absent(value)) {
        return error_enveloped(all->error, all->arena,
                               INVALID "Value or AttributeValueList must be used with ComparisonOperator: %S for "
                                       "Attribute: %S",
                               &name, &member->name);
    }
    const LegacyOperator *op = legacy_operator_find(all, operator);
    return op != NULL && legacy_condition_read(all, op, list, value, out);
}

bool legacy_expected(Arena *arena, JsonDocument *document, Json expected, ConditionalOperator operator,
                     const ValueRules *rules, Buf *tree, Error *error) {
    LegacyMembers all = {.arena = arena, .document = document, .rules = rules, .error = error};
    Nodes nodes;
    LegacyMember member;
    if (!legacy_members_open(&all, expected) || !nodes_init(&nodes, &all)) return false;
    while (legacy_members_next(&all, &member)) {
        LegacyCondition condition;
        if (!read_expected(&all, &member, &condition)) return false;
        nodes_add(&nodes, member.name, &condition);
    }
    return error->kind == ERROR_NONE && append_tree(tree, &nodes, operator, error);
}

static bool read_condition(LegacyMembers *all, const LegacyMember *member, LegacyCondition *out) {
    const LegacyOperator *op = legacy_operator_find(all, member_of(all, member->json, SLICE("ComparisonOperator")));
    Json list = member_of(all, member->json, SLICE("AttributeValueList"));
    return op != NULL && legacy_condition_read(all, op, list, (Json){.type = JSON_ABSENT}, out);
}

bool legacy_filter(Arena *arena, JsonDocument *document, Json filter, ConditionalOperator operator,
                   const ValueRules *rules, Buf *tree, Error *error) {
    LegacyMembers all = {.arena = arena, .document = document, .rules = rules, .error = error};
    Nodes nodes;
    LegacyMember member;
    if (!legacy_members_open(&all, filter) || !nodes_init(&nodes, &all)) return false;
    while (legacy_members_next(&all, &member)) {
        LegacyCondition condition;
        if (!read_condition(&all, &member, &condition)) return false;
        nodes_add(&nodes, member.name, &condition);
    }
    return error->kind == ERROR_NONE && append_tree(tree, &nodes, operator, error);
}

// --- KeyConditions

bool legacy_key_conditions(Arena *arena, JsonDocument *document, Json conditions, const ValueRules *rules,
                           KeyCondition *out, Error *error) {
    LegacyMembers all = {.arena = arena, .document = document, .rules = rules, .error = error};
    *out = (KeyCondition){.count = 0};
    LegacyMember member;
    if (!legacy_members_open(&all, conditions)) return false;
    while (legacy_members_next(&all, &member)) {
        LegacyCondition condition;
        if (!read_condition(&all, &member, &condition)) return false;
        if (condition.op->key == 0) {
            return error_validation(error, arena, "Attempted conditional constraint is not an indexable operation");
        }
        KeyComparison comparison = {.attribute = arena_copy(arena, member.name),
                                    .op = condition.op->key,
                                    .value = condition.values[0]};
        if (condition.count > 1) comparison.upper = condition.values[1];
        if (out->count < KEY_COMPARISONS_MAX) out->comparisons[out->count++] = comparison;
    }
    if (arena->failed) return error_out_of_memory(error);
    return error->kind == ERROR_NONE;
}

// --- AttributeUpdates

typedef enum LegacyAction { LEGACY_PUT, LEGACY_ADD, LEGACY_DELETE } LegacyAction;

static bool read_action(LegacyMembers *all, Json json, LegacyAction *action) {
    *action = LEGACY_PUT;
    if (is_absent(json)) return true;
    Slice name = json_string(all->document, json);
    if (slice_equal(name, SLICE("PUT"))) return true;
    *action = LEGACY_ADD;
    if (slice_equal(name, SLICE("ADD"))) return true;
    *action = LEGACY_DELETE;
    if (slice_equal(name, SLICE("DELETE"))) return true;
    // The apostrophe is DynamoDB's.
    return error_enveloped(all->error, all->arena,
                           "Member must satisfy enum value set: [ADD, DELETE, PUT]' for Action");
}

static bool check_action_type(LegacyMembers *all, LegacyAction action, ValueType type) {
    static const char *const TYPE_NAMES[] = {
        [VALUE_S] = "STRING", [VALUE_N] = "NUMBER", [VALUE_B] = "BINARY",   [VALUE_M] = "MAP",
        [VALUE_L] = "LIST",   [VALUE_NULL] = "NULL", [VALUE_BOOL] = "BOOLEAN",
    };
    bool is_set = type == VALUE_SS || type == VALUE_NS || type == VALUE_BS;
    bool is_summand = action == LEGACY_ADD && (type == VALUE_N || type == VALUE_L);
    if (action == LEGACY_PUT || is_set || is_summand) return true;
    return error_validation(all->error, all->arena, INVALID "%s is not supported for the type %s",
                            action == LEGACY_ADD ? "ADD action" : "DELETE action with value", TYPE_NAMES[type]);
}

static bool append_update(LegacyMembers *all, const LegacyMember *member, Buf *tree) {
    LegacyAction action;
    if (!read_action(all, member_of(all, member->json, SLICE("Action")), &action)) return false;
    Json json = member_of(all, member->json, SLICE("Value"));
    PathElement element = {.name = member->name};
    if (is_absent(json)) {
        if (action != LEGACY_DELETE) {
            return error_validation(all->error, all->arena,
                                    INVALID "Only DELETE action is allowed when no attribute value is specified");
        }
        buf_u8(tree, ACTION_REMOVE);
        path_append(tree, &element, 1);
        return true;
    }
    Buf value;
    buf_init(&value, all->arena);
    if (!value_from_json(all->document, json, all->rules, &value, all->error)) return false;
    if (value.failed) return error_out_of_memory(all->error);
    if (!check_action_type(all, action, value_type(buf_view(&value)))) return false;
    uint8_t tag = action == LEGACY_PUT ? ACTION_SET : action == LEGACY_ADD ? ACTION_ADD_LEGACY : ACTION_DELETE;
    buf_u8(tree, tag);
    path_append(tree, &element, 1);
    if (tag == ACTION_SET) buf_u8(tree, OPERAND_CONSTANT);
    buf_bytes(tree, buf_view(&value));
    return true;
}

bool legacy_attribute_updates(Arena *arena, JsonDocument *document, Json updates, const ValueRules *rules, Buf *tree,
                              Error *error) {
    LegacyMembers all = {.arena = arena, .document = document, .rules = rules, .error = error};
    LegacyMember member;
    if (!legacy_members_open(&all, updates)) return false;
    buf_u8(tree, TREE_VERSION);
    buf_u8(tree, TREE_UPDATE);
    buf_varint(tree, all.count);
    while (legacy_members_next(&all, &member)) {
        if (!append_update(&all, &member, tree)) return false;
    }
    if (tree->failed) return error_out_of_memory(error);
    return error->kind == ERROR_NONE;
}

// --- AttributesToGet

static int by_bytes(const void *a, const void *b) {
    return slice_compare(*(const Slice *)a, *(const Slice *)b);
}

bool legacy_attributes_to_get(Arena *arena, JsonDocument *document, Json names, Buf *tree, Error *error) {
    size_t count = names.type == JSON_ARRAY ? json_count(document, names) : 0;
    Slice *sorted = ARENA_ARRAY(arena, Slice, count);
    if (sorted == NULL) return error_out_of_memory(error);
    buf_u8(tree, TREE_VERSION);
    buf_u8(tree, TREE_PROJECTION);
    buf_varint(tree, count);
    JsonIterator iterator = json_iterate(document, names);
    ArenaMark mark = arena_mark(document->arena);
    Slice none;
    Json json;
    for (size_t i = 0; i < count && json_next(&iterator, &none, &json); i++) {
        PathElement element = {.name = json.type == JSON_STRING ? json_string(document, json) : SLICE("")};
        if (element.name.len == 0) return error_enveloped(error, arena, "Empty attribute name");
        path_append(tree, &element, 1);
        sorted[i] = arena_copy(arena, element.name);
        arena_rewind(document->arena, mark);
    }
    if (document->arena->failed || arena->failed) return error_out_of_memory(error);
    if (count > 1) qsort(sorted, count, sizeof *sorted, by_bytes);
    for (size_t i = 1; i < count; i++) {
        if (!slice_equal(sorted[i - 1], sorted[i])) continue;
        return error_validation(error, arena, INVALID "Duplicate value in attribute name: %S", &sorted[i]);
    }
    return true;
}
