#include "support/check.h"

#ifdef __wasm__

TEST(indexes_of_tables_live_in_objects) {
    SKIP("objects need a store; the role tests run natively");
}

#else

#include "msg/names.h"
#include "support/table_world.h"

enum { FAULT_KINDS = 4, SLOT_COUNT = 100, KEY_COUNT = 150, LATE_KEYS_MAX = 60 };
enum { SUBREQUESTS_MAX = 50 }; // of an invocation, on the free plan

static const char *const SPACE_1 = TEST_TABLE_ID ".1";
static const char *const SPACE_2 = TEST_TABLE_ID ".2";

static unsigned items_of(unsigned i) {
    return i * 7 % 30; // none in some, more than one call's worth in most
}

static Slice slot_name(World *world, const TableDescriptor *table, uint32_t slot) {
    Buf name;
    buf_init(&name, world_arena(world));
    name_partition_slot(&name, table, slot);
    return buf_view(&name);
}

// As gateways get it: without calls that a planned fault could strike.
static TableDescriptor description(World *world) {
    Result result = send_table(world, CONTROL_TABLE_GET);
    TableDescriptor table = {0};
    Error error = {0};
    CHECK(result.status == RESULT_OK && descriptor_decode(world_arena(world), result.payload, &table, &error));
    return table;
}

// 0 when there is no such index.
static TableStatus index_status(World *world, const char *name) {
    TableDescriptor table = description(world);
    const IndexDescriptor *index = descriptor_index(&table, slice_of_cstr(name));
    return index == NULL ? (TableStatus)0 : index->status;
}

// Runs alarms, with objects falling asleep in between, until the index is as wanted; false when that never comes.
static bool run_until(World *world, const char *name, TableStatus wanted) {
    for (int i = 0; i < 2000; i++) {
        if (index_status(world, name) == wanted) return true;
        if (i % 3 == 0) world_evict(world);
        if (!world_run_alarm(world)) return false;
    }
    return false;
}

static TableDescriptor create_with_slots(World *world) {
    TableDescriptor table = music_table(TEST_TABLE_ID, 128);
    CHECK_EQ_INT(send_create(world, &table).status, RESULT_OK);
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        CHECK_EQ_INT(send_register_slot_at(world, &table, slot, 1).status, RESULT_OK);
        world_set_items(world, slot_name(world, &table, slot), items_of(slot));
    }
    return table;
}

TEST(every_slot_adopts_and_brings_its_items_in) {
    for (int fault = 0; fault < FAULT_KINDS; fault++) {
        check_context("fault %d", fault);
        World *world = world_new();
        TableDescriptor table = create_with_slots(world);
        world_plan_fault(world, (Fault)fault, fault == FAULT_CRASH ? 53 : 4);
        CHECK_EQ_INT(send_create_index(world, "g").status, RESULT_OK);
        CHECK_EQ_INT(index_status(world, "by_g"), TABLE_CREATING);
        CHECK(!description(world).indexes[0].backfilling);
        CHECK(world_run_alarm(world));
        CHECK(description(world).indexes[0].backfilling);
        // Who registers from now on must know of the index.
        CHECK_EQ_INT(send_register_slot_at(world, &table, SLOT_COUNT, 1).status, RESULT_STALE);
        CHECK_EQ_INT(send_register_slot_at(world, &table, SLOT_COUNT, 2).status, RESULT_OK);
        CHECK(run_until(world, "by_g", TABLE_ACTIVE));
        for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
            Slice name = slot_name(world, &table, slot);
            CHECK_EQ_INT(world_brought(world, name), items_of(slot));
            CHECK_EQ_INT(world_epoch(world, name), 2);
        }
        table = description(world);
        CHECK_EQ_INT(table.indexes[0].id, 1);
        CHECK(!table.indexes[0].backfilling);
        CHECK(world_event_calls_max(world) <= SUBREQUESTS_MAX);
        CHECK(world_next_alarm(world) == 0);
        world_free(world);
    }
}

