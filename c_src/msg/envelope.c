#include "msg/envelope.h"

#include "base/crc32.h"
#include "base/siphash.h"
#include "data/item_codec.h"
#include "data/json_writer.h"

enum { ITEM_NUMBER_BYTES = 4 };
enum { OUTPUT_FIXED_BYTES = 1 + 1 + 4 + 4 + 4 + 1 + 4 };

static Slice read_bytes(Reader *reader) {
    uint32_t len = reader_u32(reader);
    return reader_bytes(reader, len);
}

static void append_bytes(Buf *out, Slice bytes) {
    buf_u32(out, (uint32_t)bytes.len);
    buf_bytes(out, bytes);
}

bool step_input_decode(Step *step, Slice bytes) {
    Reader reader = reader_of(bytes);
    StepInput *in = &step->in;
    if (reader_u8(&reader) != ENVELOPE_VERSION) return error_corrupt(&step->error, "unknown step version");
    in->now_ms = reader_f64(&reader);
    Slice entropy = reader_bytes(&reader, sizeof in->entropy);
    if (entropy.len == sizeof in->entropy) memcpy(in->entropy, entropy.data, sizeof in->entropy);
    in->identity = read_bytes(&reader);
    in->local = read_bytes(&reader);
    in->message = read_bytes(&reader);
    in->state = read_bytes(&reader);
    in->answer_count = reader_u32(&reader);
    // An answer takes at least five bytes: a count beyond that is a lie, and must not size an allocation.
    if (reader.failed || in->answer_count > reader_left(&reader) / 5) {
        return error_corrupt(&step->error, "malformed step input");
    }
    in->answers = ARENA_ARRAY(step->arena, Answer, in->answer_count);
    if (in->answers == NULL) return error_out_of_memory(&step->error);
    for (size_t i = 0; i < in->answer_count; i++) {
        uint8_t status = reader_u8(&reader);
        in->answers[i].status = status <= ANSWER_TIMEOUT ? (AnswerStatus)status : ANSWER_UNKNOWN;
        in->answers[i].body = read_bytes(&reader);
    }
    if (reader.failed || reader_left(&reader) != 0) return error_corrupt(&step->error, "malformed step input");
    return true;
}

void step_output_encode(const Step *step, Buf *out) {
    size_t state_len = step->state_head.len + step->state.len;
    buf_reserve(out, OUTPUT_FIXED_BYTES + step->local.len + state_len + step->actions.len + step->items.len);
    buf_u8(out, ENVELOPE_VERSION);
    buf_u8(out, step->local_present);
    append_bytes(out, step->local);
    buf_u32(out, (uint32_t)state_len);
    buf_bytes(out, step->state_head);
    buf_bytes(out, step->state);
    buf_u32(out, step->action_count);
    buf_bytes(out, buf_view(&step->actions));
    buf_u8(out, step->items_known);
    buf_u32(out, (uint32_t)(step->items.len / ITEM_NUMBER_BYTES));
    buf_bytes(out, buf_view(&step->items));
}

static Buf *begin_action(Step *step, ActionKind kind) {
    step->action_count++;
    buf_u8(&step->actions, (uint8_t)kind);
    return &step->actions;
}

// Bytes whose length is known only when they are written.
static size_t open_bytes(Buf *out) {
    buf_u32(out, 0);
    return out->len;
}

static void close_bytes(Buf *out, size_t start) {
    buf_patch_u32(out, start - 4, (uint32_t)(out->len - start));
}

static Buf *begin_call(Step *step, ActionKind kind, Role role, CallMode mode, Slice name) {
    Buf *out = begin_action(step, kind);
    buf_u8(out, (uint8_t)role);
    buf_u8(out, (uint8_t)mode);
    append_bytes(out, name);
    return out;
}

void step_call(Step *step, Role role, CallMode mode, Slice name, Slice message) {
    append_bytes(begin_call(step, ACTION_CALL, role, mode, name), message);
}

Buf *step_call_open(Step *step, Role role, CallMode mode, Slice name, size_t *start) {
    Buf *out = begin_call(step, ACTION_CALL, role, mode, name);
    *start = open_bytes(out);
    return out;
}

