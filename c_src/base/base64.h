// RFC 4648 base64 with padding, as DynamoDB wants it: no white space, padding obligatory, unused bits ignored as AWS
// ignores them.
#ifndef SHVM_BASE_BASE64_H
#define SHVM_BASE_BASE64_H

#include "base/buf.h"

// Appends the decoded bytes; false when text is no padded base64 (out is then unchanged).
bool base64_decode(Buf *out, Slice text);
void base64_encode(Buf *out, Slice bytes);

#endif
