// Each table's own client: makes it, looks at it, changes it, deletes it, and makes it again.
#include <stdio.h>

#include "workload_internal.h"

// A gateway may trust a descriptor for five seconds, and a partition that was never written to has no tombstone:
// for that long a table made anew may look empty through another gateway (docs/testing.md).
static const double NAME_REUSE_MS = 6000;

static void describe(Workload *workload, Table *table, unsigned actor) {
    Buf out;
    table->described_tick = sim_tick(workload->sim);
    buf_init(&out, sim_arena(workload->sim));
    buf_format(&out, "{\"TableName\":\"%s\"}", table->name);
    sim_request(workload->sim, actor, "DescribeTable", buf_view(&out));
}

static void create(Workload *workload, const Table *table, unsigned actor) {
    Buf out;
    buf_init(&out, sim_arena(workload->sim));
    const char *color = table->has_color_index ? "{\"AttributeName\":\"c\",\"AttributeType\":\"S\"}," : "";
    const char *rank = table->has_local_index ? "{\"AttributeName\":\"r\",\"AttributeType\":\"N\"}," : "";
    buf_format(&out,
               "{\"TableName\":\"%s\",\"BillingMode\":\"PAY_PER_REQUEST\",\"AttributeDefinitions\":[%s%s%s{"
               "\"AttributeName\":\"pk\","
               "\"AttributeType\":\"S\"}],\"KeySchema\":[{\"AttributeName\":\"pk\",\"KeyType\":\"HASH\"}%s],"
               "\"Tags\":[{\"Key\":\"shvm:layout\",\"Value\":\"%s\"}]",
               table->name, color, rank,
               table->has_sort ? "{\"AttributeName\":\"sk\",\"AttributeType\":\"N\"}," : "",
               table->has_sort ? ",{\"AttributeName\":\"sk\",\"KeyType\":\"RANGE\"}" : "", table->layout);
    if (table->has_color_index) {
        buf_cstr(&out, ",\"GlobalSecondaryIndexes\":[");
        buf_cstr(&out, INDEXES[INDEX_COLOR].definition);
        buf_u8(&out, ']');
    }
    if (table->has_local_index) {
        buf_cstr(&out, ",\"LocalSecondaryIndexes\":[");
        buf_cstr(&out, INDEXES[INDEX_LOCAL].definition);
        buf_u8(&out, ']');
    }
    buf_u8(&out, '}');
    sim_request(workload->sim, actor, "CreateTable", buf_view(&out));
}

static void delete (Workload *workload, Table *table, unsigned actor) {
    Buf out;
    buf_init(&out, sim_arena(workload->sim));
    buf_format(&out, "{\"TableName\":\"%s\"}", table->name);
    table->active_tick = 0;
    table->changes++;
    if (table->delete_tick == 0) table->delete_tick = sim_tick(workload->sim);
    sim_request(workload->sim, actor, "DeleteTable", buf_view(&out));
}

// Each table of a name has a ceiling of its own.
static unsigned ceiling_of(const Table *table) {
    return table->life + 1;
}

static void change(Workload *workload, const Table *table, unsigned actor) {
    Buf out;
    buf_init(&out, sim_arena(workload->sim));
    buf_format(&out, "{\"TableName\":\"%s\",\"OnDemandThroughput\":{\"MaxReadRequestUnits\":%u}}", table->name,
               ceiling_of(table));
    sim_request(workload->sim, actor, "UpdateTable", buf_view(&out));
}

void admin_wake(Workload *workload, Table *table, unsigned actor) {
    bool is_over = workload->counts.requests >= sim_options(workload->sim)->requests;
    switch (table->admin) {
    case ADMIN_CREATING: create(workload, table, actor); break;
    case ADMIN_DELETING: delete (workload, table, actor); break;
    case ADMIN_LIVE:
        if (is_over || workload->finishing) {
            if (workload->finishing) describe(workload, table, actor);
        } else if (table->live_left-- == 0) {
            table->admin = ADMIN_DELETING;
            delete (workload, table, actor);
        } else if (random_below(&workload->random, 4) == 0) {
            change(workload, table, actor);
        } else if (random_below(&workload->random, 3) == 0) {
            index_change_send(workload, table, actor);
        } else {
            describe(workload, table, actor);
        }
        break;
    case ADMIN_WAITING_ACTIVE:
    case ADMIN_WAITING_GONE: describe(workload, table, actor); break;
    }
}

