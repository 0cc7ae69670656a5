#include "base/arena.h"

#include "base/limits.h"
#include "support/check.h"

TEST(allocations_are_aligned_and_apart) {
    Arena arena;
    arena_init(&arena, 0);
    uint8_t *earlier[50];
    for (size_t size = 0; size < 50; size++) {
        earlier[size] = arena_alloc(&arena, size);
        REQUIRE(earlier[size] != NULL);
        REQUIRE((uintptr_t)earlier[size] % 8 == 0);
        memset(earlier[size], (int)size, size);
    }
    for (size_t size = 0; size < 50; size++) {
        for (size_t i = 0; i < size; i++) REQUIRE(earlier[size][i] == size);
        REQUIRE(size == 0 || earlier[size] != earlier[size - 1]);
    }
    CHECK(!arena.failed);
    arena_free(&arena);
    CHECK_EQ_INT(arena.bytes, 0);
}

TEST(calloc_gives_zeros_even_where_memory_was_used) {
    Arena arena;
    arena_init(&arena, 0);
    memset(arena_alloc(&arena, 1000), 0xff, 1000);
    arena_reset(&arena);
    const uint8_t *bytes = arena_calloc(&arena, 100, 10);
    REQUIRE(bytes != NULL);
    for (size_t i = 0; i < 1000; i++) REQUIRE(bytes[i] == 0);
    arena_free(&arena);
}

TEST(sizes_that_overflow_are_refused) {
    Arena arena;
    arena_init(&arena, 0);
    CHECK(arena_alloc(&arena, SIZE_MAX) == NULL);
    CHECK(arena_alloc(&arena, SIZE_MAX - 8) == NULL);
    CHECK(arena_calloc(&arena, SIZE_MAX / 2, 3) == NULL);
    CHECK(arena_grow(&arena, arena_alloc(&arena, 8), 8, SIZE_MAX) == NULL);
    CHECK(arena.failed);
    arena_reset(&arena);
    CHECK(!arena.failed);
    CHECK(arena_calloc(&arena, 0, 3) != NULL);
    CHECK(arena_calloc(&arena, 3, 0) != NULL);
    arena_free(&arena);
}

TEST(the_limit_is_kept_to_the_byte) {
    Arena arena;
    size_t limit = 3 * ARENA_BLOCK_BYTES;
    arena_init(&arena, limit);
    CHECK(arena_alloc(&arena, limit + 1) == NULL);
    CHECK(arena.failed);
    CHECK(arena_alloc(&arena, limit) != NULL);
    CHECK_EQ_INT(arena.bytes, limit);
    CHECK(arena_alloc(&arena, 1) == NULL);
    arena_reset(&arena);
    CHECK(arena.bytes <= ARENA_BLOCK_BYTES);
    arena_free(&arena);

    // The last block is as large as the limit leaves room for, not twice the one before or nothing.
    limit = 2 * ARENA_BLOCK_BYTES + ARENA_BLOCK_BYTES / 2;
    arena_init(&arena, limit);
    size_t taken = 0;
    while (arena_alloc(&arena, 1000) != NULL) taken += 1000;
    CHECK(arena.bytes <= limit);
    CHECK(taken > limit - 2500);
    arena_free(&arena);
}

TEST(reset_keeps_one_small_block) {
#ifdef SHVM_TEST_FAULTS
    SKIP("reset_keeps_one_small_block: blocks are as small as their allocation in builds with faults");
#else
    Arena arena;
    arena_init(&arena, 0);
    void *first = arena_alloc(&arena, 10);
    for (int i = 0; i < 100; i++) arena_alloc(&arena, 100000);
    CHECK(arena.bytes > 10000000);
    arena_reset(&arena);
    CHECK_EQ_INT(arena.bytes, ARENA_BLOCK_BYTES);
    CHECK(arena_alloc(&arena, 10) == first);
    arena_free(&arena);

    arena_alloc(&arena, ARENA_BLOCK_BYTES + 1);
    arena_reset(&arena);
    CHECK_EQ_INT(arena.bytes, 0);
#endif
}

TEST(blocks_double_up_to_a_bound) {
#ifdef SHVM_TEST_FAULTS
    SKIP("blocks_double_up_to_a_bound: blocks are as small as their allocation in builds with faults");
#else
    Arena arena;
    arena_init(&arena, 0);
    size_t blocks = 0, bytes = 0, largest = 0;
    for (int i = 0; i < 10000; i++) {
        arena_alloc(&arena, 1000);
        if (arena.bytes == bytes) continue;
        if (arena.bytes - bytes > largest) largest = arena.bytes - bytes;
        bytes = arena.bytes;
        blocks++;
    }
    CHECK_EQ_INT(largest, ARENA_BLOCK_BYTES_MAX);
    CHECK(blocks < 16);
    arena_free(&arena);
#endif
}

