// KeyConditionExpression, and the legacy KeyConditions: which keys a Query reads.
#ifndef SHVM_EXPR_KEY_CONDITION_H
#define SHVM_EXPR_KEY_CONDITION_H

#include "expr/expression.h"

typedef enum KeyOperator {
    KEY_EQ = 1,
    KEY_LT,
    KEY_LE,
    KEY_GT,
    KEY_GE,
    KEY_BETWEEN,
    KEY_BEGINS_WITH,
} KeyOperator;

// One condition on one top-level attribute, constants as encoded values.
typedef struct KeyComparison {
    Slice attribute;
    KeyOperator op;
    Slice value;
    Slice upper; // BETWEEN only
} KeyComparison;

#define KEY_COMPARISONS_MAX 16 // enough to count too many (8 key attributes at most)

typedef struct KeyCondition {
    KeyComparison comparisons[KEY_COMPARISONS_MAX]; // in order of the text
    size_t count;
} KeyCondition;

// Before the table is known: placeholders, only AND, one condition per key, operand types, nested attributes.
bool key_condition_compile(Arena *arena, const Expression *expression, Placeholders *placeholders,
                           KeyCondition *out, Error *error);

// The key attributes of the table or index that is queried, in order.
typedef struct KeyAttributeRef {
    Slice name;
    char type; // 'S', 'N' or 'B'
} KeyAttributeRef;

// What a bound condition says: equality values of all HASH attributes and of a leading run of RANGE attributes, and at
// most one further comparison on the next RANGE attribute.
typedef struct KeyBinding {
    Slice hash_values[4]; // encoded values, one per HASH attribute
    Slice range_values[4];
    size_t range_equal_count;
    bool has_comparison;  // a non-equality on range attribute range_equal_count
    KeyComparison comparison;
} KeyBinding;

// After the table is known: completeness and types ("Query condition missed key schema element: pk", "Query key
// condition not supported", "Condition parameter type does not match schema type", multi-attribute texts …).
bool key_condition_bind(Arena *arena, const KeyCondition *condition, const KeyAttributeRef *hash, size_t hash_count,
                        const KeyAttributeRef *range, size_t range_count, KeyBinding *out, Error *error);

#endif
