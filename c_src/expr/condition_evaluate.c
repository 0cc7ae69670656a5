// Conditions and filters. Nothing here allocates: operands are slices of the item or the tree, and numbers
// compare as bytes.
#define _GNU_SOURCE // memmem
#include "expr/evaluate.h"

#include "base/limits.h"
#include "data/item_codec_internal.h"
#include "expr/operand.h"
#include "expr/tree.h"

typedef struct Operand {
    Slice value; // empty: no such attribute, or size() of something without size
    uint8_t number[NUMBER_VALUE_BYTES_MAX]; // where the value of size() stands
} Operand;

static uint8_t read_tag(Reader *tree) {
    Slice byte = codec_bytes(tree, 1);
    return byte.len == 0 ? 0 : byte.data[0];
}

// path_next and path_find in one pass over the path: most of what a filter does is to find attributes.
static Slice find_path(Reader *tree, Slice item) {
    Slice value = {NULL, 0};
    uint64_t count = codec_varint(tree);
    for (uint64_t i = 0; i < count && !tree->failed; i++) {
        if (read_tag(tree) == 0) {
            Slice name = codec_slice(tree);
            value = i == 0 ? item_find(item, name) : map_find(value, name);
        } else {
            uint64_t index = codec_varint(tree);
            value = index > UINT32_MAX ? (Slice){NULL, 0} : list_find(value, (size_t)index);
        }
    }
    return tree->failed ? (Slice){NULL, 0} : value;
}

static void read_operand(Reader *tree, Slice item, Operand *operand) {
    unsigned sizes = 0;
    uint8_t tag = read_tag(tree);
    for (; tag == OPERAND_SIZE; tag = read_tag(tree)) sizes++;
    if (tag == OPERAND_CONSTANT) operand->value = value_next(tree);
    else if (tag == OPERAND_PATH) operand->value = find_path(tree, item);
    else tree->failed = true;
    if (tree->failed) operand->value = (Slice){NULL, 0};
    if (sizes == 1) operand->value = value_size_number(operand->value, operand->number);
    else if (sizes > 1) operand->value = (Slice){NULL, 0}; // a size has itself no size
}

// --- Predicates on values

static bool is_ordered(ValueType type) {
    return type == VALUE_S || type == VALUE_N || type == VALUE_B;
}

// A missing attribute equals nothing, not even another missing one, so `<>` is true and ordering false;
// values of different types are unequal and unordered.
static bool compare(NodeTag tag, Slice a, Slice b) {
    bool is_equal = a.len != 0 && slice_equal(a, b);
    if (tag == NODE_EQ || tag == NODE_NE) return is_equal == (tag == NODE_EQ);
    ValueType type = value_type(a);
    if (!is_ordered(type) || value_type(b) != type) return false;
    int order = slice_compare(value_bytes(a), value_bytes(b));
    switch (tag) {
    case NODE_LT: return order < 0;
    case NODE_LE: return order <= 0;
    case NODE_GT: return order > 0;
    default: return order >= 0;
    }
}

static bool begins_with(Slice text, Slice prefix) {
    ValueType type = value_type(text);
    return (type == VALUE_S || type == VALUE_B) && value_type(prefix) == type &&
           slice_starts_with(value_bytes(text), value_bytes(prefix));
}

// memmem takes time linear in the text, whatever the pattern.
static bool has_substring(Slice text, Slice part) {
    return part.len == 0 ||
           (part.len <= text.len && memmem(text.data, text.len, part.data, part.len) != NULL);
}

static bool set_has_member(Slice set, Slice member) {
    Reader members = value_contents(set);
    for (size_t left = value_count(set); left > 0 && !members.failed; left--) {
        if (slice_equal(member_next(&members, value_type(set)), member)) return true;
    }
    return false;
}

static bool list_has_element(Slice list, Slice element) {
    Reader elements = value_contents(list);
    for (size_t left = value_count(list); left > 0 && !elements.failed; left--) {
        if (slice_equal(value_next(&elements), element)) return true;
    }
    return false;
}

