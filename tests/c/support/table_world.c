#include "support/table_world.h"

#ifndef __wasm__

#include "msg/names.h"
#include "support/check.h"

TableDescriptor music_table(const char *table_id, uint32_t slots) {
    return (TableDescriptor){
        .epoch = 1,
        .name = SLICE("Music"),
        .table_id = slice_of_cstr(table_id),
        .status = TABLE_CREATING,
        .layout = slots == 0 ? LAYOUT_KEY : LAYOUT_HASH,
        .slots = slots,
        .keys = {.hash = {{SLICE("pk"), 'S'}}, .hash_count = 1},
        .billing = BILLING_PAY_PER_REQUEST,
    };
}

static Buf new_message(World *world, ControlKind kind) {
    Buf message;
    buf_init(&message, world_arena(world));
    control_begin(&message, kind);
    return message;
}

static Slice music_name(World *world) {
    Buf name;
    buf_init(&name, world_arena(world));
    name_table(&name, SLICE("Music"));
    return buf_view(&name);
}

Result send_create(World *world, const TableDescriptor *table) {
    Buf message = new_message(world, CONTROL_TABLE_CREATE);
    descriptor_encode(&message, table);
    return world_send(world, ROLE_TABLE, music_name(world), buf_view(&message));
}

Result send_table(World *world, ControlKind kind) {
    Buf message = new_message(world, kind);
    return world_send(world, ROLE_TABLE, music_name(world), buf_view(&message));
}

Result send_describe(World *world, uint64_t calls_max) {
    Buf message = new_message(world, CONTROL_TABLE_DESCRIBE);
    if (calls_max != 0) buf_varint(&message, calls_max);
    return world_send(world, ROLE_TABLE, music_name(world), buf_view(&message));
}

Result send_delete(World *world, const char *table_id) {
    Buf message = new_message(world, CONTROL_TABLE_DELETE);
    buf_slice(&message, slice_of_cstr(table_id));
    return world_send(world, ROLE_TABLE, music_name(world), buf_view(&message));
}

bool read_described(World *world, const Result *result, TableDescriptor *table, uint64_t *item_count,
                    uint64_t *bytes) {
    Error error = {0};
    Reader reader = reader_of(result->payload);
    Slice descriptor = reader_slice(&reader);
    *item_count = reader_varint(&reader);
    *bytes = reader_varint(&reader);
    return result->status == RESULT_OK && !reader.failed &&
           descriptor_decode(world_arena(world), descriptor, table, &error);
}

void check_described_index(const Result *result, size_t i, uint64_t item_count, uint64_t bytes) {
    Reader reader = reader_of(result->payload);
    reader_slice(&reader);
    reader_varint(&reader);
    reader_varint(&reader);
    CHECK(i < reader_varint(&reader));
    for (size_t passed = 0; passed < 2 * i; passed++) reader_varint(&reader);
    CHECK_EQ_INT(reader_varint(&reader), item_count);
    CHECK_EQ_INT(reader_varint(&reader), bytes);
    CHECK(!reader.failed);
}

TableDescriptor music_table_with_locals(World *world, uint32_t slots) {
    static const uint32_t IDS[] = {1, 3, 2};
    TableDescriptor table = music_table(TEST_TABLE_ID, slots);
    table.indexes = ARENA_ARRAY(world_arena(world), IndexDescriptor, 3);
    table.index_count = 3;
    for (size_t i = 0; i < table.index_count; i++) {
        table.indexes[i] = (IndexDescriptor){
            .id = IDS[i],
            .name = slice_of(&"abc"[i], 1),
            .is_global = IDS[i] == 3,
            .keys = {.hash = {{SLICE("x"), 'S'}}, .hash_count = 1, .range = {{SLICE("y"), 'S'}}, .range_count = 1},
            .projection = PROJECTION_ALL,
            .status = TABLE_ACTIVE,
        };
    }
    return table;
}

