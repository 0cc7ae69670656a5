#include "base/java_order.h"

#include "base/utf8.h"

uint32_t java_string_hash(Slice text) {
    uint32_t hash = 0;
    for (size_t at = 0; at < text.len;) {
        size_t size;
        uint32_t character = utf8_decode(text, at, &size);
        at += size;
        if (character >= 0x10000) {
            hash = hash * 31 + (0xd800 + ((character - 0x10000) >> 10));
            character = 0xdc00 + ((character - 0x10000) & 0x3ff);
        }
        hash = hash * 31 + character;
    }
    return hash;
}

uint32_t java_bucket_count(size_t count) {
    uint32_t buckets = 16;
    while (count > buckets / 4 * 3) buckets *= 2;
    return buckets;
}

uint32_t java_bucket(uint32_t hash, size_t count) {
    return (hash ^ hash >> 16) & (java_bucket_count(count) - 1);
}
