// Put before cJSON.c by the build. Two parts of libc would bring stdio into the module, and with it imports from WASI:
// cJSON's printers, which nobody calls, and strtod, which reads through a FILE. This strtod rounds like a product of
// doubles, not exactly: DynamoDB's numbers are JSON strings, and a bare JSON number is at most a limit or a count.
#ifndef SHVM_TOOLS_CJSON_LIBC_H
#define SHVM_TOOLS_CJSON_LIBC_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPONENT_MAX 1000 // far beyond a double's range, either way

// cJSON keeps the end in a pointer to unsigned characters: written as any other, an optimizer may not see it change.
static inline void shvm_set_end(void *end, const char *at) {
    memcpy(end, &at, sizeof at);
}

static inline double shvm_strtod(const char *text, void *end) {
    const char *at = text;
    int negative = *at == '-';
    if (*at == '-' || *at == '+') at++;
    double value = 0;
    int digits = 0, scale = 0;
    for (int fraction = 0; (*at >= '0' && *at <= '9') || (*at == '.' && !fraction); at++) {
        if (*at == '.') {
            fraction = 1;
            continue;
        }
        value = value * 10 + (*at - '0');
        digits++;
        scale -= fraction;
    }
    shvm_set_end(end, digits > 0 ? at : text);
    if (digits == 0) return 0;
    if (*at == 'e' || *at == 'E') {
        const char *power = at + 1;
        int below = *power == '-';
        if (*power == '-' || *power == '+') power++;
        int exponent = 0;
        for (at = power; *at >= '0' && *at <= '9'; at++)
            if (exponent < EXPONENT_MAX) exponent = exponent * 10 + (*at - '0');
        if (at > power) {
            shvm_set_end(end, at);
            scale += below ? -exponent : exponent;
        }
    }
    if (value > 0 && value - value == 0) { // 0 stays 0 and infinity stays infinity
        for (; scale > 0 && value - value == 0; scale--) value *= 10;
        for (; scale < 0 && value > 0; scale++) value /= 10;
    }
    return negative ? -value : value;
}

// cJSON compares only where it has checked that as many bytes are there, and a compiler makes memcmp of few bytes a
// comparison of integers.
#define strncmp(a, b, n) memcmp(a, b, n)
#define strtod shvm_strtod
#define sprintf(...) 0
#define sscanf(...) 0

#endif
