#include "support/check.h"

#ifdef __wasm__

TEST(tables_live_in_objects) {
    SKIP("objects need a store; the role tests run natively");
}

#else

#include "role/table_round.h"
#include "support/table_world.h"

static TableStatus status_of(World *world, const Result *result) {
    TableDescriptor table = {0};
    uint64_t count, bytes;
    CHECK(read_described(world, result, &table, &count, &bytes));
    return table.status;
}

static TableStatus described_status(World *world) {
    Result result = send_table(world, CONTROL_TABLE_DESCRIBE);
    return result.status == RESULT_OK ? status_of(world, &result) : (TableStatus)0;
}

TEST(a_table_comes_into_being) {
    World *world = world_new();
    TableDescriptor table = music_table(TEST_TABLE_ID, 0), found;
    Error error = {0};
    CHECK_EQ_SLICE(send_table(world, CONTROL_TABLE_GET).error.message, "Requested resource not found");
    CHECK_EQ_SLICE(send_table(world, CONTROL_TABLE_DESCRIBE).error.message,
                   "Requested resource not found: Table: Music not found");
    Result created = send_create(world, &table);
    REQUIRE(created.status == RESULT_OK);
    CHECK(descriptor_decode(world_arena(world), created.payload, &found, &error));
    CHECK_EQ_INT(found.status, TABLE_CREATING);
    CHECK_EQ_INT(send_table(world, CONTROL_TABLE_GET).status, RESULT_OK);
    CHECK_EQ_INT(described_status(world), TABLE_ACTIVE);
    CHECK_EQ_INT(catalog_count(world), 1);
    CHECK(world_next_alarm(world) == 0);
    world_free(world);
}

TEST(a_name_is_taken_once) {
    World *world = world_new();
    TableDescriptor table = music_table(TEST_TABLE_ID, 0), other = music_table(OTHER_TABLE_ID, 0);
    CHECK_EQ_INT(send_create(world, &table).status, RESULT_OK);
    CHECK_EQ_INT(send_create(world, &table).status, RESULT_OK); // the same message, delivered twice
    Result refused = send_create(world, &other);
    CHECK_EQ_INT(refused.error.kind, ERROR_RESOURCE_IN_USE);
    CHECK_EQ_SLICE(refused.error.message, "Table already exists: Music");
    world_free(world);
}

TEST(creation_survives_a_catalog_that_fails) {
    static const Fault FAULTS[] = {FAULT_NOT_RUN, FAULT_ANSWER_LOST, FAULT_CRASH};
    for (size_t i = 0; i < sizeof FAULTS / sizeof FAULTS[0]; i++) {
        check_context("fault %d", (int)FAULTS[i]);
        World *world = world_new();
        TableDescriptor table = music_table(TEST_TABLE_ID, 0);
        world_plan_fault(world, FAULTS[i], 1);
        send_create(world, &table);
        CHECK_EQ_INT(send_table(world, CONTROL_TABLE_GET).error.kind, ERROR_RESOURCE_NOT_FOUND);
        CHECK_EQ_INT(described_status(world), TABLE_CREATING);
        CHECK_EQ_SLICE(send_delete(world, TEST_TABLE_ID).error.message,
                       "Attempt to change a resource which is still in use: Table is being created: Music");
        CHECK(world_run_alarm(world)); // in vain
        world_plan_fault(world, FAULT_NONE, 0);
        CHECK_EQ_INT(described_status(world), TABLE_CREATING);
        CHECK(world_run_alarm(world));
        CHECK_EQ_INT(described_status(world), TABLE_ACTIVE);
        CHECK_EQ_INT(catalog_count(world), 1);
        CHECK(!world_run_alarm(world));
        world_free(world);
    }
}

