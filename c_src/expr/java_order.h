// Some of DynamoDB's messages list things in the order of java.util.HashMap, which can be computed. Private to
// c_src/expr.
#ifndef SHVM_EXPR_JAVA_ORDER_H
#define SHVM_EXPR_JAVA_ORDER_H

#include "base/slice.h"

// String.hashCode() of valid UTF-8 text, spread as HashMap spreads it.
uint32_t java_string_hash(Slice text);
// Buckets of a map that grew to `count` entries: an entry's bucket is its hash modulo this. Within a bucket the order
// is that of insertion.
uint32_t java_buckets(size_t count);

#endif
