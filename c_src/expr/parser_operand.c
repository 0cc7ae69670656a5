// Operands and conditions, by operator precedence over two explicit stacks, so that no text needs a deep C stack:
// frames wait for operands, operands wait for their frame. Linear in the number of tokens.
//   condition := condition OR condition | condition AND condition | NOT condition | ( condition )
//              | operand comparator operand | operand BETWEEN operand AND operand | operand IN ( operand {, operand} )
//              | call
//   operand   := path | :value | call | ( operand )
//   call      := name ( operand {, operand} )
//   set value := operand | operand + operand | operand - operand | ( set value )
#include "expr/parser.h"

// How tightly a condition's operators bind.
enum { PRIORITY_OR = 1, PRIORITY_AND = 2, PRIORITY_NOT = 3 };

static Frame *top_frame(Parser *parser) {
    return parser->frame_count == 0 ? NULL : &parser->frames[parser->frame_count - 1];
}

static void push_frame(Parser *parser, Frame frame) {
    parser->frames[parser->frame_count++] = frame;
}

static Operand *top_operand(Parser *parser) {
    return &parser->operands[parser->operand_count - 1];
}

// Whether only an operand, no condition or sum, may come next.
static bool wants_operand(Parser *parser) {
    const Frame *frame = top_frame(parser);
    if (frame == NULL) return false;
    return frame->kind != FRAME_GROUP && frame->kind != FRAME_NOT && frame->kind != FRAME_LOGIC;
}

static bool redundant_parentheses(Parser *parser) {
    return expression_error(parser->error, parser->arena, parser->kind, "%s",
                            "The expression has redundant parentheses;");
}

static bool note_redundant(Parser *parser) {
    if (!parser->is_undecided) return redundant_parentheses(parser);
    parser->is_redundant = true;
    return true;
}

// It is clear now what the part looked at is.
static bool decide(Parser *parser) {
    parser->is_undecided = false;
    return !parser->is_redundant || redundant_parentheses(parser);
}

static void settle_call(Parser *parser, Operand *operand, uint8_t place) {
    if (operand->call != AST_NONE) parser->mentions[operand->call].place = place;
    operand->call = AST_NONE;
}

static void add_child(Parser *parser, uint32_t parent, uint32_t child) {
    AstNode *node = &parser->nodes[parent];
    if (node->child_count == 0) node->first_child = child;
    else parser->nodes[node->last_child].next_sibling = child;
    node->last_child = child;
    node->child_count++;
}

// Replaces the operands from `first` on by one node over them.
static void reduce(Parser *parser, size_t first, AstNode node, Operand result) {
    result.node = parser_node(parser, node);
    for (size_t i = first; i < parser->operand_count; i++) add_child(parser, result.node, parser->operands[i].node);
    parser->operands[first] = result;
    parser->operand_count = first + 1;
}

static void reduce_predicate(Parser *parser, size_t first, AstKind kind, NodeTag tag) {
    for (size_t i = first; i < parser->operand_count; i++) {
        settle_call(parser, &parser->operands[i], CALL_AS_OPERAND);
    }
    reduce(parser, first, (AstNode){.kind = kind, .tag = tag},
           (Operand){.call = AST_NONE, .is_condition = kind != AST_ARITHMETIC, .is_sum = kind == AST_ARITHMETIC});
}

// Chains of AND or OR become one node with many children.
static void reduce_logic(Parser *parser, const Frame *frame) {
    settle_call(parser, top_operand(parser), CALL_AS_CONDITION);
    Operand condition = {.call = AST_NONE, .is_condition = true};
    if (frame->kind == FRAME_NOT) {
        reduce(parser, frame->first_operand, (AstNode){.kind = AST_NOT, .tag = NODE_NOT}, condition);
        return;
    }
    Operand *left = &parser->operands[frame->first_operand];
    if (parser->nodes[left->node].kind == AST_LOGIC && parser->nodes[left->node].tag == frame->tag) {
        add_child(parser, left->node, top_operand(parser)->node);
        parser->operator_count++;
        left->in_parentheses = false;
        parser->operand_count--;
        return;
    }
    reduce(parser, frame->first_operand, (AstNode){.kind = AST_LOGIC, .tag = frame->tag}, condition);
}

// Completes the NOTs, ANDs and ORs on top that bind at least as tightly.
static void reduce_down_to(Parser *parser, int priority) {
    for (const Frame *frame = top_frame(parser); frame != NULL; frame = top_frame(parser)) {
        int own = frame->kind == FRAME_NOT     ? PRIORITY_NOT
                  : frame->kind != FRAME_LOGIC ? 0
                  : frame->tag == NODE_AND     ? PRIORITY_AND
                                               : PRIORITY_OR;
        if (own < priority || own == 0) return;
        parser->frame_count--;
        reduce_logic(parser, frame);
    }
}