TEST(slots_register_and_report) {
    World *world = world_new();
    TableDescriptor table = music_table(TEST_TABLE_ID, 512), other = music_table(OTHER_TABLE_ID, 512);
    uint64_t count = 0, bytes = 0;
    send_create(world, &table);
    CHECK_EQ_INT(send_slot_report(world, &table, 7, 1, 1).status, RESULT_OK); // never registered: no row
    for (uint32_t slot = 0; slot < 300; slot++) {
        Result registered = send_register_slot(world, &table, slot);
        CHECK_EQ_INT(registered.status, RESULT_OK);
        CHECK_EQ_INT(registered.rows_written, 1);
        CHECK_EQ_INT(send_slot_report(world, &table, slot, slot, 10 * slot).status, RESULT_OK);
    }
    CHECK_EQ_INT(send_slot_report(world, &table, 299, 1, 2).status, RESULT_OK);
    // A repeated registration writes nothing, and wipes nothing out.
    CHECK_EQ_INT(send_register_slot(world, &table, 298).rows_written, 0);
    Result described = send_table(world, CONTROL_TABLE_DESCRIBE);
    REQUIRE(read_described(world, &described, &table, &count, &bytes));
    CHECK_EQ_INT(count, 298 * 299 / 2 + 1);
    CHECK_EQ_INT(bytes, 10 * 298 * 299 / 2 + 2);
    CHECK_EQ_INT(send_register_slot(world, &other, 0).status, RESULT_STALE);
    CHECK_EQ_INT(send_slot_report(world, &other, 0, 1, 1).status, RESULT_STALE);
    world_free(world);
}

TEST(slots_report_sizes_of_local_indexes) {
    World *world = world_new();
    TableDescriptor table = music_table_with_locals(world, 512);
    const LocalSizes first = {{{1, 5, 50}, {2, 3, 30}}, 2}, then = {{{2, 2, 20}, {1, 6, 60}}, 2};
    CHECK_EQ_INT(send_create(world, &table).status, RESULT_OK);
    for (uint32_t slot = 0; slot < 3; slot++) {
        send_register_slot(world, &table, slot);
        if (slot == 2) break; // has not reported yet
        CHECK_EQ_INT(send_slot_local_report(world, &table, slot, 5, &first).rows_written, 1);
    }
    CHECK_EQ_INT(send_slot_local_report(world, &table, 0, 6, &then).rows_written, 1);
    CHECK_EQ_INT(send_slot_local_report(world, &table, 0, 5, &first).rows_written, 0); // late
    world_evict(world);
    Result described = send_table(world, CONTROL_TABLE_DESCRIBE);
    check_described_index(&described, 0, 6 + 5, 60 + 50);
    check_described_index(&described, 1, 0, 0);
    check_described_index(&described, 2, 2 + 3, 20 + 30);
    world_free(world);
}

TEST(a_protected_table_stays) {
    World *world = world_new();
    TableDescriptor table = music_table(TEST_TABLE_ID, 0);
    table.deletion_protection = true;
    send_create(world, &table);
    Result refused = send_delete(world, TEST_TABLE_ID);
    CHECK_EQ_INT(refused.error.kind, ERROR_VALIDATION);
    CHECK_EQ_SLICE(refused.error.message,
                   "Resource cannot be deleted as it is currently protected against deletion. "
                   "Disable deletion protection first.");
    CHECK_EQ_INT(described_status(world), TABLE_ACTIVE);
    world_free(world);
}

TEST(a_deletion_that_comes_late_spares_the_next_table) {
    World *world = world_new();
    TableDescriptor table = music_table(OTHER_TABLE_ID, 0);
    CHECK_EQ_SLICE(send_table(world, CONTROL_TABLE_IDENTIFY).error.message,
                   "Requested resource not found: Table: Music not found");
    send_create(world, &table);
    CHECK_EQ_SLICE(send_table(world, CONTROL_TABLE_IDENTIFY).payload, OTHER_TABLE_ID);
    CHECK_EQ_SLICE(send_delete(world, TEST_TABLE_ID).error.message,
                   "Requested resource not found: Table: Music not found");
    CHECK_EQ_INT(described_status(world), TABLE_ACTIVE);
    CHECK_EQ_INT(send_delete(world, OTHER_TABLE_ID).status, RESULT_OK);
    CHECK_EQ_INT(described_status(world), TABLE_DELETING);
    CHECK_EQ_SLICE(send_table(world, CONTROL_TABLE_IDENTIFY).payload, OTHER_TABLE_ID);
    world_free(world);
}

