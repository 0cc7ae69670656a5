// Checked expressions → trees (tree.h). Sizes are measured first, so that no part is copied once per level above it.
// Both passes follow the operators' nesting, which check_expression has bounded by EXPRESSION_OPERATORS_MAX.
#include "base/limits.h"
#include "expr/check.h"
#include "expr/tree.h"

typedef struct Compiler {
    const Expression *expression;
    const Resolved *resolved;
    size_t *sizes; // of nodes and operands, tag included
    Buf *out;
} Compiler;

static const AstNode *node_at(const Compiler *compiler, uint32_t index) {
    return &compiler->expression->nodes[index];
}

// Whether the operand at this position of the node is written as a bare path.
static bool is_bare_path(const AstNode *parent, size_t position) {
    return parent->kind == AST_FUNCTION && parent->function->operands[position].rule == OPERAND_MUST_BE_PATH;
}

// NOLINTNEXTLINE(misc-no-recursion): at most EXPRESSION_OPERATORS_MAX levels
static size_t measure(Compiler *compiler, uint32_t index) {
    const AstNode *node = node_at(compiler, index);
    size_t size = 1 + compiler->resolved[index].bytes.len;
    if (node->kind == AST_LOGIC) size += varint_size(node->child_count);
    if (node->kind == AST_IN) size += varint_size(node->child_count - 1);
    size_t position = 0;
    uint32_t child = node->child_count == 0 ? AST_NONE : node->first_child;
    for (; child != AST_NONE; child = node_at(compiler, child)->next_sibling) {
        size_t child_size = measure(compiler, child);
        size += child_size - (is_bare_path(node, position++) ? 1 : 0);
        if (node->kind == AST_LOGIC) size += varint_size(child_size);
    }
    compiler->sizes[index] = size;
    return size;
}

// NOLINTNEXTLINE(misc-no-recursion): at most EXPRESSION_OPERATORS_MAX levels
static void write_node(Compiler *compiler, uint32_t index, bool with_tag) {
    const AstNode *node = node_at(compiler, index);
    uint8_t tag = (uint8_t)node->tag;
    if (node->kind == AST_PATH) tag = OPERAND_PATH;
    if (node->kind == AST_VALUE) tag = OPERAND_CONSTANT;
    if (with_tag) buf_u8(compiler->out, tag);
    buf_bytes(compiler->out, compiler->resolved[index].bytes);
    if (node->kind == AST_LOGIC) buf_varint(compiler->out, node->child_count);
    size_t position = 0;
    uint32_t child = node->child_count == 0 ? AST_NONE : node->first_child;
    for (; child != AST_NONE; child = node_at(compiler, child)->next_sibling) {
        if (node->kind == AST_IN && position == 1) buf_varint(compiler->out, node->child_count - 1);
        if (node->kind == AST_LOGIC) buf_varint(compiler->out, compiler->sizes[child]);
        write_node(compiler, child, !is_bare_path(node, position++));
    }
}

static void write_actions(Compiler *compiler) {
    const Expression *expression = compiler->expression;
    bool is_update = expression->kind == EXPRESSION_UPDATE;
    buf_varint(compiler->out, expression->action_count);
    for (size_t i = 0; i < expression->action_count; i++) {
        const AstAction *action = &expression->actions[i];
        if (is_update) buf_u8(compiler->out, (uint8_t)action->tag);
        buf_bytes(compiler->out, compiler->resolved[action->target].bytes);
        // ADD and DELETE take a value, which needs no tag to say so.
        if (action->value != AST_NONE) write_node(compiler, action->value, action->tag == ACTION_SET);
    }
}

// Constants stand in the tree once per use, so a few large ones in many places would make it larger than a message may
// be. DynamoDB has no such limit, but takes no more than 2 MB of placeholders.
static bool check_tree_bytes(Arena *arena, const Compiler *compiler, Error *error) {
    size_t bytes = 0;
    for (size_t i = 0; i < compiler->expression->node_count; i++) bytes += compiler->resolved[i].bytes.len;
    if (bytes <= EXPRESSION_TREE_BYTES_MAX) return true;
    return error_enveloped(error, arena, "Invalid %s: Expression size has exceeded the maximum allowed size;",
                           expression_kind_name(compiler->expression->kind));
}

bool expression_compile(Arena *arena, const Expression *expression, Placeholders *placeholders, Buf *tree,
                        Error *error) {
    Checker checker;
    if (!check_expression(&checker, arena, expression, placeholders, error)) return false;
    Compiler compiler = {.expression = expression, .resolved = checker.resolved, .out = tree};
    if (!check_tree_bytes(arena, &compiler, error)) return false;
    buf_u8(tree, TREE_VERSION);
    if (expression->root == AST_NONE) {
        buf_u8(tree, expression->kind == EXPRESSION_UPDATE ? TREE_UPDATE : TREE_PROJECTION);
        write_actions(&compiler);
    } else {
        compiler.sizes = ARENA_ARRAY(arena, size_t, expression->node_count);
        if (compiler.sizes == NULL) return error_out_of_memory(error);
        measure(&compiler, expression->root);
        buf_u8(tree, TREE_CONDITION);
        write_node(&compiler, expression->root, true);
    }
    return !tree->failed || error_out_of_memory(error);
}
