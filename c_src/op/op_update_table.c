#include "msg/schema.h"
#include "op/op_table.h"
#include "op/table_change.h"
#include "op/table_describe.h"
#include "op/table_draft.h"
#include "op/table_schema.h"
#include "op/table_settings.h"
#include "op/table_write.h"

#define INVALID "One or more parameter values were invalid: "

static bool refuse(Request *request, const char *message) {
    return error_validation(&request->step->error, request->step->arena, "%s", message);
}

static ThroughputChange change_of(const ThroughputDraft *draft) {
    return (ThroughputChange){draft->read_given, draft->write_given, throughput_of(draft)};
}

static Toggle toggle_of(bool given, bool on) {
    if (!given) return TOGGLE_KEEP;
    return on ? TOGGLE_ON : TOGGLE_OFF;
}

// -1 takes a ceiling away; any other number below 1 is refused. what: "table" or "index : <name>".
static bool check_on_demand(Request *request, const ThroughputDraft *on_demand_max, Slice what) {
    bool bad_read =
        on_demand_max->read_given && on_demand_max->read_units < 1 && on_demand_max->read_units != -1;
    bool bad_write =
        on_demand_max->write_given && on_demand_max->write_units < 1 && on_demand_max->write_units != -1;
    if (!bad_read && !bad_write) return true;
    return error_validation(
        &request->step->error, request->step->arena,
        INVALID "Requested Max%sRequestUnits for OnDemandThroughput for %S is outside of valid range",
        bad_read ? "Read" : "Write", &what);
}

// --- GlobalSecondaryIndexUpdates

static bool read_index_update(Request *request, Json action, IndexChange *out) {
    ThroughputDraft throughput, on_demand_max, warm;
    draft_throughputs(request, action, &throughput, &on_demand_max, &warm);
    Buf what;
    buf_init(&what, request->step->arena);
    buf_format(&what, "index : %S", &out->index.name);
    out->throughput = change_of(&throughput);
    out->on_demand_max = change_of(&on_demand_max);
    out->warm = change_of(&warm);
    return validate_bounds(request, &throughput) && check_on_demand(request, &on_demand_max, buf_view(&what));
}

// Observed: a new index's key attributes must be defined by the request, also those that the table knows
// already.
static bool read_index_create(Request *request, Json action, IndexChange *out) {
    IndexDraft draft;
    KeyAttribute *definitions;
    size_t count;
    if (!draft_definitions(request, &definitions, &count) || !draft_index(request, action, true, &draft))
        return false;
    if (!validate_new_index(request, &draft, definitions, count)) return false;
    index_of(&draft, definitions, count, &out->index);
    return true;
}

static bool read_index_change(Request *request, Json element, IndexChange *out) {
    static const char *const ACTIONS[] = {"Update", "Create", "Delete"}; // in the order of IndexAction
    Json action = {.type = JSON_ABSENT};
    int given = 0;
    for (int i = 0; i < 3; i++) {
        Json member = schema_member(&request->document, element, ACTIONS[i]);
        if (member.type != JSON_OBJECT) continue;
        given++;
        action = member;
        out->action = (IndexAction)(i + 1);
    }
    if (given == 0) {
        return refuse(request,
                      INVALID "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
                              "GlobalSecondaryIndexUpdate.Delete must not be null");
    }
    if (given > 1) {
        return refuse(request, INVALID
                      "Only one of GlobalSecondaryIndexUpdate.Update, "
                      "GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete may be set");
    }
    schema_string(&request->document, action, "IndexName", &out->index.name);
    if (out->action == INDEX_UPDATE) return read_index_update(request, action, out);
    return out->action == INDEX_DELETE || read_index_create(request, action, out);
}

static bool read_index_changes(Request *request, Json list, TableUpdate *update) {
    Step *step = request->step;
    JsonDocument *document = &request->document;
    size_t count = list.type == JSON_ARRAY ? json_count(document, list) : 0;
    update->indexes = ARENA_ARRAY(step->arena, IndexChange, count);
    if (update->indexes == NULL) return error_out_of_memory(&step->error);
    if (count == 0) return true;
    JsonIterator iterator = json_iterate(document, list);
    Slice unused;
    Json element;
    while (json_next(&iterator, &unused, &element)) {
        IndexChange *change = &update->indexes[update->index_count];
        if (!read_index_change(request, element, change)) return false;
        for (size_t i = 0; i < update->index_count; i++) {
            if (!slice_equal(update->indexes[i].index.name, change->index.name)) continue;
            return error_validation(&step->error, step->arena,
                                    INVALID "Only one global secondary index update per index is allowed "
                                            "simultaneously. Index: %S",
                                    &change->index.name);
        }
        // Names are distinct and a table has at most twenty: more of them cannot all be meant.
        if (++update->index_count > 2 * GSI_MAX) {
            return error_set(
                &step->error, step->arena, ERROR_LIMIT_EXCEEDED,
                "Subscriber limit exceeded: too many global secondary index updates in one request");
        }
    }
    return !document->arena->failed || error_out_of_memory(&step->error);
}

