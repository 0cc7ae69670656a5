// The grammar above operands:
//   condition  := see parser_operand.c
//   update     := section {section}
//     section  := SET path = value {, path = value} | REMOVE path {, path}
//               | ADD path :value {, path :value}   | DELETE path :value {, path :value}
//   projection := path {, path}
//   path       := name {. name | [ index ]}           name: a name or #placeholder
#include "expr/parser.h"

#include "base/limits.h"
#include "expr/reserved_words.h"

const char *expression_kind_name(ExpressionKind kind) {
    switch (kind) {
    case EXPRESSION_CONDITION: return "ConditionExpression";
    case EXPRESSION_FILTER: return "FilterExpression";
    case EXPRESSION_KEY_CONDITION: return "KeyConditionExpression";
    case EXPRESSION_UPDATE: return "UpdateExpression";
    case EXPRESSION_PROJECTION: return "ProjectionExpression";
    }
    return "";
}

bool parser_syntax_error(Parser *parser) {
    Slice token, near;
    lexer_quote(&parser->list, parser->at, &token, &near);
    return expression_error(parser->error, parser->arena, parser->kind, "Syntax error; token: \"%S\", near: \"%S\"",
                            &token, &near);
}

bool parser_expect(Parser *parser, TokenKind kind) {
    if (parser_token(parser)->kind != kind) return parser_syntax_error(parser);
    parser->at++;
    return true;
}

uint32_t parser_node(Parser *parser, AstNode node) {
    if (node.kind != AST_PATH && node.kind != AST_VALUE) parser->operator_count++;
    node.next_sibling = AST_NONE;
    parser->nodes[parser->node_count] = node;
    return (uint32_t)parser->node_count++;
}

// Indexes reach to 2,147,483,647; a larger one is kept as UINT32_MAX and refused after the syntax.
static uint32_t parse_index(Slice digits) {
    uint64_t index = 0;
    for (size_t i = 0; i < digits.len && index <= INT32_MAX; i++) index = index * 10 + (digits.data[i] - '0');
    return index <= INT32_MAX ? (uint32_t)index : UINT32_MAX;
}

static void add_element(Parser *parser, AstElementKind kind) {
    Slice text = parser_token(parser)->text;
    AstElement *element = &parser->elements[parser->element_count++];
    *element = (AstElement){kind, text, kind == ELEMENT_IS_INDEX ? parse_index(text) : 0};
    parser->mentions[parser->mention_count++] = (Mention){.kind = MENTION_ELEMENT, .element = element};
    parser->at++;
}

static bool parse_name_element(Parser *parser) {
    TokenKind kind = parser_token(parser)->kind;
    if (kind != TOKEN_NAME && kind != TOKEN_NAME_PLACEHOLDER) return parser_syntax_error(parser);
    add_element(parser, kind == TOKEN_NAME ? ELEMENT_IS_NAME : ELEMENT_IS_PLACEHOLDER);
    return true;
}

bool parser_path(Parser *parser, uint32_t *node) {
    size_t first = parser->element_count;
    if (!parse_name_element(parser)) return false;
    for (;;) {
        TokenKind kind = parser_token(parser)->kind;
        if (kind != TOKEN_DOT && kind != TOKEN_LEFT_BRACKET) break;
        parser->at++;
        if (kind == TOKEN_DOT) {
            if (!parse_name_element(parser)) return false;
        } else {
            if (parser_token(parser)->kind != TOKEN_INDEX) return parser_syntax_error(parser);
            add_element(parser, ELEMENT_IS_INDEX);
            if (!parser_expect(parser, TOKEN_RIGHT_BRACKET)) return false;
        }
    }
    *node = parser_node(parser, (AstNode){.kind = AST_PATH,
                                          .first_element = (uint32_t)first,
                                          .element_count = (uint32_t)(parser->element_count - first)});
    return true;
}

// --- Updates and projections

typedef struct Section {
    TokenKind token;
    NodeTag tag;
    const char *name;
} Section;

static const Section SECTIONS[] = {
    {TOKEN_SET, ACTION_SET, "SET"},
    {TOKEN_REMOVE, ACTION_REMOVE, "REMOVE"},
    {TOKEN_ADD, ACTION_ADD, "ADD"},
    {TOKEN_DELETE, ACTION_DELETE, "DELETE"},
};
enum { SECTION_COUNT = sizeof SECTIONS / sizeof SECTIONS[0] };

static bool parse_action(Parser *parser, NodeTag tag, AstAction *action) {
    *action = (AstAction){tag, AST_NONE, AST_NONE};
    if (!parser_path(parser, &action->target)) return false;
    if (tag == ACTION_REMOVE) return true;
    if (tag == ACTION_SET) {
        return parser_expect(parser, TOKEN_EQ) && parser_set_value(parser, &action->value);
    }
    Slice text = parser_token(parser)->text;
    if (!parser_expect(parser, TOKEN_VALUE_PLACEHOLDER)) return false;
    action->value = parser_node(parser, (AstNode){.kind = AST_VALUE, .text = text});
    return true;
}

