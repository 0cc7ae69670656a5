// The JSON inside AttributeValues, before its meaning: types, base64, and what decides between DynamoDB's two
// validation layers. The recursion ends at VALUE_NESTING_DECODE_MAX levels: deeper values are refused for their nesting
// whatever they hold.
#include "base/base64.h"
#include "base/limits.h"
#include "data/json_internal.h"
#include "data/value.h"
#include "data/value_internal.h"

ValueType value_type_of_member(Slice name) {
    static const struct {
        char text[4];
        ValueType type;
    } LONG_NAMES[] = {{"SS", VALUE_SS}, {"NS", VALUE_NS}, {"BS", VALUE_BS}, {"BOOL", VALUE_BOOL}, {"NULL", VALUE_NULL}};
    if (name.len == 1) {
        switch (name.data[0]) {
        case 'S': return VALUE_S;
        case 'N': return VALUE_N;
        case 'B': return VALUE_B;
        case 'M': return VALUE_M;
        case 'L': return VALUE_L;
        default: return VALUE_NONE;
        }
    }
    for (size_t i = 0; i < sizeof LONG_NAMES / sizeof LONG_NAMES[0]; i++) {
        size_t len = i < 3 ? 2 : 4;
        if (name.len == len && memcmp(name.data, LONG_NAMES[i].text, len) == 0) return LONG_NAMES[i].type;
    }
    return VALUE_NONE;
}

static uint8_t lower(uint8_t byte) {
    return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte | 0x20) : byte;
}

static bool equals_in_any_case(Slice text, const char *word) {
    for (size_t i = 0; i < text.len; i++) {
        if (word[i] == '\0' || lower(text.data[i]) != (uint8_t)word[i]) return false;
    }
    return word[text.len] == '\0';
}

bool value_read_boolean(JsonDocument *document, Json json, bool *value) {
    static const char *const WORDS[] = {"true", "t", "yes", "y", "1", "false", "f", "no", "n", "0"};
    *value = json.type == JSON_TRUE;
    if (json.type == JSON_TRUE || json.type == JSON_FALSE) return true;
    if (json.type != JSON_STRING) return false;
    Slice text = json_string(document, json);
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        *value = i < 5;
        if (equals_in_any_case(text, WORDS[i])) return true;
    }
    return false;
}

// --- Types

typedef struct Check {
    JsonDocument *document;
    Error *error;
} Check;

static bool refuse(const Check *check, const char *message) {
    return error_set(check->error, check->document->arena, ERROR_SERIALIZATION, "%s", message);
}

// "NUMBER_VALUE cannot be converted to String": what a scalar is called when it is of the wrong kind. Lists come
// without any text.
static bool refuse_scalar(const Check *check, Json json, const char *wanted) {
    const char *found = "STRING_VALUE";
    bool is_decimal;
    switch (json.type) {
    case JSON_ARRAY: return refuse(check, "");
    case JSON_OBJECT: return refuse(check, "Start of structure or map found where not expected");
    case JSON_TRUE: found = "TRUE_VALUE"; break;
    case JSON_FALSE: found = "FALSE_VALUE"; break;
    case JSON_NUMBER:
        json_number(check->document, json, &is_decimal);
        found = is_decimal ? "DECIMAL_VALUE" : "NUMBER_VALUE";
        break;
    default: break;
    }
    return error_set(check->error, check->document->arena, ERROR_SERIALIZATION, "%s cannot be converted to %s", found,
                     wanted);
}

static bool check_string(const Check *check, Json json) {
    return json.type == JSON_STRING || refuse_scalar(check, json, "String");
}

static bool check_boolean(const Check *check, Json json) {
    bool value;
    if (json.type == JSON_STRING) check->document->has_lenient_booleans = true;
    if (value_read_boolean(check->document, json, &value)) return true;
    if (json.type == JSON_STRING) return refuse(check, "Unexpected token received from parser");
    return refuse_scalar(check, json, "Boolean");
}

