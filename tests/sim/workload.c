#include "workload_internal.h"

#include <stdio.h>
#include <stdlib.h>

static const double SETTLE_MS = 40 * 60 * 1000;

// --- Items

size_t padding_of(uint32_t value, char *letter) {
    uint32_t mixed = (value * 2654435761u) >> 16;
    *letter = (char)('a' + value % 26);
    return mixed % 10 == 0 ? 900 + mixed % 2000 : mixed % 40;
}

long find_key(const Table *table, unsigned partition, unsigned sort) {
    for (size_t i = 0; i < table->key_count; i++) {
        if (table->keys[i].partition == partition && table->keys[i].sort == sort) return (long)i;
    }
    return -1;
}

Slice key_json(Workload *workload, const Table *table, const Key *key) {
    Buf out;
    buf_init(&out, sim_arena(workload->sim));
    buf_format(&out, "\"pk\":{\"S\":\"p%u\"}", key->partition);
    if (table->has_sort) buf_format(&out, ",\"sk\":{\"N\":\"%u\"}", key->sort);
    return buf_view(&out);
}

static const char *member_text(const cJSON *item, const char *name, const char *type) {
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(item, name), type);
    return cJSON_IsString(value) ? value->valuestring : NULL;
}

long parse_item(const Table *table, const cJSON *item, KeyState *state) {
    const char *partition = member_text(item, "pk", "S"), *sort = member_text(item, "sk", "N");
    const char *value = member_text(item, "v", "N"), *padding = member_text(item, "fill", "S");
    const char *count = member_text(item, "n", "N");
    if (partition == NULL || value == NULL || padding == NULL || (sort != NULL) != table->has_sort) {
        violation("an item without its attributes");
        return -1;
    }
    *state = (KeyState){(uint32_t)strtoul(value, NULL, 10),
                        count == NULL ? 0 : (uint32_t)strtoul(count, NULL, 10)};
    char letter;
    size_t length = padding_of(state->value, &letter);
    bool is_whole = strlen(padding) == length;
    for (size_t i = 0; i < length && is_whole; i++) is_whole = padding[i] == letter;
    long key = find_key(table, (unsigned)strtoul(partition + 1, NULL, 10),
                        sort == NULL ? 0 : (unsigned)strtoul(sort, NULL, 10));
    is_whole = is_whole && index_keys_match(item, state->value, true);
    if (!is_whole || key < 0) violation("value %u was read with parts of another item", state->value);
    return is_whole ? key : -1;
}

bool is_error(const cJSON *body, const char *type) {
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(body, "__type");
    return cJSON_IsString(name) && strstr(name->valuestring, type) != NULL;
}

// --- Writes and single reads

static uint32_t new_value(Workload *workload) {
    return ++workload->last_value;
}

static void put_value(Workload *workload, Buf *out, uint32_t value, const char *format_before_padding) {
    char letter;
    size_t length = padding_of(value, &letter);
    (void)workload;
    buf_format(out, format_before_padding, value);
    for (size_t i = 0; i < length; i++) buf_u8(out, (uint8_t)letter);
}

// The attributes that indexes are about.
static void put_index_keys(Buf *out, uint32_t value, const char *color_name, const char *rank_name) {
    buf_format(out, ",\"%s\":{\"N\":\"%u\"}", rank_name, rank_of(value));
    if (has_color(value)) buf_format(out, ",\"%s\":{\"S\":\"c%u\"}", color_name, color_of(value));
}

static void put_item(Workload *workload, Buf *out, const Table *table, const Key *key, uint32_t value) {
    buf_u8(out, '{');
    buf_bytes(out, key_json(workload, table, key));
    put_value(workload, out, value, ",\"v\":{\"N\":\"%u\"},\"fill\":{\"S\":\"");
    buf_cstr(out, "\"}");
    put_index_keys(out, value, "c", "r");
    buf_u8(out, '}');
}

static size_t pick_key(Workload *workload, const Table *table) {
    size_t hot = table->has_sort ? HOT_PARTITIONS * HOT_SORT_KEYS : HOT_PARTITIONS;
    uint32_t chance = random_below(&workload->random, 100);
    // For a while everybody wants the same partition, which may be new.
    if (chance < 20) return hot + workload->counts.requests / 6 * 7 % (table->key_count - hot);
    bool is_hot = chance < 60;
    return is_hot ? random_below(&workload->random, (uint32_t)hot)
                  : hot + random_below(&workload->random, (uint32_t)(table->key_count - hot));
}

