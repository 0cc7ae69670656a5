// The sortable bytes of numbers; drawn in decimal.h.
#include "data/decimal.h"

enum {
    EXPONENT_BIAS = 0x80 + 64,
    PAIRS_MAX = DECIMAL_STORED_BYTES_MAX - 1,
#ifdef SHVM_CANARY_DECIMAL
    LOADED_DIGITS_MAX = NUMBER_DIGITS_MAX + 2, // a bug for the fuzzer to find
#else
    LOADED_DIGITS_MAX = NUMBER_DIGITS_MAX,
#endif
};

// Decimal digit i, where i may lie one before the first or behind the last.
static unsigned digit_at(const Decimal *value, int i) {
    return i < 0 || i >= value->digit_count ? 0 : value->digits[i];
}

void decimal_store(Buf *out, const Decimal *value) {
    uint8_t bytes[DECIMAL_STORED_BYTES_MAX] = {0x80, 0x00};
    size_t size = 2;
    if (value->digit_count != 0) {
        // An odd exponent leaves the first pair half empty. Adding the largest odd exponent first keeps the
        // division's operand positive.
        int pair_exponent = (value->exponent + 129) / 2 - 64;
        int first = value->exponent - 2 * pair_exponent;
        int pairs = (value->digit_count - first + 1) / 2;
        bytes[0] = (uint8_t)(EXPONENT_BIAS + pair_exponent);
        for (int i = 0; i < pairs; i++) {
            unsigned pair = 10 * digit_at(value, first + 2 * i) + digit_at(value, first + 2 * i + 1);
            bytes[1 + i] = (uint8_t)(2 * pair + (i + 1 < pairs));
        }
        size = 1 + (size_t)pairs;
    }
    uint8_t mask = value->negative ? 0xff : 0;
    for (size_t i = 0; i < size; i++) bytes[i] ^= mask;
    buf_bytes(out, slice_of(bytes, size));
}

size_t decimal_stored_size(Slice bytes) {
    if (bytes.len == 0) return 0;
    unsigned last_bit = bytes.data[0] >= 0x80 ? 0 : 1; // of the byte that ends it
    size_t size = 1;
    while (size < bytes.len && (bytes.data[size] & 1) != last_bit) size++;
    return size < bytes.len ? size + 1 : size;
}

bool decimal_load(Slice bytes, Decimal *out, size_t *size) {
    size_t size_max = bytes.len < DECIMAL_STORED_BYTES_MAX ? bytes.len : DECIMAL_STORED_BYTES_MAX;
    *size = decimal_stored_size(slice_sub(bytes, 0, size_max));
    *out = (Decimal){.digit_count = 0};
    if (*size < 2) return false;
    uint8_t mask = bytes.data[0] < 0x80 ? 0xff : 0;
    uint8_t first = bytes.data[1] ^ mask, last = bytes.data[*size - 1] ^ mask;
    if ((last & 1) != 0) return false; // cut off, or too long
    if (first == 0) return bytes.data[0] == 0x80;
    if (first < 2 || last == 0) return false; // zeros in front or at the end

    uint8_t digits[2 * PAIRS_MAX];
    int count = 0;
    for (size_t i = 1; i < *size; i++) {
        unsigned pair = (unsigned)(bytes.data[i] ^ mask) >> 1;
        if (pair > 99) return false;
        if (i > 1 || pair > 9) digits[count++] = (uint8_t)(pair / 10);
        digits[count++] = (uint8_t)(pair % 10);
    }
    if (digits[count - 1] == 0) count--;
    if (count > LOADED_DIGITS_MAX) return false;
    out->negative = mask != 0;
    out->digit_count = (uint8_t)count;
    out->exponent = (int16_t)(2 * ((bytes.data[0] ^ mask) - EXPONENT_BIAS) - (first < 20));
    for (int i = 0; i < count; i++) out->digits[i] = digits[i];
    return true;
}
