// Stage 1: JSON types of a whole request against its table of members.
#include "msg/schema.h"
#include "msg/schema_internal.h"

#define JAVA_PACKAGE "com.amazonaws.dynamodb.v20120810."
// What AWS answers where a list of lists or of maps holds something else.
#define CAST_FAILURE                                                                                          \
    "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class "             \
    "java.lang.Class (sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and java.lang.Class are "  \
    "in module java.base of loader 'bootstrap')"

typedef struct TypeCheck {
    Arena *arena;
    JsonDocument *document;
    Error *error;
} TypeCheck;

static bool fail(TypeCheck *check, const char *message) {
    return error_set(check->error, check->arena, ERROR_SERIALIZATION, "%s", message);
}

const Member *schema_find(const Member *members, Slice name) {
    for (; members->name != NULL; members++) {
        if (slice_equal(slice_of_cstr(members->name), name)) return members;
    }
    return NULL;
}

SchemaTruth schema_truth(Slice text) {
    static const struct {
        const char *text;
        SchemaTruth truth;
    } SPELLINGS[] = {
        {"true", SCHEMA_TRUE},  {"t", SCHEMA_TRUE},  {"yes", SCHEMA_TRUE}, {"y", SCHEMA_TRUE}, {"1", SCHEMA_TRUE},
        {"false", SCHEMA_FALSE}, {"f", SCHEMA_FALSE}, {"no", SCHEMA_FALSE}, {"n", SCHEMA_FALSE}, {"0", SCHEMA_FALSE},
    };
    char lower[5];
    if (text.len == 0 || text.len > sizeof lower) return SCHEMA_NEITHER;
    for (size_t i = 0; i < text.len; i++) {
        lower[i] = (char)(text.data[i] >= 'A' && text.data[i] <= 'Z' ? text.data[i] + 32 : text.data[i]);
    }
    for (size_t i = 0; i < sizeof SPELLINGS / sizeof SPELLINGS[0]; i++) {
        if (slice_equal(slice_of(lower, text.len), slice_of_cstr(SPELLINGS[i].text))) return SPELLINGS[i].truth;
    }
    return SCHEMA_NEITHER;
}

static const char *scalar_class(MemberType type) {
    switch (type) {
    case MEMBER_STRING: return "String";
    case MEMBER_BOOLEAN: return "Boolean";
    case MEMBER_INTEGER: return "Integer";
    case MEMBER_LONG: return "Long";
    default: return "Date";
    }
}

static bool check_scalar(TypeCheck *check, Json value, MemberType type) {
    const char *token = NULL;
    bool is_decimal = false;
    switch (value.type) {
    case JSON_STRING:
        if (type == MEMBER_STRING) return true;
        if (type == MEMBER_BOOLEAN) {
            if (schema_truth(json_string(check->document, value)) != SCHEMA_NEITHER) return true;
            return fail(check, "Unexpected token received from parser");
        }
        token = "STRING_VALUE";
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        if (type == MEMBER_BOOLEAN) return true;
        token = value.type == JSON_TRUE ? "TRUE_VALUE" : "FALSE_VALUE";
        break;
    case JSON_NUMBER:
        if (type == MEMBER_INTEGER || type == MEMBER_LONG || type == MEMBER_TIMESTAMP) return true;
        json_number(check->document, value, &is_decimal);
        token = is_decimal ? "DECIMAL_VALUE" : "NUMBER_VALUE";
        break;
    case JSON_ARRAY:
        // Observed: a list where a boolean stands gives no message at all.
        if (type == MEMBER_BOOLEAN) return fail(check, "");
        return error_set(check->error, check->arena, ERROR_SERIALIZATION,
                         "Unrecognized collection type class java.lang.%s", scalar_class(type));
    default:
        return fail(check, "Start of structure or map found where not expected");
    }
    return error_set(check->error, check->arena, ERROR_SERIALIZATION, "%s cannot be converted to %s", token,
                     scalar_class(type));
}

static void append_java_type(Buf *out, const Member *member) {
    switch (member->type) {
    case MEMBER_VALUE:
        buf_cstr(out, JAVA_PACKAGE "AttributeValue");
        break;
    case MEMBER_STRUCTURE:
        buf_cstr(out, JAVA_PACKAGE);
        buf_cstr(out, member->java_class);
        break;
    case MEMBER_LIST: // lists and maps of these stand in requests only with structures and values inside
        buf_cstr(out, "java.util.List<");
        buf_cstr(out, JAVA_PACKAGE);
        buf_cstr(out, member->inside->type == MEMBER_STRUCTURE ? member->inside->java_class : "AttributeValue");
        buf_cstr(out, ">");
        break;
    default:
        buf_cstr(out, "java.lang.");
        buf_cstr(out, scalar_class(member->type));
    }
}

