#include "support/tree_reader.h"

#include "base/buf.h"
#include "base/limits.h"
#include "data/document_path.h"
#include "data/json_scan.h"
#include "data/value.h"
#include "support/check.h"

#define PATH_ELEMENTS_MAX 64
#define NESTING_MAX 1000

typedef struct TreeReader {
    Arena *arena;
    Slice text;
    size_t at;
    bool failed;
} TreeReader;

// What stands behind a form's word.
typedef enum Shape {
    SHAPE_NODES, // any number of nodes, each with its length
    SHAPE_NODE,  // one node
    SHAPE_PATH,
    SHAPE_OPERAND,
    SHAPE_TWO_OPERANDS,
    SHAPE_THREE_OPERANDS,
    SHAPE_IN, // an operand and any number of candidates
    SHAPE_PATH_OPERAND,
    SHAPE_PATH_VALUE,
} Shape;

typedef struct Form {
    Slice word;
    NodeTag tag;
    Shape shape;
} Form;

static const Form FORMS[] = {
    {SLICE_INIT("and"), NODE_AND, SHAPE_NODES},
    {SLICE_INIT("or"), NODE_OR, SHAPE_NODES},
    {SLICE_INIT("not"), NODE_NOT, SHAPE_NODE},
    {SLICE_INIT("="), NODE_EQ, SHAPE_TWO_OPERANDS},
    {SLICE_INIT("<>"), NODE_NE, SHAPE_TWO_OPERANDS},
    {SLICE_INIT("<"), NODE_LT, SHAPE_TWO_OPERANDS},
    {SLICE_INIT("<="), NODE_LE, SHAPE_TWO_OPERANDS},
    {SLICE_INIT(">"), NODE_GT, SHAPE_TWO_OPERANDS},
    {SLICE_INIT(">="), NODE_GE, SHAPE_TWO_OPERANDS},
    {SLICE_INIT("between"), NODE_BETWEEN, SHAPE_THREE_OPERANDS},
    {SLICE_INIT("in"), NODE_IN, SHAPE_IN},
    {SLICE_INIT("exists"), NODE_ATTRIBUTE_EXISTS, SHAPE_PATH},
    {SLICE_INIT("not_exists"), NODE_ATTRIBUTE_NOT_EXISTS, SHAPE_PATH},
    {SLICE_INIT("type"), NODE_ATTRIBUTE_TYPE, SHAPE_TWO_OPERANDS},
    {SLICE_INIT("begins_with"), NODE_BEGINS_WITH, SHAPE_TWO_OPERANDS},
    {SLICE_INIT("contains"), NODE_CONTAINS, SHAPE_TWO_OPERANDS},
    {SLICE_INIT("size"), OPERAND_SIZE, SHAPE_OPERAND},
    {SLICE_INIT("+"), OPERAND_PLUS, SHAPE_TWO_OPERANDS},
    {SLICE_INIT("-"), OPERAND_MINUS, SHAPE_TWO_OPERANDS},
    {SLICE_INIT("if_not_exists"), OPERAND_IF_NOT_EXISTS, SHAPE_PATH_OPERAND},
    {SLICE_INIT("list_append"), OPERAND_LIST_APPEND, SHAPE_TWO_OPERANDS},
    {SLICE_INIT("set"), ACTION_SET, SHAPE_PATH_OPERAND},
    {SLICE_INIT("remove"), ACTION_REMOVE, SHAPE_PATH},
    {SLICE_INIT("add"), ACTION_ADD, SHAPE_PATH_VALUE},
    {SLICE_INIT("add_legacy"), ACTION_ADD_LEGACY, SHAPE_PATH_VALUE},
    {SLICE_INIT("delete"), ACTION_DELETE, SHAPE_PATH_VALUE},
};

// --- Text

static uint8_t peek(TreeReader *reader) {
    while (reader->at < reader->text.len && reader->text.data[reader->at] == ' ') reader->at++;
    return reader->at < reader->text.len ? reader->text.data[reader->at] : 0;
}

static void expect(TreeReader *reader, char wanted) {
    if (peek(reader) == (uint8_t)wanted) reader->at++;
    else reader->failed = true;
}

// The next word: everything up to a blank or parenthesis.
static Slice read_word(TreeReader *reader) {
    peek(reader);
    size_t start = reader->at;
    while (reader->at < reader->text.len && memchr(" ()", reader->text.data[reader->at], 3) == NULL) reader->at++;
    if (reader->at == start) reader->failed = true;
    return slice_sub(reader->text, start, reader->at);
}

static Slice read_json(Arena *arena, Slice text, size_t *at, bool is_item) {
    static const ValueRules RULES = {LAYER_NEWER, VALUE_NESTING_DECODE_MAX};
    size_t end = json_scan_skip_value(text, *at);
    Arena document_arena;
    arena_init(&document_arena, 0);
    JsonDocument document;
    Error error = {0};
    Buf out;
    buf_init(&out, arena);
    bool is_read = json_open(&document, &document_arena, slice_sub(text, *at, end), &error);
    if (is_read && is_item) is_read = item_from_json(&document, document.root, &RULES, &out, &error);
    else if (is_read) is_read = value_from_json(&document, document.root, &RULES, &out, &error);
    arena_free(&document_arena);
    *at = end;
    return is_read ? buf_view(&out) : (Slice){NULL, 0};
}

// --- Trees

static size_t read_element(Slice word, size_t at, PathElement *element) {
    size_t start = at;
    element->is_index = word.data[at] == '[';
    if (!element->is_index) {
        while (at < word.len && word.data[at] != '.' && word.data[at] != '[') at++;
        element->name = slice_sub(word, start, at);
        return at;
    }
    for (at++; at < word.len && word.data[at] != ']'; at++) {
        element->index = element->index * 10 + (uint32_t)(word.data[at] - '0');
    }
    return at + 1;
}

