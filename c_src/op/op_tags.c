// TagResource, UntagResource, ListTagsOfResource.
#include "data/json_writer.h"
#include "msg/schema.h"
#include "op/op_table.h"
#include "op/table_change.h"
#include "op/table_describe.h"
#include "op/table_schema.h"
#include "op/table_settings.h"
#include "op/table_write.h"

static const Member TAG_MEMBERS[] = {
    {MEMBER("ResourceArn", STRING)}, {LIST("Tags", MEMBER_ROWS_TAG_ELEMENT)}, {.name = NULL}};
static const Member UNTAG_MEMBERS[] = {
    {MEMBER("ResourceArn", STRING)}, {LIST("TagKeys", MEMBER_ROWS_STRING_ELEMENT)}, {.name = NULL}};
static const Member LIST_MEMBERS[] = {
    {MEMBER("ResourceArn", STRING)}, {MEMBER("NextToken", STRING)}, {.name = NULL}};

// clang-format off
#define ARN_REQUIRED(g)                                                                                      \
    {.group = (g), .path = "ResourceArn", .kind = RULE_NOT_NULL, .flags = RULE_BARE,                         \
     .message = "Invalid TableArn"}
// clang-format on

static const Rule TAG_ROWS[] = {ARN_REQUIRED(1), TAG_RULES(2)};
static const Rule UNTAG_ROWS[] = {
    ARN_REQUIRED(1),
    NOT_NULL(2, "TagKeys.*"),
    LENGTH_MIN(2, "TagKeys.*", 1),
    LENGTH_MAX(2, "TagKeys.*", TAG_KEY_CHARS_MAX),
};
static const Rule LIST_ROWS[] = {ARN_REQUIRED(1)};

// --- The resource

static bool is_table_name(Slice name) {
    if (name.len < TABLE_NAME_CHARS_MIN || name.len > TABLE_NAME_CHARS_MAX) return false;
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.data[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_letter && !(c >= '0' && c <= '9') && c != '_' && c != '.' && c != '-') return false;
    }
    return true;
}

// The name of the table that ResourceArn means; empty with an error set when it is no table's ARN.
static Slice resource_table(Request *request) {
    Step *step = request->step;
    Slice arn;
    schema_string(&request->document, request->root, "ResourceArn", &arn);
    Slice name = table_name_from_arn(arn);
    if (is_table_name(name)) return name;
    error_validation(&step->error, step->arena, "Invalid TableArn: Invalid ResourceArn provided as input %S",
                     &arn);
    return (Slice){NULL, 0};
}

static bool check_resource(Request *request, const Member *members, const Rule *rules, size_t count) {
    return control_check(request, members, rules, count) && resource_table(request).len != 0;
}
#define CHECK_RESOURCE(request, members, rules)                                                              \
    check_resource((request), (members), (rules), sizeof(rules) / sizeof((rules)[0]))

// The answer may have to name the resource: the operations' own state.
static Slice resource_arn(Request *request) {
    Slice arn;
    Buf own;
    schema_string(&request->document, request->root, "ResourceArn", &arn);
    buf_init(&own, request->step->arena);
    buf_slice(&own, arn);
    return buf_view(&own);
}

static bool change_resource(Request *request, const Buf *change) {
    table_write_begin(request, resource_table(request), CONTROL_TABLE_UPDATE, buf_view(change), resource_arn(request));
    return true;
}

// Where there is no such table, the operations on tags word it in their own way.
static bool answer_resource(Request *request, Reader *state, bool lists, TableDescriptor *table) {
    Step *step = request->step;
    Slice arn = reader_slice(state);
    TableSize size;
    if (lists ? answer_descriptor(request, table) : answer_described(request, table, &size)) return true;
    if (step->error.kind != ERROR_RESOURCE_NOT_FOUND) return false;
    step->error = (Error){0};
    if (lists) {
        return error_set(&step->error, step->arena, ERROR_ACCESS_DENIED,
                         "User: arn:aws:iam::000000000000:root is not authorized to perform: "
                         "dynamodb:ListTagsOfResource on resource: %S",
                         &arn);
    }
    return error_set(&step->error, step->arena, ERROR_RESOURCE_NOT_FOUND,
                     "Requested resource not found: ResourcArn: %S not found", &arn);
}

