// The deletion of a table, or of one of its global indexes, in rounds (table_round.h). A round takes registered objects
// (table.h), fences them, and drops their rows once they have answered; for a directory shard it does so with the
// shard's partitions first. Nothing is remembered but the rows that are left.
#ifndef SHVM_ROLE_TABLE_PURGE_H
#define SHVM_ROLE_TABLE_PURGE_H

#include "msg/descriptor.h"
#include "msg/envelope.h"

// First byte of the state while a round waits.
typedef enum PurgeState {
    PURGE_SLOTS = 16,      // slots fenced: table id ‖ count × name
    PURGE_LIST = 17,       // a shard's next keys: table id ‖ shard name
    PURGE_PARTITIONS = 18, // partitions fenced: table id ‖ shard name ‖ count × key
    PURGE_FORGET = 19,     // shard told to forget them: table id ‖ whether all were fenced u8
    PURGE_CATALOG = 20,    // catalog told to drop the name: table id
} PurgeState;

// The alarm of a table that is DELETING, or has an index that is.
StepVerdict table_purge(Step *step, TableDescriptor *table);
// state stands behind its first byte.
StepVerdict table_purge_resume(Step *step, PurgeState kind, Reader *state);

#endif
