// The functions of expressions: one row each. A new function is a row here and its evaluator on the run side.
// Private to c_src/expr.
#ifndef SHVM_EXPR_FUNCTIONS_H
#define SHVM_EXPR_FUNCTIONS_H

#include "base/slice.h"
#include "data/item_codec.h"
#include "expr/tree.h"

#define FUNCTION_OPERANDS_MAX 2

// Where a call may stand.
enum {
    CALL_AS_CONDITION = 1,    // by itself: attribute_exists(a)
    CALL_AS_OPERAND = 2,      // inside a comparison, a sum or another call: size(a) > :n
    CALL_AS_SET_VALUE = 4,    // right of SET's =
};

// What an operand may be.
typedef enum OperandRule {
    OPERAND_MUST_BE_PATH,
    OPERAND_HAS_TYPE,       // a path, or a value of one of `types`
    OPERAND_IS_TYPE_NAME,   // a constant that names a type
} OperandRule;

typedef struct FunctionRow {
    Slice name; // case matters
    NodeTag tag;
    bool in_conditions; // key conditions and filters too
    bool in_updates;
    uint8_t places; // CALL_AS_…
    uint8_t operand_count;
    bool operands_differ; // "The first operand must be distinct from the remaining operands"
    ValueType result;     // type of what it returns where that is always the same, else VALUE_NONE
    struct {
        OperandRule rule;
        uint16_t types; // bits TYPE_BIT(…) for OPERAND_HAS_TYPE
    } operands[FUNCTION_OPERANDS_MAX];
} FunctionRow;

#define TYPE_BIT(type) (1u << (type))
#define TYPES_ANY 0xffffu
#define TYPES_ORDERED (TYPE_BIT(VALUE_S) | TYPE_BIT(VALUE_N) | TYPE_BIT(VALUE_B))
#define TYPES_TEXT (TYPE_BIT(VALUE_S) | TYPE_BIT(VALUE_B))
#define TYPES_SIZED                                                                                                    \
    (TYPES_TEXT | TYPE_BIT(VALUE_SS) | TYPE_BIT(VALUE_NS) | TYPE_BIT(VALUE_BS) | TYPE_BIT(VALUE_M) | TYPE_BIT(VALUE_L))

// NULL for an unknown name.
const FunctionRow *function_find(Slice name);

// How a comparator or arithmetic operator is written: "<=", "BETWEEN", "+"; "" for tags that are none.
const char *operator_text(NodeTag tag);

#endif
