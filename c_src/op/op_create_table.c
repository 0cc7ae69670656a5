#include "base/siphash.h"
#include "msg/schema.h"
#include "op/op_table.h"
#include "op/table_describe.h"
#include "op/table_draft.h"
#include "op/table_schema.h"
#include "op/table_settings.h"

// The layout a tag asks for, or the deployment's own.
static bool choose_layout(Request *request, TableDescriptor *table) {
    Step *step = request->step;
    Slice layout = step->default_layout.len != 0 ? step->default_layout : SLICE("key");
    for (size_t i = 0; i < table->tag_count; i++) {
        if (slice_equal(table->tags[i].key, SLICE(LAYOUT_TAG))) layout = table->tags[i].value;
    }
    return layout_parse(step, layout, &table->layout, &table->slots);
}

static bool read_settings(Request *request, TableDescriptor *table) {
    Step *step = request->step;
    JsonDocument *document = &request->document;
    static const char *const CLASSES[] = {"STANDARD", "STANDARD_INFREQUENT_ACCESS", NULL};
    StreamDraft stream = draft_stream(request);
    if (stream.given && !stream.enabled && stream.view != STREAM_VIEW_NONE) {
        return error_validation(
            &step->error, step->arena,
            "One or more parameter values were invalid: Table is being created with a stream "
            "disabled, UpdateViewType should not be specified");
    }
    if (stream.enabled && stream.view == STREAM_VIEW_NONE) {
        return error_validation(
            &step->error, step->arena,
            "One or more parameter values were invalid: Table is being created with a stream "
            "enabled, UpdateViewType should be specified");
    }
    if (stream.enabled) {
        table->stream_view = stream.view;
        table->stream_label_ms = step->in.now_ms;
    }
    int table_class = schema_choice(document, request->root, "TableClass", CLASSES);
    table->table_class_given = table_class >= 0;
    table->infrequent_access = table_class == 1;
    table->deletion_protection = schema_boolean(document, request->root, "DeletionProtectionEnabled", false);
    Json encryption = schema_member(document, request->root, "SSESpecification");
    table->sse_enabled = schema_boolean(document, encryption, "Enabled", false);
    return draft_tags(request, &table->tags, &table->tag_count) && choose_layout(request, table);
}

static bool draft_to_table(Request *request, const TableDraft *draft, TableDescriptor *table) {
    Step *step = request->step;
    *table = (TableDescriptor){
        .epoch = 1,
        .name = draft->name,
        .status = TABLE_CREATING,
        .created_ms = step->in.now_ms,
        .definitions = draft->definitions,
        .definition_count = draft->definition_count,
        .billing = draft->billing == BILLING_PAY_PER_REQUEST ? BILLING_PAY_PER_REQUEST : BILLING_PROVISIONED,
        .throughput = throughput_of(&draft->throughput),
        .on_demand_max = throughput_of(&draft->on_demand_max),
        .warm = throughput_of(&draft->warm),
        .index_count = draft->index_count,
    };
    if (table->billing == BILLING_PAY_PER_REQUEST) table->billing_changed_ms = step->in.now_ms;
    key_schema_of(&draft->keys, draft->definitions, draft->definition_count, &table->keys);
    table->indexes = ARENA_ARRAY(step->arena, IndexDescriptor, draft->index_count);
    if (table->indexes == NULL) return error_out_of_memory(&step->error);
    for (size_t i = 0; i < draft->index_count; i++) {
        index_of(&draft->indexes[i], draft->definitions, draft->definition_count, &table->indexes[i]);
        table->indexes[i].id = ++table->last_index_id;
    }
    return read_settings(request, table);
}

static bool parse(Request *request) {
    if (!create_table_check(request)) return false;
    TableDraft draft;
    TableDescriptor *table = ARENA_NEW(request->step->arena, TableDescriptor);
    if (table == NULL) return error_out_of_memory(&request->step->error);
    request->data = table;
    return draft_table(request, &draft) && validate_table(request, &draft) &&
           draft_to_table(request, &draft, table);
}

// Sixteen bytes that nobody can guess, one stream of them per purpose.
static void derive(const Step *step, const char *purpose, uint8_t out[16]) {
    for (uint8_t half = 0; half < 2; half++) {
        Buf input;
        buf_init(&input, step->arena);
        buf_cstr(&input, purpose);
        buf_u8(&input, half);
        uint64_t word = siphash(step->in.entropy, buf_view(&input));
        memcpy(out + 8 * half, &word, sizeof word);
    }
}

// A version 4 UUID (RFC 9562).
static Slice make_table_id(const Step *step) {
    static const char DIGITS[] = "0123456789abcdef";
    uint8_t bytes[16];
    Buf text;
    derive(step, "table id", bytes);
    bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
    buf_init(&text, step->arena);
    for (size_t i = 0; i < sizeof bytes; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) buf_u8(&text, '-');
        buf_u8(&text, (uint8_t)DIGITS[bytes[i] >> 4]);
        buf_u8(&text, (uint8_t)DIGITS[bytes[i] & 15]);
    }
    return buf_view(&text);
}

static bool route(Request *request) {
    Step *step = request->step;
    TableDescriptor *table = request->data;
    table->table_id = make_table_id(step);
    derive(step, "hash seed", table->seed);
    Buf descriptor;
    buf_init(&descriptor, step->arena);
    descriptor_encode(&descriptor, table);
    if (descriptor.failed) return error_out_of_memory(&step->error);
    call_table(request, table->name, CALL_WRITE, CONTROL_TABLE_CREATE, buf_view(&descriptor));
    return true;
}

static bool resume(Request *request, Reader *state) {
    (void)state;
    TableDescriptor table;
    if (!answer_descriptor(request, &table)) return false;
    return respond_described(request, "TableDescription", &table, (TableSize){0, 0, NULL});
}

const Operation OPERATION_CREATE_TABLE = {SLICE_INIT("CreateTable"), parse, route, resume};
