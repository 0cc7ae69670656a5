#include "data/decimal.h"

#include "support/bytes.h"
#include "support/check.h"

enum { RANDOM_PAIRS = 1000000 };

static const char *const STATUS_NAMES[] = {NULL, "not numeric", "overflow", "underflow", "too many digits"};

// What the vectors say of an outcome: the canonical text, or the name of what refused it.
static Slice outcome(Arena *arena, DecimalStatus status, const Decimal *value) {
    if (status != DECIMAL_OK) return slice_of_cstr(STATUS_NAMES[status]);
    Buf text;
    buf_init(&text, arena);
    decimal_print(&text, value);
    return buf_view(&text);
}

static Decimal number(const char *text) {
    Decimal value;
    CHECK_EQ_INT(decimal_parse(slice_of_cstr(text), DECIMAL_GRAMMAR_NEWER, &value), DECIMAL_OK);
    return value;
}

static Slice store(Arena *arena, const Decimal *value) {
    Buf bytes;
    buf_init(&bytes, arena);
    decimal_store(&bytes, value);
    return buf_view(&bytes);
}

static bool same(const Decimal *a, const Decimal *b) {
    return a->negative == b->negative && a->digit_count == b->digit_count && a->exponent == b->exponent &&
           memcmp(a->digits, b->digits, sizeof a->digits) == 0;
}

static int sign_of(int order) {
    return (order > 0) - (order < 0);
}

// --- Text

// The characters that \t and \n stand for.
static Slice unescape(Arena *arena, Slice text) {
    Buf out;
    buf_init(&out, arena);
    for (size_t i = 0; i < text.len; i++) {
        bool is_escape = text.data[i] == '\\';
        if (is_escape) i++;
        buf_u8(&out, !is_escape ? text.data[i] : text.data[i] == 't' ? '\t' : '\n');
    }
    return buf_view(&out);
}

static void check_parse(Slice input, Slice expected) {
    Arena arena;
    arena_init(&arena, 0);
    Slice newer = expected, older = expected, quoted = {NULL, 0};
    for (size_t i = 0; i + 10 < expected.len; i++) {
        if (!slice_starts_with(slice_sub(expected, i, expected.len), SLICE(" | older: "))) continue;
        newer = slice_sub(expected, 0, i);
        older = slice_sub(expected, i + 10, expected.len);
    }
    REQUIRE(unquote(input, &quoted));
    Slice text = unescape(&arena, quoted);
    Decimal value;
    DecimalStatus status = decimal_parse(text, DECIMAL_GRAMMAR_NEWER, &value);
    CHECK_EQ_BYTES(outcome(&arena, status, &value), newer);
    if (status == DECIMAL_OK) {
        Decimal again, loaded;
        size_t size;
        CHECK_EQ_INT(decimal_parse(newer, DECIMAL_GRAMMAR_NEWER, &again), DECIMAL_OK);
        CHECK(same(&value, &again));
        CHECK(decimal_load(store(&arena, &value), &loaded, &size));
        CHECK(same(&value, &loaded));
    }
    status = decimal_parse(text, DECIMAL_GRAMMAR_OLDER, &value);
    CHECK_EQ_BYTES(outcome(&arena, status, &value), older);
    arena_free(&arena);
}

TEST(texts) {
    check_vectors("tests/c/vectors/decimal_parse.txt", check_parse);
}

