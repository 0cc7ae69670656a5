// Indexes: what an item says in each, queries while things go on, and the comparison with the table once they are
// quiet.
#include <stdio.h>
#include <stdlib.h>

#include "workload_internal.h"

// One global index is there from the table's creation on and holds only items with a color, one comes and goes; the
// local one is there from the creation on.
const Index INDEXES[INDEX_COUNT] = {
    [INDEX_COLOR] = {"color", "{\"IndexName\":\"color\",\"KeySchema\":[{\"AttributeName\":\"c\",\"KeyType\":\"HASH\"}],"
                           "\"Projection\":{\"ProjectionType\":\"ALL\"}}"},
    [INDEX_RANK] = {"rank", "{\"IndexName\":\"rank\",\"KeySchema\":[{\"AttributeName\":\"r\",\"KeyType\":\"HASH\"},"
                          "{\"AttributeName\":\"pk\",\"KeyType\":\"RANGE\"}],"
                          "\"Projection\":{\"ProjectionType\":\"INCLUDE\",\"NonKeyAttributes\":[\"v\"]}}"},
    [INDEX_LOCAL] = {"local", "{\"IndexName\":\"local\",\"KeySchema\":[{\"AttributeName\":\"pk\",\"KeyType\":\"HASH\"},"
                           "{\"AttributeName\":\"r\",\"KeyType\":\"RANGE\"}],"
                           "\"Projection\":{\"ProjectionType\":\"ALL\"}}"},
};

enum { COLORS = 3, RANKS = 4 };

bool has_color(uint32_t value) {
    return value % 5 != 0;
}

unsigned color_of(uint32_t value) {
    return value % COLORS;
}

unsigned rank_of(uint32_t value) {
    return value / 2 % RANKS;
}

static const char *text_of(const cJSON *item, const char *name, const char *type) {
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(item, name), type);
    return cJSON_IsString(value) ? value->valuestring : NULL;
}

bool index_keys_match(const cJSON *item, uint32_t value, bool is_whole) {
    char color[8], rank[8];
    const char *shown_color = text_of(item, "c", "S"), *shown_rank = text_of(item, "r", "N");
    snprintf(color, sizeof color, "c%u", color_of(value));
    snprintf(rank, sizeof rank, "%u", rank_of(value));
    if (shown_rank == NULL || strcmp(shown_rank, rank) != 0) return false;
    bool shows_color = is_whole && has_color(value);
    return shows_color ? shown_color != NULL && strcmp(shown_color, color) == 0 : shown_color == NULL;
}

// An entry's key and state, as far as the index shows it; -1 after a violation.
static long parse_entry(const Table *table, IndexNumber index, const cJSON *item, KeyState *state) {
    if (index != INDEX_RANK) {
        long key = parse_item(table, item, state);
        if (key >= 0 && index == INDEX_COLOR && !has_color(state->value)) violation("an entry without its key");
        return key;
    }
    const char *value = text_of(item, "v", "N"), *partition = text_of(item, "pk", "S");
    const char *sort = text_of(item, "sk", "N");
    *state = (KeyState){value == NULL ? 0 : (uint32_t)strtoul(value, NULL, 10), 0};
    long key = partition == NULL ? -1
                                 : find_key(table, (unsigned)strtoul(partition + 1, NULL, 10),
                                            sort == NULL ? 0 : (unsigned)strtoul(sort, NULL, 10));
    bool is_right = key >= 0 && state->value != 0 && index_keys_match(item, state->value, false) &&
                    cJSON_GetArraySize(item) == (table->has_sort ? 4 : 3);
    if (!is_right) violation("an entry that is no projection of an item");
    return is_right ? key : -1;
}

// --- Queries while things go on

static void put_key_condition(Buf *out, const char *attribute, const char *type, const char *prefix, unsigned number) {
    buf_format(out, ",\"KeyConditionExpression\":\"%s = :k\"", attribute);
    buf_format(out, ",\"ExpressionAttributeValues\":{\":k\":{\"%s\":\"%s%u\"}}}", type, prefix, number);
}

