#include "support/request_runner.h"

#include "base/sha256.h"
#include "data/item_codec.h"
#include "data/key_codec.h"
#include "expr/tree.h"
#include "msg/command.h"
#include "msg/control.h"
#include "op/op_requests.h"

// --- Tables

typedef struct TestTable {
    const char *name;
    const char *id;
    char hash_type;
    char range_type; // 0: no sort key
    LayoutKind layout;
} TestTable;

static const TestTable TABLES[] = {
    {"hash", "00000000-0000-0000-0000-000000000001", 'S', 0, LAYOUT_KEY},
    {"hash_n", "00000000-0000-0000-0000-000000000002", 'N', 0, LAYOUT_KEY},
    {"hash_b", "00000000-0000-0000-0000-000000000003", 'B', 0, LAYOUT_KEY},
    {"range", "00000000-0000-0000-0000-000000000004", 'S', 'S', LAYOUT_KEY},
    {"range_n", "00000000-0000-0000-0000-000000000005", 'S', 'N', LAYOUT_KEY},
    {"range_b", "00000000-0000-0000-0000-000000000006", 'S', 'B', LAYOUT_KEY},
    {"indexed", "00000000-0000-0000-0000-000000000007", 'S', 'S', LAYOUT_KEY},
    {"slots", "00000000-0000-0000-0000-000000000008", 'S', 'S', LAYOUT_HASH},
};

static IndexDescriptor indexes[] = {
    {.id = 2, .name = SLICE_INIT("lsi"), .projection = PROJECTION_ALL, .status = TABLE_ACTIVE,
     .keys = {.hash = {{SLICE_INIT("pk"), 'S'}}, .hash_count = 1,
              .range = {{SLICE_INIT("lk"), 'N'}}, .range_count = 1}},
    {.id = 1, .name = SLICE_INIT("gsi"), .is_global = true, .projection = PROJECTION_KEYS_ONLY, .status = TABLE_ACTIVE,
     .keys = {.hash = {{SLICE_INIT("gk"), 'S'}}, .hash_count = 1}},
};

bool test_table(Slice name, TableDescriptor *out) {
    for (size_t i = 0; i < sizeof TABLES / sizeof TABLES[0]; i++) {
        const TestTable *table = &TABLES[i];
        if (!slice_equal(name, slice_of_cstr(table->name))) continue;
        *out = (TableDescriptor){
            .epoch = 1,
            .name = slice_of_cstr(table->name),
            .table_id = slice_of_cstr(table->id),
            .status = TABLE_ACTIVE,
            .layout = table->layout,
            .slots = table->layout == LAYOUT_HASH ? 16 : 0,
            .keys = {.hash = {{SLICE("pk"), table->hash_type}}, .hash_count = 1},
        };
        if (table->range_type != 0) {
            out->keys.range[0] = (KeyAttribute){SLICE("sk"), table->range_type};
            out->keys.range_count = 1;
        }
        if (slice_equal(name, SLICE("indexed"))) {
            out->indexes = indexes;
            out->index_count = 2;
        }
        return true;
    }
    return false;
}

// --- Commands in words

static void print_tree(Buf *out, const char *word, Slice tree) {
    if (tree.len == 0) return;
    Buf text;
    buf_init(&text, out->arena);
    tree_print(&text, tree);
    Slice printed = buf_view(&text);
    while (printed.len > 0 && printed.data[0] == ' ') printed = slice_sub(printed, 1, printed.len);
    if (printed.len == 0) printed = SLICE("(nothing)");
    buf_format(out, " %s %S", word, &printed);
}

static void print_item(Buf *out, const char *word, Slice item) {
    if (item.len == 0) return;
    buf_format(out, " %s ", word);
    item_to_json(out, item);
}

static void print_capacity(Buf *out, ReturnCapacity capacity) {
    if (capacity == RETURN_CAPACITY_NONE) return;
    buf_format(out, " capacity %s", capacity == RETURN_CAPACITY_TOTAL ? "TOTAL" : "INDEXES");
}

