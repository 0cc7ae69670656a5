// How json.c prepares text for cJSON and gets out again what cJSON would lose. No byte above 0xf7 occurs in valid
// UTF-8, so such bytes are free for marks inside the strings that cJSON sees.
#ifndef SHVM_DATA_JSON_INTERNAL_H
#define SHVM_DATA_JSON_INTERNAL_H

#include "base/arena.h"
#include "data/json.h"

enum {
    JSON_NUL_MARK = 0xff,       // stands for U+0000, which would end cJSON's string
    JSON_REFERENCE_MARK = 0xfe, // begins a string that refers to a value's text in the document
    JSON_TREE_NESTING_MAX = 250, // levels handed to cJSON at once, which recurses: its own limit is 1000
};

// A copy of a value's text (a part of `document`) for cJSON:
// - \u0000 becomes JSON_NUL_MARK, an unpaired surrogate the character U+FFFD;
// - numbers with a point or an exponent, and containers below JSON_TREE_NESTING_MAX levels, become references.
// {NULL, 0} with arena->failed when memory ran out.
Slice json_rewrite(Arena *arena, Slice document, Slice text);
// The text that a reference (a string that begins with JSON_REFERENCE_MARK) stands for.
Slice json_read_reference(Slice document, const uint8_t *reference);

// Decodes a string's text, quotes included. Without escapes the result borrows from the text.
// {NULL, 0} with arena->failed when memory ran out.
Slice json_decode_string(Arena *arena, Slice text);

// Whether a parsed object has one member, which is then stored: nearly every AttributeValue, read without an iterator.
bool json_only_member(JsonDocument *document, Json object, Slice *name, Json *value);

#endif
