// Members and constraints of control-plane requests (schema.h), and the one way in which these operations check them.
// The control plane words its errors in its own, classic way: values are echoed, members begin with a small letter.
#ifndef SHVM_OP_TABLE_SCHEMA_H
#define SHVM_OP_TABLE_SCHEMA_H

#include "base/limits.h"
#include "msg/schema.h"
#include "op/operation.h"

// clang-format off: tables of data, one row a line
// Constraints as one reads them.
#define NOT_NULL(group_number, path_text) {.group = (group_number), .path = path_text, .kind = RULE_NOT_NULL}
#define LENGTH_MIN(group_number, path_text, length)                                                          \
    {.group = (group_number), .path = path_text, .kind = RULE_LENGTH_MIN, .limit = (length)}
#define LENGTH_MAX(group_number, path_text, length)                                                          \
    {.group = (group_number), .path = path_text, .kind = RULE_LENGTH_MAX, .limit = (length)}
#define AT_LEAST(group_number, path_text, value)                                                             \
    {.group = (group_number), .path = path_text, .kind = RULE_AT_LEAST, .limit = (value)}
#define AT_MOST(group_number, path_text, value)                                                              \
    {.group = (group_number), .path = path_text, .kind = RULE_AT_MOST, .limit = (value)}

#define CONTROL_VIOLATIONS_MAX 10u // observed: one report lists ten at most

// TableName of everything but CreateTable: groups g, g + 1 and g + 2.
#define CONTROL_NAME_RULES(g)                                                                                \
    CONTROL_NAME_REQUIRED(g),                                                                                \
    {(g) + 1, "TableName", RULE_LENGTH_MIN, TABLE_NAME_CHARS_MIN, .flags = RULE_BARE | RULE_NAME_OR_ARN,     \
     .message = CONTROL_NAME_LENGTH},                                                                        \
    {(g) + 1, "TableName", RULE_LENGTH_MAX, TABLE_NAME_CHARS_MAX, .flags = RULE_BARE | RULE_NAME_OR_ARN,     \
     .message = CONTROL_NAME_LENGTH},                                                                        \
    {(g) + 2, "TableName", RULE_PATTERN, .text = TABLE_NAME_PATTERN, .flags = RULE_NAME_OR_ARN}
#define CONTROL_NAME_REQUIRED(g)                                                                             \
    {(g), "TableName", RULE_NOT_NULL, .flags = RULE_BARE,                                                    \
     .message = "The parameter 'TableName' is required but was not present in the request"}
#define CONTROL_NAME_LENGTH "TableName must be at least 3 characters long and at most 255 characters long"

// Tags of CreateTable and TagResource.
#define TAG_RULES(g)                                                                                         \
    NOT_NULL(g, "Tags.*"), NOT_NULL(g, "Tags.*.Key"), LENGTH_MIN(g, "Tags.*.Key", 1),                        \
    LENGTH_MAX(g, "Tags.*.Key", TAG_KEY_CHARS_MAX), NOT_NULL(g, "Tags.*.Value"),                             \
    LENGTH_MAX(g, "Tags.*.Value", TAG_VALUE_CHARS_MAX)

// Rows that several requests share.
extern const Member MEMBER_ROWS_STRING_ELEMENT[];
extern const Member MEMBER_ROWS_TAG_ELEMENT[];
// Whole requests.
extern const Member CREATE_TABLE_MEMBERS[];
extern const Member UPDATE_TABLE_MEMBERS[];

// Both stages, in order.
bool control_check(Request *request, const Member *members, const Rule *rules, size_t count);
#define CONTROL_CHECK(request, members, rules)                                                               \
    control_check((request), (members), (rules), sizeof(rules) / sizeof((rules)[0]))

// The table that a checked request's TableName names, whether by name or by ARN.
Slice control_table_name(Request *request);

// Constraints of CreateTable and UpdateTable.
bool create_table_check(Request *request);
bool update_table_check(Request *request);

#endif
