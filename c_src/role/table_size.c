#include "role/table_size.h"

#include "msg/control.h"
#include "msg/names.h"
#include "role/object_reply.h"
#include "role/table_record.h"
#include "role/table_round.h"

typedef struct Size {
    uint64_t item_count;
    uint64_t bytes;
} Size;

// Sizes of a table's spaces: its own at 0, that of index i at i + 1.
enum { SPACES_MAX = 1 + LSI_MAX + GSI_MAX };

static uint32_t space_index_id(const TableDescriptor *table, size_t space) {
    return space == 0 ? 0 : table->indexes[space - 1].id;
}

// Local indexes have no objects of their own: the table's tell their sizes.
static bool has_objects(const TableDescriptor *table, size_t space) {
    return space == 0 || table->indexes[space - 1].is_global;
}

static void add_locals(const TableDescriptor *table, const LocalSizes *locals, Size sizes[SPACES_MAX]) {
    for (size_t i = 0; i < locals->count; i++) {
        for (size_t space = 1; space <= table->index_count; space++) {
            if (has_objects(table, space) || space_index_id(table, space) != locals->sizes[i].index_id) continue;
            sizes[space].item_count += locals->sizes[i].item_count;
            sizes[space].bytes += locals->sizes[i].bytes;
        }
    }
}

static StepVerdict reply(Step *step, Slice descriptor, const Size *sizes, size_t index_count, bool wrote) {
    Buf payload;
    buf_init(&payload, step->arena);
    buf_slice(&payload, descriptor);
    buf_varint(&payload, sizes[0].item_count);
    buf_varint(&payload, sizes[0].bytes);
    buf_varint(&payload, index_count);
    for (size_t i = 1; i <= index_count; i++) {
        buf_varint(&payload, sizes[i].item_count);
        buf_varint(&payload, sizes[i].bytes);
    }
    return reply_ok(step, buf_view(&payload), wrote);
}

static Slice encode_descriptor(Step *step, const TableDescriptor *table) {
    Buf bytes;
    buf_init(&bytes, step->arena);
    descriptor_encode(&bytes, table);
    return buf_view(&bytes);
}

// --- Layout hash:N: sums of what the slots of one space have reported, page by page: the rows are not kept

static bool sum_reports(Step *step, const TableDescriptor *table, size_t space, Size sizes[SPACES_MAX]) {
    enum { PAGE_ROWS = 128 };
    uint8_t last[OBJECT_NAME_BYTES_MAX];
    size_t last_len = 0;
    for (size_t count = PAGE_ROWS; count == PAGE_ROWS;) {
        StoreRow *rows;
        ArenaMark mark = arena_mark(step->arena);
        if (!object_list(step, table, space_index_id(table, space), slice_of(last, last_len), PAGE_ROWS,
                         &rows, &count)) {
            return false;
        }
        for (size_t i = 0; i < count; i++) {
            ObjectReport report;
            if (!object_report_decode(rows[i].value, &report, &step->error)) return false;
            sizes[space].item_count += report.item_count;
            sizes[space].bytes += report.bytes;
            add_locals(table, &report.locals, sizes);
            if (rows[i].key.len > sizeof last) return error_corrupt(&step->error, "overlong object name");
            memcpy(last, rows[i].key.data, rows[i].key.len);
            last_len = rows[i].key.len;
        }
        arena_rewind(step->arena, mark);
    }
    return true;
}

static StepVerdict reply_slots(Step *step, const TableDescriptor *table, bool wrote) {
    Size sizes[SPACES_MAX] = {{0, 0}};
    for (size_t space = 0; space <= table->index_count; space++) {
        if (has_objects(table, space) && !sum_reports(step, table, space, sizes)) {
            return reply_error(step);
        }
    }
    return reply(step, encode_descriptor(step, table), sizes, table->index_count, wrote);
}

// --- Layout key: the registered directory shards are asked

// Asks the shards of one space; appends which space each call is for.
static bool ask_shards(Step *step, const TableDescriptor *table, size_t space, uint64_t calls_max, Buf *spaces) {
    StoreRow *rows;
    size_t count;
    if (!object_list(step, table, space_index_id(table, space), (Slice){NULL, 0}, DIRECTORY_SHARDS, &rows,
                     &count)) {
        return false;
    }
    Buf message;
    buf_init(&message, step->arena);
    control_begin(&message, CONTROL_DIRECTORY_TOTALS);
    if (space == 0) {
        buf_slice(&message, table->table_id);
    } else {
        Buf space_id;
        buf_init(&space_id, step->arena);
        name_index_space(&space_id, table->table_id, space_index_id(table, space));
        buf_slice(&message, buf_view(&space_id));
    }
    for (size_t i = 0; i < count && spaces->len < calls_max; i++) {
        step_call(step, ROLE_DIRECTORY, CALL_READ, rows[i].key, buf_view(&message));
        buf_u8(spaces, (uint8_t)space);
    }
    return true;
}

StepVerdict table_reply_described(Step *step, const TableDescriptor *table, uint64_t calls_max, bool wrote) {
    if (table->layout == LAYOUT_HASH) return reply_slots(step, table, wrote);
    Buf spaces, state;
    buf_init(&spaces, step->arena);
    for (size_t space = 0; space <= table->index_count; space++) {
        if (has_objects(table, space) && !ask_shards(step, table, space, calls_max, &spaces)) {
            return reply_error(step);
        }
    }
    if (spaces.len == 0) return table_reply_unsized(step, table, wrote);
    buf_init(&state, step->arena);
    buf_u8(&state, STATE_TOTALS);
    buf_slice(&state, encode_descriptor(step, table));
    buf_slice(&state, buf_view(&spaces));
    step_set_state(step, buf_view(&state));
    return finish_quietly(step, wrote);
}

StepVerdict table_reply_unsized(Step *step, const TableDescriptor *table, bool wrote) {
    static const Size NOTHING[SPACES_MAX];
    return reply(step, encode_descriptor(step, table), NOTHING, table->index_count, wrote);
}

StepVerdict table_totals_told(Step *step, Reader *state) {
    Size sizes[SPACES_MAX] = {{0, 0}};
    Slice descriptor = reader_slice(state);
    Slice spaces = reader_slice(state);
    TableDescriptor table;
    if (!descriptor_decode(step->arena, descriptor, &table, &step->error)) return reply_error(step);
    if (state->failed || table.index_count >= SPACES_MAX || spaces.len != step->in.answer_count) {
        error_corrupt(&step->error, "malformed state of a description");
        return reply_error(step);
    }
    for (size_t i = 0; i < spaces.len; i++) {
        Slice payload;
        ResultStatus status;
        LocalSizes locals;
        if (spaces.data[i] > table.index_count || !answer_payload(step, i, &payload, &status)) continue;
        Reader reader = reader_of(payload);
        sizes[spaces.data[i]].item_count += reader_varint(&reader);
        sizes[spaces.data[i]].bytes += reader_varint(&reader);
        local_sizes_decode(&reader, &locals);
        if (!reader.failed) add_locals(&table, &locals, sizes);
    }
    return reply(step, descriptor, sizes, table.index_count, false);
}
