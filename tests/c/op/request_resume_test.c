// What data operations make of their objects' answers: replies, partial failures, refusals.
#include "data/item_codec.h"
#include "data/key_codec.h"
#include "msg/command.h"
#include "op/item_write_reply.h"
#include "op/op_requests.h"
#include "support/check.h"
#include "support/request_runner.h"
#include "support/request_steps.h"

static Arena arena;
static Arena trees;

// How the object that holds the partition key "b" answers; all others answer as they should.
typedef enum Mood { MOOD_WELL, MOOD_FAILED, MOOD_BUSY, MOOD_STALE, MOOD_FULL, MOOD_LARGE } Mood;
static Mood mood;
static bool all_alike; // every object is in that mood
static unsigned asked; // calls answered so far
static Buf rendered;   // what the partition of a write would tell the client

static void append_write(Buf *payload, uint64_t old_bytes, uint64_t new_bytes, Slice attributes) {
    WriteResult written = {.old_bytes = old_bytes, .new_bytes = new_bytes, .attributes = attributes};
    write_result_encode(payload, &written);
}

static void answer_batch(Buf *payload, const BatchCommand *command, bool is_full, uint64_t item_bytes) {
    uint64_t bytes_left = command->bytes_max;
    buf_varint(payload, command->entry_count);
    for (size_t i = 0; i < command->entry_count; i++) {
        const BatchEntry *entry = &command->entries[i];
        if (command->header.kind == COMMAND_BATCH_WRITE) {
            buf_varint(payload, entry->position);
            append_write(payload, 0, 2000, (Slice){NULL, 0});
            continue;
        }
        Buf json;
        buf_init(&json, payload->arena);
        item_to_json(&json, entry->key_item);
        BatchGetEntry reply = {.position = entry->position, .found = true, .bytes = item_bytes};
        reply.processed = !is_full && item_bytes <= bytes_left;
        if (reply.processed) bytes_left -= item_bytes;
        reply.item_json = buf_view(&json);
        batch_get_entry_encode(payload, &reply);
    }
}

static bool holds_b(Slice full_key) {
    return full_key.len > 9 && full_key.data[8] == 'b';
}

static Answer answer_call(Arena *step_arena, uint8_t role, Slice object, Slice message) {
    CommandHeader header = {0};
    Error error = {0};
    Buf payload;
    BatchCommand batch = {0};
    ItemCommand item = {0};
    Reader reader = reader_of(message);
    (void)object;
    asked++;
    CHECK(role == ROLE_PARTITION);
    CHECK(command_decode_header(&reader, &header, &error));
    buf_init(&payload, step_arena);
    bool is_batch = header.kind == COMMAND_BATCH_GET || header.kind == COMMAND_BATCH_WRITE;
    if (is_batch) CHECK(command_decode_batch(step_arena, &reader, &header, &batch, &error));
    else CHECK(command_decode_item(&reader, &header, &item, &error));
    bool is_in_mood = all_alike || holds_b(is_batch ? batch.entries[0].key.full_key : item.key.full_key);
    Mood now = is_in_mood ? mood : MOOD_WELL;
    if (now == MOOD_FAILED) return (Answer){ANSWER_FAILED, {NULL, 0}};
    if (now == MOOD_BUSY) return test_answer(step_arena, RESULT_BUSY, (Slice){NULL, 0});
    if (now == MOOD_STALE) return test_answer(step_arena, RESULT_STALE, (Slice){NULL, 0});
    if (!is_batch) {
        WriteResult written = {.old_bytes = 1500, .new_bytes = 100, .attributes = item.key_item};
        buf_init(&rendered, &arena);
        write_reply_render(&rendered, &item, &written);
        return (Answer){ANSWER_FAILED, {NULL, 0}};
    }
    answer_batch(&payload, &batch, now == MOOD_FULL && asked < 4, now == MOOD_LARGE ? 390u * 1024 : 100);
    return test_answer(step_arena, RESULT_OK, buf_view(&payload));
}

static Slice run(const Operation *operation, const char *json, Mood how, Error *error) {
    TestObjects objects = {.table = test_table, .answer = answer_call, .calls_max = 40};
    mood = how;
    asked = 0;
    return test_request(&arena, &trees, operation, slice_of_cstr(json), &objects, error);
}

static void begin(void) {
    arena_init(&arena, 0);
    arena_init(&trees, 0);
    all_alike = false;
}

static void end(void) {
    arena_free(&arena);
    arena_free(&trees);
}

