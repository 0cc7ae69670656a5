// Versions of messages while two releases run side by side: a release reads its own version and the one before, and
// writes the one before until it is told that every release that reads it is gone. There is one version so far. A build
// with -DSHVM_NEXT_RELEASE (the simulator's) has the next one as well: the same messages with one field more.
#ifndef SHVM_MSG_RELEASE_H
#define SHVM_MSG_RELEASE_H

#include "base/buf.h"
#include "base/canary.h"

#ifdef SHVM_NEXT_RELEASE
extern bool release_reads_next, release_writes_next; // of the step under way
extern unsigned release_next_read;                   // messages of the next version, by a release that reads it
#define RELEASE_COUNT_NEXT() (release_next_read++)
#else
enum { release_reads_next = 0, release_writes_next = 0 };
#define RELEASE_COUNT_NEXT() ((void)0)
#endif
enum { RELEASE_NEXT_FIELD = 0x5a };

static inline void release_encode_version(Buf *out, uint8_t version) {
    buf_u8(out, release_writes_next ? (uint8_t)(version + 1) : version);
}

// What the next version has behind its other fields of a header.
static inline void release_encode_field(Buf *out) {
    if (release_writes_next) buf_u8(out, RELEASE_NEXT_FIELD);
}

// False for a version that is not known.
static inline bool release_decode_version(Reader *reader, uint8_t version, bool *is_next) {
    uint8_t found = reader_u8(reader);
    *is_next = release_reads_next && found == version + 1;
    if (*is_next) RELEASE_COUNT_NEXT();
    return found == version || *is_next || CANARY(CANARY_READS_ANY_VERSION);
}

static inline void release_decode_field(Reader *reader, bool is_next) {
    if (is_next && reader_u8(reader) != RELEASE_NEXT_FIELD) reader->failed = true;
}

#endif
