// The reply of PutItem, UpdateItem and DeleteItem.
#ifndef SHVM_OP_ITEM_WRITE_REPLY_H
#define SHVM_OP_ITEM_WRITE_REPLY_H

#include "msg/capacity.h"
#include "op/operation.h"

// What the reply needs beside the partition's answer.
//   state := return capacity u8 ‖ table name ‖ refusal ‖ collection key
typedef struct WriteReplyPlan {
    ReturnCapacity return_capacity;
    Slice table_name;
    Slice refusal;        // UpdateItem: the message that replaces any ValidationException; or empty
    Slice collection_key; // item blob of the partition key where ItemCollectionMetrics is wanted; or empty
} WriteReplyPlan;

// Puts the plan into the step's state.
bool write_reply_plan(Step *step, const WriteReplyPlan *plan);
// Operation.resume of the three.
bool write_reply_resume(Request *request, Reader *state);

// Appends `"ItemCollectionMetrics":{…}`'s value. SizeEstimateRangeGB is whole GB; small collections are [0.0, 1.0].
void collection_metrics_to_json(Buf *out, Slice collection_key);

#endif
