// Trees from outside are untrusted: everything here reads through a Reader and bounds its depth.
#include "expr/tree.h"

#include "base/limits.h"
#include "data/document_path.h"
#include "data/item_codec.h"
#include "expr/functions.h"
#include "expr/tree_walk.h"

// --- The shape of nodes, as data: what the walk, the validator and the printer share

typedef enum PartKind {
    PART_NONE,
    PART_PATH,
    PART_VALUE,
    PART_OPERAND,
    PART_OPERANDS, // count varint, then operands
    PART_NODE,
    PART_NODES, // count varint, then sized nodes
} PartKind;

enum { PARTS_MAX = 3 };

typedef struct Shape {
    const char *name; // for tree_print
    bool in_conditions;
    bool in_updates;
    uint8_t parts[PARTS_MAX];
} Shape;

// clang-format off
static const Shape NODE_SHAPES[] = {
    [NODE_AND] = {"and", true, false, {PART_NODES}},
    [NODE_OR] = {"or", true, false, {PART_NODES}},
    [NODE_NOT] = {"not", true, false, {PART_NODE}},
    [NODE_EQ] = {"=", true, false, {PART_OPERAND, PART_OPERAND}},
    [NODE_NE] = {"<>", true, false, {PART_OPERAND, PART_OPERAND}},
    [NODE_LT] = {"<", true, false, {PART_OPERAND, PART_OPERAND}},
    [NODE_LE] = {"<=", true, false, {PART_OPERAND, PART_OPERAND}},
    [NODE_GT] = {">", true, false, {PART_OPERAND, PART_OPERAND}},
    [NODE_GE] = {">=", true, false, {PART_OPERAND, PART_OPERAND}},
    [NODE_BETWEEN] = {"between", true, false, {PART_OPERAND, PART_OPERAND, PART_OPERAND}},
    [NODE_IN] = {"in", true, false, {PART_OPERAND, PART_OPERANDS}},
    [NODE_ATTRIBUTE_EXISTS] = {"exists", true, false, {PART_PATH}},
    [NODE_ATTRIBUTE_NOT_EXISTS] = {"not_exists", true, false, {PART_PATH}},
    [NODE_ATTRIBUTE_TYPE] = {"type", true, false, {PART_OPERAND, PART_OPERAND}},
    [NODE_BEGINS_WITH] = {"begins_with", true, false, {PART_OPERAND, PART_OPERAND}},
    [NODE_CONTAINS] = {"contains", true, false, {PART_OPERAND, PART_OPERAND}},
};
static const Shape OPERAND_SHAPES[] = {
    [OPERAND_CONSTANT - OPERAND_CONSTANT] = {"", true, true, {PART_VALUE}},
    [OPERAND_PATH - OPERAND_CONSTANT] = {"", true, true, {PART_PATH}},
    [OPERAND_SIZE - OPERAND_CONSTANT] = {"size", true, false, {PART_OPERAND}},
    [OPERAND_PLUS - OPERAND_CONSTANT] = {"+", false, true, {PART_OPERAND, PART_OPERAND}},
    [OPERAND_MINUS - OPERAND_CONSTANT] = {"-", false, true, {PART_OPERAND, PART_OPERAND}},
    [OPERAND_IF_NOT_EXISTS - OPERAND_CONSTANT] = {"if_not_exists", false, true, {PART_PATH, PART_OPERAND}},
    [OPERAND_LIST_APPEND - OPERAND_CONSTANT] = {"list_append", false, true, {PART_OPERAND, PART_OPERAND}},
};
static const Shape ACTION_SHAPES[] = {
    [ACTION_SET - ACTION_SET] = {"set", false, true, {PART_PATH, PART_OPERAND}},
    [ACTION_REMOVE - ACTION_SET] = {"remove", false, true, {PART_PATH}},
    [ACTION_ADD - ACTION_SET] = {"add", false, true, {PART_PATH, PART_VALUE}},
    [ACTION_DELETE - ACTION_SET] = {"delete", false, true, {PART_PATH, PART_VALUE}},
    [ACTION_ADD_LEGACY - ACTION_SET] = {"add_legacy", false, true, {PART_PATH, PART_VALUE}},
};
// clang-format on

static const Shape *find_shape(const Shape *shapes, size_t count, unsigned first, unsigned tag, TreeKind kind) {
    if (tag < first || tag - first >= count) return NULL;
    const Shape *shape = &shapes[tag - first];
    bool is_allowed = kind == TREE_CONDITION ? shape->in_conditions : shape->in_updates;
    return shape->name != NULL && is_allowed ? shape : NULL;
}

#define FIND(shapes, first, tag, kind) find_shape((shapes), sizeof(shapes) / sizeof *(shapes), (first), (tag), (kind))

// --- The walk

static void walk_shape(TreeWalk *walk, Reader *reader, const Shape *shape, unsigned levels_left);

static void fail(TreeWalk *walk) {
    walk->failed = true;
}

static void walk_path(TreeWalk *walk, Reader *reader) {
    Slice path = path_next(reader);
    if (reader->failed) fail(walk);
    else if (walk->on_path != NULL) walk->on_path(walk, path);
}

static void walk_value(TreeWalk *walk, Reader *reader) {
    Slice value = value_next(reader);
    if (reader->failed) fail(walk);
    else if (walk->on_value != NULL) walk->on_value(walk, value);
}

static void walk_operand(TreeWalk *walk, Reader *reader, unsigned levels_left) {
    walk_shape(walk, reader, FIND(OPERAND_SHAPES, OPERAND_CONSTANT, reader_u8(reader), walk->kind), levels_left);
}