void index_send(Workload *workload, unsigned actor) {
    Client *client = &workload->clients[actor];
    Buf out;
    buf_init(&out, sim_arena(workload->sim));
    buf_format(&out, "{\"TableName\":\"%s\",\"IndexName\":\"%s\"", client->table->name,
               INDEXES[client->index].name);
    client->rank = random_below(&workload->random, client->index == INDEX_COLOR ? COLORS : RANKS);
    if (client->index == INDEX_COLOR) {
        put_key_condition(&out, "c", "S", "c", client->rank);
    } else if (client->index == INDEX_RANK) {
        put_key_condition(&out, "r", "N", "", client->rank);
    } else {
        buf_format(&out, ",\"ConsistentRead\":true");
        put_key_condition(&out, "pk", "S", "p", client->partition);
    }
    sim_request(workload->sim, actor, "Query", buf_view(&out));
}

// A global index shows each key once at most, and only whole states under their own keys; how new they are it does
// not promise. The local one is the table in another order.
void index_heard(Workload *workload, unsigned actor, const cJSON *body) {
    Client *client = &workload->clients[actor];
    Table *table = client->table;
    KeyState states[KEYS_MAX] = {{0, 0}};
    const cJSON *item;
    unsigned last_rank = 0;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(body, "Items")) {
        KeyState state;
        long key = parse_entry(table, client->index, item, &state);
        if (key < 0) return;
        unsigned rank = client->index == INDEX_COLOR ? color_of(state.value) : rank_of(state.value);
        bool is_local = client->index == INDEX_LOCAL;
        if (is_local ? rank < last_rank : rank != client->rank) violation("an entry in the wrong place");
        if (is_local && table->keys[key].partition != client->partition) violation("another partition's entry");
        if (states[key].value != 0) violation("an index shows an item twice");
        states[key] = state;
        last_rank = rank;
    }
    if (client->index != INDEX_LOCAL) return;
    for (size_t i = 0; i < table->key_count; i++) {
        if (table->keys[i].partition == client->partition) add_read(workload, table, i, client->sent, states[i]);
    }
}

// --- When it is quiet

bool table_has_index(const Table *table, IndexNumber index) {
    switch (index) {
    case INDEX_COLOR: return table->has_color_index;
    case INDEX_RANK: return table->rank_index == INDEX_IS_ACTIVE;
    default: return table->has_local_index;
    }
}

bool index_scan_begin(Workload *workload, unsigned actor) {
    Client *client = &workload->clients[actor];
    client->index = client->index == INDEX_COUNT ? INDEX_COLOR : (IndexNumber)(client->index + 1);
    while (client->index < INDEX_COUNT && !table_has_index(client->table, client->index)) client->index++;
    if (client->index == INDEX_COUNT) return false;
    memset(client->seen, 0, sizeof client->seen);
    client->segment = 0;
    scan_send(workload, actor);
    return true;
}

bool index_entry_heard(Client *client, const cJSON *item) {
    KeyState state;
    long key = parse_entry(client->table, client->index, item, &state);
    if (key < 0) return false;
    const Key *known = &client->table->keys[key];
    if (client->seen[key]) {
        violation("index %s of %s shows p%u/%u twice, with value %u", INDEXES[client->index].name,
                  client->table->name, known->partition, known->sort, state.value);
    }
    client->seen[key] = true;
    if (!known->present_at_end || known->end_state.value != state.value) {
        violation("index %s of %s has p%u/%u with value %u, the table has %u", INDEXES[client->index].name,
                  client->table->name, known->partition, known->sort, state.value,
                  known->present_at_end ? known->end_state.value : 0);
    }
    return true;
}

void index_scan_ended(Client *client) {
    Table *table = client->table;
    unsigned count = 0;
    for (size_t i = 0; i < table->key_count; i++) {
        const Key *key = &table->keys[i];
        bool belongs = key->present_at_end && (client->index != INDEX_COLOR || has_color(key->end_state.value));
        count += belongs;
        if (belongs && !client->seen[i]) {
            violation("index %s of %s lacks p%u/%u with value %u", INDEXES[client->index].name, table->name,
                      key->partition, key->sort, key->end_state.value);
        }
    }
    table->index_entries[client->index] = count;
}

