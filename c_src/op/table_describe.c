#include "op/table_describe.h"

#include "data/json_writer.h"
#include "msg/names.h"
#include "op/table_change.h"

static const double DAY_MS = 86400000;

// What is asked for where a client names no WarmThroughput: an on-demand table's initial figures [AWS].
static const Throughput ON_DEMAND_WARM = {12000, 4000};

static void write_text(Buf *out, bool *first, const char *name, Slice text) {
    json_write_member(out, first, name);
    json_write_string(out, text);
}

static void write_constant(Buf *out, bool *first, const char *name, const char *text) {
    write_text(out, first, name, slice_of_cstr(text));
}

static void write_number(Buf *out, bool *first, const char *name, uint64_t value) {
    json_write_member(out, first, name);
    buf_decimal_u64(out, value);
}

static void write_time(Buf *out, bool *first, const char *name, double ms) {
    json_write_member(out, first, name);
    json_write_double(out, ms / 1000);
}

static const char *status_name(TableStatus status) {
    switch (status) {
    case TABLE_CREATING: return "CREATING";
    case TABLE_ACTIVE: return "ACTIVE";
    case TABLE_UPDATING: return "UPDATING";
    case TABLE_DELETING: return "DELETING";
    }
    return "ACTIVE";
}

// A table is UPDATING while one of its indexes comes or goes [AWS].
static TableStatus shown_status(const TableDescriptor *table) {
    bool is_changing = table->status == TABLE_ACTIVE && table_changing_index(table) != NULL;
    return is_changing ? TABLE_UPDATING : table->status;
}

// --- Keys

static void write_key_element(Buf *out, bool *first, Slice name, const char *type) {
    if (!*first) buf_u8(out, ',');
    *first = false;
    bool first_member = true;
    buf_u8(out, '{');
    write_text(out, &first_member, "AttributeName", name);
    write_constant(out, &first_member, "KeyType", type);
    buf_u8(out, '}');
}

static void write_key_schema(Buf *out, bool *first, const KeySchema *keys) {
    bool first_element = true;
    json_write_member(out, first, "KeySchema");
    buf_u8(out, '[');
    for (size_t i = 0; i < keys->hash_count; i++)
        write_key_element(out, &first_element, keys->hash[i].name, "HASH");
    for (size_t i = 0; i < keys->range_count; i++)
        write_key_element(out, &first_element, keys->range[i].name, "RANGE");
    buf_u8(out, ']');
}

static void write_definitions(Buf *out, bool *first, const TableDescriptor *table) {
    json_write_member(out, first, "AttributeDefinitions");
    buf_u8(out, '[');
    for (size_t i = 0; i < table->definition_count; i++) {
        bool first_member = true;
        if (i > 0) buf_u8(out, ',');
        buf_u8(out, '{');
        write_text(out, &first_member, "AttributeName", table->definitions[i].name);
        write_text(out, &first_member, "AttributeType", slice_of(&table->definitions[i].type, 1));
        buf_u8(out, '}');
    }
    buf_u8(out, ']');
}

// --- Throughput

static void write_throughput(Buf *out, bool *first, const Throughput *units, const TableDescriptor *history,
                             double now_ms) {
    bool first_member = true;
    uint32_t decreases = 0;
    json_write_member(out, first, "ProvisionedThroughput");
    buf_u8(out, '{');
    if (history != NULL) {
        if (history->increased_ms != 0)
            write_time(out, &first_member, "LastIncreaseDateTime", history->increased_ms);
        if (history->decreased_ms != 0)
            write_time(out, &first_member, "LastDecreaseDateTime", history->decreased_ms);
        bool is_today = (uint64_t)(history->decreased_ms / DAY_MS) == (uint64_t)(now_ms / DAY_MS);
        decreases = is_today ? history->decreases : 0;
    }
    write_number(out, &first_member, "NumberOfDecreasesToday", decreases);
    write_number(out, &first_member, "ReadCapacityUnits", units->read_units);
    write_number(out, &first_member, "WriteCapacityUnits", units->write_units);
    buf_u8(out, '}');
}