// A container member that got something else. is_element: it stands in a list or map, not in a structure.
static bool fail_container(TypeCheck *check, Json value, const Member *member, bool is_element) {
    if (is_element && (member->type == MEMBER_LIST || member->type == MEMBER_MAP)) return fail(check, CAST_FAILURE);
    if (value.type == JSON_OBJECT) return fail(check, "Start of structure or map found where not expected");
    if (value.type != JSON_ARRAY) {
        return fail(check, is_element ? "Unexpected value type in payload" : "Unexpected field type");
    }
    Buf java_type;
    buf_init(&java_type, check->arena);
    if (member->type == MEMBER_MAP) {
        buf_cstr(&java_type, "java.util.Map<java.lang.String, ");
        append_java_type(&java_type, member->inside);
        buf_cstr(&java_type, ">");
    } else {
        buf_cstr(&java_type, "class ");
        append_java_type(&java_type, member);
    }
    if (java_type.failed) return error_out_of_memory(check->error);
    Slice text = buf_view(&java_type);
    return error_set(check->error, check->arena, ERROR_SERIALIZATION, "Unrecognized collection type %S", &text);
}

static bool check_value(TypeCheck *check, Json value, const Member *member, bool is_element);

// Recursion is bounded by the tables, which are not recursive.
static bool check_contents(TypeCheck *check, Json container, const Member *member) {
    Arena *trees = check->document->arena;
    JsonIterator iterator = json_iterate(check->document, container);
    ArenaMark mark = arena_mark(trees);
    Slice name;
    Json value;
    while (json_next(&iterator, &name, &value)) {
        const Member *inside = member->inside;
        if (member->type == MEMBER_STRUCTURE) inside = schema_find(member->inside, name);
        if (inside != NULL && value.type != JSON_NULL) {
            if (!check_value(check, value, inside, member->type != MEMBER_STRUCTURE)) return false;
        }
        arena_rewind(trees, mark);
    }
    if (check->document->arena->failed) return error_out_of_memory(check->error);
    return true;
}

static bool check_value(TypeCheck *check, Json value, const Member *member, bool is_element) {
    switch (member->type) {
    case MEMBER_VALUE:
        if (value.type != JSON_OBJECT) return fail_container(check, value, member, is_element);
        return value_check_json(check->document, value, check->error);
    case MEMBER_STRUCTURE:
    case MEMBER_MAP:
        if (value.type != JSON_OBJECT) return fail_container(check, value, member, is_element);
        return check_contents(check, value, member);
    case MEMBER_LIST:
        if (value.type != JSON_ARRAY) return fail_container(check, value, member, is_element);
        return check_contents(check, value, member);
    default:
        return check_scalar(check, value, member->type);
    }
}

bool schema_check_types(Arena *arena, JsonDocument *document, Json root, const Member *members, Error *error) {
    TypeCheck check = {arena, document, error};
    const Member request = {STRUCTURE("", "", members)};
    return check_contents(&check, root, &request);
}

// --- Signs of the older layer

static bool is_lenient(JsonDocument *document, Json value, const Member *member);

static bool contents_are_lenient(JsonDocument *document, Json container, const Member *member) {
    JsonIterator iterator = json_iterate(document, container);
    ArenaMark mark = arena_mark(document->arena);
    Slice name;
    Json value;
    while (json_next(&iterator, &name, &value)) {
        const Member *inside = member->inside;
        if (member->type == MEMBER_STRUCTURE) inside = schema_find(member->inside, name);
        if (inside != NULL && is_lenient(document, value, inside)) return true;
        arena_rewind(document->arena, mark);
    }
    return false;
}

static bool is_lenient(JsonDocument *document, Json value, const Member *member) {
    bool is_decimal = false;
    switch (member->type) {
    case MEMBER_BOOLEAN:
        return value.type == JSON_STRING;
    case MEMBER_INTEGER: {
        if (value.type != JSON_NUMBER) return false;
        double number = json_number(document, value, &is_decimal);
        return is_decimal || number > INT32_MAX || number < INT32_MIN;
    }
    case MEMBER_VALUE:
        if (value.type != JSON_OBJECT) return false;
        return value_uses_lenient_boolean(document, value) || value_has_two_members(document, value);
    case MEMBER_STRUCTURE:
    case MEMBER_MAP:
        return value.type == JSON_OBJECT && contents_are_lenient(document, value, member);
    case MEMBER_LIST:
        return value.type == JSON_ARRAY && contents_are_lenient(document, value, member);
    default:
        return false;
    }
}

bool schema_uses_older_layer(JsonDocument *document, Json root, const Member *members) {
    const Member request = {STRUCTURE("", "", members)};
    return contents_are_lenient(document, root, &request);
}
