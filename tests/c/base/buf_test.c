#include "base/buf.h"

#include "support/bytes.h"
#include "support/check.h"

TEST(integers_are_little_endian) {
    Arena arena;
    arena_init(&arena, 0);
    Buf buf;
    buf_init(&buf, &arena);
    buf_u8(&buf, 0x01);
    buf_u16(&buf, 0x0302);
    buf_u32(&buf, 0x07060504);
    buf_u64(&buf, 0x0f0e0d0c0b0a0908);
    buf_f64(&buf, -2.5);
    CHECK_EQ_SLICE(buf_view(&buf), "\1\2\3\4\5\6\7\x8\x9\xa\xb\xc\xd\xe\xf\0\0\0\0\0\0\x04\xc0");
    Reader reader = reader_of(buf_view(&buf));
    CHECK_EQ_INT(reader_u8(&reader), 0x01);
    CHECK_EQ_INT(reader_u16(&reader), 0x0302);
    CHECK_EQ_INT(reader_u32(&reader), 0x07060504);
    CHECK_EQ_INT(reader_u64(&reader), 0x0f0e0d0c0b0a0908);
    CHECK(reader_f64(&reader) == -2.5);
    CHECK(!reader.failed);
    CHECK_EQ_INT(reader_left(&reader), 0);
    arena_free(&arena);
}

TEST(varints_take_as_many_bytes_as_they_need) {
    Arena arena;
    arena_init(&arena, 0);
    Buf buf;
    buf_init(&buf, &arena);
    for (unsigned bits = 0; bits <= 64; bits++) {
        uint64_t low = bits == 0 ? 0 : (uint64_t)1 << (bits - 1);
        uint64_t high = bits == 0 ? 0 : UINT64_MAX >> (64 - bits);
        size_t size = bits == 0 ? 1 : (bits + 6) / 7;
        check_context("%d bits", (int)bits);
        for (int i = 0; i < 2; i++) {
            uint64_t value = i == 0 ? low : high;
            buf.len = 0;
            buf_varint(&buf, value);
            CHECK_EQ_INT(buf.len, size);
            CHECK_EQ_INT(varint_size(value), size);
            Reader reader = reader_of(buf_view(&buf));
            CHECK_EQ_INT(reader_varint(&reader), value);
            CHECK(!reader.failed && reader_left(&reader) == 0);
            reader = reader_of(slice_sub(buf_view(&buf), 0, buf.len - 1));
            CHECK_EQ_INT(reader_varint(&reader), 0);
            CHECK(reader.failed);
        }
    }
    Reader reader = reader_of(SLICE("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02")); // 65 bits
    CHECK_EQ_INT(reader_varint(&reader), 0);
    CHECK(reader.failed);
    reader = reader_of(SLICE("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00"));
    CHECK_EQ_INT(reader_varint(&reader), 0);
    CHECK(reader.failed);
    arena_free(&arena);
}

TEST(slices_carry_their_length) {
    Arena arena;
    arena_init(&arena, 0);
    Buf buf;
    buf_init(&buf, &arena);
    uint8_t long_text[300];
    memset(long_text, 'z', sizeof long_text);
    buf_slice(&buf, SLICE("a\0b"));
    buf_slice(&buf, (Slice){NULL, 0});
    buf_slice(&buf, slice_of(long_text, sizeof long_text));
    CHECK_EQ_INT(buf.len, 4 + 1 + 302);
    Reader reader = reader_of(buf_view(&buf));
    CHECK_EQ_SLICE(reader_slice(&reader), "a\0b");
    CHECK_EQ_SLICE(reader_slice(&reader), "");
    CHECK_EQ_BYTES(reader_slice(&reader), slice_of(long_text, sizeof long_text));
    CHECK(!reader.failed);
    CHECK(reader_slice(&reader).data == NULL);
    CHECK(reader.failed);
    arena_free(&arena);
}

