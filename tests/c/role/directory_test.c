#include "support/check.h"

#ifdef __wasm__

TEST(directories_live_in_objects) {
    SKIP("objects need a store; the role tests run natively");
}

#else

#include "msg/names.h"
#include "role/directory.h"
#include "support/table_world.h"

static World *world_with_table(void) {
    World *world = world_new();
    TableDescriptor table = music_table(TEST_TABLE_ID, 0);
    CHECK_EQ_INT(send_create(world, &table).status, RESULT_OK);
    return world;
}

TEST(registration_is_one_row_per_new_key) {
    World *world = world_with_table();
    Slice first = test_key(world, 0);
    CHECK_EQ_INT(send_register_key(world, first).rows_written, 2); // and the shard's record
    for (unsigned i = 4; i < 400; i += 4) {
        Slice key = test_key(world, i);
        Result registered = send_register_key(world, key);
        CHECK_EQ_INT(registered.status, RESULT_OK);
        if (slice_equal(test_key_shard(world, key), test_key_shard(world, first))) {
            CHECK_EQ_INT(registered.rows_written, 1);
        }
    }
    CHECK_EQ_INT(directory_count(world), 100);
    world_evict(world);
    CHECK_EQ_INT(send_register_key(world, first).status, RESULT_OK);
    CHECK_EQ_INT(directory_count(world), 100);
    // A key in use is registered already: nothing is written.
    send_key_report(world, first, 1, 10);
    CHECK_EQ_INT(send_register_key(world, first).rows_written, 0);
    world_free(world);
}

TEST(a_dead_table_has_no_registrations) {
    World *world = world_new();
    TableDescriptor other = music_table(OTHER_TABLE_ID, 0);
    CHECK_EQ_INT(send_register_key(world, test_key(world, 0)).status, RESULT_STALE);
    send_create(world, &other); // the name lives again, under another id
    CHECK_EQ_INT(send_register_key(world, test_key(world, 0)).status, RESULT_STALE);
    CHECK_EQ_INT(world_rows(world, test_key_shard(world, test_key(world, 0))), 0);
    world_free(world);
}

TEST(a_table_that_does_not_answer_refuses_nothing_for_good) {
    World *world = world_with_table();
    Slice key = test_key(world, 0);
    world_plan_fault(world, FAULT_ANSWER_LOST, 1);
    Result failed = send_register_key(world, key);
    CHECK_EQ_INT(failed.status, RESULT_ERROR);
    CHECK_EQ_INT(failed.error.kind, ERROR_INTERNAL_SERVER);
    CHECK_EQ_INT(directory_count(world), 0);
    world_plan_fault(world, FAULT_NONE, 0);
    CHECK_EQ_INT(send_register_key(world, key).status, RESULT_OK);
    CHECK_EQ_INT(directory_count(world), 1);
    world_free(world);
}

static Result send_list(World *world, Slice shard, Slice after, Slice upper, uint64_t limit) {
    Buf message;
    buf_init(&message, world_arena(world));
    control_begin(&message, CONTROL_DIRECTORY_LIST);
    buf_slice(&message, SLICE(TEST_TABLE_ID));
    buf_slice(&message, after);
    buf_slice(&message, upper);
    buf_varint(&message, limit);
    return world_send(world, ROLE_DIRECTORY, shard, buf_view(&message));
}

TEST(lists_are_paged_in_key_order) {
    World *world = world_with_table();
    Slice shard = test_key_shard(world, test_key(world, 0));
    size_t registered = 0, listed = 0;
    for (unsigned i = 0; i < 60; i++) {
        Slice key = test_key(world, i);
        send_register_key(world, key);
        registered += slice_equal(test_key_shard(world, key), shard);
    }
    Slice after = {NULL, 0}, third = {NULL, 0};
    for (bool more = true; more;) {
        Result page = send_list(world, shard, after, (Slice){NULL, 0}, 4);
        REQUIRE(page.status == RESULT_OK);
        Reader reader = reader_of(page.payload);
        size_t count = (size_t)reader_varint(&reader);
        CHECK(count <= 4);
        for (size_t i = 0; i < count; i++) {
            Slice key = reader_slice(&reader);
            CHECK(slice_compare(after, key) < 0);
            after = key;
            if (++listed == 3) third = key;
        }
        more = reader_u8(&reader) != 0;
        CHECK(!reader.failed && (count == 4 || !more));
    }
    CHECK_EQ_INT(listed, registered);
    // Both ends are left out: of three keys below the bound, the two before the third.
    Result page = send_list(world, shard, (Slice){NULL, 0}, third, 10);
    CHECK_EQ_INT(page.payload.data[0], 2);
    world_free(world);
}

