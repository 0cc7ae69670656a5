// Reading members, and collecting violations.
#include "msg/schema.h"

#include "msg/schema_internal.h"

Json schema_member(JsonDocument *document, Json object, const char *name) {
    if (object.type != JSON_OBJECT) return (Json){.type = JSON_ABSENT};
    return json_member(document, object, slice_of_cstr(name));
}

bool schema_string(JsonDocument *document, Json object, const char *name, Slice *out) {
    *out = (Slice){NULL, 0};
    Json value = schema_member(document, object, name);
    if (value.type != JSON_STRING) return false;
    *out = json_string(document, value);
    return true;
}

bool schema_boolean(JsonDocument *document, Json object, const char *name, bool if_absent) {
    Json value = schema_member(document, object, name);
    if (value.type == JSON_STRING) return schema_truth(json_string(document, value)) == SCHEMA_TRUE;
    return value.type == JSON_ABSENT ? if_absent : value.type == JSON_TRUE;
}

int64_t schema_saturate(double number, MemberType type) {
    double min = type == MEMBER_INTEGER ? (double)INT32_MIN : -9223372036854775808.0;
    double max = type == MEMBER_INTEGER ? (double)INT32_MAX : 9223372036854775807.0;
    if (number >= max) return type == MEMBER_INTEGER ? INT32_MAX : INT64_MAX;
    if (number <= min) return type == MEMBER_INTEGER ? INT32_MIN : INT64_MIN;
    return (int64_t)number;
}

bool schema_integer(JsonDocument *document, Json object, const char *name, MemberType type, int64_t *out) {
    *out = 0;
    Json value = schema_member(document, object, name);
    if (value.type != JSON_NUMBER) return false;
    bool is_decimal;
    *out = schema_saturate(json_number(document, value, &is_decimal), type);
    return true;
}

int schema_choice(JsonDocument *document, Json object, const char *name, const char *const *names) {
    Slice text;
    if (!schema_string(document, object, name, &text)) return -1;
    for (int i = 0; names[i] != NULL; i++) {
        if (slice_equal(text, slice_of_cstr(names[i]))) return i;
    }
    return -1;
}

void violations_init(Violations *violations, Arena *arena) {
    buf_init(&violations->text, arena);
    violations->count = 0;
}

bool violations_report(const Violations *violations, Error *error) {
    if (violations->count == 0) return true;
    if (violations->text.failed) return error_out_of_memory(error);
    Slice text = buf_view(&violations->text);
    return error_validation(error, violations->text.arena, "%z validation error%s detected: %S", violations->count,
                            violations->count == 1 ? "" : "s", &text);
}
