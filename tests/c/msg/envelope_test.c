// Outputs of steps: actions that are written in place, and states that stand in two parts.
#include "msg/envelope.h"

#include "base/crc32.h"
#include "support/check.h"

static Arena arena;

static Step step_of(void) {
    Step step = {.arena = &arena, .trees = &arena};
    buf_init(&step.actions, &arena);
    return step;
}

static Slice take_bytes(Reader *reader) {
    uint32_t len = reader_u32(reader);
    return reader_bytes(reader, len);
}

TEST(a_call_written_in_place_is_the_call) {
    arena_init(&arena, 0);
    Step copied = step_of();
    Step in_place = step_of();
    size_t start;
    step_call(&copied, ROLE_PARTITION, CALL_WRITE, SLICE("name"), SLICE("message"));
    Buf *out = step_call_open(&in_place, ROLE_PARTITION, CALL_WRITE, SLICE("name"), &start);
    buf_cstr(out, "mess");
    buf_cstr(out, "age");
    step_call_close(&in_place, start);
    CHECK_EQ_INT(in_place.action_count, 1);
    CHECK(slice_equal(buf_view(&in_place.actions), buf_view(&copied.actions)));
    arena_free(&arena);
}

TEST(a_body_written_in_place_has_its_length_and_crc) {
    arena_init(&arena, 0);
    Step step = step_of();
    size_t start;
    step_restart(&step); // something stands before it
    buf_cstr(step_respond_http_open(&step, 200, &start), "{\"a\":1}");
    step_respond_http_close(&step, start);
    Reader reader = reader_of(buf_view(&step.actions));
    CHECK_EQ_INT(reader_u8(&reader), ACTION_RESTART);
    CHECK_EQ_INT(reader_u8(&reader), ACTION_RESPOND_HTTP);
    CHECK_EQ_INT(reader_u16(&reader), 200);
    CHECK_EQ_INT(reader_u8(&reader), CONTENT_AMZ_JSON_1_0);
    CHECK_EQ_INT(reader_u32(&reader), crc32(SLICE("{\"a\":1}")));
    CHECK_EQ_INT(reader_bytes(&reader, REQUEST_ID_BYTES).len, REQUEST_ID_BYTES);
    CHECK_EQ_SLICE(take_bytes(&reader), "{\"a\":1}");
    CHECK(!reader.failed && reader_left(&reader) == 0);
    arena_free(&arena);
}

TEST(an_alarm_is_set_to_a_whole_millisecond_to_come) {
    static const struct {
        double now, due, set;
    } CASES[] = {
        {1000, 6000, 6000},     {1000, 6000.2, 6001}, {1000, 1000, 1001},
        {1000.7, 1000.9, 1001}, {1000, 7, 1001},      {1000, 0, 0},
    };
    arena_init(&arena, 0);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        Step step = step_of();
        step.in.now_ms = CASES[i].now;
        step_set_alarm(&step, CASES[i].due);
        Reader reader = reader_of(buf_view(&step.actions));
        CHECK_EQ_INT(reader_u8(&reader), ACTION_SET_ALARM);
        CHECK(reader_f64(&reader) == CASES[i].set);
    }
    arena_free(&arena);
}

TEST(an_output_joins_the_state_and_its_head) {
    arena_init(&arena, 0);
    Step step = step_of();
    Buf out;
    buf_init(&out, &arena);
    step.state_head = SLICE("head ");
    step_set_state(&step, SLICE("state"));
    step_repeat_message(&step);
    step_output_encode(&step, &out);
    Reader reader = reader_of(buf_view(&out));
    CHECK_EQ_INT(reader_u8(&reader), ENVELOPE_VERSION);
    CHECK_EQ_INT(reader_u8(&reader), 0);
    CHECK_EQ_INT(take_bytes(&reader).len, 0);
    CHECK_EQ_SLICE(take_bytes(&reader), "head state");
    CHECK_EQ_INT(reader_u32(&reader), 1);
    CHECK_EQ_INT(reader_u8(&reader), ACTION_REPEAT_MESSAGE);
    CHECK_EQ_INT(reader_u8(&reader), 0);
    CHECK_EQ_INT(reader_u32(&reader), 0);
    CHECK(!reader.failed && reader_left(&reader) == 0);
    arena_free(&arena);
}

// The items at an output's end.
static Slice items_of(const Step *step, bool *known) {
    Buf out;
    buf_init(&out, &arena);
    step_output_encode(step, &out);
    Slice bytes = buf_view(&out);
    Slice items = slice_sub(bytes, bytes.len - step->items.len, bytes.len);
    Reader reader = reader_of(slice_sub(bytes, bytes.len - step->items.len - 5, bytes.len));
    *known = reader_u8(&reader) == 1;
    CHECK_EQ_INT(reader_u32(&reader), items.len / 4);
    return items;
}

TEST(an_output_names_the_items_it_is_about) {
    arena_init(&arena, 0);
    bool known;
    Step step = step_of();
    CHECK_EQ_INT(items_of(&step, &known).len, 0);
    CHECK(!known);
    step_items_known(&step);
    CHECK_EQ_INT(items_of(&step, &known).len, 0);
    CHECK(known);
    step_item(&step, SLICE("123456789"));
    step_item(&step, SLICE(""));
    Reader reader = reader_of(items_of(&step, &known));
    CHECK(known);
    CHECK_EQ_INT(reader_u32(&reader), 0xcbf43926 >> 2); // the CRC's check value
    CHECK_EQ_INT(reader_u32(&reader), 0);
    CHECK_EQ_INT(reader_left(&reader), 0);
    arena_free(&arena);
}
