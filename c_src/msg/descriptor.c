#include "msg/descriptor.h"

// --- Encoding

static void encode_throughput(Buf *out, const Throughput *throughput) {
    buf_varint(out, throughput->read_units);
    buf_varint(out, throughput->write_units);
}

static void encode_key_attributes(Buf *out, const KeyAttribute *attributes, size_t count) {
    buf_varint(out, count);
    for (size_t i = 0; i < count; i++) {
        buf_slice(out, attributes[i].name);
        buf_u8(out, (uint8_t)attributes[i].type);
    }
}

void key_schema_encode(Buf *out, const KeySchema *keys) {
    encode_key_attributes(out, keys->hash, keys->hash_count);
    encode_key_attributes(out, keys->range, keys->range_count);
}

void index_descriptor_encode(Buf *out, const IndexDescriptor *index) {
    buf_varint(out, index->id);
    buf_slice(out, index->name);
    buf_u8(out, index->is_global);
    key_schema_encode(out, &index->keys);
    buf_u8(out, (uint8_t)index->projection);
    buf_varint(out, index->non_key_attribute_count);
    for (size_t i = 0; i < index->non_key_attribute_count; i++) buf_slice(out, index->non_key_attributes[i]);
    encode_throughput(out, &index->throughput);
    encode_throughput(out, &index->on_demand_max);
    encode_throughput(out, &index->warm);
    buf_u8(out, (uint8_t)index->status);
    buf_u8(out, index->backfilling);
}

void descriptor_encode(Buf *out, const TableDescriptor *table) {
    buf_u8(out, DESCRIPTOR_VERSION);
    buf_varint(out, table->epoch);
    buf_slice(out, table->name);
    buf_slice(out, table->table_id);
    buf_bytes(out, slice_of(table->seed, sizeof table->seed));
    buf_u8(out, (uint8_t)table->status);
    buf_f64(out, table->created_ms);
    buf_u8(out, (uint8_t)table->layout);
    buf_varint(out, table->slots);
    encode_key_attributes(out, table->definitions, table->definition_count);
    key_schema_encode(out, &table->keys);
    buf_u8(out, (uint8_t)table->billing);
    encode_throughput(out, &table->throughput);
    buf_f64(out, table->billing_changed_ms);
    buf_u8(out, table->deletion_protection);
    buf_u8(out, table->infrequent_access);
    buf_u8(out, table->table_class_given);
    buf_u8(out, (uint8_t)table->stream_view);
    buf_f64(out, table->stream_label_ms);
    buf_slice(out, table->ttl_attribute);
    buf_u8(out, table->ttl_enabled);
    buf_u8(out, table->sse_enabled);
    buf_varint(out, table->last_index_id);
    buf_varint(out, table->index_count);
    for (size_t i = 0; i < table->index_count; i++) index_descriptor_encode(out, &table->indexes[i]);
    buf_varint(out, table->tag_count);
    for (size_t i = 0; i < table->tag_count; i++) {
        buf_slice(out, table->tags[i].key);
        buf_slice(out, table->tags[i].value);
    }
    encode_throughput(out, &table->on_demand_max);
    encode_throughput(out, &table->warm);
    buf_f64(out, table->increased_ms);
    buf_f64(out, table->decreased_ms);
    buf_varint(out, table->decreases);
}

// --- Decoding: a Reader that failed gives zeros, so the outcome is checked once, at the end.

static uint8_t decode_enum(Reader *reader, uint8_t min, uint8_t max) {
    uint8_t value = reader_u8(reader);
    if (value < min || value > max) reader->failed = true;
    return reader->failed ? min : value;
}

static bool decode_bool(Reader *reader) {
    return decode_enum(reader, 0, 1) != 0;
}

// Every element of a list takes at least one byte: a larger count is a lie, and must not size an allocation.
static size_t decode_count(Reader *reader) {
    uint64_t count = reader_varint(reader);
    if (count > reader_left(reader)) reader->failed = true;
    return reader->failed ? 0 : (size_t)count;
}