TEST(messages) {
    static const struct {
        DecimalStatus status;
        DecimalGrammar grammar;
        Slice text, message;
    } CASES[] = {
        {DECIMAL_OK, DECIMAL_GRAMMAR_NEWER, SLICE_INIT("1"), SLICE_INIT("")},
        {DECIMAL_NOT_NUMERIC, DECIMAL_GRAMMAR_NEWER, SLICE_INIT("abc"),
         SLICE_INIT("The parameter cannot be converted to a numeric value: abc")},
        {DECIMAL_NOT_NUMERIC, DECIMAL_GRAMMAR_OLDER, SLICE_INIT("abc"),
         SLICE_INIT("The parameter cannot be converted to a numeric value: abc")},
        {DECIMAL_NOT_NUMERIC, DECIMAL_GRAMMAR_NEWER, SLICE_INIT("1\0%s"),
         SLICE_INIT("The parameter cannot be converted to a numeric value: 1\0%s")},
        {DECIMAL_NOT_NUMERIC, DECIMAL_GRAMMAR_NEWER, SLICE_INIT(""),
         SLICE_INIT("The parameter cannot be converted to a numeric value: ")},
        {DECIMAL_NOT_NUMERIC, DECIMAL_GRAMMAR_OLDER, SLICE_INIT(""),
         SLICE_INIT("The parameter cannot be converted to a numeric value")},
        {DECIMAL_OVERFLOW, DECIMAL_GRAMMAR_NEWER, SLICE_INIT("1e126"),
         SLICE_INIT(
             "Number overflow. Attempting to store a number with magnitude larger than supported range")},
        {DECIMAL_UNDERFLOW, DECIMAL_GRAMMAR_OLDER, SLICE_INIT("1e-131"),
         SLICE_INIT(
             "Number underflow. Attempting to store a number with magnitude smaller than supported range")},
        {DECIMAL_TOO_MANY_DIGITS, DECIMAL_GRAMMAR_NEWER, SLICE_INIT(""),
         SLICE_INIT("Attempting to store more than 38 significant digits in a Number")},
    };
    Arena arena;
    arena_init(&arena, 0);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Buf message;
        buf_init(&message, &arena);
        decimal_error_text(&message, CASES[i].status, CASES[i].grammar, CASES[i].text);
        CHECK_EQ_BYTES(buf_view(&message), CASES[i].message);
    }
    arena_free(&arena);
}

static DecimalStatus parse_run(uint8_t *text, size_t size, char last, Decimal *out) {
    uint8_t kept = text[size - 1];
    text[size - 1] = (uint8_t)last;
    DecimalStatus status = decimal_parse(slice_of(text, size), DECIMAL_GRAMMAR_NEWER, out);
    text[size - 1] = kept;
    return status;
}

TEST(texts_of_16_megabytes) {
    enum { SIZE = 16 * 1024 * 1024 };
    Arena arena;
    arena_init(&arena, 0);
    uint8_t *text = arena_alloc(&arena, SIZE);
    REQUIRE(text != NULL);
    Decimal value, seven = number("7"), one = number("1");
    memset(text, '0', SIZE);
    CHECK_EQ_INT(parse_run(text, SIZE, '0', &value), DECIMAL_OK);
    CHECK_EQ_INT(value.digit_count, 0);
    CHECK_EQ_INT(parse_run(text, SIZE, '7', &value), DECIMAL_OK);
    CHECK(same(&value, &seven));
    CHECK_EQ_INT(parse_run(text, SIZE, 'x', &value), DECIMAL_NOT_NUMERIC);
    text[1] = '.';
    CHECK_EQ_INT(parse_run(text, SIZE, '7', &value), DECIMAL_UNDERFLOW);
    text[0] = '1';
    CHECK_EQ_INT(parse_run(text, SIZE, '0', &value), DECIMAL_OK);
    CHECK(same(&value, &one));
    CHECK_EQ_INT(parse_run(text, SIZE, '7', &value), DECIMAL_TOO_MANY_DIGITS);
    text[1] = '0';
    CHECK_EQ_INT(parse_run(text, SIZE, '0', &value), DECIMAL_OVERFLOW);

    // 1, many zeros, and an exponent that takes them all back; the same with the zeros in front.
    memcpy(text + SIZE - 10, "e-16777205", 10);
    CHECK_EQ_INT(decimal_parse(slice_of(text, SIZE), DECIMAL_GRAMMAR_NEWER, &value), DECIMAL_OK);
    CHECK(same(&value, &one));
    text[0] = '.';
    memcpy(text + SIZE - 11, "7e+16777205", 11);
    CHECK_EQ_INT(decimal_parse(slice_of(text, SIZE), DECIMAL_GRAMMAR_OLDER, &value), DECIMAL_OK);
    CHECK(same(&value, &seven));

    memset(text, '0', SIZE); // an exponent of that many digits
    memcpy(text, "7e-", 3);
    CHECK_EQ_INT(parse_run(text, SIZE, '0', &value), DECIMAL_OK);
    CHECK(same(&value, &seven));
    memset(text + 3, '9', SIZE - 3);
    CHECK_EQ_INT(parse_run(text, SIZE, '9', &value), DECIMAL_NOT_NUMERIC);
    memset(text, '9', SIZE);
    CHECK_EQ_INT(parse_run(text, SIZE, '9', &value), DECIMAL_TOO_MANY_DIGITS);
    arena_free(&arena);
}

