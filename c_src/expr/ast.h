// A parsed expression: flat arrays instead of a tree of pointers, because DynamoDB checks in the order of the text and
// so do loops over arrays, and because no text, however nested, may need a deep stack. Private to c_src/expr.
#ifndef SHVM_EXPR_AST_H
#define SHVM_EXPR_AST_H

#include "expr/expression.h"
#include "expr/functions.h"

// Nodes are named by their index; this one is none.
#define AST_NONE UINT32_MAX

typedef enum AstKind {
    AST_PATH,       // elements[first_element … + element_count]
    AST_VALUE,      // text is the placeholder, ":v"
    AST_FUNCTION,   // function; children are its operands
    AST_ARITHMETIC, // tag is OPERAND_PLUS or OPERAND_MINUS, two children
    AST_COMPARISON, // tag is NODE_EQ … NODE_GE, two children
    AST_BETWEEN,    // operand, lower, upper
    AST_IN,         // operand, then the candidates
    AST_NOT,        // one child
    AST_LOGIC,      // tag is NODE_AND or NODE_OR, two children or more
} AstKind;

typedef struct AstNode {
    AstKind kind;
    NodeTag tag;
    const FunctionRow *function;
    Slice text;
    uint32_t first_element;
    uint32_t element_count;
    uint32_t first_child;
    uint32_t last_child;
    uint32_t next_sibling;
    uint32_t child_count;
} AstNode;

typedef enum AstElementKind { ELEMENT_IS_NAME, ELEMENT_IS_PLACEHOLDER, ELEMENT_IS_INDEX } AstElementKind;

typedef struct AstElement {
    AstElementKind kind;
    Slice text; // a name, "#n", or digits
    uint32_t index;
} AstElement;

// One action of an update, or one path of a projection.
typedef struct AstAction {
    NodeTag tag;     // ACTION_…; unused in projections
    uint32_t target; // an AST_PATH
    uint32_t value;  // a node, or AST_NONE
} AstAction;

struct Expression {
    ExpressionKind kind;
    const AstNode *nodes; // in the order in which DynamoDB evaluates: operands before what they belong to
    size_t node_count;
    const AstElement *elements;
    size_t operator_count; // comparators, BETWEEN, IN, AND, OR, NOT, functions, + and -
    uint32_t root;         // conditions: the whole; else AST_NONE
    const AstAction *actions; // updates and projections, in the order of the text
    size_t action_count;
};

// "Invalid UpdateExpression: " before the reason, in the envelope. Returns false.
#define expression_error(error, arena, kind, format, ...)                                                              \
    error_enveloped((error), (arena), "Invalid %s: " format, expression_kind_name(kind), __VA_ARGS__)

#endif
