#include "expr/legacy_condition.h"

#include <stdlib.h>

#include "data/document_path.h"
#include "data/item_codec.h"
#include "expr/functions.h"

#define INVALID "One or more parameter values were invalid: "
#define TYPES_CONTAINED (TYPES_ORDERED | TYPE_BIT(VALUE_BOOL) | TYPE_BIT(VALUE_NULL))

// clang-format off
static const LegacyOperator OPERATORS[] = {
    {SLICE_INIT("EQ"), NODE_EQ, KEY_EQ, false, 1, 1, TYPES_ANY},
    {SLICE_INIT("NE"), NODE_NE, 0, false, 1, 1, TYPES_ANY},
    {SLICE_INIT("LT"), NODE_LT, KEY_LT, false, 1, 1, TYPES_ORDERED},
    {SLICE_INIT("LE"), NODE_LE, KEY_LE, false, 1, 1, TYPES_ORDERED},
    {SLICE_INIT("GT"), NODE_GT, KEY_GT, false, 1, 1, TYPES_ORDERED},
    {SLICE_INIT("GE"), NODE_GE, KEY_GE, false, 1, 1, TYPES_ORDERED},
    {SLICE_INIT("BETWEEN"), NODE_BETWEEN, KEY_BETWEEN, false, 2, 2, TYPES_ORDERED},
    {SLICE_INIT("IN"), NODE_IN, 0, false, 1, SIZE_MAX, TYPES_ORDERED},
    {SLICE_INIT("NULL"), NODE_ATTRIBUTE_NOT_EXISTS, 0, false, 0, 0, TYPES_ANY},
    {SLICE_INIT("NOT_NULL"), NODE_ATTRIBUTE_EXISTS, 0, false, 0, 0, TYPES_ANY},
    {SLICE_INIT("CONTAINS"), NODE_CONTAINS, 0, false, 1, 1, TYPES_CONTAINED},
    {SLICE_INIT("NOT_CONTAINS"), NODE_CONTAINS, 0, true, 1, 1, TYPES_CONTAINED},
    {SLICE_INIT("BEGINS_WITH"), NODE_BEGINS_WITH, KEY_BEGINS_WITH, false, 1, 1, TYPES_TEXT},
};
// clang-format on

// --- Members

typedef struct Name {
    Slice text;
    size_t position;
} Name;

static int by_text_then_position(const void *a, const void *b) {
    const Name *x = a;
    const Name *y = b;
    int order = slice_compare(x->text, y->text);
    if (order != 0) return order;
    return x->position < y->position ? -1 : x->position > y->position;
}

static bool read_names(LegacyMembers *all, Json map, Name *names, size_t count) {
    Arena *trees = all->document->arena;
    JsonIterator iterator = json_iterate(all->document, map);
    ArenaMark mark = arena_mark(trees);
    Slice name;
    Json json;
    for (size_t i = 0; i < count && json_next(&iterator, &name, &json); i++) {
        if (name.len == 0) return error_enveloped(all->error, all->arena, "Empty attribute name");
        names[i] = (Name){arena_copy(all->arena, name), i};
        arena_rewind(trees, mark);
    }
    return (!trees->failed && !all->arena->failed) || error_out_of_memory(all->error);
}

bool legacy_members_open(LegacyMembers *all, Json map) {
    all->count = all->position = 0;
    if (map.type != JSON_OBJECT) return true;
    size_t count = json_count(all->document, map);
    bool *is_repeated = ARENA_ARRAY(all->arena, bool, count);
    Name *names = ARENA_ARRAY(all->arena, Name, count);
    if (is_repeated == NULL || names == NULL) return error_out_of_memory(all->error);
    if (!read_names(all, map, names, count)) return false;
    if (count > 1) qsort(names, count, sizeof *names, by_text_then_position);
    all->count = count;
    for (size_t i = 1; i < count; i++) {
        if (!slice_equal(names[i - 1].text, names[i].text)) continue;
        is_repeated[names[i - 1].position] = true;
        all->count--;
    }
    all->is_repeated = is_repeated;
    all->iterator = json_iterate(all->document, map);
    all->mark = arena_mark(all->document->arena);
    return true;
}

bool legacy_members_next(LegacyMembers *all, LegacyMember *member) {
    if (all->count == 0) return false;
    do {
        arena_rewind(all->document->arena, all->mark);
        if (!json_next(&all->iterator, &member->name, &member->json)) {
            if (all->document->arena->failed) error_out_of_memory(all->error);
            return false;
        }
    } while (all->is_repeated[all->position++]);
    return true;
}

// --- Conditions

