// Query and Scan: every page reads each key of its range, those that it does not show included.
#include <stdlib.h>

#include "workload_internal.h"

void add_read(Workload *workload, Table *table, size_t key, uint32_t sent, KeyState state) {
    KeyOp *op = history_add(&table->keys[key].history, KEY_READ, sent);
    op->outcome = OUTCOME_DONE;
    op->heard = sim_tick(workload->sim);
    op->saw_old = true;
    op->old_state = state;
}

// The key a page ended with: -1 at the end of the range, -2 after a violation.
static long read_last_key(const Client *client, const cJSON *body) {
    const cJSON *last = cJSON_GetObjectItemCaseSensitive(body, "LastEvaluatedKey");
    if (last == NULL) return -1;
    const cJSON *partition =
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(last, "pk"), "S");
    const cJSON *sort = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(last, "sk"), "N");
    long key = !cJSON_IsString(partition)
                   ? -1
                   : find_key(client->table, (unsigned)strtoul(partition->valuestring + 1, NULL, 10),
                              sort == NULL ? 0 : (unsigned)strtoul(sort->valuestring, NULL, 10));
    if (key >= 0) return key;
    violation("a LastEvaluatedKey that is no key");
    return -2;
}

// --- Query

void query_send(Workload *workload, unsigned actor) {
    Client *client = &workload->clients[actor];
    Buf out;
    buf_init(&out, sim_arena(workload->sim));
    buf_format(
        &out,
        "{\"TableName\":\"%s\",\"ConsistentRead\":true,\"Limit\":%u,\"ScanIndexForward\":%s,"
        "\"KeyConditionExpression\":\"pk = :p\",\"ExpressionAttributeValues\":{\":p\":{\"S\":\"p%u\"}}}",
        client->table->name, client->limit, client->reverse ? "false" : "true", client->partition);
    sim_request(workload->sim, actor, "Query", buf_view(&out));
}

void query_heard(Workload *workload, unsigned actor, const cJSON *body) {
    Client *client = &workload->clients[actor];
    Table *table = client->table;
    KeyState states[HOT_SORT_KEYS] = {{0, 0}};
    long last = read_last_key(client, body), before = client->reverse ? HOT_SORT_KEYS : -1;
    unsigned count = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(body, "Items")) {
        KeyState state;
        long key = parse_item(table, item, &state);
        if (key < 0) return;
        long sort = table->keys[key].sort;
        bool in_order = client->reverse ? sort < before : sort > before;
        if (!in_order || table->keys[key].partition != client->partition)
            violation("a query's items are out of order");
        before = sort;
        states[sort] = state;
        count++;
    }
    if (count > client->limit) violation("a query returns more than its limit");
    for (unsigned sort = 0; sort < (table->has_sort ? HOT_SORT_KEYS : 1); sort++) {
        long end = last < 0 ? before : (long)table->keys[last].sort;
        bool in_range = last == -1 || (client->reverse ? (long)sort >= end : (long)sort <= end);
        if (in_range)
            add_read(workload, table, (size_t)find_key(table, client->partition, sort), client->sent,
                     states[sort]);
    }
}

// --- Scan

static bool is_index_scan(const Client *client) {
    return client->whole && client->index < INDEX_COUNT;
}

void scan_send(Workload *workload, unsigned actor) {
    Client *client = &workload->clients[actor];
    Buf out;
    buf_init(&out, sim_arena(workload->sim));
    buf_format(
        &out,
        "{\"TableName\":\"%s\",\"ConsistentRead\":%s,\"Limit\":%u,\"Segment\":%u,\"TotalSegments\":%u",
        client->table->name, is_index_scan(client) ? "false" : "true", client->limit, client->segment,
        client->segments);
    if (is_index_scan(client)) {
        buf_format(&out, ",\"IndexName\":\"%s\"", INDEXES[client->index].name);
    }
    if (client->start_key[0] != '\0') buf_format(&out, ",\"ExclusiveStartKey\":%s", client->start_key);
    buf_u8(&out, '}');
    sim_request(workload->sim, actor, "Scan", buf_view(&out));
}

static void scan_ended(Workload *workload, Client *client) {
    Table *table = client->table;
    if (client->changes != table->changes)
        return; // another table's order of keys: nothing can be said about the rest
    for (size_t i = 0; i < table->key_count; i++) {
        if (!client->seen[i]) add_read(workload, table, i, client->began, (KeyState){0, 0});
        if (client->whole) table->keys[i].present_at_end = client->seen[i];
    }
}

// Where the next page begins, word for word: it need not be a key that anybody wrote. False at the end.
static bool take_start_key(Client *client, const cJSON *body) {
    const cJSON *last = cJSON_GetObjectItemCaseSensitive(body, "LastEvaluatedKey");
    client->start_key[0] = '\0';
    if (last == NULL) return false;
    bool fits = cJSON_PrintPreallocated((cJSON *)last, client->start_key, sizeof client->start_key, false);
    if (!fits) violation("a LastEvaluatedKey that is too long");
    return fits;
}

bool scan_heard(Workload *workload, unsigned actor, const cJSON *body) {
    Client *client = &workload->clients[actor];
    const cJSON *item;
    unsigned count = 0;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(body, "Items")) {
        KeyState state;
        count++;
        if (is_index_scan(client)) {
            if (!index_entry_heard(client, item)) return false;
            continue;
        }
        long key = parse_item(client->table, item, &state);
        if (key < 0) return false;
        if (client->whole) client->table->keys[key].end_state = state;
        if (client->seen[key] && client->changes == client->table->changes)
            violation("a scan shows an item twice");
        client->seen[key] = true;
        add_read(workload, client->table, (size_t)key, client->sent, state);
    }
    if (count > client->limit) violation("a scan returns more than its limit");
    bool ended = !take_start_key(client, body);
    if (++client->pages > PAGES_MAX) violation("a scan does not end");
    if (ended && ++client->segment == client->segments) {
        if (is_index_scan(client)) index_scan_ended(client);
        else scan_ended(workload, client);
        return client->whole && index_scan_begin(workload, actor);
    }
    client->sent = sim_tick(workload->sim);
    scan_send(workload, actor);
    return true;
}