static void put_local_report(Buf *message, uint64_t version, const LocalSizes *locals) {
    buf_varint(message, 9);
    buf_varint(message, 90);
    buf_varint(message, version);
    local_sizes_encode(message, locals);
}

static Result send_slot(World *world, const TableDescriptor *table, uint32_t slot, Buf *message) {
    Buf name;
    buf_init(&name, world_arena(world));
    name_partition_slot(&name, table, slot);
    buf_slice(message, table->table_id);
    buf_slice(message, buf_view(&name));
    return (Result){.status = RESULT_OK};
}

Result send_register_slot(World *world, const TableDescriptor *table, uint32_t slot) {
    Buf message = new_message(world, CONTROL_TABLE_REGISTER);
    send_slot(world, table, slot, &message);
    return world_send(world, ROLE_TABLE, music_name(world), buf_view(&message));
}

Result send_register_slot_at(World *world, const TableDescriptor *table, uint32_t slot, uint64_t epoch) {
    Buf message = new_message(world, CONTROL_TABLE_REGISTER);
    send_slot(world, table, slot, &message);
    buf_varint(&message, epoch);
    return world_send(world, ROLE_TABLE, music_name(world), buf_view(&message));
}

Result send_update(World *world, const TableUpdate *update) {
    return send_update_to(world, TEST_TABLE_ID, update);
}

Result send_update_to(World *world, const char *table_id, const TableUpdate *update) {
    Buf message = new_message(world, CONTROL_TABLE_UPDATE);
    buf_slice(&message, slice_of_cstr(table_id));
    table_update_encode(&message, update);
    return world_send(world, ROLE_TABLE, music_name(world), buf_view(&message));
}

static Result send_index_change(World *world, IndexAction action, const char *attribute) {
    Buf name;
    buf_init(&name, world_arena(world));
    buf_format(&name, "by_%s", attribute);
    IndexChange change = {
        .action = action,
        .index = {.name = buf_view(&name),
                  .is_global = true,
                  .keys = {.hash = {{slice_of_cstr(attribute), 'S'}}, .hash_count = 1},
                  .projection = PROJECTION_ALL,
                  .status = TABLE_ACTIVE},
    };
    TableUpdate update = {.indexes = &change, .index_count = 1};
    return send_update(world, &update);
}

Result send_create_index(World *world, const char *attribute) {
    return send_index_change(world, INDEX_CREATE, attribute);
}

Result send_delete_index(World *world, const char *attribute) {
    return send_index_change(world, INDEX_DELETE, attribute);
}

Result send_slot_report(World *world, const TableDescriptor *table, uint32_t slot, uint64_t count,
                        uint64_t bytes) {
    Buf message = new_message(world, CONTROL_TABLE_REPORT);
    send_slot(world, table, slot, &message);
    buf_varint(&message, count);
    buf_varint(&message, bytes);
    return world_send(world, ROLE_TABLE, music_name(world), buf_view(&message));
}

Result send_slot_local_report(World *world, const TableDescriptor *table, uint32_t slot, uint64_t version,
                              const LocalSizes *locals) {
    Buf message = new_message(world, CONTROL_TABLE_REPORT);
    send_slot(world, table, slot, &message);
    put_local_report(&message, version, locals);
    return world_send(world, ROLE_TABLE, music_name(world), buf_view(&message));
}

// The length of a counted list of slices that is followed by its more flag.
static size_t list_count(const Result *result) {
    Reader reader = reader_of(result->payload);
    size_t count = (size_t)reader_varint(&reader);
    for (size_t i = 0; i < count; i++) reader_slice(&reader);
    CHECK_EQ_INT(reader_u8(&reader), 0);
    CHECK(!reader.failed && reader_left(&reader) == 0);
    return count;
}

size_t catalog_count(World *world) {
    Buf message = new_message(world, CONTROL_CATALOG_LIST);
    buf_slice(&message, (Slice){NULL, 0});
    buf_varint(&message, 100);
    Result result = world_send(world, ROLE_CATALOG, name_catalog(), buf_view(&message));
    CHECK_EQ_INT(result.status, RESULT_OK);
    return list_count(&result);
}

