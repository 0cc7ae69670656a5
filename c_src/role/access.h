// Who may do what. Access keys come with each gateway message, as the deployment's secret has them at that
// moment, so that they can be changed without a deployment.
//
//   keys := per key one line: id TAB secret TAB ("rw" | "ro") TAB table-name prefixes between "," TAB session
//   token LF No prefixes: every table. No token: the key is used without one.
#ifndef SHVM_ROLE_ACCESS_H
#define SHVM_ROLE_ACCESS_H

#include "op/operation.h"

typedef struct AccessKey {
    Slice id;
    Slice secret;
    Slice prefixes;
    Slice token;
    bool is_read_only;
} AccessKey;

// False for an unknown id. Slices borrow from keys.
bool access_key_find(Slice keys, Slice id, AccessKey *out);

// Whether the key may do what a parsed request asks for; sets AccessDeniedException. Whatever is not known to
// be harmless is refused: a read-only key may use the operations that only read, a key of some tables only
// operations that name their tables (and those that concern none).
bool access_check(const AccessKey *key, Request *request);

#endif
