// One legacy condition: a ComparisonOperator and its arguments. Private to c_src/expr.
#ifndef SHVM_EXPR_LEGACY_CONDITION_H
#define SHVM_EXPR_LEGACY_CONDITION_H

#include "expr/legacy.h"
#include "expr/tree.h"

// One member of a map of attributes; it lives until the next one is read.
typedef struct LegacyMember {
    Slice name;
    Json json;
} LegacyMember;

// The members of such a map, in the order of the request, of equal names only the last. The document's arena is rewound
// member by member, because a long map's trees do not fit together; so `arena` must be another one.
typedef struct LegacyMembers {
    Arena *arena;
    JsonDocument *document;
    const ValueRules *rules;
    Error *error;
    size_t count; // without the repeated ones
    // Private to legacy_condition.c.
    const bool *is_repeated; // by position in the request
    size_t position;
    JsonIterator iterator;
    ArenaMark mark;
} LegacyMembers;

// Opens the map (or an absent one, which is empty); refuses empty names.
bool legacy_members_open(LegacyMembers *all, Json map);
// Gives the next member. False at the end, and when memory ran out: all->error tells.
bool legacy_members_next(LegacyMembers *all, LegacyMember *member);

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
