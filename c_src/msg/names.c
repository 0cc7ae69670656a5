#include "msg/names.h"

#include "base/sha256.h"

Slice name_catalog(void) {
    return SLICE("v1/c");
}

void name_table(Buf *out, Slice table_name) {
    buf_format(out, "v1/t/%S", &table_name);
}

void name_directory(Buf *out, Slice table_id, uint32_t shard) {
    buf_format(out, "v1/d/%S/%u", &table_id, (unsigned)shard);
}

void name_index_space(Buf *out, Slice table_id, uint32_t index_id) {
    buf_format(out, "%S.%u", &table_id, (unsigned)index_id);
}

uint32_t hash_slot(uint64_t hash, uint32_t slots) {
    uint32_t bits = 0;
    while ((1u << bits) < slots) bits++;
    return bits == 0 ? 0 : (uint32_t)(hash >> (64 - bits));
}

uint32_t directory_shard(uint64_t hash) {
    return hash_slot(hash, DIRECTORY_SHARDS);
}

void name_partition_slot(Buf *out, const TableDescriptor *table, uint32_t slot) {
    buf_format(out, "v1/p/%S/h%u/%u/0", &table->table_id, (unsigned)table->slots, (unsigned)slot);
}

void name_partition(Buf *out, const TableDescriptor *table, Slice encoded_partition_key, uint64_t hash) {
    if (table->layout == LAYOUT_HASH) {
        name_partition_slot(out, table, hash_slot(hash, table->slots));
        return;
    }
    uint8_t digest[SHA256_BYTES];
    sha256(encoded_partition_key, digest);
    buf_format(out, "v1/p/%S/k/", &table->table_id);
    hex_encode(out, slice_of(digest, sizeof digest));
    buf_cstr(out, "/0");
}

// Takes the text up to the next '/' (or the end) off the front of *rest.
static Slice take_segment(Slice *rest) {
    size_t end = 0;
    while (end < rest->len && rest->data[end] != '/') end++;
    Slice segment = slice_sub(*rest, 0, end);
    *rest = slice_sub(*rest, end == rest->len ? end : end + 1, rest->len);
    return segment;
}

static bool parse_number(Slice text, uint32_t *out) {
    uint64_t value = 0;
    if (text.len == 0 || text.len > 9) return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') return false;
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    }
    *out = (uint32_t)value;
    return true;
}

bool space_id_parse(Slice space_id, Slice *table_id, uint32_t *index_id) {
    *index_id = 0;
    if (space_id.len < TABLE_ID_BYTES) return false;
    *table_id = slice_sub(space_id, 0, TABLE_ID_BYTES);
    if (space_id.len == TABLE_ID_BYTES) return true;
    if (space_id.data[TABLE_ID_BYTES] != '.') return false;
    return parse_number(slice_sub(space_id, TABLE_ID_BYTES + 1, space_id.len), index_id) && *index_id != 0;
}

static bool parse_partition(Slice rest, ObjectIdentity *out) {
    out->table = take_segment(&rest);
    Slice layout = take_segment(&rest);
    if (slice_equal(layout, SLICE("k"))) {
        out->by_key = true;
        out->key_digest = take_segment(&rest);
        if (out->key_digest.len != 2 * SHA256_BYTES) return false;
    } else {
        if (layout.len < 2 || layout.data[0] != 'h') return false;
        if (!parse_number(slice_sub(layout, 1, layout.len), &out->slots)) return false;
        if (!parse_number(take_segment(&rest), &out->slot)) return false;
    }
    return parse_number(take_segment(&rest), &out->generation) && rest.len == 0;
}

bool name_parse(Slice name, ObjectIdentity *out) {
    *out = (ObjectIdentity){0};
    Slice rest = name;
    if (!slice_equal(take_segment(&rest), SLICE("v1"))) return false;
    Slice kind = take_segment(&rest);
    if (kind.len != 1) return false;
    out->kind = (char)kind.data[0];
    switch (out->kind) {
    case 'c': return rest.len == 0;
    case 't': out->table = rest; return rest.len != 0;
    case 'd':
        out->table = take_segment(&rest);
        return out->table.len != 0 && parse_number(take_segment(&rest), &out->shard) && rest.len == 0;
    case 'p': return parse_partition(rest, out);
    default: return false;
    }
}
