// The partition's items. Values of up to STORED_VALUE_INLINE_BYTES_MAX bytes stand in the key's own row, larger ones in
// a rowid table beside it (measured: one billed row per small write, and cheap pages).
//
//   stored value := format u8 (2) ‖ version u64 big-endian (53 bits used) ‖ item size varint ‖ blob length varint
//                 ‖ item blob
// item size is DynamoDB's size of the item, so nobody walks the item to know it. Stored values are self-delimiting, and
// of two the newer is the larger. Format 1, which is read and no longer written, has its version little-endian.
#ifndef SHVM_STORE_ITEMS_H
#define SHVM_STORE_ITEMS_H

#include "base/limits.h"
#include "msg/envelope.h"

#define STORED_FORMAT 2
#define STORED_FORMAT_LITTLE_ENDIAN 1

//
// In an index's objects an item that left a key leaves a mark there for a while: its version with an empty item, so
// that what is delivered late or twice does not bring it back. Marks have no size; reads, sums and totals pass them
// over. A mark is unsettled as long as its source (the partition the item is in) may send something older again;
// only settled ones are swept (role/partition_index_object.c).
//   mark := format u8 (2) ‖ version u64 ‖ 0 u8 ‖ 0 u8 ‖ the source's name, or nothing
// The column of a large value's row holds an unsettled mark's version, or, negative, the time a mark was settled.
typedef struct StoredItem {
    bool found;
    uint64_t version;  // also where there is only a mark
    size_t item_bytes; // DynamoDB size
    Slice item;        // item blob
    double big_id;     // row of the large-value table, 0 when inline
} StoredItem;

bool items_get(Step *step, Slice key, StoredItem *out);
// The same for up to ITEMS_AT_ONCE keys, in a space that holds neither large values nor marks.
#define ITEMS_AT_ONCE 8u
bool items_get_small(Step *step, const Slice *keys, size_t count, StoredItem *out);
// Inserts or overwrites. old is what items_get just said about this key.
bool items_put(Step *step, Slice key, const StoredItem *old, Slice item, size_t item_bytes, uint64_t version);
// The same without having looked, in a space that holds no large value: an item of ITEM_BLOB_SMALL_BYTES_MAX at most.
// The bytes that are there already are not written again.
#define STORED_HEAD_BYTES_MAX (1 + 8 + 5 + 5)
#define ITEM_BLOB_SMALL_BYTES_MAX (STORED_VALUE_INLINE_BYTES_MAX - STORED_HEAD_BYTES_MAX)
bool items_overwrite(Step *step, Slice key, Slice item, size_t item_bytes, uint64_t version);
// The same, but only where there is nothing yet, or a small value or mark of format 2 that is older. *done tells
// whether it was written; where it was not, items_get says what is there.
bool items_put_newer(Step *step, Slice key, Slice item, size_t item_bytes, uint64_t version, bool *done);
bool items_delete(Step *step, Slice key, const StoredItem *old);

// Puts a mark in the place of whatever is there; one without a source is settled.
bool items_mark(Step *step, Slice key, const StoredItem *old, uint64_t version, Slice source);
// Sources of unsettled marks, `limit` of them at most.
bool items_mark_sources(Step *step, size_t limit, Slice *sources, size_t *count);
// A source's marks of this version or an older one are settled from now on.
bool items_settle(Step *step, Slice source, uint64_t version);
// Deletes marks that were settled before that.
bool items_sweep(Step *step, double before_ms);

// Many items per call. Reads up to `limit` (≤ ITEMS_CHUNK_MAX) stored values with lower <= key < upper (empty upper:
// open) in key order or reverse, concatenated. Fewer than `limit` does not mean the end: large items are read fewer at
// a time; zero does.
#define ITEMS_CHUNK_MAX 1000u
typedef struct ItemsChunk {
    Slice values; // walked with items_next
    uint32_t count;
    Slice last_key; // of the last one in the order read
} ItemsChunk;
bool items_range(Step *step, Slice lower, Slice upper, bool reverse, uint32_t limit, ItemsChunk *chunk);
// Next stored value of a concatenation; false at the end, or with step->error set when it is corrupt.
bool items_next(Step *step, Slice *values, StoredItem *out);

bool items_is_empty(Step *step, bool *is_empty);

// Counted afresh: reads every row, so only for the lazy reports behind DescribeTable.
typedef struct ItemTotals {
    uint64_t count;
    uint64_t bytes; // DynamoDB sizes
    uint64_t marks;
} ItemTotals;
bool items_totals(Step *step, ItemTotals *totals);
// Drops everything (a fenced partition).
bool items_drop(Step *step);

#endif