TEST(a_change_that_comes_late_spares_the_next_table) {
    World *world = world_new();
    TableDescriptor table = music_table(OTHER_TABLE_ID, 0);
    TableUpdate update = {.deletion_protection = TOGGLE_ON};
    CHECK_EQ_INT(send_update_to(world, TEST_TABLE_ID, &update).error.kind, ERROR_RESOURCE_NOT_FOUND);
    send_create(world, &table);
    CHECK_EQ_SLICE(send_update_to(world, TEST_TABLE_ID, &update).error.message,
                   "Requested resource not found: Table: Music not found");
    CHECK_EQ_INT(send_update_to(world, OTHER_TABLE_ID, &update).status, RESULT_OK);
    CHECK_EQ_INT(send_delete(world, OTHER_TABLE_ID).error.kind, ERROR_VALIDATION);
    world_free(world);
}

static void check_deleting(World *world, const TableDescriptor *table) {
    TableDescriptor other = music_table(OTHER_TABLE_ID, table->slots);
    CHECK_EQ_INT(send_table(world, CONTROL_TABLE_GET).error.kind, ERROR_RESOURCE_NOT_FOUND);
    CHECK_EQ_INT(described_status(world), TABLE_DELETING);
    CHECK_EQ_SLICE(send_create(world, &other).error.message, "Table already exists: Music");
    CHECK_EQ_SLICE(send_delete(world, TEST_TABLE_ID).error.message,
                   "Attempt to change a resource which is still in use: Table is being deleted: Music");
}

// Runs alarms until the table is gone; false when it never goes.
static bool run_to_the_end(World *world) {
    for (int i = 0; i < 2000; i++) {
        if (send_table(world, CONTROL_TABLE_DESCRIBE).error.kind == ERROR_RESOURCE_NOT_FOUND) return true;
        if (i % 3 == 0) world_evict(world);
        if (!world_run_alarm(world)) return false;
    }
    return false;
}

enum { FAULT_KINDS = 4, SLOT_COUNT = 100, KEY_COUNT = 200 };

TEST(deletion_fences_every_slot) {
    for (int fault = 0; fault < FAULT_KINDS; fault++) {
        check_context("fault %d", fault);
        World *world = world_new();
        TableDescriptor table = music_table(TEST_TABLE_ID, 128);
        send_create(world, &table);
        for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) send_register_slot(world, &table, slot);
        send_slot_report(world, &table, 3, 5, 50);
        world_plan_fault(world, (Fault)fault, fault == FAULT_CRASH ? 53 : 3);
        Result deleted = send_delete(world, TEST_TABLE_ID);
        uint64_t count = 0, bytes = 0;
        CHECK(read_described(world, &deleted, &table, &count, &bytes));
        CHECK_EQ_INT(table.status, TABLE_DELETING);
        CHECK_EQ_INT(count, 5);
        check_deleting(world, &table);
        CHECK_EQ_INT(send_register_slot(world, &table, 100).status, RESULT_STALE);
        CHECK_EQ_INT(send_slot_report(world, &table, 3, 6, 60).status, RESULT_STALE);
        CHECK(run_to_the_end(world));
        for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
            Buf name;
            buf_init(&name, world_arena(world));
            buf_format(&name, "v1/p/" TEST_TABLE_ID "/h128/%u/0", (unsigned)slot);
            CHECK(world_fenced(world, buf_view(&name)) >= 1);
        }
        CHECK_EQ_INT(catalog_count(world), 0);
        CHECK_EQ_INT(world_objects_with_storage(world), 0);
        CHECK(world_calls_max(world) <= ROUND_CALLS_MAX);
        CHECK(world_next_alarm(world) == 0);
        TableDescriptor other = music_table(OTHER_TABLE_ID, 16);
        world_plan_fault(world, FAULT_NONE, 0);
        CHECK_EQ_INT(send_create(world, &other).status, RESULT_OK);
        CHECK_EQ_INT(described_status(world), TABLE_ACTIVE);
        world_free(world);
    }
}

