// The table descriptor: everything DynamoDB knows about a table, as its table object stores it and as gateways and
// partitions cache it. Its epoch grows with every change that a partition or gateway must know of; a command made from
// an older one is answered RESULT_STALE.
//
//   descriptor := version u8 (1) ‖ fields in the order of the struct; integers varint, texts and lists length-prefixed
#ifndef SHVM_MSG_DESCRIPTOR_H
#define SHVM_MSG_DESCRIPTOR_H

#include "base/buf.h"
#include "base/error.h"
#include "base/limits.h"

#define DESCRIPTOR_VERSION 1
#define TABLE_ID_BYTES 36 // UUID text

typedef enum TableStatus { TABLE_CREATING = 1, TABLE_ACTIVE = 2, TABLE_UPDATING = 3, TABLE_DELETING = 4 } TableStatus;
typedef enum LayoutKind { LAYOUT_KEY = 0, LAYOUT_HASH = 1 } LayoutKind;
typedef enum BillingMode { BILLING_PROVISIONED = 1, BILLING_PAY_PER_REQUEST = 2 } BillingMode;
typedef enum ProjectionType { PROJECTION_ALL = 1, PROJECTION_KEYS_ONLY = 2, PROJECTION_INCLUDE = 3 } ProjectionType;
typedef enum StreamView {
    STREAM_VIEW_NONE = 0,
    STREAM_VIEW_KEYS_ONLY = 1,
    STREAM_VIEW_NEW_IMAGE = 2,
    STREAM_VIEW_OLD_IMAGE = 3,
    STREAM_VIEW_NEW_AND_OLD_IMAGES = 4,
} StreamView;

typedef struct KeyAttribute {
    Slice name;
    char type; // 'S', 'N' or 'B', from AttributeDefinitions
} KeyAttribute;

// HASH attributes first, then RANGE. A table has one HASH and at most one RANGE; a GSI up to four of each.
typedef struct KeySchema {
    KeyAttribute hash[INDEX_KEY_ATTRIBUTES_MAX];
    size_t hash_count;
    KeyAttribute range[INDEX_KEY_ATTRIBUTES_MAX];
    size_t range_count;
} KeySchema;

typedef struct Throughput {
    uint64_t read_units;  // 0 under PAY_PER_REQUEST
    uint64_t write_units;
} Throughput;

typedef struct IndexDescriptor {
    uint32_t id; // unique among all indexes the table ever had, from 1: names of index objects hold it
    Slice name;
    bool is_global;
    KeySchema keys;
    ProjectionType projection;
    Slice *non_key_attributes;
    size_t non_key_attribute_count;
    Throughput throughput; // global indexes
    Throughput on_demand_max; // OnDemandThroughput; 0: no ceiling
    Throughput warm;          // WarmThroughput as asked for; 0: not asked for
    TableStatus status;    // global indexes; local ones are always ACTIVE
    bool backfilling;
} IndexDescriptor;

typedef struct Tag {
    Slice key;
    Slice value;
} Tag;

typedef struct TableDescriptor {
    uint64_t epoch; // from 1
    Slice name;
    Slice table_id; // TABLE_ID_BYTES characters
    uint8_t seed[16];
    TableStatus status;
    double created_ms;
    LayoutKind layout;
    uint32_t slots; // LAYOUT_HASH: a power of two
    KeyAttribute *definitions; // AttributeDefinitions in the order given
    size_t definition_count;
    KeySchema keys;
    BillingMode billing;
    Throughput throughput;
    double billing_changed_ms; // LastUpdateToPayPerRequestDateTime; 0 when never on demand
    bool deletion_protection;
    bool infrequent_access;    // TableClass STANDARD_INFREQUENT_ACCESS
    bool table_class_given;    // TableClassSummary is shown only where the request named a class
    StreamView stream_view;    // STREAM_VIEW_NONE: no stream
    double stream_label_ms;    // when the stream was enabled; kept after it is disabled
    Slice ttl_attribute;       // empty: none
    bool ttl_enabled;
    bool sse_enabled;
    uint32_t last_index_id;    // the highest id given out
    IndexDescriptor *indexes;  // in the order given: local ones first, then global
    size_t index_count;
    Tag *tags;
    size_t tag_count;
    Throughput on_demand_max; // OnDemandThroughput; 0: no ceiling
    Throughput warm;          // WarmThroughput as asked for; 0: not asked for
    double increased_ms;      // LastIncreaseDateTime of the throughput; 0: never
    double decreased_ms;      // LastDecreaseDateTime
    uint32_t decreases;       // on the day of decreased_ms
} TableDescriptor;

void descriptor_encode(Buf *out, const TableDescriptor *table);
// Slices borrow from bytes, arrays live in the arena. False: ERROR_CORRUPT or ERROR_OUT_OF_MEMORY.
bool descriptor_decode(Arena *arena, Slice bytes, TableDescriptor *out, Error *error);

// One index by itself, for messages. A failed decode sets reader->failed, or the arena's `failed`.
void key_schema_encode(Buf *out, const KeySchema *keys);
void key_schema_decode(Reader *reader, KeySchema *keys);
void index_descriptor_encode(Buf *out, const IndexDescriptor *index);
void index_descriptor_decode(Arena *arena, Reader *reader, IndexDescriptor *out);

// NULL when the table has none of that name.
const IndexDescriptor *descriptor_index(const TableDescriptor *table, Slice name);
// Whether the attribute is part of the key.
bool key_schema_has(const KeySchema *keys, Slice name);
// "arn:aws:dynamodb:us-east-1:000000000000:table/<name>"
void table_arn(Buf *out, Slice table_name);
// TableName may be given as an ARN: the name inside it, or the argument itself where it is none.
Slice table_name_from_argument(Slice argument);
// The table's name in "arn:aws:dynamodb:<region>:<account>:table/<name>", whatever the region and account; empty when
// arn has another form.
Slice table_name_from_arn(Slice arn);

#endif
