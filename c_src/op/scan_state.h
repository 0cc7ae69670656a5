// A Scan in progress at the gateway: what travels from step to step while one page is assembled from many objects.
#ifndef SHVM_OP_SCAN_STATE_H
#define SHVM_OP_SCAN_STATE_H

#include "msg/command.h"
#include "msg/descriptor.h"
#include "msg/envelope.h"
#include "op/read_space.h"

typedef enum ScanPhase {
    SCAN_LISTS = 1, // answers come from directory shards
    SCAN_READS = 2, // from partitions
} ScanPhase;

// Targets are visited in hash order. Layout key: the partitions of `keys`, then those the directory still has. Layout
// hash: the slots from next_slot to last_slot.
typedef struct ScanState {
    ScanPhase phase;
    uint32_t calls;     // made for this page so far
    uint32_t in_flight; // calls of this step
    // What is read: of the descriptor only what finding and reading partitions needs.
    ReadSpace space;
    bool fetch; // local index: whole items are read
    // The request.
    Slice filter;
    Slice projection;
    bool count_only;
    bool consistent;
    ReturnCapacity return_capacity;
    bool has_limit;
    uint64_t limit_left;
    // Full keys: the first that may be read (inclusive; at least its hash), and the end (exclusive; empty: open).
    Slice from;
    Slice to;
    // The page so far.
    uint64_t count;
    uint64_t scanned_count;
    uint64_t bytes;
    uint64_t table_half_units; // local index: items fetched
    Slice items_json;
    // What is left to visit.
    Slice *keys;
    size_t key_count;
    bool listing_done;
    uint32_t next_shard;
    Slice list_after; // exclusive
    uint32_t next_slot;
    uint32_t last_slot;
    bool one_by_one; // look-ahead has overshot: the rest of the page is read without it
    uint32_t visited_count; // targets read to their end for this page
    // The last of them, where there is one.
    Slice visited_last_key; // of its items, as they were when they were read (item blob); empty: there were none
    Slice visited_key;
    uint32_t visited_slot;
} ScanState;

void scan_state_encode(Buf *out, const ScanState *state);
// Slices borrow from the reader's bytes, arrays live in the arena.
bool scan_state_decode(Arena *arena, Reader *reader, ScanState *out, Error *error);

#endif
