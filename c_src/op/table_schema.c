#include "op/table_schema.h"

// clang-format off: tables of data, one row a line

// --- Members

const Member MEMBER_ROWS_STRING_ELEMENT[] = {{ELEMENT(STRING)}};

static const Member TAG[] = {{MEMBER("Key", STRING)}, {MEMBER("Value", STRING)}, {.name = NULL}};
const Member MEMBER_ROWS_TAG_ELEMENT[] = {{STRUCTURE("", "Tag", TAG)}};

static const Member KEY_SCHEMA[] = {{MEMBER("AttributeName", STRING)}, {MEMBER("KeyType", STRING)}, {.name = NULL}};
static const Member KEY_SCHEMA_ELEMENT[] = {{STRUCTURE("", "KeySchemaElement", KEY_SCHEMA)}};

static const Member DEFINITION[] = {
    {MEMBER("AttributeName", STRING)}, {MEMBER("AttributeType", STRING)}, {.name = NULL}};
static const Member DEFINITION_ELEMENT[] = {{STRUCTURE("", "AttributeDefinition", DEFINITION)}};

static const Member PROJECTION[] = {
    {MEMBER("ProjectionType", STRING)}, {LIST("NonKeyAttributes", MEMBER_ROWS_STRING_ELEMENT)}, {.name = NULL}};
static const Member THROUGHPUT[] = {
    {MEMBER("ReadCapacityUnits", LONG)}, {MEMBER("WriteCapacityUnits", LONG)}, {.name = NULL}};
static const Member ON_DEMAND[] = {
    {MEMBER("MaxReadRequestUnits", LONG)}, {MEMBER("MaxWriteRequestUnits", LONG)}, {.name = NULL}};
static const Member WARM[] = {
    {MEMBER("ReadUnitsPerSecond", LONG)}, {MEMBER("WriteUnitsPerSecond", LONG)}, {.name = NULL}};

#define THROUGHPUT_MEMBERS                                                                                   \
    {STRUCTURE("ProvisionedThroughput", "ProvisionedThroughput", THROUGHPUT)},                               \
        {STRUCTURE("OnDemandThroughput", "OnDemandThroughput", ON_DEMAND)},                                  \
        {STRUCTURE("WarmThroughput", "WarmThroughput", WARM)}

static const Member LOCAL_INDEX[] = {
    {MEMBER("IndexName", STRING)},
    {LIST("KeySchema", KEY_SCHEMA_ELEMENT)},
    {STRUCTURE("Projection", "Projection", PROJECTION)},
    {.name = NULL},
};
static const Member LOCAL_INDEX_ELEMENT[] = {{STRUCTURE("", "LocalSecondaryIndex", LOCAL_INDEX)}};

static const Member GLOBAL_INDEX[] = {
    {MEMBER("IndexName", STRING)},
    {LIST("KeySchema", KEY_SCHEMA_ELEMENT)},
    {STRUCTURE("Projection", "Projection", PROJECTION)},
    THROUGHPUT_MEMBERS,
    {.name = NULL},
};
static const Member GLOBAL_INDEX_ELEMENT[] = {{STRUCTURE("", "GlobalSecondaryIndex", GLOBAL_INDEX)}};

static const Member INDEX_UPDATE[] = {{MEMBER("IndexName", STRING)}, THROUGHPUT_MEMBERS, {.name = NULL}};
static const Member INDEX_DELETE[] = {{MEMBER("IndexName", STRING)}, {.name = NULL}};
static const Member INDEX_ACTION[] = {
    {STRUCTURE("Update", "UpdateGlobalSecondaryIndexAction", INDEX_UPDATE)},
    {STRUCTURE("Create", "CreateGlobalSecondaryIndexAction", GLOBAL_INDEX)},
    {STRUCTURE("Delete", "DeleteGlobalSecondaryIndexAction", INDEX_DELETE)},
    {.name = NULL},
};
static const Member INDEX_ACTION_ELEMENT[] = {{STRUCTURE("", "GlobalSecondaryIndexUpdate", INDEX_ACTION)}};

static const Member STREAM[] = {{MEMBER("StreamEnabled", BOOLEAN)}, {MEMBER("StreamViewType", STRING)}, {.name = NULL}};
static const Member SSE[] = {
    {MEMBER("Enabled", BOOLEAN)}, {MEMBER("SSEType", STRING)}, {MEMBER("KMSMasterKeyId", STRING)}, {.name = NULL}};

