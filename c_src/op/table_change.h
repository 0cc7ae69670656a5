// Changes of a table's description: what UpdateTable, TagResource, UntagResource and UpdateTimeToLive ask of
// the table object. The gateway validates what it can without the table and encodes; the table object
// applies, since only there the current description can be trusted.
//
//   change := version u8 (1) ‖ kind u8 (ChangeKind) ‖ fields
//     UPDATE  TableUpdate's fields in order, indexes counted
//     TAG     count varint ‖ count × (key ‖ value)
//     UNTAG   count varint ‖ count × key
//     TTL     enabled u8 ‖ attribute name
#ifndef SHVM_OP_TABLE_CHANGE_H
#define SHVM_OP_TABLE_CHANGE_H

#include "msg/descriptor.h"
#include "msg/envelope.h"

typedef enum ChangeKind { CHANGE_UPDATE = 1, CHANGE_TAG = 2, CHANGE_UNTAG = 3, CHANGE_TTL = 4 } ChangeKind;

// A setting that a change may leave as it is.
typedef enum Toggle { TOGGLE_KEEP = 0, TOGGLE_OFF = 1, TOGGLE_ON = 2 } Toggle;

// A pair of units, each half of which may be left as it is.
typedef struct ThroughputChange {
    bool read_given;
    bool write_given;
    Throughput to;
} ThroughputChange;

typedef enum IndexAction { INDEX_UPDATE = 1, INDEX_CREATE = 2, INDEX_DELETE = 3 } IndexAction;

typedef struct IndexChange {
    IndexAction action;
    IndexDescriptor index; // CREATE; of the others the name alone
    ThroughputChange throughput;
    ThroughputChange on_demand_max;
    ThroughputChange warm;
} IndexChange;

typedef struct TableUpdate {
    uint8_t billing; // BillingMode, or 0
    ThroughputChange throughput;
    ThroughputChange on_demand_max; // 0 takes a ceiling away
    ThroughputChange warm;
    Toggle deletion_protection;
    Toggle infrequent_access; // TableClass
    Toggle stream;
    StreamView stream_view;
    Toggle encryption;
    IndexChange *indexes;
    size_t index_count;
} TableUpdate;

void table_update_encode(Buf *out, const TableUpdate *update);
void table_tag_encode(Buf *out, const Tag *tags, size_t count);
void table_untag_encode(Buf *out, const Slice *keys, size_t count);
void table_ttl_encode(Buf *out, bool enabled, Slice attribute);

// What kind of change the bytes hold; 0 when they hold none.
ChangeKind table_change_kind(Slice change);
// Applies a change to *table; arrays it makes live in the arena. False: step->error holds the answer, and
// *table must not be stored.
bool table_change_apply(Step *step, Slice change, TableDescriptor *table);

// UpdateTable's part of it (table_update.c). The epoch grows with what gateways and partitions must know of: indexes
// that come and go, and streams.
bool table_update_apply(Step *step, const TableUpdate *update, TableDescriptor *table);
// The index that is being created or deleted; NULL when there is none.
const IndexDescriptor *table_changing_index(const TableDescriptor *table);
// Takes an index out of the description, and the attribute definitions that only it needed.
void table_drop_index(TableDescriptor *table, uint32_t index_id);

#endif
