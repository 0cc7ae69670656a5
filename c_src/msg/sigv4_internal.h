// What the two halves of msg/sigv4.h share.
#ifndef SHVM_MSG_SIGV4_INTERNAL_H
#define SHVM_MSG_SIGV4_INTERNAL_H

#include "msg/sigv4.h"

// The parts of a credential; missing ones are empty.
typedef struct CredentialScope {
    Slice key_id;
    Slice date;
    Slice region;
    Slice service;
    Slice terminator;
} CredentialScope;

// False where there are not exactly five parts.
bool credential_split(Slice credential, CredentialScope *out);

// Appends text with its percent-escapes decoded; an escape that is none stays as it is.
void percent_decode(Buf *out, Slice text);

#endif
