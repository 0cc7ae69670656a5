// Bugs planted on purpose, so that the simulator can be seen to find them (docs/testing.md lists them). A build with
// -DSHVM_CANARY_SIM has them all, each asleep until its number is chosen; any other build has none.
#ifndef SHVM_BASE_CANARY_H
#define SHVM_BASE_CANARY_H

enum {
    CANARY_HOST_FORGETS_ROLLBACK = 1, // a step's writes stay though its verdict was ROLLBACK
    CANARY_HOST_ACKS_BEFORE_COMMIT,   // the reply leaves, and then the object dies before the commit
    CANARY_HOST_KEEPS_LOCAL,          // `local` is replaced though the commit failed
    CANARY_HOST_RETRIES_WRITES,       // a write that may have run is sent again
    CANARY_SKIPS_REGISTRATION,        // a partition's first write does not register it
    CANARY_FORGETS_RECHECK,           // a condition holds because it held before the call
    CANARY_DROPS_VERSION_FLOOR,       // versions start from the clock after a wake-up
    CANARY_IGNORES_FENCE,             // a fenced partition goes on serving
    CANARY_FORGETS_BIG_VALUE,         // a large value's row stays when its item leaves it
    CANARY_SKIPS_BATCH_ENTRY,         // a batch reports entries as written that were not
    CANARY_IGNORES_ENTRY_VERSION,     // an index entry is overwritten by an older one
    CANARY_ACKS_LOST_SHIPMENT,        // a shipment counts as delivered though nobody answered for it
    CANARY_DROPS_MARKS_EARLY,         // an item leaves an index without a mark
    CANARY_TAKES_LATE_DELIVERIES,     // an index takes entries however long they were under way
    CANARY_FORGETS_LOCAL_ENTRY,       // an item that moves in a local index stays where it was, too
    CANARY_SKIPS_BACKFILL,            // a new index is told of later writes only
    CANARY_SHIPS_OLD_ROWS,            // an index is told of what happened before it was made
    CANARY_TAKES_OLD_REPORTS,         // a report of sizes counts though a later one has arrived
    CANARY_REPEATS_LAST_KEY,          // a scan's page begins with the item the last one ended with
    CANARY_TAKES_LATE_CHANGES,        // a change or deletion meant for an earlier table of a name is carried out
    CANARY_READS_ANY_VERSION,         // a message of the next release is read as one of this
    CANARY_HIDES_CHANGED_ITEM,        // a write does not say which item it changes
    CANARY_COUNT
};

#ifdef SHVM_CANARY_SIM
extern int canary_planted; // the simulator's
#define CANARY(number) (canary_planted == (number))
#else
#define CANARY(number) 0
#endif

#endif