TEST(an_empty_table_has_its_index_at_once) {
    World *world = world_new();
    TableDescriptor table = music_table(TEST_TABLE_ID, 0);
    send_create(world, &table);
    CHECK_EQ_INT(send_create_index(world, "g").status, RESULT_OK);
    CHECK(world_run_alarm(world));
    CHECK_EQ_INT(index_status(world, "by_g"), TABLE_ACTIVE);
    CHECK(!world_run_alarm(world));
    world_free(world);
}

// Keys that first writes register with an old description while the index is being built.
static struct {
    unsigned next;
    unsigned taken[LATE_KEYS_MAX];
    size_t taken_count;
    unsigned refused;
} late;

static void register_meanwhile(World *world, Role role, Slice name, Slice message) {
    (void)name;
    if (role != ROLE_PARTITION || message.data[1] != COMMAND_ADOPT || late.taken_count == LATE_KEYS_MAX) return;
    unsigned i = late.next++;
    Slice key = test_key(world, i);
    world_set_items(world, test_key_partition(world, key), 3);
    world_hook(world, NULL);
    ResultStatus status = send_register_key_at(world, TEST_TABLE_ID, key, 1).status;
    world_hook(world, register_meanwhile);
    if (status == RESULT_OK) late.taken[late.taken_count++] = i;
    late.refused += status == RESULT_STALE;
}

TEST(every_key_is_brought_in_or_knows_the_index) {
    for (int fault = 0; fault < FAULT_KINDS; fault++) {
        check_context("fault %d", fault);
        World *world = world_new();
        TableDescriptor table = music_table(TEST_TABLE_ID, 0);
        send_create(world, &table);
        for (unsigned i = 0; i < KEY_COUNT; i++) {
            Slice key = test_key(world, i);
            CHECK_EQ_INT(send_register_key_at(world, TEST_TABLE_ID, key, 1).status, RESULT_OK);
            world_set_items(world, test_key_partition(world, key), items_of(i));
        }
        memset(&late, 0, sizeof late);
        late.next = KEY_COUNT;
        world_hook(world, register_meanwhile);
        // The hook's own registrations suffer no faults of calls: a shard that is known asks nobody.
        world_plan_fault(world, (Fault)fault, fault == FAULT_CRASH ? 61 : 5);
        CHECK_EQ_INT(send_create_index(world, "g").status, RESULT_OK);
        CHECK(run_until(world, "by_g", TABLE_ACTIVE));
        world_hook(world, NULL);
        world_plan_fault(world, FAULT_NONE, 0);
        for (unsigned i = 0; i < KEY_COUNT; i++) {
            Slice name = test_key_partition(world, test_key(world, i));
            CHECK_EQ_INT(world_brought(world, name), items_of(i));
            CHECK_EQ_INT(world_epoch(world, name), 2);
        }
        CHECK(late.taken_count > 0 && late.refused > 0);
        for (size_t i = 0; i < late.taken_count; i++) {
            CHECK_EQ_INT(world_brought(world, test_key_partition(world, test_key(world, late.taken[i]))), 3);
        }
        CHECK_EQ_INT(send_register_key_at(world, TEST_TABLE_ID, test_key(world, 999), 1).status, RESULT_STALE);
        CHECK_EQ_INT(send_register_key_at(world, TEST_TABLE_ID, test_key(world, 999), 2).status, RESULT_OK);
        CHECK(world_event_calls_max(world) <= SUBREQUESTS_MAX);
        world_free(world);
    }
}

// A shard that nobody had registered in when the index came gets its epoch with its own registration.
TEST(a_new_shard_knows_the_epoch) {
    World *world = world_new();
    TableDescriptor table = music_table(TEST_TABLE_ID, 0);
    send_create(world, &table);
    send_create_index(world, "g");
    CHECK(run_until(world, "by_g", TABLE_ACTIVE));
    CHECK_EQ_INT(send_register_key_at(world, TEST_TABLE_ID, test_key(world, 0), 1).status, RESULT_STALE);
    CHECK_EQ_INT(send_register_key_at(world, TEST_TABLE_ID, test_key(world, 0), 2).status, RESULT_OK);
    world_free(world);
}

