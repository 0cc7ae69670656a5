// The native host: what worker/ is to the core inside workerd, as plain C. Every object has a SQLite database
// of its own, each writing step runs in a savepoint, `local` is replaced only by what was kept. Who calls
// whom and when is the caller's: the simulator's scheduler, or the server's loop.
#ifndef SHVM_TESTS_SIM_HOST_H
#define SHVM_TESTS_SIM_HOST_H

#include <sqlite3.h>

#include "core/core.h"
#include "store/statements.h"

typedef struct HostObject {
    Role role;
    Slice name;
    sqlite3 *database;
    sqlite3_stmt *statements[ITEMS_STATEMENT_END]; // prepared when first used
    uint8_t *local;
    size_t local_len;
    double alarm_ms; // 0: none
    uint64_t
        version_max;  // of all items that committed steps have stored: the partition's clock never goes back
    uint32_t life;    // counts crashes and evictions
    unsigned isolate; // where it lives: whose core and clock it uses
} HostObject;

typedef struct HostAction {
    ActionKind kind;
    Role role; // CALL, FORWARD
    CallMode mode;
    Slice name;
    Slice message; // CALL, FORWARD; REPLY: the answer
    int status;    // RESPOND_HTTP
    int content_type;
    uint32_t crc32;
    Slice request_id;
    Slice body;
    double due_ms; // SET_ALARM
    double wait_ms; // WAIT
} HostAction;

typedef struct HostStep {
    // In
    Core *core;
    HostObject *object; // NULL: the gateway
    CallMode mode;
    StepEvent event;
    double now_ms;
    uint8_t entropy[16];
    Slice message;
    bool repeats_message; // the step before asked for it: a RESUME gets the message too
    Slice state;
    const Answer *answers;
    size_t answer_count;
    bool lose;              // the object dies before the commit
    bool fail_commit;       // the commit fails, and the object lives on
    size_t fail_allocation; // the n-th allocation fails, and all after it; 0: none
    bool fail_once;         // not those after it
    size_t fail_statement;  // the n-th statement fails; 0: none
    // Out; negative when the core could not answer, and then there is nothing else
    int verdict;
    Slice next_state;
    HostAction *actions;
    size_t action_count;
    bool items_known; // which items the step is about
    const uint32_t *items;
    size_t item_count;
    bool wants_message;     // repeats_message of the next step
    bool allocation_failed; // fail_allocation was reached
    bool statement_failed;  // fail_statement was
} HostStep;

typedef struct Host Host;

// folder: where databases are kept, or NULL: in memory.
Host *host_new(const char *folder);
void host_free(Host *host);
// The object of this name, made when it is not there.
HostObject *host_object(Host *host, Role role, Slice name);
// All objects in the order of their making; NULL behind the last.
HostObject *host_object_at(Host *host, size_t index);
// Forgets what lives in memory only.
void host_evict(HostObject *object);
// Rows of the object's items; -1 where there is no such table.
int64_t host_item_count(HostObject *object);
// Large values that no item refers to; -1 where there is no such table.
int64_t host_orphan_count(HostObject *object);

// A request as the gateway takes it (msg/envelope.h), from a client whose keys nobody checks.
Slice host_gateway_message(Arena *arena, Slice target, Slice content_type, Slice body, Slice default_layout,
                           uint32_t calls_max, bool wait_for_indexes);

// Runs one step, commits or rolls back, and performs SET_ALARM and DELETE_ALL, which the platform stores
// together with what the step wrote. Results live in `arena`.
void host_step(Host *host, Arena *arena, HostStep *step);

// The first violation of what must always hold, or NULL. More are ignored.
const char *violation_text(void);
void violation_clear(void);
__attribute__((format(printf, 1, 2))) void violation(const char *format, ...);

// Whether host_panic's words are printed.
void host_show_panics(bool show);

// --- Replies that could be kept (host_kept.c)
enum { KEPT_READS_MAX = 64 };
typedef struct KeptReads KeptReads;
KeptReads *kept_reads_new(void);
void kept_reads_free(KeptReads *kept);
// A gateway's step, and one of an object's that kept what it did.
void kept_reads_forwarded(KeptReads *kept, const HostStep *step);
void kept_reads_stepped(KeptReads *kept, const HostStep *step);

// --- Between host.c and host_sql.c
typedef struct SqlContext {
    HostObject *object; // whose step runs; NULL: the gateway's
    sqlite3_stmt *cursors[8];
    bool has_row[8];
    bool writes;          // some statement changed a row
    uint64_t version_max; // as in HostObject, of the step under way
    size_t fail_statement;
    bool statement_failed;
    bool show_panics;
} SqlContext;
SqlContext *sql_context(void);
void sql_close_cursors(void);

#endif
