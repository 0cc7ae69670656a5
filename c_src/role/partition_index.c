// Indexes at a base partition: the set it knows, the effects log, and what is on its way to global indexes.
//
//   SPACE_META: "indexes" → epoch varint ‖ [starts] ‖ index set (msg/index_set.h)
//               starts := version u8 (2) ‖ count varint ‖ count × (index id varint ‖ row varint)
//     Rows up to an index's start were logged before it was known here: they say nothing of what came after them and
//     before the index, so they are not for it. Left out where all are 0; an index set's first byte is another.
//
// A row of the log is acknowledged when every index object concerned has answered. Rows go out in shipments: the one a
// write's reply waits for holds that write's rows; otherwise one shipment at a time takes what has gathered, and the
// next starts when it has come back and the moment is there: the same for all objects, since the host sends together
// what goes to one object then. Versions order what arrives, so rows may go out twice, and shipments may overtake.
//
// An invocation calls few objects (SHIPMENT_OBJECTS_MAX): then the rest waits for the alarm, which is due at once. Rows
// that go to more objects than that go out in parts, one by one, always in the same order; how far they have come is
// in memory alone.
#include "op/index_ship.h"

#include "base/canary.h"
#include "op/execute.h"
#include "op/index_entry.h"
#include "role/partition_internal.h"
#include "store/changes.h"
#include "store/store.h"

static const double SHIP_RETRY_MS = 1000;
// From one moment of shipments to the next, by the clock; one that is nearly there is left out.
enum { SHIP_GATHER_MS = 15, SHIP_WAIT_MS_MIN = 3 };
// A shipment that has not come back after this long was cut off.
static const double SHIP_LOST_MS = 60000;

// --- The index set

enum { STARTS_VERSION = 2 };

// The starts of the indexes, and the bytes of their set.
static bool load_starts(Partition *partition, Slice *index_set) {
    Step *step = partition->step;
    Slice stored;
    bool found;
    partition->start_count = 0;
    *index_set = (Slice){NULL, 0};
    if (partition->record.index_epoch == 0) return true;
    if (partition->record.indexes.len != 0) {
        stored = partition->record.indexes;
    } else {
        if (!store_get(step, SPACE_META, SLICE("indexes"), &stored, &found)) return false;
        partition_record_keep_indexes(&partition->record, stored);
    }
    Reader reader = reader_of(stored);
    reader_varint(&reader);
    if (reader_left(&reader) != 0 && *reader.at == STARTS_VERSION) {
        reader_u8(&reader);
        uint64_t count = reader_varint(&reader);
        if (count > GSI_MAX) return error_corrupt(&step->error, "malformed index starts");
        for (partition->start_count = 0; partition->start_count < count; partition->start_count++) {
            IndexStart *start = &partition->starts[partition->start_count];
            start->index_id = (uint32_t)reader_varint(&reader);
            start->row = reader_varint(&reader);
        }
    }
    if (reader.failed) return error_corrupt(&step->error, "malformed index starts");
    *index_set = slice_of(reader.at, reader_left(&reader));
    partition->knows_starts = true;
    return true;
}

static uint64_t start_of(const Partition *partition, uint32_t index_id) {
    for (size_t i = 0; i < partition->start_count; i++) {
        if (partition->starts[i].index_id == index_id) return partition->starts[i].row;
    }
    return 0;
}

bool partition_load_indexes(Partition *partition) {
    Slice index_set;
    partition->indexes = (IndexSet){0};
    return load_starts(partition, &index_set)
        && index_set_decode(partition->step->arena, index_set, &partition->indexes, &partition->step->error);
}

static bool has_log_readers(const IndexSet *set) {
    for (size_t i = 0; i < set->count; i++) {
        if (set->indexes[i].is_global) return true;
    }
    return false;
}

bool partition_take_indexes(Partition *partition, Slice index_set, size_t rows, ResultStatus *status) {
    const PartitionRecord *record = &partition->record;
    *status = RESULT_OK;
    if (partition->header.epoch < record->index_epoch) {
        *status = RESULT_STALE;
        return false;
    }
    Step *step = partition->step;
    if (!index_set_decode(step->arena, index_set, &partition->indexes, &step->error)) return false;
    if (!has_log_readers(&partition->indexes)) return true;
    if (record->log_head - record->log_acknowledged + rows <= CHANGES_IN_FLIGHT_MAX) return true;
    *status = RESULT_BUSY;
    return false;
}

