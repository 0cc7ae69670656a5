// A whole cluster in one process: gateways, objects, the calls between them, clocks and alarms, all decided
// by one seed. Steps are instants; between them anything may happen that the platform allows.
#ifndef SHVM_TESTS_SIM_SIM_H
#define SHVM_TESTS_SIM_SIM_H

#include "host.h"
#include "random.h"

// Each kind can be left out, which is how a failing schedule is made shorter.
typedef enum FaultKind {
    FAULT_NOT_RUN,     // a call never arrives
    FAULT_ANSWER_LOST, // it runs, but its caller hears of a failure, perhaps before it runs
    FAULT_DELAY,       // a message takes seconds; others overtake it
    FAULT_EVICT,       // an idle object forgets what it has in memory
    FAULT_CRASH,       // an object dies: before a step's commit, or after it and before its actions
    FAULT_COMMIT,      // a commit fails; the object lives on
    FAULT_ISOLATE,     // an isolate dies, with its gateways and objects; objects move
    FAULT_INSTANCE,    // the core's instance is replaced
    FAULT_ALARM,       // alarms come late or twice
    FAULT_CLOCK,       // clocks jump ahead; isolates disagree
    FAULT_MEMORY,      // the n-th allocation of a step fails, and all after it
    FAULT_STATEMENT,   // the n-th SQL statement of a step fails
    FAULT_KIND_COUNT
} FaultKind;
const char *fault_name(FaultKind kind);

// Which releases the isolates run (msg/release.h).
typedef enum Releases {
    RELEASES_ONE,
    RELEASES_MIXED, // old ones and next ones, and nobody writes what an old one cannot read; or next ones alone, of
                    // which some write as the old ones do, as the seed says
    RELEASES_WRONG, // old ones beside next ones that write as if there were no old ones
} Releases;

typedef struct SimOptions {
    uint64_t seed;
    unsigned requests; // after so many the clients stop
    unsigned faults;   // bits 1 << FaultKind
    Releases releases;
    bool trace;        // print what happens
    bool explain;      // print the history that cannot be
} SimOptions;

typedef struct Sim Sim;
typedef struct Workload Workload;

// What a client hears: status 0 where the connection broke.
typedef struct Reply {
    int status;
    Slice body;
    bool uncertain; // something happened after which a failed request may still have been, or may yet be,
                    // carried out
} Reply;

Sim *sim_new(const SimOptions *options);
void sim_free(Sim *sim);
// Until nothing is left to do but alarms, or a violation.
void sim_run(Sim *sim, Workload *workload);
// No faults from here on, and no releases that cannot talk to each other.
void sim_heal(Sim *sim);
Host *sim_host(const Sim *sim);
Arena *sim_arena(const Sim *sim);
const SimOptions *sim_options(const Sim *sim);
double sim_now(const Sim *sim);
// The next number of the order in which clients send and hear.
uint32_t sim_tick(Sim *sim);
uint64_t sim_steps(const Sim *sim);
__attribute__((format(printf, 2, 3))) void sim_trace(Sim *sim, const char *format, ...);

// A client's request; its answer comes to workload_heard. One at a time for each client.
void sim_request(Sim *sim, unsigned client, const char *operation, Slice body);
// Calls workload_wake after a while.
void sim_wake(Sim *sim, unsigned client, double delay_ms);

// The workload's side.
void workload_wake(Workload *workload, unsigned client);
void workload_heard(Workload *workload, unsigned client, const Reply *reply);

#endif