#define SETTING_MEMBERS                                                                                      \
    {MEMBER("BillingMode", STRING)}, THROUGHPUT_MEMBERS,                                                     \
        {STRUCTURE("StreamSpecification", "StreamSpecification", STREAM)},                                   \
        {STRUCTURE("SSESpecification", "SSESpecification", SSE)}, {MEMBER("TableClass", STRING)},            \
        {MEMBER("DeletionProtectionEnabled", BOOLEAN)}

const Member CREATE_TABLE_MEMBERS[] = {
    {MEMBER("TableName", STRING)},
    {LIST("AttributeDefinitions", DEFINITION_ELEMENT)},
    {LIST("KeySchema", KEY_SCHEMA_ELEMENT)},
    {LIST("LocalSecondaryIndexes", LOCAL_INDEX_ELEMENT)},
    {LIST("GlobalSecondaryIndexes", GLOBAL_INDEX_ELEMENT)},
    SETTING_MEMBERS,
    {LIST("Tags", MEMBER_ROWS_TAG_ELEMENT)},
    {.name = NULL},
};

const Member UPDATE_TABLE_MEMBERS[] = {
    {MEMBER("TableName", STRING)},
    {LIST("AttributeDefinitions", DEFINITION_ELEMENT)},
    {LIST("GlobalSecondaryIndexUpdates", INDEX_ACTION_ELEMENT)},
    SETTING_MEMBERS,
    {.name = NULL},
};

// --- Constraints. `p` is the path of the structure that holds the member, with its point.

#define ATTRIBUTE_NAME_RULES(g, path)                                                                        \
    NOT_NULL(g, path), LENGTH_MIN(g, path, 1), LENGTH_MAX(g, path, 255)
#define KEY_ELEMENT_RULES(g, p)                                                                              \
    NOT_NULL(g, p "KeySchema.*"), ATTRIBUTE_NAME_RULES(g, p "KeySchema.*.AttributeName"),                    \
        NOT_NULL(g, p "KeySchema.*.KeyType"),                                                                \
        {(g), p "KeySchema.*.KeyType", RULE_ENUM, .text = "[HASH, RANGE]"}
// One attribute or two: no table and no local index has more.
#define KEY_SCHEMA_RULES(g, p)                                                                               \
    NOT_NULL(g, p "KeySchema"), LENGTH_MIN(g, p "KeySchema", 1),                                             \
        LENGTH_MAX(g, p "KeySchema", 2 * INDEX_KEY_ATTRIBUTES_MAX),                                          \
        {(g), p "KeySchema", RULE_LENGTH_MAX, 2, .flags = RULE_ONCE}, KEY_ELEMENT_RULES(g, p)
#define INDEX_NAME_RULES(g, p)                                                                               \
    NOT_NULL(g, p "IndexName"), {(g), p "IndexName", RULE_PATTERN, .text = TABLE_NAME_PATTERN},              \
        LENGTH_MIN(g, p "IndexName", 3), LENGTH_MAX(g, p "IndexName", 255)
#define PROJECTION_RULES(g, p)                                                                               \
    NOT_NULL(g, p "Projection"),                                                                             \
        {(g), p "Projection.ProjectionType", RULE_ENUM, .text = "[ALL, INCLUDE, KEYS_ONLY]"},                \
        LENGTH_MIN(g, p "Projection.NonKeyAttributes", 1),                                                   \
        LENGTH_MAX(g, p "Projection.NonKeyAttributes", NON_KEY_ATTRIBUTES_MAX),                              \
        LENGTH_MIN(g, p "Projection.NonKeyAttributes.*", 1),                                                 \
        LENGTH_MAX(g, p "Projection.NonKeyAttributes.*", KEY_ATTRIBUTE_NAME_BYTES_MAX)
#define THROUGHPUT_RULES(g, p)                                                                               \
    NOT_NULL(g, p "ProvisionedThroughput.WriteCapacityUnits"),                                               \
        AT_LEAST(g, p "ProvisionedThroughput.WriteCapacityUnits", 1),                                        \
        NOT_NULL(g, p "ProvisionedThroughput.ReadCapacityUnits"),                                            \
        AT_LEAST(g, p "ProvisionedThroughput.ReadCapacityUnits", 1)
// What a new global index must satisfy: a key of up to eight attributes.
#define GLOBAL_INDEX_RULES(g, p)                                                                             \
    INDEX_NAME_RULES(g, p), NOT_NULL(g, p "KeySchema"), LENGTH_MIN(g, p "KeySchema", 1),                     \
        LENGTH_MAX(g, p "KeySchema", 2 * INDEX_KEY_ATTRIBUTES_MAX), KEY_ELEMENT_RULES(g, p),                 \
        PROJECTION_RULES(g, p), THROUGHPUT_RULES(g, p)