TEST(sums_follow_reports) {
    World *world = world_with_table();
    Slice a = test_key(world, 0), b = test_key(world, 7);
    TableDescriptor table;
    uint64_t count, bytes;
    send_register_key(world, a);
    send_register_key(world, b);
    CHECK_EQ_INT(send_key_report(world, a, 10, 100).rows_written, 2);
    CHECK_EQ_INT(send_key_report(world, a, 10, 100).rows_written, 0);
    send_key_report(world, b, 5, 50);
    send_key_report(world, a, 2, 20);
    world_evict(world);
    Result described = send_table(world, CONTROL_TABLE_DESCRIBE);
    REQUIRE(read_described(world, &described, &table, &count, &bytes));
    CHECK_EQ_INT(count, 7);
    CHECK_EQ_INT(bytes, 70);
    world_free(world);
}

TEST(sums_of_local_indexes_follow_reports) {
    World *world = world_new();
    TableDescriptor table = music_table_with_locals(world, 0);
    // Two keys of one shard, and one of another.
    Slice a = test_key(world, 0), b = test_key(world, 7), c = test_key(world, 4);
    const LocalSizes first = {{{1, 5, 50}, {2, 3, 30}}, 2}, then = {{{2, 2, 20}, {1, 6, 60}}, 2};
    CHECK_EQ_INT(send_create(world, &table).status, RESULT_OK);
    CHECK(slice_equal(test_key_shard(world, a), test_key_shard(world, b)));
    CHECK(!slice_equal(test_key_shard(world, a), test_key_shard(world, c)));
    Slice keys[] = {a, b, c};
    for (size_t i = 0; i < 3; i++) {
        send_register_key(world, keys[i]);
        CHECK_EQ_INT(send_key_local_report(world, keys[i], 5, &first).rows_written, 2);
    }
    CHECK_EQ_INT(send_key_local_report(world, a, 5, &first).rows_written, 0);
    CHECK_EQ_INT(send_key_local_report(world, a, 6, &then).rows_written, 2); // count and bytes as before
    CHECK_EQ_INT(send_key_local_report(world, a, 5, &first).rows_written, 0); // late
    world_evict(world);
    Result described = send_table(world, CONTROL_TABLE_DESCRIBE);
    check_described_index(&described, 0, 6 + 5 + 5, 60 + 50 + 50);
    check_described_index(&described, 1, 0, 0);
    check_described_index(&described, 2, 2 + 3 + 3, 20 + 30 + 30);
    // A partition of an earlier release says nothing of local indexes.
    send_key_report(world, b, 9, 90);
    described = send_table(world, CONTROL_TABLE_DESCRIBE);
    check_described_index(&described, 2, 2 + 3, 20 + 30);
    world_free(world);
}

TEST(unused_registrations_are_swept) {
    World *world = world_with_table();
    enum { KEYS = 240 };
    for (unsigned i = 0; i < KEYS; i++) {
        Slice key = test_key(world, i);
        CHECK_EQ_INT(send_register_key(world, key).status, RESULT_OK);
        world_set_used(world, test_key_partition(world, key), i % 3 != 0);
        if (i % 10 == 0) world_evict(world);
    }
    double begin = world_now(world);
    int alarms = 0;
    while (alarms < 100 && world_run_alarm(world)) alarms++;
    CHECK_EQ_INT(directory_count(world), KEYS * 2 / 3);
    CHECK(world_next_alarm(world) == 0); // nothing is unconfirmed any more
    CHECK(alarms <= 4 * 4);
    CHECK(world_now(world) - begin >= DIRECTORY_SWEEP_MS);
    CHECK(world_calls_max(world) <= 40);
    // The next new key starts it again.
    send_register_key(world, test_key(world, KEYS));
    CHECK(world_next_alarm(world) > world_now(world));
    world_free(world);
}