// The table's word to a new shard, overtaken by the creation of an index.
static void create_meanwhile(World *world, Role role, Slice name, Slice message) {
    (void)name;
    if (role != ROLE_TABLE || message.data[1] != CONTROL_TABLE_REGISTER) return;
    world_hook(world, NULL);
    send_create_index(world, "g");
}

TEST(an_index_overtakes_a_first_registration) {
    World *world = world_new();
    TableDescriptor table = music_table(TEST_TABLE_ID, 0);
    send_create(world, &table);
    world_hook(world, create_meanwhile);
    CHECK_EQ_INT(send_register_key_at(world, TEST_TABLE_ID, test_key(world, 0), 1).status, RESULT_STALE);
    CHECK_EQ_INT(directory_count(world), 0);
    world_free(world);
}

TEST(an_epoch_that_grows_meanwhile_is_adopted_anew) {
    World *world = world_new();
    TableDescriptor table = create_with_slots(world);
    send_create_index(world, "g");
    CHECK(world_run_alarm(world));
    CHECK(world_run_alarm(world));
    TableUpdate update = {.stream = TOGGLE_ON, .stream_view = STREAM_VIEW_NEW_IMAGE};
    CHECK_EQ_INT(send_update(world, &update).status, RESULT_OK);
    CHECK(run_until(world, "by_g", TABLE_ACTIVE));
    unsigned newest = 0;
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        Slice name = slot_name(world, &table, slot);
        CHECK_EQ_INT(world_brought(world, name), items_of(slot));
        newest += world_epoch(world, name) == 3;
    }
    CHECK(newest > 0);
    world_free(world);
}

// The alarm of a round that seems lost goes off while its answers are still on their way.
static void repeat_meanwhile(World *world, Role role, Slice name, Slice message) {
    (void)name;
    static unsigned calls;
    if (role != ROLE_PARTITION || message.data[1] != COMMAND_BACKFILL || ++calls % 11 != 0) return;
    world_hook(world, NULL);
    world_run_alarm(world);
    world_hook(world, repeat_meanwhile);
}

TEST(answers_to_an_older_round_are_ignored) {
    World *world = world_new();
    TableDescriptor table = create_with_slots(world);
    CHECK_EQ_INT(send_create_index(world, "g").status, RESULT_OK);
    world_hook(world, repeat_meanwhile);
    CHECK(run_until(world, "by_g", TABLE_ACTIVE));
    world_hook(world, NULL);
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        CHECK_EQ_INT(world_brought(world, slot_name(world, &table, slot)), items_of(slot));
    }
    world_free(world);
}

// While the answer of a round's one call is on its way, its index goes and another one comes, as far as the same round.
static void replace_meanwhile(World *world, Role role, Slice name, Slice message) {
    if (role != ROLE_PARTITION || message.data[1] != COMMAND_BACKFILL) return;
    world_answer_hook(world, NULL);
    CHECK_EQ_INT(send_delete_index(world, "g").status, RESULT_OK);
    CHECK(run_until(world, "by_g", (TableStatus)0));
    CHECK_EQ_INT(send_create_index(world, "h").status, RESULT_OK);
    CHECK(world_run_alarm(world));
    world_set_items(world, name, 20); // more than a call brings in, where the older index had one that brought all
    world_plan_fault(world, FAULT_CRASH, 1);
    CHECK(world_run_alarm(world)); // is cut off while it waits for the same partition
    world_plan_fault(world, FAULT_NONE, 0);
}

TEST(answers_to_an_older_index_are_ignored) {
    World *world = world_new();
    TableDescriptor table = create_with_slots(world);
    Slice first = slot_name(world, &table, 0);
    world_set_items(world, first, 1);
    CHECK_EQ_INT(send_create_index(world, "g").status, RESULT_OK);
    world_answer_hook(world, replace_meanwhile);
    CHECK(run_until(world, "by_g", (TableStatus)0));
    CHECK(run_until(world, "by_h", TABLE_ACTIVE));
    CHECK_EQ_INT(world_brought(world, first), 20);
    for (uint32_t slot = 1; slot < SLOT_COUNT; slot++) {
        CHECK_EQ_INT(world_brought(world, slot_name(world, &table, slot)), items_of(slot));
    }
    world_free(world);
}

