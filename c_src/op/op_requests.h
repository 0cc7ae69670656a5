// The data operations' rows of the operations table: their gateway side.
#ifndef SHVM_OP_OP_REQUESTS_H
#define SHVM_OP_OP_REQUESTS_H

#include "op/operation.h"

extern const Operation OPERATION_PUT_ITEM;
extern const Operation OPERATION_GET_ITEM;
extern const Operation OPERATION_UPDATE_ITEM;
extern const Operation OPERATION_DELETE_ITEM;
extern const Operation OPERATION_QUERY;
extern const Operation OPERATION_SCAN;
extern const Operation OPERATION_BATCH_GET_ITEM;
extern const Operation OPERATION_BATCH_WRITE_ITEM;

#endif
