// BatchGetItem and BatchWriteItem.
#include "msg/schema_requests_internal.h"

static const Member KEY_ELEMENT[] = {{MAP("", VALUE_ELEMENT)}};
static const Member KEYS_AND_ATTRIBUTES[] = {
    {LIST("Keys", KEY_ELEMENT)},
    {LIST("AttributesToGet", STRING_ELEMENT)},
    {MEMBER("ConsistentRead", BOOLEAN)},
    {MEMBER("ProjectionExpression", STRING)},
    {MAP("ExpressionAttributeNames", STRING_ELEMENT)},
    {.name = NULL},
};
static const Member KEYS_AND_ATTRIBUTES_ELEMENT[] = {{STRUCTURE("", "KeysAndAttributes", KEYS_AND_ATTRIBUTES)}};

// WorkloadProfileName is in no documentation, but AWS echoes it.
static const Member PUT_REQUEST[] = {
    {MAP("Item", VALUE_ELEMENT)},
    {MEMBER("WorkloadProfileName", STRING)},
    {.name = NULL},
};
static const Member DELETE_REQUEST[] = {{MAP("Key", VALUE_ELEMENT)}, {.name = NULL}};
static const Member WRITE_REQUEST[] = {
    {STRUCTURE("PutRequest", "PutRequest", PUT_REQUEST)},
    {STRUCTURE("DeleteRequest", "DeleteRequest", DELETE_REQUEST)},
    {.name = NULL},
};
static const Member WRITE_REQUEST_ELEMENT[] = {{STRUCTURE("", "WriteRequest", WRITE_REQUEST)}};
static const Member WRITE_REQUESTS_ELEMENT[] = {{LIST("", WRITE_REQUEST_ELEMENT)}};

static const Member BATCH_GET_ITEM_MEMBERS[] = {
    {MAP("RequestItems", KEYS_AND_ATTRIBUTES_ELEMENT)},
    {MEMBER("ReturnConsumedCapacity", STRING)},
    {.name = NULL},
};

static const Member BATCH_WRITE_ITEM_MEMBERS[] = {
    {MAP("RequestItems", WRITE_REQUESTS_ELEMENT)},
    {MEMBER("ReturnConsumedCapacity", STRING)},
    {MEMBER("ReturnItemCollectionMetrics", STRING)},
    {.name = NULL},
};

static const Rule BATCH_GET_ITEM_RULES[] = {
    {1, "RequestItems", RULE_LENGTH_MIN, 1, .flags = RULE_NEWER},
    {2, "RequestItems.*.Keys", RULE_LENGTH_MIN, 1, .flags = RULE_NEWER},
    {3, "RequestItems", RULE_MAP_KEYS_ARE_TABLE_NAMES, .flags = RULE_ECHO_JSON},
    {3, "RequestItems.*.Keys", .kind = RULE_NOT_NULL},
    RULE_RCC(3),
};

static const Rule BATCH_GET_ITEM_RULES_OLDER[] = {
    {1, "RequestItems", .kind = RULE_NOT_NULL, .flags = RULE_FALLS_BACK},
    RULE_RCC(1),
    {2, "RequestItems", RULE_LENGTH_MIN, .limit = 1},
    {3, "RequestItems.*.Keys", RULE_LENGTH_MIN, .limit = 1},
    {4, "RequestItems", .kind = RULE_MAP_KEYS_ARE_TABLE_NAMES},
    {4, "RequestItems.*.Keys", .kind = RULE_NOT_NULL},
};

// Always the older layer's.
static const Rule BATCH_WRITE_ITEM_RULES[] = {
    {1, "RequestItems", RULE_LENGTH_MIN, 1, .flags = RULE_BARE,
     .message = "The requestItems parameter is required for BatchWriteItem"},
    {2, "RequestItems", .kind = RULE_NOT_NULL},
    {2, "RequestItems", RULE_MAP_VALUE_LENGTHS, .limit = BATCH_WRITE_REQUESTS_MAX},
    RULE_RCC(2),
    RULE_RICM(2),
    {2, "RequestItems.*.*.PutRequest.Item", .kind = RULE_NOT_NULL},
    {2, "RequestItems.*.*.DeleteRequest.Key", .kind = RULE_NOT_NULL},
    {3, "RequestItems", .kind = RULE_MAP_KEYS_ARE_TABLE_NAMES},
};

const RequestSchema BATCH_GET_ITEM_SCHEMA =
    SCHEMA(BATCH_GET_ITEM_MEMBERS, BATCH_GET_ITEM_RULES, BATCH_GET_ITEM_RULES_OLDER);
const RequestSchema BATCH_WRITE_ITEM_SCHEMA =
    SCHEMA(BATCH_WRITE_ITEM_MEMBERS, BATCH_WRITE_ITEM_RULES, BATCH_WRITE_ITEM_RULES);
