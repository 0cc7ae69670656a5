#include "op/scan_position.h"

#include "data/decimal.h"
#include "data/item_codec.h"
#include "data/key_codec.h"
#include "msg/names.h"
#include "op/index_entry.h"

// Partition keys tried for a slot. Each hits with the chance 1 / HASH_SLOTS_MAX at worst, so that the chance of no hit
// is e^-32.
#define ATTEMPTS_MAX (32u * HASH_SLOTS_MAX)

uint64_t hash_range_start(uint32_t i, uint32_t n) {
    uint64_t high = ((uint64_t)i << 32) / n;
    uint64_t rest = ((uint64_t)i << 32) % n;
    return high << 32 | (rest << 32) / n;
}

void append_hash(Buf *out, uint64_t hash) {
    for (int shift = 56; shift >= 0; shift -= 8) buf_u8(out, (uint8_t)(hash >> shift));
}

static void append_number(Buf *out, uint64_t number) {
    Buf stored;
    buf_init(&stored, out->arena);
    Decimal decimal = decimal_from_u64(number);
    decimal_store(&stored, &decimal);
    value_append_decimal_bytes(out, buf_view(&stored));
}

// A short key value of the type, different for each number.
static Slice made_up_value(Step *step, char type, uint64_t number) {
    Buf value;
    Buf text;
    buf_init(&value, step->arena);
    buf_init(&text, step->arena);
    if (type == 'N') {
        append_number(&value, number);
    } else {
        buf_decimal_u64(&text, number);
        if (type == 'S') value_append_string(&value, buf_view(&text));
        else value_append_binary(&value, buf_view(&text));
    }
    return buf_view(&value);
}

// Puts made-up values where a key attribute of table or index has none yet.
static bool build_item(Step *step, const ReadSpace *space, const Slice *hash_values, Slice *item) {
    const KeySchema *keys = read_space_keys(space);
    KeyAttribute all[READ_KEY_ATTRIBUTES_MAX];
    Attribute attributes[READ_KEY_ATTRIBUTES_MAX];
    size_t count = index_read_keys(&space->table.keys, space->index.id == 0 ? NULL : &space->index, all);
    for (size_t i = 0; i < count; i++) {
        attributes[i] = (Attribute){all[i].name, {NULL, 0}};
        for (size_t k = 0; k < keys->hash_count; k++) {
            if (slice_equal(keys->hash[k].name, all[i].name)) attributes[i].value = hash_values[k];
        }
        if (attributes[i].value.len == 0) attributes[i].value = made_up_value(step, all[i].type, 0);
    }
    Buf out;
    buf_init(&out, step->arena);
    item_append(&out, attributes, count);
    if (out.failed) return error_out_of_memory(&step->error);
    *item = buf_view(&out);
    return true;
}

bool start_key_in_partition(Step *step, const ReadSpace *space, Slice partition_key, Slice *item) {
    const KeySchema *keys = read_space_keys(space);
    Slice values[INDEX_KEY_ATTRIBUTES_MAX];
    Reader reader = reader_of(partition_key);
    reader_u64(&reader); // the hash
    for (size_t i = 0; i < keys->hash_count; i++) {
        Buf value;
        buf_init(&value, step->arena);
        if (!key_read_value(&reader, keys->hash[i].type, &value)) {
            return error_corrupt(&step->error, "malformed key in the directory");
        }
        values[i] = buf_view(&value);
    }
    return build_item(step, space, values, item);
}

bool start_key_in_slot(Step *step, const ReadSpace *space, uint32_t slot, uint64_t from, Slice *item) {
    const KeySchema *keys = read_space_keys(space);
    for (uint32_t attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        ArenaMark mark = arena_mark(step->arena);
        Slice values[INDEX_KEY_ATTRIBUTES_MAX];
        ItemKey key;
        for (size_t i = 0; i < keys->hash_count; i++) {
            values[i] = made_up_value(step, keys->hash[i].type, i == 0 ? attempt : 0);
        }
        if (!read_space_partition(step, space, values, &key)) return false;
        uint64_t hash = key_leading_hash(key.full_key);
        if (hash >= from && hash_slot(hash, space->table.slots) == slot) return build_item(step, space, values, item);
        arena_rewind(step->arena, mark);
    }
    return error_set(&step->error, step->arena, ERROR_INTERNAL_SERVER, "Internal server error");
}
