// What tests of tables, directories and the catalog say to each other's objects, in short.
#ifndef SHVM_TESTS_SUPPORT_TABLE_WORLD_H
#define SHVM_TESTS_SUPPORT_TABLE_WORLD_H

#include "msg/local_sizes.h"
#include "op/table_change.h"
#include "support/world.h"

#define TEST_TABLE_ID "00000000-0000-4000-8000-00000000000a"
#define OTHER_TABLE_ID "00000000-0000-4000-8000-00000000000b"

// The descriptor of a table "Music" with this id. slots 0: layout key.
TableDescriptor music_table(const char *table_id, uint32_t slots);
Result send_create(World *world, const TableDescriptor *table);
// GET, DELETE or DESCRIBE of "Music".
Result send_table(World *world, ControlKind kind);
// 0: does not say how many.
Result send_describe(World *world, uint64_t calls_max);
Result send_delete(World *world, const char *table_id);
// Decodes the payload of DELETE or DESCRIBE; false when the result has none.
bool read_described(World *world, const Result *result, TableDescriptor *table, uint64_t *item_count,
                    uint64_t *bytes);
// What it says of the table's i-th index.
void check_described_index(const Result *result, size_t i, uint64_t item_count, uint64_t bytes);
// REGISTER of a slot of layout hash, and its report.
Result send_register_slot(World *world, const TableDescriptor *table, uint32_t slot);
Result send_slot_report(World *world, const TableDescriptor *table, uint32_t slot, uint64_t count,
                        uint64_t bytes);
// A report with a version and the sizes of local indexes.
Result send_slot_local_report(World *world, const TableDescriptor *table, uint32_t slot, uint64_t version,
                              const LocalSizes *locals);
Result send_key_local_report(World *world, Slice key, uint64_t version, const LocalSizes *locals);
// "Music" with a global index 3 between the local indexes 1 and 2.
TableDescriptor music_table_with_locals(World *world, uint32_t slots);
// The same registration by a command of this epoch, in the space of the table or of an index.
Result send_register_slot_at(World *world, const TableDescriptor *table, uint32_t slot, uint64_t epoch);
// UpdateTable: a global index "by_<name>" of that attribute is to be created, or deleted.
Result send_create_index(World *world, const char *attribute);
Result send_delete_index(World *world, const char *attribute);
// To the table of TEST_TABLE_ID.
Result send_update(World *world, const TableUpdate *update);
Result send_update_to(World *world, const char *table_id, const TableUpdate *update);
// How many names the catalog lists.
size_t catalog_count(World *world);

// The i-th key of a test: hash64 ‖ encoded partition key. Its hashes spread over all shards.
Slice test_key(World *world, unsigned i);
Slice test_key_shard(World *world, Slice key);
Slice test_key_partition(World *world, Slice key);
Result send_register_key(World *world, Slice key);
// By a command of this epoch, in this space.
Result send_register_key_at(World *world, const char *space_id, Slice key, uint64_t epoch);
Result send_key_report_at(World *world, const char *space_id, Slice key, uint64_t count, uint64_t bytes);
Slice test_key_partition_at(World *world, const char *space_id, Slice key);
Result send_key_report(World *world, Slice key, uint64_t count, uint64_t bytes);
// How many keys all shards list.
size_t directory_count(World *world);

#endif
