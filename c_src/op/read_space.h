// What Query and Scan read: a table, or one of its indexes, as a space of keys in hash order.
#ifndef SHVM_OP_READ_SPACE_H
#define SHVM_OP_READ_SPACE_H

#include "msg/command.h"
#include "msg/descriptor.h"
#include "msg/envelope.h"

typedef struct ReadSpace {
    TableDescriptor table; // table_id is that of the space's objects: a global index's space id. keys are the table's
    IndexDescriptor index; // id 0: the table itself is read
} ReadSpace;

// index may be NULL.
bool read_space(Step *step, const TableDescriptor *table, const IndexDescriptor *index, ReadSpace *out);
// The keys that are queried: the index's, or the table's.
const KeySchema *read_space_keys(const ReadSpace *space);

// The full key of an item with all key attributes of table and index, such as a start key.
bool read_space_key(Step *step, const ReadSpace *space, Slice item, ItemKey *out);
// The key of a whole partition of the space: hash64 ‖ HASH parts. One value per HASH attribute.
bool read_space_partition(Step *step, const ReadSpace *space, const Slice *hash_values, ItemKey *out);

// The fields of a command that say what is read: header, index, key names. fetch is left to the caller.
bool read_space_command(Step *step, const ReadSpace *space, CommandKind kind, RangeCommand *out);

#endif