TEST(a_sweep_survives_lost_answers) {
    World *world = world_with_table();
    Slice key = test_key(world, 0);
    send_register_key(world, key);
    world_set_used(world, test_key_partition(world, key), false);
    world_plan_fault(world, FAULT_CRASH, 1);
    CHECK(world_run_alarm(world));
    CHECK_EQ_INT(directory_count(world), 1);
    world_plan_fault(world, FAULT_NOT_RUN, 1);
    CHECK(world_run_alarm(world));
    CHECK_EQ_INT(directory_count(world), 1);
    world_plan_fault(world, FAULT_NONE, 0);
    CHECK(world_run_alarm(world));
    CHECK_EQ_INT(directory_count(world), 0);
    world_free(world);
}

// The partition answers "unused", and registers again before the answer is back.
static void register_meanwhile(World *world, Role role, Slice name, Slice message) {
    (void)name;
    (void)message;
    if (role != ROLE_PARTITION) return;
    world_hook(world, NULL);
    CHECK_EQ_INT(send_register_key(world, test_key(world, 0)).status, RESULT_OK);
}

TEST(a_registration_renewed_during_a_probe_stays) {
    World *world = world_with_table();
    Slice key = test_key(world, 0);
    send_register_key(world, key);
    world_set_used(world, test_key_partition(world, key), false);
    world_hook(world, register_meanwhile);
    CHECK(world_run_alarm(world));
    CHECK_EQ_INT(directory_count(world), 1);
    // It is looked at once more, as it is as new as any other.
    CHECK(world_next_alarm(world) != 0);
    world_free(world);
}

TEST(a_fenced_shard_is_shut_and_waits_for_its_keys) {
    World *world = world_with_table();
    Slice key = test_key(world, 0), shard = test_key_shard(world, key);
    send_register_key(world, key);
    Buf fence, forget;
    buf_init(&fence, world_arena(world));
    control_begin(&fence, CONTROL_DIRECTORY_FENCE);
    buf_slice(&fence, SLICE(TEST_TABLE_ID));
    buf_varint(&fence, 40);
    Result fenced = world_send(world, ROLE_DIRECTORY, shard, buf_view(&fence));
    CHECK_EQ_INT(fenced.status, RESULT_OK);
    CHECK_EQ_INT(fenced.payload.data[0], 1);
    CHECK_EQ_INT(send_register_key(world, key).status, RESULT_STALE);
    CHECK_EQ_INT(send_key_report(world, key, 1, 1).status, RESULT_STALE);
    CHECK_EQ_INT(send_list(world, shard, (Slice){NULL, 0}, (Slice){NULL, 0}, 1).status, RESULT_STALE);
    CHECK(world_run_alarm(world));
    CHECK(world_rows(world, shard) > 0);
    buf_init(&forget, world_arena(world));
    control_begin(&forget, CONTROL_DIRECTORY_FORGET);
    buf_slice(&forget, SLICE(TEST_TABLE_ID));
    buf_varint(&forget, 1);
    buf_slice(&forget, key);
    CHECK_EQ_INT(world_send(world, ROLE_DIRECTORY, shard, buf_view(&forget)).status, RESULT_OK);
    CHECK(world_run_alarm(world));
    CHECK_EQ_INT(world_rows(world, shard), 0);
    CHECK(world_next_alarm(world) == 0);
    world_free(world);
}

// The table has just said that it is alive, and then begins to be deleted.
static void fence_meanwhile(World *world, Role role, Slice name, Slice message) {
    (void)name;
    (void)message;
    if (role != ROLE_TABLE) return;
    world_hook(world, NULL);
    Buf fence;
    buf_init(&fence, world_arena(world));
    control_begin(&fence, CONTROL_DIRECTORY_FENCE);
    buf_slice(&fence, SLICE(TEST_TABLE_ID));
    buf_varint(&fence, 40);
    Slice shard = test_key_shard(world, test_key(world, 0));
    CHECK_EQ_INT(world_send(world, ROLE_DIRECTORY, shard, buf_view(&fence)).status, RESULT_OK);
}

TEST(a_fence_overtakes_the_table_s_word) {
    World *world = world_with_table();
    world_hook(world, fence_meanwhile);
    CHECK_EQ_INT(send_register_key(world, test_key(world, 0)).status, RESULT_STALE);
    CHECK_EQ_INT(world_rows(world, test_key_shard(world, test_key(world, 0))), 1); // the tombstone
    world_free(world);
}

#endif
