// Who asks for memory, told by call stacks. A survey lists what a request asks for while nothing fails; of that, only
// what has not been asked for from the same place before is worth a failure.
#ifndef SHVM_TESTS_SIM_ALLOCATIONS_STACKS_H
#define SHVM_TESTS_SIM_ALLOCATIONS_STACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Asked {
    size_t step; // of the request; counts from 1
    size_t allocation;
    uint64_t stack; // as one number, with the kind of step
} Asked;

// Memory that this process shares with its children. False: there is none.
bool stacks_init(void);

// What is seen asking counts as if it had failed.
void stacks_note_all(void);

// In a child: allocations are listed from now on, each as the next of the step begun last.
void stacks_begin_survey(void);
void stacks_begin_step(size_t step, uint64_t kind);
size_t stacks_survey_count(void);
Asked stacks_survey_at(size_t index);
// True when asked about this stack for the first time.
bool stacks_is_new(uint64_t stack);

// Prints the functions that were above an allocation that failed: "at ADDRESS".
void stacks_print_failed(void);

#endif
