#include "op/name_set.h"

#include "base/java_order.h"

// A table has at most 26 keys of 8 attributes: what is longer is nonsense, and must not be sorted at leisure.
enum { NAMES_MAX = 256 };

static bool stands_before(const Slice *names, size_t index) {
    for (size_t i = 0; i < index; i++) {
        if (slice_equal(names[i], names[index])) return true;
    }
    return false;
}

void name_set_print(Buf *out, const Slice *names, size_t count) {
    size_t distinct = 0;
    if (count > NAMES_MAX) count = NAMES_MAX;
    for (size_t i = 0; i < count; i++) distinct += !stands_before(names, i);
    uint32_t buckets = java_bucket_count(distinct);
    bool first = true;
    buf_u8(out, '[');
    for (uint32_t bucket = 0; bucket < buckets; bucket++) {
        for (size_t i = 0; i < count; i++) {
            if (java_bucket(java_string_hash(names[i]), distinct) != bucket || stands_before(names, i))
                continue;
            if (!first) buf_cstr(out, ", ");
            first = false;
            buf_bytes(out, names[i]);
        }
    }
    buf_u8(out, ']');
}