static Throughput decode_throughput(Reader *reader) {
    uint64_t read_units = reader_varint(reader);
    return (Throughput){read_units, reader_varint(reader)};
}

static KeyAttribute decode_key_attribute(Reader *reader) {
    KeyAttribute attribute = {.name = reader_slice(reader), .type = (char)reader_u8(reader)};
    if (attribute.type != 'S' && attribute.type != 'N' && attribute.type != 'B') reader->failed = true;
    return attribute;
}

static size_t decode_key_attributes(Reader *reader, KeyAttribute attributes[INDEX_KEY_ATTRIBUTES_MAX]) {
    size_t count = decode_count(reader);
    if (count > INDEX_KEY_ATTRIBUTES_MAX) reader->failed = true;
    for (size_t i = 0; i < count && !reader->failed; i++) attributes[i] = decode_key_attribute(reader);
    return reader->failed ? 0 : count;
}

void key_schema_decode(Reader *reader, KeySchema *keys) {
    keys->hash_count = decode_key_attributes(reader, keys->hash);
    keys->range_count = decode_key_attributes(reader, keys->range);
    if (keys->hash_count == 0) reader->failed = true;
}

void index_descriptor_decode(Arena *arena, Reader *reader, IndexDescriptor *index) {
    *index = (IndexDescriptor){.id = (uint32_t)reader_varint(reader)};
    index->name = reader_slice(reader);
    index->is_global = decode_bool(reader);
    key_schema_decode(reader, &index->keys);
    index->projection = (ProjectionType)decode_enum(reader, PROJECTION_ALL, PROJECTION_INCLUDE);
    size_t count = decode_count(reader);
    index->non_key_attributes = ARENA_ARRAY(arena, Slice, count);
    if (index->non_key_attributes == NULL) return;
    index->non_key_attribute_count = count;
    for (size_t i = 0; i < count; i++) index->non_key_attributes[i] = reader_slice(reader);
    index->throughput = decode_throughput(reader);
    index->on_demand_max = decode_throughput(reader);
    index->warm = decode_throughput(reader);
    index->status = (TableStatus)decode_enum(reader, TABLE_CREATING, TABLE_DELETING);
    index->backfilling = decode_bool(reader);
}

static void decode_lists(Arena *arena, Reader *reader, TableDescriptor *out) {
    out->last_index_id = (uint32_t)reader_varint(reader);
    size_t index_count = decode_count(reader);
    out->indexes = ARENA_ARRAY(arena, IndexDescriptor, index_count);
    if (out->indexes == NULL) return;
    out->index_count = index_count;
    for (size_t i = 0; i < index_count; i++) index_descriptor_decode(arena, reader, &out->indexes[i]);
    size_t tag_count = decode_count(reader);
    out->tags = ARENA_ARRAY(arena, Tag, tag_count);
    if (out->tags == NULL) return;
    out->tag_count = tag_count;
    for (size_t i = 0; i < tag_count; i++) {
        out->tags[i].key = reader_slice(reader);
        out->tags[i].value = reader_slice(reader);
    }
}

static void decode_definitions(Arena *arena, Reader *reader, TableDescriptor *out) {
    size_t count = decode_count(reader);
    out->definitions = ARENA_ARRAY(arena, KeyAttribute, count);
    if (out->definitions == NULL) return;
    out->definition_count = count;
    for (size_t i = 0; i < count; i++) out->definitions[i] = decode_key_attribute(reader);
}

static bool slots_fit_layout(const TableDescriptor *table) {
    if (table->layout == LAYOUT_KEY) return table->slots == 0;
    return table->slots != 0 && table->slots <= HASH_SLOTS_MAX && (table->slots & (table->slots - 1)) == 0;
}

