#include "msg/command.h"

#include "data/item_codec.h"
#include "expr/tree.h"
#include "msg/release.h"

void command_encode_header(Buf *out, const CommandHeader *header) {
    release_encode_version(out, COMMAND_VERSION);
    buf_u8(out, (uint8_t)header->kind);
    buf_slice(out, header->table_id);
    buf_slice(out, header->table_name);
    buf_varint(out, header->epoch);
    buf_u8(out, header->by_key);
    buf_u8(out, (uint8_t)header->content_type);
    release_encode_field(out);
}

bool command_decode_header(Reader *reader, CommandHeader *out, Error *error) {
    bool is_next;
    if (!release_decode_version(reader, COMMAND_VERSION, &is_next)) {
        return error_unsupported(error, "unknown version of a command");
    }
    out->kind = (CommandKind)reader_u8(reader);
    if (out->kind > COMMAND_SETTLED) return error_unsupported(error, "unknown kind of a command");
    out->table_id = reader_slice(reader);
    out->table_name = reader_slice(reader);
    out->epoch = reader_varint(reader);
    out->by_key = reader_u8(reader) != 0;
    out->content_type = (ContentType)reader_u8(reader);
    release_decode_field(reader, is_next);
    if (reader->failed || out->kind < COMMAND_GET || out->content_type > CONTENT_XML) {
        return error_corrupt(error, "malformed command header");
    }
    return true;
}

static void encode_key(Buf *out, const ItemKey *key) {
    buf_slice(out, key->full_key);
    buf_varint(out, key->partition_len);
}

static ItemKey decode_key(Reader *reader) {
    ItemKey key = {.full_key = reader_slice(reader)};
    uint64_t partition_len = reader_varint(reader);
    // The hash alone is eight bytes.
    if (partition_len < 8 || partition_len > key.full_key.len) reader->failed = true;
    key.partition_len = (size_t)partition_len;
    return key;
}

// --- Trees and blobs inside a message are checked here, once, so that everything behind may trust them.

static Slice decode_tree(Reader *reader, TreeKind kind) {
    Slice tree = reader_slice(reader);
    if (tree.len != 0 && !tree_is_valid(tree, kind)) reader->failed = true;
    return tree;
}

static Slice decode_item(Reader *reader) {
    Slice item = reader_slice(reader);
    if (item.len != 0 && !item_is_valid(item)) reader->failed = true;
    return item;
}

static uint8_t decode_enum(Reader *reader, uint8_t max) {
    uint8_t value = reader_u8(reader);
    if (value > max) reader->failed = true;
    return reader->failed ? 0 : value;
}

static bool finish(Reader *reader, Error *error) {
    if (reader->failed || reader_left(reader) != 0) return error_corrupt(error, "malformed command");
    return true;
}

enum {
    ITEM_CONSISTENT = 1,
    ITEM_OLD_ON_FAILURE = 2,
    ITEM_LEGACY_UPDATE = 4,
    ITEM_WAIT_FOR_INDEXES = 8,
};

void command_encode_item(Buf *out, const ItemCommand *command) {
    command_encode_header(out, &command->header);
    encode_key(out, &command->key);
    buf_slice(out, command->key_item);
    buf_slice(out, command->item);
    buf_slice(out, command->condition);
    buf_slice(out, command->update);
    buf_slice(out, command->projection);
    buf_slice(out, command->index_set);
    buf_u8(out, (uint8_t)((command->consistent ? ITEM_CONSISTENT : 0)
                          | (command->return_old_on_failure ? ITEM_OLD_ON_FAILURE : 0)
                          | (command->update_is_legacy ? ITEM_LEGACY_UPDATE : 0)
                          | (command->wait_for_indexes ? ITEM_WAIT_FOR_INDEXES : 0)));
    buf_u8(out, (uint8_t)command->return_values);
    buf_u8(out, (uint8_t)command->return_capacity);
    buf_slice(out, command->collection_key);
}

