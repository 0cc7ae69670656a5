// Commands: what a gateway asks of a partition. Everything is validated and compiled; the partition looks up,
// evaluates, writes and answers. Commands are transient: they are never stored, logged or replayed.
//
//   command := version u8 (1) ‖ kind u8 ‖ table id ‖ table name ‖ epoch varint ‖ by key u8 ‖ content type u8
//              ‖ fields of the kind
//   (texts and blobs: varint length ‖ bytes; flags u8; numbers varint)
#ifndef SHVM_MSG_COMMAND_H
#define SHVM_MSG_COMMAND_H

#include "base/buf.h"
#include "base/error.h"
#include "msg/capacity.h"
#include "msg/envelope.h"

#define COMMAND_VERSION 1

typedef enum CommandKind {
    COMMAND_GET = 1,
    COMMAND_PUT = 2,
    COMMAND_UPDATE = 3,
    COMMAND_DELETE = 4,
    COMMAND_QUERY = 5,      // a range of one partition key (or of one index)
    COMMAND_SCAN = 6,       // a range of the object's whole key space
    COMMAND_BATCH_GET = 7,
    COMMAND_BATCH_WRITE = 8,
    COMMAND_FENCE = 9,      // the table is being deleted: empty yourself and refuse everything from now on
    COMMAND_PROBE = 10,     // directory: is this registration used? (sweep)
    COMMAND_INDEX_APPLY = 11, // a base partition to an index object: entries of the index that changed
    COMMAND_ADOPT = 12,     // table object: know this index set, and refuse commands of an older epoch
    COMMAND_BACKFILL = 13,  // table object: bring the next items into an index
    COMMAND_SETTLED = 14,   // an index object to a base partition: what will never be sent again?
} CommandKind;

typedef enum ReturnValues {
    RETURN_VALUES_NONE = 0,
    RETURN_VALUES_ALL_OLD = 1,
    RETURN_VALUES_UPDATED_OLD = 2,
    RETURN_VALUES_ALL_NEW = 3,
    RETURN_VALUES_UPDATED_NEW = 4,
} ReturnValues;

typedef struct CommandHeader {
    CommandKind kind;
    Slice table_id;
    Slice table_name;
    uint64_t epoch;
    bool by_key; // layout key: the object holds one partition key and stores sort keys only
    ContentType content_type; // of a reply that goes from the partition to the client
} CommandHeader;

// Where an item lives. full_key = hash64 ‖ partition key ‖ sort key (key_codec.h); partition_len counts the hash and
// the partition key.
typedef struct ItemKey {
    Slice full_key;
    size_t partition_len;
} ItemKey;

// GET, PUT, UPDATE, DELETE: the partition renders the reply. Absent parts are empty slices.
typedef struct ItemCommand {
    CommandHeader header;
    ItemKey key;
    Slice key_item;    // item blob of the key attributes
    Slice item;        // PUT: the new item
    Slice condition;   // condition tree
    Slice update;      // UPDATE: update tree
    bool update_is_legacy; // AttributeUpdates: flat 400 KB rule, no charge
    Slice projection;  // GET: projection tree
    Slice index_set;   // writes to a table with indexes: msg/index_set.h
    bool wait_for_indexes; // writes: answer when the global indexes have taken the change
    bool consistent;
    ReturnValues return_values;
    bool return_old_on_failure; // ReturnValuesOnConditionCheckFailure = ALL_OLD
    ReturnCapacity return_capacity;
    Slice collection_key; // writes: item blob of the partition key where ItemCollectionMetrics is wanted
} ItemCommand;

// QUERY and SCAN: one page. Bounds are full keys; an empty upper bound is open. For a global index the header's table
// id is the index's space id, and bounds are keys of that space. For a local index bounds are full keys with the
// index's RANGE part between partition key and sort key.
typedef struct RangeCommand {
    CommandHeader header;
    Slice index_name;  // empty: the table itself
    uint32_t local_index_id; // 0: not a local index
    bool fetch;        // local index: read whole base items, and charge for it
    Slice *projected;  // local index: names of the attributes in it, keys included
    size_t projected_count; // 0: all
    Slice lower;       // first key that may be returned (inclusive)
    Slice upper;       // first key beyond (exclusive)
    size_t partition_len; // layout key: bytes of hash and partition key at the front of both bounds; else 0
    bool reverse;
    uint64_t limit;    // items to evaluate at most; 0: none
    uint64_t bytes_left; // of the page's 1 MB
    Slice filter;      // condition tree
    Slice projection;  // projection tree
    bool count_only;
    bool consistent;
    Slice *key_names;  // attributes of LastEvaluatedKey: table key and index key
    size_t key_name_count;
    ReturnCapacity return_capacity;
    bool render;       // the reply goes to the client as it is; a SCAN's where it ends the page
} RangeCommand;

