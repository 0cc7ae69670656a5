#include "data/item_codec.h"
#include "expr/compile_support.h"

static const char *const OPERATORS[] = {
    [KEY_EQ] = "=",  [KEY_LT] = "<",           [KEY_LE] = "<=",
    [KEY_GT] = ">",  [KEY_GE] = ">=",          [KEY_BETWEEN] = "between",
    [KEY_BEGINS_WITH] = "begins_with",
};

static void print_comparison(Buf *out, const KeyComparison *comparison) {
    buf_format(out, "(%s %S ", OPERATORS[comparison->op], &comparison->attribute);
    value_to_json(out, comparison->value);
    if (comparison->op == KEY_BETWEEN) {
        buf_u8(out, ' ');
        value_to_json(out, comparison->upper);
    }
    buf_u8(out, ')');
}

static void check_key_condition(Slice input, Slice expected) {
    Arena arena;
    arena_init(&arena, 0);
    Compiled compiled = compile_text(&arena, input);
    Buf out;
    buf_init(&out, &arena);
    for (size_t i = 0; i < compiled.key_condition.count; i++) {
        if (i > 0) buf_u8(&out, ' ');
        print_comparison(&out, &compiled.key_condition.comparisons[i]);
    }
    CHECK_EQ_BYTES(compiled.error.kind == ERROR_NONE ? buf_view(&out) : compiled.error.message, expected);
    arena_free(&arena);
}

TEST(before_the_table_is_known) {
    check_vectors("tests/c/vectors/key_condition.txt", check_key_condition);
}

static void print_values(Buf *out, const Slice *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        buf_u8(out, ' ');
        value_to_json(out, values[i]);
    }
}

// Reads "h1:S h2:N / r1:S ; key `…` {…}".
static size_t read_schema(Slice *input, KeyAttributeRef *refs, uint8_t end) {
    Slice part = take_until(input, end);
    size_t count = 0;
    for (part = trim_left(part); part.len > 0; part = trim_left(part)) {
        Slice word = take_until(&part, ' ');
        refs[count].name = take_until(&word, ':');
        refs[count++].type = (char)word.data[0];
    }
    return count;
}

static void check_binding(Slice input, Slice expected) {
    Arena arena;
    arena_init(&arena, 0);
    KeyAttributeRef hash[4], range[4];
    size_t hash_count = read_schema(&input, hash, '/');
    size_t range_count = read_schema(&input, range, ';');
    Compiled compiled = compile_text(&arena, trim_left(input));
    CHECK_EQ_SLICE(compiled.error.message, "");
    KeyBinding binding;
    Error error = {0};
    Buf out;
    buf_init(&out, &arena);
    if (key_condition_bind(&arena, &compiled.key_condition, hash, hash_count, range, range_count, &binding, &error)) {
        buf_cstr(&out, "hash");
        print_values(&out, binding.hash_values, hash_count);
        buf_cstr(&out, " range");
        print_values(&out, binding.range_values, binding.range_equal_count);
        if (binding.has_comparison) {
            buf_u8(&out, ' ');
            print_comparison(&out, &binding.comparison);
        }
    }
    CHECK(error.kind == ERROR_NONE || !error.in_envelope);
    CHECK_EQ_BYTES(error.kind == ERROR_NONE ? buf_view(&out) : error.message, expected);
    arena_free(&arena);
}

TEST(after_the_table_is_known) {
    check_vectors("tests/c/vectors/key_condition_bind.txt", check_binding);
}

TEST(more_conditions_than_there_is_room_for) {
    Arena arena;
    arena_init(&arena, 0);
    Buf text;
    buf_init(&text, &arena);
    for (size_t i = 0; i < 40; i++) buf_format(&text, "%sa%z = :v", i == 0 ? "" : " AND ", i);
    Slice values = SLICE("{\":v\":{\"S\":\"x\"}}");
    Compiled compiled =
        compile_parts(&arena, EXPRESSION_KEY_CONDITION, buf_view(&text), SLICE("null"), values, LAYER_NEWER);
    CHECK_EQ_SLICE(compiled.error.message, "");
    CHECK_EQ_INT(compiled.key_condition.count, KEY_COMPARISONS_MAX);
    buf_cstr(&text, " AND a39 = :v"); // repeated, though beyond the room
    compiled = compile_parts(&arena, EXPRESSION_KEY_CONDITION, buf_view(&text), SLICE("null"), values, LAYER_NEWER);
    CHECK_EQ_SLICE(compiled.error.message,
                   "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key");
    arena_free(&arena);
}
