// Control messages: gateway → table → catalog, partition → directory and table. Answers are results (result.h).
//   message := version u8 (1) ‖ kind u8 ‖ fields, in the order given here
#ifndef SHVM_MSG_CONTROL_H
#define SHVM_MSG_CONTROL_H

#include "base/buf.h"
#include "base/error.h"

#define CONTROL_VERSION 1

typedef enum ControlKind {
    // To a table object. The answer's payload is the descriptor blob, unless said.
    CONTROL_TABLE_GET = 1,       // — ; for data operations: ERROR ResourceNotFound unless the table is there and
                                 //   neither CREATING nor DELETING
    CONTROL_TABLE_CREATE = 2,    // descriptor blob made by the gateway (epoch 1, id, seed)
    CONTROL_TABLE_DELETE = 3,    // table id: a table made since under the same name is not meant; payload as DESCRIBE
    CONTROL_TABLE_UPDATE = 4,    // UpdateTable, TTL, tags: table id as in DELETE ‖ a change record, see
                                 //   op/table_change.h; payload as DESCRIBE
    CONTROL_TABLE_DESCRIBE = 5,  // calls it may make varint, or nothing (ROUND_CALLS_MAX);
                                 //   payload: descriptor (length-prefixed) ‖ item count varint ‖ size bytes varint
                                 //   ‖ count varint × (item count varint ‖ bytes varint), indexes as in the descriptor
    // Table ids of objects of a global index, here and below, are the index's space id (names.h). An epoch may be
    // left out; a registration of a table's own object under an older epoch than the table's is STALE.
    CONTROL_TABLE_REGISTER = 6,  // partition of layout hash, or directory: table id ‖ object name ‖ the command's
                                 //   epoch varint. OK or STALE; payload: the descriptor
    CONTROL_TABLE_REPORT = 7,    // partition of layout hash: table id ‖ object name ‖ item count varint ‖ bytes varint
                                 //   (absolute) ‖ version varint: an older one than the last taken is passed over. It
                                 //   may be left out ‖ sizes of local indexes (msg/local_sizes.h). OK or STALE
    CONTROL_TABLE_IDENTIFY = 8,  // — ; payload: the table's id, whatever its status
    // To a directory shard.
    CONTROL_DIRECTORY_REGISTER = 16, // table id ‖ table name ‖ hash64 ‖ encoded partition key (one blob)
                                     //   ‖ the command's epoch varint. OK or STALE
    CONTROL_DIRECTORY_LIST = 17,     // table id ‖ from key (exclusive) ‖ to key (exclusive, empty: open) ‖ limit.
                                     //   Payload: count × key blob (hash64 ‖ partition key), more flag u8
    CONTROL_DIRECTORY_FENCE = 18,    // table id ‖ limit: refuse registrations; payload as LIST, from the first key
    CONTROL_DIRECTORY_FORGET = 19,   // table id ‖ count × key blob: their partitions are fenced
    CONTROL_DIRECTORY_REPORT = 20,   // table id ‖ key blob ‖ item count varint ‖ bytes varint (absolute)
                                     //   ‖ version varint ‖ local sizes, as in TABLE_REPORT. OK or STALE
    CONTROL_DIRECTORY_TOTALS = 21,   // table id; payload: item count varint ‖ bytes varint ‖ local sizes
    CONTROL_DIRECTORY_ADOPT = 22,    // table id ‖ table name ‖ epoch varint ‖ from key (exclusive) ‖ limit: refuse
                                     //   registrations under an older epoch; payload as LIST
    // To the catalog.
    CONTROL_CATALOG_ADD = 32,    // table name ‖ table id
    CONTROL_CATALOG_REMOVE = 33, // table name ‖ table id: does nothing where the name is another table's by now
    CONTROL_CATALOG_LIST = 34,   // exclusive start name ‖ limit; payload: count × name, more flag u8
} ControlKind;

void control_begin(Buf *out, ControlKind kind);
// The kind of a message; the reader stands at its fields afterwards. False: ERROR_UNSUPPORTED, or ERROR_CORRUPT.
bool control_decode(Reader *reader, ControlKind *kind, Error *error);

#endif