// A value that the key has been given before, to be compared with.
static uint32_t old_value(Workload *workload, const Key *key) {
    for (int i = 0; i < 4 && key->history.count > 0; i++) {
        const KeyOp *op =
            &key->history.ops[key->history.count - 1 -
                              random_below(&workload->random,
                                           key->history.count > 4 ? 4 : (uint32_t)key->history.count)];
        if (op->value != 0) return op->value;
    }
    return workload->last_value + 1000000; // nobody's
}

static KeyOp *add_op(Workload *workload, unsigned actor, size_t key, KeyOpKind kind) {
    Client *client = &workload->clients[actor];
    KeyHistory *history = &client->table->keys[key].history;
    client->entries[client->entry_count++] = (Entry){key, history->count};
    KeyOp *op = history_add(history, kind, client->sent);
    if (kind == KEY_PUT || kind == KEY_UPDATE) op->value = new_value(workload);
    return op;
}

static KeyOp *entry_op(Client *client, size_t entry) {
    return &client->table->keys[client->entries[entry].key].history.ops[client->entries[entry].op];
}

static void put_condition(Workload *workload, Buf *out, KeyOp *op, const Key *key, bool has_values) {
    static const char *const TEXTS[] = {"", "attribute_not_exists(pk)", "attribute_exists(pk)", "v = :old"};
    op->condition = random_below(&workload->random, 2) == 0 ? CONDITION_NONE
                    : key->history.count < 4                ? CONDITION_ABSENT
                                             : (KeyCondition)(1 + random_below(&workload->random, 3));
    if (op->condition == CONDITION_VALUE) {
        op->expected = old_value(workload, key);
        if (has_values)
            buf_format(out, ",\":old\":{\"N\":\"%u\"}}", op->expected);
        else
            buf_format(out, ",\"ExpressionAttributeValues\":{\":old\":{\"N\":\"%u\"}}", op->expected);
    } else if (has_values) {
        buf_u8(out, '}');
    }
    if (op->condition == CONDITION_NONE) return;
    buf_format(out, ",\"ConditionExpression\":\"%s\"", TEXTS[op->condition]);
    if (random_below(&workload->random, 2) == 0)
        buf_cstr(out, ",\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\"");
}

static void single_send(Workload *workload, unsigned actor) {
    Client *client = &workload->clients[actor];
    Table *table = client->table;
    size_t index = pick_key(workload, table);
    const Key *key = &table->keys[index];
    static const KeyOpKind KINDS[] = {
        [JOB_PUT] = KEY_PUT, [JOB_UPDATE] = KEY_UPDATE, [JOB_DELETE] = KEY_DELETE, [JOB_GET] = KEY_READ};
    static const char *const NAMES[] = {[JOB_PUT] = "PutItem",
                                        [JOB_UPDATE] = "UpdateItem",
                                        [JOB_DELETE] = "DeleteItem",
                                        [JOB_GET] = "GetItem"};
    KeyOp *op = add_op(workload, actor, index, KINDS[client->job]);
    Buf out;
    buf_init(&out, sim_arena(workload->sim));
    buf_format(&out, "{\"TableName\":\"%s\"", table->name);
    if (client->job == JOB_PUT) {
        buf_cstr(&out, ",\"Item\":");
        put_item(workload, &out, table, key, op->value);
    } else {
        Slice json = key_json(workload, table, key);
        buf_format(&out, ",\"Key\":{%S}", &json);
    }
    if (client->job == JOB_UPDATE) {
        buf_format(&out,
                   ",\"UpdateExpression\":\"SET v = :v, fill = :fill, r = :r%s ADD n :one\","
                   "\"ExpressionAttributeValues\":{",
                   has_color(op->value) ? ", c = :c" : " REMOVE c");
        put_value(workload, &out, op->value,
                  "\":one\":{\"N\":\"1\"},\":v\":{\"N\":\"%u\"},\":fill\":{\"S\":\"");
        buf_cstr(&out, "\"}");
        put_index_keys(&out, op->value, ":c", ":r");
        put_condition(workload, &out, op, key, true);
        static const char *const WANTED[] = {"NONE", "ALL_NEW", "ALL_OLD"};
        buf_format(&out, ",\"ReturnValues\":\"%s\"", WANTED[random_below(&workload->random, 3)]);
    } else if (client->job != JOB_GET) {
        put_condition(workload, &out, op, key, false);
        if (random_below(&workload->random, 2) == 0) buf_cstr(&out, ",\"ReturnValues\":\"ALL_OLD\"");
    } else {
        // Either is answered by the item's partition.
        const char *consistent = random_below(&workload->random, 2) == 0 ? "true" : "false";
        buf_format(&out, ",\"ConsistentRead\":%s,\"ReturnConsumedCapacity\":\"TOTAL\"", consistent);
    }
    buf_u8(&out, '}');
    sim_request(workload->sim, actor, NAMES[client->job], buf_view(&out));
}

