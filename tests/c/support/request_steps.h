// A data operation's request through all of its steps, with objects that a test plays.
#ifndef SHVM_TESTS_SUPPORT_REQUEST_STEPS_H
#define SHVM_TESTS_SUPPORT_REQUEST_STEPS_H

#include "op/operation.h"

// What the test plays. table: the descriptor of a name, or false. answer: an object's answer to one call.
typedef struct TestObjects {
    bool (*table)(Slice name, TableDescriptor *out);
    Answer (*answer)(Arena *arena, uint8_t role, Slice object, Slice message);
    uint32_t calls_max;
    uint32_t calls; // counted
} TestObjects;

// The HTTP reply's body, in the arena; an empty slice where the request ends in *error, or begins again (a stale
// descriptor: *error is then ERROR_NONE).
Slice test_request(Arena *arena, Arena *trees, const Operation *operation, Slice json, TestObjects *objects,
                   Error *error);

// An answer that is a result with this payload.
Answer test_answer(Arena *arena, ResultStatus status, Slice payload);

#endif
