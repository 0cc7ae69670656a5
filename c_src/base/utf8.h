// UTF-8, strictly: no overlong forms, no surrogates, nothing above U+10FFFF.
#ifndef SHVM_BASE_UTF8_H
#define SHVM_BASE_UTF8_H

#include "base/slice.h"

bool utf8_is_valid(Slice text);
// Decodes the character that starts at text.data[at] of valid text; stores its length in bytes (1…4) in *size.
uint32_t utf8_decode(Slice text, size_t at, size_t *size);
// Writes 1…4 bytes of one scalar value; returns how many.
size_t utf8_encode(uint32_t character, uint8_t out[4]);
// Length of valid text in UTF-16 code units: what DynamoDB's size() of a string and its length limits count.
size_t utf8_utf16_length(Slice text);

#endif
