// PutItem, GetItem, UpdateItem, DeleteItem.
#include "msg/schema_requests_internal.h"

const Member STRING_ELEMENT[] = {{ELEMENT(STRING)}};
const Member VALUE_ELEMENT[] = {{ELEMENT(VALUE)}};

static const Member EXPECTED_VALUE[] = {
    {MEMBER("Value", VALUE)},
    {MEMBER("Exists", BOOLEAN)},
    {MEMBER("ComparisonOperator", STRING)},
    {LIST("AttributeValueList", VALUE_ELEMENT)},
    {.name = NULL},
};
static const Member EXPECTED_ELEMENT[] = {{STRUCTURE("", "ExpectedAttributeValue", EXPECTED_VALUE)}};

static const Member VALUE_UPDATE[] = {{MEMBER("Value", VALUE)}, {MEMBER("Action", STRING)}, {.name = NULL}};
static const Member VALUE_UPDATE_ELEMENT[] = {{STRUCTURE("", "AttributeValueUpdate", VALUE_UPDATE)}};

static const Member PUT_ITEM_MEMBERS[] = {
    {MEMBER("TableName", STRING)},
    {MAP("Item", VALUE_ELEMENT)},
    {MAP("Expected", EXPECTED_ELEMENT)},
    {MEMBER("ReturnValues", STRING)},
    {MEMBER("ReturnConsumedCapacity", STRING)},
    {MEMBER("ReturnItemCollectionMetrics", STRING)},
    {MEMBER("ConditionalOperator", STRING)},
    {MEMBER("ConditionExpression", STRING)},
    {MAP("ExpressionAttributeNames", STRING_ELEMENT)},
    {MAP("ExpressionAttributeValues", VALUE_ELEMENT)},
    {MEMBER("ReturnValuesOnConditionCheckFailure", STRING)},
    {.name = NULL},
};

static const Member DELETE_ITEM_MEMBERS[] = {
    {MEMBER("TableName", STRING)},
    {MAP("Key", VALUE_ELEMENT)},
    {MAP("Expected", EXPECTED_ELEMENT)},
    {MEMBER("ConditionalOperator", STRING)},
    {MEMBER("ReturnValues", STRING)},
    {MEMBER("ReturnConsumedCapacity", STRING)},
    {MEMBER("ReturnItemCollectionMetrics", STRING)},
    {MEMBER("ConditionExpression", STRING)},
    {MAP("ExpressionAttributeNames", STRING_ELEMENT)},
    {MAP("ExpressionAttributeValues", VALUE_ELEMENT)},
    {MEMBER("ReturnValuesOnConditionCheckFailure", STRING)},
    {.name = NULL},
};

static const Member UPDATE_ITEM_MEMBERS[] = {
    {MEMBER("TableName", STRING)},
    {MAP("Key", VALUE_ELEMENT)},
    {MAP("AttributeUpdates", VALUE_UPDATE_ELEMENT)},
    {MAP("Expected", EXPECTED_ELEMENT)},
    {MEMBER("ConditionalOperator", STRING)},
    {MEMBER("ReturnValues", STRING)},
    {MEMBER("ReturnConsumedCapacity", STRING)},
    {MEMBER("ReturnItemCollectionMetrics", STRING)},
    {MEMBER("UpdateExpression", STRING)},
    {MEMBER("ConditionExpression", STRING)},
    {MAP("ExpressionAttributeNames", STRING_ELEMENT)},
    {MAP("ExpressionAttributeValues", VALUE_ELEMENT)},
    {MEMBER("ReturnValuesOnConditionCheckFailure", STRING)},
    {.name = NULL},
};

static const Member GET_ITEM_MEMBERS[] = {
    {MEMBER("TableName", STRING)},
    {MAP("Key", VALUE_ELEMENT)},
    {LIST("AttributesToGet", STRING_ELEMENT)},
    {MEMBER("ConsistentRead", BOOLEAN)},
    {MEMBER("ReturnConsumedCapacity", STRING)},
    {MEMBER("ProjectionExpression", STRING)},
    {MAP("ExpressionAttributeNames", STRING_ELEMENT)},
    {.name = NULL},
};

static const Rule PUT_ITEM_RULES[] = {
    RULE_NAME_NOT_EMPTY(1, RULE_NEWER),
    RULES_NAME(2),
    {2, "Item", .kind = RULE_NOT_NULL},
    RULE_RCC(2),
    RULE_RV(2),
    RULE_RICM(2),
    RULE_RVCF(2, 0),
};

