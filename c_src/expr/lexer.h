// Tokens of expressions. Private to c_src/expr.
//   name         letter followed by letters, digits, _          keywords in any letter case are tokens of their own
//   #name :value # or : followed by letters, digits, _
//   index        0, or a digit 1…9 followed by digits           so 00 is two tokens
//   other        any character that begins no token is one by itself; the grammar then refuses it
// White space is space, tab, line feed and carriage return.
#ifndef SHVM_EXPR_LEXER_H
#define SHVM_EXPR_LEXER_H

#include "base/arena.h"
#include "base/error.h"

typedef enum TokenKind {
    TOKEN_END,
    TOKEN_NAME,
    TOKEN_NAME_PLACEHOLDER,
    TOKEN_VALUE_PLACEHOLDER,
    TOKEN_INDEX,
    TOKEN_OTHER,
    TOKEN_LEFT_PAREN,
    TOKEN_RIGHT_PAREN,
    TOKEN_LEFT_BRACKET,
    TOKEN_RIGHT_BRACKET,
    TOKEN_DOT,
    TOKEN_COMMA,
    TOKEN_PLUS,
    TOKEN_MINUS,
    TOKEN_EQ,
    TOKEN_NE,
    TOKEN_LT,
    TOKEN_LE,
    TOKEN_GT,
    TOKEN_GE,
    TOKEN_AND,
    TOKEN_OR,
    TOKEN_NOT,
    TOKEN_BETWEEN,
    TOKEN_IN,
    TOKEN_SET,
    TOKEN_REMOVE,
    TOKEN_ADD,
    TOKEN_DELETE,
} TokenKind;

typedef struct Token {
    TokenKind kind;
    Slice text; // empty for TOKEN_END, at the end of the source
} Token;

typedef struct TokenList {
    Slice source;
    const Token *tokens; // the last one is TOKEN_END
    size_t count;        // TOKEN_END included
} TokenList;

// Cuts text into tokens, which lie in the arena and borrow from the text. False only without memory.
bool lexer_scan(Arena *arena, Slice text, TokenList *out, Error *error);
// What a syntax error at tokens[index] quotes: "<EOF>" or the token, and the source from the token before it to the
// token after it, with white space where that stands at an end of the source.
void lexer_quote(const TokenList *list, size_t index, Slice *token, Slice *near);
// Whether text, white space around it aside, is a single token of that kind: how keys of placeholder maps are checked.
bool lexer_is_single(Slice text, TokenKind kind);

#endif
