// The whole core: one instance per isolate serves the gateway and every object, one step at a time, and keeps nothing
// between steps but hints (table descriptors). It may be thrown away at any time.
#ifndef SHVM_CORE_CORE_H
#define SHVM_CORE_CORE_H

#include "msg/envelope.h"

typedef struct Core Core;

// memory_max bounds what one step may allocate, bytes. NULL when memory ran out.
Core *core_new(size_t memory_max);
void core_free(Core *core);

// A buffer of `len` bytes to write the next input to; valid until the step ends. NULL when memory ran out.
uint8_t *core_input(Core *core, size_t len);
// Runs one step on the first `len` bytes of the input. Returns a StepVerdict, or a negative value when not even an
// error could be answered (the host then answers InternalServerError and rolls back).
int core_step(Core *core, Role role, StepEvent event, size_t len);
// The step's output; valid until core_reset.
Slice core_output(const Core *core);
// CORE_SCRATCH_BYTES the host may use for out-parameters, 8-byte aligned; as long as the core lives.
#define CORE_SCRATCH_BYTES 64
uint8_t *core_scratch(Core *core);
// Forgets the step and its memory.
void core_reset(Core *core);

#endif
