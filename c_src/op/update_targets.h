// What an update may not touch: key attributes.
#ifndef SHVM_OP_UPDATE_TARGETS_H
#define SHVM_OP_UPDATE_TARGETS_H

#include "msg/descriptor.h"
#include "msg/envelope.h"

// The message with which DynamoDB refuses the update, or an empty slice. It does so only after the condition held, so
// this is not an error yet.
bool update_refusal(Step *step, const TableDescriptor *table, Slice update_tree, Slice *message);

// An update that fails at any item of the table: stands in for a refused one, so that the condition is evaluated first.
bool update_that_fails(Step *step, const TableDescriptor *table, Slice *update_tree);

#endif
