// Replies' JSON, appended straight to a Buf. No state: callers place their own braces, colons and commas.
#ifndef SHVM_DATA_JSON_WRITER_H
#define SHVM_DATA_JSON_WRITER_H

#include "base/buf.h"

// A string with its quotes; escapes `"`, `\`, control characters (\b \f \n \r \t, \u00XX) and nothing else.
void json_write_string(Buf *out, Slice text);
void json_write_bool(Buf *out, bool value);
// A double as DynamoDB prints it: capacity units and dates: "1.0", "0.5", "1793500000.123" (shortest of ≤ 3 decimals,
// at least one decimal digit).
void json_write_double(Buf *out, double value);
// `"name":` preceded by a comma unless *first, which it clears.
void json_write_member(Buf *out, bool *first, const char *name);

#endif