const LegacyOperator *legacy_operator_find(LegacyMembers *all, Json name) {
    Slice text = name.type == JSON_STRING ? json_string(all->document, name) : SLICE("");
    for (size_t i = 0; i < sizeof OPERATORS / sizeof OPERATORS[0]; i++) {
        if (slice_equal(OPERATORS[i].name, text)) return &OPERATORS[i];
    }
    error_enveloped(all->error, all->arena, INVALID "Invalid comparison operator");
    return NULL;
}

static bool read_value(LegacyMembers *all, Json json, LegacyCondition *out) {
    Buf value;
    buf_init(&value, all->arena);
    if (!value_from_json(all->document, json, all->rules, &value, all->error)) return false;
    if (value.failed) return error_out_of_memory(all->error);
    out->values[out->count++] = buf_view(&value);
    return true;
}

static bool read_values(LegacyMembers *all, Json list, Json single, LegacyCondition *out) {
    size_t count = list.type == JSON_ARRAY ? json_count(all->document, list) : single.type != JSON_ABSENT;
    out->values = ARENA_ARRAY(all->arena, Slice, count);
    if (out->values == NULL) return error_out_of_memory(all->error);
    if (list.type != JSON_ARRAY) return count == 0 || read_value(all, single, out);
    JsonIterator iterator = json_iterate(all->document, list);
    Slice none;
    Json json;
    while (out->count < count && json_next(&iterator, &none, &json)) {
        if (!read_value(all, json, out)) return false;
    }
    return !all->document->arena->failed || error_out_of_memory(all->error);
}

static bool check_values(LegacyMembers *all, const LegacyCondition *condition) {
    const LegacyOperator *op = condition->op;
    if (condition->count < op->values_min || condition->count > op->values_max) {
        return error_enveloped(all->error, all->arena,
                               INVALID "Invalid number of argument(s) for the %S ComparisonOperator", &op->name);
    }
    for (size_t i = 0; i < condition->count; i++) {
        ValueType type = value_type(condition->values[i]);
        if ((op->types & TYPE_BIT(type)) != 0) continue;
        return error_enveloped(all->error, all->arena,
                               INVALID "ComparisonOperator %S is not valid for %s AttributeValue type", &op->name,
                               value_type_name(type));
    }
    for (size_t i = 1; i < condition->count; i++) {
        if (value_type(condition->values[i]) == value_type(condition->values[0])) continue;
        return error_enveloped(all->error, all->arena,
                               INVALID "AttributeValues inside AttributeValueList must be of same type");
    }
    if (op->tag != NODE_BETWEEN) return true;
    if (slice_compare(value_bytes(condition->values[0]), value_bytes(condition->values[1])) <= 0) return true;
    return error_enveloped(all->error, all->arena,
                           "The BETWEEN condition was provided a range where the lower bound is greater than the "
                           "upper bound");
}

bool legacy_condition_read(LegacyMembers *all, const LegacyOperator *op, Json list, Json single,
                           LegacyCondition *out) {
    *out = (LegacyCondition){.op = op};
    return read_values(all, list, single, out) && check_values(all, out);
}

static void append_predicate(Buf *out, Slice attribute, const LegacyCondition *condition) {
    const LegacyOperator *op = condition->op;
    PathElement element = {.name = attribute};
    buf_u8(out, (uint8_t)op->tag);
    bool is_existence = op->tag == NODE_ATTRIBUTE_EXISTS || op->tag == NODE_ATTRIBUTE_NOT_EXISTS;
    if (!is_existence) buf_u8(out, OPERAND_PATH);
    path_append(out, &element, 1);
    if (op->tag == NODE_IN) buf_varint(out, condition->count);
    for (size_t i = 0; i < condition->count; i++) {
        buf_u8(out, OPERAND_CONSTANT);
        buf_bytes(out, condition->values[i]);
    }
}

void legacy_condition_append(Buf *out, Slice attribute, const LegacyCondition *condition) {
    if (!condition->op->is_negated) {
        append_predicate(out, attribute, condition);
        return;
    }
    // NOT_CONTAINS, unlike NOT contains(…), does not hold for an attribute that is not there.
    Buf existence, absence;
    buf_init(&existence, out->arena);
    buf_init(&absence, out->arena);
    PathElement element = {.name = attribute};
    buf_u8(&existence, NODE_ATTRIBUTE_EXISTS);
    path_append(&existence, &element, 1);
    buf_u8(&absence, NODE_NOT);
    append_predicate(&absence, attribute, condition);
    buf_u8(out, NODE_AND);
    buf_varint(out, 2);
    buf_slice(out, buf_view(&existence));
    buf_slice(out, buf_view(&absence));
    if (existence.failed || absence.failed) out->failed = true;
}
