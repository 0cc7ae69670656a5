// Checked expressions in flat, position-independent form: what travels inside commands. Placeholders are resolved,
// constants are inlined, paths are document_path.h paths. The compile side (condition.h, update.h, …) writes trees that
// pass tree_is_valid; the run side walks them with a Reader and never follows more than EXPRESSION_NESTING_MAX levels.
//
//   tree        := version u8 (1) ‖ kind u8 ‖ body
//   condition   := node
//     node      := AND | OR   count varint ‖ count × (length varint ‖ node)       n-ary, so chains do not nest
//                | NOT        node
//                | EQ NE LT LE GT GE             operand operand
//                | BETWEEN    operand lower upper
//                | IN         operand ‖ count varint ‖ count × operand
//                | ATTRIBUTE_EXISTS | ATTRIBUTE_NOT_EXISTS   path
//                | ATTRIBUTE_TYPE | BEGINS_WITH | CONTAINS   operand operand
//   operand     := CONSTANT value | PATH path | SIZE operand
//                | PLUS operand operand | MINUS operand operand
//                | IF_NOT_EXISTS path operand | LIST_APPEND operand operand       (updates only)
//   update      := count varint ‖ count × action
//     action    := SET path operand | REMOVE path | ADD path value | DELETE path value
//   projection  := count varint ‖ count × path
// Every node and operand starts with its u8 tag below; value is an encoded value (item_codec.h).
#ifndef SHVM_EXPR_TREE_H
#define SHVM_EXPR_TREE_H

#include "base/buf.h"

#define TREE_VERSION 1

typedef enum TreeKind { TREE_CONDITION = 1, TREE_UPDATE = 2, TREE_PROJECTION = 3 } TreeKind;

typedef enum NodeTag {
    NODE_AND = 1,
    NODE_OR = 2,
    NODE_NOT = 3,
    NODE_EQ = 4,
    NODE_NE = 5,
    NODE_LT = 6,
    NODE_LE = 7,
    NODE_GT = 8,
    NODE_GE = 9,
    NODE_BETWEEN = 10,
    NODE_IN = 11,
    NODE_ATTRIBUTE_EXISTS = 12,
    NODE_ATTRIBUTE_NOT_EXISTS = 13,
    NODE_ATTRIBUTE_TYPE = 14,
    NODE_BEGINS_WITH = 15,
    NODE_CONTAINS = 16,

    OPERAND_CONSTANT = 32,
    OPERAND_PATH = 33,
    OPERAND_SIZE = 34,
    OPERAND_PLUS = 35,
    OPERAND_MINUS = 36,
    OPERAND_IF_NOT_EXISTS = 37,
    OPERAND_LIST_APPEND = 38,

    ACTION_SET = 64,
    ACTION_REMOVE = 65,
    ACTION_ADD = 66,
    ACTION_DELETE = 67,
    // Only from AttributeUpdates: ADD that also appends to lists.
    ACTION_ADD_LEGACY = 68,
} NodeTag;

// Whole-tree validator: versions, tags, lengths, depth, values and paths. Commands are checked with it on arrival.
bool tree_is_valid(Slice tree, TreeKind kind);
// Readable form for golden vectors, e.g. (and (= a.b {"N":"1"}) (exists c)).
void tree_print(Buf *out, Slice tree);

#endif