bool command_decode_item(Reader *reader, const CommandHeader *header, ItemCommand *out, Error *error) {
    *out = (ItemCommand){.header = *header, .key = decode_key(reader)};
    out->key_item = decode_item(reader);
    out->item = decode_item(reader);
    out->condition = decode_tree(reader, TREE_CONDITION);
    out->update = decode_tree(reader, TREE_UPDATE);
    out->projection = decode_tree(reader, TREE_PROJECTION);
    out->index_set = reader_slice(reader);
    uint8_t flags = reader_u8(reader);
    out->consistent = (flags & ITEM_CONSISTENT) != 0;
    out->return_old_on_failure = (flags & ITEM_OLD_ON_FAILURE) != 0;
    out->update_is_legacy = (flags & ITEM_LEGACY_UPDATE) != 0;
    out->wait_for_indexes = (flags & ITEM_WAIT_FOR_INDEXES) != 0;
    out->return_values = (ReturnValues)decode_enum(reader, RETURN_VALUES_UPDATED_NEW);
    out->return_capacity = (ReturnCapacity)decode_enum(reader, RETURN_CAPACITY_INDEXES);
    out->collection_key = decode_item(reader);
    return finish(reader, error);
}

enum {
    RANGE_REVERSE = 1,
    RANGE_COUNT_ONLY = 2,
    RANGE_CONSISTENT = 4,
    RANGE_RENDER = 8,
    RANGE_FETCH = 16,
};

static void encode_names(Buf *out, const Slice *names, size_t count) {
    buf_varint(out, count);
    for (size_t i = 0; i < count; i++) buf_slice(out, names[i]);
}

// False when memory ran out.
static bool decode_names(Arena *arena, Reader *reader, Slice **names, size_t *count) {
    uint64_t given = reader_varint(reader);
    if (given > reader_left(reader)) reader->failed = true;
    *count = reader->failed ? 0 : (size_t)given;
    *names = ARENA_ARRAY(arena, Slice, *count);
    if (*names == NULL) return false;
    for (size_t i = 0; i < *count; i++) (*names)[i] = reader_slice(reader);
    return true;
}

void command_encode_range(Buf *out, const RangeCommand *command) {
    command_encode_header(out, &command->header);
    buf_slice(out, command->index_name);
    buf_varint(out, command->local_index_id);
    encode_names(out, command->projected, command->projected_count);
    buf_slice(out, command->lower);
    buf_slice(out, command->upper);
    buf_varint(out, command->partition_len);
    buf_varint(out, command->limit);
    buf_varint(out, command->bytes_left);
    buf_slice(out, command->filter);
    buf_slice(out, command->projection);
    buf_u8(out, (uint8_t)((command->reverse ? RANGE_REVERSE : 0) | (command->count_only ? RANGE_COUNT_ONLY : 0)
                          | (command->consistent ? RANGE_CONSISTENT : 0) | (command->render ? RANGE_RENDER : 0)
                          | (command->fetch ? RANGE_FETCH : 0)));
    buf_u8(out, (uint8_t)command->return_capacity);
    encode_names(out, command->key_names, command->key_name_count);
}

bool command_decode_range(Arena *arena, Reader *reader, const CommandHeader *header, RangeCommand *out, Error *error) {
    *out = (RangeCommand){.header = *header, .index_name = reader_slice(reader)};
    out->local_index_id = (uint32_t)reader_varint(reader);
    if (!decode_names(arena, reader, &out->projected, &out->projected_count)) return error_out_of_memory(error);
    out->lower = reader_slice(reader);
    out->upper = reader_slice(reader);
    out->partition_len = (size_t)reader_varint(reader);
    bool fits = out->partition_len <= out->lower.len && (out->upper.len == 0 || out->partition_len <= out->upper.len);
    if (!fits || (header->by_key && out->partition_len < 9)) reader->failed = true;
    out->limit = reader_varint(reader);
    out->bytes_left = reader_varint(reader);
    out->filter = decode_tree(reader, TREE_CONDITION);
    out->projection = decode_tree(reader, TREE_PROJECTION);
    uint8_t flags = reader_u8(reader);
    out->reverse = (flags & RANGE_REVERSE) != 0;
    out->count_only = (flags & RANGE_COUNT_ONLY) != 0;
    out->consistent = (flags & RANGE_CONSISTENT) != 0;
    out->render = (flags & RANGE_RENDER) != 0;
    out->fetch = (flags & RANGE_FETCH) != 0;
    out->return_capacity = (ReturnCapacity)decode_enum(reader, RETURN_CAPACITY_INDEXES);
    if (!decode_names(arena, reader, &out->key_names, &out->key_name_count)) return error_out_of_memory(error);
    return finish(reader, error);
}

enum {
    BATCH_CONSISTENT = 1,
    BATCH_WAIT_FOR_INDEXES = 2,
};

