#ifndef SHVM_TESTS_SIM_REPLY_CHECK_H
#define SHVM_TESTS_SIM_REPLY_CHECK_H

#include "host.h"

// Reports a violation unless the reply is one that an SDK takes for well-formed.
void check_http(const HostAction *reply);

#endif
