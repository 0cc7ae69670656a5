// SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104): object names, and SigV4.
#ifndef SHVM_BASE_SHA256_H
#define SHVM_BASE_SHA256_H

#include "base/buf.h"

#define SHA256_BYTES 32

typedef struct Sha256 {
    uint32_t state[8];
    uint64_t length; // bytes hashed so far
    uint8_t block[64];
} Sha256;

void sha256_init(Sha256 *hash);
void sha256_update(Sha256 *hash, Slice bytes);
void sha256_final(Sha256 *hash, uint8_t digest[SHA256_BYTES]);
void sha256(Slice bytes, uint8_t digest[SHA256_BYTES]);
// HMAC in two parts: what depends on the key alone is done once for a key that is used again.
typedef struct HmacKey {
    Sha256 inner; // behind the key's first block
    Sha256 outer;
} HmacKey;
void hmac_sha256_key(Slice key, HmacKey *out);
void hmac_sha256_with(const HmacKey *key, Slice bytes, uint8_t digest[SHA256_BYTES]);
// Appends lower-case hexadecimal.
void hex_encode(Buf *out, Slice bytes);

#endif
