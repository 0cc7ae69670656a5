// What a table object stores (table.h).
#ifndef SHVM_ROLE_TABLE_RECORD_H
#define SHVM_ROLE_TABLE_RECORD_H

#include "msg/descriptor.h"
#include "msg/envelope.h"
#include "msg/local_sizes.h"
#include "store/store.h"

// *found is false when the name has no table.
bool table_load(Step *step, TableDescriptor *table, bool *found);
bool table_save(Step *step, const TableDescriptor *table);
// The table is gone: removes the descriptor and erases the object.
bool table_erase(Step *step);

// Registered objects of the table (index_id 0) or of one of its global indexes, in the order of their names, behind
// `after` (empty: from the first).
bool object_list(Step *step, const TableDescriptor *table, uint32_t index_id, Slice after, uint32_t limit,
                 StoreRow **rows, size_t *count);
typedef struct ObjectReport {
    uint64_t item_count;
    uint64_t bytes;
    uint64_t version; // grows with each report of an object; 0: none
    LocalSizes locals;
} ObjectReport;

bool object_report_decode(Slice value, ObjectReport *report, Error *error);
// Writes the row of a registered object where it says something new; *wrote tells.
bool object_report_save(Step *step, Slice object_name, Slice old_value, const ObjectReport *report, bool *wrote);

// Failed rounds of a deletion in a row.
bool attempts_load(Step *step, uint64_t *attempts);
bool attempts_save(Step *step, uint64_t attempts);

#endif