// Decodes piece by piece, so that a large text does not take its size again.
static bool is_base64(Arena *arena, Slice text) {
    enum { PIECE_BYTES = 4096 };
    Buf decoded;
    buf_init(&decoded, arena);
    for (size_t at = 0; at < text.len; at += PIECE_BYTES) {
        bool is_last = text.len - at <= PIECE_BYTES;
        Slice piece = slice_sub(text, at, is_last ? text.len : at + PIECE_BYTES);
        if (!is_last && piece.data[PIECE_BYTES - 1] == '=') return false;
        if (!base64_decode(&decoded, piece)) return false;
        decoded.len = 0;
    }
    return true;
}

static bool refuse_base64(const Check *check, Slice text) {
    Arena *arena = check->document->arena;
    if (text.len % 4 != 0) {
        return error_set(check->error, arena, ERROR_SERIALIZATION,
                         "Base64 encoded length is expected a multiple of 4 bytes but found: %z", text.len);
    }
    // Padding that ends too early is the wrong character unless there is another one.
    uint8_t found = '=';
    for (size_t at = 0; at < text.len && found == '='; at++) {
        uint8_t group[4] = {text.data[at], 'A', 'A', 'A'};
        if (!is_base64(arena, slice_of(group, sizeof group))) found = text.data[at];
    }
    return error_set(check->error, arena, ERROR_SERIALIZATION, "Invalid Base64 character: '%c'", found);
}

static bool check_binary(const Check *check, Json json) {
    switch (json.type) {
    case JSON_STRING: break;
    case JSON_ARRAY:
    case JSON_OBJECT: return refuse_scalar(check, json, "");
    default: return refuse(check, "only base-64-encoded strings are convertible to bytes");
    }
    Arena *arena = check->document->arena;
    ArenaMark mark = arena_mark(arena);
    Slice text = json_string(check->document, json);
    if (!is_base64(arena, text)) return refuse_base64(check, text);
    arena_rewind(arena, mark);
    return true;
}

static bool check_value(const Check *check, Json json, unsigned levels_left);

static bool check_element(const Check *check, Json json, ValueType container, unsigned levels_left) {
    if (container == VALUE_L || container == VALUE_M) return check_value(check, json, levels_left);
    if (json.type == JSON_NULL) return true; // refused later, as a set's member
    return container == VALUE_BS ? check_binary(check, json) : check_string(check, json);
}

static bool check_contents(const Check *check, Json json, ValueType type, unsigned levels_left) {
    bool is_map = type == VALUE_M;
    switch (json.type) {
    case JSON_ARRAY:
        if (!is_map) break;
        return refuse(check, "Unrecognized collection type java.util.Map<java.lang.String, "
                             "com.amazonaws.dynamodb.v20120810.AttributeValue>");
    case JSON_OBJECT:
        if (is_map) break;
        return refuse(check, "Start of structure or map found where not expected");
    default: return refuse(check, "Unexpected field type");
    }
    if (levels_left == 0) return true;
    JsonIterator iterator = json_iterate(check->document, json);
    for (;;) {
        ArenaMark mark = arena_mark(check->document->arena);
        Slice name;
        Json element;
        if (!json_next(&iterator, &name, &element)) return true;
        if (!check_element(check, element, type, levels_left - 1)) return false;
        arena_rewind(check->document->arena, mark);
    }
}

static bool check_member(const Check *check, ValueType type, Json json, unsigned levels_left) {
    if (json.type == JSON_NULL) return true; // as if it were not there
    switch (type) {
    case VALUE_NONE: return true;
    case VALUE_S:
    case VALUE_N: return check_string(check, json);
    case VALUE_B: return check_binary(check, json);
    case VALUE_BOOL:
    case VALUE_NULL: return check_boolean(check, json);
    default: return check_contents(check, json, type, levels_left);
    }
}