TEST(a_reader_that_failed_gives_nothing_for_ever) {
    Reader reader = reader_of(SLICE("\x05"
                                    "abcd"));
    CHECK_EQ_INT(reader_slice(&reader).len, 0); // claims 5 bytes, has 4
    CHECK(reader.failed);
    CHECK_EQ_INT(reader_u8(&reader), 0);
    CHECK_EQ_INT(reader_varint(&reader), 0);
    CHECK_EQ_INT(reader_bytes(&reader, 1).len, 0);
    reader = reader_of(SLICE("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")); // a length of 2^64 - 1
    CHECK_EQ_INT(reader_slice(&reader).len, 0);
    CHECK(reader.failed);
    reader = reader_of(SLICE("\x82\x80\x80\x80\x10"
                             "ab")); // 2^32 + 2, which 32 bits would take for 2
    CHECK_EQ_INT(reader_slice(&reader).len, 0);
    CHECK(reader.failed);
    reader = reader_of(SLICE("abc"));
    CHECK_EQ_INT(reader_u32(&reader), 0);
    CHECK(reader.failed);
    reader = reader_of((Slice){NULL, 0});
    CHECK_EQ_INT(reader_left(&reader), 0);
    CHECK_EQ_INT(reader_bytes(&reader, 0).len, 0);
    CHECK(!reader.failed);
    CHECK_EQ_INT(reader_u8(&reader), 0);
    CHECK(reader.failed);
}

TEST(decimal_integers) {
    Arena arena;
    arena_init(&arena, 0);
    Buf buf;
    buf_init(&buf, &arena);
    buf_decimal_u64(&buf, 0);
    buf_u8(&buf, ' ');
    buf_decimal_u64(&buf, UINT64_MAX);
    buf_u8(&buf, ' ');
    buf_decimal_i64(&buf, INT64_MIN);
    buf_u8(&buf, ' ');
    buf_decimal_i64(&buf, -7);
    CHECK_EQ_SLICE(buf_view(&buf), "0 18446744073709551615 -9223372036854775808 -7");
    arena_free(&arena);
}

TEST(formats) {
    Arena arena;
    arena_init(&arena, 0);
    Buf buf;
    buf_init(&buf, &arena);
    Slice name = SLICE("n\0m");
    buf_format(&buf, "%s|%S|%d|%u|%z|%c|%%|%", "text", &name, -12, 34u, (size_t)56, 'x');
    CHECK_EQ_SLICE(buf_view(&buf), "text|n\0m|-12|34|56|x|%|");
    arena_free(&arena);
}

TEST(patching_overwrites_in_place) {
    Arena arena;
    arena_init(&arena, 0);
    Buf buf;
    buf_init(&buf, &arena);
    buf_cstr(&buf, "ab____cd");
    buf_patch_u32(&buf, 2, 0x64636261);
    CHECK_EQ_SLICE(buf_view(&buf), "ababcdcd");
    arena_free(&arena);
}

TEST(large_appends_take_what_they_need_and_small_ones_double) {
    Arena arena;
    arena_init(&arena, 0);
    Buf buf;
    buf_init(&buf, &arena);
    CHECK(buf_reserve(&buf, 1000001));
    CHECK_EQ_INT(buf.cap, 1000001);
    buf_init(&buf, &arena);
    size_t moves = 0, cap = 0;
    for (int i = 0; i < 100000; i++) {
        buf_u8(&buf, (uint8_t)i);
        moves += buf.cap != cap;
        cap = buf.cap;
    }
    CHECK(moves < 15);
    for (int i = 0; i < 100000; i++) REQUIRE(buf.data[i] == (uint8_t)i);
    arena_free(&arena);
}

TEST(failure_is_sticky) {
    Arena arena;
    arena_init(&arena, 1000);
    Buf buf;
    buf_init(&buf, &arena);
    buf_cstr(&buf, "before");
    CHECK(!buf_reserve(&buf, 5000));
    CHECK(buf.failed && arena.failed);
    buf_u8(&buf, 1);
    buf_slice(&buf, SLICE("x"));
    buf_patch_u32(&buf, 0, 1);
    CHECK(!buf_reserve(&buf, 0));
    CHECK_EQ_INT(buf_view(&buf).len, 0);
    arena_free(&arena);

    arena_init(&arena, 0);
    buf_init(&buf, &arena);
    buf_u8(&buf, 1);
    CHECK(!buf_reserve(&buf, SIZE_MAX));
    CHECK(buf.failed && arena.failed);
    arena_free(&arena);
}
