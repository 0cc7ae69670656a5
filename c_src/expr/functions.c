#include "expr/functions.h"

#define ANY {OPERAND_HAS_TYPE, TYPES_ANY}
#define TEXT {OPERAND_HAS_TYPE, TYPES_TEXT}
#define SIZED {OPERAND_HAS_TYPE, TYPES_SIZED}
#define LIST {OPERAND_HAS_TYPE, TYPE_BIT(VALUE_L)}
#define PATH {OPERAND_MUST_BE_PATH, 0}
#define TYPE_NAME {OPERAND_IS_TYPE_NAME, TYPE_BIT(VALUE_S)}

// clang-format off
static const FunctionRow FUNCTIONS[] = {
    // name, node, in conditions, in updates, places, operands, must they differ, result, what each may be
    {SLICE_INIT("attribute_exists"), NODE_ATTRIBUTE_EXISTS, true, false,
     CALL_AS_CONDITION, 1, false, VALUE_NONE, {PATH}},
    {SLICE_INIT("attribute_not_exists"), NODE_ATTRIBUTE_NOT_EXISTS, true, false,
     CALL_AS_CONDITION, 1, false, VALUE_NONE, {PATH}},
    {SLICE_INIT("attribute_type"), NODE_ATTRIBUTE_TYPE, true, false,
     CALL_AS_CONDITION, 2, true, VALUE_NONE, {ANY, TYPE_NAME}},
    {SLICE_INIT("begins_with"), NODE_BEGINS_WITH, true, false,
     CALL_AS_CONDITION, 2, true, VALUE_NONE, {TEXT, TEXT}},
    {SLICE_INIT("contains"), NODE_CONTAINS, true, false,
     CALL_AS_CONDITION, 2, true, VALUE_NONE, {ANY, ANY}},
    {SLICE_INIT("size"), OPERAND_SIZE, true, false,
     CALL_AS_OPERAND, 1, false, VALUE_N, {SIZED}},
    {SLICE_INIT("if_not_exists"), OPERAND_IF_NOT_EXISTS, false, true,
     CALL_AS_OPERAND | CALL_AS_SET_VALUE, 2, true, VALUE_NONE, {PATH, ANY}},
    {SLICE_INIT("list_append"), OPERAND_LIST_APPEND, false, true,
     CALL_AS_SET_VALUE, 2, false, VALUE_L, {LIST, LIST}},
};
// clang-format on

const FunctionRow *function_find(Slice name) {
    for (size_t i = 0; i < sizeof FUNCTIONS / sizeof FUNCTIONS[0]; i++) {
        if (slice_equal(FUNCTIONS[i].name, name)) return &FUNCTIONS[i];
    }
    return NULL;
}

const char *operator_text(NodeTag tag) {
    switch (tag) {
    case NODE_AND: return "AND";
    case NODE_OR: return "OR";
    case NODE_NOT: return "NOT";
    case NODE_EQ: return "=";
    case NODE_NE: return "<>";
    case NODE_LT: return "<";
    case NODE_LE: return "<=";
    case NODE_GT: return ">";
    case NODE_GE: return ">=";
    case NODE_BETWEEN: return "BETWEEN";
    case NODE_IN: return "IN";
    case OPERAND_PLUS: return "+";
    case OPERAND_MINUS: return "-";
    default: return "";
    }
}
