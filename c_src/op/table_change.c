#include "op/table_change.h"

#include "op/table_settings.h"

enum { CHANGE_VERSION = 1 };

// --- Encoding

static void begin(Buf *out, ChangeKind kind) {
    buf_u8(out, CHANGE_VERSION);
    buf_u8(out, (uint8_t)kind);
}

static void encode_throughput(Buf *out, const ThroughputChange *change) {
    buf_u8(out, (uint8_t)(change->read_given | change->write_given << 1));
    buf_varint(out, change->to.read_units);
    buf_varint(out, change->to.write_units);
}

void table_update_encode(Buf *out, const TableUpdate *update) {
    begin(out, CHANGE_UPDATE);
    buf_u8(out, update->billing);
    encode_throughput(out, &update->throughput);
    encode_throughput(out, &update->on_demand_max);
    encode_throughput(out, &update->warm);
    buf_u8(out, (uint8_t)update->deletion_protection);
    buf_u8(out, (uint8_t)update->infrequent_access);
    buf_u8(out, (uint8_t)update->stream);
    buf_u8(out, (uint8_t)update->stream_view);
    buf_u8(out, (uint8_t)update->encryption);
    buf_varint(out, update->index_count);
    for (size_t i = 0; i < update->index_count; i++) {
        const IndexChange *change = &update->indexes[i];
        buf_u8(out, (uint8_t)change->action);
        if (change->action == INDEX_CREATE) {
            index_descriptor_encode(out, &change->index);
            continue;
        }
        buf_slice(out, change->index.name);
        encode_throughput(out, &change->throughput);
        encode_throughput(out, &change->on_demand_max);
        encode_throughput(out, &change->warm);
    }
}

void table_tag_encode(Buf *out, const Tag *tags, size_t count) {
    begin(out, CHANGE_TAG);
    buf_varint(out, count);
    for (size_t i = 0; i < count; i++) {
        buf_slice(out, tags[i].key);
        buf_slice(out, tags[i].value);
    }
}

void table_untag_encode(Buf *out, const Slice *keys, size_t count) {
    begin(out, CHANGE_UNTAG);
    buf_varint(out, count);
    for (size_t i = 0; i < count; i++) buf_slice(out, keys[i]);
}

void table_ttl_encode(Buf *out, bool enabled, Slice attribute) {
    begin(out, CHANGE_TTL);
    buf_u8(out, enabled);
    buf_slice(out, attribute);
}

// --- Decoding: gateway and table are of one release or of neighbours, so a misfit is corruption

static ThroughputChange decode_throughput(Reader *reader) {
    uint8_t given = reader_u8(reader);
    ThroughputChange change = {.read_given = (given & 1) != 0, .write_given = (given & 2) != 0};
    change.to.read_units = reader_varint(reader);
    change.to.write_units = reader_varint(reader);
    return change;
}

static uint8_t decode_enum(Reader *reader, uint8_t max) {
    uint8_t value = reader_u8(reader);
    if (value > max) reader->failed = true;
    return reader->failed ? 0 : value;
}

// Every element takes at least one byte: a larger count must not size an allocation.
static size_t decode_count(Reader *reader) {
    uint64_t count = reader_varint(reader);
    if (count > reader_left(reader)) reader->failed = true;
    return reader->failed ? 0 : (size_t)count;
}

static void decode_index_change(Arena *arena, Reader *reader, IndexChange *change) {
    change->action = (IndexAction)decode_enum(reader, INDEX_DELETE);
    if (change->action == INDEX_CREATE) {
        index_descriptor_decode(arena, reader, &change->index);
        return;
    }
    change->index.name = reader_slice(reader);
    change->throughput = decode_throughput(reader);
    change->on_demand_max = decode_throughput(reader);
    change->warm = decode_throughput(reader);
}

static bool decode_update(Arena *arena, Reader *reader, TableUpdate *out) {
    *out = (TableUpdate){.billing = decode_enum(reader, BILLING_PAY_PER_REQUEST)};
    out->throughput = decode_throughput(reader);
    out->on_demand_max = decode_throughput(reader);
    out->warm = decode_throughput(reader);
    out->deletion_protection = (Toggle)decode_enum(reader, TOGGLE_ON);
    out->infrequent_access = (Toggle)decode_enum(reader, TOGGLE_ON);
    out->stream = (Toggle)decode_enum(reader, TOGGLE_ON);
    out->stream_view = (StreamView)decode_enum(reader, STREAM_VIEW_NEW_AND_OLD_IMAGES);
    out->encryption = (Toggle)decode_enum(reader, TOGGLE_ON);
    out->index_count = decode_count(reader);
    out->indexes = ARENA_ARRAY(arena, IndexChange, out->index_count);
    if (out->indexes == NULL) return false;
    for (size_t i = 0; i < out->index_count; i++) decode_index_change(arena, reader, &out->indexes[i]);
    return !reader->failed;
}

