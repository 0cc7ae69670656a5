// Keys at the gateway: what a request's key or item says, checked against the table's schema, as full keys and object
// names.
#ifndef SHVM_OP_ITEM_KEY_H
#define SHVM_OP_ITEM_KEY_H

#include "msg/command.h"
#include "msg/descriptor.h"
#include "msg/envelope.h"

// The key attributes' encoded values; range is empty where the table has no sort key.
typedef struct KeyValues {
    Slice hash;
    Slice range;
} KeyValues;

// A Key member: exactly the key attributes, of the right types ("The provided key element does not match the schema"),
// not empty, not too long.
bool key_values_of_key(Step *step, const TableDescriptor *table, Slice key_item, KeyValues *out);
// The key inside an item to put ("Missing the key pk in the item", "Type mismatch for key …"), and the index keys in it
// ("Type mismatch for Index Key …").
bool key_values_of_item(Step *step, const TableDescriptor *table, Slice item, KeyValues *out);
// The same for an item of a batch, where a key that is missing or of the wrong type has the text of a Key member.
bool key_values_of_batch_item(Step *step, const TableDescriptor *table, Slice item, KeyValues *out);
// "… cannot contain an empty string value. Key: pk" for any empty value of a Key member: known before the table is.
bool key_check_not_empty(Step *step, Slice key_item);

// Builds the full key in step->arena. values.range may be empty: the key of a whole partition.
bool key_build(Step *step, const TableDescriptor *table, const KeyValues *values, ItemKey *out);
// The item blob of the key attributes.
bool key_item_build(Step *step, const TableDescriptor *table, const KeyValues *values, Slice *out);
// Name of the partition object that holds the key.
void key_object_name(Buf *out, const TableDescriptor *table, const ItemKey *key);

CommandHeader command_header(const Step *step, const TableDescriptor *table, CommandKind kind);
// The index set that write commands carry; empty for a table without indexes.
bool command_index_set(Step *step, const TableDescriptor *table, Slice *out);
// Sends the command to the partition object that holds its key, which answers for the gateway.
bool command_forward_item(Step *step, const TableDescriptor *table, CallMode mode, const ItemCommand *command);

// Neither empty nor too long; values of the right types.
bool key_check_values(Step *step, const TableDescriptor *table, const KeyValues *values);
// The same for one value of any key.
bool key_check_value(Step *step, const KeyAttribute *attribute, bool is_hash, Slice value);

// "Size of hashkey has exceeded …", "Aggregated size of all range keys …": either may be empty.
bool key_check_lengths(Arena *arena, Slice hash, Slice range, Error *error);

// --- For start keys and ranges too
// S, N or B of a value that can be a key, otherwise 0.
char key_type_of(Slice value);
// Bytes of a key value as its length limit counts them: of numbers 0, which cannot be too long.
size_t key_value_bytes(Slice value);

#endif