// --- Order

static Decimal random_decimal(uint64_t *seed) {
    Decimal value = {.negative = random_below(seed, 2) == 1};
    value.digit_count = (uint8_t)(1 + random_below(seed, random_below(seed, 2) == 0 ? 4 : NUMBER_DIGITS_MAX));
    value.exponent = (int16_t)((int)random_below(seed, 256) - 129);
    uint64_t bits = 0;
    for (int i = 0; i < value.digit_count; i++) {
        if (i % 16 == 0) bits = random_next(seed);
        value.digits[i] = (uint8_t)((bits >> (4 * (i % 16)) & 15) % 10);
    }
    if (value.digits[0] == 0) value.digits[0] = 1;
    if (value.digits[value.digit_count - 1] == 0) value.digits[value.digit_count - 1] = 9;
    return value;
}

// A number that a careless encoding could confuse with the first: a digit more or less, one digit, the
// exponent or the sign changed.
static Decimal neighbour(uint64_t *seed, Decimal value) {
    unsigned last = value.digit_count - 1u;
    switch (random_below(seed, 6)) {
    case 0: value.negative = !value.negative; break;
    case 1: value.exponent = (int16_t)(value.exponent == 126 ? 125 : value.exponent + 1); break;
    case 2: value.digits[random_below(seed, last + 1)] = (uint8_t)(1 + random_below(seed, 9)); break;
    case 3:
        if (value.digit_count < NUMBER_DIGITS_MAX)
            value.digits[value.digit_count++] = (uint8_t)(1 + random_below(seed, 9));
        break;
    case 4:
        if (value.digit_count == 1) break;
        value.digits[last] = 0;
        value.digit_count--;
        if (value.digits[last - 1] == 0) value.digits[last - 1] = 5;
        break;
    default: break;
    }
    return value;
}

// Numeric order by columns, knowing nothing of how Decimal is compared: the digit of either number at each
// power of ten.
static int digit_at_power(const Decimal *value, int power) {
    int index = value->exponent - 1 - power;
    return index < 0 || index >= value->digit_count ? 0 : value->digits[index];
}

static int order_by_columns(const Decimal *a, const Decimal *b) {
    int sign_a = a->negative ? -1 : 1, sign_b = b->negative ? -1 : 1;
    if (sign_a != sign_b) return sign_a - sign_b;
    int top = a->exponent > b->exponent ? a->exponent : b->exponent;
    int bottom_a = a->exponent - a->digit_count, bottom_b = b->exponent - b->digit_count;
    int bottom = bottom_a < bottom_b ? bottom_a : bottom_b;
    for (int power = top - 1; power >= bottom; power--) {
        int difference = digit_at_power(a, power) - digit_at_power(b, power);
        if (difference != 0) return sign_a * difference;
    }
    return 0;
}

TEST(order_of_bytes_is_order_of_numbers_for_random_pairs) {
    Arena arena;
    arena_init(&arena, 0);
    Buf bytes;
    buf_init(&bytes, &arena);
    uint64_t seed = 38;
    int equal = 0;
    for (int i = 0; i < RANDOM_PAIRS; i++) {
        Decimal a = random_decimal(&seed), loaded;
        Decimal b = random_below(&seed, 2) == 0 ? random_decimal(&seed) : neighbour(&seed, a);
        bytes.len = 0;
        decimal_store(&bytes, &a);
        size_t size_a = bytes.len, size;
        decimal_store(&bytes, &b);
        Slice stored_a = slice_sub(buf_view(&bytes), 0, size_a);
        Slice stored_b = slice_sub(buf_view(&bytes), size_a, bytes.len);
        int order = sign_of(order_by_columns(&a, &b));
        equal += order == 0;
        REQUIRE(size_a >= 2 && size_a <= DECIMAL_STORED_BYTES_MAX);
        REQUIRE(sign_of(decimal_compare(&a, &b)) == order);
        REQUIRE(sign_of(slice_compare(stored_a, stored_b)) == order);
        REQUIRE(decimal_stored_size(buf_view(&bytes)) == size_a); // whatever follows it
        REQUIRE(decimal_load(buf_view(&bytes), &loaded, &size) && size == size_a && same(&loaded, &a));
        // No number's bytes are the beginning of another's, or bytes behind it could change the order.
        REQUIRE(order == 0 || !slice_starts_with(stored_a, stored_b));
    }
    CHECK(equal > RANDOM_PAIRS / 20 && equal < RANDOM_PAIRS / 4);
    arena_free(&arena);
}

