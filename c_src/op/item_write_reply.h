// The reply of PutItem, UpdateItem and DeleteItem: rendered at the partition, handed through by the gateway.
#ifndef SHVM_OP_ITEM_WRITE_REPLY_H
#define SHVM_OP_ITEM_WRITE_REPLY_H

#include "msg/command.h"
#include "msg/result.h"
#include "op/operation.h"

// Appends the HTTP body.
void write_reply_render(Buf *body, const ItemCommand *command, const WriteResult *written);

// What the gateway keeps in the step's state for answers that are no HTTP reply.
//   state := refusal
// refusal: UpdateItem: the message that replaces any ValidationException of the partition's; or empty.
bool write_reply_expect(Step *step, Slice refusal);
// Operation.resume of the three.
bool write_reply_resume(Request *request, Reader *state);

// Appends `"ItemCollectionMetrics":{…}`'s value. SizeEstimateRangeGB is whole GB; small collections are [0.0, 1.0].
void collection_metrics_to_json(Buf *out, Slice collection_key);

#endif