static const Rule PUT_ITEM_RULES_OLDER[] = {
    RULE_RCC(1),
    {1, "TableName", .kind = RULE_NOT_NULL, .flags = RULE_FALLS_BACK},
    RULE_RV_OLDER(1),
    RULE_RVCF(1, 0),
    RULE_RICM(1),
    {1, "Item", .kind = RULE_NOT_NULL},
    RULE_NAME_NOT_EMPTY(2, 0),
    RULES_NAME(3),
};

static const Rule DELETE_ITEM_RULES[] = {
    RULE_NAME_NOT_EMPTY(1, RULE_NEWER),
    RULES_NAME(2),
    {2, "Key", .kind = RULE_NOT_NULL},
    RULE_RCC(2),
    RULE_RV(2),
    RULE_RICM(2),
    RULE_RVCF(2, 0),
    {2, "ReturnValues", RULE_ENUM, .text = "[ALL_OLD, NONE]", .flags = RULE_ONCE, .needs = "Key",
     .message = "ReturnValues can only be ALL_OLD or NONE"},
};

static const Rule DELETE_ITEM_RULES_OLDER[] = {
    RULE_RCC(1),
    {1, "TableName", .kind = RULE_NOT_NULL, .flags = RULE_FALLS_BACK},
    RULE_RV_OLDER(1),
    RULE_RVCF(1, 0),
    RULE_RICM(1),
    {1, "Key", .kind = RULE_NOT_NULL},
    RULE_NAME_NOT_EMPTY(2, 0),
    RULES_NAME(3),
    {4, "ReturnValues", RULE_ENUM, .text = "[ALL_OLD, NONE]", .flags = RULE_BARE,
     .message = "ReturnValues can only be ALL_OLD or NONE"},
};

// Observed: of the four choices only the first bad one is reported, and two of them bare.
static const Rule UPDATE_ITEM_RULES[] = {
    RULE_NAME_NOT_EMPTY(1, RULE_NEWER),
    RULE_NAME_PATTERN(2, 0),
    {2, "TableName", RULE_LENGTH_MIN, TABLE_NAME_CHARS_MIN, .flags = RULE_NAME_OR_ARN},
    {2, "TableName", RULE_LENGTH_MAX, TABLE_NAME_CHARS_MAX, .flags = RULE_NAME_OR_ARN},
    RULE_RV(3),
    RULE_RVCF(4, RULE_BARE),
    RULE_RICM(5),
    {6, "ReturnConsumedCapacity", RULE_ENUM, .text = "[INDEXES, TOTAL, NONE]", .flags = RULE_BARE},
};

static const Rule UPDATE_ITEM_RULES_OLDER[] = {
    RULE_RCC(1),
    {1, "TableName", .kind = RULE_NOT_NULL, .flags = RULE_FALLS_BACK},
    RULE_RV_OLDER(1),
    RULE_RVCF(1, 0),
    RULE_RICM(1),
    {1, "Key", .kind = RULE_NOT_NULL, .flags = RULE_FALLS_BACK},
    RULE_NAME_NOT_EMPTY(2, 0),
    RULES_NAME(3),
};

static const Rule GET_ITEM_RULES[] = {
    RULE_NAME_NOT_EMPTY(1, RULE_NEWER),
    RULES_NAME(2),
    {2, "Key", .kind = RULE_NOT_NULL},
    RULE_RCC(2),
    RULE_ATTRIBUTES_TO_GET(2),
};

static const Rule GET_ITEM_RULES_OLDER[] = {
    RULE_RCC(1),
    {1, "TableName", .kind = RULE_NOT_NULL, .flags = RULE_FALLS_BACK},
    {1, "Key", .kind = RULE_NOT_NULL},
    RULE_NAME_NOT_EMPTY(2, 0),
    RULES_NAME(3),
};

const RequestSchema PUT_ITEM_SCHEMA = SCHEMA(PUT_ITEM_MEMBERS, PUT_ITEM_RULES, PUT_ITEM_RULES_OLDER);
const RequestSchema DELETE_ITEM_SCHEMA = SCHEMA(DELETE_ITEM_MEMBERS, DELETE_ITEM_RULES, DELETE_ITEM_RULES_OLDER);
const RequestSchema UPDATE_ITEM_SCHEMA = SCHEMA(UPDATE_ITEM_MEMBERS, UPDATE_ITEM_RULES, UPDATE_ITEM_RULES_OLDER);
const RequestSchema GET_ITEM_SCHEMA = SCHEMA(GET_ITEM_MEMBERS, GET_ITEM_RULES, GET_ITEM_RULES_OLDER);