static const IndexDescriptor *find_index(const IndexSet *set, uint32_t id) {
    for (size_t i = 0; i < set->count; i++) {
        if (set->indexes[i].id == id && set->indexes[i].is_global) return &set->indexes[i];
    }
    return NULL;
}

// What starts now starts behind the log's last row; what was known keeps its start.
static bool encode_starts(Partition *partition, const IndexSet *known, const IndexSet *set, Buf *out) {
    IndexStart starts[GSI_MAX];
    size_t count = 0;
    for (size_t i = 0; i < set->count; i++) {
        uint32_t id = set->indexes[i].id;
        if (!set->indexes[i].is_global) continue;
        bool is_known = find_index(known, id) != NULL;
        uint64_t row = is_known ? start_of(partition, id) : partition->record.log_head;
        if (row == 0 || count == GSI_MAX) continue;
        starts[count++] = (IndexStart){id, row};
    }
    if (count == 0) return true;
    buf_u8(out, STARTS_VERSION);
    buf_varint(out, count);
    for (size_t i = 0; i < count; i++) {
        buf_varint(out, starts[i].index_id);
        buf_varint(out, starts[i].row);
    }
    return !out->failed || error_out_of_memory(&partition->step->error);
}

static bool store_indexes(Partition *partition, Slice index_set, const IndexSet *set) {
    Step *step = partition->step;
    PartitionRecord *record = &partition->record;
    Slice known_bytes;
    IndexSet known;
    Buf bytes;
    if (!load_starts(partition, &known_bytes)) return false;
    if (!index_set_decode(step->arena, known_bytes, &known, &step->error)) return false;
    buf_init(&bytes, step->arena);
    buf_varint(&bytes, partition->header.epoch);
    if (!encode_starts(partition, &known, set, &bytes)) return false;
    buf_bytes(&bytes, index_set);
    if (bytes.failed) return error_out_of_memory(&step->error);
    record->index_epoch = partition->header.epoch;
    record->part_first = record->part_sent = 0; // other indexes, other parts
    record->must_store = true;
    partition->knows_starts = false;
    partition_record_keep_indexes(record, buf_view(&bytes));
    return store_put(step, SPACE_META, SLICE("indexes"), buf_view(&bytes));
}

bool partition_keep_indexes(Partition *partition, Slice index_set) {
    const PartitionRecord *record = &partition->record;
    // A table that never had an index costs nothing.
    bool is_known = index_set.len == 0 && record->index_epoch == 0;
    if (is_known || partition->header.epoch == record->index_epoch) return true;
    return store_indexes(partition, index_set, &partition->indexes);
}

// --- The log

static bool append_row(Partition *partition, const Effect *effects, size_t count) {
    PartitionRecord *record = &partition->record;
    Buf bytes;
    buf_init(&bytes, partition->step->arena);
    effects_encode(&bytes, effects, count);
    if (bytes.failed) return error_out_of_memory(&partition->step->error);
    record->log_head++;
    record->log_settled = record->log_acknowledged;
    partition_record_note_row(partition->step, record, buf_view(&bytes));
    return changes_append(partition->step, record->log_head, record->log_acknowledged, buf_view(&bytes));
}

static size_t effect_bytes(const Effect *effect) {
    return effect->full_key.len + effect->old_image.len + effect->new_image.len + 64;
}

// One row, or several where the effects are too large for one.
static bool append_effects(Partition *partition, const IndexWrites *writes) {
    size_t from = 0;
    size_t bytes = 0;
    for (size_t i = 0; i < writes->effect_count; i++) {
        size_t more = effect_bytes(&writes->effects[i]);
        if (i > from && bytes + more > CHANGE_ROW_BYTES_MAX) {
            if (!append_row(partition, &writes->effects[from], i - from)) return false;
            from = i;
            bytes = 0;
        }
        bytes += more;
    }
    return append_row(partition, &writes->effects[from], writes->effect_count - from);
}

static bool take_slot(PartitionRecord *record, uint64_t seq) {
    size_t slot = seq % CHANGES_IN_FLIGHT_MAX;
    uint8_t bit = (uint8_t)(1u << (slot % 8));
    bool was_set = (record->acknowledged_slots[slot / 8] & bit) != 0;
    record->acknowledged_slots[slot / 8] &= (uint8_t)~bit;
    return was_set;
}