TEST(a_write_s_partition_knows_all_that_its_reply_needs) {
    begin();
    Error error;
    run(&OPERATION_PUT_ITEM, "{\"TableName\":\"hash\",\"Item\":{\"pk\":{\"S\":\"a\"}},"
        "\"ReturnValues\":\"ALL_OLD\",\"ReturnConsumedCapacity\":\"TOTAL\"}", MOOD_WELL, &error);
    CHECK_EQ_SLICE(buf_view(&rendered), "{\"Attributes\":{\"pk\":{\"S\":\"a\"}},"
                   "\"ConsumedCapacity\":{\"TableName\":\"hash\",\"CapacityUnits\":2.0}}");
    run(&OPERATION_DELETE_ITEM, "{\"TableName\":\"indexed\",\"Key\":{\"pk\":{\"S\":\"a\"},"
        "\"sk\":{\"S\":\"c\"}},\"ReturnItemCollectionMetrics\":\"SIZE\"}", MOOD_WELL, &error);
    CHECK_EQ_SLICE(buf_view(&rendered),
                   "{\"Attributes\":{\"pk\":{\"S\":\"a\"},\"sk\":{\"S\":\"c\"}},\"ItemCollectionMetrics\":"
                   "{\"ItemCollectionKey\":{\"pk\":{\"S\":\"a\"}},\"SizeEstimateRangeGB\":[0.0,1.0]}}");
    end();
}

TEST(a_write_that_nobody_answers_is_an_error) {
    begin();
    Error error;
    const char *json = "{\"TableName\":\"hash\",\"Item\":{\"pk\":{\"S\":\"b\"}}}";
    CHECK_EQ_INT(run(&OPERATION_PUT_ITEM, json, MOOD_FAILED, &error).len, 0);
    CHECK_EQ_INT(error.kind, ERROR_INTERNAL_SERVER);
    CHECK_EQ_INT(run(&OPERATION_PUT_ITEM, json, MOOD_BUSY, &error).len, 0);
    CHECK_EQ_INT(error.kind, ERROR_THROTTLING);
    CHECK_EQ_INT(run(&OPERATION_PUT_ITEM, json, MOOD_STALE, &error).len, 0);
    CHECK_EQ_INT(error.kind, ERROR_NONE);
    end();
}

#define TWO_WRITES                                                                                            \
    "{\"RequestItems\":{\"hash\":[{\"PutRequest\":{\"Item\":{\"pk\":{\"S\":\"a\"},\"x\":{\"N\":\"1\"}}}},"     \
    "{\"DeleteRequest\":{\"Key\":{\"pk\":{\"S\":\"b\"}}}},"                                                   \
    "{\"PutRequest\":{\"Item\":{\"pk\":{\"S\":\"c\"}}}}]},\"ReturnConsumedCapacity\":\"TOTAL\"}"

TEST(writes_of_failed_objects_are_left_unprocessed) {
    begin();
    Error error;
    CHECK_EQ_SLICE(run(&OPERATION_BATCH_WRITE_ITEM, TWO_WRITES, MOOD_WELL, &error),
                   "{\"UnprocessedItems\":{},\"ConsumedCapacity\":[{\"TableName\":\"hash\",\"CapacityUnits\":6.0}]}");
    const Mood moods[] = {MOOD_FAILED, MOOD_BUSY, MOOD_STALE};
    for (size_t i = 0; i < 3; i++) {
        CHECK_EQ_SLICE(run(&OPERATION_BATCH_WRITE_ITEM, TWO_WRITES, moods[i], &error),
                       "{\"UnprocessedItems\":{\"hash\":[{\"DeleteRequest\":{\"Key\":{\"pk\":{\"S\":\"b\"}}}}]},"
                       "\"ConsumedCapacity\":[{\"TableName\":\"hash\",\"CapacityUnits\":4.0}]}");
    }
    end();
}

// Of a long request the state holds no items: they are taken from the request itself.
TEST(a_long_write_of_a_failed_object_comes_back_as_it_was_sent) {
    begin();
    Error error;
    Buf json;
    buf_init(&json, &arena);
    buf_cstr(&json, "{\"RequestItems\":{\"hash\":[{\"PutRequest\":{\"Item\":{\"pk\":{\"S\":\"a\"}}}},");
    size_t from = json.len;
    buf_cstr(&json, "{\"PutRequest\":{\"Item\":{\"v\":{\"S\":\"");
    for (unsigned i = 0; i < 100 * 1024; i++) buf_u8(&json, (uint8_t)('a' + i % 26));
    buf_cstr(&json, "\"}, \"pk\":{\"S\":\"b\"}}}}");
    Slice sent = slice_of(json.data + from, json.len - from);
    buf_cstr(&json, "]}}");
    buf_u8(&json, 0);
    Buf expected;
    buf_init(&expected, &arena);
    buf_format(&expected, "{\"UnprocessedItems\":{\"hash\":[%S]}}", &sent);
    Slice body = run(&OPERATION_BATCH_WRITE_ITEM, (const char *)json.data, MOOD_FAILED, &error);
    CHECK(slice_equal(body, slice_of(expected.data, expected.len)));
    end();
}

