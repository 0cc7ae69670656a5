// Requests of the control plane through parse and route, as golden vectors hold them:
//     CreateTable {…} => <description>            or    => ValidationException: <message>
//     UpdateTable BASE {…} => <description>       the change applied to one of the tables below
// In descriptions the time is 1795000000000 ms, and a table's id is what entropy of zeros gives.
#include "msg/control.h"
#include "op/op_table.h"
#include "op/table_change.h"
#include "op/table_describe.h"
#include "support/check.h"

#define NOW_MS 1795000000000.0

static const struct {
    const char *name;
    const char *request;
} BASES[] = {
    {"provisioned", "{\"TableName\":\"Base\",\"KeySchema\":[{\"AttributeName\":\"pk\",\"KeyType\":\"HASH\"}],"
                    "\"AttributeDefinitions\":"
                    "[{\"AttributeName\":\"pk\",\"AttributeType\":\"S\"}],\"ProvisionedThroughput\":{"
                    "\"ReadCapacityUnits\":5,"
                    "\"WriteCapacityUnits\":6},\"Tags\":[{\"Key\":\"env\",\"Value\":\"x\"},{\"Key\":\"shvm:"
                    "layout\",\"Value\":"
                    "\"hash:4\"}]}"},
    {"indexed",
     "{\"TableName\":\"Base\",\"KeySchema\":[{\"AttributeName\":\"pk\",\"KeyType\":\"HASH\"}],"
     "\"AttributeDefinitions\":"
     "[{\"AttributeName\":\"pk\",\"AttributeType\":\"S\"},{\"AttributeName\":\"g\",\"AttributeType\":\"N\"}],"
     "\"BillingMode\":\"PAY_PER_REQUEST\",\"GlobalSecondaryIndexes\":[{\"IndexName\":\"gsi\",\"KeySchema\":[{"
     "\"AttributeName\":\"g\",\"KeyType\":\"HASH\"}],\"Projection\":{\"ProjectionType\":\"ALL\"}}],"
     "\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":\"KEYS_ONLY\"}}"},
};

static const Operation *find(Slice name) {
    static const Operation *const OPERATIONS[] = {
        &OPERATION_CREATE_TABLE,          &OPERATION_DESCRIBE_TABLE,        &OPERATION_LIST_TABLES,
        &OPERATION_DELETE_TABLE,          &OPERATION_UPDATE_TABLE,          &OPERATION_TAG_RESOURCE,
        &OPERATION_UNTAG_RESOURCE,        &OPERATION_LIST_TAGS_OF_RESOURCE, &OPERATION_UPDATE_TIME_TO_LIVE,
        &OPERATION_DESCRIBE_TIME_TO_LIVE,
    };
    for (size_t i = 0; i < sizeof OPERATIONS / sizeof OPERATIONS[0]; i++) {
        if (slice_equal(OPERATIONS[i]->name, name)) return OPERATIONS[i];
    }
    return NULL;
}

typedef struct Run {
    Arena arena;
    Arena trees;
    Step step;
    Request request;
} Run;

static void begin(Run *run, const Operation *operation) {
    memset(run, 0, sizeof *run);
    arena_init(&run->arena, 0);
    arena_init(&run->trees, 0);
    run->step = (Step){.arena = &run->arena, .trees = &run->trees, .in = {.now_ms = NOW_MS}};
    buf_init(&run->step.actions, &run->arena);
    run->request = (Request){.step = &run->step, .operation = operation};
}

static void end(Run *run) {
    arena_free(&run->arena);
    arena_free(&run->trees);
}

static bool take_call(Run *run, Slice *name, Slice *message) {
    Reader reader = reader_of(buf_view(&run->step.actions));
    CHECK_EQ_INT(run->step.action_count, 1);
    CHECK_EQ_INT(reader_u8(&reader), ACTION_CALL);
    reader_u16(&reader); // role, mode
    *name = reader_bytes(&reader, reader_u32(&reader));
    *message = reader_bytes(&reader, reader_u32(&reader));
    return CHECK(!reader.failed);
}

// Runs a request up to its first call; gives the call's object name and message.
static bool run_request(Run *run, Slice json, Slice *name, Slice *message) {
    Request *request = &run->request;
    Slice text = arena_copy(&run->arena, json);
    if (!json_open(&request->document, &run->trees, text, &run->step.error)) return false;
    request->root = request->document.root;
    if (!request->operation->parse(request)) return false;
    if (!CHECK(request->table_count == 0) || !request->operation->route(request)) return false;
    return take_call(run, name, message);
}

