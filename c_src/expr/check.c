// DynamoDB evaluates operands before what they belong to and stops at the first fault, conditions from the left, the
// actions of updates and the paths of projections from the last to the first.
#include "expr/check.h"

#include "base/limits.h"
#include "data/document_path.h"
#include "data/item_codec.h"
#include "expr/overlap.h"

#define fail(checker, ...)                                                                                   \
    expression_error((checker)->error, (checker)->arena, (checker)->expression->kind, __VA_ARGS__)

static const AstNode *node_at(const Checker *checker, uint32_t index) {
    return &checker->expression->nodes[index];
}

// --- Leaves

static bool resolve_path(Checker *checker, const AstNode *node, Resolved *resolved) {
    PathElement elements[DOCUMENT_PATH_ELEMENTS_MAX];
    for (uint32_t i = 0; i < node->element_count; i++) {
        const AstElement *element = &checker->expression->elements[node->first_element + i];
        PathElement step = {element->kind == ELEMENT_IS_INDEX, element->text, element->index};
        if (element->kind == ELEMENT_IS_PLACEHOLDER) {
            const Placeholder *name = placeholders_use_name(checker->placeholders, element->text);
            if (name == NULL) {
                return fail(checker,
                            "An expression attribute name used in the document path is not defined; attribute name: %S",
                            &element->text);
            }
            step.name = name->name;
        }
        if (i < DOCUMENT_PATH_ELEMENTS_MAX) elements[i] = step;
    }
    if (node->element_count > DOCUMENT_PATH_ELEMENTS_MAX) {
        return fail(checker, "The document path has too many nesting levels; nesting levels: %u",
                    (unsigned)node->element_count);
    }
    Buf path;
    buf_init(&path, checker->arena);
    path_append(&path, elements, node->element_count);
    if (path.failed) return error_out_of_memory(checker->error);
    resolved->bytes = buf_view(&path);
    return true;
}

static bool resolve_value(Checker *checker, const AstNode *node, Resolved *resolved) {
    resolved->value = placeholders_use_value(checker->placeholders, node->text);
    if (resolved->value == NULL) {
        return fail(checker,
                    "An expression attribute value used in expression is not defined; attribute value: %S",
                    &node->text);
    }
    resolved->bytes = resolved->value->value;
    resolved->type = value_type(resolved->bytes);
    return true;
}

// --- Operands

static bool wrong_type(Checker *checker, const char *name, const char *type) {
    return fail(checker, "Incorrect operand type for operator or function; operator or function: %s, operand type: %s",
                name, type);
}

static bool check_type(Checker *checker, const char *name, uint32_t operand, unsigned types) {
    ValueType type = checker->resolved[operand].type;
    if (type == VALUE_NONE || (types & TYPE_BIT(type)) != 0) return true;
    return wrong_type(checker, name, value_type_name(type));
}

// "The first operand must be distinct from the remaining operands": for paths; constants may be compared with
// themselves.
static bool check_distinct(Checker *checker, const char *name, const AstNode *node) {
    uint32_t first = node->first_child;
    if (node_at(checker, first)->kind != AST_PATH) return true;
    Slice path = checker->resolved[first].bytes;
    for (uint32_t i = node_at(checker, first)->next_sibling; i != AST_NONE; i = node_at(checker, i)->next_sibling) {
        if (node_at(checker, i)->kind != AST_PATH || !slice_equal(checker->resolved[i].bytes, path)) continue;
        Buf printed;
        buf_init(&printed, checker->arena);
        path_print(&printed, path);
        if (printed.failed) return error_out_of_memory(checker->error);
        Slice text = buf_view(&printed);
        return fail(checker,
                    "The first operand must be distinct from the remaining operands for this operator or function; "
                    "operator: %s, first operand: %S",
                    name, &text);
    }
    return true;
}

