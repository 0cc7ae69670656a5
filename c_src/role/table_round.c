#include "role/table_round.h"

static const double BACK_OFF_MS = 1000;
static const double ROUND_MS = 15000;

enum { BACK_OFF_DOUBLINGS_MAX = 8, ROUND_DOUBLINGS_MAX = 4 };

static double doubled(double ms, uint64_t attempts, unsigned doublings_max) {
    return ms * (double)(1u << (attempts < doublings_max ? (unsigned)attempts : doublings_max));
}

void round_begin(Step *step, uint64_t attempts) {
    step_set_alarm(step, step->in.now_ms + doubled(ROUND_MS, attempts, ROUND_DOUBLINGS_MAX));
}

void round_continue(Step *step) {
    step_set_alarm(step, step->in.now_ms);
}

void round_back_off(Step *step, uint64_t attempts) {
    step_set_alarm(step, step->in.now_ms + doubled(BACK_OFF_MS, attempts, BACK_OFF_DOUBLINGS_MAX));
}
