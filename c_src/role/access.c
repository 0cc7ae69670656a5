#include "role/access.h"

#include "msg/http_head.h"

bool access_key_find(Slice keys, Slice id, AccessKey *out) {
    Slice rest = keys;
    for (Slice line; slice_next_part(&rest, '\n', &line);) {
        AccessKey key = {.id = {NULL, 0}};
        Slice rights = {NULL, 0};
        bool is_whole = slice_next_part(&line, '\t', &key.id) && slice_next_part(&line, '\t', &key.secret) &&
                        slice_next_part(&line, '\t', &rights) &&
                        slice_next_part(&line, '\t', &key.prefixes) &&
                        slice_next_part(&line, '\t', &key.token);
        if (!is_whole || key.id.len == 0 || key.secret.len == 0 || !slice_equal(key.id, id)) continue;
        key.is_read_only = !slice_equal(rights, SLICE("rw"));
        *out = key;
        return true;
    }
    return false;
}

// --- Rights

static bool is_one_of(Slice name, const Slice *names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (slice_equal(names[i], name)) return true;
    }
    return false;
}

static bool only_reads(Slice operation) {
    static const Slice READS[] = {
        SLICE_INIT("GetItem"),
        SLICE_INIT("BatchGetItem"),
        SLICE_INIT("TransactGetItems"),
        SLICE_INIT("Query"),
        SLICE_INIT("Scan"),
        SLICE_INIT("DescribeTable"),
        SLICE_INIT("ListTables"),
        SLICE_INIT("ListTagsOfResource"),
        SLICE_INIT("DescribeTimeToLive"),
        SLICE_INIT("DescribeContinuousBackups"),
        SLICE_INIT("DescribeLimits"),
        SLICE_INIT("DescribeEndpoints"),
    };
    return is_one_of(operation, READS, sizeof READS / sizeof READS[0]);
}

static bool concerns_no_table(Slice operation) {
    static const Slice GENERAL[] = {SLICE_INIT("DescribeLimits"), SLICE_INIT("DescribeEndpoints")};
    return is_one_of(operation, GENERAL, sizeof GENERAL / sizeof GENERAL[0]);
}

static bool is_in_prefixes(Slice prefixes, Slice table) {
    Slice rest = prefixes;
    for (Slice prefix; slice_next_part(&rest, ',', &prefix);) {
        if (prefix.len != 0 && slice_starts_with(table, prefix)) return true;
    }
    return false;
}

static bool deny(const AccessKey *key, Request *request, Slice table) {
    Step *step = request->step;
    const Slice name = request->operation->name;
    Slice resource = table.len == 0 ? SLICE("*") : table;
    return error_set(
        &step->error, step->arena, ERROR_ACCESS_DENIED,
        "User: arn:aws:iam::000000000000:user/%S is not authorized to perform: dynamodb:%S on resource: "
        "arn:aws:dynamodb:us-east-1:000000000000:table/%S because no identity-based policy allows the "
        "dynamodb:%S action",
        &key->id, &name, &resource, &name);
}

// The table that a request of the control plane names, or nothing.
static Slice named_table(Request *request) {
    JsonDocument *document = &request->document;
    Json name = json_member(document, request->root, SLICE("TableName"));
    if (name.type == JSON_STRING) return table_name_from_argument(json_string(document, name));
    Json arn = json_member(document, request->root, SLICE("ResourceArn"));
    return arn.type == JSON_STRING ? table_name_from_arn(json_string(document, arn)) : (Slice){NULL, 0};
}

bool access_check(const AccessKey *key, Request *request) {
    Slice operation = request->operation->name;
    Slice table = request->table_count != 0 ? request->tables[0].name : named_table(request);
    if (key->is_read_only && !only_reads(operation)) return deny(key, request, table);
    if (key->prefixes.len == 0 || concerns_no_table(operation)) return true;
    if (request->table_count == 0) return is_in_prefixes(key->prefixes, table) || deny(key, request, table);
    for (size_t i = 0; i < request->table_count; i++) {
        Slice used = request->tables[i].name;
        if (!is_in_prefixes(key->prefixes, used)) return deny(key, request, used);
    }
    return true;
}