// --- Where an operand or a condition begins

static bool begin_call(Parser *parser) {
    Frame frame = {.kind = FRAME_CALL,
                   .call = (uint32_t)parser->mention_count,
                   .first_operand = parser->operand_count};
    Mention call = {.kind = MENTION_CALL, .name = parser_token(parser)->text};
    parser->mentions[parser->mention_count++] = call;
    parser->at += 2;
    push_frame(parser, frame);
    return true;
}

// Reads up to and including the next path or value. *is_complete tells whether one was read: otherwise a frame was
// opened and another beginning must follow.
static bool begin_operand(Parser *parser, bool *is_complete) {
    bool only_operand = wants_operand(parser);
    if (!only_operand && !parser->is_undecided) {
        parser->is_undecided = true;
        parser->undecided_depth = parser->frame_count;
    }
    *is_complete = false;
    const Token *token = parser_token(parser);
    Operand operand = {.call = AST_NONE};
    switch (token->kind) {
    case TOKEN_LEFT_PAREN:
        push_frame(parser, (Frame){.kind = only_operand ? FRAME_OPERAND_GROUP : FRAME_GROUP});
        parser->at++;
        return true;
    case TOKEN_NOT:
        if (only_operand || parser->kind == EXPRESSION_UPDATE) return parser_syntax_error(parser);
        if (!decide(parser)) return false;
        push_frame(parser, (Frame){.kind = FRAME_NOT, .first_operand = parser->operand_count});
        parser->at++;
        return true;
    case TOKEN_VALUE_PLACEHOLDER:
        operand.node = parser_node(parser, (AstNode){.kind = AST_VALUE, .text = token->text});
        parser->at++;
        break;
    default:
        if (token->kind == TOKEN_NAME && token[1].kind == TOKEN_LEFT_PAREN) return begin_call(parser);
        if (!parser_path(parser, &operand.node)) return false;
        break;
    }
    parser->operands[parser->operand_count++] = operand;
    *is_complete = true;
    return true;
}

// --- Where one ends

// What follows a complete operand or condition: more of the same frame, another beginning, or the end of the whole.
typedef enum Next { NEXT_CONTINUE, NEXT_BEGIN, NEXT_END, NEXT_FAILED } Next;

static Next fail(Parser *parser) {
    parser_syntax_error(parser);
    return NEXT_FAILED;
}

static Next close_call(Parser *parser, const Frame *frame) {
    TokenKind kind = parser_token(parser)->kind;
    settle_call(parser, top_operand(parser), CALL_AS_OPERAND);
    if (kind != TOKEN_COMMA && kind != TOKEN_RIGHT_PAREN) return fail(parser);
    parser->at++;
    if (kind == TOKEN_COMMA) return NEXT_BEGIN;
    const FunctionRow *function = function_find(parser->mentions[frame->call].name);
    AstNode node = {.kind = AST_FUNCTION, .function = function, .tag = function == NULL ? 0 : function->tag};
    parser->frame_count--;
    reduce(parser, frame->first_operand, node, (Operand){.call = frame->call});
    return NEXT_CONTINUE;
}

static Next close_group(Parser *parser) {
    Operand *operand = top_operand(parser);
    if (operand->in_parentheses && !note_redundant(parser)) return NEXT_FAILED;
    operand->in_parentheses = true;
    parser->frame_count--;
    parser->at++;
    return NEXT_CONTINUE;
}

static Next close_between_lower(Parser *parser, Frame *frame) {
    if (parser_token(parser)->kind != TOKEN_AND) return fail(parser);
    parser->at++;
    frame->kind = FRAME_BETWEEN_UPPER;
    return NEXT_BEGIN;
}

static Next close_in(Parser *parser, const Frame *frame) {
    TokenKind kind = parser_token(parser)->kind;
    if (kind != TOKEN_COMMA && kind != TOKEN_RIGHT_PAREN) return fail(parser);
    parser->at++;
    if (kind == TOKEN_COMMA) return NEXT_BEGIN;
    parser->frame_count--;
    reduce_predicate(parser, frame->first_operand, AST_IN, NODE_IN);
    return NEXT_CONTINUE;
}

// The operand completes a frame that wants operands only.
static Next close_operand(Parser *parser, Frame *frame) {
    switch (frame->kind) {
    case FRAME_CALL: return close_call(parser, frame);
    case FRAME_IN: return close_in(parser, frame);
    case FRAME_BETWEEN_LOWER: return close_between_lower(parser, frame);
    case FRAME_OPERAND_GROUP:
        return parser_token(parser)->kind == TOKEN_RIGHT_PAREN ? close_group(parser) : fail(parser);
    case FRAME_BETWEEN_UPPER:
        parser->frame_count--;
        reduce_predicate(parser, frame->first_operand, AST_BETWEEN, NODE_BETWEEN);
        return NEXT_CONTINUE;
    default:
        parser->frame_count--;
        reduce_predicate(parser, frame->first_operand,
                         frame->kind == FRAME_ARITHMETIC ? AST_ARITHMETIC : AST_COMPARISON, frame->tag);
        return NEXT_CONTINUE;
    }
}

