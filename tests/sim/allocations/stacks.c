#define _GNU_SOURCE
#include "stacks.h"

#include <execinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/arena.h"

enum { FRAMES_MAX = 48, SITES_MAX = 1 << 14, ASKED_MAX = 1 << 15, KNOWN_MAX = 1 << 18 };

typedef struct Stacks {
    void *failed[SITES_MAX];   // return addresses, open addressing
    uint64_t known[KNOWN_MAX]; // stacks, open addressing
    bool surveys;
    bool notes_all;
    size_t step;
    size_t allocation;
    uint64_t kind;
    Asked asked[ASKED_MAX];
    size_t asked_count;
} Stacks;

static Stacks *stacks;

static void note_failed(void *const *frames, int count) {
    for (int i = 0; i < count; i++) {
        size_t at = (uintptr_t)frames[i] * 0x9e3779b97f4a7c15u >> 50;
        while (stacks->failed[at] != NULL && stacks->failed[at] != frames[i]) at = (at + 1) % SITES_MAX;
        stacks->failed[at] = frames[i];
    }
}

static void note_asked(void *const *frames, int count) {
    if (stacks->asked_count == ASKED_MAX) abort();
    uint64_t hash = 14695981039346656037u ^ stacks->kind;
    for (int i = 0; i < count; i++) hash = (hash ^ (uintptr_t)frames[i]) * 1099511628211u;
    stacks->asked[stacks->asked_count++] =
        (Asked){.step = stacks->step, .allocation = ++stacks->allocation, .stack = hash == 0 ? 1 : hash};
}

static void look(bool fails) {
    if (!fails && !stacks->surveys) return;
    void *frames[FRAMES_MAX];
    int count = backtrace(frames, FRAMES_MAX);
    if (fails || stacks->notes_all) note_failed(frames, count);
    if (!fails) note_asked(frames, count);
}

bool stacks_init(void) {
    stacks = mmap(NULL, sizeof *stacks, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (stacks == MAP_FAILED) return false;
    void *first[1];
    backtrace(first, 1); // it allocates when first used
    arena_on_request(look);
    return true;
}

void stacks_note_all(void) {
    stacks->notes_all = true;
}

void stacks_begin_survey(void) {
    stacks->surveys = true;
    stacks->asked_count = 0;
}

void stacks_begin_step(size_t step, uint64_t kind) {
    stacks->step = step;
    stacks->kind = kind;
    stacks->allocation = 0;
}

size_t stacks_survey_count(void) {
    stacks->surveys = false;
    return stacks->asked_count;
}

Asked stacks_survey_at(size_t index) {
    return stacks->asked[index];
}

static size_t slot_of(uint64_t stack) {
    size_t at = (size_t)(stack * 0x9e3779b97f4a7c15u >> 46);
    while (stacks->known[at] != 0 && stacks->known[at] != stack) at = (at + 1) % KNOWN_MAX;
    return at;
}

bool stacks_is_new(uint64_t stack) {
    size_t at = slot_of(stack);
    bool is_new = stacks->known[at] == 0;
    stacks->known[at] = stack;
    return is_new;
}

void stacks_print_failed(void) {
    for (size_t i = 0; i < SITES_MAX; i++) {
        if (stacks->failed[i] != NULL) printf("at %p\n", stacks->failed[i]);
    }
}
