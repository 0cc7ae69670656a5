// Some of DynamoDB's messages list things in the order of java.util.HashMap, which can be computed.
#ifndef SHVM_BASE_JAVA_ORDER_H
#define SHVM_BASE_JAVA_ORDER_H

#include "base/slice.h"

// String.hashCode() of valid UTF-8 text.
uint32_t java_string_hash(Slice text);
// How many buckets a map has that grew to `count` entries.
uint32_t java_bucket_count(size_t count);
// The bucket of a hash in a map that grew to `count` entries. Maps are walked by bucket, and within a bucket in the
// order of insertion.
uint32_t java_bucket(uint32_t hash, size_t count);

#endif
