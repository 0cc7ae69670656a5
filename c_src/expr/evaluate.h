// The run side of expressions: trees against item blobs, at the partition. Trees have passed tree_is_valid; items are
// trusted blobs (item_codec.h). Nothing is decoded that is not touched.
#ifndef SHVM_EXPR_EVALUATE_H
#define SHVM_EXPR_EVALUATE_H

#include "base/buf.h"
#include "base/error.h"

// Whether the item (empty slice: no such item) satisfies the condition. An empty tree is always true. Wrong types that
// come from the item make a comparison false, never an error; error is set only for exhausted memory.
bool condition_evaluate(Slice tree, Slice item, Arena *scratch, bool *result, Error *error);

// What an update did; all slices live in the arena.
typedef struct UpdateOutcome {
    Slice new_item;    // the whole item afterwards
    Slice updated_old; // UPDATED_OLD's attributes as an item blob: only the touched nested parts, no keys; may be empty
    Slice updated_new; // UPDATED_NEW's
} UpdateOutcome;

// Applies an update tree. old_item is empty when there is none; key is an item blob of the key attributes, which a new
// item starts from. Every operand reads the old item. want_parts asks for updated_old and updated_new.
// Errors: "The document path provided in the update expression is invalid for update", "The provided expression refers
// to an attribute that does not exist in the item", "An operand in the update expression has an incorrect data type",
// number overflow, underflow and digits: all ERROR_VALIDATION, not enveloped.
bool update_apply(Slice tree, Slice old_item, Slice key, bool want_parts, Arena *arena, UpdateOutcome *outcome,
                  Error *error);

// The attributes that an update tree is about, action by action; false when there are no more.
Reader update_actions(Slice tree);
bool update_next_target(Reader *actions, Slice *attribute);

// Appends the item reduced to the projection's paths. An empty tree copies the whole item. List elements come back
// compacted in index order.
bool projection_apply(Slice tree, Slice item, Arena *scratch, Buf *out, Error *error);

#endif