static void walk_node(TreeWalk *walk, Reader *reader, unsigned levels_left) {
    walk_shape(walk, reader, FIND(NODE_SHAPES, 0, reader_u8(reader), walk->kind), levels_left);
}

static uint64_t read_count(TreeWalk *walk, Reader *reader) {
    uint64_t count = reader_varint(reader);
    if (count == 0 || count > reader_left(reader)) fail(walk); // every member takes a byte at least
    return walk->failed ? 0 : count;
}

static void walk_nodes(TreeWalk *walk, Reader *reader, unsigned levels_left) {
    for (uint64_t left = read_count(walk, reader); left > 0 && !walk->failed; left--) {
        Reader child = reader_of(reader_slice(reader));
        walk_node(walk, &child, levels_left);
        if (reader_left(&child) != 0) fail(walk);
    }
}

static void walk_part(TreeWalk *walk, Reader *reader, uint8_t part, unsigned levels_left) {
    switch (part) {
    case PART_PATH: walk_path(walk, reader); break;
    case PART_VALUE: walk_value(walk, reader); break;
    case PART_OPERAND: walk_operand(walk, reader, levels_left); break;
    case PART_NODE: walk_node(walk, reader, levels_left); break;
    case PART_NODES: walk_nodes(walk, reader, levels_left); break;
    case PART_OPERANDS:
        for (uint64_t left = read_count(walk, reader); left > 0 && !walk->failed; left--) {
            walk_operand(walk, reader, levels_left);
        }
        break;
    default: break;
    }
}

static void walk_shape(TreeWalk *walk, Reader *reader, const Shape *shape, unsigned levels_left) {
    // A path or a constant is no level of its own.
    bool is_leaf = shape != NULL && shape->name[0] == '\0';
    if (shape == NULL || reader->failed || (levels_left == 0 && !is_leaf)) {
        fail(walk);
        return;
    }
    if (walk->on_open != NULL && !is_leaf) walk->on_open(walk, shape->name);
    for (size_t i = 0; i < PARTS_MAX && !walk->failed; i++) {
        walk_part(walk, reader, shape->parts[i], is_leaf ? levels_left : levels_left - 1);
    }
    if (walk->on_close != NULL && !is_leaf) walk->on_close(walk);
}

static void walk_actions(TreeWalk *walk, Reader *reader) {
    uint64_t count = reader_varint(reader);
    if (reader->failed || count > reader_left(reader)) fail(walk);
    for (; count > 0 && !walk->failed; count--) {
        if (walk->kind == TREE_PROJECTION) {
            walk_path(walk, reader);
            continue;
        }
        walk_shape(walk, reader, FIND(ACTION_SHAPES, ACTION_SET, reader_u8(reader), TREE_UPDATE),
                   EXPRESSION_NESTING_MAX + 1);
    }
}

bool tree_walk(TreeWalk *walk, Slice tree) {
    Reader reader = reader_of(tree);
    walk->failed = reader_u8(&reader) != TREE_VERSION;
    walk->kind = (TreeKind)reader_u8(&reader);
    if (walk->kind != TREE_CONDITION && walk->kind != TREE_UPDATE && walk->kind != TREE_PROJECTION) fail(walk);
    if (walk->failed || reader.failed) return false;
    if (walk->kind == TREE_CONDITION) walk_node(walk, &reader, EXPRESSION_NESTING_MAX);
    else walk_actions(walk, &reader);
    return !walk->failed && !reader.failed && reader_left(&reader) == 0;
}

// --- Validator

static void check_path(TreeWalk *walk, Slice path) {
    size_t count;
    path_elements(path, &count);
    if (count > DOCUMENT_PATH_ELEMENTS_MAX || !path_is_valid(path)) fail(walk);
}

static void check_value(TreeWalk *walk, Slice value) {
    if (!value_is_valid(value)) fail(walk);
}

bool tree_is_valid(Slice tree, TreeKind kind) {
    TreeWalk walk = {.on_path = check_path, .on_value = check_value};
    return tree_walk(&walk, tree) && walk.kind == kind;
}

// --- Printer

static void print_separator(TreeWalk *walk) {
    Buf *out = walk->context;
    if (out->len > 0 && out->data[out->len - 1] != '(') buf_u8(out, ' ');
}

static void print_open(TreeWalk *walk, const char *name) {
    print_separator(walk);
    buf_format(walk->context, "(%s", name);
}

static void print_close(TreeWalk *walk) {
    buf_u8(walk->context, ')');
}

static void print_path(TreeWalk *walk, Slice path) {
    Buf *out = walk->context;
    print_separator(walk);
    size_t count;
    Reader reader = path_elements(path, &count);
    for (size_t i = 0; i < count && !reader.failed; i++) {
        PathElement element = path_element_next(&reader);
        if (element.is_index) buf_format(out, "[%u]", (unsigned)element.index);
        else buf_format(out, "%s%S", i == 0 ? "" : ".", &element.name);
    }
}

static void print_value(TreeWalk *walk, Slice value) {
    print_separator(walk);
    value_to_json(walk->context, value);
}

void tree_print(Buf *out, Slice tree) {
    TreeWalk walk = {.context = out,
                     .on_open = print_open,
                     .on_close = print_close,
                     .on_path = print_path,
                     .on_value = print_value};
    if (tree.len == 0) buf_cstr(out, "(always)");
    else if (!tree_walk(&walk, tree)) buf_cstr(out, " (corrupt)");
    else if (out->len == 0) buf_cstr(out, "(nothing)");
}