TEST(a_batch_of_writes_that_all_fail_is_an_error) {
    begin();
    Error error;
    all_alike = true;
    CHECK_EQ_INT(run(&OPERATION_BATCH_WRITE_ITEM, TWO_WRITES, MOOD_BUSY, &error).len, 0);
    CHECK_EQ_INT(error.kind, ERROR_THROTTLING);
    CHECK_EQ_INT(run(&OPERATION_BATCH_WRITE_ITEM, TWO_WRITES, MOOD_STALE, &error).len, 0);
    CHECK_EQ_INT(error.kind, ERROR_NONE);
    end();
}

#define THREE_KEYS                                                                                            \
    "{\"RequestItems\":{\"hash\":{\"Keys\":[{\"pk\":{\"S\":\"a\"}},{\"pk\":{\"S\":\"b\"}},"                 \
    "{\"pk\":{\"S\":\"c\"}}],"                                                                               \
    "\"ConsistentRead\":true,\"ProjectionExpression\":\"#p\",\"ExpressionAttributeNames\":{\"#p\":\"pk\"}}}," \
    "\"ReturnConsumedCapacity\":\"TOTAL\"}"

TEST(keys_of_failed_objects_are_left_unprocessed) {
    begin();
    Error error;
    CHECK_EQ_SLICE(run(&OPERATION_BATCH_GET_ITEM, THREE_KEYS, MOOD_WELL, &error),
                   "{\"Responses\":{\"hash\":[{\"pk\":{\"S\":\"a\"}},{\"pk\":{\"S\":\"b\"}},{\"pk\":{\"S\":\"c\"}}]},"
                   "\"UnprocessedKeys\":{},\"ConsumedCapacity\":[{\"TableName\":\"hash\",\"CapacityUnits\":3.0}]}");
    CHECK_EQ_SLICE(run(&OPERATION_BATCH_GET_ITEM, THREE_KEYS, MOOD_FAILED, &error),
                   "{\"Responses\":{\"hash\":[{\"pk\":{\"S\":\"a\"}},{\"pk\":{\"S\":\"c\"}}]},"
                   "\"UnprocessedKeys\":{\"hash\":{\"ConsistentRead\":true,\"ProjectionExpression\":\"#p\","
                   "\"ExpressionAttributeNames\":{\"#p\":\"pk\"},\"Keys\":[{\"pk\":{\"S\":\"b\"}}]}},"
                   "\"ConsumedCapacity\":[{\"TableName\":\"hash\",\"CapacityUnits\":2.0}]}");
    end();
}

TEST(keys_beyond_an_objects_share_are_asked_again) {
    begin();
    Error error;
    CHECK_EQ_SLICE(run(&OPERATION_BATCH_GET_ITEM, THREE_KEYS, MOOD_FULL, &error),
                   "{\"Responses\":{\"hash\":[{\"pk\":{\"S\":\"a\"}},{\"pk\":{\"S\":\"c\"}},{\"pk\":{\"S\":\"b\"}}]},"
                   "\"UnprocessedKeys\":{},\"ConsumedCapacity\":[{\"TableName\":\"hash\",\"CapacityUnits\":3.0}]}");
    CHECK_EQ_INT(asked, 4);
    end();
}

TEST(large_items_fill_the_reply_and_no_more) {
    begin();
    Error error;
    Buf json;
    buf_init(&json, &arena);
    buf_cstr(&json, "{\"RequestItems\":{\"hash\":{\"Keys\":[");
    for (unsigned i = 0; i < 40; i++) buf_format(&json, "%s{\"pk\":{\"S\":\"k%u\"}}", i > 0 ? "," : "", i);
    buf_cstr(&json, "]}}}");
    buf_u8(&json, 0);
    all_alike = true;
    Slice body = run(&OPERATION_BATCH_GET_ITEM, (const char *)json.data, MOOD_LARGE, &error);
    unsigned keys = 0;
    unsigned found = 0;
    for (size_t i = 0; i + 4 < body.len; i++) {
        if (memcmp(body.data + i, "\"pk\"", 4) == 0) keys++;
        if (memcmp(body.data + i, "\"Un", 3) == 0) found = keys;
    }
    CHECK_EQ_INT(keys, 40);
    CHECK_EQ_INT(found, 31); // 31 × 390 KB of 12 MB
    CHECK(asked <= 40);
    end();
}

TEST(a_stale_batch_of_reads_begins_again) {
    begin();
    Error error;
    CHECK_EQ_INT(run(&OPERATION_BATCH_GET_ITEM, THREE_KEYS, MOOD_STALE, &error).len, 0);
    CHECK_EQ_INT(error.kind, ERROR_NONE);
    end();
}
