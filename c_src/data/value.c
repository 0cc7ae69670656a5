#include "data/value.h"

#include "data/append_internal.h"
#include "data/item_codec_internal.h"
#include "data/json_internal.h"
#include "data/value_internal.h"

typedef struct ValueReader {
    JsonDocument *document;
    const ValueRules *rules;
    Buf *out;
    size_t start; // where in `out` the whole value or item began
    Error *error;
} ValueReader;

static bool read_value(ValueReader *reader, Json value, unsigned level);

static bool refuse_large(ValueReader *reader) {
    return error_validation(reader->error, reader->out->arena, VALUE_TOO_LARGE);
}

// --- Nesting

// Whether the container holds `levels` levels of containers, itself included.
static bool nests_at_least(JsonDocument *document, Json container, unsigned levels) {
    if (levels <= 1) return true;
    bool does = false;
    JsonIterator elements = json_iterate(document, container);
    ArenaMark mark = arena_mark(document->arena);
    Slice name;
    Json element;
    for (; !does && json_next(&elements, &name, &element); arena_rewind(document->arena, mark)) {
        if (element.type != JSON_OBJECT) continue;
        JsonIterator members = json_iterate(document, element);
        Json member;
        while (!does && json_next(&members, &name, &member)) {
            ValueType type = value_type_of_member(name);
            if (type == VALUE_L || type == VALUE_M) does = nests_at_least(document, member, levels - 1);
        }
    }
    return does;
}

// From 63 levels AWS answers outside the envelope.
static bool refuse_nesting(ValueReader *reader, Json container, unsigned level) {
    enum { BARE_FROM_LEVELS = 63 };
    error_enveloped(reader->error, reader->out->arena,
                    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond "
                    "supported limit");
    unsigned missing = level < BARE_FROM_LEVELS ? BARE_FROM_LEVELS - level + 1 : 1;
    if (nests_at_least(reader->document, container, missing)) reader->error->in_envelope = false;
    return false;
}

// --- Lists and maps

static bool read_list(ValueReader *reader, Json list, unsigned level) {
    Buf *out = reader->out;
    Arena *arena = reader->document->arena;
    size_t start = container_open(out, VALUE_L);
    size_t count = 0;
    JsonIterator iterator = json_iterate(reader->document, list);
    ArenaMark mark = arena_mark(arena);
    Slice name;
    Json element;
    for (; json_next(&iterator, &name, &element); count++) {
        if (!read_value(reader, element, level)) return false;
        if (count == VALUE_MEMBERS_MAX) return refuse_large(reader);
        arena_rewind(arena, mark);
    }
    container_close(out, start, count);
    return true;
}

// Appends the attributes of a map or an item; stores how many are left when repeated names have gone.
static bool read_attributes(ValueReader *reader, Json map, unsigned level, size_t *count) {
    Buf *out = reader->out;
    Arena *arena = reader->document->arena;
    size_t start = out->len;
    size_t previous_at = start;
    bool is_ascending = true;
    *count = 0;
    JsonIterator iterator = json_iterate(reader->document, map);
    ArenaMark mark = arena_mark(arena);
    Slice name;
    Json value;
    for (; json_next(&iterator, &name, &value); ++*count) {
        size_t attribute_at = out->len;
        if (name.len == 0) return error_enveloped(reader->error, out->arena, "Empty attribute name");
        if (name.len > VALUE_ENCODED_BYTES_MAX || *count == VALUE_MEMBERS_MAX) return refuse_large(reader);
        if (*count > 0 && is_ascending && !out->failed) {
            Reader previous = reader_of(slice_of(out->data + previous_at, out->len - previous_at));
            is_ascending = slice_compare(codec_slice(&previous), name) < 0;
        }
        append_slice(out, name);
        if (!read_value(reader, value, level)) return false;
        previous_at = attribute_at;
        arena_rewind(arena, mark);
    }
#ifdef SHVM_CANARY_VALUE // a bug for the fuzzer to find
    is_ascending = true;
#endif
    if (!is_ascending) *count = attributes_sort_written(out, start, *count);
    return true;
}

