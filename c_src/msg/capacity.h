// Consumed capacity, exactly as DynamoDB counts (docs/compatibility.md, "Capacity"). Units are kept in halves, since an
// eventually consistent read of one 4 KB block is 0.5.
#ifndef SHVM_MSG_CAPACITY_H
#define SHVM_MSG_CAPACITY_H

#include "base/buf.h"

typedef enum ReturnCapacity {
    RETURN_CAPACITY_NONE = 0,
    RETURN_CAPACITY_TOTAL = 1,
    RETURN_CAPACITY_INDEXES = 2,
} ReturnCapacity;

typedef struct IndexCapacity {
    Slice name;
    bool is_global;
    uint64_t half_units;
} IndexCapacity;

typedef struct Capacity {
    Slice table_name;
    uint64_t table_half_units;
    IndexCapacity *indexes; // touched ones only
    size_t index_count;
} Capacity;

// Half units of a read of `bytes`: started 4 KB blocks, at least one; strongly consistent reads cost double.
uint64_t capacity_read(uint64_t bytes, bool consistent);
// Half units of a write: started KBs of the larger of old and new item, at least one.
uint64_t capacity_write(uint64_t old_bytes, uint64_t new_bytes);
// Appends one ConsumedCapacity object: {"TableName":…,"CapacityUnits":1.0,…}. mode must not be NONE.
void capacity_to_json(Buf *out, const Capacity *capacity, ReturnCapacity mode);

#endif
