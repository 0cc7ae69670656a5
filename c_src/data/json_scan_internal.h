// What json.c wants to know about a document besides that it is JSON: what cJSON would get wrong, and where the
// containers end that are too long to be handed to it.
#ifndef SHVM_DATA_JSON_SCAN_INTERNAL_H
#define SHVM_DATA_JSON_SCAN_INTERNAL_H

#include "base/buf.h"
#include "data/json_scan.h"

// A container of more than JSON_SUBTREE_BYTES_MAX bytes: offsets of its bracket and of the byte behind it.
typedef struct JsonExtent {
    uint32_t start;
    uint32_t end;
} JsonExtent;

typedef struct JsonSurvey {
    bool has_odd_escapes; // \u0000 or an unpaired surrogate
    bool has_decimals;    // a number with a point or an exponent
    unsigned depth;       // of the deepest container; 0 for a scalar
    Buf *extents;         // receives the JsonExtents in order of their start; NULL when they are not wanted
} JsonSurvey;

// As json_scan. Sets extents->failed where there was no memory for them.
JsonScanStatus json_scan_survey(Slice text, JsonSurvey *survey);

// The four hexadecimal digits of a \u escape.
static inline uint32_t json_hex4(const uint8_t *digits) {
    uint32_t value = 0;
    for (unsigned i = 0; i < 4; i++) {
        uint32_t c = digits[i];
        value = value << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return value;
}

static inline bool json_is_surrogate(uint32_t unit) {
    return unit >= 0xd800 && unit <= 0xdfff;
}

// `at` the six bytes of a \u escape with the code unit `unit`, in scanned text: whether it and the escape behind it
// are a surrogate pair.
static inline bool json_is_surrogate_pair(const uint8_t *at, const uint8_t *end, uint32_t unit) {
    if (unit < 0xd800 || unit > 0xdbff || end - at < 12 || at[6] != '\\' || at[7] != 'u') return false;
    uint32_t low = json_hex4(at + 8);
    return low >= 0xdc00 && low <= 0xdfff;
}

#endif