// The same for a request that changes a table, which is asked for its id first; gives the change.
static bool run_change(Run *run, Slice json, Slice *change) {
    Slice name, message;
    Buf body;
    if (!run_request(run, json, &name, &message)) return false;
    CHECK_EQ_SLICE(name, "v1/t/Base");
    CHECK_EQ_INT(message.data[1], CONTROL_TABLE_IDENTIFY);
    buf_init(&body, &run->arena);
    result_encode(&body, &(Result){.status = RESULT_OK, .payload = SLICE("the id")});
    Answer answer = {ANSWER_OK, buf_view(&body)};
    run->step.in.answers = &answer;
    run->step.in.answer_count = 1;
    buf_init(&run->step.actions, &run->arena);
    run->step.action_count = 0;
    Reader state = reader_of(run->step.state);
    if (!CHECK(run->request.operation->resume(&run->request, &state))) return false;
    if (!take_call(run, &name, &message) || !CHECK(message.data[1] == CONTROL_TABLE_UPDATE)) return false;
    CHECK_EQ_SLICE(name, "v1/t/Base");
    Reader fields = reader_of(slice_sub(message, 2, message.len));
    CHECK_EQ_SLICE(reader_slice(&fields), "the id");
    *change = reader_bytes(&fields, reader_left(&fields));
    return CHECK(!fields.failed);
}

static void print_error(Buf *out, const Error *error) {
    const char *type = error_form(error->kind)->type;
    for (const char *at = type; *at != '\0'; at++) {
        if (*at == '#') type = at + 1;
    }
    buf_format(out, "%s: %S", type, &error->message);
}

static bool make_table(Run *run, Slice json, TableDescriptor *table) {
    Slice name, message;
    begin(run, &OPERATION_CREATE_TABLE);
    return run_request(run, json, &name, &message) &&
           CHECK(message.len > 2 && message.data[1] == CONTROL_TABLE_CREATE) &&
           descriptor_decode(&run->arena, slice_sub(message, 2, message.len), table, &run->step.error);
}

static void check_create(Slice json, Slice expected) {
    Run run;
    TableDescriptor table;
    Buf found;
    bool made = make_table(&run, json, &table);
    buf_init(&found, &run.arena);
    if (made) {
        table_describe(&found, &table, (TableSize){0, 0, NULL}, NOW_MS);
        if (table.layout == LAYOUT_HASH) buf_format(&found, " hash:%u", (unsigned)table.slots);
    } else {
        print_error(&found, &run.step.error);
    }
    CHECK_EQ_BYTES(buf_view(&found), expected);
    end(&run);
}

static Slice base_request(Slice name) {
    for (size_t i = 0; i < sizeof BASES / sizeof BASES[0]; i++) {
        if (slice_equal(name, slice_of_cstr(BASES[i].name))) return slice_of_cstr(BASES[i].request);
    }
    CHECK(false);
    return (Slice){NULL, 0};
}

// An index's name and the types of its keys, which a description does not show.
static void print_key_types(Buf *out, const IndexDescriptor *index) {
    buf_format(out, " %S(", &index->name);
    for (size_t i = 0; i < index->keys.hash_count; i++) buf_u8(out, (uint8_t)index->keys.hash[i].type);
    for (size_t i = 0; i < index->keys.range_count; i++) buf_u8(out, (uint8_t)index->keys.range[i].type);
    buf_u8(out, ')');
}

static void print_changed(Buf *out, const TableDescriptor *table) {
    table_describe(out, table, (TableSize){3, 30, NULL}, NOW_MS);
    for (size_t i = 0; i < table->tag_count; i++)
        buf_format(out, " %S=%S", &table->tags[i].key, &table->tags[i].value);
    if (table->ttl_enabled) buf_format(out, " ttl %S", &table->ttl_attribute);
    for (size_t i = 0; i < table->index_count; i++) print_key_types(out, &table->indexes[i]);
}

static void check_change(const Operation *operation, Slice base, Slice json, Slice expected) {
    Run made, run;
    TableDescriptor table;
    Slice change;
    Buf found;
    CHECK(make_table(&made, base_request(base), &table));
    table.status = TABLE_ACTIVE;
    begin(&run, operation);
    buf_init(&found, &run.arena);
    if (run_change(&run, json, &change) && table_change_apply(&run.step, change, &table)) {
        print_changed(&found, &table);
    } else {
        print_error(&found, &run.step.error);
    }
    CHECK_EQ_BYTES(buf_view(&found), expected);
    end(&run);
    end(&made);
}