// --- Tags

static bool has_fixed_layout_tag(Step *step, Slice key) {
    if (!slice_equal(key, SLICE(LAYOUT_TAG))) return false;
    error_validation(&step->error, step->arena,
                     "One or more parameter values were invalid: the tag " LAYOUT_TAG
                     " is fixed when a table is created");
    return true;
}

static Tag *find_tag(const TableDescriptor *table, Slice key) {
    for (size_t i = 0; i < table->tag_count; i++) {
        if (slice_equal(table->tags[i].key, key)) return &table->tags[i];
    }
    return NULL;
}

static bool apply_tags(Step *step, Reader *reader, TableDescriptor *table) {
    size_t count = decode_count(reader);
    Tag *tags = ARENA_ARRAY(step->arena, Tag, table->tag_count + count);
    if (tags == NULL) return error_out_of_memory(&step->error);
    if (table->tag_count != 0) memcpy(tags, table->tags, table->tag_count * sizeof *tags);
    table->tags = tags;
    for (size_t i = 0; i < count; i++) {
        Slice key = reader_slice(reader);
        Slice value = reader_slice(reader);
        Tag *known = find_tag(table, key);
        bool is_same = known != NULL && slice_equal(known->value, value);
        if (!is_same && has_fixed_layout_tag(step, key)) return false;
        if (known == NULL) known = &tags[table->tag_count++];
        *known = (Tag){key, value};
    }
    if (table->tag_count <= TAGS_MAX) return true;
    return error_validation(&step->error, step->arena,
                            "One or more parameter values were invalid: a table can have at most %u tags",
                            TAGS_MAX);
}

static bool apply_untag(Step *step, Reader *reader, TableDescriptor *table) {
    size_t count = decode_count(reader);
    for (size_t i = 0; i < count; i++) {
        Slice key = reader_slice(reader);
        Tag *tag = find_tag(table, key);
        if (tag == NULL) continue;
        if (has_fixed_layout_tag(step, key)) return false;
        Tag *end = table->tags + table->tag_count--;
        memmove(tag, tag + 1, (size_t)(end - tag - 1) * sizeof *tag);
    }
    return true;
}

// --- Time to live

static bool apply_ttl(Step *step, Reader *reader, TableDescriptor *table) {
    bool enabled = reader_u8(reader) != 0;
    Slice attribute = reader_slice(reader);
    if (table->ttl_enabled && !slice_equal(table->ttl_attribute, attribute)) {
        return error_validation(
            &step->error, step->arena,
            "TimeToLive is active on a different AttributeName: current AttributeName is %S",
            &table->ttl_attribute);
    }
    if (table->ttl_enabled == enabled) {
        return error_validation(&step->error, step->arena, "TimeToLive is already %s",
                                enabled ? "enabled" : "disabled");
    }
    table->ttl_enabled = enabled;
    table->ttl_attribute = enabled ? attribute : (Slice){NULL, 0};
    return true;
}

// --- All kinds

ChangeKind table_change_kind(Slice change) {
    if (change.len < 2 || change.data[0] != CHANGE_VERSION || change.data[1] > CHANGE_TTL)
        return (ChangeKind)0;
    return (ChangeKind)change.data[1];
}

bool table_change_apply(Step *step, Slice change, TableDescriptor *table) {
    Reader reader = reader_of(change);
    reader_bytes(&reader, 2);
    TableUpdate update;
    bool applied = false;
    switch (table_change_kind(change)) {
    case CHANGE_UPDATE:
        applied = decode_update(step->arena, &reader, &update) && table_update_apply(step, &update, table);
        break;
    case CHANGE_TAG: applied = apply_tags(step, &reader, table); break;
    case CHANGE_UNTAG: applied = apply_untag(step, &reader, table); break;
    case CHANGE_TTL: applied = apply_ttl(step, &reader, table); break;
    }
    if (step->arena->failed) return error_out_of_memory(&step->error);
    bool is_whole = !reader.failed && reader_left(&reader) == 0;
    if (!applied && step->error.kind != ERROR_NONE) return false;
    return (applied && is_whole) || error_corrupt(&step->error, "malformed change of a table");
}