// The table's name is free: nothing may be left of it, and no write that was given up before `expires` can still come.
static void gone(Workload *workload, Table *table, uint32_t expires) {
    char prefix[64];
    int len = snprintf(prefix, sizeof prefix, "v1/p/%s", table->id);
    HostObject *object;
    for (size_t i = 0; table->id[0] != '\0' && (object = host_object_at(sim_host(workload->sim), i)) != NULL;
         i++) {
        if (!slice_starts_with(object->name, slice_of(prefix, (size_t)len))) continue;
        if (host_item_count(object) > 0) violation("a deleted table left items");
    }
    uint32_t now = sim_tick(workload->sim);
    for (size_t i = 0; i < table->key_count; i++) {
        KeyOp *op = history_add(&table->keys[i].history, KEY_WIPE, table->delete_tick);
        op->outcome = OUTCOME_DONE;
        op->heard = now;
        op->expires = expires;
    }
    workload->counts.tables_deleted++;
    table->changes++;
    table->delete_tick = 0;
    table->id[0] = '\0';
    table->life++;
    table->admin = ADMIN_CREATING;
}

static void described(Workload *workload, Table *table, const cJSON *description) {
    const cJSON *status = cJSON_GetObjectItemCaseSensitive(description, "TableStatus");
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(description, "TableId");
    const cJSON *count = cJSON_GetObjectItemCaseSensitive(description, "ItemCount");
    if (!cJSON_IsString(status) || !cJSON_IsString(id) || !cJSON_IsNumber(count)) {
        violation("a description without status, id or count");
        return;
    }
    table->item_count = count->valuedouble;
    index_described(table, description);
    bool is_active = strcmp(status->valuestring, "ACTIVE") == 0;
    if (table->admin == ADMIN_WAITING_GONE && strcmp(table->id, id->valuestring) == 0) {
        if (is_active) table->admin = ADMIN_DELETING;
        return;
    }
    // An earlier CreateTable of unknown outcome came as soon as the name was free: writes to that table may have been
    // given up by now, but none from before the deletion was asked for.
    if (table->admin == ADMIN_WAITING_GONE) gone(workload, table, table->delete_tick);
    if (table->admin == ADMIN_CREATING) table->admin = ADMIN_WAITING_ACTIVE;
    if (table->id[0] != '\0' && strcmp(table->id, id->valuestring) != 0) violation("a table changed its id");
    snprintf(table->id, sizeof table->id, "%s", id->valuestring);
    const cJSON *on_demand = cJSON_GetObjectItemCaseSensitive(description, "OnDemandThroughput");
    const cJSON *ceiling = cJSON_GetObjectItemCaseSensitive(on_demand, "MaxReadRequestUnits");
    if (cJSON_IsNumber(ceiling) && ceiling->valueint > 0 && ceiling->valueint != (int)ceiling_of(table)) {
        violation("%s has been changed as an earlier table of its name was to be", table->name);
    }
    if (!is_active) return;
    if (table->admin == ADMIN_WAITING_ACTIVE) table->live_left = 20 + random_below(&workload->random, 100);
    if (table->active_tick == 0) table->active_tick = sim_tick(workload->sim);
    table->admin = ADMIN_LIVE;
}

void admin_heard(Workload *workload, Table *table, unsigned actor, const Reply *reply, const cJSON *body) {
    bool is_not_found = is_error(body, "ResourceNotFoundException");
    bool changed_index = table->changes_index;
    table->changes_index = false;
    bool is_known = is_not_found || is_error(body, "ResourceInUseException");
    bool is_refused = reply->status == 400 && !changed_index && !is_known;
    if (is_refused) violation("refused: %.*s", (int)reply->body.len, (const char *)reply->body.data);
    double delay = 50;
    bool was_going = table->admin == ADMIN_WAITING_GONE;
    switch (table->admin) {
    case ADMIN_CREATING:
        if (reply->status == 200 || reply->status == 400) table->admin = ADMIN_WAITING_ACTIVE;
        break;
    case ADMIN_WAITING_ACTIVE:
        if (is_not_found)
            table->admin = ADMIN_CREATING;
        else if (reply->status == 200)
            described(workload, table, cJSON_GetObjectItemCaseSensitive(body, "Table"));
        break;
    case ADMIN_LIVE:
        if (is_not_found && !changed_index)
            violation("table %s has vanished", table->name);
        else if (reply->status == 200 && cJSON_GetObjectItemCaseSensitive(body, "Table") != NULL) {
            described(workload, table, cJSON_GetObjectItemCaseSensitive(body, "Table"));
        }
        if (workload->finishing) return;
        delay = random_below(&workload->random, 100);
        break;
    case ADMIN_DELETING:
        if (reply->status == 200 || reply->status == 400) table->admin = ADMIN_WAITING_GONE;
        break;
    case ADMIN_WAITING_GONE:
        if (is_not_found)
            gone(workload, table, table->described_tick);
        else if (reply->status == 200)
            described(workload, table, cJSON_GetObjectItemCaseSensitive(body, "Table"));
        break;
    }
    if (was_going && table->admin == ADMIN_CREATING) delay = NAME_REUSE_MS;
    sim_wake(workload->sim, actor, delay);
}
