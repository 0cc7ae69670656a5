// Shared by the files of the workload.
#ifndef SHVM_TESTS_SIM_WORKLOAD_INTERNAL_H
#define SHVM_TESTS_SIM_WORKLOAD_INTERNAL_H

#include "cJSON.h"
#include "workload.h"

enum {
    TABLES = 2,
    CLIENTS = 6,
    ACTORS = CLIENTS + TABLES, // each table has a client that makes and deletes it
    HOT_PARTITIONS = 3,
    HOT_SORT_KEYS = 4,
    KEYS_MAX = 120,
    BATCH_MAX = 8,
    PAGES_MAX = 400,
};

typedef enum AdminState {
    ADMIN_CREATING,
    ADMIN_WAITING_ACTIVE,
    ADMIN_LIVE,
    ADMIN_DELETING,
    ADMIN_WAITING_GONE
} AdminState;

typedef enum IndexNumber { INDEX_COLOR, INDEX_RANK, INDEX_LOCAL, INDEX_COUNT } IndexNumber;
typedef struct Index {
    const char *name;
    const char *definition;
} Index;
extern const Index INDEXES[INDEX_COUNT];

typedef enum IndexState { INDEX_IS_ABSENT, INDEX_IS_CHANGING, INDEX_IS_ACTIVE } IndexState;

typedef struct Key {
    unsigned partition;
    unsigned sort;
    KeyHistory history;
    bool present_at_end;
    KeyState end_state;
} Key;

typedef struct Table {
    char name[8];
    bool has_sort;
    const char *layout;
    Key keys[KEYS_MAX];
    size_t key_count;
    uint32_t active_tick; // when it was heard to be there; 0: it may not be
    AdminState admin;
    unsigned changes;        // counts deletions asked for and completed
    uint32_t delete_tick;    // when its deletion was first asked for; 0: it was not
    uint32_t described_tick; // when it was last asked for
    char id[40];
    unsigned life;      // counts the tables of this name
    unsigned live_left; // looks until it is deleted
    double item_count;  // as last described
    bool has_color_index, has_local_index;
    IndexState rank_index;
    bool changes_index; // the request under way would make or delete an index
    double index_item_counts[INDEX_COUNT]; // as last described
    double index_entries[INDEX_COUNT];     // as scanned at the end
} Table;

typedef enum JobKind {
    JOB_NONE,
    JOB_PUT,
    JOB_UPDATE,
    JOB_DELETE,
    JOB_GET,
    JOB_QUERY,
    JOB_SCAN,
    JOB_INDEX,
    JOB_BATCH_WRITE,
    JOB_BATCH_GET,
    JOB_LIST
} JobKind;

typedef struct Entry {
    size_t key;
    size_t op; // in the key's history
} Entry;

typedef struct Client {
    JobKind job;
    Table *table;
    Entry entries[BATCH_MAX];
    size_t entry_count;
    uint32_t sent;      // the request under way
    uint32_t began;     // the first of a scan's pages
    unsigned partition; // QUERY
    IndexNumber index;  // INDEX; a whole scan: INDEX_COUNT while it reads the table
    unsigned rank;      // INDEX: what it asks for
    bool reverse;
    unsigned limit;
    unsigned segment, segments;
    unsigned pages;
    unsigned tries;
    char start_key[256]; // SCAN: where the next page begins; empty: at the beginning
    bool seen[KEYS_MAX];
    unsigned changes; // the table's, when it began
    bool whole;       // a scan of the end: to be finished whatever it takes
} Client;

struct Workload {
    Sim *sim;
    Random random;
    Table tables[TABLES];
    Client clients[CLIENTS];
    WorkloadCounts counts;
    uint32_t last_value;
    bool finishing;
};

// The attribute of a value that makes its item long or short.
size_t padding_of(uint32_t value, char *letter);
long find_key(const Table *table, unsigned partition, unsigned sort);
Slice key_json(Workload *workload, const Table *table, const Key *key);
// The item's key and state, checked to the last byte; -1 after a violation.
long parse_item(const Table *table, const cJSON *item, KeyState *state);
bool is_error(const cJSON *body, const char *type);

void admin_wake(Workload *workload, Table *table, unsigned actor);
void admin_heard(Workload *workload, Table *table, unsigned actor, const Reply *reply, const cJSON *body);

// range_jobs.c
void add_read(Workload *workload, Table *table, size_t key, uint32_t sent, KeyState state);
void query_send(Workload *workload, unsigned actor);
void query_heard(Workload *workload, unsigned actor, const cJSON *body);
void scan_send(Workload *workload, unsigned actor);
// True while the scan goes on.
bool scan_heard(Workload *workload, unsigned actor, const cJSON *body);

// index_jobs.c. A value says where its item stands in the indexes.
bool has_color(uint32_t value);
unsigned color_of(uint32_t value);
unsigned rank_of(uint32_t value);
// Whether the item shows its value's color (where it is whole) and rank.
bool index_keys_match(const cJSON *item, uint32_t value, bool is_whole);
void index_send(Workload *workload, unsigned actor);
void index_heard(Workload *workload, unsigned actor, const cJSON *body);
bool table_has_index(const Table *table, IndexNumber index);
// Goes on with the table's next index; false when there is none.
bool index_scan_begin(Workload *workload, unsigned actor);
bool index_entry_heard(Client *client, const cJSON *item);
void index_scan_ended(Client *client);
void index_check_objects(Workload *workload, const Table *table);
void index_described(Table *table, const cJSON *description);
void index_change_send(Workload *workload, Table *table, unsigned actor);

#endif
