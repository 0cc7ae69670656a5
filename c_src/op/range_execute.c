#include "base/limits.h"
#include "data/item_codec.h"
#include "expr/evaluate.h"
#include "op/execute.h"
#include "store/entries.h"

// Items asked for at once where the request sets no limit: about what a page of small items takes, without reading
// far more than a page of large ones.
enum { CHUNK_ITEMS_FIRST = 256 };

typedef struct Page {
    const RangeCommand *command;
    RangeResult *result;
    Buf items;
    Slice last_item;
    bool is_full; // the limit or the page's bytes are used up
} Page;

static bool append_item(Step *step, Page *page, Slice item) {
    page->result->count++;
    if (page->command->count_only) return true;
    if (!item_project(step, page->command->projection, item, &item)) return false;
    if (page->items.len != 0) buf_u8(&page->items, ',');
    item_to_json(&page->items, item);
    return true;
}

// A local index holds a part of the item: what is returned of it, and its size. The rest is fetched from the table
// where the request asks for it, each item charged by itself.
static bool take_projected(Step *step, const RangeCommand *command, StoredItem *stored, Slice *returned,
                           uint64_t *fetched_half_units) {
    *returned = stored->item;
    *fetched_half_units = 0;
    if (command->projected_count == 0) return true;
    Buf subset;
    buf_init(&subset, step->arena);
    item_append_subset(&subset, stored->item, command->projected, command->projected_count);
    if (subset.failed) return error_out_of_memory(&step->error);
    if (command->fetch) *fetched_half_units = capacity_read(stored->item_bytes, command->consistent);
    else *returned = buf_view(&subset);
    stored->item_bytes = item_size(buf_view(&subset));
    return true;
}

static bool evaluate_item(Step *step, Page *page, StoredItem *stored) {
    RangeResult *result = page->result;
    uint64_t fetched_half_units;
    Slice returned;
    if (!take_projected(step, page->command, stored, &returned, &fetched_half_units)) return false;
    // One item always fits; another one only when the page stays within its bytes.
    bool is_first = result->scanned_count == 0;
    if (!is_first && result->bytes_evaluated + stored->item_bytes > page->command->bytes_left) {
        page->is_full = true;
        return true;
    }
    result->scanned_count++;
    result->bytes_evaluated += stored->item_bytes;
    result->table_half_units += fetched_half_units;
    page->last_item = stored->item;
    bool passes = true;
    if (!condition_evaluate(page->command->filter, stored->item, step->arena, &passes, &step->error)) return false;
    if (passes && !append_item(step, page, returned)) return false;
    page->is_full = page->command->limit != 0 && result->scanned_count == page->command->limit;
    return true;
}

static uint32_t next_chunk_limit(const Page *page) {
    const RangeResult *result = page->result;
    uint64_t wanted = CHUNK_ITEMS_FIRST;
    if (result->scanned_count != 0) {
        uint64_t average = result->bytes_evaluated / result->scanned_count + 1;
        wanted = (page->command->bytes_left - result->bytes_evaluated) / average + 2;
    }
    if (page->command->limit != 0) {
        uint64_t left = page->command->limit - result->scanned_count;
        // The first chunk of a limited page is the whole page, so that most pages are one statement.
        wanted = result->scanned_count == 0 || left < wanted ? left : wanted;
    }
    return wanted < ITEMS_CHUNK_MAX ? (uint32_t)wanted : ITEMS_CHUNK_MAX;
}

static bool evaluate_chunk(Step *step, Page *page, ItemsChunk *chunk) {
    StoredItem stored;
    while (!page->is_full && items_next(step, &chunk->values, &stored)) {
        if (!evaluate_item(step, page, &stored)) return false;
    }
    return step->error.kind == ERROR_NONE;
}

// Moves the bound that the next chunk starts from past the chunk's last key.
static bool advance(Step *step, const Page *page, const ItemsChunk *chunk, Slice *lower, Slice *upper) {
    if (page->command->reverse) {
        *upper = chunk->last_key;
        return true;
    }
    Buf next;
    buf_init(&next, step->arena);
    buf_bytes(&next, chunk->last_key);
    buf_u8(&next, 0);
    *lower = buf_view(&next);
    return !next.failed || error_out_of_memory(&step->error);
}

// The range in the object's own keys: of the index's entries, or of items.
static bool set_bounds(Step *step, const RangeCommand *command, Slice *lower, Slice *upper) {
    const CommandHeader *header = &command->header;
    uint32_t index_id = command->local_index_id;
    if (index_id == 0) {
        *lower = storage_key(header, command->lower, command->partition_len);
        *upper = storage_key(header, command->upper, command->partition_len);
        return true;
    }
    // An open range ends with the index's last entry.
    bool is_open = command->upper.len == 0;
    Arena *arena = step->arena;
    return index_local_key(arena, header, index_id, command->lower, command->partition_len, lower, &step->error)
        && index_local_key(arena, header, is_open ? index_id + 1 : index_id, command->upper, command->partition_len,
                           upper, &step->error);
}

static bool read_chunk(Step *step, const Page *page, Slice lower, Slice upper, ItemsChunk *chunk) {
    const RangeCommand *command = page->command;
    uint32_t limit = next_chunk_limit(page);
    return command->local_index_id == 0 ? items_range(step, lower, upper, command->reverse, limit, chunk)
                                        : entries_range(step, lower, upper, command->reverse, limit, chunk);
}

bool range_execute(Step *step, const RangeCommand *command, RangeResult *result) {
    *result = (RangeResult){0};
    Page page = {.command = command, .result = result};
    buf_init(&page.items, step->arena);
    Slice lower, upper;
    if (!set_bounds(step, command, &lower, &upper)) return false;
    while (!page.is_full) {
        ItemsChunk chunk;
        if (!read_chunk(step, &page, lower, upper, &chunk)) return false;
        if (chunk.count == 0) break;
        if (!evaluate_chunk(step, &page, &chunk)) return false;
        if (!advance(step, &page, &chunk, &lower, &upper)) return false;
    }
    result->items_json = buf_view(&page.items);
    result->has_more = page.is_full;
    if (result->scanned_count > 0) {
        Buf key;
        buf_init(&key, step->arena);
        item_append_subset(&key, page.last_item, command->key_names, command->key_name_count);
        result->last_key = buf_view(&key);
    }
    return !step->arena->failed || error_out_of_memory(&step->error);
}

void range_render(const RangeCommand *command, const RangeResult *result, Buf *body) {
    buf_cstr(body, "{\"Count\":");
    buf_decimal_u64(body, result->count);
    buf_cstr(body, ",\"ScannedCount\":");
    buf_decimal_u64(body, result->scanned_count);
    if (!command->count_only) {
        buf_cstr(body, ",\"Items\":[");
        buf_bytes(body, result->items_json);
        buf_u8(body, ']');
    }
    if (result->has_more) {
        buf_cstr(body, ",\"LastEvaluatedKey\":");
        item_to_json(body, result->last_key);
    }
    if (command->return_capacity != RETURN_CAPACITY_NONE) {
        uint64_t half_units = capacity_read(result->bytes_evaluated, command->consistent);
        IndexCapacity arm = {command->index_name, command->local_index_id == 0, half_units};
        bool is_index = command->index_name.len != 0;
        Capacity capacity = {
            .table_name = command->header.table_name,
            .table_half_units = is_index ? result->table_half_units : half_units,
            .indexes = &arm,
            .index_count = is_index,
        };
        buf_cstr(body, ",\"ConsumedCapacity\":");
        capacity_to_json(body, &capacity, command->return_capacity);
    }
    buf_u8(body, '}');
}