// The rows first…last have reached the indexes.
static void acknowledge(PartitionRecord *record, uint64_t first, uint64_t last) {
    for (uint64_t seq = first; seq <= last; seq++) {
        size_t slot = seq % CHANGES_IN_FLIGHT_MAX;
        if (seq > record->log_acknowledged) record->acknowledged_slots[slot / 8] |= (uint8_t)(1u << (slot % 8));
    }
    while (record->log_acknowledged < record->log_head && take_slot(record, record->log_acknowledged + 1)) {
        record->log_acknowledged++;
    }
}

// --- Shipments

static Shipment new_shipment(const Partition *partition) {
    return (Shipment){
        .set = &partition->indexes,
        .table = {
            .table_id = partition->identity.table,
            .table_name = partition->record.table_name,
            .epoch = partition->record.index_epoch,
            .by_key = partition->identity.by_key,
        },
    };
}

static bool add_effects(Step *step, Shipment *shipment, const Effect *effects, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!shipment_add_effect(step, shipment, &effects[i])) return false;
    }
    return true;
}

// What goes out of a shipment, and what of the log that is.
typedef struct Sending {
    uint64_t first; // rows
    uint64_t last;
    size_t from; // groups
    size_t count;
    size_t calls_before; // of this invocation
} Sending;

static double until_next_shipment(double now_ms) {
    unsigned left = SHIP_GATHER_MS - (unsigned)((uint64_t)now_ms % SHIP_GATHER_MS);
    return left < SHIP_WAIT_MS_MIN ? left + SHIP_GATHER_MS : left;
}

// state := PARTITION_STATE_SHIP u8 ‖ first row varint ‖ last row varint ‖ calls of this invocation varint
//          ‖ groups sent so far varint (0: all) ‖ index epoch varint
//        | PARTITION_STATE_SHIP_WAITED u8 ‖ the same ‖ content type u8 ‖ WriteReplyKind u8 ‖ the reply that waits
static bool send(Partition *partition, const Shipment *shipment, uint8_t state_kind, const Sending *sending,
                 Slice waiting) {
    Step *step = partition->step;
    size_t end = sending->from + sending->count;
    Buf state;
    buf_init(&state, step->arena);
    buf_u8(&state, state_kind);
    buf_varint(&state, sending->first);
    buf_varint(&state, sending->last);
    buf_varint(&state, sending->calls_before + sending->count);
    buf_varint(&state, end < shipment->count ? end : 0);
    buf_varint(&state, partition->record.index_epoch);
    buf_bytes(&state, waiting);
    if (state.failed) return error_out_of_memory(&step->error);
    step_set_state(step, buf_view(&state));
    if (state_kind == PARTITION_STATE_SHIP) step_wait(step, until_next_shipment(step->in.now_ms));
    return shipment_send(step, shipment, sending->from, sending->count);
}

// The indexes that a row of the log is for.
static const IndexSet *set_of_row(Partition *partition, uint64_t row) {
    const IndexSet *all = &partition->indexes;
    bool is_for_all = true;
    for (size_t i = 0; i < partition->start_count; i++) is_for_all &= row > partition->starts[i].row;
    if (is_for_all || CANARY(CANARY_SHIPS_OLD_ROWS)) return all;
    IndexSet *set = ARENA_NEW(partition->step->arena, IndexSet);
    IndexDescriptor *indexes = ARENA_ARRAY(partition->step->arena, IndexDescriptor, all->count);
    if (set == NULL || indexes == NULL) return NULL;
    *set = *all;
    set->indexes = indexes;
    set->count = 0;
    for (size_t i = 0; i < all->count; i++) {
        if (row > start_of(partition, all->indexes[i].id)) indexes[set->count++] = all->indexes[i];
    }
    return set;
}

// What the indexes need not expect again once they see rows from `first` on. The row tells its own version, and those
// before it have lower ones.
static uint64_t settled_before(const Partition *partition, uint64_t first, const Effect *effects, size_t count) {
    bool is_settled = first <= partition->record.log_settled + 1;
    return is_settled && count != 0 ? effects[0].version - 1 : 0;
}

// A row's effects, and its bytes: none where it is not there.
static bool read_row(Partition *partition, uint64_t row, Effect **effects, size_t *count, size_t *bytes) {
    Step *step = partition->step;
    Slice stored = partition_record_row(&partition->record, row);
    bool found = stored.len != 0;
    *effects = NULL;
    *count = 0;
    if (!found && !changes_get(step, row, &stored, &found)) return false;
    *bytes = stored.len;
    return !found || effects_decode(step->arena, stored, effects, count, &step->error);
}

