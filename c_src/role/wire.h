// The first look at a request: what its envelope says, and who sent it. The order is DynamoDB's as observed:
// content type, JSON syntax, target, signature, and only then an empty body.
#ifndef SHVM_ROLE_WIRE_H
#define SHVM_ROLE_WIRE_H

#include "role/access.h"

typedef struct WireRequest {
    Slice target;
    Slice content_type;
    Slice body;
    bool checks_keys;   // false: a local server, which believes any credentials and none
    Slice keys;         // role/access.h
    Slice payload_hash; // SHA-256 of the body as it was sent where that is not `body`, else empty
    Slice head;         // msg/http_head.h
    Slice host;         // what the client calls this server: set by wire_authenticate, empty where the head has none
} WireRequest;

// Decodes a gateway message (msg/envelope.h) and takes over what the deployment decides. False with
// ERROR_CORRUPT.
bool wire_read(Step *step, WireRequest *out);

// Chooses the reply's content type. False after answering 404: DynamoDB has no other content types.
bool wire_accept_content_type(Step *step, const WireRequest *wire);

// NULL for a target that is no operation.
const Operation *wire_operation(Slice target);

// Checks the signature, and gives the key it was made with (or one that may do everything, where keys are not
// checked). False after setting the error.
bool wire_authenticate(Step *step, WireRequest *wire, AccessKey *key);

#endif
