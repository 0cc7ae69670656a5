// Operations at the gateway. Each is one row of the table in operations.c: its name and three functions.
//
//   parse   everything DynamoDB checks before it looks at the table: JSON types, constraints, expressions. Names the
//           tables it needs (request_need_table) and keeps what it parsed in request->data
//   route   the tables' descriptors are there: checks against the key schema, then actions (step_call, step_forward,
//           or a reply), and in `state` what resume will need
//   resume  answers are there: more calls, or the reply
//
// All return false after setting request->step->error, which the gateway renders (request->enveloped decides whether
// errors marked in_envelope get "1 validation error detected: "). Nothing survives between route and resume but state.
#ifndef SHVM_OP_OPERATION_H
#define SHVM_OP_OPERATION_H

#include "data/json.h"
#include "msg/descriptor.h"
#include "msg/envelope.h"
#include "msg/result.h"

typedef struct Operation Operation;

typedef struct TableUse {
    Slice name;
    TableDescriptor descriptor; // filled before route
} TableUse;

typedef struct Request {
    Step *step;
    const Operation *operation;
    JsonDocument document; // opened on step->trees
    Json root;             // a JSON_OBJECT
    Slice host;            // what the client calls this server; in an operation's first step alone
    TableUse *tables;      // distinct names, in order of first need
    size_t table_count;
    void *data;            // the operation's own, from parse to route
    bool enveloped;        // PutItem, UpdateItem, DeleteItem: wrap errors marked in_envelope
} Request;

struct Operation {
    Slice name;
    bool (*parse)(Request *request);
    bool (*route)(Request *request);
    bool (*resume)(Request *request, Reader *state);
};

// NULL for an unknown name.
const Operation *operation_find(Slice name);
// Its number in the table, for `state`; and back (NULL when out of range).
uint8_t operation_number(const Operation *operation);
const Operation *operation_at(uint8_t number);

// The tables[] entry of a name, made where it is new; its index, or SIZE_MAX when memory ran out.
size_t request_need_table(Request *request, Slice name);
// Decodes answer `index` as a result: true with *result when it is RESULT_OK. Otherwise the right thing has been done:
// an error set (DynamoDB's own, InternalServerError for an unknown outcome, ThrottlingException), or RESTART for a
// stale descriptor, in which case it returns false with no error set and *stale true.
bool request_answer(Request *request, size_t index, Result *result, bool *stale);

#endif
