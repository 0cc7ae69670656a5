#include "data/decimal.h"

enum {
    // Decimal.exponent counts from a point in front of the first digit, DynamoDB's limits from one behind it.
    EXPONENT_MAX = NUMBER_EXPONENT_MAX + 1,
    EXPONENT_MIN = NUMBER_EXPONENT_MIN + 1,
    TEXT_BYTES_MAX = 3 - EXPONENT_MIN + NUMBER_DIGITS_MAX, // "-0.", zeros, digits
    SUM_DIGITS_MAX =
        1 + EXPONENT_MAX - EXPONENT_MIN + NUMBER_DIGITS_MAX, // a carry, and both operands aligned
};

// The order of the checks is DynamoDB Local's: digits first.
static DecimalStatus check_limits(size_t digit_count, int64_t exponent) {
    if (digit_count > NUMBER_DIGITS_MAX) return DECIMAL_TOO_MANY_DIGITS;
    if (exponent > EXPONENT_MAX) return DECIMAL_OVERFLOW;
    if (exponent < EXPONENT_MIN) return DECIMAL_UNDERFLOW;
    return DECIMAL_OK;
}

// --- Reading text

typedef struct Scanner {
    const uint8_t *at;
    const uint8_t *end;
} Scanner;

// What stands in front of the exponent. A request may hold 16 MB of digits, so they are counted, not kept.
typedef struct Coefficient {
    bool negative;
    size_t digit_count;       // all digits, zeros included
    size_t fraction_count;    // those behind the point
    size_t leading_zeros;     // in front of the first other digit, or all digits of a zero
    size_t significant_count; // from the first to the last digit that is not zero
} Coefficient;

static bool scan_sign(Scanner *scanner) {
    if (scanner->at == scanner->end || (*scanner->at != '+' && *scanner->at != '-')) return false;
    return *scanner->at++ == '-';
}

// Stores the leading NUMBER_DIGITS_MAX significant digits in `digits`, which comes in zeroed.
static Coefficient scan_coefficient(Scanner *scanner, uint8_t *digits) {
    Coefficient found = {.negative = scan_sign(scanner)};
    bool behind_point = false;
    size_t zeros = 0; // seen since the last other digit: significant only if one follows
    for (; scanner->at < scanner->end; scanner->at++) {
        unsigned digit = *scanner->at - (unsigned)'0';
        if (*scanner->at == '.' && !behind_point) {
            behind_point = true;
            continue;
        }
        if (digit > 9) break;
        found.digit_count++;
        found.fraction_count += behind_point;
        if (digit == 0) {
            zeros++;
            continue;
        }
        if (found.significant_count == 0)
            found.leading_zeros = zeros;
        else
            found.significant_count += zeros;
        zeros = 0;
        if (found.significant_count < NUMBER_DIGITS_MAX) digits[found.significant_count] = (uint8_t)digit;
        found.significant_count++;
    }
    if (found.significant_count == 0) found.leading_zeros = found.digit_count;
    return found;
}

// Reads "e…" at the end of the text; nothing at all is exponent 0. False when it is malformed or beyond
// int64.
static bool scan_exponent(Scanner *scanner, int64_t *exponent) {
    *exponent = 0;
    if (scanner->at == scanner->end) return true;
    if (*scanner->at != 'e' && *scanner->at != 'E') return false;
    scanner->at++;
    bool negative = scan_sign(scanner);
    if (scanner->at == scanner->end) return false;
    uint64_t magnitude = 0;
    bool too_large = false;
    for (; scanner->at < scanner->end; scanner->at++) {
        unsigned digit = *scanner->at - (unsigned)'0';
        if (digit > 9) return false;
        too_large = too_large || magnitude > (UINT64_MAX - digit) / 10;
        magnitude = magnitude * 10 + digit;
    }
    uint64_t limit = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    if (too_large || magnitude > limit) return false;
    // Beyond ±2^62 every number is out of range whatever its digits; so sums with digit counts cannot
    // overflow.
    if (magnitude > (uint64_t)INT64_MAX / 2) magnitude = (uint64_t)INT64_MAX / 2;
    *exponent = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return true;
}

