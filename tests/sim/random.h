// Seeded randomness (splitmix64): each use has a stream of its own, so that leaving one kind of fault out
// does not change what the others do.
#ifndef SHVM_TESTS_SIM_RANDOM_H
#define SHVM_TESTS_SIM_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Random {
    uint64_t state;
} Random;

static inline uint64_t random_next(Random *random) {
    uint64_t z = (random->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

// The stream of a seed for one purpose.
static inline Random random_stream(uint64_t seed, uint64_t purpose) {
    Random mixer = {seed ^ (purpose * 0xd1342543de82ef95u)};
    return (Random){random_next(&mixer)};
}

static inline uint32_t random_below(Random *random, uint32_t bound) {
    return (uint32_t)((random_next(random) >> 32) * bound >> 32);
}

static inline bool random_chance(Random *random, uint32_t one_in) {
    return one_in != 0 && random_below(random, one_in) == 0;
}

#endif
