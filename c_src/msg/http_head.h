// The head of an HTTP request, as much of it as signatures need.
//
//   head := method LF path LF query (without "?") LF, then per header: name (lower case) ":" value LF
//
// Values hold no LF: HTTP forbids it. Empty text stands for a head nobody asked for.
#ifndef SHVM_MSG_HTTP_HEAD_H
#define SHVM_MSG_HTTP_HEAD_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

typedef struct HttpHeader {
    Slice name;
    Slice value;
} HttpHeader;

typedef struct HttpHead {
    Slice method;
    Slice path;  // as sent, percent-escapes and all
    Slice query; // the same
    HttpHeader *headers;
    size_t header_count;
} HttpHead;

// Slices borrow from text. False with ERROR_CORRUPT for another form, or ERROR_OUT_OF_MEMORY.
bool http_head_read(Arena *arena, Slice text, HttpHead *out, Error *error);
// The value of a header by its lower-case name; {NULL, 0} where there is none.
Slice http_header(const HttpHead *head, Slice name);

// Takes the text up to the next `separator` (or the end) off the front of *rest, the separator too. False
// when *rest was used up: its data is NULL then. A text of n separators has n + 1 parts.
bool slice_next_part(Slice *rest, uint8_t separator, Slice *part);
// text up to the first `separator` and what is behind it; false where there is none.
bool slice_split(Slice text, uint8_t separator, Slice *before, Slice *after);

#endif
