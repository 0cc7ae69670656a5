// The control plane's rows of the operations table.
#ifndef SHVM_OP_OP_TABLE_H
#define SHVM_OP_OP_TABLE_H

#include "op/operation.h"

extern const Operation OPERATION_CREATE_TABLE;
extern const Operation OPERATION_DESCRIBE_TABLE;
extern const Operation OPERATION_LIST_TABLES;
extern const Operation OPERATION_DELETE_TABLE;
extern const Operation OPERATION_UPDATE_TABLE;
extern const Operation OPERATION_TAG_RESOURCE;
extern const Operation OPERATION_UNTAG_RESOURCE;
extern const Operation OPERATION_LIST_TAGS_OF_RESOURCE;
extern const Operation OPERATION_UPDATE_TIME_TO_LIVE;
extern const Operation OPERATION_DESCRIBE_TIME_TO_LIVE;
extern const Operation OPERATION_DESCRIBE_LIMITS;
extern const Operation OPERATION_DESCRIBE_ENDPOINTS;
extern const Operation OPERATION_DESCRIBE_CONTINUOUS_BACKUPS;

#endif