static void print_item_command(Buf *out, const ItemCommand *command) {
    static const char *const WORDS[] = {[COMMAND_GET] = "get", [COMMAND_PUT] = "put", [COMMAND_UPDATE] = "update",
                                        [COMMAND_DELETE] = "delete"};
    static const char *const RETURNS[] = {"NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"};
    buf_format(out, "%s ", WORDS[command->header.kind]);
    item_to_json(out, command->key_item);
    print_item(out, "item", command->item);
    print_tree(out, command->update_is_legacy ? "legacy update" : "update", command->update);
    print_tree(out, "if", command->condition);
    print_tree(out, "projection", command->projection);
    if (command->return_values != RETURN_VALUES_NONE) buf_format(out, " return %s", RETURNS[command->return_values]);
    if (command->return_old_on_failure) buf_cstr(out, " old on failure");
    if (command->consistent) buf_cstr(out, " consistent");
    print_capacity(out, command->return_capacity);
}

// A bound: its key parts as values; what follows them as hexadecimal; "end" where no key can be read.
static void print_bound(Buf *out, Slice bound, const TableDescriptor *table) {
    if (bound.len <= 8) {
        buf_cstr(out, bound.len == 0 ? "open" : "hash ");
        hex_encode(out, bound);
        return;
    }
    Reader reader = reader_of(slice_sub(bound, 8, bound.len));
    char types[] = {table->keys.hash[0].type, table->keys.range_count > 0 ? table->keys.range[0].type : 0};
    buf_u8(out, '(');
    for (int i = 0; i < 2 && types[i] != 0 && reader_left(&reader) > 0; i++) {
        Buf value;
        buf_init(&value, out->arena);
        Reader before = reader;
        if (!key_read_value(&reader, types[i], &value)) {
            reader = before;
            break;
        }
        if (i > 0) buf_cstr(out, ", ");
        value_to_json(out, buf_view(&value));
    }
    buf_u8(out, ')');
    if (reader_left(&reader) > 0) buf_u8(out, '+');
    hex_encode(out, reader_bytes(&reader, reader_left(&reader)));
}

static void print_range_command(Buf *out, const RangeCommand *command, const TableDescriptor *table) {
    buf_format(out, "%s ", command->header.kind == COMMAND_QUERY ? "query" : "scan");
    print_bound(out, command->lower, table);
    buf_cstr(out, " to ");
    print_bound(out, command->upper, table);
    if (command->reverse) buf_cstr(out, " reverse");
    if (command->limit > 0) buf_format(out, " limit %z", (size_t)command->limit);
    print_tree(out, "filter", command->filter);
    print_tree(out, "projection", command->projection);
    if (command->count_only) buf_cstr(out, " count");
    if (command->consistent) buf_cstr(out, " consistent");
    print_capacity(out, command->return_capacity);
}

static void print_batch_command(Buf *out, const BatchCommand *command) {
    buf_format(out, "%s %S:", command->header.kind == COMMAND_BATCH_GET ? "get" : "write",
               &command->header.table_name);
    for (size_t i = 0; i < command->entry_count; i++) {
        const BatchEntry *entry = &command->entries[i];
        buf_format(out, " %u ", (unsigned)entry->position);
        if (entry->item.len > 0) item_to_json(out, entry->item);
        else item_to_json(out, entry->key_item);
    }
    print_tree(out, "projection", command->projection);
    if (command->consistent) buf_cstr(out, " consistent");
}

static void print_command(Buf *out, Slice message) {
    Error error = {0};
    CommandHeader header;
    TableDescriptor table;
    Reader reader = reader_of(message);
    REQUIRE(command_decode_header(&reader, &header, &error));
    REQUIRE(test_table(header.table_name, &table));
    ItemCommand item;
    RangeCommand range;
    BatchCommand batch;
    switch (header.kind) {
    case COMMAND_QUERY:
    case COMMAND_SCAN:
        REQUIRE(command_decode_range(out->arena, &reader, &header, &range, &error));
        print_range_command(out, &range, &table);
        break;
    case COMMAND_BATCH_GET:
    case COMMAND_BATCH_WRITE:
        REQUIRE(command_decode_batch(out->arena, &reader, &header, &batch, &error));
        print_batch_command(out, &batch);
        break;
    default:
        REQUIRE(command_decode_item(&reader, &header, &item, &error));
        print_item_command(out, &item);
    }
}

