// One legacy condition: a ComparisonOperator and its arguments. Private to c_src/expr.
#ifndef SHVM_EXPR_LEGACY_CONDITION_H
#define SHVM_EXPR_LEGACY_CONDITION_H

#include "expr/legacy.h"
#include "expr/tree.h"

// The JSON members of a map of attributes, in the order of the request; of equal names only the last.
typedef struct LegacyMember {
    Slice name;
    Json json;
    size_t position;
} LegacyMember;

typedef struct LegacyMembers {
    Arena *arena;
    JsonDocument *document;
    const ValueRules *rules;
    Error *error;
    LegacyMember *members;
    size_t count;
} LegacyMembers;

// Reads the map; refuses empty names.
bool legacy_members_read(LegacyMembers *all, Json map);

// A row of the table of comparison operators.
typedef struct LegacyOperator {
    Slice name;
    NodeTag tag;      // the node it becomes
    KeyOperator key;  // its meaning in KeyConditions; 0 where it has none
    bool is_negated;  // NOT_CONTAINS: the attribute must be there, and the node must not hold
    size_t values_min;
    size_t values_max;
    unsigned types; // bits TYPE_BIT(…) of its arguments
} LegacyOperator;

typedef struct LegacyCondition {
    const LegacyOperator *op;
    Slice *values; // encoded
    size_t count;
} LegacyCondition;

// The operator of a condition, which is a string or absent; NULL, with an error, when there is no such.
const LegacyOperator *legacy_operator_find(LegacyMembers *all, Json name);
// Reads the arguments: `list` an array or absent, or else `single` a value or absent; checks their number and types.
bool legacy_condition_read(LegacyMembers *all, const LegacyOperator *op, Json list, Json single,
                           LegacyCondition *out);
// Appends the condition on a top-level attribute as one node.
void legacy_condition_append(Buf *out, Slice attribute, const LegacyCondition *condition);

#endif
