// Legacy parameters compile to the same trees as expressions. AWS's texts: docs/compatibility.md, "Legacy parameters".
// Each takes the request's member (a JSON_OBJECT whose JSON types the schema has checked) and appends one tree.
#ifndef SHVM_EXPR_LEGACY_H
#define SHVM_EXPR_LEGACY_H

#include "expr/key_condition.h"

typedef enum ConditionalOperator { CONDITIONAL_AND, CONDITIONAL_OR } ConditionalOperator;

// Expected → condition tree.
bool legacy_expected(Arena *arena, JsonDocument *document, Json expected, ConditionalOperator operator,
                     const ValueRules *rules, Buf *tree, Error *error);
// QueryFilter, ScanFilter → condition tree. member_name is used in messages.
bool legacy_filter(Arena *arena, JsonDocument *document, Json filter, ConditionalOperator operator,
                   const ValueRules *rules, Buf *tree, Error *error);
// KeyConditions → key condition.
bool legacy_key_conditions(Arena *arena, JsonDocument *document, Json conditions, const ValueRules *rules,
                           KeyCondition *out, Error *error);
// AttributeUpdates → update tree (may have no action: an empty AttributeUpdates still creates the item).
bool legacy_attribute_updates(Arena *arena, JsonDocument *document, Json updates, const ValueRules *rules, Buf *tree,
                              Error *error);
// AttributesToGet → projection tree. Top-level names only; duplicates are refused.
bool legacy_attributes_to_get(Arena *arena, JsonDocument *document, Json names, Buf *tree, Error *error);

#endif
