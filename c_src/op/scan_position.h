// Positions in hash order: segments and slots as ranges of hash64, and start keys for places where no item is.
#ifndef SHVM_OP_SCAN_POSITION_H
#define SHVM_OP_SCAN_POSITION_H

#include "msg/descriptor.h"
#include "msg/envelope.h"
#include "op/read_space.h"

// First hash64 of the i-th of n equal ranges, i < n: floor(i · 2^64 / n).
uint64_t hash_range_start(uint32_t i, uint32_t n);
// Appends the 8 big-endian bytes that full keys with this hash begin with.
void append_hash(Buf *out, uint64_t hash);

// A key (item blob) to resume behind a partition that held no items: its partition key, with any valid sort key.
bool start_key_in_partition(Step *step, const ReadSpace *space, Slice partition_key, Slice *item);
// The same for a slot that held no items: a made-up partition key whose hash lies in the slot, not below `from`.
bool start_key_in_slot(Step *step, const ReadSpace *space, uint32_t slot, uint64_t from, Slice *item);

#endif
