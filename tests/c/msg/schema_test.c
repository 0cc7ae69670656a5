// The schema engine on tables of its own: types, constraints, what is reported together, echoes.
#include "msg/schema.h"

#include "support/check.h"

static const Member TEXT[] = {{ELEMENT(STRING)}};
static const Member PART[] = {
    {MEMBER("PartName", STRING)},
    {MEMBER("PartType", STRING)},
    {.name = NULL},
};
static const Member PART_ELEMENT[] = {{STRUCTURE("", "Part", PART)}};
static const Member PART_LIST_ELEMENT[] = {{LIST("", PART_ELEMENT)}};
static const Member VALUES[] = {{ELEMENT(VALUE)}};
static const Member MEMBERS[] = {
    {MEMBER("Name", STRING)},
    {MEMBER("Count", INTEGER)},
    {MEMBER("Big", LONG)},
    {MEMBER("Flag", BOOLEAN)},
    {MEMBER("When", TIMESTAMP)},
    {LIST("Parts", PART_ELEMENT)},
    {LIST("Words", TEXT)},
    {MAP("Labels", TEXT)},
    {MAP("Groups", PART_LIST_ELEMENT)},
    {MAP("Item", VALUES)},
    {STRUCTURE("Part", "Part", PART)},
    {.name = NULL},
};

static const Rule RULES[] = {
    {1, "Name", .kind = RULE_NOT_NULL},
    {1, "Name", RULE_LENGTH_MIN, .limit = 3, .flags = RULE_ONCE},
    {1, "Name", RULE_PATTERN, .text = "[a-c_-]+", .flags = RULE_ONCE},
    {1, "Parts", RULE_LENGTH_MAX, .limit = 1},
    {1, "Parts.*.PartType", RULE_ENUM, .text = "[ONE, TWO]"},
    {1, "Parts.*.PartName", .kind = RULE_NOT_NULL},
    {2, "Count", RULE_AT_LEAST, .limit = 1, .flags = RULE_NEWER},
    {2, "Big", RULE_AT_MOST, .limit = 10},
    {2, "Groups.*.*.PartName", RULE_LENGTH_MAX, .limit = 2},
    {2, "Labels.*", RULE_LENGTH_MAX, .limit = 2, .flags = RULE_NEWER},
    {3, "Flag", .kind = RULE_NOT_NULL, .flags = RULE_BARE, .needs = "Words", .message = "Flag goes with Words"},
    {4, "Groups", RULE_MAP_VALUE_LENGTHS, .limit = 2},
    {4, "Labels", .kind = RULE_MAP_KEYS_ARE_TABLE_NAMES, .flags = RULE_ECHO_JSON},
};

static void check_schema(Slice input, Slice expected) {
    Arena arena;
    Arena trees;
    JsonDocument document;
    Error error = {0};
    arena_init(&arena, 0);
    arena_init(&trees, 0);
    bool ok = json_open(&document, &trees, arena_copy(&arena, input), &error)
           && schema_check_types(&arena, &document, document.root, MEMBERS, &error)
           && SCHEMA_CHECK_RULES(&arena, &document, document.root, MEMBERS, RULES, &error);
    Buf found;
    buf_init(&found, &arena);
    if (ok) buf_cstr(&found, "fine");
    else buf_format(&found, "%s%S", error.kind == ERROR_SERIALIZATION ? "type: " : "", &error.message);
    while (found.len > 0 && found.data[found.len - 1] == ' ') found.len--; // vectors cannot end in blanks
    CHECK_EQ_BYTES(buf_view(&found), expected);
    CHECK(ok == (error.kind == ERROR_NONE));
    arena_free(&arena);
    arena_free(&trees);
}

TEST(types_and_constraints) {
    check_vectors("tests/c/vectors/schema.txt", check_schema);
}

static JsonDocument open(Arena *trees, const char *json) {
    JsonDocument document;
    Error error = {0};
    CHECK(json_open(&document, trees, slice_of_cstr(json), &error));
    return document;
}