TEST(one_index_at_a_time) {
    World *world = world_new();
    TableDescriptor table = create_with_slots(world);
    send_create_index(world, "g");
    Result refused = send_create_index(world, "h");
    CHECK_EQ_INT(refused.error.kind, ERROR_LIMIT_EXCEEDED);
    CHECK_EQ_SLICE(refused.error.message,
                   "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per "
                   "table");
    CHECK(run_until(world, "by_g", TABLE_ACTIVE));
    CHECK_EQ_INT(send_delete_index(world, "g").status, RESULT_OK);
    CHECK_EQ_INT(send_create_index(world, "h").error.kind, ERROR_LIMIT_EXCEEDED);
    CHECK_EQ_INT(send_delete_index(world, "g").error.kind, ERROR_LIMIT_EXCEEDED);
    CHECK(run_until(world, "by_g", (TableStatus)0));
    CHECK_EQ_INT(send_create_index(world, "h").status, RESULT_OK);
    CHECK(run_until(world, "by_h", TABLE_ACTIVE));
    CHECK_EQ_INT(world_epoch(world, slot_name(world, &table, 0)), 4);
    world_free(world);
}

TEST(an_index_can_be_deleted_while_it_is_built) {
    World *world = world_new();
    TableDescriptor table = create_with_slots(world);
    send_create_index(world, "g");
    for (int i = 0; i < 3; i++) CHECK(world_run_alarm(world));
    CHECK_EQ_INT(index_status(world, "by_g"), TABLE_CREATING);
    CHECK_EQ_INT(send_delete_index(world, "g").status, RESULT_OK);
    CHECK_EQ_INT(index_status(world, "by_g"), TABLE_DELETING);
    CHECK(run_until(world, "by_g", (TableStatus)0));
    CHECK_EQ_INT(description(world).definition_count, 0);
    // The next one begins at the beginning, under an id of its own.
    send_create_index(world, "h");
    CHECK(run_until(world, "by_h", TABLE_ACTIVE));
    CHECK_EQ_INT(description(world).indexes[0].id, 2);
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        CHECK_EQ_INT(world_brought(world, slot_name(world, &table, slot)), items_of(slot));
    }
    world_free(world);
}

TEST(a_deleted_index_leaves_no_slot) {
    for (int fault = 0; fault < FAULT_KINDS; fault++) {
        check_context("fault %d", fault);
        World *world = world_new();
        TableDescriptor table = create_with_slots(world);
        send_create_index(world, "g");
        CHECK(run_until(world, "by_g", TABLE_ACTIVE));
        TableDescriptor space = music_table(SPACE_1, 128), unborn = music_table(SPACE_2, 128);
        for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
            CHECK_EQ_INT(send_register_slot_at(world, &space, slot, 1).status, RESULT_OK);
        }
        CHECK_EQ_INT(send_register_slot_at(world, &unborn, 0, 1).status, RESULT_STALE);
        CHECK_EQ_INT(send_slot_report(world, &space, 3, 5, 50).status, RESULT_OK);
        world_plan_fault(world, (Fault)fault, fault == FAULT_CRASH ? 53 : 3);
        CHECK_EQ_INT(send_delete_index(world, "g").status, RESULT_OK);
        CHECK_EQ_INT(send_register_slot_at(world, &space, 101, 9).status, RESULT_STALE);
        CHECK_EQ_INT(send_slot_report(world, &space, 3, 6, 60).status, RESULT_STALE);
        CHECK(run_until(world, "by_g", (TableStatus)0));
        for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
            CHECK(world_fenced(world, slot_name(world, &space, slot)) >= 1);
            CHECK_EQ_INT(world_fenced(world, slot_name(world, &table, slot)), 0);
        }
        CHECK_EQ_INT(send_register_slot_at(world, &space, 101, 9).status, RESULT_STALE);
        CHECK_EQ_INT(send_slot_report(world, &table, 3, 5, 50).status, RESULT_OK);
        CHECK(world_event_calls_max(world) <= SUBREQUESTS_MAX);
        CHECK(world_next_alarm(world) == 0);
        world_free(world);
    }
}