static bool check_type_name(Checker *checker, const char *name, uint32_t operand) {
    const Resolved *resolved = &checker->resolved[operand];
    // Where the type is not known DynamoDB lists every type it has.
    if (resolved->type == VALUE_NONE) {
        return wrong_type(checker, name,
                          "{S,SS,N,NS,B,BS,BOOL,NULL,L,M,HD,DOUBLE,FLOAT,HDS,FS,DOUBLESET,DICT,DECIMAL,INT,"
                          "DECIMALSET,INTSET}");
    }
    if (resolved->type != VALUE_S) return wrong_type(checker, name, value_type_name(resolved->type));
    Slice text = value_bytes(resolved->bytes);
    for (int type = VALUE_S; type <= VALUE_BOOL; type++) {
        if (slice_equal(text, slice_of_cstr(value_type_name((ValueType)type)))) return true;
    }
    bool is_newer = placeholders_layer(checker->placeholders) == LAYER_NEWER &&
                    checker->expression->kind == EXPRESSION_CONDITION;
    return fail(checker, "Invalid attribute type name found; type: %S, valid types: {%s}", &text,
                is_newer ? "S,SS,N,NS,B,BS,BOOL,NULL,L,M" : "N,BS,L,B,NULL,M,S,SS,NS,BOOL");
}

static bool check_operand(Checker *checker, const FunctionRow *row, size_t position, uint32_t operand) {
    const char *name = (const char *)row->name.data; // rows are made of literals
    switch (row->operands[position].rule) {
    case OPERAND_MUST_BE_PATH:
        if (node_at(checker, operand)->kind == AST_PATH) return true;
        return fail(checker, "Operator or function requires a document path; operator or function: %s", name);
    case OPERAND_HAS_TYPE: return check_type(checker, name, operand, row->operands[position].types);
    case OPERAND_IS_TYPE_NAME: return check_type_name(checker, name, operand);
    }
    return true;
}

static bool check_function(Checker *checker, const AstNode *node, Resolved *resolved) {
    const FunctionRow *row = node->function;
    if (node->child_count != row->operand_count) {
        return fail(checker,
                    "Incorrect number of operands for operator or function; operator or function: %S, number of "
                    "operands: %u",
                    &row->name, (unsigned)node->child_count);
    }
    if (row->operands_differ && !check_distinct(checker, (const char *)row->name.data, node)) return false;
    uint32_t operand = node->first_child;
    for (size_t i = 0; i < row->operand_count; i++) {
        if (!check_operand(checker, row, i, operand)) return false;
        operand = node_at(checker, operand)->next_sibling;
    }
    resolved->type = row->result;
    return true;
}

// --- Operators

static bool check_operand_types(Checker *checker, const AstNode *node, unsigned types) {
    const char *name = operator_text(node->tag);
    for (uint32_t i = node->first_child; i != AST_NONE; i = node_at(checker, i)->next_sibling) {
        if (!check_type(checker, name, i, types)) return false;
    }
    return true;
}

static bool check_comparison(Checker *checker, const AstNode *node) {
    bool is_equality = node->tag == NODE_EQ || node->tag == NODE_NE;
    return check_operand_types(checker, node, is_equality ? TYPES_ANY : TYPES_ORDERED) &&
           check_distinct(checker, operator_text(node->tag), node);
}

static bool check_bounds(Checker *checker, uint32_t lower_node, uint32_t upper_node) {
    const Placeholder *lower = checker->resolved[lower_node].value;
    const Placeholder *upper = checker->resolved[upper_node].value;
    if (lower == NULL || upper == NULL) return true;
    const char *fault = NULL;
    if (value_type(lower->value) != value_type(upper->value)) {
        fault = "requires same data type for lower and upper bounds";
    } else if (slice_compare(value_bytes(lower->value), value_bytes(upper->value)) > 0) {
        fault = "requires upper bound to be greater than or equal to lower bound";
    }
    if (fault == NULL) return true;
    Buf low, high;
    buf_init(&low, checker->arena);
    buf_init(&high, checker->arena);
    placeholder_print(&low, lower);
    placeholder_print(&high, upper);
    if (low.failed || high.failed) return error_out_of_memory(checker->error);
    Slice low_text = buf_view(&low);
    Slice high_text = buf_view(&high);
    return fail(checker,
                "The BETWEEN operator %s; lower bound operand: AttributeValue: {%S}, upper bound operand: "
                "AttributeValue: {%S}",
                fault, &low_text, &high_text);
}

static bool check_between(Checker *checker, const AstNode *node) {
    uint32_t lower = node_at(checker, node->first_child)->next_sibling;
    return check_operand_types(checker, node, TYPES_ORDERED) && check_bounds(checker, lower, node->last_child) &&
           check_distinct(checker, operator_text(NODE_BETWEEN), node);
}

static bool check_in(Checker *checker, const AstNode *node) {
    if (!check_distinct(checker, operator_text(NODE_IN), node)) return false;
    unsigned candidates = (unsigned)node->child_count - 1;
    if (candidates <= EXPRESSION_IN_OPERANDS_MAX) return true;
    return fail(checker, "The IN operator is provided with too many operands; number of operands: %u", candidates);
}