void command_encode_batch(Buf *out, const BatchCommand *command) {
    command_encode_header(out, &command->header);
    buf_slice(out, command->projection);
    buf_slice(out, command->index_set);
    buf_u8(out, (uint8_t)((command->consistent ? BATCH_CONSISTENT : 0)
                          | (command->wait_for_indexes ? BATCH_WAIT_FOR_INDEXES : 0)));
    buf_u8(out, (uint8_t)command->return_capacity);
    buf_varint(out, command->bytes_max);
    buf_varint(out, command->entry_count);
    for (size_t i = 0; i < command->entry_count; i++) {
        const BatchEntry *entry = &command->entries[i];
        buf_varint(out, entry->position);
        encode_key(out, &entry->key);
        buf_slice(out, entry->key_item);
        buf_slice(out, entry->item);
    }
}

bool command_decode_batch(Arena *arena, Reader *reader, const CommandHeader *header, BatchCommand *out, Error *error) {
    *out = (BatchCommand){.header = *header, .projection = decode_tree(reader, TREE_PROJECTION)};
    out->index_set = reader_slice(reader);
    uint8_t flags = reader_u8(reader);
    out->consistent = (flags & BATCH_CONSISTENT) != 0;
    out->wait_for_indexes = (flags & BATCH_WAIT_FOR_INDEXES) != 0;
    out->return_capacity = (ReturnCapacity)decode_enum(reader, RETURN_CAPACITY_INDEXES);
    out->bytes_max = reader_varint(reader);
    uint64_t count = reader_varint(reader);
    if (reader->failed || count > reader_left(reader)) return error_corrupt(error, "malformed command");
    out->entry_count = (size_t)count;
    out->entries = ARENA_ARRAY(arena, BatchEntry, out->entry_count);
    if (out->entries == NULL) return error_out_of_memory(error);
    for (size_t i = 0; i < out->entry_count; i++) {
        BatchEntry *entry = &out->entries[i];
        entry->position = (uint32_t)reader_varint(reader);
        entry->key = decode_key(reader);
        entry->key_item = decode_item(reader);
        entry->item = decode_item(reader);
    }
    return finish(reader, error);
}

void command_encode_apply(Buf *out, const ApplyCommand *command) {
    command_encode_header(out, &command->header);
    buf_varint(out, command->entry_count);
    for (size_t i = 0; i < command->entry_count; i++) {
        const ApplyEntry *entry = &command->entries[i];
        encode_key(out, &entry->key);
        buf_u64(out, entry->version);
        buf_slice(out, entry->item);
    }
    buf_slice(out, command->source);
    buf_f64(out, command->sent_ms);
    buf_varint(out, command->settled);
}

bool command_decode_apply(Arena *arena, Reader *reader, const CommandHeader *header, ApplyCommand *out, Error *error) {
    *out = (ApplyCommand){.header = *header};
    uint64_t count = reader_varint(reader);
    if (reader->failed || count > reader_left(reader)) return error_corrupt(error, "malformed command");
    out->entry_count = (size_t)count;
    out->entries = ARENA_ARRAY(arena, ApplyEntry, out->entry_count);
    if (out->entries == NULL) return error_out_of_memory(error);
    for (size_t i = 0; i < out->entry_count; i++) {
        out->entries[i].key = decode_key(reader);
        out->entries[i].version = reader_u64(reader);
        out->entries[i].item = decode_item(reader);
    }
    if (reader_left(reader) != 0) {
        out->source = reader_slice(reader);
        out->sent_ms = reader_f64(reader);
        out->settled = reader_varint(reader);
    }
    return finish(reader, error);
}

void command_encode_adopt(Buf *out, const AdoptCommand *command) {
    command_encode_header(out, &command->header);
    buf_slice(out, command->index_set);
}

bool command_decode_adopt(Reader *reader, const CommandHeader *header, AdoptCommand *out, Error *error) {
    *out = (AdoptCommand){.header = *header, .index_set = reader_slice(reader)};
    return finish(reader, error);
}

void command_encode_backfill(Buf *out, const BackfillCommand *command) {
    command_encode_header(out, &command->header);
    buf_varint(out, command->index_id);
    buf_slice(out, command->from);
    buf_varint(out, command->limit);
}

bool command_decode_backfill(Reader *reader, const CommandHeader *header, BackfillCommand *out, Error *error) {
    *out = (BackfillCommand){.header = *header, .index_id = (uint32_t)reader_varint(reader)};
    out->from = reader_slice(reader);
    out->limit = reader_varint(reader);
    return finish(reader, error);
}