static void register_in_index(World *world) {
    for (unsigned i = 0; i < KEY_COUNT; i++) {
        CHECK_EQ_INT(send_register_key_at(world, SPACE_1, test_key(world, i), 1).status, RESULT_OK);
    }
}

static World *world_with_index(void) {
    World *world = world_new();
    TableDescriptor table = music_table(TEST_TABLE_ID, 0);
    send_create(world, &table);
    send_create_index(world, "g");
    CHECK(run_until(world, "by_g", TABLE_ACTIVE));
    send_register_key(world, test_key(world, 7));
    return world;
}

TEST(a_deleted_index_leaves_no_partition_and_no_shard) {
    for (int fault = 0; fault < FAULT_KINDS; fault++) {
        check_context("fault %d", fault);
        World *world = world_with_index();
        register_in_index(world);
        world_plan_fault(world, (Fault)fault, fault == FAULT_CRASH ? 61 : 5);
        CHECK_EQ_INT(send_delete_index(world, "g").status, RESULT_OK);
        CHECK(run_until(world, "by_g", (TableStatus)0));
        world_plan_fault(world, FAULT_NONE, 0);
        for (unsigned i = 0; i < KEY_COUNT; i++) {
            Slice key = test_key(world, i);
            CHECK(world_fenced(world, test_key_partition_at(world, SPACE_1, key)) >= 1);
            CHECK_EQ_INT(world_fenced(world, test_key_partition(world, key)), 0);
            CHECK_EQ_INT(send_register_key_at(world, SPACE_1, key, 1).status, RESULT_STALE);
        }
        CHECK_EQ_INT(directory_count(world), 1);
        CHECK(world_event_calls_max(world) <= SUBREQUESTS_MAX);
        world_free(world);
    }
}

TEST(a_deleted_table_takes_its_indexes_with_it) {
    World *world = world_with_index();
    register_in_index(world);
    send_delete(world, TEST_TABLE_ID);
    while (world_run_alarm(world)) {
    }
    CHECK_EQ_INT(send_table(world, CONTROL_TABLE_DESCRIBE).error.kind, ERROR_RESOURCE_NOT_FOUND);
    for (unsigned i = 0; i < KEY_COUNT; i++) {
        CHECK(world_fenced(world, test_key_partition_at(world, SPACE_1, test_key(world, i))) >= 1);
    }
    CHECK(world_fenced(world, test_key_partition(world, test_key(world, 7))) >= 1);
    CHECK_EQ_INT(world_objects_with_storage(world), 0);
    world_free(world);
}

static void check_sizes(World *world, uint64_t table_count, uint64_t index_count) {
    Result result = send_table(world, CONTROL_TABLE_DESCRIBE);
    Reader reader = reader_of(result.payload);
    reader_slice(&reader);
    CHECK_EQ_INT(reader_varint(&reader), table_count);
    CHECK_EQ_INT(reader_varint(&reader), 10 * table_count);
    CHECK_EQ_INT(reader_varint(&reader), 1); // index
    CHECK_EQ_INT(reader_varint(&reader), index_count);
    CHECK_EQ_INT(reader_varint(&reader), 10 * index_count);
    CHECK(!reader.failed && reader_left(&reader) == 0);
}

