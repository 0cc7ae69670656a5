// Whole scans, page by page, over partitions in memory: every item once, whatever the layout, the limit, the number of
// segments and the size of items; pages within their limits; never more calls than a request may make.
#include "op/scan_walk.h"

#include "base/limits.h"
#include "data/item_codec.h"
#include "data/key_codec.h"
#include "msg/control.h"
#include "msg/names.h"
#include "msg/schema.h"
#include "op/item_key.h"
#include "op/op_requests.h"
#include "op/scan_position.h"
#include "support/check.h"
#include "support/request_runner.h"
#include "support/request_steps.h"

#define ITEMS_MAX 1200
#define PAGES_MAX 3000

// One item of the table, or a registered partition that holds none.
typedef struct Row {
    Slice full_key;
    Slice partition_key;
    Slice object;
    Slice item;      // item blob of the key; empty: no item
    uint64_t bytes;
    unsigned seen;
} Row;

static Arena table_arena;
static Arena step_arena;
static Arena tree_arena;
static TableDescriptor table;
static Row rows[ITEMS_MAX];
static size_t row_count;
static uint64_t random_state;
static uint32_t calls_max = CALLS_MAX_DEFAULT;
static bool items_go; // each is deleted as soon as it was read

static uint64_t next_random(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

// --- The table

static Slice make_string(uint64_t number) {
    Buf text;
    Buf value;
    buf_init(&text, &table_arena);
    buf_init(&value, &table_arena);
    buf_decimal_u64(&text, number);
    value_append_string(&value, buf_view(&text));
    return buf_view(&value);
}

static void add_row(uint64_t partition, uint64_t sort, uint64_t bytes) {
    Step step = {.arena = &table_arena};
    Row *row = &rows[row_count++];
    *row = (Row){.bytes = bytes};
    KeyValues values = {.hash = make_string(partition)};
    if (table.keys.range_count > 0) values.range = make_string(sort);
    ItemKey key;
    CHECK(key_build(&step, &table, &values, &key));
    row->full_key = key.full_key;
    row->partition_key = slice_sub(key.full_key, 0, key.partition_len);
    if (bytes > 0) CHECK(key_item_build(&step, &table, &values, &row->item));
    Buf name;
    buf_init(&name, &table_arena);
    key_object_name(&name, &table, &key);
    row->object = buf_view(&name);
}

static int compare_rows(const void *a, const void *b) {
    return slice_compare(((const Row *)a)->full_key, ((const Row *)b)->full_key);
}

static void sort_rows(void) {
    for (size_t i = 1; i < row_count; i++) {
        Row row = rows[i];
        size_t at = i;
        for (; at > 0 && compare_rows(&rows[at - 1], &row) > 0; at--) rows[at] = rows[at - 1];
        rows[at] = row;
    }
}

// `partitions` partitions of up to `sort_keys` items; about every fifth is empty but registered.
static void make_table(const char *name, uint32_t slots, unsigned partitions, unsigned sort_keys, uint64_t bytes_max) {
    arena_reset(&table_arena);
    row_count = 0;
    CHECK(test_table(slice_of_cstr(name), &table));
    if (slots > 0) table.slots = slots;
    for (unsigned p = 0; p < partitions; p++) {
        unsigned count = next_random() % 5 == 0 ? 0 : 1 + (unsigned)(next_random() % sort_keys);
        if (table.keys.range_count == 0 && count > 1) count = 1;
        if (count == 0) add_row(p, 0, 0);
        for (unsigned s = 0; s < count; s++) add_row(p, s, 1 + next_random() % bytes_max);
    }
    sort_rows();
}

// --- Objects

static void answer_list(Reader *reader, Slice object, Buf *payload) {
    reader_slice(reader); // table id
    Slice after = reader_slice(reader);
    Slice to = reader_slice(reader);
    uint64_t limit = reader_varint(reader);
    CHECK(!reader->failed && limit > 0);
    uint32_t shard = (uint32_t)(object.data[object.len - 1] - '0');
    Buf keys;
    buf_init(&keys, &step_arena);
    uint64_t count = 0;
    bool has_more = false;
    Slice last = {NULL, 0};
    for (size_t i = 0; i < row_count; i++) {
        Slice key = rows[i].partition_key;
        if (directory_shard(key_leading_hash(key)) != shard || slice_equal(key, last)) continue;
        if (slice_compare(key, after) <= 0 || (to.len > 0 && slice_compare(key, to) >= 0)) continue;
        last = key;
        has_more = count == limit;
        if (has_more) break;
        count++;
        buf_slice(&keys, key);
    }
    buf_varint(payload, count);
    buf_bytes(payload, buf_view(&keys));
    buf_u8(payload, has_more);
}

// What range_execute does, for items without attributes.
static void answer_scan(Reader *reader, const CommandHeader *header, Slice object, Buf *payload) {
    RangeCommand command;
    Error error = {0};
    REQUIRE(command_decode_range(&step_arena, reader, header, &command, &error));
    RangeResult result = {0};
    Buf items;
    buf_init(&items, &step_arena);
    Slice last = {NULL, 0};
    bool is_full = false;
    for (size_t i = 0; i < row_count && !is_full; i++) {
        Row *row = &rows[i];
        if (row->item.len == 0 || !slice_equal(row->object, object)) continue;
        if (slice_compare(row->full_key, command.lower) < 0) continue;
        if (command.upper.len > 0 && slice_compare(row->full_key, command.upper) >= 0) continue;
        if (result.scanned_count > 0 && result.bytes_evaluated + row->bytes > command.bytes_left) {
            is_full = true;
            break;
        }
        result.scanned_count++;
        result.count++;
        result.bytes_evaluated += row->bytes;
        last = row->item;
        if (items.len > 0) buf_u8(&items, ',');
        item_to_json(&items, row->item);
        if (items_go) row->item = (Slice){NULL, 0};
        is_full = command.limit > 0 && result.scanned_count == command.limit;
    }
    if (!command.count_only) result.items_json = buf_view(&items);
    result.last_key = last;
    result.has_more = is_full;
    range_result_encode(payload, &result);
}

static Answer answer_call(Arena *arena, uint8_t role, Slice object, Slice message) {
    Buf payload;
    Error error = {0};
    buf_init(&payload, arena);
    Reader reader = reader_of(message);
    if (role == ROLE_DIRECTORY) {
        ControlKind kind;
        CHECK(control_decode(&reader, &kind, &error) && kind == CONTROL_DIRECTORY_LIST);
        answer_list(&reader, object, &payload);
    } else {
        CommandHeader header;
        CHECK(command_decode_header(&reader, &header, &error) && header.kind == COMMAND_SCAN);
        answer_scan(&reader, &header, object, &payload);
    }
    return test_answer(arena, RESULT_OK, buf_view(&payload));
}

static bool find_table(Slice name, TableDescriptor *out) {
    *out = table;
    return slice_equal(name, table.name);
}

// --- Pages

// The bytes of the row whose item this is, now seen once more; 0 when there is none.
static uint64_t mark_seen(Slice item) {
    for (size_t i = 0; i < row_count; i++) {
        if (rows[i].item.len == 0 || !slice_equal(rows[i].item, item)) continue;
        rows[i].seen++;
        return rows[i].bytes;
    }
    return 0;
}

// Takes the items of a reply; its LastEvaluatedKey as JSON, or empty.
static Slice take_page(Slice body, unsigned limit) {
    JsonDocument document;
    Error error = {0};
    ValueRules rules = {LAYER_NEWER, VALUE_NESTING_MAX};
    CHECK(json_open(&document, &tree_arena, body, &error));
    JsonIterator items = json_iterate(&document, schema_member(&document, document.root, "Items"));
    Slice name;
    Json value;
    unsigned count = 0;
    uint64_t page_bytes = 0;
    while (json_next(&items, &name, &value)) {
        Buf item;
        buf_init(&item, &step_arena);
        CHECK(item_from_json(&document, value, &rules, &item, &error));
        uint64_t bytes = mark_seen(buf_view(&item));
        CHECK(bytes > 0);
        page_bytes += bytes;
        count++;
    }
    CHECK(limit == 0 || count <= limit);
    CHECK(count <= 1 || page_bytes <= RESPONSE_PAGE_BYTES_MAX);
    Json last_key = schema_member(&document, document.root, "LastEvaluatedKey");
    if (last_key.type == JSON_ABSENT) return (Slice){NULL, 0};
    Buf json;
    buf_init(&json, &step_arena);
    schema_write_json(&json, &document, last_key);
    return buf_view(&json);
}

// The body of a reply to a Scan of the whole table.
static Slice scan_page(unsigned limit) {
    arena_reset(&step_arena);
    arena_reset(&tree_arena);
    Buf json;
    buf_init(&json, &step_arena);
    buf_format(&json, "{\"TableName\":\"%S\",\"Limit\":%u}", &table.name, limit);
    TestObjects objects = {.table = find_table, .answer = answer_call, .calls_max = calls_max};
    Error error;
    return test_request(&step_arena, &tree_arena, &OPERATION_SCAN, buf_view(&json), &objects, &error);
}

// Scans one segment to its end; how many pages it took.
static unsigned scan_segment(unsigned segment, unsigned total, unsigned limit) {
    static uint8_t kept[4096];
    Slice last_key = {NULL, 0};
    for (unsigned pages = 1; pages <= PAGES_MAX; pages++) {
        arena_reset(&step_arena);
        arena_reset(&tree_arena);
        Buf json;
        buf_init(&json, &step_arena);
        buf_format(&json, "{\"TableName\":\"%S\",\"Segment\":%u,\"TotalSegments\":%u", &table.name, segment, total);
        if (limit > 0) buf_format(&json, ",\"Limit\":%u", limit);
        if (last_key.len > 0) buf_format(&json, ",\"ExclusiveStartKey\":%S", &last_key);
        buf_cstr(&json, "}");
        TestObjects objects = {.table = find_table, .answer = answer_call, .calls_max = calls_max};
        Error error;
        Slice body = test_request(&step_arena, &tree_arena, &OPERATION_SCAN, buf_view(&json), &objects, &error);
        CHECK_EQ_BYTES(error.message, SLICE(""));
        CHECK(objects.calls <= calls_max);
        if (body.len == 0) break;
        last_key = take_page(body, limit);
        if (last_key.len == 0) return pages;
        if (last_key.len > sizeof kept) break;
        memcpy(kept, last_key.data, last_key.len);
        last_key.data = kept;
    }
    CHECK(!"the scan came to an end");
    return PAGES_MAX;
}

static void scan_whole(unsigned segments, unsigned limit) {
    check_context("segments %d, limit %d", (int)segments, (int)limit);
    for (size_t i = 0; i < row_count; i++) rows[i].seen = 0;
    for (unsigned segment = 0; segment < segments; segment++) scan_segment(segment, segments, limit);
    size_t wrong = 0;
    for (size_t i = 0; i < row_count; i++) wrong += rows[i].seen != (rows[i].item.len > 0);
    CHECK_EQ_INT(wrong, 0);
}

static void begin(void) {
    arena_init(&table_arena, 0);
    arena_init(&step_arena, 0);
    arena_init(&tree_arena, 0);
    random_state = 0x9e3779b97f4a7c15u;
}

static void end(void) {
    arena_free(&table_arena);
    arena_free(&step_arena);
    arena_free(&tree_arena);
}

static void scan_in_every_way(void) {
    static const unsigned LIMITS[] = {0, 1, 3, 7, 50, 1000};
    static const unsigned SEGMENTS[] = {1, 2, 3, 16, 37};
    calls_max = 2000;
    scan_whole(1, 0);
    scan_whole(3, 0);
    calls_max = CALLS_MAX_DEFAULT;
    for (size_t l = 0; l < sizeof LIMITS / sizeof LIMITS[0]; l++) scan_whole(1, LIMITS[l]);
    for (size_t s = 0; s < sizeof SEGMENTS / sizeof SEGMENTS[0]; s++) scan_whole(SEGMENTS[s], 5);
}

TEST(partitions_of_one_key_with_sort_keys) {
    begin();
    make_table("range", 0, 90, 9, 400);
    scan_in_every_way();
    end();
}

TEST(more_partitions_than_the_directory_lists_at_once) {
    begin();
    make_table("hash", 0, ITEMS_MAX, 1, 400);
    calls_max = 90;
    scan_whole(1, 0);
    calls_max = 2000;
    scan_whole(1, 0);
    end();
}

TEST(as_few_calls_as_a_page_can_do_with) {
    begin();
    calls_max = CALLS_MAX_LEAST;
    make_table("range", 0, 90, 9, 400);
    scan_whole(1, 0);
    scan_whole(3, 7);
    make_table("slots", 16, 30, 5, 400);
    scan_whole(3, 7);
    calls_max = CALLS_MAX_DEFAULT;
    end();
}

TEST(partitions_of_one_key_without_sort_key) {
    begin();
    make_table("hash", 0, 200, 1, 400);
    scan_in_every_way();
    end();
}

TEST(slots) {
    begin();
    make_table("slots", 16, 100, 5, 400);
    scan_in_every_way();
    end();
}

TEST(slots_that_are_mostly_empty) {
    begin();
    make_table("slots", 1024, 30, 3, 400);
    scan_in_every_way();
    end();
}

TEST(items_that_fill_pages) {
    begin();
    make_table("range", 0, 12, 8, ITEM_SIZE_BYTES_MAX);
    scan_in_every_way();
    make_table("slots", 4, 12, 8, ITEM_SIZE_BYTES_MAX);
    scan_in_every_way();
    make_table("hash", 0, 40, 1, ITEM_SIZE_BYTES_MAX);
    scan_in_every_way();
    end();
}

// A key that somebody deletes meanwhile is still where the next page begins: one before it would show again what comes
// back behind that, and one after it would skip what was not read.
TEST(a_page_ends_with_the_key_it_read_last) {
    begin();
    make_table("range", 0, 0, 1, 1);
    for (unsigned partition = 0; partition < 9; partition++) {
        for (unsigned sort = 0; sort <= partition % 2; sort++) add_row(partition, sort + 5, 100);
    }
    sort_rows();
    Slice read[8];
    for (size_t i = 0; i < 8; i++) read[i] = rows[i].item;
    items_go = true;
    for (unsigned limit = 1; limit <= 8; limit++) {
        check_context("limit %d", (int)limit);
        for (size_t i = 0; i < 8; i++) rows[i].item = read[i];
        Slice body = scan_page(limit);
        JsonDocument document;
        Error error = {0};
        ValueRules rules = {LAYER_NEWER, VALUE_NESTING_MAX};
        Buf last_key, last_item;
        buf_init(&last_key, &step_arena);
        REQUIRE(json_open(&document, &tree_arena, body, &error));
        Json found = schema_member(&document, document.root, "LastEvaluatedKey");
        CHECK(item_from_json(&document, found, &rules, &last_key, &error));
        JsonIterator items = json_iterate(&document, schema_member(&document, document.root, "Items"));
        Slice name;
        for (Json item; json_next(&items, &name, &item);) {
            buf_init(&last_item, &step_arena);
            CHECK(item_from_json(&document, item, &rules, &last_item, &error));
        }
        CHECK_EQ_BYTES(buf_view(&last_key), buf_view(&last_item)); // whose attributes are its key
    }
    items_go = false;
    end();
}

TEST(an_empty_table) {
    begin();
    make_table("range", 0, 0, 1, 1);
    scan_in_every_way();
    make_table("slots", 4096, 0, 1, 1);
    scan_whole(1, 0);
    end();
}

TEST(segments_are_equal_ranges_of_hashes) {
    CHECK(hash_range_start(0, 7) == 0);
    CHECK(hash_range_start(1, 2) == 0x8000000000000000u);
    CHECK(hash_range_start(1, 3) == 0x5555555555555555u);
    CHECK(hash_range_start(2, 3) == 0xaaaaaaaaaaaaaaaau);
    CHECK(hash_range_start(999999, 1000000) == 18446725626965477906u);
}
