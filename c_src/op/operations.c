// The table of operations: the only place that names them all. Their numbers travel in gateway state, so rows are only
// ever appended.
#include "op/op_requests.h"
#include "op/op_table.h"
#include "op/operation.h"

static const Operation *const OPERATIONS[] = {
    &OPERATION_PUT_ITEM,
    &OPERATION_GET_ITEM,
    &OPERATION_UPDATE_ITEM,
    &OPERATION_DELETE_ITEM,
    &OPERATION_QUERY,
    &OPERATION_SCAN,
    &OPERATION_BATCH_GET_ITEM,
    &OPERATION_BATCH_WRITE_ITEM,
    &OPERATION_CREATE_TABLE,
    &OPERATION_DESCRIBE_TABLE,
    &OPERATION_LIST_TABLES,
    &OPERATION_DELETE_TABLE,
    &OPERATION_UPDATE_TABLE,
    &OPERATION_TAG_RESOURCE,
    &OPERATION_UNTAG_RESOURCE,
    &OPERATION_LIST_TAGS_OF_RESOURCE,
    &OPERATION_UPDATE_TIME_TO_LIVE,
    &OPERATION_DESCRIBE_TIME_TO_LIVE,
    &OPERATION_DESCRIBE_LIMITS,
    &OPERATION_DESCRIBE_ENDPOINTS,
    &OPERATION_DESCRIBE_CONTINUOUS_BACKUPS,
};

enum { OPERATION_COUNT = sizeof OPERATIONS / sizeof OPERATIONS[0] };

const Operation *operation_find(Slice name) {
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        if (slice_equal(OPERATIONS[i]->name, name)) return OPERATIONS[i];
    }
    return NULL;
}

uint8_t operation_number(const Operation *operation) {
    uint8_t number = 0;
    while (OPERATIONS[number] != operation) number++;
    return number;
}

const Operation *operation_at(uint8_t number) {
    return number < OPERATION_COUNT ? OPERATIONS[number] : NULL;
}
