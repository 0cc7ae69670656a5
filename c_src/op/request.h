// What the data operations share while they parse: the validation layer, parameters that exclude each other,
// placeholders, expressions. Texts and their order: docs/compatibility.md.
#ifndef SHVM_OP_REQUEST_H
#define SHVM_OP_REQUEST_H

#include "expr/expression.h"
#include "expr/legacy.h"
#include "msg/capacity.h"
#include "msg/schema_requests.h"
#include "op/operation.h"

// Checks types and constraints, then runs `body`, all as the validation layer that DynamoDB gives the request to. A
// failure that the other layer would word differently is parsed once more under that layer. `enveloped`: the operation
// reports errors marked in_envelope inside "1 validation error detected: ", which only the newer layer does.
typedef bool RequestBody(Request *request, const ValueRules *rules);
bool request_parse(Request *request, const RequestSchema *schema, bool enveloped, RequestBody *body);

// --- Members of the request

Json request_member(Request *request, const char *name);
bool request_has(Request *request, const char *name);
// Decodes attributes: an item, or a key. Takes little more memory than the item itself.
bool request_decode_item(Request *request, Json attributes, const ValueRules *rules, Slice *out);
// The expression's text; false when the member is absent.
bool request_text(Request *request, const char *name, Slice *out);
ReturnCapacity request_return_capacity(Request *request);
// Needs the table that TableName names; its index in request->tables, SIZE_MAX on error.
size_t request_table(Request *request);

// --- Expressions and legacy parameters

// Names of an operation's parameters, each list ended by NULL, in the order in which AWS's messages list them.
typedef struct ParameterNames {
    const char *const *legacy;
    const char *const *expressions;
    const char *const *value_expressions; // those that may hold values
    const char *values_unused_tail;       // after "… can only be specified when using expressions", may be ""
} ParameterNames;

// The request's placeholders, after checking, in DynamoDB's order: values, legacy parameters beside expressions, maps
// without expressions, the maps' shape. NULL on error. object is the request, or one table's part of BatchGetItem.
// Where late is not NULL, bad values come last, after checks of the caller's: then they are put there, not reported.
Placeholders *request_placeholders(Request *request, Json object, const ParameterNames *names,
                                   const ValueRules *rules, Error *late);

// ConditionalOperator of the filter of that name ("Expected", …): CONDITIONAL_AND when absent.
bool request_conditional_operator(Request *request, const char *filter, const ValueRules *rules,
                                  ConditionalOperator *out);

// Values inside a legacy parameter (Expected, AttributeUpdates, filters), checked before its structure is.
bool request_check_legacy_values(Request *request, const char *name, const ValueRules *rules);

// "Invalid XExpression: The expression can not be empty;" for an expression that is there and empty.
bool request_check_not_empty(Request *request, ExpressionKind kind);
// The parsed expression of that kind, or NULL with no error set when the request has none.
Expression *request_expression(Request *request, ExpressionKind kind);
// Compiles an expression that may be NULL: *tree is then empty.
bool request_compile(Request *request, const Expression *expression, Placeholders *placeholders, Slice *tree);

#endif