static bool read_map(ValueReader *reader, Json map, unsigned level) {
    size_t start = container_open(reader->out, VALUE_M);
    size_t count;
    if (!read_attributes(reader, map, level, &count)) return false;
    container_close(reader->out, start, count);
    return true;
}

// --- Values

static bool read_null(ValueReader *reader, Json json) {
    bool is_true;
    value_read_boolean(reader->document, json, &is_true);
    if (!is_true) {
        return error_enveloped(reader->error, reader->out->arena,
                               INVALID_PARAMETER "Null attribute value types must have the value of true");
    }
    value_append_null(reader->out);
    return true;
}

static bool read_text(ValueReader *reader, Json json, ValueType type) {
    Slice text = json_string(reader->document, json);
    if (text.len > VALUE_ENCODED_BYTES_MAX) return refuse_large(reader);
    append_u8(reader->out, (uint8_t)type);
    if (type == VALUE_N) return value_append_number(text, reader->rules, reader->out, reader->error);
    if (type == VALUE_B) value_append_base64(text, reader->out);
    else append_slice(reader->out, text);
    return true;
}

// level: how many maps and lists the value lies in.
static bool read_typed(ValueReader *reader, ValueType type, Json json, unsigned level) {
    bool is_true;
    switch (type) {
    case VALUE_S:
    case VALUE_N:
    case VALUE_B: return read_text(reader, json, type);
    case VALUE_SS:
    case VALUE_NS:
    case VALUE_BS:
        return value_append_members(reader->document, json, type, reader->rules, reader->out, reader->error);
    case VALUE_NULL: return read_null(reader, json);
    case VALUE_BOOL:
        value_read_boolean(reader->document, json, &is_true);
        value_append_bool(reader->out, is_true);
        return true;
    default: break;
    }
    if (level == reader->rules->nesting_max) return refuse_nesting(reader, json, level + 1);
    return type == VALUE_L ? read_list(reader, json, level + 1) : read_map(reader, json, level + 1);
}

static Json typed_member(ValueReader *reader, Json value, ValueType type) {
    return json_member(reader->document, value, slice_of_cstr(value_type_name(type)));
}

// A value with several types has the errors of each of them first, in this order, and is then refused as such.
static bool refuse_two_types(ValueReader *reader, Json value, unsigned types, unsigned level) {
    static const ValueType BY_CHECK[] = {VALUE_SS, VALUE_NS, VALUE_BS, VALUE_N,   VALUE_NS,
                                         VALUE_NULL, VALUE_M,  VALUE_L};
    enum { EMPTY_SETS = 3, NUMBER_SET = 4 };
    Buf *out = reader->out;
    for (size_t i = 0; i < sizeof BY_CHECK / sizeof BY_CHECK[0]; i++) {
        ValueType type = BY_CHECK[i];
        if ((types >> type & 1) == 0) continue;
        Json json = typed_member(reader, value, type);
        bool is_fine = true;
        if (i < EMPTY_SETS) {
            if (json_count(reader->document, json) == 0) is_fine = value_refuse_empty_set(type, out, reader->error);
        } else {
            is_fine = read_typed(reader, type, json, level);
        }
        if (!is_fine) return false;
    }
    return error_validation(reader->error, out->arena, "Supplied AttributeValue has more than one datatypes set, must "
                                                       "contain exactly one of the supported datatypes");
}

