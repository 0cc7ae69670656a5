// A small world for the roles that keep tables: table, directory and catalog objects over a store in memory,
// a clock, alarms, and partitions that only remember what they were told. Calls run to their end at once;
// faults are planned. Natively only: inside Wasm the store's functions are the host's.
#ifndef SHVM_TESTS_SUPPORT_WORLD_H
#define SHVM_TESTS_SUPPORT_WORLD_H

#include "msg/command.h"
#include "msg/control.h"
#include "msg/descriptor.h"
#include "msg/envelope.h"
#include "msg/result.h"

typedef enum Fault {
    FAULT_NONE,
    FAULT_NOT_RUN,     // the call never arrives: ANSWER_FAILED
    FAULT_ANSWER_LOST, // it runs, its answer does not come back: ANSWER_UNKNOWN
    FAULT_CRASH,       // it runs, and then the caller dies: it is never resumed
} Fault;

typedef struct World World;

World *world_new(void);
void world_free(World *world);
// For names, messages and replies of a test; lives as long as the world.
Arena *world_arena(World *world);

double world_now(const World *world);
// From now on, one in n calls between objects (not the test's own) suffers the fault, the same ones in every
// run; n 0: none.
void world_plan_fault(World *world, Fault fault, unsigned one_in);
// From now on objects die between a commit and the DELETE_ALL that was to follow it.
void world_lose_erasures(World *world);
// Every object forgets its `local`, as if all had been evicted.
void world_evict(World *world);
// Called before each call between objects is made: a place to interfere. NULL: nothing.
typedef void WorldHook(World *world, Role role, Slice name, Slice message);
void world_hook(World *world, WorldHook *hook);
// The same after a call has run, before its answer arrives.
void world_answer_hook(World *world, WorldHook *hook);

// Sends a message and runs everything it leads to. The result, RESULT_BUSY with an empty payload when there
// was none.
Result world_send(World *world, Role role, Slice name, Slice message);
// Advances the clock to the next alarm and runs it; false when none is set.
bool world_run_alarm(World *world);
// The next alarm's time; 0 when none is set.
double world_next_alarm(World *world);

// Objects that hold stored rows.
size_t world_objects_with_storage(const World *world);
size_t world_rows(const World *world, Slice name);

// Partitions: how often one was fenced; what it answers to a probe (used unless told otherwise); all there
// are.
unsigned world_fenced(const World *world, Slice name);
void world_set_used(World *world, Slice name, bool used);
// The items of a partition, which a backfill brings in a few at a time; how many of them, from the first on, have come
// into the index that was asked for last; and the epoch that it has adopted.
void world_set_items(World *world, Slice name, unsigned items);
unsigned world_brought(const World *world, Slice name);
uint64_t world_epoch(const World *world, Slice name);
// The most calls that any one message or alarm has led an object to, all its steps taken together.
size_t world_event_calls_max(const World *world);
// The most calls that any one step has made.
size_t world_calls_max(const World *world);

#endif
