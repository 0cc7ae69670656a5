// A strict RFC 8259 scanner over UTF-8: one pass, no recursion, no allocation.
#ifndef SHVM_DATA_JSON_SCAN_H
#define SHVM_DATA_JSON_SCAN_H

#include "base/slice.h"

typedef enum JsonScanStatus {
    JSON_SCAN_OK = 0,
    JSON_SCAN_INVALID,  // no JSON: syntax, invalid UTF-8, raw control character, `01`, trailing text, empty text
    JSON_SCAN_TOO_DEEP, // nested deeper than JSON_NESTING_MAX; what comes after that point is not looked at
} JsonScanStatus;

// Checks the whole text.
JsonScanStatus json_scan(Slice text);

// The following walk text that json_scan accepted.
// `at` the first byte of a value (white space before it is skipped): the offset just behind it.
size_t json_scan_skip_value(Slice text, size_t at);
// The first offset ≥ at that is not white space.
size_t json_scan_skip_space(Slice text, size_t at);

#endif