bool descriptor_decode(Arena *arena, Slice bytes, TableDescriptor *out, Error *error) {
    Reader reader = reader_of(bytes);
    *out = (TableDescriptor){0};
    if (reader_u8(&reader) != DESCRIPTOR_VERSION) return error_corrupt(error, "unknown descriptor version");
    out->epoch = reader_varint(&reader);
    out->name = reader_slice(&reader);
    out->table_id = reader_slice(&reader);
    Slice seed = reader_bytes(&reader, sizeof out->seed);
    if (seed.len == sizeof out->seed) memcpy(out->seed, seed.data, seed.len);
    out->status = (TableStatus)decode_enum(&reader, TABLE_CREATING, TABLE_DELETING);
    out->created_ms = reader_f64(&reader);
    out->layout = (LayoutKind)decode_enum(&reader, LAYOUT_KEY, LAYOUT_HASH);
    out->slots = (uint32_t)reader_varint(&reader);
    decode_definitions(arena, &reader, out);
    key_schema_decode(&reader, &out->keys);
    out->billing = (BillingMode)decode_enum(&reader, BILLING_PROVISIONED, BILLING_PAY_PER_REQUEST);
    out->throughput = decode_throughput(&reader);
    out->billing_changed_ms = reader_f64(&reader);
    out->deletion_protection = decode_bool(&reader);
    out->infrequent_access = decode_bool(&reader);
    out->table_class_given = decode_bool(&reader);
    out->stream_view = (StreamView)decode_enum(&reader, STREAM_VIEW_NONE, STREAM_VIEW_NEW_AND_OLD_IMAGES);
    out->stream_label_ms = reader_f64(&reader);
    out->ttl_attribute = reader_slice(&reader);
    out->ttl_enabled = decode_bool(&reader);
    out->sse_enabled = decode_bool(&reader);
    decode_lists(arena, &reader, out);
    out->on_demand_max = decode_throughput(&reader);
    out->warm = decode_throughput(&reader);
    out->increased_ms = reader_f64(&reader);
    out->decreased_ms = reader_f64(&reader);
    out->decreases = (uint32_t)reader_varint(&reader);
    if (arena->failed) return error_out_of_memory(error);
    bool is_whole = !reader.failed && reader_left(&reader) == 0 && out->table_id.len == TABLE_ID_BYTES;
    if (!is_whole || !slots_fit_layout(out)) return error_corrupt(error, "malformed descriptor");
    return true;
}

// --- Looking

const IndexDescriptor *descriptor_index(const TableDescriptor *table, Slice name) {
    for (size_t i = 0; i < table->index_count; i++) {
        if (slice_equal(table->indexes[i].name, name)) return &table->indexes[i];
    }
    return NULL;
}

bool key_schema_has(const KeySchema *keys, Slice name) {
    for (size_t i = 0; i < keys->hash_count; i++) {
        if (slice_equal(keys->hash[i].name, name)) return true;
    }
    for (size_t i = 0; i < keys->range_count; i++) {
        if (slice_equal(keys->range[i].name, name)) return true;
    }
    return false;
}

void table_arn(Buf *out, Slice table_name) {
    buf_format(out, "arn:aws:dynamodb:us-east-1:000000000000:table/%S", &table_name);
}

Slice table_name_from_arn(Slice arn) {
    static const Slice TABLE = SLICE_INIT("table/");
    const Slice none = {NULL, 0};
    if (!slice_starts_with(arn, SLICE("arn:"))) return none;
    // arn : partition : service : region : account : resource
    size_t at = 0;
    for (int colons = 0; colons < 5; at++) {
        if (at == arn.len) return none;
        if (arn.data[at] == ':') colons++;
    }
    Slice resource = slice_sub(arn, at, arn.len);
    if (!slice_starts_with(resource, TABLE)) return none;
    size_t end = TABLE.len;
    while (end < resource.len && resource.data[end] != '/') end++;
    return end == resource.len ? slice_sub(resource, TABLE.len, end) : none;
}

Slice table_name_from_argument(Slice argument) {
    Slice name = table_name_from_arn(argument);
    return name.len != 0 ? name : argument;
}