static void write_on_demand(Buf *out, bool *first, const Throughput *max) {
    if (max->read_units == 0 && max->write_units == 0) return;
    bool first_member = true;
    json_write_member(out, first, "OnDemandThroughput");
    buf_u8(out, '{');
    if (max->read_units != 0) write_number(out, &first_member, "MaxReadRequestUnits", max->read_units);
    if (max->write_units != 0) write_number(out, &first_member, "MaxWriteRequestUnits", max->write_units);
    buf_u8(out, '}');
}

static void write_warm(Buf *out, bool *first, const TableDescriptor *table, const Throughput *warm,
                       const Throughput *provisioned) {
    Throughput least = table->billing == BILLING_PAY_PER_REQUEST ? ON_DEMAND_WARM : *provisioned;
    bool first_member = true;
    json_write_member(out, first, "WarmThroughput");
    buf_u8(out, '{');
    write_number(out, &first_member, "ReadUnitsPerSecond",
                 warm->read_units > least.read_units ? warm->read_units : least.read_units);
    write_number(out, &first_member, "WriteUnitsPerSecond",
                 warm->write_units > least.write_units ? warm->write_units : least.write_units);
    write_constant(out, &first_member, "Status", status_name(shown_status(table)));
    buf_u8(out, '}');
}

static void write_billing(Buf *out, bool *first, const TableDescriptor *table) {
    bool on_demand = table->billing == BILLING_PAY_PER_REQUEST;
    // A table that has always been provisioned shows no summary.
    if (!on_demand && table->billing_changed_ms == 0) return;
    bool first_member = true;
    json_write_member(out, first, "BillingModeSummary");
    buf_u8(out, '{');
    write_constant(out, &first_member, "BillingMode", on_demand ? "PAY_PER_REQUEST" : "PROVISIONED");
    // CreateTable's own answer comes before the mode has taken effect.
    if (table->status != TABLE_CREATING) {
        write_time(out, &first_member, "LastUpdateToPayPerRequestDateTime", table->billing_changed_ms);
    }
    buf_u8(out, '}');
}

// --- Indexes

static void write_projection(Buf *out, bool *first, const IndexDescriptor *index) {
    static const char *const TYPES[] = {"", "ALL", "KEYS_ONLY", "INCLUDE"};
    bool first_member = true;
    json_write_member(out, first, "Projection");
    buf_u8(out, '{');
    write_constant(out, &first_member, "ProjectionType", TYPES[index->projection]);
    if (index->non_key_attribute_count != 0) {
        json_write_member(out, &first_member, "NonKeyAttributes");
        buf_u8(out, '[');
        for (size_t i = 0; i < index->non_key_attribute_count; i++) {
            if (i > 0) buf_u8(out, ',');
            json_write_string(out, index->non_key_attributes[i]);
        }
        buf_u8(out, ']');
    }
    buf_u8(out, '}');
}

static void write_index(Buf *out, const TableDescriptor *table, const IndexDescriptor *index, IndexSize size,
                        double now_ms) {
    bool first = true;
    buf_u8(out, '{');
    write_text(out, &first, "IndexName", index->name);
    write_key_schema(out, &first, &index->keys);
    write_projection(out, &first, index);
    if (index->is_global) {
        bool follows_table = table->status == TABLE_CREATING || table->status == TABLE_DELETING;
        TableStatus status = follows_table ? table->status : index->status;
        write_constant(out, &first, "IndexStatus", status_name(status));
        // Observed: shown only while UpdateTable's index is being built, never for CreateTable's.
        if (index->status == TABLE_CREATING) {
            json_write_member(out, &first, "Backfilling");
            json_write_bool(out, index->backfilling);
        }
        write_throughput(out, &first, &index->throughput, NULL, now_ms);
        write_on_demand(out, &first, &index->on_demand_max);
        write_warm(out, &first, table, &index->warm, &index->throughput);
    }
    write_number(out, &first, "IndexSizeBytes", size.bytes);
    write_number(out, &first, "ItemCount", size.item_count);
    json_write_member(out, &first, "IndexArn");
    buf_u8(out, '"');
    table_arn(out, table->name);
    buf_format(out, "/index/%S\"}", &index->name);
}