// --- Expressions

static bool count_operators(Checker *checker, size_t count) {
    checker->operator_count += count;
    if (checker->operator_count <= EXPRESSION_OPERATORS_MAX) return true;
    // DynamoDB stops counting at the first one too many.
    return fail(checker, "The expression contains too many operators; operator count: %u",
                EXPRESSION_OPERATORS_MAX + 1);
}

static bool check_node(Checker *checker, uint32_t index) {
    const AstNode *node = node_at(checker, index);
    Resolved *resolved = &checker->resolved[index];
    bool is_fit = true;
    switch (node->kind) {
    case AST_PATH: return resolve_path(checker, node, resolved);
    case AST_VALUE: return resolve_value(checker, node, resolved);
    case AST_FUNCTION: is_fit = check_function(checker, node, resolved); break;
    case AST_ARITHMETIC: is_fit = check_operand_types(checker, node, TYPE_BIT(VALUE_N)); break;
    case AST_COMPARISON: is_fit = check_comparison(checker, node); break;
    case AST_BETWEEN: is_fit = check_between(checker, node); break;
    case AST_IN: is_fit = check_in(checker, node); break;
    case AST_NOT: break;
    case AST_LOGIC: return true; // counted once everything below it is
    }
    return is_fit && count_operators(checker, 1);
}

static bool check_condition(Checker *checker) {
    for (uint32_t i = 0; i < checker->expression->node_count; i++) {
        if (!check_node(checker, i)) return false;
    }
    return count_operators(checker, checker->expression->operator_count - checker->operator_count);
}

static bool check_targets(Checker *checker) {
    const Expression *expression = checker->expression;
    size_t element_count = 0;
    for (size_t i = 0; i < expression->action_count; i++) {
        element_count += node_at(checker, expression->actions[i].target)->element_count;
    }
    Overlap *overlap = overlap_new(checker->arena, expression->action_count, element_count, checker->error);
    if (overlap == NULL) return false;
    for (size_t i = expression->action_count; i-- > 0;) {
        uint32_t target = expression->actions[i].target;
        if (!check_node(checker, target)) return false;
        Slice path = checker->resolved[target].bytes;
        if (!overlap_add(overlap, checker->arena, expression->kind, path, checker->error)) return false;
    }
    return true;
}

static bool check_set_operand(Checker *checker, const AstAction *action) {
    // As captured on AWS; DynamoDB Local spells two of them BINARY and BOOLEAN.
    static const char *const TYPE_NAMES[] = {
        [VALUE_S] = "STRING", [VALUE_N] = "NUMBER",  [VALUE_B] = "Binary",  [VALUE_M] = "MAP",
        [VALUE_L] = "LIST",   [VALUE_NULL] = "NULL", [VALUE_BOOL] = "BOOL",
    };
    ValueType type = checker->resolved[action->value].type;
    bool is_add = action->tag == ACTION_ADD;
    if (type == VALUE_SS || type == VALUE_NS || type == VALUE_BS || (is_add && type == VALUE_N)) return true;
    return fail(checker,
                "Incorrect operand type for operator or function; operator: %s, operand type: %s, typeSet: "
                "ALLOWED_FOR_%s_OPERAND",
                is_add ? "ADD" : "DELETE", TYPE_NAMES[type], is_add ? "ADD" : "DELETE");
}

static bool check_action(Checker *checker, const AstAction *action) {
    if (action->value == AST_NONE) return true;
    for (uint32_t i = action->target + 1; i <= action->value; i++) {
        if (!check_node(checker, i)) return false;
    }
    return action->tag == ACTION_SET || check_set_operand(checker, action);
}

bool check_expression(Checker *checker, Arena *arena, const Expression *expression, Placeholders *placeholders,
                      Error *error) {
    *checker = (Checker){.arena = arena, .error = error, .expression = expression, .placeholders = placeholders};
    checker->resolved = ARENA_ARRAY(arena, Resolved, expression->node_count);
    if (checker->resolved == NULL) return error_out_of_memory(error);
    if (expression->root != AST_NONE) return check_condition(checker);
    if (!check_targets(checker)) return false;
    for (size_t i = expression->action_count; i-- > 0;) {
        if (!check_action(checker, &expression->actions[i])) return false;
    }
    return true;
}