static bool see_item(Client *client, const cJSON *item, size_t key, KeyState *state) {
    *state = (KeyState){0, 0};
    if (item == NULL) return true;
    long found = parse_item(client->table, item, state);
    if (found >= 0 && (size_t)found != key) violation("the item of another key was returned");
    return found >= 0;
}

static void single_heard(Workload *workload, Client *client, uint32_t tick, const cJSON *body, bool refused) {
    size_t key = client->entries[0].key;
    KeyOp *op = entry_op(client, 0);
    KeyState state;
    (void)workload;
    op->outcome = refused ? OUTCOME_REFUSED : OUTCOME_DONE;
    op->heard = tick;
    if (op->kind == KEY_READ || refused) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(body, "Item");
        if (op->kind != KEY_READ && item == NULL) return;
        op->saw_old = see_item(client, item, key, &state);
        op->old_state = state;
        return;
    }
    const cJSON *attributes = cJSON_GetObjectItemCaseSensitive(body, "Attributes");
    if (attributes == NULL || !see_item(client, attributes, key, &state)) return;
    op->saw_new = op->kind == KEY_UPDATE && state.value == op->value;
    op->saw_old = !op->saw_new;
    *(op->saw_new ? &op->new_state : &op->old_state) = state;
}

// --- Batches

static bool is_in_batch(const Client *client, size_t key) {
    for (size_t i = 0; i < client->entry_count; i++) {
        if (client->entries[i].key == key) return true;
    }
    return false;
}

static void batch_send(Workload *workload, unsigned actor) {
    Client *client = &workload->clients[actor];
    bool writes = client->job == JOB_BATCH_WRITE;
    size_t wanted = 1 + random_below(&workload->random, BATCH_MAX);
    Buf out;
    buf_init(&out, sim_arena(workload->sim));
    buf_format(&out, "{\"RequestItems\":{\"%s\":%s[", client->table->name,
               writes ? "" : "{\"ConsistentRead\":true,\"Keys\":");
    for (size_t i = 0; i < wanted; i++) {
        size_t index = pick_key(workload, client->table);
        if (is_in_batch(client, index)) continue;
        const Key *key = &client->table->keys[index];
        Slice json = key_json(workload, client->table, key);
        if (client->entry_count > 0) buf_u8(&out, ',');
        if (!writes) {
            add_op(workload, actor, index, KEY_READ);
            buf_format(&out, "{%S}", &json);
        } else if (random_below(&workload->random, 3) == 0) {
            add_op(workload, actor, index, KEY_DELETE);
            buf_format(&out, "{\"DeleteRequest\":{\"Key\":{%S}}}", &json);
        } else {
            KeyOp *op = add_op(workload, actor, index, KEY_PUT);
            buf_cstr(&out, "{\"PutRequest\":{\"Item\":");
            put_item(workload, &out, client->table, key, op->value);
            buf_cstr(&out, "}}");
        }
    }
    buf_cstr(&out, writes ? "]}}" : "]}}}");
    sim_request(workload->sim, actor, writes ? "BatchWriteItem" : "BatchGetItem", buf_view(&out));
}

static long parse_key(const Table *table, const cJSON *key) {
    const char *partition = member_text(key, "pk", "S"), *sort = member_text(key, "sk", "N");
    if (partition == NULL) return -1;
    return find_key(table, (unsigned)strtoul(partition + 1, NULL, 10),
                    sort == NULL ? 0 : (unsigned)strtoul(sort, NULL, 10));
}

