// The requests of the data operations as tables (schema.h).
#ifndef SHVM_MSG_SCHEMA_REQUESTS_H
#define SHVM_MSG_SCHEMA_REQUESTS_H

#include "msg/schema.h"

extern const RequestSchema PUT_ITEM_SCHEMA;
extern const RequestSchema GET_ITEM_SCHEMA;
extern const RequestSchema UPDATE_ITEM_SCHEMA;
extern const RequestSchema DELETE_ITEM_SCHEMA;
extern const RequestSchema QUERY_SCHEMA;
extern const RequestSchema SCAN_SCHEMA;
extern const RequestSchema BATCH_GET_ITEM_SCHEMA;
extern const RequestSchema BATCH_WRITE_ITEM_SCHEMA;

#endif
