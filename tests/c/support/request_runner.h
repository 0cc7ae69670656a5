// Requests of data operations, through parse and route, as golden vectors hold them:
//     PutItem {"TableName":"hash",…} => put {"pk":{"S":"a"}} item {…} if (exists b) return ALL_OLD
//     PutItem {"TableName":"ab",…} => ValidationException: 1 validation error detected: …
// A command is written in words, without what is at its default; several commands are separated by " | ".
//
// Tables: hash (pk S), hash_n (pk N), hash_b (pk B), range (pk S, sk S), range_n (pk S, sk N), indexed (pk S, sk S; GSI
// gsi on gk S, keys only; LSI lsi on lk N, everything). All have layout key; slots is like range with layout hash:16.
#ifndef SHVM_TESTS_SUPPORT_REQUEST_RUNNER_H
#define SHVM_TESTS_SUPPORT_REQUEST_RUNNER_H

#include "msg/descriptor.h"
#include "support/check.h"

// A VectorCheck.
void check_request(Slice input, Slice expected);

// Fills in one of the tables above; false when there is none of that name.
bool test_table(Slice name, TableDescriptor *out);

#endif