// The keys that a batch left undone.
static void list_unprocessed(const Client *client, const cJSON *body, bool undone[KEYS_MAX]) {
    bool writes = client->job == JOB_BATCH_WRITE;
    const cJSON *left =
        cJSON_GetObjectItemCaseSensitive(body, writes ? "UnprocessedItems" : "UnprocessedKeys");
    left = cJSON_GetObjectItemCaseSensitive(left, client->table->name);
    if (!writes) left = cJSON_GetObjectItemCaseSensitive(left, "Keys");
    const cJSON *one;
    cJSON_ArrayForEach(one, left) {
        const cJSON *put =
            cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(one, "PutRequest"), "Item");
        const cJSON *gone =
            cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(one, "DeleteRequest"), "Key");
        long key = parse_key(client->table, !writes ? one : put != NULL ? put : gone);
        if (key < 0 || !is_in_batch(client, (size_t)key))
            violation("a batch leaves what it was not given");
        else
            undone[key] = true;
    }
}

static void batch_heard(Client *client, uint32_t tick, const cJSON *body, bool uncertain) {
    bool undone[KEYS_MAX] = {false}, found[KEYS_MAX] = {false};
    KeyState states[KEYS_MAX] = {{0, 0}};
    list_unprocessed(client, body, undone);
    const cJSON *items = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(body, "Responses"),
                                                          client->table->name);
    const cJSON *item;
    cJSON_ArrayForEach(item, items) {
        KeyState state;
        long key = parse_item(client->table, item, &state);
        if (key < 0) return;
        if (!is_in_batch(client, (size_t)key) || found[key])
            violation("a batch answers what it was not asked");
        found[key] = true;
        states[key] = state;
    }
    for (size_t i = 0; i < client->entry_count; i++) {
        KeyOp *op = entry_op(client, i);
        size_t key = client->entries[i].key;
        if (undone[key]) {
            op->outcome = uncertain && op->kind != KEY_READ ? OUTCOME_UNKNOWN : OUTCOME_NOTHING;
            op->gave_up = tick;
            continue;
        }
        op->outcome = OUTCOME_DONE;
        op->heard = tick;
        if (op->kind != KEY_READ) continue;
        op->saw_old = true;
        op->old_state = states[key];
    }
}

// --- Jobs

static void start_job(Workload *workload, unsigned actor) {
    static const JobKind MIX[] = {JOB_PUT,         JOB_PUT,         JOB_PUT,       JOB_PUT,       JOB_UPDATE,
                                  JOB_UPDATE,      JOB_UPDATE,      JOB_DELETE,    JOB_DELETE,    JOB_GET,
                                  JOB_GET,         JOB_GET,         JOB_QUERY,     JOB_INDEX,     JOB_SCAN,
                                  JOB_BATCH_WRITE, JOB_BATCH_WRITE, JOB_BATCH_GET, JOB_BATCH_GET, JOB_LIST};
    Client *client = &workload->clients[actor];
    Table *table = &workload->tables[random_below(&workload->random, TABLES)];
    *client = (Client){.table = table, .changes = table->changes};
    client->job = MIX[random_below(&workload->random, sizeof MIX / sizeof MIX[0])];
    client->sent = client->began = sim_tick(workload->sim);
    workload->counts.requests++;
    switch (client->job) {
    case JOB_QUERY:
        client->partition = random_below(&workload->random, HOT_PARTITIONS);
        client->reverse = random_below(&workload->random, 2) == 0;
        client->limit = 1 + random_below(&workload->random, 6);
        query_send(workload, actor);
        break;
    case JOB_SCAN:
        client->segments = 1 + random_below(&workload->random, 3);
        client->limit = 1 + random_below(&workload->random, 20);
        scan_send(workload, actor);
        break;
    case JOB_INDEX:
        client->partition = random_below(&workload->random, HOT_PARTITIONS);
        client->index = (IndexNumber)random_below(&workload->random, INDEX_COUNT);
        if (client->index != INDEX_RANK && !table_has_index(table, client->index)) client->index = INDEX_RANK;
        index_send(workload, actor);
        break;
    case JOB_BATCH_WRITE:
    case JOB_BATCH_GET: batch_send(workload, actor); break;
    case JOB_LIST: sim_request(workload->sim, actor, "ListTables", SLICE("{}")); break;
    default: single_send(workload, actor);
    }
}