// The frame that an operator behind an operand opens. False where the token is none.
static bool operator_frame(TokenKind token, bool in_update, Frame *frame) {
    frame->kind = in_update ? FRAME_ARITHMETIC : FRAME_COMPARISON;
    if (in_update) {
        frame->tag = token == TOKEN_PLUS ? OPERAND_PLUS : OPERAND_MINUS;
        return token == TOKEN_PLUS || token == TOKEN_MINUS;
    }
    switch (token) {
    case TOKEN_EQ: frame->tag = NODE_EQ; return true;
    case TOKEN_NE: frame->tag = NODE_NE; return true;
    case TOKEN_LT: frame->tag = NODE_LT; return true;
    case TOKEN_LE: frame->tag = NODE_LE; return true;
    case TOKEN_GT: frame->tag = NODE_GT; return true;
    case TOKEN_GE: frame->tag = NODE_GE; return true;
    case TOKEN_BETWEEN: frame->kind = FRAME_BETWEEN_LOWER; return true;
    case TOKEN_IN: frame->kind = FRAME_IN; return true;
    default: return false;
    }
}

static Next open_operator(Parser *parser, Frame frame) {
    parser->at++;
    if (!decide(parser)) return NEXT_FAILED;
    if (frame.kind == FRAME_IN && !parser_expect(parser, TOKEN_LEFT_PAREN)) return NEXT_FAILED;
    frame.first_operand = parser->operand_count - 1;
    push_frame(parser, frame);
    return NEXT_BEGIN;
}

static Next open_logic(Parser *parser, TokenKind token) {
    bool is_and = token == TOKEN_AND;
    if (!decide(parser)) return NEXT_FAILED;
    reduce_down_to(parser, is_and ? PRIORITY_AND : PRIORITY_OR);
    settle_call(parser, top_operand(parser), CALL_AS_CONDITION);
    push_frame(parser, (Frame){.kind = FRAME_LOGIC,
                               .tag = is_and ? NODE_AND : NODE_OR,
                               .first_operand = parser->operand_count - 1});
    parser->at++;
    return NEXT_BEGIN;
}

// The operand or condition stands where either might. `in_update`: where a sum might.
static Next close_condition(Parser *parser, bool in_update) {
    const Operand *operand = top_operand(parser);
    TokenKind token = parser_token(parser)->kind;
    bool is_operand = !operand->is_condition && !operand->is_sum;
    bool is_finished = in_update || !is_operand || operand->call != AST_NONE;
    bool is_clear = parser->is_undecided && parser->frame_count == parser->undecided_depth && is_finished;
    if (is_clear && !decide(parser)) return NEXT_FAILED;
    Frame frame = {.kind = FRAME_COMPARISON};
    if (is_operand && operator_frame(token, in_update, &frame)) return open_operator(parser, frame);
    const Frame *top = top_frame(parser);
    if (token == TOKEN_RIGHT_PAREN && top != NULL && top->kind == FRAME_GROUP) return close_group(parser);
    if (in_update) return top == NULL ? NEXT_END : fail(parser);
    if (!is_finished) return fail(parser);
    if (token == TOKEN_AND || token == TOKEN_OR) return open_logic(parser, token);
    if (token != TOKEN_RIGHT_PAREN && token != TOKEN_END) return fail(parser);
    reduce_down_to(parser, PRIORITY_OR);
    settle_call(parser, top_operand(parser), CALL_AS_CONDITION);
    bool in_group = top_frame(parser) != NULL;
    if (token == TOKEN_END) return in_group ? fail(parser) : NEXT_END;
    return in_group ? close_group(parser) : fail(parser);
}

static bool parse(Parser *parser, bool in_update, uint32_t *node) {
    parser->is_undecided = false;
    parser->is_redundant = false;
    Next next = NEXT_BEGIN;
    while (next != NEXT_END) {
        bool is_complete = true;
        if (next == NEXT_BEGIN && !begin_operand(parser, &is_complete)) return false;
        if (!is_complete) continue;
        next = wants_operand(parser) ? close_operand(parser, top_frame(parser)) : close_condition(parser, in_update);
        if (next == NEXT_FAILED) return false;
    }
    Operand *operand = top_operand(parser);
    if (in_update) settle_call(parser, operand, CALL_AS_SET_VALUE);
    *node = operand->node;
    parser->operand_count = 0;
    return true;
}

bool parser_condition(Parser *parser, uint32_t *node) {
    return parse(parser, false, node);
}

bool parser_set_value(Parser *parser, uint32_t *node) {
    return parse(parser, true, node);
}
