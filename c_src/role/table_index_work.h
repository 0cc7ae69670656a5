// How far the creation of a global index has come (table_index.h), as the table object stores it.
//
//   SPACE_META "index work" → version u8 (1) ‖ index id varint ‖ round varint ‖ attempts varint ‖ shard name
//   ‖ in shard u8
//       ‖ cursor ‖ count varint ‖ count × (name ‖ adopted u8 ‖ from)
#ifndef SHVM_ROLE_TABLE_INDEX_WORK_H
#define SHVM_ROLE_TABLE_INDEX_WORK_H

#include "msg/envelope.h"
#include "role/table_round.h"

// A partition that is being brought in.
typedef struct IndexTarget {
    Slice name;
    bool adopted; // it knows the index, and has dropped what older epochs asked of it
    Slice from;   // where its items go on; empty: at the beginning
} IndexTarget;

typedef struct IndexWork {
    uint32_t index_id;
    uint64_t round;    // of this index, another one with every save: answers to what another round asked are ignored
    uint64_t attempts; // rounds in a row that came to nothing
    Slice
        shard; // layout key: the directory shard whose keys are walked, or were walked last; empty: none yet
    bool in_shard; // it has more keys behind the cursor
    Slice cursor;  // layout hash: the last slot that became a target; layout key: the shard's last such key
    IndexTarget targets[ROUND_CALLS_MAX];
    size_t target_count;
} IndexWork;

// All zero where nothing is stored yet.
bool index_work_load(Step *step, IndexWork *work);
bool index_work_save(Step *step, IndexWork *work);
bool index_work_delete(Step *step);

#endif
