// What a partition must know of a table's indexes to maintain them. Travels in every write command of a table that has
// any; a partition stores the newest it has met, with its epoch (role/partition_record.h), and answers STALE to
// commands made under an older one.
//
//   index set := version u8 (1) ‖ seed 16 bytes ‖ layout u8 ‖ slots varint ‖ table key schema ‖ count varint ‖ indexes
//   index     := id varint ‖ index_descriptor_encode's bytes
#ifndef SHVM_MSG_INDEX_SET_H
#define SHVM_MSG_INDEX_SET_H

#include "msg/descriptor.h"

typedef struct IndexSet {
    uint8_t seed[16];
    LayoutKind layout;
    uint32_t slots;
    KeySchema table_keys;
    IndexDescriptor *indexes; // all of the table: local ones, and global ones that are being built or are ACTIVE
    size_t count;
} IndexSet;

// Leaves out indexes that are being deleted. Appends nothing for a table without indexes.
void index_set_encode(Buf *out, const TableDescriptor *table);
// An empty slice gives an empty set.
bool index_set_decode(Arena *arena, Slice bytes, IndexSet *out, Error *error);

#endif
