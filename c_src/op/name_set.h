// Some of the control plane's messages list names in the order of a Java HashSet of strings.
#ifndef SHVM_OP_NAME_SET_H
#define SHVM_OP_NAME_SET_H

#include "base/buf.h"

// Appends "[a, b]": the distinct names in the order of a java.util.HashSet filled in the order given. Names
// are valid UTF-8; only the first 256 are printed.
void name_set_print(Buf *out, const Slice *names, size_t count);

#endif
