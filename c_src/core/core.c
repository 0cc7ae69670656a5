#include "core/core.h"

#include <stdlib.h>

#include "msg/command.h"
#include "msg/control.h"
#include "msg/result.h"
#include "msg/sigv4.h"
#include "role/catalog.h"
#include "role/descriptor_cache.h"
#include "role/directory.h"
#include "role/gateway.h"
#include "role/partition.h"
#include "role/table.h"
#include "store/sql_host.h"

// An input buffer beyond this is given back after its step: linear memory never shrinks, but it can be used again.
enum { INPUT_BYTES_KEPT = 256 * 1024 };

struct Core {
    Arena arena;
    Arena trees;
    DescriptorCache descriptors;
    SigningKeys signing_keys;
    uint8_t *input;
    size_t input_cap;
    Slice output;
    _Alignas(8) uint8_t scratch[CORE_SCRATCH_BYTES];
};

Core *core_new(size_t memory_max) {
    Core *core = arena_host_alloc(sizeof(Core));
    if (core == NULL) return NULL;
    memset(core, 0, sizeof *core);
    arena_init(&core->arena, memory_max);
    arena_init(&core->trees, memory_max);
    descriptor_cache_init(&core->descriptors);
    return core;
}

void core_free(Core *core) {
    arena_free(&core->arena);
    arena_free(&core->trees);
    arena_free(&core->descriptors.arena);
    free(core->input);
    free(core);
}

uint8_t *core_input(Core *core, size_t len) {
    if (len > core->input_cap) {
        free(core->input);
        core->input_cap = 0;
        size_t cap = len < INPUT_BYTES_KEPT ? INPUT_BYTES_KEPT : len;
        core->input = arena_host_alloc(cap);
        if (core->input != NULL) core->input_cap = cap;
    }
    return core->input;
}

static StepVerdict run_role(Step *step) {
    switch (step->role) {
    case ROLE_GATEWAY: return gateway_step(step);
    case ROLE_PARTITION: return partition_step(step);
    case ROLE_TABLE: return table_step(step);
    case ROLE_DIRECTORY: return directory_step(step);
    case ROLE_CATALOG: return catalog_step(step);
    }
    error_corrupt(&step->error, "unknown role");
    return VERDICT_ROLLBACK;
}

// Forgets what the step was about to do; only its error is left.
static void discard_output(Step *step) {
    buf_init(&step->actions, step->arena);
    step->action_count = 0;
    step->items_known = false;
    step->items = (Buf){0};
    step->local_present = false;
    step->local = step->state_head = step->state = (Slice){NULL, 0};
}

static void reply_failure(Step *step) {
    uint8_t newest = step->role == ROLE_PARTITION ? COMMAND_VERSION : CONTROL_VERSION;
    Result result = step->error.kind == ERROR_UNSUPPORTED
        ? (Result){.status = RESULT_UNSUPPORTED, .payload = slice_of(&newest, sizeof newest)}
        : (Result){.status = RESULT_ERROR, .error = {.kind = ERROR_INTERNAL_SERVER}};
    Buf out;
    buf_init(&out, step->arena);
    result_encode(&out, &result);
    step_reply(step, buf_view(&out));
}

// Every step ends in an answer: an error, or exhausted memory wherever it was met, becomes one here.
static StepVerdict settle(Core *core, Step *step, StepVerdict verdict) {
    bool out_of_memory = core->arena.failed || core->trees.failed || step->error.kind == ERROR_OUT_OF_MEMORY;
    bool failed = out_of_memory || step->error.kind != ERROR_NONE || verdict == VERDICT_ROLLBACK;
    if (!failed) return verdict;
    if (step->error.kind >= ERROR_OUT_OF_MEMORY || out_of_memory) {
        Slice reason = out_of_memory ? SLICE("out of memory") : step->error.message;
        host_panic(reason.data, (int32_t)reason.len);
    }
    if (out_of_memory) {
        // The constant answers that follow fit into what the reset keeps.
        arena_reset(&core->arena);
        arena_reset(&core->trees);
        step->error = (Error){.kind = ERROR_INTERNAL_SERVER};
    }
    discard_output(step);
    if (step->role == ROLE_GATEWAY) {
        if (step->error.kind == ERROR_NONE) step->error.kind = ERROR_INTERNAL_SERVER;
        step_respond_error(step, &step->error);
        return VERDICT_READONLY;
    }
    // What an earlier step has committed stands, so a later one cannot say that nothing happened: the host knows, and
    // answers in its place.
    if (step->event == EVENT_START) reply_failure(step);
    return VERDICT_ROLLBACK;
}

static void drop_large_input(Core *core) {
    if (core->input_cap <= INPUT_BYTES_KEPT) return;
    free(core->input);
    core->input = NULL;
    core->input_cap = 0;
}

// The input goes before the output is made: a request of megabytes leaves no room for both.
static void make_output(Core *core, Step *step) {
    drop_large_input(core);
    Buf output;
    buf_init(&output, step->arena);
    step_output_encode(step, &output);
    core->output = buf_view(&output);
}

int core_step(Core *core, Role role, StepEvent event, size_t len) {
    Step step = {
        .arena = &core->arena,
        .trees = &core->trees,
        .descriptors = role == ROLE_GATEWAY ? &core->descriptors : NULL,
        .signing_keys = role == ROLE_GATEWAY ? &core->signing_keys : NULL,
        .role = role,
        .event = event,
    };
    buf_init(&step.actions, step.arena);
    StepVerdict verdict = VERDICT_ROLLBACK;
    if (len <= core->input_cap && step_input_decode(&step, slice_of(core->input, len))) verdict = run_role(&step);
    verdict = settle(core, &step, verdict);
#ifdef SHVM_TEST_FAULTS
    // What a step hands back must not lie in its input. Where it does, this is seen whatever the input's size.
    if (core->input != NULL && len <= core->input_cap) memset(core->input, 0xa5, len);
#endif
    make_output(core, &step);
    return core->arena.failed ? -1 : (int)verdict;
}

Slice core_output(const Core *core) {
    return core->output;
}

uint8_t *core_scratch(Core *core) {
    return core->scratch;
}

void core_reset(Core *core) {
    arena_reset(&core->arena);
    arena_reset(&core->trees);
    core->output = (Slice){NULL, 0};
    drop_large_input(core);
}
