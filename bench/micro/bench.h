// A micro benchmark is an exported function that builds what it needs, then does its work `rounds` times. It
// returns how many rounds gave the expected answer, so that a wrong result cannot pass for a fast one. Its
// row in run.mjs says what one round is.
#ifndef SHVM_BENCH_MICRO_BENCH_H
#define SHVM_BENCH_MICRO_BENCH_H

#include <stdint.h>

#define BENCH(name)                                                                                          \
    uint32_t name(uint32_t rounds);                                                                          \
    __attribute__((export_name(#name))) uint32_t name(uint32_t rounds)

#endif