static bool parse_update(Parser *parser, AstAction *actions, size_t *count) {
    bool is_used[SECTION_COUNT] = {false};
    do {
        size_t which = 0;
        while (which < SECTION_COUNT && SECTIONS[which].token != parser_token(parser)->kind) which++;
        if (which == SECTION_COUNT) return parser_syntax_error(parser);
        do {
            parser->at++;
            if (!parse_action(parser, SECTIONS[which].tag, &actions[(*count)++])) return false;
        } while (parser_token(parser)->kind == TOKEN_COMMA);
        // DynamoDB notices a section's second use when it has looked through its actions.
        Mention twice = {.kind = MENTION_SECTION, .section = SECTIONS[which].name};
        if (is_used[which]) parser->mentions[parser->mention_count++] = twice;
        is_used[which] = true;
    } while (parser_token(parser)->kind != TOKEN_END);
    return true;
}

static bool parse_projection(Parser *parser, AstAction *actions, size_t *count) {
    for (;;) {
        AstAction *action = &actions[(*count)++];
        *action = (AstAction){.value = AST_NONE};
        if (!parser_path(parser, &action->target)) return false;
        if (parser_token(parser)->kind == TOKEN_END) return true;
        if (!parser_expect(parser, TOKEN_COMMA)) return false;
    }
}

// --- After the syntax

static bool check_element(Parser *parser, const AstElement *element) {
    Slice text = element->text;
    if (element->kind == ELEMENT_IS_NAME && word_is_reserved(text)) {
        return expression_error(parser->error, parser->arena, parser->kind,
                                "Attribute name is a reserved keyword; reserved keyword: %S", &text);
    }
    if (element->kind == ELEMENT_IS_INDEX && element->index == UINT32_MAX) {
        return expression_error(parser->error, parser->arena, parser->kind,
                                "List index is not within the allowable range; index: [%S]", &text);
    }
    return true;
}

static bool check_call(Parser *parser, const Mention *call) {
    const FunctionRow *row = function_find(call->name);
    bool is_update = parser->kind == EXPRESSION_UPDATE;
    const char *fault = NULL;
    if (row == NULL) fault = "Invalid function name";
    else if (is_update && !row->in_updates) fault = "The function is not allowed in an update expression";
    else if (!is_update && !row->in_conditions) fault = "The function is not allowed in a condition expression";
    else if ((row->places & call->place) == 0) {
        fault = "The function is not allowed to be used this way in an expression";
    }
    if (fault == NULL) return true;
    return expression_error(parser->error, parser->arena, parser->kind, "%s; function: %S", fault, &call->name);
}

static bool check_mentions(Parser *parser) {
    for (size_t i = 0; i < parser->mention_count; i++) {
        const Mention *mention = &parser->mentions[i];
        switch (mention->kind) {
        case MENTION_ELEMENT:
            if (!check_element(parser, mention->element)) return false;
            break;
        case MENTION_CALL:
            if (!check_call(parser, mention)) return false;
            break;
        case MENTION_SECTION:
            return expression_error(parser->error, parser->arena, parser->kind,
                                    "The \"%s\" section can only be used once in an update expression;",
                                    mention->section);
        }
    }
    return true;
}

static bool check_text(Parser *parser, Slice text) {
    const char *fault = NULL;
    if (text.len == 0) fault = "The expression can not be empty;";
    if (text.len > EXPRESSION_BYTES_MAX) fault = "Expression size has exceeded the maximum allowed size;";
    if (fault == NULL) return true;
    return expression_error(parser->error, parser->arena, parser->kind, "%s", fault);
}

// Nothing the grammar makes outnumbers the tokens.
static bool allocate(Parser *parser) {
    size_t count = parser->list.count;
    parser->nodes = ARENA_ARRAY(parser->arena, AstNode, count);
    parser->elements = ARENA_ARRAY(parser->arena, AstElement, count);
    parser->mentions = ARENA_ARRAY(parser->arena, Mention, count);
    parser->frames = ARENA_ARRAY(parser->arena, Frame, count);
    parser->operands = ARENA_ARRAY(parser->arena, Operand, count);
    bool is_complete = parser->nodes != NULL && parser->elements != NULL && parser->mentions != NULL &&
                       parser->frames != NULL && parser->operands != NULL;
    return is_complete || error_out_of_memory(parser->error);
}

Expression *expression_parse(Arena *arena, ExpressionKind kind, Slice text, Error *error) {
    Parser parser = {.arena = arena, .error = error, .kind = kind};
    if (!check_text(&parser, text) || !lexer_scan(arena, text, &parser.list, error) || !allocate(&parser)) return NULL;
    Expression *expression = ARENA_NEW(arena, Expression);
    AstAction *actions = ARENA_ARRAY(arena, AstAction, parser.list.count);
    if (expression == NULL || actions == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    expression->root = AST_NONE;
    bool is_read;
    if (kind == EXPRESSION_UPDATE) is_read = parse_update(&parser, actions, &expression->action_count);
    else if (kind == EXPRESSION_PROJECTION) is_read = parse_projection(&parser, actions, &expression->action_count);
    else is_read = parser_condition(&parser, &expression->root);
    if (!is_read || !check_mentions(&parser)) return NULL;
    expression->kind = kind;
    expression->nodes = parser.nodes;
    expression->node_count = parser.node_count;
    expression->elements = parser.elements;
    expression->operator_count = parser.operator_count;
    expression->actions = actions;
    return expression;
}