// Any AttributeValue: members may be repeated, null or unknown.
static bool read_members(ValueReader *reader, Json value, unsigned level) {
    unsigned types = 0; // a bit for each that is there and not null
    size_t named = 0;
    ValueType type = VALUE_NONE;
    Json typed = {JSON_ABSENT, {NULL, 0}, NULL};
    Slice name;
    Json member;
    JsonIterator iterator = json_iterate(reader->document, value);
    for (;;) {
        ArenaMark mark = arena_mark(reader->document->arena);
        if (!json_next(&iterator, &name, &member)) break;
        ValueType named_type = value_type_of_member(name);
        if (named_type == VALUE_NONE) {
            arena_rewind(reader->document->arena, mark);
            continue;
        }
        named++;
        if (member.type == JSON_NULL) {
            types &= ~(1u << named_type);
            continue;
        }
        types |= 1u << named_type;
        type = named_type;
        typed = member;
    }
    if (reader->out->failed || reader->document->arena->failed) return error_out_of_memory(reader->error);
    if (types == 0) {
        return error_validation(reader->error, reader->out->arena, "Supplied AttributeValue is empty, must contain "
                                                                   "exactly one of the supported datatypes");
    }
    if ((types & (types - 1)) != 0) return refuse_two_types(reader, value, types, level);
    if (named > 1) {
        // Repeated or null members: the one that counts may not have come last.
        type = (ValueType)__builtin_ctz(types);
        typed = typed_member(reader, value, type);
    }
    return read_typed(reader, type, typed, level);
}

static bool read_value(ValueReader *reader, Json value, unsigned level) {
    Slice name;
    Json member;
    ValueType type = VALUE_NONE;
    if (json_only_member(reader->document, value, &name, &member) && member.type != JSON_NULL) {
        type = value_type_of_member(name);
    }
    bool is_read = type != VALUE_NONE ? read_typed(reader, type, member, level) : read_members(reader, value, level);
    if (!is_read) return false;
    return reader->out->len - reader->start <= VALUE_ENCODED_BYTES_MAX || refuse_large(reader);
}

// --- Errors

static bool has_empty_name_in_value(JsonDocument *document, Json value, unsigned levels_left);

static bool has_empty_name(JsonDocument *document, Json container, unsigned levels_left) {
    bool has = false;
    JsonIterator iterator = json_iterate(document, container);
    ArenaMark mark = arena_mark(document->arena);
    Slice name;
    Json value;
    while (!has && json_next(&iterator, &name, &value)) {
        has = (iterator.is_object && name.len == 0) || has_empty_name_in_value(document, value, levels_left);
        arena_rewind(document->arena, mark);
    }
    return has;
}

static bool has_empty_name_in_value(JsonDocument *document, Json value, unsigned levels_left) {
    bool has = false;
    if (levels_left == 0 || value.type != JSON_OBJECT) return false;
    JsonIterator iterator = json_iterate(document, value);
    Slice name;
    Json member;
    while (!has && json_next(&iterator, &name, &member)) {
        ValueType type = value_type_of_member(name);
        if (type == VALUE_L || type == VALUE_M) has = has_empty_name(document, member, levels_left - 1);
    }
    return has;
}

// Ends a reading. AWS looks for empty attribute names before it looks at any value, so one of those replaces
// whatever else was found first.
static bool finish(ValueReader *reader, bool is_read, Json json, bool is_item) {
    Buf *out = reader->out;
    JsonDocument *document = reader->document;
    if (out->failed || out->arena->failed || document->arena->failed) {
        *reader->error = (Error){.kind = ERROR_NONE};
        return error_out_of_memory(reader->error);
    }
    if (is_read) return true;
    out->len = reader->start;
    bool has = is_item ? has_empty_name(document, json, VALUE_NESTING_DECODE_MAX)
                       : has_empty_name_in_value(document, json, VALUE_NESTING_DECODE_MAX);
    if (!has) return false;
    *reader->error = (Error){.kind = ERROR_NONE};
    return error_enveloped(reader->error, out->arena, "Empty attribute name");
}

bool value_from_json(JsonDocument *document, Json value, const ValueRules *rules, Buf *out, Error *error) {
    ValueReader reader = {document, rules, out, out->len, error};
    if (error->kind != ERROR_NONE) return false;
    return finish(&reader, read_value(&reader, value, 0), value, false);
}

bool item_from_json(JsonDocument *document, Json item, const ValueRules *rules, Buf *out, Error *error) {
    ValueReader reader = {document, rules, out, out->len, error};
    if (error->kind != ERROR_NONE) return false;
    size_t count;
    size_t start = item_open(out);
    bool is_read = read_attributes(&reader, item, 0, &count);
    if (is_read) item_close(out, start, count);
    return finish(&reader, is_read, item, true);
}