void workload_wake(Workload *workload, unsigned actor) {
    if (actor >= CLIENTS) {
        admin_wake(workload, &workload->tables[actor - CLIENTS], actor);
    } else if (workload->finishing) {
        Client *client = &workload->clients[actor];
        *client = (Client){.job = JOB_SCAN,
                           .whole = true,
                           .index = INDEX_COUNT,
                           .table = &workload->tables[actor],
                           .changes = workload->tables[actor].changes,

                           .limit = 30,
                           .segments = 1};
        client->sent = client->began = sim_tick(workload->sim);
        scan_send(workload, actor);
    } else if (workload->counts.requests < sim_options(workload->sim)->requests) {
        start_job(workload, actor);
    }
}

// What a reply without a result says about the writes it was for.
static void failed(Client *client, uint32_t tick, bool may_have_run) {
    for (size_t i = 0; i < client->entry_count; i++) {
        KeyOp *op = entry_op(client, i);
        op->outcome = may_have_run && op->kind != KEY_READ ? OUTCOME_UNKNOWN : OUTCOME_NOTHING;
        op->gave_up = tick;
    }
}

// Whether a job was carried out, or refused by its condition; false: it failed one way or another.
static bool succeeded(Workload *workload, Client *client, const Reply *reply, const cJSON *body,
                      uint32_t tick) {
    WorkloadCounts *counts = &workload->counts;
    if (reply->status == 200) {
        counts->done++;
        return true;
    }
    if (is_error(body, "ConditionalCheckFailedException")) {
        counts->refused++;
        bool had_condition = client->entry_count == 1 && entry_op(client, 0)->condition != CONDITION_NONE;
        if (!had_condition) violation("a condition failed that was not given");
        return had_condition;
    }
    if (is_error(body, "ResourceNotFoundException")) {
        counts->not_found++;
        if (client->table->active_tick != 0 && client->table->active_tick < client->sent) {
            violation("table %s is active and was not found", client->table->name);
        }
        failed(client, tick, reply->uncertain);
        return false;
    }
    // A table made anew orders its keys anew: a page's start may lie in another segment by now.
    bool is_lost = client->job == JOB_SCAN && client->changes != client->table->changes &&
                   is_error(body, "ValidationException");
    is_lost |= client->job == JOB_INDEX && client->index == INDEX_RANK && is_error(body, "ValidationException");
    if (reply->status == 400 && !is_lost && !is_error(body, "ThrottlingException")) {
        violation("refused: %.*s", (int)(reply->body.len < 300 ? reply->body.len : 300),
                  (const char *)reply->body.data);
    }
    const SimOptions *options = sim_options(workload->sim);
    bool may_fail = options->faults != 0 || options->releases == RELEASES_WRONG;
    if (!may_fail && !is_lost) violation("a request failed without a fault");
    counts->unknown++;
    failed(client, tick, reply->uncertain);
    return false;
}

static bool job_heard(Workload *workload, unsigned actor, const Reply *reply, const cJSON *body) {
    Client *client = &workload->clients[actor];
    uint32_t tick = sim_tick(workload->sim);
    if (!succeeded(workload, client, reply, body, tick)) {
        if (client->whole && reply->status != 400) violation("a scan failed without a fault");
        return false;
    }
    switch (client->job) {
    case JOB_QUERY: query_heard(workload, actor, body); return false;
    case JOB_INDEX: index_heard(workload, actor, body); return false;
    case JOB_SCAN: return scan_heard(workload, actor, body);
    case JOB_BATCH_WRITE:
    case JOB_BATCH_GET: batch_heard(client, tick, body, reply->uncertain); return false;
    case JOB_LIST: return false;
    default: single_heard(workload, client, tick, body, reply->status != 200); return false;
    }
}

void workload_heard(Workload *workload, unsigned actor, const Reply *reply) {
    cJSON_InitHooks(NULL); // the core points them at its arenas for each of its calls
    cJSON *body = cJSON_ParseWithLength((const char *)reply->body.data, reply->body.len);
    if (actor >= CLIENTS) {
        admin_heard(workload, &workload->tables[actor - CLIENTS], actor, reply, body);
    } else if (!job_heard(workload, actor, reply, body) && !workload->finishing) {
        bool is_gone = is_error(body, "ResourceNotFoundException");
        sim_wake(workload->sim, actor, random_below(&workload->random, is_gone ? 9000 : 20));
    }
    cJSON_InitHooks(NULL);
    cJSON_Delete(body);
}

