// The gateway's hints: descriptors of tables it has met. Bounded, trusted for five seconds, and thrown away as a whole
// when one proves stale; everything that matters is checked again at the partition.
#ifndef SHVM_ROLE_DESCRIPTOR_CACHE_H
#define SHVM_ROLE_DESCRIPTOR_CACHE_H

#include "msg/descriptor.h"

enum { DESCRIPTOR_CACHE_ENTRIES = 64 };

typedef struct DescriptorCache {
    Arena arena;
    size_t count;
    struct {
        double asked_ms; // when its table was asked: what it says has held since then at most
        bool is_used; // somebody has had it already
        TableDescriptor table;
    } entries[DESCRIPTOR_CACHE_ENTRIES];
} DescriptorCache;

void descriptor_cache_init(DescriptorCache *cache);
// NULL when the table is not known or was asked too long ago. Valid until the next put or clear. *is_fresh: this is
// the first use since it was fetched, so by the request that fetched it, or one beside it.
const TableDescriptor *descriptor_cache_get(DescriptorCache *cache, Slice name, double now_ms, bool *is_fresh);
// Keeps a copy; a full cache starts anew. Errors of decoding are reported, exhausted memory only means no hint.
bool descriptor_cache_put(DescriptorCache *cache, Slice descriptor, double asked_ms, Error *error);
void descriptor_cache_clear(DescriptorCache *cache);

#endif
