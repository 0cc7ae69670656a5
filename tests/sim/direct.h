// A cluster in which every call runs to its end at once, one thread and one core: for a server, and for looking at one
// request from all sides.
#ifndef SHVM_TESTS_SIM_DIRECT_H
#define SHVM_TESTS_SIM_DIRECT_H

#include "host.h"
#include "random.h"

typedef struct Direct Direct;
struct Direct {
    Host *host;
    Core *core;
    Random random;
    double now_ms; // the caller's clock
    // Called before and after each step where they are not NULL.
    void (*before_step)(Direct *cluster, HostStep *step);
    void (*after_step)(Direct *cluster, HostStep *step);
    void *context;
};

void direct_init(Direct *cluster, const char *folder, uint64_t seed);
void direct_free(Direct *cluster);
// A gateway message (host_gateway_message) to its reply: RESPOND_HTTP; kind 0 where there is none.
HostAction direct_request(Direct *cluster, Arena *arena, Slice message);
// Alarms that are due by now.
void direct_run_alarms(Direct *cluster);

#endif