// --- The whole

static void make_table(Workload *workload, Table *table, unsigned number) {
    static const char *const LAYOUTS[] = {"key", "key", "hash:4", "hash:16"};
    snprintf(table->name, sizeof table->name, "tab%u", number);
    table->has_sort = random_below(&workload->random, 3) != 0;
    table->layout = LAYOUTS[random_below(&workload->random, 4)];
    table->has_color_index = random_below(&workload->random, 2) == 0;
    table->has_local_index = table->has_sort && random_below(&workload->random, 2) == 0;
    unsigned sorts = table->has_sort ? HOT_SORT_KEYS : 1;
    for (unsigned i = 0; i < HOT_PARTITIONS * sorts; i++) {
        table->keys[table->key_count++] = (Key){.partition = i / sorts, .sort = i % sorts};
    }
    unsigned cold = 10 + random_below(&workload->random, 60);
    for (unsigned i = 0; i < cold; i++)
        table->keys[table->key_count++] = (Key){.partition = HOT_PARTITIONS + i};
}

Workload *workload_new(Sim *sim) {
    Workload *workload = calloc(1, sizeof *workload);
    workload->sim = sim;
    workload->random = random_stream(sim_options(sim)->seed, 50);
    for (unsigned i = 0; i < TABLES; i++) make_table(workload, &workload->tables[i], i);
    return workload;
}

void workload_free(Workload *workload) {
    for (unsigned i = 0; i < TABLES; i++) {
        Table *table = &workload->tables[i];
        for (size_t k = 0; k < table->key_count; k++) history_free(&table->keys[k].history);
    }
    free(workload);
}

void workload_start(Workload *workload) {
    for (unsigned i = 0; i < CLIENTS; i++) sim_wake(workload->sim, i, 20 + i);
    for (unsigned i = CLIENTS; i < ACTORS; i++) sim_wake(workload->sim, i, 0);
}

void workload_finish(Workload *workload) {
    workload->finishing = true;
    for (unsigned i = CLIENTS; i < ACTORS; i++) sim_wake(workload->sim, i, SETTLE_MS); // sizes and indexes
    sim_run(workload->sim, workload);
    for (unsigned i = 0; i < TABLES; i++) sim_wake(workload->sim, i, 0);
    if (violation_text() == NULL) sim_run(workload->sim, workload);
}

static void explain(const Table *table, const Key *key, size_t culprit) {
    for (size_t i = 0; i < key->history.count; i++) {
        char text[200];
        const KeyOp *op = &key->history.ops[i];
        if (op->outcome == OUTCOME_NOTHING) continue;
        key_op_print(op, text, sizeof text);
        printf("    %s %s p%u/%u %s\n", i == culprit ? "=>" : "  ", table->name, key->partition, key->sort,
               text);
    }
}

static void check_table(Workload *workload, const Table *table) {
    size_t present = 0;
    for (size_t k = 0; k < table->key_count && violation_text() == NULL; k++) {
        size_t culprit = 0;
        const Key *key = &table->keys[k];
        present += key->present_at_end;
        HistoryVerdict verdict = history_check(&key->history, &culprit);
        if (verdict == HISTORY_TOO_HARD) workload->counts.too_hard++;
        if (verdict != HISTORY_BROKEN) continue;
        violation("the history of %s p%u/%u cannot be explained", table->name, key->partition, key->sort);
        if (sim_options(workload->sim)->explain) explain(table, key, culprit);
    }
    bool counts_hold = table->item_count == (double)present || table->active_tick == 0;
    if (!counts_hold)
        violation("%s is described with %g items and has %zu", table->name, table->item_count, present);
}

void workload_check(Workload *workload) {
    for (unsigned i = 0; i < TABLES; i++) check_table(workload, &workload->tables[i]);
    for (unsigned i = 0; i < TABLES; i++) index_check_objects(workload, &workload->tables[i]);
    HostObject *object;
    for (size_t i = 0; (object = host_object_at(sim_host(workload->sim), i)) != NULL; i++) {
        if (host_orphan_count(object) > 0) violation("a large value belongs to no item");
    }
}

WorkloadCounts workload_counts(const Workload *workload) {
    return workload->counts;
}