// --- The request

static bool read_stream(Request *request, TableUpdate *update) {
    StreamDraft stream = draft_stream(request);
    if (stream.given && !stream.enabled && stream.view != STREAM_VIEW_NONE) {
        return refuse(request,
                      INVALID "Table is being updated with a stream disabled, UpdateViewType should not be "
                              "specified");
    }
    if (stream.enabled && stream.view == STREAM_VIEW_NONE) {
        return refuse(request,
                      INVALID "Table is being updated with a stream enabled, UpdateViewType should be "
                              "specified");
    }
    update->stream = toggle_of(stream.given, stream.enabled);
    update->stream_view = stream.view;
    return true;
}

static bool read_throughput(Request *request, TableUpdate *update) {
    ThroughputDraft throughput, on_demand_max, warm;
    draft_throughputs(request, request->root, &throughput, &on_demand_max, &warm);
    update->billing = draft_billing(request);
    update->throughput = change_of(&throughput);
    update->on_demand_max = change_of(&on_demand_max);
    update->warm = change_of(&warm);
    if (update->billing == BILLING_PAY_PER_REQUEST && throughput.given) {
        return refuse(request,
                      INVALID "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when "
                              "BillingMode is PAY_PER_REQUEST");
    }
    return validate_bounds(request, &throughput) && check_on_demand(request, &on_demand_max, SLICE("table"));
}

static bool changes_something(const TableUpdate *update) {
    return update->billing != 0 || update->throughput.read_given || update->on_demand_max.read_given ||
           update->on_demand_max.write_given || update->warm.read_given || update->warm.write_given ||
           update->deletion_protection != TOGGLE_KEEP || update->infrequent_access != TOGGLE_KEEP ||
           update->stream != TOGGLE_KEEP || update->encryption != TOGGLE_KEEP;
}

static bool parse(Request *request) {
    static const char *const CLASSES[] = {"STANDARD", "STANDARD_INFREQUENT_ACCESS", NULL};
    JsonDocument *document = &request->document;
    Json root = request->root;
    if (!update_table_check(request)) return false;
    TableUpdate *update = ARENA_NEW(request->step->arena, TableUpdate);
    if (update == NULL) return error_out_of_memory(&request->step->error);
    request->data = update;
    Json protection = schema_member(document, root, "DeletionProtectionEnabled");
    update->deletion_protection = toggle_of(
        protection.type != JSON_ABSENT, schema_boolean(document, root, "DeletionProtectionEnabled", false));
    int table_class = schema_choice(document, root, "TableClass", CLASSES);
    update->infrequent_access = toggle_of(table_class >= 0, table_class == 1);
    Json encryption = schema_member(document, root, "SSESpecification");
    update->encryption =
        toggle_of(encryption.type == JSON_OBJECT, schema_boolean(document, encryption, "Enabled", false));
    Json index_updates = schema_member(document, root, "GlobalSecondaryIndexUpdates");
    bool has_index_updates = index_updates.type == JSON_ARRAY && json_count(document, index_updates) > 0;
    if (!read_throughput(request, update) || !read_stream(request, update)) return false;
    if (!changes_something(update) && !has_index_updates) {
        return refuse(request,
                      "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
                      "GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required");
    }
    return read_index_changes(request, index_updates, update);
}

static bool route(Request *request) {
    TableUpdate *update = request->data;
    Buf change;
    buf_init(&change, request->step->arena);
    table_update_encode(&change, update);
    if (change.failed) return error_out_of_memory(&request->step->error);
    table_write_begin(request, control_table_name(request), CONTROL_TABLE_UPDATE, buf_view(&change), (Slice){NULL, 0});
    return true;
}

static bool resume(Request *request, Reader *state) {
    if (table_write_sent(request, state)) return true;
    request->step->forget_descriptors = true;
    TableDescriptor table;
    TableSize size;
    if (!answer_described(request, &table, &size)) return false;
    // The change has taken effect already; AWS's own answer comes before that.
    table.status = TABLE_UPDATING;
    return respond_described(request, "TableDescription", &table, size);
}

const Operation OPERATION_UPDATE_TABLE = {SLICE_INIT("UpdateTable"), parse, route, resume};
