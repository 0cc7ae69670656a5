// Changes of a table's description: what UpdateTable, TagResource, UntagResource and UpdateTimeToLive ask of the table
// object. The gateway validates what it can without the table and encodes; the table object applies, since only there
// the current description can be trusted.
//
//   change := version u8 (1) ‖ kind u8 (ChangeKind) ‖ fields
//     UPDATE  the struct's fields in order
//     TAG     count varint ‖ count × (key ‖ value)
//     UNTAG   count varint ‖ count × key
//     TTL     enabled u8 ‖ attribute name
#ifndef SHVM_OP_TABLE_CHANGE_H
#define SHVM_OP_TABLE_CHANGE_H

#include "msg/descriptor.h"
#include "msg/envelope.h"

typedef enum ChangeKind { CHANGE_UPDATE = 1, CHANGE_TAG = 2, CHANGE_UNTAG = 3, CHANGE_TTL = 4 } ChangeKind;

// One throughput pair of UpdateTable where each half may be left as it is.
typedef struct ThroughputChange {
    bool read_given;
    bool write_given;
    Throughput to;
} ThroughputChange;

// GlobalSecondaryIndexUpdates, Update: one index's settings.
typedef struct IndexChange {
    Slice name;
    ThroughputChange throughput;
    ThroughputChange on_demand_max;
    ThroughputChange warm;
} IndexChange;

typedef struct TableUpdate {
    uint8_t billing;                // BillingMode, or 0
    ThroughputChange throughput;    // both or none
    ThroughputChange on_demand_max; // 0 takes a ceiling away
    ThroughputChange warm;
    uint8_t deletion_protection;    // 0 as it is, 1 off, 2 on
    uint8_t table_class;            // 0 as it is, 1 STANDARD, 2 STANDARD_INFREQUENT_ACCESS
    uint8_t stream;                 // 0 as it is, 1 off, 2 on
    StreamView stream_view;
    uint8_t sse;                    // 0 as it is, 1 off, 2 on
    IndexChange *indexes;
    size_t index_count;
} TableUpdate;

void table_update_encode(Buf *out, const TableUpdate *update);
void table_tags_encode(Buf *out, const Tag *tags, size_t count);
void table_untag_encode(Buf *out, const Slice *keys, size_t count);
void table_ttl_encode(Buf *out, bool enabled, Slice attribute);

// What kind of change the bytes hold; 0 when they hold none.
ChangeKind table_change_kind(Slice change);
// Applies a change to *table; arrays it makes live in the arena. False: step->error holds DynamoDB's answer, and *table
// must not be stored.
bool table_change_apply(Step *step, Slice change, TableDescriptor *table);

#endif
