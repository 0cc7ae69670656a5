// The gateway role: HTTP requests of DynamoDB clients, in the Worker. Stateless but for descriptor hints.
#ifndef SHVM_ROLE_GATEWAY_H
#define SHVM_ROLE_GATEWAY_H

#include "msg/envelope.h"

StepVerdict gateway_step(Step *step);

#endif
