// The run side of expressions: trees that pass tree_is_valid over items that pass item_is_valid. Whatever
// they say, nothing crashes, every item that comes out is valid, and a condition and its negation disagree.
//
// Input: a first byte 0 … 127: item length u16, item, tree, as stored; other inputs are a source of choices
// for a generator, which reaches deep combinations that mutation of stored bytes would break.
#include "base/buf.h"
#include "data/decimal.h"
#include "data/document_path.h"
#include "data/item_codec.h"
#include "expr/evaluate.h"
#include "expr/tree.h"
#include "fuzz/fuzz.h"

// --- Choices

typedef struct Source {
    Arena *arena;
    Slice bytes;
    size_t at;
} Source;

// 0 … limit - 1; 0 once the source is exhausted, so that generation ends.
static unsigned choose(Source *source, unsigned limit) {
    return source->at < source->bytes.len ? source->bytes.data[source->at++] % limit : 0;
}

static Slice choose_name(Source *source) {
    static const Slice NAMES[] = {SLICE_INIT("a"), SLICE_INIT("b"), SLICE_INIT("cc"), SLICE_INIT("\xc3\xa9")};
    return NAMES[choose(source, 4)];
}

static Slice choose_number(Source *source) {
    static const Slice NUMBERS[] = {
        SLICE_INIT("0"),       SLICE_INIT("1"),        SLICE_INIT("-1"),
        SLICE_INIT("0.5"),     SLICE_INIT("3"),        SLICE_INIT("1e-130"),
        SLICE_INIT("9.9e125"), SLICE_INIT("-9.9e125"), SLICE_INIT("12345678901234567890123456789012345678"),
    };
    Decimal number;
    Buf stored;
    HOLDS(decimal_parse(NUMBERS[choose(source, 9)], DECIMAL_GRAMMAR_NEWER, &number) == DECIMAL_OK);
    buf_init(&stored, source->arena);
    decimal_store(&stored, &number);
    return buf_view(&stored);
}

static Slice choose_text(Source *source) {
    static const Slice TEXTS[] = {SLICE_INIT(""),  SLICE_INIT("a"), SLICE_INIT("ab"),
                                  SLICE_INIT("b"), SLICE_INIT("S"), SLICE_INIT("\xf0\x90\x90\xb7"),
                                  SLICE_INIT("L")};
    return TEXTS[choose(source, 7)];
}

// --- Values and items

static void append_value(Source *source, Buf *out, unsigned levels_left);

static void append_set(Source *source, Buf *out, ValueType type) {
    Slice members[4];
    size_t count = 0;
    for (unsigned left = 1 + choose(source, 4); left > 0; left--) {
        Slice member = type == VALUE_NS ? choose_number(source) : choose_text(source);
        bool is_repeated = false;
        for (size_t i = 0; i < count; i++) is_repeated |= slice_equal(members[i], member);
        if (!is_repeated) members[count++] = member;
    }
    value_append_set(out, type, members, count);
}

static size_t choose_attributes(Source *source, Attribute attributes[4], unsigned levels_left) {
    size_t count = choose(source, 5);
    for (size_t i = 0; i < count; i++) {
        Buf value;
        buf_init(&value, source->arena);
        attributes[i].name = choose_name(source);
        append_value(source, &value, levels_left);
        attributes[i].value = buf_view(&value);
    }
    return count;
}

static void append_list(Source *source, Buf *out, unsigned levels_left) {
    Slice elements[4];
    size_t count = choose(source, 5);
    for (size_t i = 0; i < count; i++) {
        Buf value;
        buf_init(&value, source->arena);
        append_value(source, &value, levels_left);
        elements[i] = buf_view(&value);
    }
    value_append_list(out, elements, count);
}

