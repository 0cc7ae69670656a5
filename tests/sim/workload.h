// Clients that write, read, scan and delete what they may, remember what they were told, and compare.
#ifndef SHVM_TESTS_SIM_WORKLOAD_H
#define SHVM_TESTS_SIM_WORKLOAD_H

#include "history.h"
#include "sim.h"

typedef struct WorkloadCounts {
    unsigned requests;
    unsigned done;
    unsigned refused;
    unsigned unknown;
    unsigned not_found;
    unsigned too_hard; // keys whose history was too ambiguous to check
    unsigned tables_deleted;
} WorkloadCounts;

Workload *workload_new(Sim *sim);
void workload_free(Workload *workload);
void workload_start(Workload *workload);
// After everything has calmed down: reads all there is. Then workload_check.
void workload_finish(Workload *workload);
// Whether all histories hold, and the storage of every object; violations are reported with violation().
void workload_check(Workload *workload);
WorkloadCounts workload_counts(const Workload *workload);

#endif