// Substring or member; never a subset, never the key of a map.
static bool contains(Slice whole, Slice part) {
    ValueType type = value_type(part);
    switch (value_type(whole)) {
    case VALUE_S: return type == VALUE_S && has_substring(value_bytes(whole), value_bytes(part));
    case VALUE_B: return type == VALUE_B && has_substring(value_bytes(whole), value_bytes(part));
    case VALUE_SS: return type == VALUE_S && set_has_member(whole, value_bytes(part));
    case VALUE_NS: return type == VALUE_N && set_has_member(whole, value_bytes(part));
    case VALUE_BS: return type == VALUE_B && set_has_member(whole, value_bytes(part));
    case VALUE_L: return list_has_element(whole, part);
    default: return false;
    }
}

static bool has_type(Slice value, Slice type_name) {
    return value.len != 0 && value_type(type_name) == VALUE_S &&
           slice_equal(value_bytes(type_name), slice_of_cstr(value_type_name(value_type(value))));
}

// --- Nodes. A predicate is the last thing in its node, so it may stop reading once it knows its result.

static bool evaluate_binary(Reader *tree, Slice item, NodeTag tag) {
    Operand first, second;
    read_operand(tree, item, &first);
    read_operand(tree, item, &second);
    switch (tag) {
    case NODE_ATTRIBUTE_TYPE: return has_type(first.value, second.value);
    case NODE_BEGINS_WITH: return begins_with(first.value, second.value);
    case NODE_CONTAINS: return contains(first.value, second.value);
    default: return compare(tag, first.value, second.value);
    }
}

static bool evaluate_between(Reader *tree, Slice item) {
    Operand operand, lower, upper;
    read_operand(tree, item, &operand);
    read_operand(tree, item, &lower);
    read_operand(tree, item, &upper);
    return compare(NODE_GE, operand.value, lower.value) && compare(NODE_LE, operand.value, upper.value);
}

static bool evaluate_in(Reader *tree, Slice item) {
    Operand operand, candidate;
    read_operand(tree, item, &operand);
    for (uint64_t left = codec_varint(tree); left > 0 && !tree->failed; left--) {
        read_operand(tree, item, &candidate);
        if (compare(NODE_EQ, operand.value, candidate.value)) return true;
    }
    return false;
}

static bool evaluate_predicate(Reader *tree, Slice item, uint8_t tag) {
    switch (tag) {
    case NODE_EQ:
    case NODE_NE:
    case NODE_LT:
    case NODE_LE:
    case NODE_GT:
    case NODE_GE:
    case NODE_ATTRIBUTE_TYPE:
    case NODE_BEGINS_WITH:
    case NODE_CONTAINS: return evaluate_binary(tree, item, (NodeTag)tag);
    case NODE_BETWEEN: return evaluate_between(tree, item);
    case NODE_IN: return evaluate_in(tree, item);
    case NODE_ATTRIBUTE_EXISTS: return find_path(tree, item).len != 0;
    case NODE_ATTRIBUTE_NOT_EXISTS: return find_path(tree, item).len == 0;
    default: tree->failed = true; return false;
    }
}

// Sets tree->failed where the tree is not valid.
static bool evaluate_node(Reader *tree, Slice item, unsigned levels_left) {
    bool is_negated = false;
    uint8_t tag = read_tag(tree);
    for (; tag == NODE_NOT; tag = read_tag(tree)) is_negated = !is_negated;
    if (tag != NODE_AND && tag != NODE_OR) return evaluate_predicate(tree, item, tag) != is_negated;
    if (levels_left == 0) tree->failed = true;
    bool deciding = tag == NODE_OR; // the result of a child that settles the whole
    bool is_settled = false;
    for (uint64_t left = codec_varint(tree); left > 0 && !is_settled && !tree->failed; left--) {
        Reader child = reader_of(codec_slice(tree));
        is_settled = evaluate_node(&child, item, levels_left - 1) == deciding;
        if (child.failed) tree->failed = true;
    }
    return (is_settled == deciding) != is_negated;
}

bool condition_evaluate(Slice tree, Slice item, Arena *scratch, bool *result, Error *error) {
    (void)scratch; // nothing a condition computes outlives an operand on the stack
    *result = true;
    if (tree.len == 0) return true;
    Reader reader = reader_of(tree);
    if (read_tag(&reader) != TREE_VERSION || read_tag(&reader) != TREE_CONDITION) reader.failed = true;
    *result = evaluate_node(&reader, item, EXPRESSION_NESTING_MAX);
    return !reader.failed || error_corrupt(error, "condition tree");
}