void step_call_close(Step *step, size_t start) {
    close_bytes(&step->actions, start);
}

void step_forward(Step *step, Role role, CallMode mode, Slice name, Slice message) {
    append_bytes(begin_call(step, ACTION_FORWARD, role, mode, name), message);
}

// AWS's request ids are 52 characters of this alphabet; clients only log them, so they need to be unique, no more.
static void append_request_id(Buf *out, const uint8_t entropy[16]) {
    static const char ALPHABET[] = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
    for (uint8_t word = 0; word < 4; word++) {
        uint64_t bits = siphash(entropy, slice_of(&word, 1));
        for (int i = 0; i < REQUEST_ID_BYTES / 4; i++, bits >>= 4) buf_u8(out, (uint8_t)ALPHABET[bits & 31]);
    }
}

// What stands between the CRC and the body: request id and length.
enum { CRC_BEFORE_BODY_BYTES = 4 + REQUEST_ID_BYTES + 4 };

Buf *step_respond_http_open(Step *step, int status, size_t *start) {
    Buf *out = begin_action(step, ACTION_RESPOND_HTTP);
    buf_u16(out, (uint16_t)status);
    buf_u8(out, (uint8_t)step->content_type);
    buf_u32(out, 0);
    append_request_id(out, step->in.entropy);
    *start = open_bytes(out);
    return out;
}

void step_respond_http_close(Step *step, size_t start) {
    Buf *out = &step->actions;
    if (out->failed) return;
    close_bytes(out, start);
    buf_patch_u32(out, start - CRC_BEFORE_BODY_BYTES, crc32(slice_of(out->data + start, out->len - start)));
}

void step_respond_http(Step *step, int status, Slice body) {
    size_t start;
    buf_bytes(step_respond_http_open(step, status, &start), body);
    step_respond_http_close(step, start);
}

void step_reply(Step *step, Slice body) {
    append_bytes(begin_action(step, ACTION_REPLY), body);
}

void step_set_alarm(Step *step, double due_ms) {
    double soonest = (double)(uint64_t)step->in.now_ms + 1;
    double whole = (double)(uint64_t)due_ms;
    if (whole < due_ms) whole++;
    if (due_ms != 0 && whole < soonest) whole = soonest;
    buf_f64(begin_action(step, ACTION_SET_ALARM), whole);
}

void step_delete_all(Step *step) {
    begin_action(step, ACTION_DELETE_ALL);
}

void step_restart(Step *step) {
    begin_action(step, ACTION_RESTART);
}

void step_repeat_message(Step *step) {
    begin_action(step, ACTION_REPEAT_MESSAGE);
}

void step_wait(Step *step, double ms) {
    buf_f64(begin_action(step, ACTION_WAIT), ms);
}

void step_items_known(Step *step) {
    step->items_known = true;
    buf_init(&step->items, step->arena);
}

void step_item(Step *step, Slice full_key) {
    if (!step->items_known) step_items_known(step);
    buf_u32(&step->items, crc32(full_key) >> 2);
}

void step_set_local(Step *step, Slice local) {
    step->local = local;
    step->local_present = true;
}

void step_set_state(Step *step, Slice state) {
    step->state = state;
}

void step_respond_error(Step *step, const Error *error) {
    const ErrorForm *form = error_form(error->kind);
    bool is_ours = error->kind >= ERROR_OUT_OF_MEMORY || error->kind == ERROR_INTERNAL_SERVER;
    Buf body;
    buf_init(&body, step->arena);
    buf_format(&body, "{\"__type\":\"%s\"", form->type);
    // A body that is no JSON at all, and nesting past the parser's limit, answer without a text.
    if (is_ours) {
        buf_cstr(&body, ",\"message\":\"Internal server error\"");
    } else if (error->kind != ERROR_SERIALIZATION_BARE && error->message.len != 0) {
        buf_format(&body, ",\"%s\":", form->message_name);
        json_write_string(&body, error->message);
    }
    if (error->item.len != 0) {
        buf_cstr(&body, ",\"Item\":");
        item_to_json(&body, error->item);
    }
    buf_u8(&body, '}');
    step_respond_http(step, form->http_status, buf_view(&body));
}