// Observed: these answer with an empty body.
static bool resume_change(Request *request, Reader *state) {
    TableDescriptor table;
    if (table_write_sent(request, state)) return true;
    if (!answer_resource(request, state, false, &table)) return false;
    step_respond_http(request->step, 200, (Slice){NULL, 0});
    return true;
}

// --- TagResource

typedef struct TagList {
    Tag *tags;
    size_t count;
} TagList;

static bool parse_tag(Request *request) {
    Step *step = request->step;
    TagList *list = ARENA_NEW(step->arena, TagList);
    if (list == NULL) return error_out_of_memory(&step->error);
    request->data = list;
    if (!CHECK_RESOURCE(request, TAG_MEMBERS, TAG_ROWS)) return false;
    if (!draft_tags(request, &list->tags, &list->count)) return false;
    return list->count != 0 ||
           error_validation(&step->error, step->arena, "Atleast one Tag needs to be provided as Input.");
}

static bool route_tag(Request *request) {
    const TagList *list = request->data;
    Buf change;
    buf_init(&change, request->step->arena);
    table_tag_encode(&change, list->tags, list->count);
    return change_resource(request, &change);
}

const Operation OPERATION_TAG_RESOURCE = {SLICE_INIT("TagResource"), parse_tag, route_tag, resume_change};

// --- UntagResource

static bool parse_untag(Request *request) {
    Step *step = request->step;
    if (!CHECK_RESOURCE(request, UNTAG_MEMBERS, UNTAG_ROWS)) return false;
    Json keys = schema_member(&request->document, request->root, "TagKeys");
    if (keys.type == JSON_ARRAY && json_count(&request->document, keys) > 0) return true;
    return error_validation(&step->error, step->arena, "Atleast one Tag Key needs to be provided as Input.");
}

static bool route_untag(Request *request) {
    Step *step = request->step;
    Json list = schema_member(&request->document, request->root, "TagKeys");
    Slice *keys = ARENA_ARRAY(step->arena, Slice, json_count(&request->document, list));
    size_t count = 0;
    if (keys == NULL) return error_out_of_memory(&step->error);
    JsonIterator iterator = json_iterate(&request->document, list);
    Slice unused;
    Json element;
    while (json_next(&iterator, &unused, &element)) keys[count++] = json_string(&request->document, element);
    Buf change;
    buf_init(&change, step->arena);
    table_untag_encode(&change, keys, count);
    return change_resource(request, &change);
}

const Operation OPERATION_UNTAG_RESOURCE = {SLICE_INIT("UntagResource"), parse_untag, route_untag,
                                            resume_change};

// --- ListTagsOfResource: a table has at most 50, so there is never a second page

static bool parse_list(Request *request) {
    return CHECK_RESOURCE(request, LIST_MEMBERS, LIST_ROWS);
}

static bool route_list(Request *request) {
    call_table(request, resource_table(request), CALL_READ, CONTROL_TABLE_GET, (Slice){NULL, 0});
    step_set_state(request->step, resource_arn(request));
    return true;
}

static bool resume_list(Request *request, Reader *state) {
    TableDescriptor table;
    if (!answer_resource(request, state, true, &table)) return false;
    Buf body;
    buf_init(&body, request->step->arena);
    buf_cstr(&body, "{\"Tags\":[");
    for (size_t i = 0; i < table.tag_count; i++) {
        buf_cstr(&body, i > 0 ? ",{\"Key\":" : "{\"Key\":");
        json_write_string(&body, table.tags[i].key);
        buf_cstr(&body, ",\"Value\":");
        json_write_string(&body, table.tags[i].value);
        buf_u8(&body, '}');
    }
    buf_cstr(&body, "]}");
    return respond_json(request, &body);
}

const Operation OPERATION_LIST_TAGS_OF_RESOURCE = {SLICE_INIT("ListTagsOfResource"), parse_list, route_list,
                                                   resume_list};
