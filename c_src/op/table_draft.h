// A table as CreateTable asks for it, before it is one: what the request says, then DynamoDB's checks of what
// the members say about each other, then the descriptor.
#ifndef SHVM_OP_TABLE_DRAFT_H
#define SHVM_OP_TABLE_DRAFT_H

#include "msg/descriptor.h"
#include "op/operation.h"

#define KEY_ELEMENTS_MAX (2 * INDEX_KEY_ATTRIBUTES_MAX)

typedef struct KeyElement {
    Slice name;
    bool is_range;
} KeyElement;

typedef struct KeyList {
    KeyElement elements[KEY_ELEMENTS_MAX];
    size_t count;
} KeyList;

// ProvisionedThroughput, OnDemandThroughput or WarmThroughput: signed, since nonsense has to be told from
// absence.
typedef struct ThroughputDraft {
    bool given; // the structure is there
    bool read_given;
    bool write_given;
    int64_t read_units;
    int64_t write_units;
} ThroughputDraft;

typedef struct IndexDraft {
    Slice name;
    bool is_global;
    KeyList keys;
    ProjectionType projection; // 0: no ProjectionType
    bool non_key_given;
    Slice *non_key_attributes;
    size_t non_key_count;
    ThroughputDraft throughput;
    ThroughputDraft on_demand_max;
    ThroughputDraft warm;
} IndexDraft;

typedef struct TableDraft {
    Slice name;
    KeyList keys;
    KeyAttribute *definitions;
    size_t definition_count;
    bool locals_given;
    bool globals_given;
    IndexDraft *indexes; // local ones first
    size_t index_count;
    uint8_t billing; // BillingMode; 0 when the request has none
    ThroughputDraft throughput;
    ThroughputDraft on_demand_max;
    ThroughputDraft warm;
} TableDraft;

// --- Reading what passed the constraints (table_draft.c). False: out of memory.
bool draft_definitions(Request *request, KeyAttribute **definitions, size_t *count);
bool draft_index(Request *request, Json index, bool is_global, IndexDraft *out);
bool draft_table(Request *request, TableDraft *out);
ThroughputDraft draft_throughput(Request *request, Json object, const char *name, const char *read_name,
                                 const char *write_name);
void draft_throughputs(Request *request, Json object, ThroughputDraft *provisioned,
                       ThroughputDraft *on_demand_max, ThroughputDraft *warm);
uint8_t draft_billing(Request *request);

// --- DynamoDB's checks, in its order (table_validate.c).
bool validate_table(Request *request, const TableDraft *draft);
// A global index that UpdateTable adds: only the request's own definitions count.
bool validate_new_index(Request *request, const IndexDraft *index, const KeyAttribute *definitions,
                        size_t count);
bool validate_bounds(Request *request, const ThroughputDraft *throughput);

// --- The descriptor's parts, of what passed.
void key_schema_of(const KeyList *list, const KeyAttribute *definitions, size_t definition_count,
                   KeySchema *out);
void index_of(const IndexDraft *draft, const KeyAttribute *definitions, size_t definition_count,
              IndexDescriptor *out);
Throughput throughput_of(const ThroughputDraft *draft);

#endif