// The exponent of the number as 0.ddd × 10^exponent. A zero counts as if its last digit were 1, as observed
// on AWS.
static int64_t leading_exponent(const Coefficient *coefficient, int64_t exponent) {
    size_t skipped = coefficient->leading_zeros;
    if (coefficient->significant_count == 0) skipped--;
    return (int64_t)coefficient->digit_count - (int64_t)coefficient->fraction_count - (int64_t)skipped +
           exponent;
}

DecimalStatus decimal_parse(Slice text, DecimalGrammar grammar, Decimal *out) {
    *out = (Decimal){.digit_count = 0};
    if (text.len == 0) return DECIMAL_NOT_NUMERIC;
    Scanner scanner = {text.data, text.data + text.len};
    uint8_t digits[NUMBER_DIGITS_MAX] = {0};
    Coefficient coefficient = scan_coefficient(&scanner, digits);
    int64_t exponent;
    if (coefficient.digit_count == 0 || !scan_exponent(&scanner, &exponent)) return DECIMAL_NOT_NUMERIC;
    int64_t leading = leading_exponent(&coefficient, exponent);
    if (grammar == DECIMAL_GRAMMAR_OLDER) {
        // BigDecimal keeps exponent and scale in 32 bits. AWS's range check subtracts them in 32 bits too,
        // and wraps: observed for 1e2147483647, which underflows.
        int64_t scale = (int64_t)coefficient.fraction_count - exponent;
        if (exponent > INT32_MAX || scale > INT32_MAX) return DECIMAL_NOT_NUMERIC; // so neither is too small
        if (leading > INT32_MAX) leading = INT32_MIN;
    }
    DecimalStatus status = check_limits(coefficient.significant_count, leading);
    if (status != DECIMAL_OK || coefficient.significant_count == 0) return status;
    out->negative = coefficient.negative;
    out->digit_count = (uint8_t)coefficient.significant_count;
    out->exponent = (int16_t)leading;
    memcpy(out->digits, digits, sizeof digits);
    return DECIMAL_OK;
}

void decimal_error_text(Buf *out, DecimalStatus status, DecimalGrammar grammar, Slice text) {
    switch (status) {
    case DECIMAL_OK: break;
    case DECIMAL_NOT_NUMERIC:
        buf_cstr(out, "The parameter cannot be converted to a numeric value");
        if (text.len != 0 || grammar == DECIMAL_GRAMMAR_NEWER) buf_cstr(out, ": ");
        buf_bytes(out, text);
        break;
    case DECIMAL_OVERFLOW:
        buf_cstr(out,
                 "Number overflow. Attempting to store a number with magnitude larger than supported range");
        break;
    case DECIMAL_UNDERFLOW:
        buf_cstr(
            out,
            "Number underflow. Attempting to store a number with magnitude smaller than supported range");
        break;
    case DECIMAL_TOO_MANY_DIGITS:
        buf_cstr(out, "Attempting to store more than 38 significant digits in a Number");
        break;
    }
}

// --- Arithmetic

Decimal decimal_from_u64(uint64_t value) {
    uint8_t reversed[20];
    int16_t length = 0;
    for (; value != 0; value /= 10) reversed[length++] = (uint8_t)(value % 10);
    Decimal result = {.exponent = length};
    size_t trailing_zeros = 0;
    while (trailing_zeros < (size_t)length && reversed[trailing_zeros] == 0) trailing_zeros++;
    result.digit_count = (uint8_t)((size_t)length - trailing_zeros);
    for (size_t i = 0; i < result.digit_count; i++) result.digits[i] = reversed[(size_t)length - 1 - i];
    return result;
}

static int compare_magnitudes(const Decimal *a, const Decimal *b) {
    if (a->digit_count == 0 || b->digit_count == 0) return (a->digit_count != 0) - (b->digit_count != 0);
    if (a->exponent != b->exponent) return a->exponent < b->exponent ? -1 : 1;
    return slice_compare(slice_of(a->digits, a->digit_count), slice_of(b->digits, b->digit_count));
}

int decimal_compare(const Decimal *a, const Decimal *b) {
    if (a->negative != b->negative) return a->negative ? -1 : 1;
    return a->negative ? compare_magnitudes(b, a) : compare_magnitudes(a, b);
}

