// Keys: the first byte chooses a type; the rest is read as a key part of that type, and, split in the middle,
// as two binaries whose parts must keep their order.
#include "data/item_codec.h"
#include "data/key_codec.h"
#include "fuzz/fuzz.h"

static int sign_of(int order) {
    return (order > 0) - (order < 0);
}

static Slice binary_part(Arena *arena, Slice bytes) {
    Buf value, key;
    buf_init(&value, arena);
    buf_init(&key, arena);
    value_append_binary(&value, bytes);
    key_append_value(&key, buf_view(&value));
    return buf_view(&key);
}

// Whatever is read must be the only way to write what was read.
static void check_read(Arena *arena, char type, Slice bytes) {
    Reader reader = reader_of(bytes);
    Buf value, key;
    buf_init(&value, arena);
    buf_init(&key, arena);
    if (!key_read_value(&reader, type, &value)) {
        HOLDS(reader.failed && value.len == 0);
        return;
    }
    HOLDS(value_is_valid(buf_view(&value)));
    HOLDS(value_type_name(value_type(buf_view(&value)))[0] == type);
    key_append_value(&key, buf_view(&value));
    HOLDS(slice_equal(buf_view(&key), slice_sub(bytes, 0, bytes.len - reader_left(&reader))));
}

static void check_order(Arena *arena, Slice a, Slice b) {
    Slice key_a = binary_part(arena, a), key_b = binary_part(arena, b);
    HOLDS(sign_of(slice_compare(key_a, key_b)) == sign_of(slice_compare(a, b)));
    HOLDS(slice_equal(a, b) || !slice_starts_with(key_a, key_b));
    check_read(arena, 'B', key_a);

    Buf value, prefix, end;
    buf_init(&value, arena);
    buf_init(&prefix, arena);
    buf_init(&end, arena);
    value_append_binary(&value, b);
    key_append_prefix(&prefix, buf_view(&value));
    bool is_bounded = key_append_prefix_end(&end, buf_view(&prefix));
    bool inside = slice_compare(key_a, buf_view(&prefix)) >= 0 &&
                  (!is_bounded || slice_compare(key_a, buf_view(&end)) < 0);
    HOLDS(inside == slice_starts_with(a, b));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    static const char TYPES[] = {'S', 'N', 'B'};
    Arena arena;
    arena_init(&arena, 0);
    Slice rest = slice_of(data + 1, size - 1);
    check_read(&arena, TYPES[data[0] % 3], rest);
    check_order(&arena, slice_sub(rest, 0, rest.len / 2), slice_sub(rest, rest.len / 2, rest.len));
    arena_free(&arena);
    return 0;
}
