#include "data/json_scan.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "data/json_scan_internal.h"
#include "data/json_text_internal.h"

typedef struct Scanner {
    const uint8_t *text;
    const uint8_t *at;
    const uint8_t *end;
    JsonSurvey *survey;
    unsigned depth;
    unsigned long_depth; // the outermost containers that are open and known to be long: their extents are begun
    uint32_t starts[JSON_NESTING_MAX];       // offsets of the brackets of open containers
    uint32_t extent_indexes[JSON_NESTING_MAX]; // of those that are long
} Scanner;

static inline bool is_space(uint8_t byte) {
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

static inline void skip_space(Scanner *scanner) {
    while (scanner->at != scanner->end && is_space(*scanner->at)) scanner->at++;
}

static inline bool is_digit(uint8_t byte) {
    return byte >= '0' && byte <= '9';
}

static bool is_hex(uint8_t byte) {
    return is_digit(byte) || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f');
}

static bool scan_unicode_escape(Scanner *scanner) {
    if (scanner->end - scanner->at < 6) return false;
    for (unsigned i = 2; i < 6; i++) {
        if (!is_hex(scanner->at[i])) return false;
    }
    uint32_t unit = json_hex4(scanner->at + 2);
    bool is_pair = false;
    if (json_is_surrogate(unit)) {
        const uint8_t *next = scanner->at + 6;
        bool has_next = scanner->end - next >= 6 && next[0] == '\\' && next[1] == 'u' && is_hex(next[2]) &&
                        is_hex(next[3]) && is_hex(next[4]) && is_hex(next[5]);
        is_pair = has_next && json_is_surrogate_pair(scanner->at, scanner->end, unit);
    }
    if (unit == 0 || (json_is_surrogate(unit) && !is_pair)) scanner->survey->has_odd_escapes = true;
    scanner->at += is_pair ? 12 : 6;
    return true;
}

static bool scan_escape(Scanner *scanner) {
    if (scanner->end - scanner->at < 2) return false;
    switch (scanner->at[1]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't': scanner->at += 2; return true;
    case 'u': return scan_unicode_escape(scanner);
    default: return false;
    }
}

// `at` the opening quote.
static bool scan_string(Scanner *scanner) {
    scanner->at++;
    for (;;) {
        scanner->at += json_plain_run(scanner->at, scanner->end, true);
        if (scanner->at == scanner->end) return false;
        uint8_t byte = *scanner->at;
        if (byte == '"') {
            scanner->at++;
            return true;
        }
        if (byte == '\\') {
            if (!scan_escape(scanner)) return false;
        } else if (byte >= 0x80) {
            // All bytes of a character that is not ASCII are above 0x7f, so a run of those is whole characters.
            const uint8_t *start = scanner->at;
            while (scanner->at != scanner->end && *scanner->at >= 0x80) scanner->at++;
            if (!utf8_is_valid(slice_of(start, (size_t)(scanner->at - start)))) return false;
        } else {
            return false; // a raw control character
        }
    }
}

static bool scan_digits(Scanner *scanner) {
    const uint8_t *start = scanner->at;
    while (scanner->at != scanner->end && is_digit(*scanner->at)) scanner->at++;
    return scanner->at != start;
}

static bool scan_number(Scanner *scanner) {
    if (*scanner->at == '-') scanner->at++;
    if (scanner->at == scanner->end) return false;
    if (*scanner->at == '0') scanner->at++;
    else if (!scan_digits(scanner)) return false;
    if (scanner->at != scanner->end && *scanner->at == '.') {
        scanner->survey->has_decimals = true;
        scanner->at++;
        if (!scan_digits(scanner)) return false;
    }
    if (scanner->at != scanner->end && (*scanner->at | 0x20) == 'e') {
        scanner->survey->has_decimals = true;
        scanner->at++;
        if (scanner->at != scanner->end && (*scanner->at == '+' || *scanner->at == '-')) scanner->at++;
        if (!scan_digits(scanner)) return false;
    }
    return true;
}

static bool scan_word(Scanner *scanner, Slice word) {
    size_t left = (size_t)(scanner->end - scanner->at);
    if (!slice_starts_with(slice_of(scanner->at, left), word)) return false;
    scanner->at += word.len;
    return true;
}

static bool scan_scalar(Scanner *scanner) {
    switch (*scanner->at) {
    case '"': return scan_string(scanner);
    case 't': return scan_word(scanner, SLICE("true"));
    case 'f': return scan_word(scanner, SLICE("false"));
    case 'n': return scan_word(scanner, SLICE("null"));
    default: return scan_number(scanner);
    }
}

// Writes down the open containers that have become long. Outer ones became so before inner ones, and earlier ones
// before later ones, so the list is in order of their start by itself.
static void begin_extents(Scanner *scanner, uint32_t here) {
    Buf *extents = scanner->survey->extents;
    while (scanner->long_depth < scanner->depth &&
           here - scanner->starts[scanner->long_depth] > JSON_SUBTREE_BYTES_MAX) {
        scanner->extent_indexes[scanner->long_depth] = (uint32_t)(extents->len / sizeof(JsonExtent));
        JsonExtent extent = {scanner->starts[scanner->long_depth], 0};
        buf_bytes(extents, slice_of(&extent, sizeof extent));
        scanner->long_depth++;
    }
}

static void end_extent(Scanner *scanner, uint32_t here) {
    Buf *extents = scanner->survey->extents;
    if (extents == NULL) return;
    begin_extents(scanner, here);
    if (scanner->long_depth < scanner->depth) return;
    scanner->long_depth = scanner->depth - 1;
    if (extents->failed) return;
    JsonExtent *extent = (JsonExtent *)(void *)extents->data + scanner->extent_indexes[scanner->long_depth];
    extent->end = here;
}

static void close_container(Scanner *scanner) {
    scanner->at++;
    end_extent(scanner, (uint32_t)(scanner->at - scanner->text));
    scanner->depth--;
}

// `at` a member's name: passes it and its colon.
static bool scan_name(Scanner *scanner) {
    if (scanner->at == scanner->end || *scanner->at != '"' || !scan_string(scanner)) return false;
    skip_space(scanner);
    if (scanner->at == scanner->end || *scanner->at != ':') return false;
    scanner->at++;
    skip_space(scanner);
    return true;
}

// `at` the bracket. *is_empty tells whether the container was closed at once.
static JsonScanStatus open_container(Scanner *scanner, bool *is_empty) {
    bool is_object = *scanner->at == '{';
    if (scanner->depth == JSON_NESTING_MAX) return JSON_SCAN_TOO_DEEP;
    // An empty one is open for two bytes only, and texts that are to keep a scanner busy are made of these.
    *is_empty = scanner->end - scanner->at >= 2 && scanner->at[1] == (is_object ? '}' : ']');
    if (*is_empty) {
        if (scanner->depth + 1 > scanner->survey->depth) scanner->survey->depth = scanner->depth + 1;
        scanner->at += 2;
        return JSON_SCAN_OK;
    }
    scanner->starts[scanner->depth++] = (uint32_t)(scanner->at - scanner->text);
    if (scanner->depth > scanner->survey->depth) scanner->survey->depth = scanner->depth;
    scanner->at++;
    skip_space(scanner);
    *is_empty = scanner->at != scanner->end && *scanner->at == (is_object ? '}' : ']');
    if (*is_empty) close_container(scanner);
    else if (is_object && !scan_name(scanner)) return JSON_SCAN_INVALID;
    return JSON_SCAN_OK;
}

// Behind a value: passes commas and closing brackets until the next value is due, or the document is over.
static bool scan_after_value(Scanner *scanner) {
    for (;;) {
        skip_space(scanner);
        if (scanner->depth == 0) return scanner->at == scanner->end;
        if (scanner->at == scanner->end) return false;
        bool is_object = scanner->text[scanner->starts[scanner->depth - 1]] == '{';
        if (*scanner->at == ',') {
            scanner->at++;
            skip_space(scanner);
            return !is_object || scan_name(scanner);
        }
        if (*scanner->at != (is_object ? '}' : ']')) return false;
        close_container(scanner);
    }
}

JsonScanStatus json_scan_survey(Slice text, JsonSurvey *survey) {
    Scanner scanner;
    scanner.text = scanner.at = text.data;
    scanner.end = text.len == 0 ? text.data : text.data + text.len;
    scanner.survey = survey;
    scanner.depth = scanner.long_depth = 0;
    if (text.len > UINT32_MAX) return JSON_SCAN_INVALID;
    skip_space(&scanner);
    do {
        if (scanner.at == scanner.end) return JSON_SCAN_INVALID;
        if (*scanner.at == '{' || *scanner.at == '[') {
            bool is_empty;
            JsonScanStatus status = open_container(&scanner, &is_empty);
            if (status != JSON_SCAN_OK) return status;
            if (!is_empty) continue;
        } else if (!scan_scalar(&scanner)) {
            return JSON_SCAN_INVALID;
        }
        if (!scan_after_value(&scanner)) return JSON_SCAN_INVALID;
    } while (scanner.depth != 0);
    return JSON_SCAN_OK;
}

JsonScanStatus json_scan(Slice text) {
    JsonSurvey survey = {0};
    return json_scan_survey(text, &survey);
}

size_t json_scan_skip_space(Slice text, size_t at) {
    while (at < text.len && is_space(text.data[at])) at++;
    return at;
}

// `at` the opening quote; the offset behind the closing one.
static size_t skip_string(Slice text, size_t at) {
    const uint8_t *end = text.data + text.len;
    for (at++; at < text.len;) {
        at += json_plain_run(text.data + at, end, false);
        if (at == text.len || text.data[at] == '"') break;
        at += 2; // a backslash and what it escapes
    }
    return at < text.len ? at + 1 : text.len;
}

static size_t skip_container(Slice text, size_t at) {
    size_t depth = 0;
    while (at < text.len) {
        switch (text.data[at]) {
        case '"': at = skip_string(text, at); continue;
        case '{':
        case '[': depth++; break;
        case '}':
        case ']': depth--; break;
        default: break;
        }
        at++;
        if (depth == 0) break;
    }
    return at;
}

size_t json_scan_skip_value(Slice text, size_t at) {
    at = json_scan_skip_space(text, at);
    if (at == text.len) return at;
    switch (text.data[at]) {
    case '"': return skip_string(text, at);
    case '{':
    case '[': return skip_container(text, at);
    default: break;
    }
    while (at < text.len && text.data[at] != ',' && text.data[at] != '}' && text.data[at] != ']' &&
           !is_space(text.data[at])) {
        at++;
    }
    return at;
}
