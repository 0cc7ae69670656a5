// The words that no expression may use as an attribute name: DynamoDB developer guide, "Reserved words in DynamoDB".
// Private to c_src/expr.
#ifndef SHVM_EXPR_RESERVED_WORDS_H
#define SHVM_EXPR_RESERVED_WORDS_H

#include "base/slice.h"

#define RESERVED_WORD_COUNT 573

// Whether the word is reserved, in any letter case.
bool word_is_reserved(Slice word);
// The index-th word in byte order, upper case.
Slice reserved_word(size_t index);

#endif
