// Order-preserving bytes of key attributes: memcmp order is DynamoDB's order, and each part is self-delimiting, so
// parts can be concatenated.
//   number   its sortable bytes (decimal.h)
//   string   UTF-8 with every 00 written 00 FF, then 00 01
//   binary   the same escaping of raw bytes
// Full key = hash64 (8 bytes, big-endian) ‖ partition key part(s) ‖ sort key part(s).
#ifndef SHVM_DATA_KEY_CODEC_H
#define SHVM_DATA_KEY_CODEC_H

#include "base/buf.h"
#include "base/error.h"

// Appends one key part. value is an encoded attribute value (item_codec.h) of type S, N or B.
void key_append_value(Buf *key, Slice value);
// Reads one part back as an encoded attribute value of the given type ('S', 'N' or 'B'); false when corrupt.
bool key_read_value(Reader *key, char type, Buf *value);
// Appends hash64 of the encoded partition key, big-endian.
#define KEY_HASH_BYTES 8u
void key_append_hash(Buf *key, const uint8_t seed[16], Slice encoded_partition_key);
// hash64 at the front of a full key; 0 when it is shorter than that.
static inline uint64_t key_leading_hash(Slice full_key) {
    uint64_t hash = 0;
    if (full_key.len < KEY_HASH_BYTES) return 0;
    for (size_t i = 0; i < KEY_HASH_BYTES; i++) hash = hash << 8 | full_key.data[i];
    return hash;
}
// The bytes of a string or binary prefix without the terminator: [prefix, key_prefix_end) holds exactly the keys that
// begin with it (begins_with).
void key_append_prefix(Buf *key, Slice value);
// The smallest key greater than every key that starts with `prefix`: appended to out; false when there is none
// (prefix is all FF), in which case the range is open above.
bool key_append_prefix_end(Buf *out, Slice prefix);

#endif