#define DEFINITION_RULES(g)                                                                                  \
    NOT_NULL(g, "AttributeDefinitions.*"),                                                                   \
        ATTRIBUTE_NAME_RULES(g, "AttributeDefinitions.*.AttributeName"),                                     \
        NOT_NULL(g, "AttributeDefinitions.*.AttributeType"),                                                 \
        {(g), "AttributeDefinitions.*.AttributeType", RULE_ENUM, .text = "[B, N, S]"}
#define SETTING_RULES(g)                                                                                     \
    {(g), "TableClass", RULE_ENUM, .text = "[STANDARD, STANDARD_INFREQUENT_ACCESS]"},                        \
        NOT_NULL(g, "StreamSpecification.StreamEnabled"),                                                    \
        {(g), "StreamSpecification.StreamViewType", RULE_ENUM,                                               \
         .text = "[NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES, KEYS_ONLY]"},                                   \
        {(g), "SSESpecification.SSEType", RULE_ENUM, .text = "[AES256, KMS]"}
#define BILLING_RULE(g) {(g), "BillingMode", RULE_ENUM, .text = "[PROVISIONED, PAY_PER_REQUEST]"}

enum { NON_KEY_ATTRIBUTES_MAX = 20 }; // of one index

static const Rule CREATE_TABLE_RULES[] = {
    CONTROL_NAME_REQUIRED(1),
    // A malformed name is reported alone, the pattern first.
    {2, "TableName", RULE_PATTERN, .text = TABLE_NAME_PATTERN, .flags = RULE_NAME_OR_ARN},
    {2, "TableName", RULE_LENGTH_MIN, TABLE_NAME_CHARS_MIN, .flags = RULE_NAME_OR_ARN},
    {2, "TableName", RULE_LENGTH_MAX, TABLE_NAME_CHARS_MAX, .flags = RULE_NAME_OR_ARN},
    BILLING_RULE(3),
    THROUGHPUT_RULES(3, ""),
    KEY_SCHEMA_RULES(3, ""),
    NOT_NULL(3, "AttributeDefinitions"),
    DEFINITION_RULES(3),
    NOT_NULL(3, "GlobalSecondaryIndexes.*"),
    GLOBAL_INDEX_RULES(3, "GlobalSecondaryIndexes.*."),
    NOT_NULL(3, "LocalSecondaryIndexes.*"),
    INDEX_NAME_RULES(3, "LocalSecondaryIndexes.*."),
    KEY_SCHEMA_RULES(3, "LocalSecondaryIndexes.*."),
    PROJECTION_RULES(3, "LocalSecondaryIndexes.*."),
    SETTING_RULES(3),
    TAG_RULES(3),
};

#define INDEX_ACTIONS "GlobalSecondaryIndexUpdates.*."

static const Rule UPDATE_TABLE_RULES[] = {
    CONTROL_NAME_RULES(1),
    THROUGHPUT_RULES(4, ""),
    NOT_NULL(4, "GlobalSecondaryIndexUpdates.*"),
    INDEX_NAME_RULES(4, INDEX_ACTIONS "Update."),
    THROUGHPUT_RULES(4, INDEX_ACTIONS "Update."),
    GLOBAL_INDEX_RULES(4, INDEX_ACTIONS "Create."),
    INDEX_NAME_RULES(4, INDEX_ACTIONS "Delete."),
    BILLING_RULE(4),
    DEFINITION_RULES(4),
    SETTING_RULES(4),
};

bool control_check(Request *request, const Member *members, const Rule *rules, size_t count) {
    Step *step = request->step;
    return schema_check_types(step->arena, &request->document, request->root, members, &step->error)
        && schema_check_rules(step->arena, &request->document, request->root, members, rules, count,
                              CONTROL_VIOLATIONS_MAX, &step->error);
}

bool create_table_check(Request *request) {
    return CONTROL_CHECK(request, CREATE_TABLE_MEMBERS, CREATE_TABLE_RULES);
}

bool update_table_check(Request *request) {
    return CONTROL_CHECK(request, UPDATE_TABLE_MEMBERS, UPDATE_TABLE_RULES);
}

Slice control_table_name(Request *request) {
    Slice argument;
    schema_string(&request->document, request->root, "TableName", &argument);
    return table_name_from_argument(argument);
}