static void write_indexes(Buf *out, bool *first, const TableDescriptor *table, bool global, TableSize size,
                          double now_ms) {
    bool first_index = true;
    for (size_t i = 0; i < table->index_count; i++) {
        if (table->indexes[i].is_global != global) continue;
        if (first_index) {
            json_write_member(out, first, global ? "GlobalSecondaryIndexes" : "LocalSecondaryIndexes");
        }
        buf_u8(out, first_index ? '[' : ',');
        first_index = false;
        IndexSize index_size = size.indexes == NULL ? (IndexSize){0, 0} : size.indexes[i];
        write_index(out, table, &table->indexes[i], index_size, now_ms);
    }
    if (!first_index) buf_u8(out, ']');
}

// --- Streams, encryption

static void write_padded(Buf *out, unsigned value, unsigned width) {
    for (unsigned limit = 10, digits = 1; digits < width; digits++, limit *= 10) {
        if (value < limit) buf_u8(out, '0');
    }
    buf_decimal_u64(out, value);
}

// A stream's label: when it was enabled, as "2026-11-22T17:45:00.123" (days to a date: the civil calendar's
// rule).
static void write_label(Buf *out, double ms) {
    uint64_t total = (uint64_t)ms;
    unsigned in_day = (unsigned)(total % 86400000);
    uint64_t days = total / 86400000 + 719468; // since 0000-03-01
    unsigned era = (unsigned)(days / 146097);
    unsigned day_of_era = (unsigned)(days % 146097);
    unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned shifted_month = (5 * day_of_year + 2) / 153; // from March
    unsigned month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    write_padded(out, era * 400 + year_of_era + (month <= 2), 4);
    buf_u8(out, '-');
    write_padded(out, month, 2);
    buf_u8(out, '-');
    write_padded(out, day_of_year - (153 * shifted_month + 2) / 5 + 1, 2);
    buf_u8(out, 'T');
    write_padded(out, in_day / 3600000, 2);
    buf_u8(out, ':');
    write_padded(out, in_day / 60000 % 60, 2);
    buf_u8(out, ':');
    write_padded(out, in_day / 1000 % 60, 2);
    buf_u8(out, '.');
    write_padded(out, in_day % 1000, 3);
}

static void write_stream(Buf *out, bool *first, const TableDescriptor *table) {
    static const char *const VIEWS[] = {"", "KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"};
    if (table->stream_view != STREAM_VIEW_NONE) {
        bool first_member = true;
        json_write_member(out, first, "StreamSpecification");
        buf_u8(out, '{');
        json_write_member(out, &first_member, "StreamEnabled");
        json_write_bool(out, true);
        write_constant(out, &first_member, "StreamViewType", VIEWS[table->stream_view]);
        buf_u8(out, '}');
    }
    if (table->stream_label_ms == 0) return;
    json_write_member(out, first, "LatestStreamLabel");
    buf_u8(out, '"');
    write_label(out, table->stream_label_ms);
    buf_u8(out, '"');
    json_write_member(out, first, "LatestStreamArn");
    buf_u8(out, '"');
    table_arn(out, table->name);
    buf_cstr(out, "/stream/");
    write_label(out, table->stream_label_ms);
    buf_u8(out, '"');
}

static void write_encryption(Buf *out, bool *first, const TableDescriptor *table) {
    if (!table->sse_enabled) return;
    json_write_member(out, first, "SSEDescription");
    // Keys are not managed here: a table's own id stands for the one AWS would make for it.
    buf_format(out,
               "{\"Status\":\"ENABLED\",\"SSEType\":\"KMS\",\"KMSMasterKeyArn\":"
               "\"arn:aws:kms:us-east-1:000000000000:key/%S\"}",
               &table->table_id);
}

// --- The whole

static void write_identity(Buf *out, bool *first, const TableDescriptor *table, TableSize size) {
    write_text(out, first, "TableName", table->name);
    write_constant(out, first, "TableStatus", status_name(shown_status(table)));
    json_write_member(out, first, "TableArn");
    buf_u8(out, '"');
    table_arn(out, table->name);
    buf_u8(out, '"');
    write_text(out, first, "TableId", table->table_id);
    write_number(out, first, "TableSizeBytes", size.bytes);
    write_number(out, first, "ItemCount", size.item_count);
    json_write_member(out, first, "DeletionProtectionEnabled");
    json_write_bool(out, table->deletion_protection);
}

