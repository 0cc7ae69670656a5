#include "expr/operand.h"

#include "base/utf8.h"
#include "data/decimal.h"
#include "data/document_path.h"
#include "expr/tree.h"

_Static_assert(NUMBER_VALUE_BYTES_MAX == 2 + DECIMAL_STORED_BYTES_MAX, "longest encoded number");

bool error_operand_type(Error *error, Arena *arena) {
    return error_validation(error, arena, "An operand in the update expression has an incorrect data type");
}

bool error_update_size(Error *error, Arena *arena) {
    return error_validation(error, arena, "Item size to update has exceeded the maximum allowed size");
}

// --- size()

bool value_size(Slice value, uint64_t *size) {
    switch (value_type(value)) {
    case VALUE_S: *size = utf8_utf16_length(value_bytes(value)); return true;
    case VALUE_B: *size = value_bytes(value).len; return true;
    case VALUE_SS:
    case VALUE_NS:
    case VALUE_BS:
    case VALUE_M:
    case VALUE_L: *size = value_count(value); return true;
    default: return false;
    }
}

Slice value_size_number(Slice value, uint8_t bytes[NUMBER_VALUE_BYTES_MAX]) {
    uint64_t size;
    if (!value_size(value, &size)) return (Slice){NULL, 0};
    Decimal number = decimal_from_u64(size);
    // A buffer on the caller's stack: it is as long as any number, so the buffer never asks for memory.
    Buf stored = {.data = bytes + 2, .cap = NUMBER_VALUE_BYTES_MAX - 2};
    decimal_store(&stored, &number);
    bytes[0] = VALUE_N;
    bytes[1] = (uint8_t)stored.len;
    return slice_of(bytes, 2 + stored.len);
}

// --- Numbers, lists, sets

static bool take_result(const Buf *built, Slice *out, Error *error) {
    if (built->failed) return error_out_of_memory(error);
    *out = buf_view(built);
    return true;
}

bool number_combine(Slice a, Slice b, bool is_difference, Arena *arena, Slice *out, Error *error) {
    Decimal left, right, result;
    size_t size;
    if (!decimal_load(value_bytes(a), &left, &size) || !decimal_load(value_bytes(b), &right, &size)) {
        return error_corrupt(error, "stored number");
    }
    DecimalStatus status =
        is_difference ? decimal_subtract(&left, &right, &result) : decimal_add(&left, &right, &result);
    if (status != DECIMAL_OK) {
        Buf text;
        buf_init(&text, arena);
        decimal_error_text(&text, status, DECIMAL_GRAMMAR_NEWER, (Slice){NULL, 0});
        if (text.failed) return error_out_of_memory(error);
        Slice message = buf_view(&text);
        return error_validation(error, arena, "%S", &message);
    }
    Buf stored, value;
    buf_init(&stored, arena);
    decimal_store(&stored, &result);
    if (stored.failed) return error_out_of_memory(error);
    buf_init(&value, arena);
    value_append_decimal_bytes(&value, buf_view(&stored));
    return take_result(&value, out, error);
}

static Slice rest_of(Reader reader) {
    return slice_of(reader.at, reader_left(&reader));
}

bool list_concatenate(Slice a, Slice b, Arena *arena, Slice *out, Error *error) {
    if (a.len > UPDATE_RESULT_BYTES_MAX || b.len > UPDATE_RESULT_BYTES_MAX - a.len) {
        return error_update_size(error, arena);
    }
    Slice first = rest_of(value_contents(a));
    Slice second = rest_of(value_contents(b));
    size_t count = value_count(a) + value_count(b);
    Buf list;
    buf_init(&list, arena);
    buf_u8(&list, VALUE_L);
    buf_varint(&list, varint_size(count) + first.len + second.len);
    buf_varint(&list, count);
    buf_bytes(&list, first);
    buf_bytes(&list, second);
    return take_result(&list, out, error);
}

typedef struct MemberCursor {
    Reader reader;
    size_t left;  // members not yet read, the current one included
    Slice member; // the current one, while left > 0
} MemberCursor;

static void read_member(MemberCursor *cursor, ValueType type) {
    if (cursor->left > 0) cursor->member = member_next(&cursor->reader, type);
    if (cursor->reader.failed) cursor->left = 0;
}

static MemberCursor open_members(Slice set) {
    MemberCursor cursor = {.reader = value_contents(set), .left = value_count(set)};
    read_member(&cursor, value_type(set));
    return cursor;
}

static Slice take_member(MemberCursor *cursor, ValueType type) {
    Slice member = cursor->member;
    cursor->left--;
    read_member(cursor, type);
    return member;
}

