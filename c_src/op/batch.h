// What BatchGetItem and BatchWriteItem share at the gateway: entries grouped by the object that holds them, one command
// per object, asked in parallel, in several steps where there are many.
#ifndef SHVM_OP_BATCH_H
#define SHVM_OP_BATCH_H

#include "msg/command.h"
#include "op/item_key.h"
#include "op/operation.h"

#define BATCH_CALLS_STEP_MAX 40u // [US] in flight at once
#define BATCH_CALLS_MAX 100u     // [US] more than one call a key is never worth it
// [US] AWS gives 16 MB; here a reply stands in memory several times at once, and memory is 48 MB. What is beyond comes
// back as UnprocessedKeys, as it does there.
#define BATCH_REPLY_BYTES_MAX (12u * 1024 * 1024)
#define BATCH_ITEM_REPLY_BYTES (600u * 1024)         // [US] as JSON: any item of strings, numbers and binaries
#define BATCH_SHARE_BYTES_MAX (6u * 1024 * 1024)     // [US] of a reply, for one object at once: any item at all
// [US] What one object is given, and asked for, at once: it holds that several times. More goes in another call to it.
#define BATCH_GROUP_BYTES_MAX (4u * 1024 * 1024)
// Calls a batch may make in all: what comes beyond is left unprocessed.
uint32_t batch_calls_max(const Step *step);

typedef struct BatchTable {
    CommandHeader header; // without kind
    bool consistent;      // BatchGetItem, as are the next three
    Slice projection;
    Slice options_json;   // members of UnprocessedKeys beside Keys, each followed by a comma
    Slice replies_json;   // the items found so far; BatchWriteItem: ItemCollectionMetrics
    Slice *found;         // BatchGetItem: those that came after, in this step; where they are written they join
    size_t found_count;
    uint64_t half_units;
    bool is_charged;      // something was read or written
    // BatchWriteItem, which sends in its first step alone and answers in its second: not part of the state.
    Slice index_set;
    IndexCapacity *indexes; // arms that were charged, each index once
    size_t index_count;
} BatchTable;

typedef struct BatchItem {
    uint32_t table;
    Slice object; // name of the partition
    ItemKey key;
    Slice key_item;
    Slice item;           // BatchWriteItem: empty means delete
    size_t text_at;       // BatchWriteItem: a long entry's own text in the step's message, which then stands for the
    size_t text_len;      // item in the state: two copies would not fit into memory. 0: short
    Slice collection_key; // BatchWriteItem: where ItemCollectionMetrics are wanted
    uint32_t group;       // 1 + the number of the call that carries it now; 0: none
    bool is_failed;       // its object failed: it is left to the client
} BatchItem;

// state := is write u8 ‖ return capacity u8 ‖ calls ‖ bytes left ‖ is careful u8 ‖ group count ‖ tables ‖ items
typedef struct BatchState {
    bool is_write;
    ReturnCapacity return_capacity;
    uint32_t calls;
    uint64_t bytes_left; // of BatchGetItem's reply
    bool is_careful;     // BatchGetItem: nothing fitted into a share: from now on one object has all there is
    BatchTable *tables;
    size_t table_count;
    BatchItem *items; // what is not done yet
    size_t item_count;
    uint32_t group_count; // of this step
} BatchState;

// Builds an item's key and object name.
bool batch_locate(Step *step, const TableDescriptor *table, const KeyValues *values, BatchItem *item);
// "Provided list of item keys contains duplicates" when two of the items have the same full key.
bool batch_check_duplicates(Step *step, const BatchState *state);
bool batch_fail_duplicates(Step *step);

// Sends as many items as one step may, and keeps the state.
bool batch_send(Step *step, BatchState *state);
bool batch_state_decode(Arena *arena, Reader *reader, BatchState *out, Error *error);

typedef enum BatchOutcome {
    BATCH_ANSWERED, // *result holds the payload
    BATCH_FAILED,   // busy, failed or unknown: the group's items are left to the client
    BATCH_STALE,    // made from an old descriptor
    BATCH_ERROR,    // step->error is the whole request's
} BatchOutcome;
// The answer of group `group` (from 0). On BATCH_FAILED *error says why, for the case that nothing succeeds.
BatchOutcome batch_answer(Request *request, uint32_t group, Result *result, Error *error);

// The table's replies_json and what was found since.
size_t batch_replies_bytes(const BatchTable *table);
void batch_replies_to_json(Buf *out, const BatchTable *table);

// Drops the items for which is_done holds, and counts those that are failed.
size_t batch_drop_done(BatchState *state, const bool *is_done);

// Appends `"ConsumedCapacity":[…]` for the tables that were charged.
// Ends the reply that step_respond_http_open began: ConsumedCapacity where it is wanted, and the closing brace.
bool batch_respond_close(Step *step, const BatchState *state, Buf *body, size_t start);

#endif