TEST(deletion_fences_every_partition_of_every_shard) {
    for (int fault = 0; fault < FAULT_KINDS; fault++) {
        check_context("fault %d", fault);
        World *world = world_new();
        TableDescriptor table = music_table(TEST_TABLE_ID, 0);
        send_create(world, &table);
        for (unsigned i = 0; i < KEY_COUNT; i++) {
            CHECK_EQ_INT(send_register_key(world, test_key(world, i)).status, RESULT_OK);
        }
        CHECK_EQ_INT(send_key_report(world, test_key(world, 5), 3, 30).status, RESULT_OK);
        CHECK_EQ_INT(send_key_report(world, test_key(world, 6), 4, 40).status, RESULT_OK);
        Result deleted = send_delete(world, TEST_TABLE_ID);
        uint64_t count = 0, bytes = 0;
        CHECK(read_described(world, &deleted, &table, &count, &bytes));
        CHECK_EQ_INT(count, 7);
        CHECK_EQ_INT(bytes, 70);
        world_plan_fault(world, (Fault)fault, fault == FAULT_CRASH ? 61 : 5);
        CHECK(run_to_the_end(world));
        world_plan_fault(world, FAULT_NONE, 0);
        for (unsigned i = 0; i < KEY_COUNT; i++) {
            CHECK(world_fenced(world, test_key_partition(world, test_key(world, i))) >= 1);
        }
        CHECK_EQ_INT(send_register_key(world, test_key(world, 1)).status, RESULT_STALE);
        // The fenced shards erase themselves some time later.
        while (world_run_alarm(world)) {
        }
        CHECK_EQ_INT(world_objects_with_storage(world), 0);
        CHECK(world_calls_max(world) <= ROUND_CALLS_MAX);
        // Whatever still believes in the old table is told better.
        CHECK_EQ_INT(send_register_key(world, test_key(world, 1)).status, RESULT_STALE);
        world_free(world);
    }
}

// A registration that waits for the table's word while the table is deleted under it.
static void delete_meanwhile(World *world, Role role, Slice name, Slice message) {
    (void)name;
    if (role != ROLE_TABLE || message.data[1] != CONTROL_TABLE_REGISTER) return;
    world_hook(world, NULL);
    send_delete(world, TEST_TABLE_ID);
}

TEST(a_deletion_overtakes_a_first_registration) {
    World *world = world_new();
    TableDescriptor table = music_table(TEST_TABLE_ID, 0);
    send_create(world, &table);
    world_hook(world, delete_meanwhile);
    CHECK_EQ_INT(send_register_key(world, test_key(world, 0)).status, RESULT_STALE);
    CHECK(run_to_the_end(world));
    CHECK_EQ_INT(world_objects_with_storage(world), 0);
    world_free(world);
}

TEST(a_table_is_gone_even_if_its_object_is_not_erased) {
    World *world = world_new();
    TableDescriptor table = music_table(TEST_TABLE_ID, 16), other = music_table(OTHER_TABLE_ID, 16);
    send_create(world, &table);
    world_lose_erasures(world);
    CHECK_EQ_INT(send_delete(world, TEST_TABLE_ID).status, RESULT_OK);
    CHECK(run_to_the_end(world));
    CHECK_EQ_INT(send_create(world, &other).status, RESULT_OK);
    world_free(world);
}

// The catalog's late answer to the creation of a table that another has replaced since.
static void replace_meanwhile(World *world, Role role, Slice name, Slice message) {
    (void)name;
    if (role != ROLE_CATALOG || message.data[1] != CONTROL_CATALOG_ADD) return;
    world_hook(world, NULL);
    CHECK(world_run_alarm(world)); // makes the first one ACTIVE
    CHECK_EQ_INT(send_delete(world, TEST_TABLE_ID).status, RESULT_OK);
    CHECK(run_to_the_end(world));
    TableDescriptor other = music_table(OTHER_TABLE_ID, 16);
    world_plan_fault(world, FAULT_NOT_RUN, 1); // the catalog does not know the second one yet
    send_create(world, &other);
    world_plan_fault(world, FAULT_NONE, 0);
}

TEST(a_late_answer_does_not_activate_another_table) {
    World *world = world_new();
    TableDescriptor table = music_table(TEST_TABLE_ID, 16);
    world_hook(world, replace_meanwhile);
    CHECK_EQ_INT(send_create(world, &table).status, RESULT_OK);
    CHECK_EQ_INT(described_status(world), TABLE_CREATING);
    world_free(world);
}

#endif