enum { BOUNDARIES_MAX = 200 };
static struct {
    Decimal values[BOUNDARIES_MAX];
    uint8_t bytes[BOUNDARIES_MAX][DECIMAL_STORED_BYTES_MAX];
    size_t sizes[BOUNDARIES_MAX];
    int count;
} boundaries;

static void check_stored(Slice input, Slice expected) {
    Arena arena;
    arena_init(&arena, 0);
    REQUIRE(boundaries.count < BOUNDARIES_MAX);
    Decimal *value = &boundaries.values[boundaries.count];
    CHECK_EQ_INT(decimal_parse(input, DECIMAL_GRAMMAR_NEWER, value), DECIMAL_OK);
    Slice bytes = store(&arena, value);
    CHECK_EQ_BYTES(bytes, bytes_of_hex(&arena, expected));
    memcpy(boundaries.bytes[boundaries.count], bytes.data, bytes.len);
    boundaries.sizes[boundaries.count++] = bytes.len;
    arena_free(&arena);
}

TEST(order_of_bytes_is_order_of_numbers_for_all_boundaries) {
    check_vectors("tests/c/vectors/decimal_stored.txt", check_stored);
    for (int i = 0; i < boundaries.count; i++) {
        for (int j = 0; j < boundaries.count; j++) {
            Slice a = slice_of(boundaries.bytes[i], boundaries.sizes[i]);
            Slice b = slice_of(boundaries.bytes[j], boundaries.sizes[j]);
            REQUIRE(sign_of(slice_compare(a, b)) == sign_of(i - j));
            REQUIRE(sign_of(decimal_compare(&boundaries.values[i], &boundaries.values[j])) == sign_of(i - j));
        }
    }
    CHECK(boundaries.count > 100);
}

TEST(bytes_that_are_not_canonical_are_refused) {
    static const Slice REFUSED[] = {
        SLICE_INIT(""),
        SLICE_INIT("\x80"),
        SLICE_INIT("\x00"),
        SLICE_INIT("\x7f\xff"),     // minus zero
        SLICE_INIT("\xc1\x00"),     // zero with another exponent
        SLICE_INIT("\x3e\xff"),     // and minus zero with one
        SLICE_INIT("\xc1\x01\x02"), // a zero in front
        SLICE_INIT("\xc1\x03\x00"), // a zero at the end
        SLICE_INIT("\x3e\xfc\xff"), // the same of a negative number
        SLICE_INIT("\xc1\xc8"),     // a pair of 100
        SLICE_INIT("\xc1\xfe"),
        SLICE_INIT("\xc1\xc9\x02"),
        SLICE_INIT("\xc1\x03"), // cut off
        SLICE_INIT("\xc1\x03\x03\x03"),
        SLICE_INIT("\x3e\xfc\xfc"),
        SLICE_INIT(
            "\xd3\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x04"), // 39
                                                                                                     // digits
        SLICE_INIT(
            "\xd3\x03\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x18"), // as
                                                                                                     // well
        SLICE_INIT("\xd4\x03\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17\x17"
                   "\x18"), // 22 bytes
    };
    for (size_t i = 0; i < sizeof REFUSED / sizeof REFUSED[0]; i++) {
        Decimal value;
        size_t size;
        check_context("case %d", (int)i);
        CHECK(!decimal_load(REFUSED[i], &value, &size));
    }
}

// --- Arithmetic