// Adds sign × value to columns whose first stands for 10^top.
static void add_digits(int8_t *columns, int top, const Decimal *value, int sign) {
    int8_t *first = columns + (top + 1 - value->exponent);
    for (int i = 0; i < value->digit_count; i++) first[i] = (int8_t)(first[i] + sign * value->digits[i]);
}

// Brings every column into 0…9; the sum as a whole is not negative.
static void carry_columns(int8_t *columns, int count) {
    int carry = 0;
    for (int i = count - 1; i >= 0; i--) {
        int column = columns[i] + carry;
        carry = column < 0 ? -1 : column > 9;
        columns[i] = (int8_t)(column - 10 * carry);
    }
}

// a ± b, where b_negative is the sign that b takes part with (of a zero it does not matter).
static DecimalStatus sum(const Decimal *a, const Decimal *b, bool b_negative, Decimal *out) {
    bool b_is_larger = compare_magnitudes(a, b) < 0;
    const Decimal *large = b_is_larger ? b : a;
    const Decimal *small = b_is_larger ? a : b;
    bool negative = b_is_larger ? b_negative : a->negative;
    bool opposite = a->negative != b_negative;
    if (small->digit_count == 0) {
        Decimal copy = *large;
        copy.negative = negative;
        *out = copy;
        return DECIMAL_OK;
    }
    int top = large->exponent;
    int large_bottom = large->exponent - large->digit_count,
        small_bottom = small->exponent - small->digit_count;
    int count = 1 + top - (large_bottom < small_bottom ? large_bottom : small_bottom);
    int8_t columns[SUM_DIGITS_MAX] = {0};
    add_digits(columns, top, large, 1);
    add_digits(columns, top, small, opposite ? -1 : 1);
    carry_columns(columns, count);

    *out = (Decimal){.digit_count = 0};
    int first = 0;
    while (first < count && columns[first] == 0) first++;
    if (first == count) return DECIMAL_OK;
    while (columns[count - 1] == 0) count--;
    DecimalStatus status = check_limits((size_t)(count - first), top + 1 - first);
    if (status != DECIMAL_OK) return status;
    out->negative = negative;
    out->digit_count = (uint8_t)(count - first);
    out->exponent = (int16_t)(top + 1 - first);
    memcpy(out->digits, columns + first, out->digit_count);
    return DECIMAL_OK;
}

DecimalStatus decimal_add(const Decimal *a, const Decimal *b, Decimal *out) {
    return sum(a, b, b->negative, out);
}

DecimalStatus decimal_subtract(const Decimal *a, const Decimal *b, Decimal *out) {
    return sum(a, b, !b->negative, out);
}

// --- Writing text

static uint8_t *print_digits(uint8_t *to, const uint8_t *digits, int count) {
    for (int i = 0; i < count; i++) *to++ = (uint8_t)('0' + digits[i]);
    return to;
}

static uint8_t *print_zeros(uint8_t *to, int count) {
    if (count <= 0) return to;
    memset(to, '0', (size_t)count);
    return to + count;
}

void decimal_print(Buf *out, const Decimal *value) {
    uint8_t text[TEXT_BYTES_MAX];
    uint8_t *to = text;
    int count = value->digit_count;
    int whole = value->exponent <= 0 ? 0 : value->exponent < count ? value->exponent : count;
    if (value->negative) *to++ = '-';
    if (value->exponent <= 0) *to++ = '0';
    to = print_digits(to, value->digits, whole);
    to = print_zeros(to, value->exponent - whole);
    if (whole < count) {
        *to++ = '.';
        to = print_zeros(to, -value->exponent);
        to = print_digits(to, value->digits + whole, count - whole);
    }
    buf_bytes(out, slice_of(text, (size_t)(to - text)));
}

size_t decimal_item_size(const Decimal *value) {
    // Zeros between the point and the digits cost nothing; digits on the two sides of the point do not share
    // a byte.
    int count = value->digit_count;
    int whole = value->exponent <= 0 ? 0 : value->exponent < count ? value->exponent : count;
    return 1 + (size_t)(whole + 1) / 2 + (size_t)(count - whole + 1) / 2 + value->negative;
}
