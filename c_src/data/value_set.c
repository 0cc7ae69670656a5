// Sets, numbers and binaries of requests.
#include "base/base64.h"
#include "data/append_internal.h"
#include "data/decimal.h"
#include "data/item_codec_internal.h"
#include "data/value_internal.h"

bool value_append_number(Slice text, const ValueRules *rules, Buf *out, Error *error) {
    DecimalGrammar grammar = rules->layer == LAYER_NEWER ? DECIMAL_GRAMMAR_NEWER : DECIMAL_GRAMMAR_OLDER;
    Decimal number;
    DecimalStatus status = decimal_parse(text, grammar, &number);
    if (status != DECIMAL_OK) {
        Buf message;
        buf_init(&message, out->arena);
        decimal_error_text(&message, status, grammar, text);
        Slice view = buf_view(&message);
        return error_enveloped(error, out->arena, "%S", &view);
    }
    size_t length_at = out->len;
    append_u8(out, 0);
    decimal_store(out, &number);
    if (!out->failed) out->data[length_at] = (uint8_t)(out->len - length_at - 1);
    return true;
}

void value_append_base64(Slice text, Buf *out) {
    size_t padding = 0;
    if (text.len > 0 && text.data[text.len - 1] == '=') padding = text.data[text.len - 2] == '=' ? 2 : 1;
    buf_varint(out, text.len / 4 * 3 - padding);
    base64_decode(out, text);
}

bool value_refuse_empty_set(ValueType type, Buf *out, Error *error) {
    const char *text = type == VALUE_SS   ? "An string set  may not be empty"
                       : type == VALUE_NS ? "An number set  may not be empty"
                                          : "Binary sets should not be empty";
    return error_enveloped(error, out->arena, INVALID_PARAMETER "%s", text);
}

// --- Duplicates. The newer layer reports the members before the first repeat sorted, the repeat, and the rest as
// they were sent; the older one all as they were sent.

typedef struct SetMember {
    Slice key;  // what members are compared by
    Slice text; // as it was sent
    size_t index;
} SetMember;

static SetMember *collect_members(JsonDocument *document, Json set, ValueType type, size_t count) {
    Arena *arena = document->arena;
    SetMember *members = ARENA_ARRAY(arena, SetMember, count);
    JsonIterator iterator = json_iterate(document, set);
    for (size_t i = 0; i < count && members != NULL; i++) {
        Slice name;
        Json member;
        if (!json_next(&iterator, &name, &member)) return NULL;
        Slice text = json_string(document, member);
        Buf key;
        buf_init(&key, arena);
        if (type == VALUE_BS) base64_decode(&key, text);
        members[i] = (SetMember){type == VALUE_BS ? buf_view(&key) : text, text, i};
    }
    return arena->failed ? NULL : members;
}

// The index of the first member that equals an earlier one.
static size_t first_repeat(const SetMember *sorted, size_t count) {
    size_t first = count;
    for (size_t i = 1; i < count; i++) {
        bool is_repeat = slice_equal(sorted[i - 1].key, sorted[i].key);
        if (is_repeat && sorted[i].index < first) first = sorted[i].index;
    }
    return first;
}

static bool order_members(Arena *arena, SetMember *members, size_t count) {
    SetMember *sorted = ARENA_ARRAY(arena, SetMember, count);
    if (sorted == NULL) return false;
    memcpy(sorted, members, count * sizeof *members);
    if (!sort_by_slice(arena, sorted, count, sizeof *sorted)) return false;
    return sort_by_slice(arena, members, first_repeat(sorted, count), sizeof *members);
}

static bool refuse_duplicates(JsonDocument *document, Json set, ValueType type, Layer layer, Buf *out, Error *error) {
    bool is_newer = layer == LAYER_NEWER;
    if (type == VALUE_NS) {
        const char *text = is_newer ? INVALID_PARAMETER "Input collection contains duplicates."
                                    : "Input collection contains duplicates";
        return error_enveloped(error, out->arena, "%s", text);
    }
    size_t count = json_count(document, set);
    SetMember *members = collect_members(document, set, type, count);
    if (members == NULL || (is_newer && !order_members(document->arena, members, count))) {
        return error_out_of_memory(error);
    }
    const char *quote = is_newer ? "\"" : "";
    const char *comma = is_newer && type == VALUE_BS ? "," : ", ";
    Buf list;
    buf_init(&list, out->arena);
    for (size_t i = 0; i < count; i++) {
        buf_format(&list, "%s%s%S%s", i == 0 ? "" : comma, quote, &members[i].text, quote);
    }
    Slice view = buf_view(&list);
    return error_enveloped(error, out->arena, INVALID_PARAMETER "Input collection [%S]%s contains duplicates.", &view,
                           type == VALUE_BS ? "of type BS" : "");
}

// --- Members

static bool append_member(JsonDocument *document, Json member, ValueType type, const ValueRules *rules, Buf *out,
                          Error *error) {
    if (member.type == JSON_NULL) {
        return error_enveloped(error, out->arena, INVALID_PARAMETER "An %s set may not have a null string as a member",
                               type == VALUE_SS ? "string" : type == VALUE_NS ? "number" : "binary");
    }
    Slice text = json_string(document, member);
    if (type == VALUE_NS) return value_append_number(text, rules, out, error);
    if (type == VALUE_BS) value_append_base64(text, out);
    else append_slice(out, text);
    return true;
}

bool value_append_members(JsonDocument *document, Json set, ValueType type, const ValueRules *rules, Buf *out,
                          Error *error) {
    size_t start = container_open(out, type);
    size_t count = 0;
    bool is_ascending = true;
    Slice name;
    Json member;
    JsonIterator iterator = json_iterate(document, set);
    size_t previous_at = start;
    ArenaMark mark = arena_mark(document->arena);
    while (json_next(&iterator, &name, &member)) {
        size_t member_at = out->len;
        if (!append_member(document, member, type, rules, out, error)) return false;
        arena_rewind(document->arena, mark);
        if (out->failed) return error_out_of_memory(error);
        bool is_too_large = out->len - start > VALUE_ENCODED_BYTES_MAX || count == VALUE_MEMBERS_MAX;
        if (is_too_large) return error_validation(error, out->arena, VALUE_TOO_LARGE);
        if (count > 0) {
            Reader reader = reader_of(slice_of(out->data + previous_at, out->len - previous_at));
            Slice previous = member_next(&reader, type);
            Slice current = member_next(&reader, type);
            is_ascending = is_ascending && slice_compare(previous, current) < 0;
        }
        previous_at = member_at;
        count++;
    }
    if (count == 0) return value_refuse_empty_set(type, out, error);
    if (!is_ascending && members_sort_written(out, start, count, type)) {
        return refuse_duplicates(document, set, type, rules->layer, out, error);
    }
    container_close(out, start, count);
    return true;
}