TEST(growing_keeps_the_bytes) {
    Arena arena;
    arena_init(&arena, 0);
    uint8_t *bytes = arena_grow(&arena, NULL, 0, 1);
    bytes[0] = 0;
    for (size_t size = 1; size < 3000; size++) {
        bytes = arena_grow(&arena, bytes, size, size + 1);
        REQUIRE(bytes != NULL);
        bytes[size] = (uint8_t)size;
        if (size % 100 == 0) arena_alloc(&arena, 1); // now it is not the newest: it has to move
    }
    for (size_t i = 0; i < 3000; i++) REQUIRE(bytes[i] == (uint8_t)i);
    uint8_t *shorter = arena_grow(&arena, bytes, 3000, 10);
    for (size_t i = 0; i < 10; i++) REQUIRE(shorter[i] == i);
    arena_free(&arena);
}

TEST(the_newest_allocation_grows_in_place) {
#ifdef SHVM_TEST_FAULTS
    SKIP("the_newest_allocation_grows_in_place: growing always moves in builds with faults");
#else
    Arena arena;
    arena_init(&arena, 0);
    uint8_t *bytes = arena_alloc(&arena, 10);
    CHECK(arena_grow(&arena, bytes, 10, 5000) == bytes);
    uint8_t *next = arena_alloc(&arena, 1);
    CHECK(next >= bytes + 5000);
    CHECK(arena_grow(&arena, bytes, 5000, 5001) != bytes);
    CHECK_EQ_INT(arena.bytes, ARENA_BLOCK_BYTES);
    arena_reset(&arena);

    size_t size = 1000; // until it has to leave its block
    bytes = arena_alloc(&arena, size);
    memset(bytes, 9, size);
    while (size < 3 * ARENA_BLOCK_BYTES) {
        bytes = arena_grow(&arena, bytes, size, size + 1000);
        memset(bytes + size, 9, 1000);
        size += 1000;
    }
    for (size_t i = 0; i < size; i++) REQUIRE(bytes[i] == 9);
    arena_free(&arena);
#endif
}

TEST(copies_are_owned) {
    Arena arena;
    arena_init(&arena, 0);
    char text[] = "a\0b";
    Slice copy = arena_copy(&arena, slice_of(text, 3));
    text[0] = 'x';
    CHECK_EQ_SLICE(copy, "a\0b");
    Slice empty = arena_copy(&arena, (Slice){NULL, 0});
    CHECK(empty.data != NULL && empty.len == 0);
    arena_free(&arena);
}

TEST(rewinding_gives_back_what_came_after_the_mark) {
    Arena arena;
    arena_init(&arena, 0);
    ArenaMark start = arena_mark(&arena);
    uint8_t *kept = arena_alloc(&arena, 100);
    memset(kept, 7, 100);
    size_t bytes = arena.bytes;
    ArenaMark mark = arena_mark(&arena);
    for (int i = 0; i < 1000; i++) arena_alloc(&arena, 1000);
    arena_rewind(&arena, mark);
    CHECK_EQ_INT(arena.bytes, bytes);
#ifndef SHVM_TEST_FAULTS // where it goes on in the same block
    uint8_t *next = arena_alloc(&arena, 8);
    arena_rewind(&arena, mark);
    CHECK(arena_alloc(&arena, 8) == next);
#endif
    for (size_t i = 0; i < 100; i++) REQUIRE(kept[i] == 7);
    memset(arena_alloc(&arena, 100), 1, 100);
    for (size_t i = 0; i < 100; i++) REQUIRE(kept[i] == 7);
    arena_rewind(&arena, start);
    CHECK_EQ_INT(arena.bytes, 0);
}

#ifdef SHVM_TEST_FAULTS
TEST(each_allocation_can_be_made_to_fail) {
    for (size_t fault = 1; fault <= 6; fault++) {
        Arena arena;
        arena_init(&arena, 0);
        arena_fail_after(fault);
        void *results[6];
        results[0] = arena_alloc(&arena, 1);
        results[1] = arena_calloc(&arena, 2, 3);
        results[2] = arena_grow(&arena, NULL, 0, 5);
        results[3] = (void *)arena_copy(&arena, SLICE("x")).data;
        arena_reset(&arena);
        bool failed_after_reset = arena.failed;
        results[4] = arena_alloc(&arena, 1);
        results[5] = arena_alloc(&arena, 0);
        arena_fail_after(0);
        for (size_t i = 0; i < 6; i++) CHECK((results[i] == NULL) == (i + 1 >= fault));
        CHECK(!failed_after_reset);
        CHECK(arena.failed);
        arena_free(&arena);
    }
}
#endif
