#include "msg/capacity.h"

#include "data/json_writer.h"

enum { READ_UNIT_BYTES = 4096, WRITE_UNIT_BYTES = 1024 };

uint64_t capacity_read(uint64_t bytes, bool consistent) {
    uint64_t blocks = bytes == 0 ? 1 : (bytes + READ_UNIT_BYTES - 1) / READ_UNIT_BYTES;
    return consistent ? 2 * blocks : blocks;
}

uint64_t capacity_write(uint64_t old_bytes, uint64_t new_bytes) {
    uint64_t bytes = old_bytes > new_bytes ? old_bytes : new_bytes;
    uint64_t units = bytes == 0 ? 1 : (bytes + WRITE_UNIT_BYTES - 1) / WRITE_UNIT_BYTES;
    return 2 * units;
}

static void append_units(Buf *out, uint64_t half_units) {
    json_write_double(out, (double)half_units / 2);
}

static void append_index_arm(Buf *out, bool *first_member, const Capacity *capacity, bool is_global) {
    bool is_first = true;
    for (size_t i = 0; i < capacity->index_count; i++) {
        const IndexCapacity *index = &capacity->indexes[i];
        if (index->is_global != is_global) continue;
        if (is_first) {
            json_write_member(out, first_member, is_global ? "GlobalSecondaryIndexes" : "LocalSecondaryIndexes");
            buf_u8(out, '{');
        } else {
            buf_u8(out, ',');
        }
        is_first = false;
        json_write_string(out, index->name);
        buf_cstr(out, ":{\"CapacityUnits\":");
        append_units(out, index->half_units);
        buf_u8(out, '}');
    }
    if (!is_first) buf_u8(out, '}');
}

void capacity_to_json(Buf *out, const Capacity *capacity, ReturnCapacity mode) {
    uint64_t total = capacity->table_half_units;
    for (size_t i = 0; i < capacity->index_count; i++) total += capacity->indexes[i].half_units;
    bool first = true;
    buf_u8(out, '{');
    json_write_member(out, &first, "TableName");
    json_write_string(out, capacity->table_name);
    json_write_member(out, &first, "CapacityUnits");
    append_units(out, total);
    if (mode == RETURN_CAPACITY_INDEXES) {
        json_write_member(out, &first, "Table");
        buf_cstr(out, "{\"CapacityUnits\":");
        append_units(out, capacity->table_half_units);
        buf_u8(out, '}');
        append_index_arm(out, &first, capacity, true);
        append_index_arm(out, &first, capacity, false);
    }
    buf_u8(out, '}');
}
