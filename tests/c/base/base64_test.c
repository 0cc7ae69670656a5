#include "base/base64.h"

#include "support/bytes.h"
#include "support/check.h"

static void check_pair(Slice input, Slice expected) {
    Arena arena;
    arena_init(&arena, 0);
    Slice bytes = bytes_of_hex(&arena, input);
    Buf text, decoded;
    buf_init(&text, &arena);
    buf_init(&decoded, &arena);
    base64_encode(&text, bytes);
    CHECK_EQ_BYTES(buf_view(&text), expected);
    CHECK(base64_decode(&decoded, expected));
    CHECK_EQ_BYTES(buf_view(&decoded), bytes);
    arena_free(&arena);
}

TEST(published_vectors) {
    check_vectors("tests/c/vectors/base64.txt", check_pair);
}

static bool is_refused(Slice text) {
    Arena arena;
    arena_init(&arena, 0);
    Buf out;
    buf_init(&out, &arena);
    buf_u8(&out, '#');
    bool is_base64 = base64_decode(&out, text);
    CHECK(is_base64 || out.len == 1);
    arena_free(&arena);
    return !is_base64;
}

static bool decodes(Slice text, Slice expected) {
    Arena arena;
    arena_init(&arena, 0);
    Buf out;
    buf_init(&out, &arena);
    buf_u8(&out, '#');
    bool is_expected =
        base64_decode(&out, text) && slice_equal(slice_sub(buf_view(&out), 1, out.len), expected);
    arena_free(&arena);
    return is_expected;
}

TEST(unused_bits_are_ignored) {
    CHECK(decodes(SLICE("Zg=="), SLICE("f")));
    CHECK(decodes(SLICE("Zh=="), SLICE("f")));
    CHECK(decodes(SLICE("Zv=="), SLICE("f")));
    CHECK(decodes(SLICE("Zm9="), SLICE("fo")));
    CHECK(decodes(SLICE("Zm+="), SLICE("fo")));
}

TEST(anything_else_is_refused_and_appends_nothing) {
    static const Slice REFUSED[] = {
        SLICE_INIT("Z"),     SLICE_INIT("Zg"),    SLICE_INIT("Zg="),        SLICE_INIT("Zm8"),
        SLICE_INIT("="),     SLICE_INIT("===="),  SLICE_INIT("Z==="),       SLICE_INIT("=Zg="),
        SLICE_INIT("Z=g="),  SLICE_INIT("Zm=v"),  SLICE_INIT("Zg==Zg=="),   SLICE_INIT("Zm8=Zm8="),
        SLICE_INIT("Zg== "), SLICE_INIT(" Zg=="), SLICE_INIT("Zm9v\n"),     SLICE_INIT("Zm-="),
        SLICE_INIT("Z-m="),  SLICE_INIT("Z-=="),  SLICE_INIT("Zm 9"),       SLICE_INIT("Zm9\n"),
        SLICE_INIT("Zm-_"),  SLICE_INIT("Zm9\0"), SLICE_INIT("Zm9\xff"),    SLICE_INIT("Zm9vZm9.Zm9v"),
        SLICE_INIT("=m8="),  SLICE_INIT(".m9v"),  SLICE_INIT("Z\xc3\xa9="),
    };
    for (size_t i = 0; i < sizeof REFUSED / sizeof REFUSED[0]; i++) {
        check_context("case %d", (int)i);
        CHECK(is_refused(REFUSED[i]));
    }
}

TEST(each_byte_is_a_digit_or_refused) {
    static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int c = 0; c < 256; c++) {
        const char *digit = c == 0 ? NULL : strchr(ALPHABET, c);
        char text[4];
        check_context("byte %d", c);
        for (size_t place = 0; place < 4; place++) {
            memset(text, 'A', sizeof text);
            text[place] = (char)c;
            // A '=' in the last place is padding.
            if (digit == NULL) CHECK(is_refused(slice_of(text, 4)) == (c != '=' || place < 3));
        }
        if (digit == NULL) continue;
        memset(text, 'A', sizeof text);
        text[0] = (char)c;
        uint8_t bytes[3] = {0, 0, 0};
        bytes[0] = (uint8_t)((digit - ALPHABET) << 2);
        CHECK(decodes(slice_of(text, 4), slice_of(bytes, 3)));
    }
}

TEST(memory_that_runs_out_is_not_bad_text) {
    Arena arena;
    arena_init(&arena, 256);
    Buf out;
    buf_init(&out, &arena);
    char text[4096];
    memset(text, 'A', sizeof text);
    CHECK(base64_decode(&out, slice_of(text, sizeof text)));
    CHECK(out.failed && arena.failed);
    arena_free(&arena);
}