TEST(a_report_has_a_bound) {
    Arena arena;
    Arena trees;
    Error error = {0};
    arena_init(&arena, 0);
    arena_init(&trees, 0);
    JsonDocument document = open(&trees, "{\"Name\":\"abc\",\"Parts\":[{},{},{},{}]}");
    CHECK(!schema_check_rules(&arena, &document, document.root, MEMBERS, RULES, 6, 2, &error));
    CHECK_EQ_SLICE(error.message, "2 validation errors detected: Value '[Part(partName=null, partType=null), "
                   "Part(partName=null, partType=null), Part(partName=null, partType=null), Part(partName=null, "
                   "partType=null)]' at 'parts' failed to satisfy constraint: Member must have length less than or "
                   "equal to 1; Value null at 'parts.1.member.partName' failed to satisfy constraint: Member must not "
                   "be null");
    arena_free(&arena);
    arena_free(&trees);
}

TEST(members_are_read_coerced) {
    Arena trees;
    int64_t number;
    Slice text;
    arena_init(&trees, 0);
    JsonDocument document = open(&trees, "{\"Count\":5e9,\"Big\":-1e30,\"Flag\":\"Y\",\"Name\":null,\"Part\":1.9}");
    CHECK(schema_integer(&document, document.root, "Count", MEMBER_INTEGER, &number));
    CHECK_EQ_INT(number, INT32_MAX);
    CHECK(schema_integer(&document, document.root, "Count", MEMBER_LONG, &number));
    CHECK_EQ_INT(number, 5000000000);
    CHECK(schema_integer(&document, document.root, "Big", MEMBER_LONG, &number));
    CHECK_EQ_INT(number, INT64_MIN);
    CHECK(schema_integer(&document, document.root, "Part", MEMBER_LONG, &number));
    CHECK_EQ_INT(number, 1);
    CHECK(schema_boolean(&document, document.root, "Flag", false));
    CHECK(schema_boolean(&document, document.root, "None", true));
    CHECK(!schema_string(&document, document.root, "Name", &text));
    arena_free(&trees);
}

static bool is_older(const char *json) {
    Arena arena;
    Arena trees;
    Error error = {0};
    arena_init(&arena, 0);
    arena_init(&trees, 0);
    JsonDocument document = open(&trees, json);
    CHECK(schema_check_types(&arena, &document, document.root, MEMBERS, &error));
    bool older = schema_uses_older_layer(&document, document.root, MEMBERS);
    arena_free(&arena);
    arena_free(&trees);
    return older;
}

TEST(coercion_leads_to_the_older_layer) {
    CHECK(!is_older("{\"Name\":\"a\",\"Count\":5,\"Flag\":true,\"Item\":{\"a\":{\"L\":[{\"BOOL\":true}]}}}"));
    CHECK(is_older("{\"Count\":5.0}"));
    CHECK(is_older("{\"Count\":2147483648}"));
    CHECK(is_older("{\"Flag\":\"true\"}"));
    CHECK(is_older("{\"Item\":{\"a\":{\"L\":[{\"BOOL\":\"true\"}]}}}"));
    CHECK(is_older("{\"Item\":{\"a\":{\"M\":{\"b\":{\"S\":\"x\",\"N\":\"1\"}}}}}"));
}

TEST(long_echoes_are_cut) {
    Arena arena;
    Arena trees;
    arena_init(&arena, 0);
    arena_init(&trees, 0);
    Buf json;
    Buf echo;
    buf_init(&json, &arena);
    buf_init(&echo, &arena);
    buf_cstr(&json, "[\"a\"");
    for (int i = 0; i < 100000; i++) buf_cstr(&json, ",\"abc\"");
    buf_u8(&json, ']');
    JsonDocument document;
    Error error = {0};
    CHECK(json_open(&document, &trees, buf_view(&json), &error));
    schema_echo(&echo, &document, document.root, NULL);
    CHECK(echo.len < 70000);
    echo.len = 0;
    schema_write_json(&echo, &document, document.root);
    CHECK_EQ_INT(echo.len, json.len);
    arena_free(&arena);
    arena_free(&trees);
}
