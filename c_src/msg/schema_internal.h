// What the files of the schema engine share.
#ifndef SHVM_MSG_SCHEMA_INTERNAL_H
#define SHVM_MSG_SCHEMA_INTERNAL_H

#include "msg/schema.h"

// The row of that name among a structure's, or NULL.
const Member *schema_find(const Member *members, Slice name);

typedef enum SchemaTruth { SCHEMA_FALSE = 0, SCHEMA_TRUE = 1, SCHEMA_NEITHER = 2 } SchemaTruth;
// A boolean written as a string: true, t, yes, y, 1, false, f, no, n, 0 in any case.
SchemaTruth schema_truth(Slice text);

// A saturated integer of a JSON number.
int64_t schema_saturate(double number, MemberType type);

#endif
