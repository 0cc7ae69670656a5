#include "base/utf8.h"

#include "support/bytes.h"
#include "support/check.h"

static bool is_scalar(uint32_t character) {
    return character <= 0x10ffff && (character < 0xd800 || character > 0xdfff);
}

TEST(every_character_survives) {
    for (uint32_t character = 0; character <= 0x10ffff; character++) {
        if (!is_scalar(character)) continue;
        uint8_t bytes[4];
        size_t size = utf8_encode(character, bytes), decoded_size;
        Slice text = slice_of(bytes, size);
        REQUIRE(size == (character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4));
        REQUIRE(utf8_is_valid(text));
        REQUIRE(utf8_decode(text, 0, &decoded_size) == character);
        REQUIRE(decoded_size == size);
        REQUIRE(utf8_utf16_length(text) == (character < 0x10000 ? 1 : 2));
    }
}

// RFC 3629 read backwards: a run is a character exactly when encoding what its bits say gives the run again.
static bool is_character(const uint8_t *bytes, size_t size) {
    static const uint8_t LEAD_MASKS[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t character = bytes[0] & LEAD_MASKS[size];
    for (size_t i = 1; i < size; i++) character = character << 6 | (bytes[i] & 0x3f);
    uint8_t again[4];
    return is_scalar(character) && utf8_encode(character, again) == size && memcmp(again, bytes, size) == 0;
}

static bool is_valid_by_definition(Slice text) {
    for (size_t at = 0; at < text.len;) {
        size_t size = 1;
        while (size <= 4 && (size > text.len - at || !is_character(text.data + at, size))) size++;
        if (size > 4) return false;
        at += size;
    }
    return true;
}

TEST(all_runs_of_three_bytes) {
    uint8_t bytes[4] = {0, 0, 0, 'a'};
    for (uint32_t run = 0; run < 1u << 24; run++) {
        bytes[0] = (uint8_t)(run >> 16);
        bytes[1] = (uint8_t)(run >> 8);
        bytes[2] = (uint8_t)run;
        // Bytes of one kind behave alike but at the kind's ends; ASCII needs no more than one.
        if (bytes[1] > 0 && bytes[1] < 0x7f) run |= 0x7eff;
        if (bytes[2] > 0 && bytes[2] < 0x7f) run |= 0x7e;
        Slice text = slice_of(bytes, 3);
        REQUIRE(utf8_is_valid(text) == is_valid_by_definition(text));
    }
}

TEST(runs_of_four_bytes_at_the_ends_of_each_kind) {
    static const uint8_t ENDS[] = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0,
                                   0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef,
                                   0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8, 0xfe, 0xff};
    enum { ENDS_COUNT = sizeof ENDS };
    for (int i = 0; i < ENDS_COUNT * ENDS_COUNT * ENDS_COUNT * ENDS_COUNT; i++) {
        uint8_t bytes[4];
        int rest = i;
        for (int j = 0; j < 4; j++, rest /= ENDS_COUNT) bytes[j] = ENDS[rest % ENDS_COUNT];
        Slice text = slice_of(bytes, 4);
        REQUIRE(utf8_is_valid(text) == is_valid_by_definition(text));
    }
}

TEST(a_bad_byte_is_found_at_every_place) {
    uint8_t text[70];
    memset(text, 'x', sizeof text);
    for (size_t size = 1; size <= sizeof text; size++) {
        for (size_t at = 0; at < size; at++) {
            text[at] = 0xff;
            REQUIRE(!utf8_is_valid(slice_of(text, size)));
            text[at] = 0xc3; // cut off by the ASCII byte, or by the end, behind it
            REQUIRE(!utf8_is_valid(slice_of(text, size)));
            text[at] = 'x';
        }
        REQUIRE(utf8_is_valid(slice_of(text, size)));
    }
    CHECK(utf8_is_valid((Slice){NULL, 0}));
}

TEST(length_counts_utf16_units) {
    CHECK_EQ_INT(utf8_utf16_length((Slice){NULL, 0}), 0);
    CHECK_EQ_INT(utf8_utf16_length(SLICE("a\0b")), 3);
    CHECK_EQ_INT(utf8_utf16_length(SLICE("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z")), 6);
    size_t size;
    CHECK_EQ_INT(utf8_decode(SLICE("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z"), 6, &size), 0x1f600);
    CHECK_EQ_INT(size, 4);
}