Slice test_key(World *world, unsigned i) {
    Buf key;
    buf_init(&key, world_arena(world));
    buf_u8(&key, (uint8_t)(i * 37)); // the hash's leading bits choose the shard
    for (int byte = 1; byte < 8; byte++) buf_u8(&key, (uint8_t)byte);
    buf_format(&key, "key%u", i);
    return buf_view(&key);
}

static Slice shard_name(World *world, const char *space_id, Slice key) {
    Buf name;
    buf_init(&name, world_arena(world));
    name_directory(&name, slice_of_cstr(space_id), directory_shard((uint64_t)key.data[0] << 56));
    return buf_view(&name);
}

Slice test_key_shard(World *world, Slice key) {
    return shard_name(world, TEST_TABLE_ID, key);
}

Slice test_key_partition_at(World *world, const char *space_id, Slice key) {
    Buf name;
    buf_init(&name, world_arena(world));
    TableDescriptor table = music_table(space_id, 0);
    name_partition(&name, &table, slice_sub(key, 8, key.len), 0);
    return buf_view(&name);
}

Slice test_key_partition(World *world, Slice key) {
    return test_key_partition_at(world, TEST_TABLE_ID, key);
}

static Buf registration(World *world, const char *space_id, Slice key) {
    Buf message = new_message(world, CONTROL_DIRECTORY_REGISTER);
    buf_slice(&message, slice_of_cstr(space_id));
    buf_slice(&message, SLICE("Music"));
    buf_slice(&message, key);
    return message;
}

Result send_register_key(World *world, Slice key) {
    Buf message = registration(world, TEST_TABLE_ID, key);
    return world_send(world, ROLE_DIRECTORY, test_key_shard(world, key), buf_view(&message));
}

Result send_register_key_at(World *world, const char *space_id, Slice key, uint64_t epoch) {
    Buf message = registration(world, space_id, key);
    buf_varint(&message, epoch);
    return world_send(world, ROLE_DIRECTORY, shard_name(world, space_id, key), buf_view(&message));
}

Result send_key_report_at(World *world, const char *space_id, Slice key, uint64_t count, uint64_t bytes) {
    Buf message = new_message(world, CONTROL_DIRECTORY_REPORT);
    buf_slice(&message, slice_of_cstr(space_id));
    buf_slice(&message, key);
    buf_varint(&message, count);
    buf_varint(&message, bytes);
    return world_send(world, ROLE_DIRECTORY, shard_name(world, space_id, key), buf_view(&message));
}

Result send_key_local_report(World *world, Slice key, uint64_t version, const LocalSizes *locals) {
    Buf message = new_message(world, CONTROL_DIRECTORY_REPORT);
    buf_slice(&message, SLICE(TEST_TABLE_ID));
    buf_slice(&message, key);
    put_local_report(&message, version, locals);
    return world_send(world, ROLE_DIRECTORY, shard_name(world, TEST_TABLE_ID, key), buf_view(&message));
}

Result send_key_report(World *world, Slice key, uint64_t count, uint64_t bytes) {
    return send_key_report_at(world, TEST_TABLE_ID, key, count, bytes);
}

size_t directory_count(World *world) {
    size_t count = 0;
    for (uint32_t shard = 0; shard < DIRECTORY_SHARDS; shard++) {
        Buf message = new_message(world, CONTROL_DIRECTORY_LIST);
        Buf name;
        buf_slice(&message, SLICE(TEST_TABLE_ID));
        buf_slice(&message, (Slice){NULL, 0});
        buf_slice(&message, (Slice){NULL, 0});
        buf_varint(&message, 1000);
        buf_init(&name, world_arena(world));
        name_directory(&name, SLICE(TEST_TABLE_ID), shard);
        Result result = world_send(world, ROLE_DIRECTORY, buf_view(&name), buf_view(&message));
        if (result.status == RESULT_OK) count += list_count(&result);
    }
    return count;
}

#endif
