#include "expr/key_condition.h"

#include "base/limits.h"
#include "data/document_path.h"
#include "data/item_codec.h"
#include "expr/check.h"

// --- Before the table is known

typedef struct Binder {
    Arena *arena;
    Error *error;
    const Checker *checker;
    KeyCondition *out;
    Slice *attributes; // of all comparisons, also of those that out has no room for
    size_t attribute_count;
} Binder;

static const AstNode *node_at(const Binder *binder, uint32_t index) {
    return &binder->checker->expression->nodes[index];
}

static bool invalid_operator(Binder *binder, Slice name) {
    return error_enveloped(binder->error, binder->arena, "Invalid operator used in KeyConditionExpression: %S", &name);
}

static bool invalid_condition(Binder *binder, const char *format, const char *name) {
    Buf reason;
    buf_init(&reason, binder->arena);
    buf_format(&reason, format, name);
    if (reason.failed) return error_out_of_memory(binder->error);
    Slice text = buf_view(&reason);
    return error_enveloped(binder->error, binder->arena, "Invalid condition in KeyConditionExpression: %S", &text);
}

static KeyOperator key_operator(NodeTag tag) {
    switch (tag) {
    case NODE_EQ: return KEY_EQ;
    case NODE_LT: return KEY_LT;
    case NODE_LE: return KEY_LE;
    case NODE_GT: return KEY_GT;
    case NODE_GE: return KEY_GE;
    case NODE_BETWEEN: return KEY_BETWEEN;
    case NODE_BEGINS_WITH: return KEY_BEGINS_WITH;
    default: return 0;
    }
}

static KeyOperator reversed(KeyOperator op) {
    switch (op) {
    case KEY_LT: return KEY_GT;
    case KEY_LE: return KEY_GE;
    case KEY_GT: return KEY_LT;
    case KEY_GE: return KEY_LE;
    default: return op;
    }
}

static bool check_attribute(Binder *binder, Slice path, Slice *name) {
    size_t elements;
    Reader reader = path_elements(path, &elements);
    *name = path_element_next(&reader).name;
    if (elements > 1) {
        return expression_error(binder->error, binder->arena, EXPRESSION_KEY_CONDITION, "%s",
                                "KeyConditionExpressions cannot have conditions on nested attributes");
    }
    for (size_t i = 0; i < binder->attribute_count; i++) {
        if (!slice_equal(binder->attributes[i], *name)) continue;
        return expression_error(binder->error, binder->arena, EXPRESSION_KEY_CONDITION, "%s",
                                "KeyConditionExpressions must only contain one condition per key");
    }
    binder->attributes[binder->attribute_count++] = *name;
    return true;
}

// The operand that is the attribute: the only one that is a path.
static bool find_attribute(Binder *binder, const AstNode *node, uint32_t *attribute) {
    *attribute = AST_NONE;
    bool is_nested = false;
    bool is_repeated = false;
    for (uint32_t i = node->first_child; i != AST_NONE; i = node_at(binder, i)->next_sibling) {
        AstKind kind = node_at(binder, i)->kind;
        if (kind == AST_FUNCTION) is_nested = true;
        if (kind != AST_PATH) continue;
        is_repeated = *attribute != AST_NONE;
        if (!is_repeated) *attribute = i;
    }
    if (is_nested) {
        return expression_error(binder->error, binder->arena, EXPRESSION_KEY_CONDITION, "%s",
                                "KeyConditionExpressions cannot contain nested operations");
    }
    if (is_repeated) return invalid_condition(binder, "%s", "Multiple attribute names used in one condition");
    if (node->kind != AST_COMPARISON && *attribute != node->first_child) {
        const char *name = node->tag == NODE_BETWEEN ? "BETWEEN" : "begins_with";
        return invalid_condition(binder, "%s operator must have the key attribute as its first operand", name);
    }
    return *attribute != AST_NONE || invalid_condition(binder, "%s", "No key attribute specified");
}

