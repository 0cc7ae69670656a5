#define _POSIX_C_SOURCE 199309L // clock_gettime
// The simulator's program. Every schedule is decided by its seed; a failing one is made shorter before it is
// printed.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/canary.h"
#include "msg/release.h"
#include "workload.h"

#ifdef SHVM_CANARY_SIM
int canary_planted;
#endif

enum { ALL_FAULTS = (1 << FAULT_KIND_COUNT) - 1, REQUESTS_DEFAULT = 500 };

typedef struct Options {
    SimOptions sim;
    unsigned count; // schedules; 0: as the time allows
    double seconds;
    bool shrinks;
    unsigned failures_max;
} Options;

typedef struct Totals {
    unsigned schedules, failed;
    uint64_t steps;
    WorkloadCounts work;
} Totals;

static void add_counts(Totals *totals, const WorkloadCounts *counts) {
    totals->work.requests += counts->requests;
    totals->work.done += counts->done;
    totals->work.refused += counts->refused;
    totals->work.unknown += counts->unknown;
    totals->work.not_found += counts->not_found;
    totals->work.too_hard += counts->too_hard;
    totals->work.tables_deleted += counts->tables_deleted;
}

// Whether nothing was violated.
static bool run_schedule(const SimOptions *options, Totals *totals) {
    violation_clear();
    Sim *sim = sim_new(options);
    Workload *workload = workload_new(sim);
    workload_start(workload);
    sim_run(sim, workload);
    sim_heal(sim);
    if (violation_text() == NULL) workload_finish(workload);
    if (violation_text() == NULL) workload_check(workload);
    WorkloadCounts counts = workload_counts(workload);
    totals->steps += sim_steps(sim);
    totals->schedules++;
    add_counts(totals, &counts);
    workload_free(workload);
    sim_free(sim);
    return violation_text() == NULL;
}

// Leaves out requests and kinds of faults for as long as it fails all the same.
static SimOptions shrink(SimOptions failing) {
    Totals ignored = {0};
    failing.explain = false;
    for (unsigned cut = failing.requests / 2; cut > 0; cut /= 2) {
        SimOptions shorter = failing;
        for (shorter.requests -= cut; shorter.requests > 0 && !run_schedule(&shorter, &ignored);
             shorter.requests -= cut) {
            failing = shorter;
            if (shorter.requests <= cut) break;
        }
    }
    for (unsigned kind = 0; kind < FAULT_KIND_COUNT; kind++) {
        SimOptions fewer = failing;
        fewer.faults &= ~(1u << kind);
        if (fewer.faults != failing.faults && !run_schedule(&fewer, &ignored)) failing = fewer;
    }
    return failing;
}

static void report(const Options *options, const SimOptions *failing) {
    Totals ignored = {0};
    printf("FAILED seed %llu: %s\n", (unsigned long long)failing->seed, violation_text());
    SimOptions shortest = options->shrinks ? shrink(*failing) : *failing;
    shortest.explain = true;
    run_schedule(&shortest, &ignored);
    printf("  shortest: --seed %llu --count 1 --requests %u --faults %u (", (unsigned long long)shortest.seed,
           shortest.requests, shortest.faults);
    for (unsigned kind = 0; kind < FAULT_KIND_COUNT; kind++) {
        if ((shortest.faults & 1u << kind) != 0) printf(" %s", fault_name((FaultKind)kind));
    }
    printf(" )\n  %s\n", violation_text() == NULL ? "and then it passes: the schedule is not deterministic"
                                                  : violation_text());
    fflush(stdout);
}

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool read_options(int argc, char **argv, Options *options) {
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--trace") == 0) {
            options->sim.trace = true;
            host_show_panics(true);
            continue;
        }
        if (strcmp(argv[i], "--no-shrink") == 0) {
            options->shrinks = false;
            continue;
        }
        if (i + 1 == argc) return false;
        const char *name = argv[i++];
        unsigned long long number = strtoull(argv[i], NULL, 10);
        if (strcmp(name, "--seed") == 0)
            options->sim.seed = number;
        else if (strcmp(name, "--count") == 0)
            options->count = (unsigned)number;
        else if (strcmp(name, "--requests") == 0)
            options->sim.requests = (unsigned)number;
        else if (strcmp(name, "--faults") == 0)
            options->sim.faults = (unsigned)number;
        else if (strcmp(name, "--failures") == 0)
            options->failures_max = (unsigned)number;
        else if (strcmp(name, "--seconds") == 0)
            options->seconds = (double)number;
#ifdef SHVM_CANARY_SIM
        else if (strcmp(name, "--canary") == 0)
            canary_planted = (int)number;
#endif
#ifdef SHVM_NEXT_RELEASE
        else if (strcmp(name, "--releases") == 0 && number <= RELEASES_WRONG)
            options->sim.releases = (Releases)number;
#endif
        else
            return false;
    }
    return true;
}

int main(int argc, char **argv) {
    Options options = {.sim = {.seed = 1, .requests = REQUESTS_DEFAULT, .faults = ALL_FAULTS},
                       .shrinks = true,
                       .failures_max = 5};
    if (!read_options(argc, argv, &options)) {
        fprintf(stderr,
                "sim [--seed N] [--count N] [--seconds N] [--requests N] [--faults BITS] [--failures N]"
                " [--trace] [--no-shrink]\n");
        return 2;
    }
    if (options.count == 0 && options.seconds == 0) options.count = 10;
    Totals totals = {0};
    double end = seconds_now() + options.seconds;
    for (unsigned i = 0; options.count != 0 ? i < options.count : seconds_now() < end; i++) {
        if (options.count != 0 && options.seconds != 0 && seconds_now() > end) break;
        SimOptions schedule = options.sim;
        schedule.seed += i;
        if (run_schedule(&schedule, &totals)) continue;
        totals.failed++;
        report(&options, &schedule);
        if (totals.failed == options.failures_max) break;
    }
    printf("seeds %llu to %llu: %llu steps; %u requests: %u done, %u refused, %u not found, %u failed; %u "
           "deletions of tables;"
           " %u keys too ambiguous\n",
           (unsigned long long)options.sim.seed, (unsigned long long)options.sim.seed + totals.schedules - 1,
           (unsigned long long)totals.steps, totals.work.requests, totals.work.done, totals.work.refused,
           totals.work.not_found, totals.work.unknown, totals.work.tables_deleted, totals.work.too_hard);
#ifdef SHVM_NEXT_RELEASE
    if (options.sim.releases != RELEASES_ONE) printf("%u messages of the next release read\n", release_next_read);
#endif
    printf("%u passed, %u failed\n", totals.schedules - totals.failed, totals.failed);
    return totals.failed == 0 ? 0 : 1;
}