bool set_combine(Slice a, Slice b, bool is_difference, Arena *arena, Slice *out, Error *error) {
    ValueType type = value_type(a);
    MemberCursor left = open_members(a);
    MemberCursor right = open_members(b);
    Slice *members = ARENA_ARRAY(arena, Slice, left.left + right.left);
    if (members == NULL) return error_out_of_memory(error);
    size_t count = 0;
    // Both are sorted, so one merge finds what they share.
    while (left.left > 0 || (right.left > 0 && !is_difference)) {
        int order = left.left == 0 ? 1 : right.left == 0 ? -1 : slice_compare(left.member, right.member);
        if (order > 0) {
            Slice member = take_member(&right, type);
            if (!is_difference) members[count++] = member;
            continue;
        }
        Slice member = take_member(&left, type);
        if (order == 0) take_member(&right, type);
        if (order != 0 || !is_difference) members[count++] = member;
    }
    *out = (Slice){NULL, 0};
    if (count == 0) return true; // DynamoDB has no empty sets
    Buf set;
    buf_init(&set, arena);
    value_append_set(&set, type, members, count);
    return take_result(&set, out, error);
}

// --- Operands of updates

typedef struct Evaluation {
    Reader *tree;
    Slice item;
    Arena *arena;
    Error *error;
} Evaluation;

static bool evaluate(Evaluation *evaluation, unsigned levels_left, Slice *value);

static bool evaluate_typed(Evaluation *evaluation, unsigned levels_left, ValueType type, Slice *value) {
    if (!evaluate(evaluation, levels_left, value)) return false;
    return value_type(*value) == type || error_operand_type(evaluation->error, evaluation->arena);
}

static bool evaluate_pair(Evaluation *evaluation, unsigned levels_left, uint8_t tag, Slice *value) {
    ValueType type = tag == OPERAND_LIST_APPEND ? VALUE_L : VALUE_N;
    Arena *arena = evaluation->arena;
    Error *error = evaluation->error;
    Slice left, right;
    if (!evaluate_typed(evaluation, levels_left, type, &left)) return false;
    if (!evaluate_typed(evaluation, levels_left, type, &right)) return false;
    if (tag == OPERAND_LIST_APPEND) return list_concatenate(left, right, arena, value, error);
    return number_combine(left, right, tag == OPERAND_MINUS, arena, value, error);
}

static bool evaluate_operator(Evaluation *evaluation, unsigned levels_left, uint8_t tag, Slice *value) {
    switch (tag) {
    case OPERAND_PLUS:
    case OPERAND_MINUS:
    case OPERAND_LIST_APPEND: return evaluate_pair(evaluation, levels_left, tag, value);
    case OPERAND_IF_NOT_EXISTS: {
        Slice present = path_find(path_next(evaluation->tree), evaluation->item);
        if (!evaluate(evaluation, levels_left, value)) return false;
        if (present.len != 0) *value = present;
        return true;
    }
    default: return error_corrupt(evaluation->error, "operand");
    }
}

static bool evaluate_path(Evaluation *evaluation, Slice *value) {
    Slice path = path_next(evaluation->tree);
    if (evaluation->tree->failed) return error_corrupt(evaluation->error, "path");
    *value = path_find(path, evaluation->item);
    if (value->len != 0) return true;
    return error_validation(evaluation->error, evaluation->arena,
                            "The provided expression refers to an attribute that does not exist in the item");
}

static bool evaluate(Evaluation *evaluation, unsigned levels_left, Slice *value) {
    uint8_t tag = reader_u8(evaluation->tree);
    if (tag == OPERAND_CONSTANT) {
        *value = value_next(evaluation->tree);
        return !evaluation->tree->failed || error_corrupt(evaluation->error, "constant");
    }
    if (tag == OPERAND_PATH) return evaluate_path(evaluation, value);
    if (levels_left == 0) return error_corrupt(evaluation->error, "operand nested too deep");
    return evaluate_operator(evaluation, levels_left - 1, tag, value);
}

bool operand_evaluate(Reader *tree, Slice item, Arena *arena, Slice *value, Error *error) {
    Evaluation evaluation = {tree, item, arena, error};
    return evaluate(&evaluation, EXPRESSION_NESTING_MAX, value);
}

void operand_skip(Reader *tree) {
    for (size_t pending = 1; pending > 0 && !tree->failed; pending--) {
        switch (reader_u8(tree)) {
        case OPERAND_CONSTANT: value_next(tree); break;
        case OPERAND_PATH: path_next(tree); break;
        case OPERAND_PLUS:
        case OPERAND_MINUS:
        case OPERAND_LIST_APPEND: pending += 2; break;
        case OPERAND_IF_NOT_EXISTS:
            path_next(tree);
            pending += 1;
            break;
        default: tree->failed = true; break;
        }
    }
}