// Takes rows from `first` on into the shipment; the same ones whenever it begins there, where they fill it.
static bool collect_rows(Partition *partition, Shipment *shipment, uint64_t first, uint64_t *last) {
    Step *step = partition->step;
    uint64_t head = partition->record.log_head;
    size_t bytes = 0;
    Slice index_set;
    *last = first - 1;
    if (!partition->knows_starts && !load_starts(partition, &index_set)) return false;
    while (*last < head && *last - first + 1 < SHIPPED_ROWS_MAX && bytes < SHIPPED_BYTES_MAX
           && shipment->count < SHIPMENT_OBJECTS_MAX) {
        Effect *effects;
        size_t count, row_bytes;
        if (!read_row(partition, *last + 1, &effects, &count, &row_bytes)) return false;
        if (*last + 1 == first) shipment->settled = settled_before(partition, first, effects, count);
        shipment->set = set_of_row(partition, *last + 1);
        if (shipment->set == NULL) return error_out_of_memory(&step->error);
        if (!add_effects(step, shipment, effects, count)) return false;
        bytes += row_bytes;
        ++*last;
    }
    return true;
}

// What the log holds beyond the acknowledged rows. *sent is false when no index wants any of it, or when this
// invocation has made its calls: then the alarm goes on.
static bool ship_log(Partition *partition, size_t calls, bool *sent) {
    PartitionRecord *record = &partition->record;
    double now = partition->step->in.now_ms;
    Sending sending = {.first = record->log_acknowledged + 1, .calls_before = calls};
    *sent = false;
    Shipment shipment = new_shipment(partition);
    if (!collect_rows(partition, &shipment, sending.first, &sending.last)) return false;
    if (shipment.count == 0) {
        // An index may have gone in the meantime.
        acknowledge(record, sending.first, sending.last);
        return true;
    }
    bool goes_on = record->part_first == sending.first && record->part_sent < shipment.count;
    sending.from = goes_on ? record->part_sent : 0;
    sending.count = shipment.count - sending.from;
    if (calls != 0 && calls + sending.count > SHIPMENT_OBJECTS_MAX) {
        partition_arm(partition, now);
        return true;
    }
    if (sending.count > SHIPMENT_OBJECTS_MAX) sending.count = SHIPMENT_OBJECTS_MAX;
    record->shipping_since_ms = now;
    *sent = true;
    return send(partition, &shipment, PARTITION_STATE_SHIP, &sending, (Slice){NULL, 0});
}

static StepVerdict finish_waiting(Partition *partition, const Shipment *shipment, uint64_t first,
                                  WriteReplyKind kind, const Buf *reply) {
    Step *step = partition->step;
    Buf waiting;
    buf_init(&waiting, step->arena);
    buf_u8(&waiting, (uint8_t)step->content_type);
    buf_u8(&waiting, (uint8_t)kind);
    buf_bytes(&waiting, buf_view(reply));
    if (waiting.failed) error_out_of_memory(&step->error);
    Sending sending = {.first = first, .last = partition->record.log_head, .count = shipment->count};
    if (!send(partition, shipment, PARTITION_STATE_SHIP_WAITED, &sending, buf_view(&waiting))) return VERDICT_ROLLBACK;
    return partition_record_save(step, &partition->record);
}

static StepVerdict reply_to_write(Partition *partition, WriteReplyKind kind, Slice reply) {
    if (kind == WRITE_REPLY_BODY) return partition_respond(partition, reply);
    return partition_reply(partition, (Result){.status = RESULT_OK, .payload = reply});
}

// After a write whose rows, from `first` on, are this shipment, and whose reply does not wait for it.
static bool ship_written(Partition *partition, const Shipment *shipment, uint64_t first) {
    PartitionRecord *record = &partition->record;
    double now = partition->step->in.now_ms;
    bool sent;
    if (shipment->count > SHIPMENT_OBJECTS_MAX || record->log_acknowledged + 1 != first) {
        return ship_log(partition, 0, &sent);
    }
    Sending sending = {.first = first, .last = record->log_head, .count = shipment->count};
    record->shipping_since_ms = now;
    return send(partition, shipment, PARTITION_STATE_SHIP, &sending, (Slice){NULL, 0});
}

