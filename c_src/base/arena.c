#include "base/arena.h"

#include <stdlib.h>

#include "base/limits.h"

#ifdef SHVM_TEST_FAULTS
// Each allocation is a block of its own, which is aligned, and must end where the allocation ends.
enum { ALIGNMENT_BYTES = 1 };
#else
enum { ALIGNMENT_BYTES = 8 };
#endif

struct ArenaBlock {
    ArenaBlock *older;
    size_t size; // payload bytes
    size_t used;
    _Alignas(8) uint8_t payload[];
};

#ifdef SHVM_TEST_FAULTS
static size_t allocations_until_fault;
static bool fails_once;
static bool has_failed;
static void (*look_at_request)(bool fails);

void arena_fail_after(size_t n) {
    allocations_until_fault = n;
    fails_once = false;
    has_failed = false;
}

void arena_fail_once(size_t n) {
    arena_fail_after(n);
    fails_once = true;
}

bool arena_fault_fired(void) {
    return has_failed;
}

void arena_on_request(void (*look)(bool fails)) {
    look_at_request = look;
}

static bool fault_is_due(void) {
    if (allocations_until_fault == 0) return false;
    bool fails = allocations_until_fault == 1;
    if (fails)
        has_failed = true;
    else
        allocations_until_fault--;
    if (look_at_request != NULL) look_at_request(fails);
    if (fails && fails_once) allocations_until_fault = 0; // otherwise it stays due: memory that ran out stays out
    return fails;
}

bool arena_refuses(void) {
    return fault_is_due();
}
#endif

void *arena_host_alloc(size_t size) {
#ifdef SHVM_TEST_FAULTS
    if (fault_is_due()) return NULL;
#endif
    return malloc(size);
}

void arena_init(Arena *arena, size_t bytes_max) {
    *arena = (Arena){.bytes_max = bytes_max};
}

static void free_blocks(Arena *arena, ArenaBlock *keep) {
    ArenaBlock *block = arena->current;
    while (block != keep) {
        ArenaBlock *older = block->older;
        arena->bytes -= block->size;
        free(block);
        block = older;
    }
    arena->current = keep;
}

void arena_free(Arena *arena) {
    free_blocks(arena, NULL);
    arena->failed = false;
}

void arena_reset(Arena *arena) {
    ArenaBlock *oldest = arena->current;
    while (oldest != NULL && oldest->older != NULL) oldest = oldest->older;
    if (oldest != NULL && oldest->size > ARENA_BLOCK_BYTES) oldest = NULL;
    free_blocks(arena, oldest);
    if (oldest != NULL) oldest->used = 0;
    arena->failed = false;
}

static ArenaBlock *add_block(Arena *arena, size_t payload_size) {
    if (payload_size > SIZE_MAX - sizeof(ArenaBlock)) return NULL;
    if (arena->bytes_max != 0 && payload_size > arena->bytes_max - arena->bytes) return NULL;
    ArenaBlock *block = arena_host_alloc(sizeof(ArenaBlock) + payload_size);
    if (block == NULL) return NULL;
    *block = (ArenaBlock){.older = arena->current, .size = payload_size};
    arena->current = block;
    arena->bytes += payload_size;
    return block;
}

// What an allocation takes of its block; never nothing, so that every allocation has an address of its own.
static size_t round_up(size_t size) {
    if (size == 0) size = 1;
    return (size + ALIGNMENT_BYTES - 1) & ~(size_t)(ALIGNMENT_BYTES - 1);
}

static bool has_room(const ArenaBlock *block, size_t rounded) {
#ifdef SHVM_TEST_FAULTS
    (void)block, (void)rounded;
    return false;
#else
    return block != NULL && block->size - block->used >= rounded;
#endif
}

static size_t block_size_for(const Arena *arena, size_t size) {
#ifdef SHVM_TEST_FAULTS
    (void)arena;
    return size;
#else
    // Blocks double so that a large request costs few mallocs, but never take more than the limit allows.
    size_t wanted = arena->current == NULL ? ARENA_BLOCK_BYTES : arena->current->size * 2;
    if (wanted > ARENA_BLOCK_BYTES_MAX) wanted = ARENA_BLOCK_BYTES_MAX;
    size_t left = arena->bytes_max == 0 ? SIZE_MAX : arena->bytes_max - arena->bytes;
    if (wanted > left) wanted = left;
    return size > wanted ? size : wanted;
#endif
}

void *arena_alloc(Arena *arena, size_t size) {
    if (size > SIZE_MAX - ALIGNMENT_BYTES) {
        arena->failed = true;
        return NULL;
    }
    size_t rounded = round_up(size);
    ArenaBlock *block = arena->current;
    if (!has_room(block, rounded)) {
        block = add_block(arena, block_size_for(arena, rounded));
        if (block == NULL) {
            arena->failed = true;
            return NULL;
        }
    }
    void *result = block->payload + block->used;
    block->used += rounded;
    return result;
}

void *arena_calloc(Arena *arena, size_t count, size_t size) {
    if (size != 0 && count > SIZE_MAX / size) {
        arena->failed = true;
        return NULL;
    }
    void *result = arena_alloc(arena, count * size);
    if (result != NULL) memset(result, 0, count * size);
    return result;
}

// Where the newest allocation can grow (or shrink) inside its block, does so.
static bool resize_newest(ArenaBlock *block, const void *old, size_t old_size, size_t new_size) {
    if (old == NULL || block == NULL || new_size > SIZE_MAX - ALIGNMENT_BYTES) return false;
    size_t old_rounded = round_up(old_size), new_rounded = round_up(new_size);
    bool is_newest = (const uint8_t *)old + old_rounded == block->payload + block->used;
    if (!is_newest) return false;
    size_t start = block->used - old_rounded;
    if (block->size - start < new_rounded) return false;
    block->used = start + new_rounded;
    return true;
}

void *arena_grow(Arena *arena, void *old, size_t old_size, size_t new_size) {
    if (resize_newest(arena->current, old, old_size, new_size)) return old;
    void *result = arena_alloc(arena, new_size);
    if (result != NULL && old_size != 0) memcpy(result, old, old_size < new_size ? old_size : new_size);
    return result;
}

Slice arena_copy(Arena *arena, Slice bytes) {
    uint8_t *copy = arena_alloc(arena, bytes.len);
    if (copy == NULL) return (Slice){NULL, 0};
    if (bytes.len != 0) memcpy(copy, bytes.data, bytes.len);
    return (Slice){copy, bytes.len};
}

ArenaMark arena_mark(const Arena *arena) {
    return (ArenaMark){arena->current, arena->current == NULL ? 0 : arena->current->used};
}

void arena_rewind(Arena *arena, ArenaMark mark) {
    free_blocks(arena, mark.block);
    if (mark.block != NULL) mark.block->used = mark.used;
}
