// What Query and Scan share at the gateway: parameters, Select, start keys.
#ifndef SHVM_OP_READ_REQUEST_H
#define SHVM_OP_READ_REQUEST_H

#include "msg/command.h"
#include "op/item_key.h"
#include "op/read_space.h"
#include "op/request.h"

typedef enum Select {
    SELECT_NONE = -1,
    SELECT_ALL_ATTRIBUTES = 0,
    SELECT_ALL_PROJECTED_ATTRIBUTES = 1,
    SELECT_SPECIFIC_ATTRIBUTES = 2,
    SELECT_COUNT = 3,
} Select;

// From parse to route.
typedef struct ReadRequest {
    bool is_query;
    const char *filter_name; // "QueryFilter" or "ScanFilter"
    bool filter_is_legacy;
    ConditionalOperator conditional_operator;
    Select select;
    bool consistent;
    bool reverse;
    uint64_t limit; // 0: none
    Slice index_name; // empty: the table
    bool has_start_key;
    Slice start_key; // item blob
    Slice filter;
    Slice projection;
    ReturnCapacity return_capacity;
    KeyCondition key_condition; // Query
    uint32_t segment;           // Scan
    uint32_t total_segments;    // 0: not a parallel scan
} ReadRequest;

// Members without rules of their own.
void read_members(Request *request, ReadRequest *read);
// "Value 'x' at 'select' failed …"
bool read_check_select_value(Request *request);
// Select against projections and IndexName.
bool read_check_select(Request *request, const ReadRequest *read);
bool read_conditional_operator(Request *request, ReadRequest *read, const ValueRules *rules);
// Legacy filter and AttributesToGet; values first, then operators. Key conditions' values are checked in between.
bool read_legacy(Request *request, ReadRequest *read, const ValueRules *rules);
// ExclusiveStartKey's values.
bool read_start_key(Request *request, ReadRequest *read, const ValueRules *rules);
// Filter and projection expressions.
bool read_expressions(Request *request, ReadRequest *read, Placeholders *placeholders);

// --- After the table is known

// The index, or NULL with no error set for the table itself.
bool read_find_index(Request *request, const ReadRequest *read, const IndexDescriptor **out);
bool read_check_consistent(Request *request, const ReadRequest *read);
// What an index does not project: a Query's filter on it, ALL_ATTRIBUTES, and in a global index a projection of it.
bool read_check_projected(Request *request, const ReadRequest *read, const IndexDescriptor *index);
// Exactly the key attributes of table and index, of their types and lengths: "The provided starting key is invalid".
bool read_check_start_key(Request *request, const ReadRequest *read, const IndexDescriptor *index);
// "Key attributes must be scalars …"; Query also refuses any use of keys.
bool read_check_filter_keys(Request *request, const ReadRequest *read, const IndexDescriptor *index);

// The command's fields that do not depend on where it goes.
bool read_command(Request *request, const ReadRequest *read, const ReadSpace *space, CommandKind kind,
                  RangeCommand *out);

#endif