StepVerdict partition_finish_write(Partition *partition, const IndexWrites *writes, bool wait, WriteReplyKind kind,
                                   const Buf *reply) {
    PartitionRecord *record = &partition->record;
    if (reply->failed) error_out_of_memory(&partition->step->error);
    if (writes->effect_count == 0) return reply_to_write(partition, kind, buf_view(reply));
    uint64_t first = record->log_head + 1;
    // The rows just appended go out from memory, where nothing else is to go out before them and one part is enough.
    Shipment shipment = new_shipment(partition);
    if (!append_effects(partition, writes)
        || !add_effects(partition->step, &shipment, writes->effects, writes->effect_count)) {
        return VERDICT_ROLLBACK;
    }
    shipment.settled = settled_before(partition, first, writes->effects, writes->effect_count);
    if (wait && shipment.count <= SHIPMENT_OBJECTS_MAX) return finish_waiting(partition, &shipment, first, kind, reply);
    if (record->shipping_since_ms == 0 && !ship_written(partition, &shipment, first)) return VERDICT_ROLLBACK;
    return reply_to_write(partition, kind, buf_view(reply));
}

// Every index object has taken its part, or is gone for good.
static bool is_delivered(const Partition *partition) {
    const StepInput *in = &partition->step->in;
    if (CANARY(CANARY_ACKS_LOST_SHIPMENT)) return true;
    for (size_t i = 0; i < in->answer_count; i++) {
        Result result;
        Error malformed = {0};
        if (in->answers[i].status != ANSWER_OK) return false;
        if (!result_decode(in->answers[i].body, &result, &malformed)) return false;
        if (result.status != RESULT_OK && result.status != RESULT_STALE) return false;
    }
    return true;
}

StepVerdict partition_resume_shipment(Partition *partition) {
    Step *step = partition->step;
    PartitionRecord *record = &partition->record;
    Reader state = reader_of(step->in.state);
    step_items_known(step);
    bool is_waited = reader_u8(&state) == PARTITION_STATE_SHIP_WAITED;
    uint64_t first = reader_varint(&state);
    uint64_t last = reader_varint(&state);
    size_t calls = (size_t)reader_varint(&state);
    size_t part_sent = (size_t)reader_varint(&state);
    bool is_same_set = reader_varint(&state) == record->index_epoch; // else its groups are others by now
    bool delivered = is_delivered(partition);
    // A fenced object has no log any more; one that lost its memory meanwhile sends again what it must.
    if (delivered && part_sent == 0 && last <= record->log_head) acknowledge(record, first, last);
    if (delivered && part_sent != 0 && is_same_set) {
        record->part_first = first;
        record->part_sent = part_sent;
    }
    if (!delivered) partition_arm(partition, step->in.now_ms + SHIP_RETRY_MS);
    if (is_waited) {
        step->content_type = (ContentType)reader_u8(&state);
        WriteReplyKind kind = (WriteReplyKind)reader_u8(&state);
        return reply_to_write(partition, kind, reader_bytes(&state, reader_left(&state)));
    }
    record->shipping_since_ms = 0;
    bool sent;
    bool goes_on = delivered && !record->fenced && record->log_acknowledged < record->log_head;
    if (goes_on && (!partition_load_indexes(partition) || !ship_log(partition, calls, &sent))) return VERDICT_ROLLBACK;
    return partition_record_save(step, record);
}

bool partition_ship_again(Partition *partition, bool *sent) {
    PartitionRecord *record = &partition->record;
    double now = partition->step->in.now_ms;
    *sent = false;
    if (record->log_acknowledged >= record->log_head) return true;
    partition_arm(partition, now + 5 * SHIP_RETRY_MS);
    bool is_under_way = record->shipping_since_ms != 0 && now < record->shipping_since_ms + SHIP_LOST_MS;
    if (is_under_way) return true;
    return partition_load_indexes(partition) && ship_log(partition, 0, sent);
}

// After this no row up to the acknowledged one is sent again, even where the object loses its memory: the log's last
// row says so.
StepVerdict partition_run_settled(Partition *partition) {
    Step *step = partition->step;
    PartitionRecord *record = &partition->record;
    uint64_t settled = record->floor;
    Buf payload;
    if (record->log_settled < record->log_acknowledged) {
        if (!changes_settle(step, record->log_head, record->log_acknowledged)) return VERDICT_ROLLBACK;
        record->log_settled = record->log_acknowledged;
    }
    if (record->log_settled < record->log_head) {
        Effect *effects;
        size_t count, row_bytes;
        uint64_t next = record->log_settled + 1;
        if (!read_row(partition, next, &effects, &count, &row_bytes)) return VERDICT_ROLLBACK;
        settled = settled_before(partition, next, effects, count);
        partition_arm(partition, step->in.now_ms); // it may have forgotten that there is something to send
    }
    buf_init(&payload, step->arena);
    buf_varint(&payload, settled);
    return partition_reply_payload(partition, &payload);
}

