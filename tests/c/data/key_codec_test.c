#include "data/key_codec.h"

#include "base/siphash.h"
#include "data/decimal.h"
#include "data/item_codec.h"
#include "support/bytes.h"
#include "support/check.h"

static void append_value(Buf *out, char type, Slice bytes) {
    if (type == 'N')
        value_append_decimal_bytes(out, bytes);
    else if (type == 'B')
        value_append_binary(out, bytes);
    else
        value_append_string(out, bytes);
}

static Slice new_value(Arena *arena, char type, Slice bytes) {
    Buf value;
    buf_init(&value, arena);
    append_value(&value, type, bytes);
    return buf_view(&value);
}

static Slice new_part(Arena *arena, char type, Slice bytes) {
    Buf key;
    buf_init(&key, arena);
    key_append_value(&key, new_value(arena, type, bytes));
    return buf_view(&key);
}

// --- Parts

static struct {
    char type;
    size_t len;
    uint8_t bytes[64];
} previous;

static void check_part(Slice input, Slice expected) {
    Arena arena;
    arena_init(&arena, 0);
    char type = (char)input.data[0];
    Slice value = new_value(&arena, type, bytes_of_hex(&arena, slice_sub(input, 1, input.len)));
    Buf key, read;
    buf_init(&key, &arena);
    buf_init(&read, &arena);
    key_append_value(&key, value);
    CHECK_EQ_BYTES(buf_view(&key), bytes_of_hex(&arena, expected));
    if (previous.type == type)
        CHECK(slice_compare(slice_of(previous.bytes, previous.len), buf_view(&key)) < 0);
    previous.type = type;
    previous.len = key.len;
    REQUIRE(key.len <= sizeof previous.bytes);
    memcpy(previous.bytes, key.data, key.len);

    buf_cstr(&key, "next");
    Reader reader = reader_of(buf_view(&key));
    CHECK(key_read_value(&reader, type, &read));
    CHECK_EQ_BYTES(buf_view(&read), value);
    CHECK_EQ_INT(reader_left(&reader), 4);
    // A part cut off anywhere is no part.
    for (size_t cut = 0; cut < previous.len; cut++) {
        reader = reader_of(slice_sub(buf_view(&key), 0, cut));
        read.len = 0;
        CHECK(!key_read_value(&reader, type, &read));
        CHECK(reader.failed);
        CHECK_EQ_INT(read.len, 0);
    }
    arena_free(&arena);
}

TEST(parts) {
    previous.type = 0;
    check_vectors("tests/c/vectors/key_codec.txt", check_part);
}

TEST(corrupt_parts_are_refused) {
    static const struct {
        char type;
        Slice bytes;
    } REFUSED[] = {
        {'S', SLICE_INIT("")},
        {'S', SLICE_INIT("abc")},
        {'S', SLICE_INIT("abc\0")},
        {'S', SLICE_INIT("abc\0\x02")},
        {'B', SLICE_INIT("abc\0\0\0\x01")},
        {'B', SLICE_INIT("\0\xff")},
        {'B', SLICE_INIT("\0\xff\0\xfe\0\x01")},
        {'S', SLICE_INIT("\xff\0\x01")},         // no UTF-8
        {'S', SLICE_INIT("\xc3\0\xff\0\x01")},   // nor is this, unescaped
        {'S', SLICE_INIT("\xed\xa0\x80\0\x01")}, // a surrogate
        {'N', SLICE_INIT("")},
        {'N', SLICE_INIT("\xc1\x03")},
        {'N', SLICE_INIT("\x7f\xff")},
        {'L', SLICE_INIT("a\0\x01")},
        {'\0', SLICE_INIT("a\0\x01")},
    };
    Arena arena;
    arena_init(&arena, 0);
    for (size_t i = 0; i < sizeof REFUSED / sizeof REFUSED[0]; i++) {
        Buf read;
        buf_init(&read, &arena);
        Reader reader = reader_of(REFUSED[i].bytes);
        check_context("case %d", (int)i);
        CHECK(!key_read_value(&reader, REFUSED[i].type, &read));
        CHECK(reader.failed);
        CHECK_EQ_INT(read.len, 0);
        CHECK(!key_read_value(&reader, 'B', &read)); // a reader that failed stays so
    }
    arena_free(&arena);
}

// --- Order

// Short and made of few letters, so that many pairs share a beginning.
static Slice random_binary(uint64_t *seed, uint8_t bytes[8]) {
    static const uint8_t LETTERS[] = {0x00, 0x01, 0x02, 'a', 0xfe, 0xff};
    size_t len = random_below(seed, 6);
    for (size_t i = 0; i < len; i++) bytes[i] = LETTERS[random_below(seed, sizeof LETTERS)];
    return slice_of(bytes, len);
}

static int sign_of(int order) {
    return (order > 0) - (order < 0);
}