static void print_actions(Buf *out, const Step *step) {
    Reader reader = reader_of(buf_view(&step->actions));
    for (uint32_t i = 0; i < step->action_count; i++) {
        if (i > 0) buf_cstr(out, " | ");
        ActionKind kind = (ActionKind)reader_u8(&reader);
        REQUIRE(kind == ACTION_CALL || kind == ACTION_FORWARD);
        uint8_t role = reader_u8(&reader);
        reader_u8(&reader); // mode
        Slice name = reader_bytes(&reader, reader_u32(&reader));
        Slice message = reader_bytes(&reader, reader_u32(&reader));
        REQUIRE(!reader.failed && name.len > 0);
        if (role == ROLE_DIRECTORY) {
            buf_format(out, "list shard %c", name.data[name.len - 1]);
        } else {
            print_command(out, message);
        }
    }
}

// --- Requests

static const Operation *find(Slice name) {
    static const Operation *const OPERATIONS[] = {
        &OPERATION_PUT_ITEM, &OPERATION_GET_ITEM, &OPERATION_UPDATE_ITEM,    &OPERATION_DELETE_ITEM,
        &OPERATION_QUERY,    &OPERATION_SCAN,     &OPERATION_BATCH_GET_ITEM, &OPERATION_BATCH_WRITE_ITEM,
    };
    for (size_t i = 0; i < sizeof OPERATIONS / sizeof OPERATIONS[0]; i++) {
        if (slice_equal(OPERATIONS[i]->name, name)) return OPERATIONS[i];
    }
    return NULL;
}

static bool run(Request *request, Slice json) {
    Step *step = request->step;
    if (!json_open(&request->document, step->trees, json, &step->error)) return false;
    request->root = request->document.root;
    if (!request->operation->parse(request)) return false;
    for (size_t i = 0; i < request->table_count; i++) {
        if (test_table(request->tables[i].name, &request->tables[i].descriptor)) continue;
        return error_set(&step->error, step->arena, ERROR_RESOURCE_NOT_FOUND, "Requested resource not found");
    }
    return request->operation->route(request);
}

static void print_error(Buf *out, Request *request) {
    Step *step = request->step;
    if (request->enveloped) error_wrap(&step->error, step->arena);
    const char *type = error_form(step->error.kind)->type;
    for (const char *at = type; *at != '\0'; at++) {
        if (*at == '#') type = at + 1;
    }
    buf_format(out, "%s: %S", type, &step->error.message);
    while (out->len > 0 && out->data[out->len - 1] == ' ') out->len--; // vectors cannot end in blanks
}

void check_request(Slice input, Slice expected) {
    Arena arena;
    Arena trees;
    arena_init(&arena, 0);
    arena_init(&trees, 0);
    Step step = {.arena = &arena, .trees = &trees, .calls_max = CALLS_MAX_DEFAULT};
    buf_init(&step.actions, &arena);
    size_t blank = 0;
    while (blank < input.len && input.data[blank] != ' ') blank++;
    Request request = {.step = &step, .operation = find(slice_sub(input, 0, blank))};
    if (CHECK(request.operation != NULL)) {
        Buf found;
        buf_init(&found, &arena);
        bool done = run(&request, arena_copy(&arena, slice_sub(input, blank + 1, input.len)));
        CHECK(done == (step.error.kind == ERROR_NONE));
        if (done) print_actions(&found, &step);
        else print_error(&found, &request);
        CHECK_EQ_BYTES(buf_view(&found), expected);
    }
    arena_free(&arena);
    arena_free(&trees);
}