static void append_value(Source *source, Buf *out, unsigned levels_left) {
    Attribute attributes[4];
    switch (choose(source, levels_left == 0 ? 8 : 12)) {
    case 0: value_append_decimal_bytes(out, choose_number(source)); break;
    case 1: value_append_string(out, choose_text(source)); break;
    case 2: value_append_binary(out, choose_text(source)); break;
    case 3: value_append_null(out); break;
    case 4: value_append_bool(out, choose(source, 2) == 1); break;
    case 5: append_set(source, out, VALUE_SS); break;
    case 6: append_set(source, out, VALUE_NS); break;
    case 7: append_set(source, out, VALUE_BS); break;
    case 8:
    case 9: append_list(source, out, levels_left - 1); break;
    default: value_append_map(out, attributes, choose_attributes(source, attributes, levels_left - 1)); break;
    }
}

static Slice choose_item(Source *source) {
    Attribute attributes[4];
    Buf item;
    buf_init(&item, source->arena);
    item_append(&item, attributes, choose_attributes(source, attributes, 4));
    return buf_view(&item);
}

// --- Trees

static void append_path(Source *source, Buf *out) {
    PathElement elements[4] = {{.name = choose_name(source)}};
    size_t count = 1 + choose(source, 4);
    for (size_t i = 1; i < count; i++) {
        elements[i].is_index = choose(source, 2) == 1;
        if (elements[i].is_index) elements[i].index = choose(source, 6);
        else elements[i].name = choose_name(source);
    }
    path_append(out, elements, count);
}

static void append_operand(Source *source, Buf *out, bool in_update, unsigned levels_left) {
    static const uint8_t TAGS[] = {OPERAND_PATH,  OPERAND_CONSTANT,      OPERAND_SIZE,       OPERAND_PLUS,
                                   OPERAND_MINUS, OPERAND_IF_NOT_EXISTS, OPERAND_LIST_APPEND};
    uint8_t tag = TAGS[choose(source, levels_left == 0 ? 2 : in_update ? 7 : 3)];
    if (in_update && tag == OPERAND_SIZE) tag = OPERAND_PATH;
    buf_u8(out, tag);
    if (tag == OPERAND_CONSTANT) append_value(source, out, 3);
    if (tag == OPERAND_PATH || tag == OPERAND_IF_NOT_EXISTS) append_path(source, out);
    if (tag == OPERAND_PATH || tag == OPERAND_CONSTANT) return;
    append_operand(source, out, in_update, levels_left - 1);
    if (tag == OPERAND_SIZE || tag == OPERAND_IF_NOT_EXISTS) return;
    append_operand(source, out, in_update, levels_left - 1);
}

static void append_node(Source *source, Buf *out, unsigned levels_left) {
    uint8_t tag = (uint8_t)(levels_left == 0 ? NODE_EQ + choose(source, 13) : NODE_AND + choose(source, 16));
    buf_u8(out, tag);
    unsigned operands = tag == NODE_BETWEEN ? 3 : 2;
    unsigned count;
    switch (tag) {
    case NODE_AND:
    case NODE_OR:
        count = 2 + choose(source, 3);
        buf_varint(out, count);
        for (; count > 0; count--) {
            Buf node;
            buf_init(&node, source->arena);
            append_node(source, &node, levels_left - 1);
            buf_slice(out, buf_view(&node));
        }
        break;
    case NODE_NOT: append_node(source, out, levels_left - 1); break;
    case NODE_ATTRIBUTE_EXISTS:
    case NODE_ATTRIBUTE_NOT_EXISTS: append_path(source, out); break;
    case NODE_IN:
        append_operand(source, out, false, 1);
        count = 1 + choose(source, 4);
        buf_varint(out, count);
        for (; count > 0; count--) append_operand(source, out, false, 1);
        break;
    default:
        for (; operands > 0; operands--) append_operand(source, out, false, 1);
        break;
    }
}

static void append_action(Source *source, Buf *out) {
    uint8_t tag = (uint8_t)(ACTION_SET + choose(source, 5));
    buf_u8(out, tag);
    append_path(source, out);
    if (tag == ACTION_SET) append_operand(source, out, true, 3);
    else if (tag == ACTION_DELETE) append_set(source, out, (ValueType)(VALUE_SS + choose(source, 3)));
    else if (tag != ACTION_REMOVE) append_value(source, out, 1);
}