TEST(order_of_keys_is_order_of_their_parts) {
    uint64_t seed = 7;
    Arena arena;
    arena_init(&arena, 0);
    for (int i = 0; i < 100000; i++) {
        uint8_t bytes[4][8];
        Slice parts[4];
        Buf keys[2];
        for (int j = 0; j < 4; j++) parts[j] = random_binary(&seed, bytes[j]);
        if (random_below(&seed, 2) == 0) parts[2] = parts[0];
        for (int j = 0; j < 2; j++) {
            buf_init(&keys[j], &arena);
            key_append_value(&keys[j], new_value(&arena, 'B', parts[2 * j]));
            key_append_value(&keys[j], new_value(&arena, 'B', parts[2 * j + 1]));
        }
        int order = slice_compare(parts[0], parts[2]);
        if (order == 0) order = slice_compare(parts[1], parts[3]);
        REQUIRE(sign_of(slice_compare(buf_view(&keys[0]), buf_view(&keys[1]))) == sign_of(order));
        Reader reader = reader_of(buf_view(&keys[0]));
        Buf read;
        buf_init(&read, &arena);
        REQUIRE(key_read_value(&reader, 'B', &read) && key_read_value(&reader, 'B', &read));
        REQUIRE(reader_left(&reader) == 0);
        Reader values = reader_of(buf_view(&read));
        REQUIRE(slice_equal(value_bytes(value_next(&values)), parts[0]));
        REQUIRE(slice_equal(value_bytes(value_next(&values)), parts[1]));
        arena_reset(&arena);
    }
    arena_free(&arena);
}

TEST(numbers_keep_their_order_in_front_of_other_parts) {
    static const char *const ASCENDING[] = {"-9.9e125", "-100", "-99.5", "-1",   "-1e-130", "0",
                                            "1e-130",   "1",    "1.01",  "99.5", "100"};
    Arena arena;
    arena_init(&arena, 0);
    Slice before = {NULL, 0};
    for (size_t i = 0; i < sizeof ASCENDING / sizeof ASCENDING[0]; i++) {
        for (int last = 0; last < 2; last++) {
            Decimal number;
            Buf stored, key;
            buf_init(&stored, &arena);
            buf_init(&key, &arena);
            CHECK_EQ_INT(decimal_parse(slice_of_cstr(ASCENDING[i]), DECIMAL_GRAMMAR_NEWER, &number),
                         DECIMAL_OK);
            decimal_store(&stored, &number);
            key_append_value(&key, new_value(&arena, 'N', buf_view(&stored)));
            buf_bytes(&key, new_part(&arena, 'B', last == 0 ? SLICE("") : SLICE("\xff\xff")));
            check_context("%s", ASCENDING[i]);
            CHECK(slice_compare(before, buf_view(&key)) < 0);
            before = buf_view(&key);
        }
    }
    arena_free(&arena);
}

// --- Prefixes

TEST(prefix_ranges_hold_exactly_the_keys_with_the_prefix) {
    uint64_t seed = 11;
    Arena arena;
    arena_init(&arena, 0);
    for (int i = 0; i < 100000; i++) {
        uint8_t bytes[2][8];
        Slice prefix = random_binary(&seed, bytes[0]), text = random_binary(&seed, bytes[1]);
        Buf from, to;
        buf_init(&from, &arena);
        buf_init(&to, &arena);
        key_append_prefix(&from, new_value(&arena, 'B', prefix));
        bool is_bounded = key_append_prefix_end(&to, buf_view(&from));
        Slice key = new_part(&arena, 'B', text);
        bool inside = slice_compare(key, buf_view(&from)) >= 0 &&
                      (!is_bounded || slice_compare(key, buf_view(&to)) < 0);
        REQUIRE(inside == slice_starts_with(text, prefix));
        arena_reset(&arena);
    }
    arena_free(&arena);
}

TEST(prefix_ends) {
    static const struct {
        Slice prefix, end;
    } CASES[] = {
        {SLICE_INIT("a"), SLICE_INIT("b")},
        {SLICE_INIT("a\0\xff"), SLICE_INIT("a\x01")},
        {SLICE_INIT("a\xff\xff"), SLICE_INIT("b")},
        {SLICE_INIT("\xfe\xff"), SLICE_INIT("\xff")},
    };
    Arena arena;
    arena_init(&arena, 0);
    Buf out;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        buf_init(&out, &arena);
        CHECK(key_append_prefix_end(&out, CASES[i].prefix));
        CHECK_EQ_BYTES(buf_view(&out), CASES[i].end);
    }
    buf_init(&out, &arena);
    CHECK(!key_append_prefix_end(&out, SLICE("")));
    CHECK(!key_append_prefix_end(&out, SLICE("\xff\xff")));
    CHECK_EQ_INT(out.len, 0);
    arena_free(&arena);
}

// --- The rest

TEST(the_hash_is_big_endian) {
    static const uint8_t SEED[16] = {1, 2, 3};
    Arena arena;
    arena_init(&arena, 0);
    Buf key;
    buf_init(&key, &arena);
    key_append_hash(&key, SEED, SLICE("a\0\x01"));
    CHECK_EQ_INT(key.len, 8);
    uint64_t hash = siphash(SEED, SLICE("a\0\x01"));
    for (size_t i = 0; i < key.len; i++) CHECK_EQ_INT(key.data[i], hash >> (56 - 8 * i) & 0xff);
    CHECK_EQ_INT(key_leading_hash(buf_view(&key)), hash);
    CHECK_EQ_INT(key_leading_hash(slice_sub(buf_view(&key), 0, 7)), 0);
    arena_free(&arena);
}

TEST(memory_that_runs_out_is_not_corruption) {
    Arena arena;
    arena_init(&arena, 0);
    uint8_t zeros[2000] = {0};
    Slice key = new_part(&arena, 'B', slice_of(zeros, sizeof zeros));
    Arena small;
    arena_init(&small, 100);
    Buf read;
    buf_init(&read, &small);
    Reader reader = reader_of(key);
    CHECK(key_read_value(&reader, 'B', &read));
    CHECK(read.failed && small.failed && !reader.failed);
    arena_free(&small);
    arena_free(&arena);
}
