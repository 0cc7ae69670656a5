// The boundary of the Wasm module. No WASI, no i64. Imports (module "env") are declared in store/sql_host.h (sql_query,
// sql_step, sql_close, sql_run, sql_size, host_panic) and base/crc32.h (host_crc32). Exports beside `memory`:
//
//   abi_version() → ABI_VERSION; the host refuses another
//   core_new(memory_max) → core, 0 when memory ran out
//   core_input(core, len) → address to write a step's input to (envelope.h), 0 when memory ran out
//   core_step(core, role, event, len) → StepVerdict (0 COMMIT, 1 READONLY, 2 ROLLBACK, 3 NEED), negative on failure
//   core_output(core, len*) → address; the length is stored at len*, 4 bytes, which may be any writable address
//   core_reset(core): forget the step; call it after the output was copied
//   core_scratch(core) → address of 64 bytes the host may use for out-parameters
//   sql_text(statement, len*) → address of a statement's SQL, 0 for an unknown number
//
// Memory may grow during any call: the host refreshes its views after each. After a trap the instance is poisoned: the
// host throws it away, and answers InternalServerError.
#ifndef SHVM_ABI_ABI_H
#define SHVM_ABI_ABI_H

#define ABI_VERSION 1

#endif