// --- Adopting and backfilling, for the table object

StepVerdict partition_run_adopt(Partition *partition) {
    Step *step = partition->step;
    AdoptCommand command;
    if (!command_decode_adopt(&partition->fields, &partition->header, &command, &step->error)) return VERDICT_ROLLBACK;
    IndexSet checked;
    if (!index_set_decode(step->arena, command.index_set, &checked, &step->error)) return VERDICT_ROLLBACK;
    bool is_news = partition->header.epoch > partition->record.index_epoch;
    if (is_news && !store_indexes(partition, command.index_set, &checked)) return VERDICT_ROLLBACK;
    return partition_reply_status(partition, RESULT_OK);
}

// Takes the items of a chunk as far as their entries go to few enough objects; *next receives where to go on.
static bool collect(Partition *partition, const BackfillCommand *command, const IndexDescriptor *index,
                    Shipment *shipment, BackfillResult *result) {
    Step *step = partition->step;
    uint64_t limit = command->limit == 0 || command->limit > BACKFILL_ITEMS_MAX ? BACKFILL_ITEMS_MAX : command->limit;
    ItemsChunk chunk;
    StoredItem stored;
    if (!items_range(step, command->from, (Slice){NULL, 0}, false, (uint32_t)limit, &chunk)) return false;
    result->done = chunk.count == 0 || CANARY(CANARY_SKIPS_BACKFILL);
    if (result->done) return true;
    while (items_next(step, &chunk.values, &stored)) {
        bool is_entry;
        if (shipment->count >= SHIPMENT_OBJECTS_MAX) {
            ItemKey key;
            if (!index_base_key(step->arena, &partition->indexes, stored.item, &key, &step->error)) return false;
            result->next = storage_key(&partition->header, key.full_key, key.partition_len);
            return true;
        }
        if (!shipment_add_item(step, shipment, index, stored.item, stored.version, &is_entry)) return false;
        result->item_count++;
        result->entry_count += is_entry;
    }
    Buf next;
    buf_init(&next, step->arena);
    buf_bytes(&next, chunk.last_key);
    buf_u8(&next, 0);
    if (next.failed) return error_out_of_memory(&step->error);
    result->next = buf_view(&next);
    return step->error.kind == ERROR_NONE;
}

StepVerdict partition_run_backfill(Partition *partition) {
    Step *step = partition->step;
    BackfillCommand command;
    if (!command_decode_backfill(&partition->fields, &partition->header, &command, &step->error)) {
        return VERDICT_ROLLBACK;
    }
    if (partition->header.epoch != partition->record.index_epoch) {
        return partition_reply_status(partition, RESULT_STALE);
    }
    if (!partition_load_indexes(partition)) return VERDICT_ROLLBACK;
    const IndexDescriptor *index = find_index(&partition->indexes, command.index_id);
    if (index == NULL) return partition_reply_status(partition, RESULT_STALE);
    Shipment shipment = new_shipment(partition);
    shipment.table.table_name = partition->header.table_name;
    BackfillResult result = {0};
    if (!collect(partition, &command, index, &shipment, &result)) return VERDICT_ROLLBACK;
    Buf payload;
    buf_init(&payload, step->arena);
    backfill_result_encode(&payload, &result);
    if (shipment.count == 0) return partition_reply_payload(partition, &payload);
    Buf state;
    buf_init(&state, step->arena);
    buf_u8(&state, PARTITION_STATE_BACKFILL);
    buf_bytes(&state, buf_view(&payload));
    if (state.failed) error_out_of_memory(&step->error);
    step_set_state(step, buf_view(&state));
    if (!shipment_send(step, &shipment, 0, shipment.count)) return VERDICT_ROLLBACK;
    return partition_record_save(step, &partition->record);
}

StepVerdict partition_resume_backfill(Partition *partition) {
    Slice state = partition->step->in.state;
    if (!is_delivered(partition)) return partition_reply_status(partition, RESULT_BUSY);
    return partition_reply(partition, (Result){.status = RESULT_OK, .payload = slice_sub(state, 1, state.len)});
}
