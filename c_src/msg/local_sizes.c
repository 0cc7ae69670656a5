#include "msg/local_sizes.h"

void local_sizes_encode(Buf *out, const LocalSizes *sizes) {
    if (sizes->count == 0) return;
    buf_varint(out, sizes->count);
    for (size_t i = 0; i < sizes->count; i++) {
        buf_varint(out, sizes->sizes[i].index_id);
        buf_varint(out, sizes->sizes[i].item_count);
        buf_varint(out, sizes->sizes[i].bytes);
    }
}

void local_sizes_decode(Reader *reader, LocalSizes *out) {
    *out = (LocalSizes){.count = 0};
    if (reader_left(reader) == 0) return;
    uint64_t count = reader_varint(reader);
    if (count > LSI_MAX) reader->failed = true;
    for (size_t i = 0; i < count && !reader->failed; i++) {
        LocalSize *size = &out->sizes[out->count++];
        size->index_id = (uint32_t)reader_varint(reader);
        size->item_count = reader_varint(reader);
        size->bytes = reader_varint(reader);
    }
    if (reader_left(reader) != 0) reader->failed = true;
}

bool local_sizes_equal(const LocalSizes *a, const LocalSizes *b) {
    bool are_equal = a->count == b->count;
    for (size_t i = 0; i < a->count && are_equal; i++) {
        const LocalSize *one = &a->sizes[i], *other = &b->sizes[i];
        are_equal = one->index_id == other->index_id && one->item_count == other->item_count
                 && one->bytes == other->bytes;
    }
    return are_equal;
}

LocalSize *local_sizes_at(LocalSizes *sizes, uint32_t index_id) {
    for (size_t i = 0; i < sizes->count; i++) {
        if (sizes->sizes[i].index_id == index_id) return &sizes->sizes[i];
    }
    if (sizes->count == LSI_MAX) return NULL;
    sizes->sizes[sizes->count] = (LocalSize){.index_id = index_id};
    return &sizes->sizes[sizes->count++];
}

bool local_sizes_replace(LocalSizes *sums, const LocalSizes *earlier, const LocalSizes *now) {
    for (size_t i = 0; i < earlier->count; i++) {
        LocalSize *sum = local_sizes_at(sums, earlier->sizes[i].index_id);
        if (sum == NULL) return false;
        sum->item_count -= earlier->sizes[i].item_count;
        sum->bytes -= earlier->sizes[i].bytes;
    }
    for (size_t i = 0; i < now->count; i++) {
        LocalSize *sum = local_sizes_at(sums, now->sizes[i].index_id);
        if (sum == NULL) return false;
        sum->item_count += now->sizes[i].item_count;
        sum->bytes += now->sizes[i].bytes;
    }
    return true;
}
