// Sizes of a table's local indexes, by index id: of one partition in its reports, summed over partitions elsewhere.
//   local sizes := count varint ‖ count × (index id varint ‖ item count varint ‖ bytes varint)
// They stand at the end of what they are a part of, and are left out where there are none.
#ifndef SHVM_MSG_LOCAL_SIZES_H
#define SHVM_MSG_LOCAL_SIZES_H

#include "base/buf.h"
#include "base/limits.h"

typedef struct LocalSize {
    uint32_t index_id;
    uint64_t item_count;
    uint64_t bytes; // DynamoDB sizes of the projected items
} LocalSize;

typedef struct LocalSizes {
    LocalSize sizes[LSI_MAX];
    size_t count;
} LocalSizes;

void local_sizes_encode(Buf *out, const LocalSizes *sizes);
// Reads what is left; the reader fails where that is malformed.
void local_sizes_decode(Reader *reader, LocalSizes *out);
bool local_sizes_equal(const LocalSizes *a, const LocalSizes *b);
// The index's size, which is added as nothing where it is not there yet; NULL when there is no room for one more.
LocalSize *local_sizes_at(LocalSizes *sizes, uint32_t index_id);
// Takes one partition's earlier report out of the sums and adds its new one. False: they have no room.
bool local_sizes_replace(LocalSizes *sums, const LocalSizes *earlier, const LocalSizes *now);

#endif
