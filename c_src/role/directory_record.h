// What a directory shard stores: its own record and one row per registered key. See directory.h for the
// bytes.
#ifndef SHVM_ROLE_DIRECTORY_RECORD_H
#define SHVM_ROLE_DIRECTORY_RECORD_H

#include "msg/envelope.h"
#include "msg/local_sizes.h"

typedef struct DirectoryRecord {
    bool found;  // false: nobody has registered here yet
    bool fenced; // the table is being deleted: no registration any more
    Slice table_name;
    uint64_t item_count; // sum over the keys' reports
    uint64_t bytes;
    LocalSizes locals;
    double sweep_due_ms;   // when the alarm is due; 0: none is set
    bool unconfirmed_seen; // some key may be unconfirmed that the sweep under way has passed already
    uint64_t epoch;        // registrations under an older one are refused; 0 for the shards of an index
    Slice sweep_cursor;    // the last key the sweep under way has looked at; empty: it begins anew
} DirectoryRecord;

typedef enum KeyState { KEY_REGISTERED = 0, KEY_CONFIRMED = 1 } KeyState;

typedef struct KeyRow {
    KeyState state;
    double registered_ms;
    uint32_t stamp; // another one with every registration
    uint64_t item_count;
    uint64_t bytes;
    LocalSizes locals;
    uint64_t report_version; // of the partition's report they are from; 0: none
} KeyRow;

bool directory_record_load(Step *step, DirectoryRecord *record);
bool directory_record_save(Step *step, const DirectoryRecord *record);

bool key_row_decode(Slice value, KeyRow *row, Error *error);
// *found is false when the key is not registered.
bool key_row_load(Step *step, Slice key, KeyRow *row, bool *found);
bool key_row_save(Step *step, Slice key, const KeyRow *row);

#endif
