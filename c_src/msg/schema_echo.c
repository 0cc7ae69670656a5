// Values as AWS shows them inside messages: Java's toString of its request classes, or JSON.
#include "data/json_writer.h"
#include "msg/schema.h"
#include "msg/schema_internal.h"
#include "msg/schema_requests_internal.h"

// Longer echoes are cut: a 16 MB request must not become a larger message. The cut echo of AWS is not known.
#define ECHO_BYTES_MAX 65536u
#define ECHO_NESTING_MAX 48u

typedef struct Echo {
    Buf *out;
    JsonDocument *document;
    size_t end; // no more is appended once `out` is this long
} Echo;

static bool is_full(const Echo *echo) {
    return echo->out->failed || echo->out->len >= echo->end;
}

static void append_lower_first(Buf *out, const char *name) {
    buf_u8(out, (uint8_t)(name[0] >= 'A' && name[0] <= 'Z' ? name[0] + 32 : name[0]));
    buf_cstr(out, name + 1);
}

// AttributeValue's members, in the order of AWS's class.
static const Member VALUE_MEMBERS[] = {
    {MEMBER("S", STRING)},        {MEMBER("N", STRING)},        {MEMBER("B", STRING)},
    {LIST("SS", STRING_ELEMENT)}, {LIST("NS", STRING_ELEMENT)}, {LIST("BS", STRING_ELEMENT)},
    {MAP("M", VALUE_ELEMENT)}, {LIST("L", VALUE_ELEMENT)}, {MEMBER("NULL", BOOLEAN)},
    {MEMBER("BOOL", BOOLEAN)},    {.name = NULL},
};

static void echo_any(Echo *echo, Json value, const Member *member, unsigned depth);

static void echo_structure(Echo *echo, Json value, const char *class_name, const Member *rows, unsigned depth) {
    buf_cstr(echo->out, class_name);
    buf_u8(echo->out, '(');
    for (const Member *row = rows; row->name != NULL && !is_full(echo); row++) {
        if (row != rows) buf_cstr(echo->out, ", ");
        append_lower_first(echo->out, row->name);
        buf_u8(echo->out, '=');
        echo_any(echo, schema_member(echo->document, value, row->name), row, depth - 1);
    }
    buf_u8(echo->out, ')');
}

static void echo_elements(Echo *echo, Json value, const Member *member, unsigned depth) {
    bool is_map = value.type == JSON_OBJECT;
    buf_u8(echo->out, is_map ? '{' : '[');
    JsonIterator iterator = json_iterate(echo->document, value);
    Slice name;
    Json element;
    for (bool first = true; !is_full(echo) && json_next(&iterator, &name, &element); first = false) {
        if (!first) buf_cstr(echo->out, ", ");
        if (is_map) {
            buf_bytes(echo->out, name);
            buf_u8(echo->out, '=');
        }
        echo_any(echo, element, member == NULL ? NULL : member->inside, depth - 1);
    }
    buf_u8(echo->out, is_map ? '}' : ']');
}

static void echo_number(Echo *echo, Json value, const Member *member) {
    bool is_decimal;
    double number = json_number(echo->document, value, &is_decimal);
    buf_decimal_i64(echo->out, schema_saturate(number, member == NULL ? MEMBER_LONG : member->type));
}

static void echo_any(Echo *echo, Json value, const Member *member, unsigned depth) {
    if (depth == 0 || is_full(echo)) return;
    switch (value.type) {
    case JSON_ABSENT:
    case JSON_NULL:
        buf_cstr(echo->out, "null");
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        buf_cstr(echo->out, value.type == JSON_TRUE ? "true" : "false");
        break;
    case JSON_NUMBER:
        echo_number(echo, value, member);
        break;
    case JSON_STRING:
        buf_bytes(echo->out, json_string(echo->document, value));
        break;
    case JSON_ARRAY:
        echo_elements(echo, value, member, depth);
        break;
    case JSON_OBJECT:
        if (member != NULL && member->type == MEMBER_VALUE) {
            echo_structure(echo, value, "AttributeValue", VALUE_MEMBERS, depth);
        } else if (member != NULL && member->type == MEMBER_STRUCTURE) {
            echo_structure(echo, value, member->java_class, member->inside, depth);
        } else {
            echo_elements(echo, value, member, depth);
        }
        break;
    }
}

void schema_echo(Buf *out, JsonDocument *document, Json value, const Member *member) {
    Echo echo = {out, document, out->len + ECHO_BYTES_MAX};
    echo_any(&echo, value, member, ECHO_NESTING_MAX);
}

static void echo_json(Echo *echo, Json value, unsigned depth) {
    if (depth == 0 || is_full(echo)) return;
    bool is_decimal;
    switch (value.type) {
    case JSON_ABSENT:
    case JSON_NULL:
        buf_cstr(echo->out, "null");
        return;
    case JSON_TRUE:
    case JSON_FALSE:
        buf_cstr(echo->out, value.type == JSON_TRUE ? "true" : "false");
        return;
    case JSON_NUMBER:
        json_write_double(echo->out, json_number(echo->document, value, &is_decimal));
        return;
    case JSON_STRING:
        json_write_string(echo->out, json_string(echo->document, value));
        return;
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    }
    bool is_map = value.type == JSON_OBJECT;
    buf_u8(echo->out, is_map ? '{' : '[');
    JsonIterator iterator = json_iterate(echo->document, value);
    Slice name;
    Json element;
    for (bool first = true; !is_full(echo) && json_next(&iterator, &name, &element); first = false) {
        if (!first) buf_u8(echo->out, ',');
        if (is_map) {
            json_write_string(echo->out, name);
            buf_u8(echo->out, ':');
        }
        echo_json(echo, element, depth - 1);
    }
    buf_u8(echo->out, is_map ? '}' : ']');
}

void schema_echo_json(Buf *out, JsonDocument *document, Json value) {
    Echo echo = {out, document, out->len + ECHO_BYTES_MAX};
    echo_json(&echo, value, ECHO_NESTING_MAX);
}

void schema_write_json(Buf *out, JsonDocument *document, Json value) {
    Echo echo = {out, document, SIZE_MAX};
    echo_json(&echo, value, ECHO_NESTING_MAX);
}
