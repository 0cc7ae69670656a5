// Bump allocation. One arena lives as long as one step; everything a step allocates dies together, so there is no
// free. Blocks come from the host's malloc, in one place, which is also where tests make allocations fail.
//
// An arena never aborts: a failed allocation returns NULL and sets the sticky `failed` flag, which the step checks
// before it commits or answers (it then answers InternalServerError and nothing is written).
#ifndef SHVM_BASE_ARENA_H
#define SHVM_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

typedef struct ArenaBlock ArenaBlock;

typedef struct Arena {
    ArenaBlock *current;  // newest block, linked to older ones; NULL before the first allocation
    size_t bytes;         // payload bytes held from malloc, all blocks
    size_t bytes_max;     // a request that would need more fails; 0 means no limit
    bool failed;          // sticky: some allocation returned NULL
} Arena;

// A point to return to: everything allocated after the mark is released by arena_rewind.
typedef struct ArenaMark {
    ArenaBlock *block;
    size_t used;
} ArenaMark;

void arena_init(Arena *arena, size_t bytes_max);
// Releases all blocks but one small one, and clears `failed`.
void arena_reset(Arena *arena);
// Gives every block back to malloc.
void arena_free(Arena *arena);

// `size` bytes, 8-byte aligned, uninitialised; NULL when memory or bytes_max is exhausted. size 0 gives non-NULL.
void *arena_alloc(Arena *arena, size_t size);
// Zeroed memory for count elements of `size` bytes; NULL also when count * size overflows.
void *arena_calloc(Arena *arena, size_t count, size_t size);
// Grows the newest allocation in place where possible, otherwise copies. old may be NULL with old_size 0.
void *arena_grow(Arena *arena, void *old, size_t old_size, size_t new_size);
// A copy of bytes owned by the arena; {NULL, 0} on failure (arena->failed tells).
Slice arena_copy(Arena *arena, Slice bytes);

// malloc, for the few things that outlive a step; NULL when memory ran out.
void *arena_host_alloc(size_t size);

ArenaMark arena_mark(const Arena *arena);
void arena_rewind(Arena *arena, ArenaMark mark);

#define ARENA_NEW(arena, Type) ((Type *)arena_calloc((arena), 1, sizeof(Type)))
#define ARENA_ARRAY(arena, Type, count) ((Type *)arena_calloc((arena), (count), sizeof(Type)))

#ifdef SHVM_TEST_FAULTS
// Test builds only: the n-th block request from now on (1 = the next) fails, and all after it; 0 turns faults off.
// Under this flag every arena_alloc asks malloc for a block of its own, so that every allocation can fail.
void arena_fail_after(size_t n);
// The same for the n-th alone, as when only a large block is not to be had.
void arena_fail_once(size_t n);
// Whether a request has failed so since then.
bool arena_fault_fired(void);
// Called for each block that is asked for while a failure is to come, to see who asks. NULL: nobody looks.
void arena_on_request(void (*look)(bool fails));
// Asks without taking anything: true is a request that failed.
bool arena_refuses(void);
#endif

#endif
