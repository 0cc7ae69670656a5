// Rows that several operations' tables share.
#ifndef SHVM_MSG_SCHEMA_REQUESTS_INTERNAL_H
#define SHVM_MSG_SCHEMA_REQUESTS_INTERNAL_H

#include "base/limits.h"
#include "msg/schema_requests.h"

#define ROWS(table) (table), sizeof(table) / sizeof((table)[0])
#define SCHEMA(members, rules, older_rules) {members, ROWS(rules), ROWS(older_rules)}

// Elements of lists and maps.
extern const Member STRING_ELEMENT[];
extern const Member VALUE_ELEMENT[];
extern const Member CONDITION_ELEMENT[]; // of KeyConditions, QueryFilter, ScanFilter

#define RULE_RCC(group) {group, "ReturnConsumedCapacity", RULE_ENUM, .text = "[INDEXES, TOTAL, NONE]"}
#define RULE_RICM(group) {group, "ReturnItemCollectionMetrics", RULE_ENUM, .text = "[SIZE, NONE]"}
#define RULE_RVCF(group, rule_flags)                                                                          \
    {group, "ReturnValuesOnConditionCheckFailure", RULE_ENUM, .text = "[ALL_OLD, NONE]", .flags = (rule_flags)}
// The newer layer's text names neither value nor member, and has a value that does not exist.
#define RULE_RV(group)                                                                                        \
    {group, "ReturnValues", RULE_ENUM, .text = "[ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]",           \
     .message = "Failed to satisfy constraint: Member must satisfy enum value set: "                          \
                "[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]"}
#define RULE_RV_OLDER(group)                                                                                  \
    {group, "ReturnValues", RULE_ENUM, .text = "[ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]"}
#define RULE_SELECT(group)                                                                                    \
    {group, "Select", RULE_ENUM, .text = "[SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]"}

#define RULE_NAME_NOT_EMPTY(group, rule_flags)                                                                \
    {group, "TableName", RULE_LENGTH_MIN, 1, .flags = (rule_flags)}
#define RULE_NAME_LENGTH_MIN(group)                                                                           \
    {group, "TableName", RULE_LENGTH_MIN, TABLE_NAME_CHARS_MIN, .flags = RULE_NAME_OR_ARN | RULE_ONCE}
#define RULE_NAME_LENGTH_MAX(group)                                                                           \
    {group, "TableName", RULE_LENGTH_MAX, TABLE_NAME_CHARS_MAX, .flags = RULE_NAME_OR_ARN | RULE_ONCE}
#define RULE_NAME_PATTERN(group, rule_flags)                                                                  \
    {group, "TableName", RULE_PATTERN, .text = TABLE_NAME_PATTERN, .flags = RULE_NAME_OR_ARN | (rule_flags)}
// A name that is there but malformed: one violation, length first.
#define RULES_NAME(group) RULE_NAME_LENGTH_MIN(group), RULE_NAME_LENGTH_MAX(group), RULE_NAME_PATTERN(group, RULE_ONCE)

#define RULES_INDEX_NAME(group)                                                                               \
    {group, "IndexName", RULE_LENGTH_MIN, 3, .flags = RULE_ONCE},                                             \
    {group, "IndexName", RULE_LENGTH_MAX, 255, .flags = RULE_ONCE},                                           \
    {group, "IndexName", RULE_PATTERN, .text = TABLE_NAME_PATTERN, .flags = RULE_ONCE}
#define RULE_ATTRIBUTES_TO_GET(group) {group, "AttributesToGet", RULE_LENGTH_MIN, .limit = 1}

#endif
