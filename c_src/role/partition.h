// The partition role: one Durable Object that holds items. Runs commands (msg/command.h) one step at a time.
#ifndef SHVM_ROLE_PARTITION_H
#define SHVM_ROLE_PARTITION_H

#include "msg/envelope.h"

StepVerdict partition_step(Step *step);

#endif
