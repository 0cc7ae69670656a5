// The parser's state, shared by its two files. Private to c_src/expr.
#ifndef SHVM_EXPR_PARSER_H
#define SHVM_EXPR_PARSER_H

#include "expr/ast.h"
#include "expr/lexer.h"

// What DynamoDB looks at after the syntax, in the order of the text: words, indexes, functions, repeated sections.
typedef enum MentionKind { MENTION_ELEMENT, MENTION_CALL, MENTION_SECTION } MentionKind;

typedef struct Mention {
    MentionKind kind;
    const AstElement *element; // MENTION_ELEMENT
    Slice name;                // of the function
    uint8_t place;             // MENTION_CALL: one of CALL_AS_…
    const char *section;       // MENTION_SECTION: one that stands twice
} Mention;

// An operand or condition that is complete.
typedef struct Operand {
    uint32_t node;
    uint32_t call; // the mention of a function call whose place is not known yet, or AST_NONE
    bool is_condition;
    bool is_sum;
    bool in_parentheses;
} Operand;

typedef enum FrameKind {
    FRAME_GROUP,         // ( that opens a condition, or an operand where a condition or a sum may stand
    FRAME_OPERAND_GROUP, // ( where only an operand may stand
    FRAME_CALL,
    FRAME_IN,
    FRAME_NOT,
    FRAME_LOGIC,
    FRAME_COMPARISON,
    FRAME_BETWEEN_LOWER,
    FRAME_BETWEEN_UPPER,
    FRAME_ARITHMETIC,
} FrameKind;

// Something that waits for its next operand.
typedef struct Frame {
    FrameKind kind;
    NodeTag tag;
    uint32_t call;         // FRAME_CALL: its mention
    size_t first_operand;  // index in operands[] of its first one
} Frame;

typedef struct Parser {
    Arena *arena;
    Error *error;
    ExpressionKind kind;
    TokenList list;
    size_t at; // index of the current token

    AstNode *nodes;
    size_t node_count;
    AstElement *elements;
    size_t element_count;
    Mention *mentions;
    size_t mention_count;
    size_t operator_count;

    Frame *frames;
    size_t frame_count;
    Operand *operands;
    size_t operand_count;

    // DynamoDB's parser looks ahead until it knows whether "(" or a name begins a condition or an operand. Redundant
    // parentheses that it meets meanwhile are reported once it knows; a syntax error before that comes first.
    bool is_undecided;
    size_t undecided_depth; // number of frames where the undecided part begins
    bool is_redundant;
} Parser;

static inline const Token *parser_token(const Parser *parser) {
    return &parser->list.tokens[parser->at];
}

// "Syntax error; token: …" at the current token. Returns false.
bool parser_syntax_error(Parser *parser);
// Steps over a token of that kind, or reports a syntax error.
bool parser_expect(Parser *parser, TokenKind kind);
// A new node; the arrays have room for one per token.
uint32_t parser_node(Parser *parser, AstNode node);
// Reads a document path.
bool parser_path(Parser *parser, uint32_t *node);
// Reads a whole condition, up to TOKEN_END.
bool parser_condition(Parser *parser, uint32_t *node);
// Reads the value of one SET action; stops before the token that ends it.
bool parser_set_value(Parser *parser, uint32_t *node);

#endif
