// TableDescription: a table as CreateTable, DescribeTable, UpdateTable and DeleteTable show it.
#ifndef SHVM_OP_TABLE_DESCRIBE_H
#define SHVM_OP_TABLE_DESCRIBE_H

#include "msg/control.h"
#include "msg/descriptor.h"
#include "op/operation.h"

typedef struct IndexSize {
    uint64_t item_count;
    uint64_t bytes;
} IndexSize;

typedef struct TableSize {
    uint64_t item_count;
    uint64_t bytes;
    const IndexSize *indexes; // one for each of the descriptor's; NULL: not known, shown as 0
} TableSize;

// Appends the object. now_ms decides which day NumberOfDecreasesToday means.
void table_describe(Buf *out, const TableDescriptor *table, TableSize size, double now_ms);
// The same as DeleteTable answers it: without schema and indexes.
void table_describe_deleted(Buf *out, const TableDescriptor *table, TableSize size, double now_ms);

// --- What the operations on one table share

// A call to the table's object; `fields` stand behind the message's kind and may be empty.
void call_table(Request *request, Slice table_name, CallMode mode, ControlKind kind, Slice fields);
// Decodes the payload of CONTROL_TABLE_DESCRIBE, _UPDATE and _DELETE from the only answer; sizes live in the arena.
bool answer_described(Request *request, TableDescriptor *table, TableSize *size);
// Decodes the payload of CONTROL_TABLE_GET and _CREATE.
bool answer_descriptor(Request *request, TableDescriptor *table);
// Answers {"<member>": <TableDescription>}.
bool respond_described(Request *request, const char *member, const TableDescriptor *table, TableSize size);
bool respond_json(Request *request, const Buf *body);

#endif
