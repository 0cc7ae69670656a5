// Numbers: the input is read as a text, as sortable bytes, and as two texts with a blank between them.
#include <string.h>

#include "data/decimal.h"
#include "fuzz/fuzz.h"

static bool same(const Decimal *a, const Decimal *b) {
    return a->negative == b->negative && a->digit_count == b->digit_count && a->exponent == b->exponent &&
           memcmp(a->digits, b->digits, sizeof a->digits) == 0;
}

static Slice stored_bytes(Arena *arena, const Decimal *value) {
    Buf bytes;
    buf_init(&bytes, arena);
    decimal_store(&bytes, value);
    return buf_view(&bytes);
}

static void check_canonical(Arena *arena, const Decimal *value) {
    HOLDS(value->digit_count <= NUMBER_DIGITS_MAX);
    if (value->digit_count == 0) {
        HOLDS(value->exponent == 0 && !value->negative);
    } else {
        HOLDS(value->exponent >= NUMBER_EXPONENT_MIN + 1 && value->exponent <= NUMBER_EXPONENT_MAX + 1);
        HOLDS(value->digits[0] != 0 && value->digits[value->digit_count - 1] != 0);
    }
    Decimal again;
    size_t size;
    Slice bytes = stored_bytes(arena, value);
    HOLDS(bytes.len >= 2 && bytes.len <= DECIMAL_STORED_BYTES_MAX);
    HOLDS(decimal_load(bytes, &again, &size) && size == bytes.len && same(&again, value));
    Buf text;
    buf_init(&text, arena);
    decimal_print(&text, value);
    HOLDS(decimal_parse(buf_view(&text), DECIMAL_GRAMMAR_NEWER, &again) == DECIMAL_OK && same(&again, value));
    HOLDS(decimal_parse(buf_view(&text), DECIMAL_GRAMMAR_OLDER, &again) == DECIMAL_OK && same(&again, value));
    HOLDS(decimal_item_size(value) <= 1 + 1 + NUMBER_DIGITS_MAX / 2 + 1);
}

static void check_text(Arena *arena, Slice text) {
    Decimal newer, older;
    DecimalStatus newer_status = decimal_parse(text, DECIMAL_GRAMMAR_NEWER, &newer);
    DecimalStatus older_status = decimal_parse(text, DECIMAL_GRAMMAR_OLDER, &older);
    HOLDS(older_status != DECIMAL_OK || (newer_status == DECIMAL_OK && same(&newer, &older)));
    HOLDS(newer_status != DECIMAL_NOT_NUMERIC || older_status == DECIMAL_NOT_NUMERIC);
    if (newer_status == DECIMAL_OK) check_canonical(arena, &newer);
    Buf message;
    buf_init(&message, arena);
    decimal_error_text(&message, newer_status, DECIMAL_GRAMMAR_NEWER, text);
    HOLDS((newer_status == DECIMAL_OK) == (message.len == 0));
}

static void check_stored(Arena *arena, Slice bytes) {
    Decimal value;
    size_t size;
    HOLDS(decimal_stored_size(bytes) <= bytes.len);
    if (!decimal_load(bytes, &value, &size)) return;
    HOLDS(size == decimal_stored_size(bytes));
    check_canonical(arena, &value);
    HOLDS(slice_equal(stored_bytes(arena, &value), slice_sub(bytes, 0, size)));
}

static void check_pair(Arena *arena, const Decimal *a, const Decimal *b) {
    Decimal sum, difference, again;
    int order = decimal_compare(a, b);
    int bytes_order = slice_compare(stored_bytes(arena, a), stored_bytes(arena, b));
    HOLDS((order < 0) == (bytes_order < 0) && (order == 0) == (bytes_order == 0));
    HOLDS((order == 0) == same(a, b));
    DecimalStatus status = decimal_add(a, b, &sum);
    HOLDS(decimal_add(b, a, &again) == status);
    if (status == DECIMAL_OK) {
        check_canonical(arena, &sum);
        HOLDS(same(&sum, &again));
        HOLDS(decimal_subtract(&sum, b, &again) == DECIMAL_OK && same(&again, a));
    }
    if (decimal_subtract(a, b, &difference) == DECIMAL_OK) {
        check_canonical(arena, &difference);
        HOLDS(order < 0 ? difference.negative : !difference.negative);
        HOLDS((order == 0) == (difference.digit_count == 0));
        HOLDS(decimal_add(&difference, b, &again) == DECIMAL_OK && same(&again, a));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Arena arena;
    arena_init(&arena, 0);
    Slice input = slice_of(data, size);
    check_text(&arena, input);
    check_stored(&arena, input);
    for (size_t i = 0; i + 1 < size; i++) {
        if (data[i] != ' ') continue;
        Decimal a, b;
        if (decimal_parse(slice_sub(input, 0, i), DECIMAL_GRAMMAR_NEWER, &a) == DECIMAL_OK &&
            decimal_parse(slice_sub(input, i + 1, size), DECIMAL_GRAMMAR_NEWER, &b) == DECIMAL_OK) {
            check_pair(&arena, &a, &b);
        }
        break;
    }
    arena_free(&arena);
    return 0;
}
