// Values that operands stand for, and the arithmetic of updates. Private to c_src/expr.
#ifndef SHVM_EXPR_OPERAND_H
#define SHVM_EXPR_OPERAND_H

#include "base/buf.h"
#include "base/error.h"
#include "base/limits.h"
#include "data/item_codec.h"

// [US] No value or item this long is within ITEM_SIZE_BYTES_MAX: no attribute takes four times the bytes that
// DynamoDB counts for it. An update that comes here is refused before its result, up to 300 copies of the
// item, is built.
#define UPDATE_RESULT_BYTES_MAX (4u * ITEM_SIZE_BYTES_MAX)

// Bytes of the longest encoded number: tag, length and sortable bytes.
#define NUMBER_VALUE_BYTES_MAX (2 + 21)

// size(): UTF-16 units of a string, bytes of a binary, members, elements or entries. False for the types
// without size, and for no value.
bool value_size(Slice value, uint64_t *size);
// The size as an encoded number in `bytes`, or an empty slice.
Slice value_size_number(Slice value, uint8_t bytes[NUMBER_VALUE_BYTES_MAX]);

// Reads one operand of an update and computes its value from the item, in order: the left operand is
// evaluated and its type checked before the right one is looked at, and if_not_exists evaluates its second
// operand even where the first one stands there, as DynamoDB does. The value borrows from the item, the tree
// or the arena.
bool operand_evaluate(Reader *tree, Slice item, Arena *arena, Slice *value, Error *error);
// Steps over one operand. tree->failed tells when it is none.
void operand_skip(Reader *tree);

// Sum or difference of two encoded numbers; ERROR_VALIDATION where it cannot be stored.
bool number_combine(Slice a, Slice b, bool is_difference, Arena *arena, Slice *out, Error *error);
// One list behind the other.
bool list_concatenate(Slice a, Slice b, Arena *arena, Slice *out, Error *error);
// Union or difference of two sets of one type; an empty slice for the empty set.
bool set_combine(Slice a, Slice b, bool is_difference, Arena *arena, Slice *out, Error *error);

// "An operand in the update expression has an incorrect data type"
bool error_operand_type(Error *error, Arena *arena);
// "Item size to update has exceeded the maximum allowed size"
bool error_update_size(Error *error, Arena *arena);

#endif
