// Results: what an object answers to a command or a control message.
//
//   result := version u8 (1) ‖ status u8 ‖ rows read varint ‖ rows written varint ‖ fields of the status
//     ERROR   error kind u8 ‖ in envelope u8 ‖ message ‖ item
//     others  the payload, whose form the command's kind decides
#ifndef SHVM_MSG_RESULT_H
#define SHVM_MSG_RESULT_H

#include "base/buf.h"
#include "base/error.h"
#include "msg/capacity.h"

#define RESULT_VERSION 1

typedef enum ResultStatus {
    RESULT_OK = 0,
    RESULT_ERROR = 1,       // a DynamoDB error for the client
    RESULT_STALE = 2,       // made from an old descriptor, or the table is gone: fetch the descriptor again
    RESULT_UNSUPPORTED = 3, // unknown version or kind, nothing written; payload: the newest version known, u8
    RESULT_BUSY = 4,        // ThrottlingException
} ResultStatus;

typedef struct Result {
    ResultStatus status;
    uint32_t rows_read;
    uint32_t rows_written;
    Error error;   // RESULT_ERROR
    Slice payload; // RESULT_OK
} Result;

void result_encode(Buf *out, const Result *result);
bool result_decode(Slice bytes, Result *out, Error *error);

// Payload of PUT, UPDATE, DELETE, and of every entry of BATCH_WRITE.
typedef struct WriteResult {
    uint64_t old_bytes; // DynamoDB size of the item before, 0 when there was none
    uint64_t new_bytes;
    Slice attributes;   // item blob for ReturnValues, or empty
    IndexCapacity *indexes; // touched ones
    size_t index_count;
} WriteResult;
void write_result_encode(Buf *out, const WriteResult *result);
bool write_result_decode(Arena *arena, Reader *reader, WriteResult *out);

// Payload of QUERY and SCAN when the gateway assembles the page.
typedef struct RangeResult {
    uint64_t count;            // items that passed the filter
    uint64_t scanned_count;    // items evaluated
    uint64_t bytes_evaluated;  // DynamoDB sizes, before filter and projection
    uint64_t table_half_units; // local index: base items that were fetched
    Slice items_json;          // the items, rendered and comma-separated (empty under count_only)
    Slice last_key;            // item blob of the last evaluated item's key attributes; empty when none was evaluated
    bool has_more;             // the page ended before the range did: the limit or its bytes are used up
} RangeResult;
void range_result_encode(Buf *out, const RangeResult *result);
bool range_result_decode(Reader *reader, RangeResult *out);

// Payload of BACKFILL.
typedef struct BackfillResult {
    bool done;            // there are no items behind those that were read
    Slice next;           // otherwise: where to go on
    uint64_t item_count;  // items read
    uint64_t entry_count; // of them in the index
} BackfillResult;
void backfill_result_encode(Buf *out, const BackfillResult *result);
bool backfill_result_decode(Reader *reader, BackfillResult *out);

// Payload of BATCH_GET: count × entry.
typedef struct BatchGetEntry {
    uint32_t position;
    bool processed;
    bool found;
    uint64_t bytes;   // DynamoDB size of the whole item
    Slice item_json;  // projected and rendered; empty when not found
} BatchGetEntry;
void batch_get_entry_encode(Buf *out, const BatchGetEntry *entry);
// What it takes of a reply's bytes: as JSON, or as DynamoDB counts it where that is more.
uint64_t batch_get_entry_reply_bytes(const BatchGetEntry *entry);
bool batch_get_entry_decode(Reader *reader, BatchGetEntry *out);

#endif