void table_describe(Buf *out, const TableDescriptor *table, TableSize size, double now_ms) {
    bool first = true;
    buf_u8(out, '{');
    write_definitions(out, &first, table);
    write_key_schema(out, &first, &table->keys);
    write_identity(out, &first, table, size);
    write_time(out, &first, "CreationDateTime", table->created_ms);
    write_throughput(out, &first, &table->throughput, table, now_ms);
    write_billing(out, &first, table);
    write_on_demand(out, &first, &table->on_demand_max);
    write_warm(out, &first, table, &table->warm, &table->throughput);
    write_indexes(out, &first, table, false, size, now_ms);
    write_indexes(out, &first, table, true, size, now_ms);
    write_stream(out, &first, table);
    write_encryption(out, &first, table);
    if (table->table_class_given) {
        json_write_member(out, &first, "TableClassSummary");
        buf_format(out, "{\"TableClass\":\"%s\"}",
                   table->infrequent_access ? "STANDARD_INFREQUENT_ACCESS" : "STANDARD");
    }
    buf_u8(out, '}');
}

void table_describe_deleted(Buf *out, const TableDescriptor *table, TableSize size, double now_ms) {
    bool first = true;
    buf_u8(out, '{');
    write_identity(out, &first, table, size);
    write_throughput(out, &first, &table->throughput, table, now_ms);
    write_billing(out, &first, table);
    buf_u8(out, '}');
}

// --- What the operations on one table share

void call_table(Request *request, Slice table_name, CallMode mode, ControlKind kind, Slice fields) {
    Buf name, message;
    buf_init(&name, request->step->arena);
    buf_init(&message, request->step->arena);
    name_table(&name, table_name);
    control_begin(&message, kind);
    buf_bytes(&message, fields);
    step_call(request->step, ROLE_TABLE, mode, buf_view(&name), buf_view(&message));
}

bool answer_described(Request *request, TableDescriptor *table, TableSize *size) {
    Step *step = request->step;
    Result result;
    bool stale;
    if (!request_answer(request, 0, &result, &stale)) return false;
    Reader payload = reader_of(result.payload);
    Slice descriptor = reader_slice(&payload);
    size->item_count = reader_varint(&payload);
    size->bytes = reader_varint(&payload);
    size_t index_count = (size_t)reader_varint(&payload);
    if (index_count > LSI_MAX + GSI_MAX) payload.failed = true;
    IndexSize *indexes = ARENA_ARRAY(step->arena, IndexSize, payload.failed ? 0 : index_count);
    if (indexes == NULL) return error_out_of_memory(&step->error);
    for (size_t i = 0; i < index_count && !payload.failed; i++) {
        indexes[i].item_count = reader_varint(&payload);
        indexes[i].bytes = reader_varint(&payload);
    }
    size->indexes = indexes;
    if (payload.failed) return error_corrupt(&step->error, "malformed description");
    if (!descriptor_decode(step->arena, descriptor, table, &step->error)) return false;
    return table->index_count == index_count || error_corrupt(&step->error, "malformed description");
}

bool answer_descriptor(Request *request, TableDescriptor *table) {
    Result result;
    bool stale;
    return request_answer(request, 0, &result, &stale) &&
           descriptor_decode(request->step->arena, result.payload, table, &request->step->error);
}

bool respond_json(Request *request, const Buf *body) {
    if (body->failed) return error_out_of_memory(&request->step->error);
    step_respond_http(request->step, 200, buf_view(body));
    return true;
}

bool respond_described(Request *request, const char *member, const TableDescriptor *table, TableSize size) {
    Buf body;
    buf_init(&body, request->step->arena);
    buf_format(&body, "{\"%s\":", member);
    table_describe(&body, table, size, request->step->in.now_ms);
    buf_u8(&body, '}');
    return respond_json(request, &body);
}