// What the objects of a table's global indexes hold is what the indexes that are there hold: nothing is left of one
// that was deleted, and marks are swept.
void index_check_objects(Workload *workload, const Table *table) {
    char prefix[64];
    int len = snprintf(prefix, sizeof prefix, "v1/p/%s.", table->id);
    double rows = 0;
    HostObject *object;
    if (table->active_tick == 0 || table->id[0] == '\0') return;
    for (size_t i = 0; (object = host_object_at(sim_host(workload->sim), i)) != NULL; i++) {
        if (!slice_starts_with(object->name, slice_of(prefix, (size_t)len))) continue;
        int64_t here = host_item_count(object);
        if (here > 0) rows += (double)here;
    }
    double wanted = 0;
    if (table->rank_index == INDEX_IS_CHANGING) violation("an index of %s neither comes nor goes", table->name);
    for (IndexNumber index = INDEX_COLOR; index < INDEX_COUNT; index++) {
        if (!table_has_index(table, index)) continue;
        if (index != INDEX_LOCAL) wanted += table->index_entries[index];
        if (table->index_item_counts[index] != table->index_entries[index]) {
            violation("index %s of %s is described with %g items and has %g", INDEXES[index].name, table->name,
                      table->index_item_counts[index], table->index_entries[index]);
        }
    }
    if (rows != wanted) violation("indexes of %s have %g rows for %g entries", table->name, rows, wanted);
}

// --- What the table's own client does

void index_described(Table *table, const cJSON *description) {
    const cJSON *index;
    table->rank_index = INDEX_IS_ABSENT;
    table->index_item_counts[INDEX_LOCAL] = -1;
    cJSON_ArrayForEach(index, cJSON_GetObjectItemCaseSensitive(description, "LocalSecondaryIndexes")) {
        const cJSON *count = cJSON_GetObjectItemCaseSensitive(index, "ItemCount");
        if (cJSON_IsNumber(count)) table->index_item_counts[INDEX_LOCAL] = count->valuedouble;
    }
    cJSON_ArrayForEach(index, cJSON_GetObjectItemCaseSensitive(description, "GlobalSecondaryIndexes")) {
        const cJSON *name = cJSON_GetObjectItemCaseSensitive(index, "IndexName");
        const cJSON *status = cJSON_GetObjectItemCaseSensitive(index, "IndexStatus");
        const cJSON *count = cJSON_GetObjectItemCaseSensitive(index, "ItemCount");
        if (!cJSON_IsString(name) || !cJSON_IsString(status) || !cJSON_IsNumber(count)) {
            violation("an index described without name, status or count");
            return;
        }
        bool is_rank = strcmp(name->valuestring, INDEXES[INDEX_RANK].name) == 0;
        table->index_item_counts[is_rank ? INDEX_RANK : INDEX_COLOR] = count->valuedouble;
        bool is_active = strcmp(status->valuestring, "ACTIVE") == 0;
        if (is_rank) table->rank_index = is_active ? INDEX_IS_ACTIVE : INDEX_IS_CHANGING;
    }
}

void index_change_send(Workload *workload, Table *table, unsigned actor) {
    Buf out;
    buf_init(&out, sim_arena(workload->sim));
    buf_format(&out, "{\"TableName\":\"%s\",", table->name);
    if (table->rank_index == INDEX_IS_ABSENT) {
        buf_cstr(&out, "\"AttributeDefinitions\":[{\"AttributeName\":\"pk\",\"AttributeType\":\"S\"},"
                       "{\"AttributeName\":\"r\",\"AttributeType\":\"N\"}],\"GlobalSecondaryIndexUpdates\":"
                       "[{\"Create\":");
        buf_cstr(&out, INDEXES[INDEX_RANK].definition);
    } else {
        buf_cstr(&out, "\"GlobalSecondaryIndexUpdates\":[{\"Delete\":{\"IndexName\":\"rank\"}");
    }
    buf_cstr(&out, "}]}");
    table->changes_index = true;
    sim_request(workload->sim, actor, "UpdateTable", buf_view(&out));
}
