// Names of Durable Objects: derived, short, and holding everything an object must know about itself.
//   catalog    v1/c
//   table      v1/t/<table name>
//   directory  v1/d/<table id>/<shard>
//   partition  v1/p/<table id>/k/<sha-256 of the encoded partition key, 64 hex digits>/<generation>     layout key
//              v1/p/<table id>/h<slots>/<slot>/<generation>                                             layout hash:N
//
// A global index is a space of its own: its partitions and directory shards are named like a table's, with the index's
// space id, "<table id>.<index id>", where the table id stands. The same holds for the table id in messages to them.
#ifndef SHVM_MSG_NAMES_H
#define SHVM_MSG_NAMES_H

#include "msg/descriptor.h"

Slice name_catalog(void);
void name_table(Buf *out, Slice table_name);
void name_directory(Buf *out, Slice table_id, uint32_t shard);
// The partition of a key: encoded_partition_key as key_codec.h encodes it (without the hash), hash its hash64.
void name_partition(Buf *out, const TableDescriptor *table, Slice encoded_partition_key, uint64_t hash);
void name_partition_slot(Buf *out, const TableDescriptor *table, uint32_t slot);

// Appends the space id of an index.
void name_index_space(Buf *out, Slice table_id, uint32_t index_id);
// Takes a space id apart; *index_id is 0 where it is a table's. False when it is neither's.
bool space_id_parse(Slice space_id, Slice *table_id, uint32_t *index_id);

// hash64's slot: its leading bits. slots is a power of two.
uint32_t hash_slot(uint64_t hash, uint32_t slots);
// The directory shard that lists a key with this hash: its leading bits too, so shards are ranges of hash order.
uint32_t directory_shard(uint64_t hash);

// What an object's own name says. False when it is no name of ours.
typedef struct ObjectIdentity {
    char kind;        // 'c', 't', 'd' or 'p'
    Slice table;      // 't': table name; 'd', 'p': table id, or an index's space id
    uint32_t shard;   // 'd'
    bool by_key;      // 'p': layout key
    Slice key_digest; // 'p', layout key: hex digits
    uint32_t slots;   // 'p', layout hash
    uint32_t slot;
    uint32_t generation;
} ObjectIdentity;
bool name_parse(Slice name, ObjectIdentity *out);

#endif