TEST(an_index_has_a_size_of_its_own) {
    World *world = world_with_index();
    send_register_key(world, test_key(world, 8));
    send_key_report(world, test_key(world, 7), 3, 30);
    send_key_report(world, test_key(world, 8), 4, 40);
    check_sizes(world, 7, 0);
    register_in_index(world);
    send_key_report_at(world, SPACE_1, test_key(world, 1), 2, 20);
    send_key_report_at(world, SPACE_1, test_key(world, 2), 9, 90);
    check_sizes(world, 7, 11);
    world_free(world);

    world = world_new();
    TableDescriptor table = create_with_slots(world), space = music_table(SPACE_1, 128);
    send_create_index(world, "g");
    CHECK(run_until(world, "by_g", TABLE_ACTIVE));
    send_slot_report(world, &table, 5, 6, 60);
    send_register_slot(world, &space, 5);
    send_slot_report(world, &space, 5, 2, 20);
    check_sizes(world, 6, 2);
    world_free(world);
}

enum { MANY = 12 };

static TableDescriptor table_with_many(World *world, uint32_t slots) {
    TableDescriptor table = music_table(TEST_TABLE_ID, slots);
    table.indexes = ARENA_ARRAY(world_arena(world), IndexDescriptor, MANY);
    table.index_count = MANY;
    for (uint32_t i = 0; i < MANY; i++) {
        Buf name;
        buf_init(&name, world_arena(world));
        buf_format(&name, "index%u", (unsigned)i);
        table.indexes[i] = (IndexDescriptor){
            .id = ++table.last_index_id,
            .name = buf_view(&name),
            .is_global = true,
            .keys = {.hash = {{SLICE("g"), 'S'}}, .hash_count = 1},
            .projection = PROJECTION_ALL,
            .status = TABLE_ACTIVE,
        };
    }
    CHECK_EQ_INT(send_create(world, &table).status, RESULT_OK);
    return table;
}

static const char *space_of(World *world, uint32_t index_id) {
    Buf id;
    buf_init(&id, world_arena(world));
    name_index_space(&id, SLICE(TEST_TABLE_ID), index_id);
    buf_u8(&id, 0);
    return (const char *)buf_view(&id).data;
}

// Reads past the descriptor and the table's size; every index that was asked for has its id as item count.
static size_t count_right_sizes(World *world, uint64_t calls_max) {
    Result result = send_describe(world, calls_max);
    Reader reader = reader_of(result.payload);
    reader_slice(&reader);
    CHECK_EQ_INT(reader_varint(&reader), 100);
    CHECK_EQ_INT(reader_varint(&reader), 1000);
    CHECK_EQ_INT(reader_varint(&reader), MANY);
    size_t right = 0;
    for (uint32_t id = 1; id <= MANY; id++) {
        right += reader_varint(&reader) == id;
        reader_varint(&reader);
    }
    CHECK(!reader.failed && reader_left(&reader) == 0);
    return right;
}

TEST(many_indexes_are_described_within_the_limit_of_calls) {
    World *world = world_new();
    TableDescriptor table = table_with_many(world, 16);
    send_register_slot(world, &table, 3);
    send_slot_report(world, &table, 3, 100, 1000);
    for (uint32_t id = 1; id <= MANY; id++) {
        TableDescriptor space = music_table(space_of(world, id), 16);
        send_register_slot(world, &space, 3);
        CHECK_EQ_INT(send_slot_report(world, &space, 3, id, 10).status, RESULT_OK);
    }
    CHECK_EQ_INT(count_right_sizes(world, 0), MANY);
    world_free(world);

    world = world_new();
    table_with_many(world, 0);
    for (uint32_t id = 0; id <= MANY; id++) {
        const char *space = id == 0 ? TEST_TABLE_ID : space_of(world, id);
        for (unsigned i = 0; i < 8; i++) {
            CHECK_EQ_INT(send_register_key_at(world, space, test_key(world, i), 1).status, RESULT_OK);
        }
        send_key_report_at(world, space, test_key(world, 0), id == 0 ? 100 : id, id == 0 ? 1000 : 10);
    }
    CHECK_EQ_INT(count_right_sizes(world, 0), 9); // four shards each, and the table's
    CHECK_EQ_INT(count_right_sizes(world, CALLS_MAX_DEFAULT), 9);
    CHECK(world_event_calls_max(world) <= SUBREQUESTS_MAX);
    CHECK_EQ_INT(count_right_sizes(world, 10000), MANY);
    world_free(world);
}

#endif
