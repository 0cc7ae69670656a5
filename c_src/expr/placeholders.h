// Looking placeholders up. Private to c_src/expr; the rest of their interface stands in expression.h.
#ifndef SHVM_EXPR_PLACEHOLDERS_H
#define SHVM_EXPR_PLACEHOLDERS_H

#include "expr/expression.h"

typedef struct Placeholder {
    Slice key;   // "#n" or ":v"
    Slice name;  // of names: the attribute name
    Slice value; // of values: encoded
    Slice digits; // of numbers: as they were sent
    size_t position; // in the request
    bool is_used;
} Placeholder;

// The placeholder with that key, marked as used; NULL when it is not defined (or placeholders is NULL).
const Placeholder *placeholders_use_name(Placeholders *placeholders, Slice key);
const Placeholder *placeholders_use_value(Placeholders *placeholders, Slice key);
// Appends the value as DynamoDB prints it in messages, e.g. S:text or N:1.50, the number as it was sent.
void placeholder_print(Buf *out, const Placeholder *value);
Layer placeholders_layer(const Placeholders *placeholders);

#endif