static void read_path(TreeReader *reader, Buf *out) {
    PathElement elements[PATH_ELEMENTS_MAX] = {{0}};
    size_t count = 0;
    Slice word = read_word(reader);
    for (size_t at = 0; at < word.len && count < PATH_ELEMENTS_MAX;) {
        if (word.data[at] == '.' && at + 1 < word.len) at++;
        at = read_element(word, at, &elements[count++]);
    }
    path_append(out, elements, count);
}

static void read_value(TreeReader *reader, Buf *out) {
    peek(reader);
    Slice value = read_json(reader->arena, reader->text, &reader->at, false);
    if (value.len == 0) reader->failed = true;
    buf_bytes(out, value);
}

static void read_form(TreeReader *reader, Buf *out, unsigned levels_left);

static void read_operand(TreeReader *reader, Buf *out, unsigned levels_left) {
    uint8_t first = peek(reader);
    if (first == '(') {
        read_form(reader, out, levels_left);
    } else if (first == '{') {
        buf_u8(out, OPERAND_CONSTANT);
        read_value(reader, out);
    } else {
        buf_u8(out, OPERAND_PATH);
        read_path(reader, out);
    }
}

static void read_nodes(TreeReader *reader, Buf *out, unsigned levels_left) {
    size_t count = 0;
    Buf nodes;
    buf_init(&nodes, reader->arena);
    for (; peek(reader) == '(' && !reader->failed; count++) {
        Buf node;
        buf_init(&node, reader->arena);
        read_form(reader, &node, levels_left);
        buf_slice(&nodes, buf_view(&node));
    }
    buf_varint(out, count);
    buf_bytes(out, buf_view(&nodes));
}

static void read_candidates(TreeReader *reader, Buf *out, unsigned levels_left) {
    size_t count = 0;
    Buf candidates;
    buf_init(&candidates, reader->arena);
    for (; peek(reader) != ')' && !reader->failed; count++) read_operand(reader, &candidates, levels_left);
    buf_varint(out, count);
    buf_bytes(out, buf_view(&candidates));
}

static void read_shape(TreeReader *reader, Buf *out, Shape shape, unsigned levels_left) {
    switch (shape) {
    case SHAPE_NODES: read_nodes(reader, out, levels_left); break;
    case SHAPE_NODE: read_form(reader, out, levels_left); break;
    case SHAPE_PATH: read_path(reader, out); break;
    case SHAPE_THREE_OPERANDS: read_operand(reader, out, levels_left); // fall through
    case SHAPE_TWO_OPERANDS: read_operand(reader, out, levels_left);   // fall through
    case SHAPE_OPERAND: read_operand(reader, out, levels_left); break;
    case SHAPE_IN:
        read_operand(reader, out, levels_left);
        read_candidates(reader, out, levels_left);
        break;
    case SHAPE_PATH_OPERAND:
        read_path(reader, out);
        read_operand(reader, out, levels_left);
        break;
    case SHAPE_PATH_VALUE:
        read_path(reader, out);
        read_value(reader, out);
        break;
    }
}

static void read_form(TreeReader *reader, Buf *out, unsigned levels_left) {
    expect(reader, '(');
    Slice word = read_word(reader);
    const Form *form = NULL;
    for (size_t i = 0; i < sizeof FORMS / sizeof FORMS[0]; i++) {
        if (slice_equal(FORMS[i].word, word)) form = &FORMS[i];
    }
    if (form == NULL || levels_left == 0) {
        reader->failed = true;
        return;
    }
    buf_u8(out, (uint8_t)form->tag);
    read_shape(reader, out, form->shape, levels_left - 1);
    expect(reader, ')');
}

// Actions or paths, behind their count.
static void read_counted(TreeReader *reader, Buf *out, TreeKind kind) {
    size_t count = 0;
    Buf body;
    buf_init(&body, reader->arena);
    for (; peek(reader) != 0 && !reader->failed; count++) {
        if (kind == TREE_UPDATE) read_form(reader, &body, NESTING_MAX);
        else read_path(reader, &body);
    }
    buf_varint(out, count);
    buf_bytes(out, buf_view(&body));
}

Slice read_tree(Arena *arena, TreeKind kind, Slice text) {
    TreeReader reader = {.arena = arena, .text = text};
    if (peek(&reader) == 0 || slice_equal(slice_sub(text, reader.at, text.len), SLICE("(always)"))) {
        return (Slice){NULL, 0};
    }
    if (slice_equal(slice_sub(text, reader.at, text.len), SLICE("(nothing)"))) reader.at = text.len;
    Buf tree;
    buf_init(&tree, arena);
    buf_u8(&tree, TREE_VERSION);
    buf_u8(&tree, (uint8_t)kind);
    if (kind == TREE_CONDITION) read_form(&reader, &tree, NESTING_MAX);
    else read_counted(&reader, &tree, kind);
    if (reader.failed || peek(&reader) != 0) CHECK_EQ_BYTES(slice_sub(text, reader.at, text.len), SLICE("a tree"));
    return buf_view(&tree);
}

Slice read_item(Arena *arena, Slice *text) {
    TreeReader reader = {.arena = arena, .text = *text};
    Slice item = {NULL, 0};
    if (peek(&reader) == '-') {
        reader.at++;
    } else {
        item = read_json(arena, *text, &reader.at, true);
        CHECK(item.len != 0);
    }
    *text = slice_sub(*text, reader.at, text->len);
    return item;
}
