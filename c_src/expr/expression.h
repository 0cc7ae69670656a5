// The compile side of expressions: text → checked tree (tree.h). Runs at the gateway, before the table is known.
//
// DynamoDB checks in stages, over all expressions of a request, and reports the first failure; so compilation has the
// same stages and the operation calls them in DynamoDB's order (docs/compatibility.md, "Order of checks"):
//   1. expression_parse      syntax, limits, reserved words, functions, redundant parentheses   (per expression)
//   2. expression_compile    placeholders resolved, operand types, overlapping paths            (per expression)
//   3. placeholders_check_unused                                                                (once)
// Messages start "Invalid <Kind>Expression: " where AWS's do. All errors are ERROR_VALIDATION with in_envelope set.
#ifndef SHVM_EXPR_EXPRESSION_H
#define SHVM_EXPR_EXPRESSION_H

#include "base/buf.h"
#include "base/error.h"
#include "data/value.h"

typedef enum ExpressionKind {
    EXPRESSION_CONDITION,
    EXPRESSION_FILTER,
    EXPRESSION_KEY_CONDITION,
    EXPRESSION_UPDATE,
    EXPRESSION_PROJECTION,
} ExpressionKind;

// "ConditionExpression", "FilterExpression", …
const char *expression_kind_name(ExpressionKind kind);

// ExpressionAttributeNames and ExpressionAttributeValues of one request.
typedef struct Placeholders Placeholders;

// names and values are the request's members (JSON_OBJECT, or JSON_ABSENT). Checks their shape only: not empty
// ("ExpressionAttributeValues must not be empty"), valid keys ("… contains invalid key: Syntax error; key: …"),
// non-empty names. Values are decoded by value_from_json under `rules`; a bad value is reported as the layer words it.
// NULL on error.
Placeholders *placeholders_new(Arena *arena, JsonDocument *document, Json names, Json values,
                               const ValueRules *rules, Error *error);
// "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a, #b}"; names before values.
bool placeholders_check_unused(Placeholders *placeholders, Arena *arena, Error *error);

// A parsed expression: lives in the arena.
typedef struct Expression Expression;

// Stage 1. NULL on error. Text of only white space is a syntax error, an empty one "The expression can not be empty;".
Expression *expression_parse(Arena *arena, ExpressionKind kind, Slice text, Error *error);

// Stage 2. Appends the tree (TREE_CONDITION for conditions and filters, TREE_UPDATE, TREE_PROJECTION); marks the
// placeholders it uses. Not for EXPRESSION_KEY_CONDITION: see key_condition.h.
bool expression_compile(Arena *arena, const Expression *expression, Placeholders *placeholders, Buf *tree,
                        Error *error);

// Top-level attribute names a compiled condition, update or projection refers to, each once, in order of appearance:
// for "Filter Expression can only contain non-primary key attributes" and "Cannot update attribute". names[] lives in
// the arena.
typedef struct AttributeUse {
    Slice name;
    bool is_nested; // at least one use goes below the top level
} AttributeUse;
bool tree_attributes(Arena *arena, Slice tree, AttributeUse **uses, size_t *count);

// DynamoDB's charge of an UpdateExpression, bytes (docs/compatibility.md, "Update charge"): compared with
// UPDATE_CHARGE_BYTES_MAX after the key schema and before the condition.
size_t update_charge(Slice update_tree);

#endif