// What only asks: the object asked, and the message's kind and fields in words.
static void check_question(const Operation *operation, Slice json, Slice expected) {
    Run run;
    Slice name, message;
    Buf found;
    begin(&run, operation);
    buf_init(&found, &run.arena);
    run.step.calls_max = 45;
    if (run_request(&run, json, &name, &message)) {
        buf_format(&found, "%S kind %u", &name, (unsigned)message.data[1]);
        Reader reader = reader_of(slice_sub(message, 2, message.len));
        if (message.data[1] == CONTROL_CATALOG_LIST) {
            Slice after = reader_slice(&reader);
            buf_format(&found, " after '%S' limit %u", &after, (unsigned)reader_varint(&reader));
        }
        if (message.data[1] == CONTROL_TABLE_DESCRIBE) {
            buf_format(&found, " calls %u", (unsigned)reader_varint(&reader));
        }
        CHECK(!reader.failed && reader_left(&reader) == 0);
    } else {
        print_error(&found, &run.step.error);
    }
    CHECK_EQ_BYTES(buf_view(&found), expected);
    end(&run);
}

static Slice take_word(Slice *rest) {
    size_t at = 0;
    while (at < rest->len && rest->data[at] != ' ') at++;
    Slice word = slice_sub(*rest, 0, at);
    *rest = slice_sub(*rest, at < rest->len ? at + 1 : at, rest->len);
    return word;
}

static void check_request(Slice input, Slice expected) {
    Slice rest = input;
    const Operation *operation = find(take_word(&rest));
    if (!CHECK(operation != NULL)) return;
    if (operation == &OPERATION_CREATE_TABLE) {
        check_create(rest, expected);
    } else if (rest.len != 0 && rest.data[0] != '{') {
        Slice base = take_word(&rest);
        check_change(operation, base, rest, expected);
    } else {
        check_question(operation, rest, expected);
    }
}

TEST(tables_are_created_as_asked) {
    check_vectors("tests/c/vectors/create_table.txt", check_request);
}

TEST(tables_are_changed_as_asked) {
    check_vectors("tests/c/vectors/update_table.txt", check_request);
}

TEST(tables_are_asked_about) {
    check_vectors("tests/c/vectors/describe_table.txt", check_request);
}

// Two tables of one millisecond have ids and seeds of their own, since entropy makes them.
TEST(ids_and_seeds_come_from_entropy) {
    Run first, second;
    TableDescriptor a, b;
    Slice name, message;
    Slice json = base_request(SLICE("provisioned"));
    REQUIRE(make_table(&first, json, &a));
    begin(&second, &OPERATION_CREATE_TABLE);
    second.step.in.entropy[15] = 1;
    REQUIRE(run_request(&second, json, &name, &message));
    REQUIRE(descriptor_decode(&second.arena, slice_sub(message, 2, message.len), &b, &second.step.error));
    CHECK(!slice_equal(a.table_id, b.table_id));
    CHECK(memcmp(a.seed, b.seed, sizeof a.seed) != 0);
    CHECK_EQ_INT(a.table_id.data[14], '4'); // RFC 9562: the version
    CHECK_EQ_INT(a.table_id.data[8], '-');
    end(&first);
    end(&second);
}

// A change that was cut or bent on its way is refused, not misread.
TEST(damaged_changes_are_refused) {
    static const char JSON[] =
        "{\"TableName\":\"Base\",\"GlobalSecondaryIndexUpdates\":[{\"Update\":{\"IndexName\":\"gsi\","
        "\"OnDemandThroughput\":{\"MaxReadRequestUnits\":5}}}],\"DeletionProtectionEnabled\":true}";
    Run made, run;
    TableDescriptor table;
    Slice change;
    REQUIRE(make_table(&made, base_request(SLICE("indexed")), &table));
    begin(&run, &OPERATION_UPDATE_TABLE);
    REQUIRE(run_change(&run, slice_of(JSON, sizeof JSON - 1), &change));
    for (size_t len = 0; len < change.len; len++) {
        TableDescriptor copy = table;
        run.step.error = (Error){0};
        check_context("cut to %d", (int)len);
        CHECK(!table_change_apply(&run.step, arena_copy(&run.arena, slice_sub(change, 0, len)), &copy));
        CHECK_EQ_INT(run.step.error.kind, ERROR_CORRUPT);
    }
    end(&run);
    end(&made);
}
