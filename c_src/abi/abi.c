#include "abi/abi.h"

#include "core/core.h"
#include "store/statements.h"

// Exports carry the names of abi.h; natively this file is not built, and hosts call core.h.
#define EXPORT(name) __attribute__((export_name(#name)))

EXPORT(abi_version) int32_t abi_version(void);
EXPORT(core_new) Core *abi_core_new(uint32_t memory_max);
EXPORT(core_input) uint8_t *abi_core_input(Core *core, uint32_t len);
EXPORT(core_step) int32_t abi_core_step(Core *core, int32_t role, int32_t event, uint32_t len);
EXPORT(core_output) const uint8_t *abi_core_output(const Core *core, uint32_t *len);
EXPORT(core_reset) void abi_core_reset(Core *core);
EXPORT(core_scratch) uint8_t *abi_core_scratch(Core *core);
EXPORT(sql_text) const uint8_t *abi_sql_text(int32_t statement, uint32_t *len);

int32_t abi_version(void) {
    return ABI_VERSION;
}

Core *abi_core_new(uint32_t memory_max) {
    return core_new(memory_max);
}

uint8_t *abi_core_input(Core *core, uint32_t len) {
    return core_input(core, len);
}

int32_t abi_core_step(Core *core, int32_t role, int32_t event, uint32_t len) {
    return core_step(core, (Role)role, (StepEvent)event, len);
}

const uint8_t *abi_core_output(const Core *core, uint32_t *len) {
    Slice output = core_output(core);
    *len = (uint32_t)output.len;
    return output.data;
}

void abi_core_reset(Core *core) {
    core_reset(core);
}

uint8_t *abi_core_scratch(Core *core) {
    return core_scratch(core);
}

const uint8_t *abi_sql_text(int32_t statement, uint32_t *len) {
    Slice text = statement_text(statement);
    *len = (uint32_t)text.len;
    return text.data;
}
