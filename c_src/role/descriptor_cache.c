#include "role/descriptor_cache.h"

// Fenced partitions keep their tombstones for much longer (partition.c), so a stale descriptor meets one. A partition
// that was never written to has none: for this long another isolate may read a deleted table as empty.
static const double TRUSTED_MS = 5 * 1000;
// Descriptors are a few hundred bytes; one with every limit used is some tens of kilobytes.
enum { CACHE_BYTES_MAX = 2 * 1024 * 1024 };

void descriptor_cache_init(DescriptorCache *cache) {
    cache->count = 0;
    arena_init(&cache->arena, CACHE_BYTES_MAX);
}

void descriptor_cache_clear(DescriptorCache *cache) {
    cache->count = 0;
    arena_reset(&cache->arena);
}

const TableDescriptor *descriptor_cache_get(DescriptorCache *cache, Slice name, double now_ms, bool *is_fresh) {
    // Newest first: a table that was fetched again has two entries.
    for (size_t i = cache->count; i-- > 0;) {
        if (!slice_equal(cache->entries[i].table.name, name)) continue;
        double age = now_ms - cache->entries[i].asked_ms;
        *is_fresh = !cache->entries[i].is_used;
        cache->entries[i].is_used = true;
        return age >= 0 && age < TRUSTED_MS ? &cache->entries[i].table : NULL;
    }
    return NULL;
}

bool descriptor_cache_put(DescriptorCache *cache, Slice descriptor, double asked_ms, Error *error) {
    if (cache->count == DESCRIPTOR_CACHE_ENTRIES) descriptor_cache_clear(cache);
    Slice copy = arena_copy(&cache->arena, descriptor);
    TableDescriptor table;
    if (cache->arena.failed || !descriptor_decode(&cache->arena, copy, &table, error)) {
        bool out_of_memory = cache->arena.failed;
        descriptor_cache_clear(cache);
        return out_of_memory ? error_out_of_memory(error) : false;
    }
    cache->entries[cache->count].asked_ms = asked_ms;
    cache->entries[cache->count].is_used = false;
    cache->entries[cache->count].table = table;
    cache->count++;
    return true;
}
