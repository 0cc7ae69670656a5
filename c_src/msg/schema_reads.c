// Query and Scan.
#include "msg/schema_requests_internal.h"

static const Member CONDITION[] = {
    {LIST("AttributeValueList", VALUE_ELEMENT)},
    {MEMBER("ComparisonOperator", STRING)},
    {.name = NULL},
};
const Member CONDITION_ELEMENT[] = {{STRUCTURE("", "Condition", CONDITION)}};

static const Member QUERY_MEMBERS[] = {
    {MEMBER("TableName", STRING)},
    {MEMBER("IndexName", STRING)},
    {MEMBER("Select", STRING)},
    {LIST("AttributesToGet", STRING_ELEMENT)},
    {MEMBER("Limit", INTEGER)},
    {MEMBER("ConsistentRead", BOOLEAN)},
    {MAP("KeyConditions", CONDITION_ELEMENT)},
    {MAP("QueryFilter", CONDITION_ELEMENT)},
    {MEMBER("ConditionalOperator", STRING)},
    {MEMBER("ScanIndexForward", BOOLEAN)},
    {MAP("ExclusiveStartKey", VALUE_ELEMENT)},
    {MEMBER("ReturnConsumedCapacity", STRING)},
    {MEMBER("ProjectionExpression", STRING)},
    {MEMBER("FilterExpression", STRING)},
    {MEMBER("KeyConditionExpression", STRING)},
    {MAP("ExpressionAttributeNames", STRING_ELEMENT)},
    {MAP("ExpressionAttributeValues", VALUE_ELEMENT)},
    {.name = NULL},
};

static const Member SCAN_MEMBERS[] = {
    {MEMBER("TableName", STRING)},
    {MEMBER("IndexName", STRING)},
    {LIST("AttributesToGet", STRING_ELEMENT)},
    {MEMBER("Limit", INTEGER)},
    {MEMBER("Select", STRING)},
    {MAP("ScanFilter", CONDITION_ELEMENT)},
    {MEMBER("ConditionalOperator", STRING)},
    {MAP("ExclusiveStartKey", VALUE_ELEMENT)},
    {MEMBER("ReturnConsumedCapacity", STRING)},
    {MEMBER("TotalSegments", INTEGER)},
    {MEMBER("Segment", INTEGER)},
    {MEMBER("ProjectionExpression", STRING)},
    {MEMBER("FilterExpression", STRING)},
    {MAP("ExpressionAttributeNames", STRING_ELEMENT)},
    {MAP("ExpressionAttributeValues", VALUE_ELEMENT)},
    {MEMBER("ConsistentRead", BOOLEAN)},
    {.name = NULL},
};

#define RULE_LIMIT(group, rule_flags) {group, "Limit", RULE_AT_LEAST, 1, .flags = (rule_flags)}

static const Rule QUERY_RULES[] = {
    RULE_LIMIT(1, RULE_NEWER),
    RULE_NAME_NOT_EMPTY(1, RULE_NEWER),
    RULES_NAME(2),
    RULE_RCC(2),
    RULES_INDEX_NAME(2),
    RULE_ATTRIBUTES_TO_GET(2),
};

static const Rule QUERY_RULES_OLDER[] = {
    RULE_SELECT(1),
    RULE_RCC(1),
    {1, "TableName", .kind = RULE_NOT_NULL, .flags = RULE_FALLS_BACK},
    RULE_NAME_NOT_EMPTY(1, RULE_ONCE),
    RULES_NAME(1),
    RULE_LIMIT(1, 0),
    RULES_INDEX_NAME(2),
    RULE_ATTRIBUTES_TO_GET(2),
};

static const Rule SCAN_RULES[] = {
    RULE_LIMIT(1, RULE_NEWER),
    {1, "Segment", RULE_AT_LEAST, 0, .flags = RULE_NEWER},
    {1, "Segment", RULE_AT_MOST, SCAN_SEGMENTS_MAX - 1, .flags = RULE_NEWER},
    {1, "TotalSegments", RULE_AT_LEAST, 1, .flags = RULE_NEWER},
    {1, "TotalSegments", RULE_AT_MOST, SCAN_SEGMENTS_MAX, .flags = RULE_NEWER},
    RULE_NAME_NOT_EMPTY(1, RULE_NEWER),
    RULES_NAME(2),
    RULE_RCC(2),
    RULES_INDEX_NAME(2),
    RULE_ATTRIBUTES_TO_GET(2),
};

static const Rule SCAN_RULES_OLDER[] = {
    RULE_SELECT(1),
    {1, "TotalSegments", RULE_AT_LEAST, .limit = 1},
    {1, "TotalSegments", RULE_AT_MOST, .limit = SCAN_SEGMENTS_MAX},
    RULE_RCC(1),
    {1, "TableName", .kind = RULE_NOT_NULL, .flags = RULE_FALLS_BACK},
    RULE_NAME_NOT_EMPTY(1, RULE_ONCE),
    RULES_NAME(1),
    {1, "ConditionalOperator", RULE_ENUM, .text = "[OR, AND]"},
    {1, "ScanFilter.*.ComparisonOperator", .kind = RULE_NOT_NULL, .flags = RULE_FALLS_BACK},
    {1, "Segment", RULE_AT_LEAST, .limit = 0},
    {1, "Segment", RULE_AT_MOST, .limit = SCAN_SEGMENTS_MAX - 1},
    RULE_LIMIT(1, 0),
    RULES_INDEX_NAME(2),
    RULE_ATTRIBUTES_TO_GET(2),
};

const RequestSchema QUERY_SCHEMA = SCHEMA(QUERY_MEMBERS, QUERY_RULES, QUERY_RULES_OLDER);
const RequestSchema SCAN_SCHEMA = SCHEMA(SCAN_MEMBERS, SCAN_RULES, SCAN_RULES_OLDER);
