// Stage 2: what placeholders stand for, and whether the operands fit. Private to c_src/expr.
#ifndef SHVM_EXPR_CHECK_H
#define SHVM_EXPR_CHECK_H

#include "expr/ast.h"
#include "expr/placeholders.h"

// What a node stands for; as many as there are nodes.
typedef struct Resolved {
    Slice bytes;              // AST_PATH: a document path; AST_VALUE: an encoded value
    ValueType type;           // of the value, where it is known before the item is; else VALUE_NONE
    const Placeholder *value; // AST_VALUE
} Resolved;

typedef struct Checker {
    Arena *arena;
    Error *error;
    const Expression *expression;
    Placeholders *placeholders;
    Resolved *resolved;
    size_t operator_count; // checked so far
} Checker;

// Checks the whole expression in DynamoDB's order; checker->resolved then says what its nodes stand for.
bool check_expression(Checker *checker, Arena *arena, const Expression *expression, Placeholders *placeholders,
                      Error *error);

#endif
