#include "expr/lexer.h"

typedef struct Word {
    Slice text; // upper case
    TokenKind kind;
} Word;

static const Word KEYWORDS[] = {
    {SLICE_INIT("ADD"), TOKEN_ADD}, {SLICE_INIT("AND"), TOKEN_AND},       {SLICE_INIT("BETWEEN"), TOKEN_BETWEEN},
    {SLICE_INIT("IN"), TOKEN_IN},   {SLICE_INIT("DELETE"), TOKEN_DELETE}, {SLICE_INIT("NOT"), TOKEN_NOT},
    {SLICE_INIT("OR"), TOKEN_OR},   {SLICE_INIT("REMOVE"), TOKEN_REMOVE}, {SLICE_INIT("SET"), TOKEN_SET},
};

static bool is_space(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_letter(uint8_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(uint8_t c) {
    return c >= '0' && c <= '9';
}

static bool is_word_byte(uint8_t c) {
    return is_letter(c) || is_digit(c) || c == '_';
}

static uint8_t upper(uint8_t c) {
    return c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c;
}

static size_t skip_space(Slice text, size_t at) {
    while (at < text.len && is_space(text.data[at])) at++;
    return at;
}

static size_t skip_word(Slice text, size_t at) {
    while (at < text.len && is_word_byte(text.data[at])) at++;
    return at;
}

static TokenKind word_kind(Slice word) {
    for (size_t i = 0; i < sizeof KEYWORDS / sizeof KEYWORDS[0]; i++) {
        if (KEYWORDS[i].text.len != word.len) continue;
        size_t same = 0;
        while (same < word.len && upper(word.data[same]) == KEYWORDS[i].text.data[same]) same++;
        if (same == word.len) return KEYWORDS[i].kind;
    }
    return TOKEN_NAME;
}

static TokenKind punctuation_kind(Slice text, size_t at, size_t *len) {
    uint8_t next = at + 1 < text.len ? text.data[at + 1] : 0;
    *len = 1;
    switch (text.data[at]) {
    case '(': return TOKEN_LEFT_PAREN;
    case ')': return TOKEN_RIGHT_PAREN;
    case '[': return TOKEN_LEFT_BRACKET;
    case ']': return TOKEN_RIGHT_BRACKET;
    case '.': return TOKEN_DOT;
    case ',': return TOKEN_COMMA;
    case '+': return TOKEN_PLUS;
    case '-': return TOKEN_MINUS;
    case '=': return TOKEN_EQ;
    case '<':
        if (next != '=' && next != '>') return TOKEN_LT;
        *len = 2;
        return next == '=' ? TOKEN_LE : TOKEN_NE;
    case '>':
        if (next != '=') return TOKEN_GT;
        *len = 2;
        return TOKEN_GE;
    default: break;
    }
    // One character: the bytes 10xxxxxx belong to the one before them.
    while (at + *len < text.len && (text.data[at + *len] & 0xc0) == 0x80) (*len)++;
    return TOKEN_OTHER;
}

// The token at text[at], which is no white space.
static Token scan_token(Slice text, size_t at) {
    uint8_t first = text.data[at];
    size_t end = at + 1;
    TokenKind kind;
    if (is_letter(first)) {
        end = skip_word(text, at);
        kind = word_kind(slice_sub(text, at, end));
    } else if ((first == '#' || first == ':') && skip_word(text, end) > end) {
        end = skip_word(text, end);
        kind = first == '#' ? TOKEN_NAME_PLACEHOLDER : TOKEN_VALUE_PLACEHOLDER;
    } else if (is_digit(first)) {
        while (first != '0' && end < text.len && is_digit(text.data[end])) end++;
        kind = TOKEN_INDEX;
    } else {
        size_t len;
        kind = punctuation_kind(text, at, &len);
        end = at + len;
    }
    return (Token){kind, slice_sub(text, at, end)};
}

static size_t token_end(Slice source, const Token *token) {
    return (size_t)(token->text.data - source.data) + token->text.len;
}

bool lexer_scan(Arena *arena, Slice text, TokenList *out, Error *error) {
    size_t count = 1;
    for (size_t at = skip_space(text, 0); at < text.len; count++) {
        Token token = scan_token(text, at);
        at = skip_space(text, token_end(text, &token));
    }
    Token *tokens = ARENA_ARRAY(arena, Token, count);
    if (tokens == NULL) return error_out_of_memory(error);
    size_t at = skip_space(text, 0);
    for (size_t i = 0; i + 1 < count; i++) {
        tokens[i] = scan_token(text, at);
        at = skip_space(text, token_end(text, &tokens[i]));
    }
    tokens[count - 1] = (Token){TOKEN_END, slice_sub(text, text.len, text.len)};
    *out = (TokenList){text, tokens, count};
    return true;
}

void lexer_quote(const TokenList *list, size_t index, Slice *token, Slice *near) {
    const Token *tokens = list->tokens;
    bool is_end = tokens[index].kind == TOKEN_END;
    *token = is_end ? SLICE("<EOF>") : tokens[index].text;
    size_t from = index == 0 ? 0 : (size_t)(tokens[index - 1].text.data - list->source.data);
    size_t to = token_end(list->source, &tokens[is_end ? index : index + 1]);
    *near = slice_sub(list->source, from, to);
}

bool lexer_is_single(Slice text, TokenKind kind) {
    size_t at = skip_space(text, 0);
    if (at == text.len) return false;
    Token token = scan_token(text, at);
    return token.kind == kind && skip_space(text, token_end(text, &token)) == text.len;
}
