// Signatures of requests: AWS Signature Version 4, in the Authorization header or in the query string. What
// is wrong with one, in which order it is looked at, and the texts are DynamoDB's as observed; see
// docs/compatibility.md.
//
// Reading (is anything missing?) and checking (does it hold?) are apart, because a local server reads what it
// is sent but believes anybody.
#ifndef SHVM_MSG_SIGV4_H
#define SHVM_MSG_SIGV4_H

#include "base/sha256.h"
#include "msg/http_head.h"

typedef struct Signature {
    bool is_present; // false: the request is not signed, and the rest is empty
    bool in_query;
    Slice algorithm;
    Slice credential;     // <key id>/<YYYYMMDD>/<region>/<service>/aws4_request
    Slice signed_headers; // lower-case names between ";"
    Slice value;          // 64 hexadecimal digits
    Slice timestamp;      // YYYYMMDDThhmmssZ
    Slice expires;        // query: seconds it holds; may be empty
    Slice token;          // of temporary credentials; empty without one
    bool has_other_parts; // the Authorization header repeats a part, or has one that is not SigV4's
} Signature;

// What the request says of its signature. An unsigned request is fine here. Errors:
// MissingAuthenticationToken for an Authorization header of another kind, IncompleteSignature naming each
// missing part, InvalidSignature where header and query string are both signed.
bool signature_read(Arena *arena, const HttpHead *head, Signature *out, Error *error);

// All that can be checked without the key's secret, in DynamoDB's order: date, clock, headers that must be
// signed, algorithm, scope for `service` (any region). now_ms since 1970.
bool signature_check_scope(Arena *arena, const HttpHead *head, const Signature *signature, Slice service,
                           double now_ms, Error *error);
// The access key's id; the credential has passed signature_check_scope.
Slice signature_key_id(const Signature *signature);

// Keys that made signatures which held, as they are derived from a scope (a day, a region, a service) and a secret:
// deriving one takes longer than all else about a signature. Zeroed it is empty; a full one loses its oldest key.
enum { SIGNING_KEYS = 8, SIGNING_KEY_SOURCE_BYTES = 160 };

typedef struct SigningKeys {
    size_t next; // the place of the next one
    struct {
        size_t scope_len;
        size_t source_len; // 0: no key
        uint8_t source[SIGNING_KEY_SOURCE_BYTES]; // scope ‖ secret
        HmacKey key;
    } entries[SIGNING_KEYS];
} SigningKeys;

// Whether the signature is this secret's for this request; compares in constant time. payload_hash is the
// SHA-256 of the body as it was sent. False, too, with arena->failed when memory ran out.
bool signature_holds(Arena *arena, SigningKeys *keys, const HttpHead *head, const Signature *signature, Slice secret,
                     const uint8_t payload_hash[SHA256_BYTES]);

// Whether two secrets are equal, in a time that depends on their lengths alone.
bool secret_equal(Slice a, Slice b);

#endif
