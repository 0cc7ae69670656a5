// DynamoDB's numbers: 38 significant decimal digits, magnitudes 1e-130 … 9.99…e125, and zero; exact arithmetic.
//
// Stored form ("sortable bytes"): memcmp order is numeric order, self-delimiting, 2…21 bytes, unique per value.
//   zero      80 00
//   positive  80+(E+64)  then base-100 digits, each 2d+1 but the last, which is 2d
//   negative  the complement of every byte of its magnitude's form
// where value = 0.D1D2D3… (base 100, D1 ≥ 1) × 100^E, E in -64…63, trailing zero digits dropped.
// A positive form's second byte is at least 2, so zero's 80 00 sorts right below all of them.
#ifndef SHVM_DATA_DECIMAL_H
#define SHVM_DATA_DECIMAL_H

#include "base/buf.h"
#include "base/limits.h"

#define DECIMAL_STORED_BYTES_MAX 21

// A canonical value: no leading or trailing zero digits; zero has digit_count 0, exponent 0 and is never negative.
// value = ± 0.d1d2…dn × 10^exponent (so 5 is 0.5 × 10^1). In range: exponent -129 … 126.
typedef struct Decimal {
    bool negative;
    uint8_t digit_count;
    int16_t exponent;
    uint8_t digits[NUMBER_DIGITS_MAX]; // 0…9 each
} Decimal;

typedef enum DecimalStatus {
    DECIMAL_OK = 0,
    DECIMAL_NOT_NUMERIC, // text is no number, or its exponent is beyond int64 (newer layer)
    DECIMAL_OVERFLOW,
    DECIMAL_UNDERFLOW,
    DECIMAL_TOO_MANY_DIGITS,
} DecimalStatus;

// How a request's number is read; see docs/compatibility.md, "Two validation layers".
typedef enum DecimalGrammar {
    DECIMAL_GRAMMAR_NEWER, // exponent beyond int64: not numeric; else range-checked
    DECIMAL_GRAMMAR_OLDER, // java.math.BigDecimal: exponent or scale beyond int32 not numeric; 1e2147483647 underflows
} DecimalGrammar;

// Optional sign, digits with at most one point, optional exponent with digits; no white space. Zero is range-checked
// as if its last digit were 1 (0e126 overflows). Leading and trailing zeros are not significant digits.
DecimalStatus decimal_parse(Slice text, DecimalGrammar grammar, Decimal *out);
// Exact sums and differences; more than 38 digits gives DECIMAL_TOO_MANY_DIGITS, as DynamoDB answers (it never rounds).
DecimalStatus decimal_add(const Decimal *a, const Decimal *b, Decimal *out);
DecimalStatus decimal_subtract(const Decimal *a, const Decimal *b, Decimal *out);
// From an unsigned integer (size()).
Decimal decimal_from_u64(uint64_t value);
// < 0, 0, > 0.
int decimal_compare(const Decimal *a, const Decimal *b);

// Appends the sortable bytes.
void decimal_store(Buf *out, const Decimal *value);
// Reads sortable bytes from the front of `bytes`; stores their length in *size. False when they are not canonical.
bool decimal_load(Slice bytes, Decimal *out, size_t *size);
// Length of the sortable bytes at the front of `bytes` (which a validator has accepted), without decoding them.
size_t decimal_stored_size(Slice bytes);

// Appends DynamoDB's output text: plain notation, expanded, no exponent, no trailing zeros ("150", "0.0001", "-3").
void decimal_print(Buf *out, const Decimal *value);
// The same text as java.math.BigDecimal.toString() is needed nowhere: DynamoDB expands.

// DynamoDB's size of the number in an item, bytes: 1 + ceil(i/2) + ceil(f/2) + (1 if negative), where i and f are the
// significant digits before and after the point with leading and trailing zeros trimmed; zero is 1.
size_t decimal_item_size(const Decimal *value);

// The message of a failed status as the newer layer words it, e.g. for "abc"; appended to out.
void decimal_error_text(Buf *out, DecimalStatus status, DecimalGrammar grammar, Slice text);

#endif
