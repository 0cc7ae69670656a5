#include "op/scan_position.h"

#include "data/decimal.h"
#include "data/item_codec.h"
#include "data/key_codec.h"
#include "msg/names.h"
#include "op/item_key.h"

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

static bool build_item(Step *step, const TableDescriptor *table, Slice hash_value, Slice *item) {
    KeyValues values = {.hash = hash_value};
    if (table->keys.range_count > 0) values.range = made_up_value(step, table->keys.range[0].type, 0);
    return key_item_build(step, table, &values, item);
}

bool start_key_in_partition(Step *step, const TableDescriptor *table, Slice partition_key, Slice *item) {
    Reader reader = reader_of(partition_key);
    reader_u64(&reader); // the hash
    Buf value;
    buf_init(&value, step->arena);
    if (!key_read_value(&reader, table->keys.hash[0].type, &value)) {
        return error_corrupt(&step->error, "malformed key in the directory");
    }
    return build_item(step, table, buf_view(&value), item);
}

bool start_key_in_slot(Step *step, const TableDescriptor *table, uint32_t slot, uint64_t from, Slice *item) {
    for (uint32_t attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        ArenaMark mark = arena_mark(step->arena);
        KeyValues values = {.hash = made_up_value(step, table->keys.hash[0].type, attempt)};
        ItemKey key;
        if (!key_build(step, table, &values, &key)) return false;
        uint64_t hash = key_leading_hash(key.full_key);
        if (hash >= from && hash_slot(hash, table->slots) == slot) return build_item(step, table, values.hash, item);
        arena_rewind(step->arena, mark);
    }
    return error_set(&step->error, step->arena, ERROR_INTERNAL_SERVER, "Internal server error");
}