// A vector: number, blank, sign, blank, number.
static void check_arithmetic(Slice input, Slice expected) {
    Arena arena;
    arena_init(&arena, 0);
    size_t blank = 0;
    while (input.data[blank] != ' ') blank++;
    Decimal a, b, result;
    CHECK_EQ_INT(decimal_parse(slice_sub(input, 0, blank), DECIMAL_GRAMMAR_NEWER, &a), DECIMAL_OK);
    CHECK_EQ_INT(decimal_parse(slice_sub(input, blank + 3, input.len), DECIMAL_GRAMMAR_NEWER, &b),
                 DECIMAL_OK);
    bool minus = input.data[blank + 1] == '-';
    DecimalStatus status = minus ? decimal_subtract(&a, &b, &result) : decimal_add(&a, &b, &result);
    CHECK_EQ_BYTES(outcome(&arena, status, &result), expected);
    // a + b = a - (-b) = b + a, and results may take an operand's place.
    Decimal opposite = b;
    opposite.negative = b.digit_count != 0 && !b.negative;
    status = minus ? decimal_add(&a, &opposite, &a) : decimal_subtract(&a, &opposite, &a);
    CHECK_EQ_BYTES(outcome(&arena, status, &a), expected);
    arena_free(&arena);
}

TEST(sums_and_differences) {
    check_vectors("tests/c/vectors/decimal_arithmetic.txt", check_arithmetic);
}

static Decimal decimal_from_i64(int64_t value) {
    Decimal result = decimal_from_u64(value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
    result.negative = value < 0;
    return result;
}

TEST(integers_agree_with_the_machine) {
    uint64_t seed = 64;
    for (int i = 0; i < 200000; i++) {
        unsigned shift_a = 2 + random_below(&seed, 61), shift_b = 2 + random_below(&seed, 61);
        int64_t a = (int64_t)random_next(&seed) / ((int64_t)1 << shift_a);
        int64_t b = (int64_t)random_next(&seed) / ((int64_t)1 << shift_b);
        Decimal x = decimal_from_i64(a), y = decimal_from_i64(b), found;
        Decimal added = decimal_from_i64(a + b), subtracted = decimal_from_i64(a - b);
        REQUIRE(sign_of(decimal_compare(&x, &y)) == (a > b) - (a < b));
        REQUIRE(decimal_add(&x, &y, &found) == DECIMAL_OK && same(&found, &added));
        REQUIRE(decimal_subtract(&x, &y, &found) == DECIMAL_OK && same(&found, &subtracted));
    }
}

TEST(random_sums_can_be_undone) {
    uint64_t seed = 130;
    int sums = 0;
    for (int i = 0; i < 200000; i++) {
        Decimal a = random_decimal(&seed), b = neighbour(&seed, a), c = random_decimal(&seed), found;
        b.exponent = (int16_t)(a.exponent - (int)random_below(&seed, 30));
        if (b.exponent < -129) b.exponent = -129;
        REQUIRE(decimal_subtract(&a, &a, &found) == DECIMAL_OK && found.digit_count == 0 && !found.negative);
        DecimalStatus forward = decimal_add(&a, &c, &found);
        REQUIRE(decimal_add(&c, &a, &found) == forward);
        if (decimal_add(&a, &b, &found) != DECIMAL_OK) continue;
        sums++;
        Decimal undone;
        REQUIRE(decimal_subtract(&found, &b, &undone) == DECIMAL_OK && same(&undone, &a));
        REQUIRE(decimal_subtract(&found, &a, &undone) == DECIMAL_OK && same(&undone, &b));
    }
    CHECK(sums > 50000);
}

TEST(from_unsigned_integers) {
    static const struct {
        uint64_t value;
        const char *text;
    } CASES[] = {
        {0, "0"},
        {1, "1"},
        {10, "10"},
        {409600, "409600"},
        {1000001, "1000001"},
        {UINT64_MAX, "18446744073709551615"},
    };
    Arena arena;
    arena_init(&arena, 0);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Decimal value = decimal_from_u64(CASES[i].value), expected = number(CASES[i].text);
        CHECK(same(&value, &expected));
        CHECK_EQ_BYTES(outcome(&arena, DECIMAL_OK, &value), slice_of_cstr(CASES[i].text));
    }
    arena_free(&arena);
}

// --- Sizes

static void check_size(Slice input, Slice expected) {
    Decimal value;
    CHECK_EQ_INT(decimal_parse(input, DECIMAL_GRAMMAR_NEWER, &value), DECIMAL_OK);
    CHECK_EQ_INT(decimal_item_size(&value), size_of_digits(expected));
}

TEST(sizes_in_items) {
    check_vectors("tests/c/vectors/decimal_size.txt", check_size);
}