static bool add_comparison(Binder *binder, const AstNode *node) {
    KeyOperator op = key_operator(node->tag);
    if (op == 0) {
        return invalid_operator(binder, node->kind == AST_FUNCTION ? node->function->name
                                                                   : slice_of_cstr(operator_text(node->tag)));
    }
    uint32_t attribute;
    KeyComparison comparison = {0};
    if (!find_attribute(binder, node, &attribute)) return false;
    const Resolved *resolved = binder->checker->resolved;
    if (!check_attribute(binder, resolved[attribute].bytes, &comparison.attribute)) return false;
    bool is_first = attribute == node->first_child;
    uint32_t value = is_first ? node_at(binder, attribute)->next_sibling : node->first_child;
    comparison.op = is_first ? op : reversed(op);
    comparison.value = resolved[value].bytes;
    if (op == KEY_BETWEEN) comparison.upper = resolved[node->last_child].bytes;
    if (binder->out->count < KEY_COMPARISONS_MAX) binder->out->comparisons[binder->out->count++] = comparison;
    return true;
}

// NOLINTNEXTLINE(misc-no-recursion): at most EXPRESSION_OPERATORS_MAX levels
static bool add_node(Binder *binder, uint32_t index) {
    const AstNode *node = node_at(binder, index);
    if (node->kind != AST_LOGIC || node->tag != NODE_AND) return add_comparison(binder, node);
    for (uint32_t i = node->first_child; i != AST_NONE; i = node_at(binder, i)->next_sibling) {
        if (!add_node(binder, i)) return false;
    }
    return true;
}

bool key_condition_compile(Arena *arena, const Expression *expression, Placeholders *placeholders,
                           KeyCondition *out, Error *error) {
    Checker checker;
    if (!check_expression(&checker, arena, expression, placeholders, error)) return false;
    *out = (KeyCondition){.count = 0};
    Binder binder = {.arena = arena, .error = error, .checker = &checker, .out = out};
    binder.attributes = ARENA_ARRAY(arena, Slice, expression->node_count);
    if (binder.attributes == NULL) return error_out_of_memory(error);
    return add_node(&binder, expression->root);
}

// --- After the table is known

static const KeyComparison *find_comparison(const KeyCondition *condition, Slice attribute) {
    for (size_t i = 0; i < condition->count; i++) {
        if (slice_equal(condition->comparisons[i].attribute, attribute)) return &condition->comparisons[i];
    }
    return NULL;
}

static bool check_value(Arena *arena, const KeyAttributeRef *key, Slice value, Error *error) {
    ValueType type = value_type(value);
    if (!slice_equal(slice_of_cstr(value_type_name(type)), slice_of(&key->type, 1))) {
        return error_validation(
            error, arena,
            "One or more parameter values were invalid: Condition parameter type does not match schema type");
    }
    if (type == VALUE_N || value_bytes(value).len != 0) return true;
    return error_validation(error, arena,
                            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
                            "contain an empty %s value. Key: %S",
                            type == VALUE_S ? "string" : "binary", &key->name);
}

static bool check_values(Arena *arena, const KeyCondition *condition, const KeyAttributeRef *keys, size_t count,
                         Error *error) {
    for (size_t i = 0; i < count; i++) {
        const KeyComparison *comparison = find_comparison(condition, keys[i].name);
        if (comparison == NULL) continue;
        if (!check_value(arena, &keys[i], comparison->value, error)) return false;
        if (comparison->op == KEY_BETWEEN && !check_value(arena, &keys[i], comparison->upper, error)) return false;
    }
    return true;
}

// "h1, h2"
static Slice names_of(Arena *arena, const KeyAttributeRef *keys, size_t count) {
    Buf names;
    buf_init(&names, arena);
    for (size_t i = 0; i < count; i++) buf_format(&names, "%s%S", i == 0 ? "" : ", ", &keys[i].name);
    return buf_view(&names);
}