// BATCH_GET: keys of one table that live in this object. BATCH_WRITE: the same for writes.
typedef struct BatchEntry {
    uint32_t position; // in the request, given back with the answer
    ItemKey key;
    Slice key_item;
    Slice item; // BATCH_WRITE: empty means delete
} BatchEntry;

typedef struct BatchCommand {
    CommandHeader header;
    BatchEntry *entries;
    size_t entry_count;
    Slice projection;
    Slice index_set;    // BATCH_WRITE to a table with indexes
    bool wait_for_indexes;
    ReturnCapacity return_capacity; // BATCH_WRITE: index arms are counted for it
    bool consistent;
    uint64_t bytes_max; // BATCH_GET: the reply's share; entries beyond it come back unprocessed
} BatchCommand;

// INDEX_APPLY. The header's table id is the index's space id. Idempotent, and ordered per key: an entry whose version
// is not above the one that stands there changes nothing. Answer: OK, STALE (the index is gone), or BUSY (it was under
// way for too long, or a clock is wrong), without payload.
typedef struct ApplyEntry {
    ItemKey key;      // full key in the index's space: hash64 ‖ HASH parts ‖ RANGE parts ‖ the item's own full key
    uint64_t version; // of the base item
    Slice item;       // what the index projects; empty: the item has left this key
} ApplyEntry;

typedef struct ApplyCommand {
    CommandHeader header;
    ApplyEntry *entries;
    size_t entry_count;
    // Left out by an earlier release:
    Slice source;     // the sender's name
    double sent_ms;   // by its clock
    uint64_t settled; // versions up to this one it will never send again; 0: says nothing about that
} ApplyCommand;

// SETTLED: the header alone. Answer: OK with version varint: what the partition logged up to this version has reached
// the indexes, and it will never send it again, not even after it lost its memory. STALE: it will send nothing at all.

// ADOPT. The partition stores the header's epoch and the set durably and answers STALE to writes and backfills of an
// older epoch from then on. Answer: OK (also where it knows this epoch, or a newer one, already), without payload.
typedef struct AdoptCommand {
    CommandHeader header;
    Slice index_set; // as in ItemCommand; empty: the table has no index left
} AdoptCommand;

// BACKFILL. The epoch must be the one that the partition has adopted, otherwise STALE. The partition reads up to
// `limit` items from `from` on, has the index's objects take their entries, and answers BackfillResult (result.h) only
// then: BUSY when they did not, in which case the same command is to be sent again. Items that cannot be indexed are
// left out.
typedef struct BackfillCommand {
    CommandHeader header;
    uint32_t index_id;
    Slice from;     // inclusive, as BackfillResult.next gave it; empty: the beginning
    uint64_t limit; // at most BACKFILL_ITEMS_MAX; less are read where they are large
} BackfillCommand;

void command_encode_item(Buf *out, const ItemCommand *command);
void command_encode_range(Buf *out, const RangeCommand *command);
void command_encode_batch(Buf *out, const BatchCommand *command);
void command_encode_apply(Buf *out, const ApplyCommand *command);
void command_encode_adopt(Buf *out, const AdoptCommand *command);
void command_encode_backfill(Buf *out, const BackfillCommand *command);
// FENCE, PROBE and SETTLED: the header alone.
void command_encode_header(Buf *out, const CommandHeader *header);

// Reads the header; the reader stands at the kind's fields afterwards. False: ERROR_UNSUPPORTED for a version or kind
// that is not known, or ERROR_CORRUPT.
bool command_decode_header(Reader *reader, CommandHeader *out, Error *error);
// Trees, items and keys inside are validated. Slices borrow from the message.
bool command_decode_item(Reader *reader, const CommandHeader *header, ItemCommand *out, Error *error);
bool command_decode_range(Arena *arena, Reader *reader, const CommandHeader *header, RangeCommand *out, Error *error);
bool command_decode_batch(Arena *arena, Reader *reader, const CommandHeader *header, BatchCommand *out, Error *error);
bool command_decode_apply(Arena *arena, Reader *reader, const CommandHeader *header, ApplyCommand *out, Error *error);
bool command_decode_adopt(Reader *reader, const CommandHeader *header, AdoptCommand *out, Error *error);
bool command_decode_backfill(Reader *reader, const CommandHeader *header, BackfillCommand *out, Error *error);

#endif