static Slice choose_tree(Source *source, TreeKind kind) {
    Buf tree;
    buf_init(&tree, source->arena);
    buf_u8(&tree, TREE_VERSION);
    buf_u8(&tree, kind);
    if (kind == TREE_CONDITION) {
        append_node(source, &tree, 4);
        return buf_view(&tree);
    }
    unsigned count = 1 + choose(source, 5);
    buf_varint(&tree, count);
    for (; count > 0; count--) {
        if (kind == TREE_UPDATE) append_action(source, &tree);
        else append_path(source, &tree);
    }
    return buf_view(&tree);
}

// --- What must hold

static void check_condition(Arena *arena, Slice tree, Slice item) {
    bool result, negated;
    Error error = {0};
    HOLDS(condition_evaluate(tree, item, arena, &result, &error));
    Buf opposite;
    buf_init(&opposite, arena);
    buf_bytes(&opposite, slice_sub(tree, 0, 2));
    buf_u8(&opposite, NODE_NOT);
    buf_bytes(&opposite, slice_sub(tree, 2, tree.len));
    HOLDS(condition_evaluate(buf_view(&opposite), item, arena, &negated, &error));
    HOLDS(result != negated);
}

static bool is_valid_or_none(Slice item) {
    return item.len == 0 || item_is_valid(item);
}

static void check_update(Arena *arena, Slice tree, Slice item) {
    Slice key = SLICE("\x01\x01\x02pk\x01\x01k");
    UpdateOutcome outcome, again;
    Error error = {0};
    Error error_again = {0};
    bool is_applied = update_apply(tree, item, key, true, arena, &outcome, &error);
    HOLDS(update_apply(tree, item, key, false, arena, &again, &error_again) == is_applied);
    HOLDS(error.kind == error_again.kind && slice_equal(error.message, error_again.message));
    HOLDS(is_applied || error.kind == ERROR_VALIDATION || error.kind == ERROR_CORRUPT);
    if (!is_applied) return;
    HOLDS(item.len == 0 || outcome.new_item.len != 0);
    HOLDS(slice_equal(outcome.new_item, again.new_item));
    HOLDS(is_valid_or_none(outcome.new_item));
    HOLDS(is_valid_or_none(outcome.updated_old));
    HOLDS(is_valid_or_none(outcome.updated_new));
}

static void check_projection(Arena *arena, Slice tree, Slice item) {
    Buf out;
    buf_init(&out, arena);
    Error error = {0};
    if (projection_apply(tree, item, arena, &out, &error)) HOLDS(item_is_valid(buf_view(&out)));
    else
        HOLDS(error.kind == ERROR_CORRUPT); // overlapping paths
}

static void check_tree(Arena *arena, Slice tree, Slice item) {
    if (tree_is_valid(tree, TREE_CONDITION)) check_condition(arena, tree, item);
    if (tree_is_valid(tree, TREE_UPDATE)) check_update(arena, tree, item);
    if (tree_is_valid(tree, TREE_PROJECTION)) check_projection(arena, tree, item);
}

static void check_stored(Arena *arena, Reader reader) {
    Slice item = reader_bytes(&reader, reader_u16(&reader));
    Slice tree = reader_bytes(&reader, reader_left(&reader));
    if (reader.failed || !is_valid_or_none(item)) return;
    // Copies of their own length, so that the sanitizer sees a read past either.
    check_tree(arena, arena_copy(arena, tree), arena_copy(arena, item));
}

static void check_chosen(Arena *arena, Slice bytes) {
    Source source = {.arena = arena, .bytes = bytes};
    TreeKind kind = (TreeKind)(TREE_CONDITION + choose(&source, 3));
    bool has_item = choose(&source, 8) != 0;
    Slice tree = choose_tree(&source, kind);
    Slice item = has_item || kind == TREE_PROJECTION ? choose_item(&source) : (Slice){NULL, 0};
    HOLDS(is_valid_or_none(item) && tree_is_valid(tree, kind));
    check_tree(arena, tree, item);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    Arena arena;
    arena_init(&arena, 0);
    Slice rest = slice_of(data + 1, size - 1);
    if (data[0] < 128) check_stored(&arena, reader_of(rest));
    else check_chosen(&arena, rest);
    arena_free(&arena);
    return 0;
}