static size_t matched_count(const KeyCondition *condition, const KeyAttributeRef *keys, size_t count) {
    size_t matched = 0;
    for (size_t i = 0; i < count; i++) matched += find_comparison(condition, keys[i].name) != NULL;
    return matched;
}

static bool missed_key(Arena *arena, Slice name, Error *error) {
    return error_validation(error, arena, "Query condition missed key schema element: %S", &name);
}

// Every condition must be on a key attribute, and no key of a single-attribute key may be left out for another's sake.
static bool check_complete(Arena *arena, const KeyCondition *condition, const KeyAttributeRef *hash,
                           size_t hash_count, const KeyAttributeRef *range, size_t range_count, Error *error) {
    size_t key_count = hash_count + range_count;
    if (condition->count > key_count) {
        return error_validation(error, arena,
                                "The number of query conditions (%z) exceeds the number of key attributes defined in "
                                "the schema (%z)",
                                condition->count, key_count);
    }
    if (hash_count == 1 && find_comparison(condition, hash[0].name) == NULL) {
        return missed_key(arena, hash[0].name, error);
    }
    size_t on_hash = matched_count(condition, hash, hash_count);
    if (on_hash < hash_count) {
        Slice names = names_of(arena, hash, hash_count);
        return error_validation(error, arena,
                                "HASH key attributes %S must have equality conditions specified in the query", &names);
    }
    if (on_hash + matched_count(condition, range, range_count) == condition->count) return true;
    // A condition is on something else: DynamoDB names the first key attribute that got none.
    for (size_t i = 0; i < range_count; i++) {
        if (find_comparison(condition, range[i].name) == NULL) return missed_key(arena, range[i].name, error);
    }
    return error_validation(error, arena, "Query key condition not supported");
}

static bool bind_hash(Arena *arena, const KeyCondition *condition, const KeyAttributeRef *hash, size_t hash_count,
                      KeyBinding *out, Error *error) {
    for (size_t i = 0; i < hash_count; i++) {
        const KeyComparison *comparison = find_comparison(condition, hash[i].name);
        if (comparison->op == KEY_EQ) {
            out->hash_values[i] = comparison->value;
            continue;
        }
        if (hash_count == 1) return error_validation(error, arena, "Query key condition not supported");
        Slice names = names_of(arena, hash, hash_count);
        return error_validation(error, arena,
                                "HASH key attributes %S must have equality conditions specified in the query", &names);
    }
    return true;
}

// Equalities on a leading run, then at most one other comparison.
static bool bind_range(Arena *arena, const KeyCondition *condition, const KeyAttributeRef *range, size_t range_count,
                       KeyBinding *out, Error *error) {
    size_t last = range_count;
    while (last > 0 && find_comparison(condition, range[last - 1].name) == NULL) last--;
    for (size_t i = 0; i < last; i++) {
        const KeyComparison *comparison = find_comparison(condition, range[i].name);
        if (comparison != NULL && comparison->op == KEY_EQ) {
            out->range_values[out->range_equal_count++] = comparison->value;
        } else if (comparison != NULL && i + 1 == last) {
            out->has_comparison = true;
            out->comparison = *comparison;
        } else {
            Slice names = names_of(arena, range, last - 1);
            return error_validation(error, arena,
                                    "RANGE key attributes %S must have equality conditions specified in the query "
                                    "because a condition is present on key attribute %S",
                                    &names, &range[last - 1].name);
        }
    }
    return true;
}

bool key_condition_bind(Arena *arena, const KeyCondition *condition, const KeyAttributeRef *hash, size_t hash_count,
                        const KeyAttributeRef *range, size_t range_count, KeyBinding *out, Error *error) {
    *out = (KeyBinding){.range_equal_count = 0};
    return check_complete(arena, condition, hash, hash_count, range, range_count, error) &&
           check_values(arena, condition, hash, hash_count, error) &&
           check_values(arena, condition, range, range_count, error) &&
           bind_hash(arena, condition, hash, hash_count, out, error) &&
           bind_range(arena, condition, range, range_count, out, error);
}