static bool check_members(const Check *check, Json object, unsigned levels_left) {
    JsonIterator iterator = json_iterate(check->document, object);
    ArenaMark mark = arena_mark(check->document->arena);
    ValueType found = VALUE_NONE;
    Slice name;
    Json member;
    while (json_next(&iterator, &name, &member)) {
        ValueType type = value_type_of_member(name);
        if (!check_member(check, type, member, levels_left)) return false;
        if (type != VALUE_NONE && member.type != JSON_NULL) {
            if (found != VALUE_NONE && found != type) check->document->has_two_typed_values = true;
            found = type;
        }
        arena_rewind(check->document->arena, mark);
    }
    return true;
}

static bool check_value(const Check *check, Json json, unsigned levels_left) {
    Slice name;
    Json member;
    if (json_only_member(check->document, json, &name, &member)) {
        return check_member(check, value_type_of_member(name), member, levels_left);
    }
    switch (json.type) {
    case JSON_NULL:
    case JSON_ABSENT: return true;
    case JSON_OBJECT: return check_members(check, json, levels_left);
    case JSON_ARRAY:
        return refuse(check, "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue");
    default: return refuse(check, "Unexpected value type in payload");
    }
}

bool value_check_json(JsonDocument *document, Json value, Error *error) {
    Check check = {document, error};
    ArenaMark mark = arena_mark(document->arena);
    if (!check_value(&check, value, VALUE_NESTING_DECODE_MAX)) return false; // the message lives in the arena
    if (document->arena->failed) return error_out_of_memory(error);
    arena_rewind(document->arena, mark);
    return true;
}

// --- Layers

typedef bool Predicate(JsonDocument *document, Json value);

// Whether the predicate holds for the value or one inside it.
static bool holds_within(JsonDocument *document, Json value, Predicate *predicate, unsigned levels_left) {
    if (value.type != JSON_OBJECT || levels_left == 0) return false;
    ArenaMark mark = arena_mark(document->arena);
    bool holds = predicate(document, value);
    JsonIterator members = json_iterate(document, value);
    Slice name;
    Json member;
    ArenaMark member_mark = arena_mark(document->arena);
    for (; !holds && json_next(&members, &name, &member); arena_rewind(document->arena, member_mark)) {
        ValueType type = value_type_of_member(name);
        if (type != VALUE_L && type != VALUE_M) continue;
        JsonIterator elements = json_iterate(document, member);
        Json element;
        while (!holds) {
            ArenaMark element_mark = arena_mark(document->arena);
            if (!json_next(&elements, &name, &element)) break;
            holds = holds_within(document, element, predicate, levels_left - 1);
            arena_rewind(document->arena, element_mark);
        }
    }
    arena_rewind(document->arena, mark);
    return holds;
}

static bool has_string_for_boolean(JsonDocument *document, Json value) {
    JsonIterator iterator = json_iterate(document, value);
    ArenaMark mark = arena_mark(document->arena);
    Slice name;
    Json member;
    for (; json_next(&iterator, &name, &member); arena_rewind(document->arena, mark)) {
        ValueType type = value_type_of_member(name);
        if ((type == VALUE_BOOL || type == VALUE_NULL) && member.type == JSON_STRING) return true;
    }
    return false;
}

static bool has_two_types(JsonDocument *document, Json value) {
    JsonIterator iterator = json_iterate(document, value);
    ArenaMark mark = arena_mark(document->arena);
    Slice name;
    Json member;
    ValueType found = VALUE_NONE;
    for (; json_next(&iterator, &name, &member); arena_rewind(document->arena, mark)) {
        ValueType type = value_type_of_member(name);
        if (type == VALUE_NONE || member.type == JSON_NULL) continue;
        if (found != VALUE_NONE && found != type) return true;
        found = type;
    }
    return false;
}

// Nearly every document has neither, which value_check_json has noted; in the others the value is looked through.
bool value_uses_lenient_boolean(JsonDocument *document, Json value) {
    return document->has_lenient_booleans &&
           holds_within(document, value, has_string_for_boolean, VALUE_NESTING_DECODE_MAX + 1);
}

bool value_has_two_members(JsonDocument *document, Json value) {
    return document->has_two_typed_values &&
           holds_within(document, value, has_two_types, VALUE_NESTING_DECODE_MAX + 1);
}
