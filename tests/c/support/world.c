#include "support/world.h"

#ifndef __wasm__

#include <stdlib.h>

#include "msg/names.h"
#include "role/catalog.h"
#include "role/directory.h"
#include "role/table.h"
#include "store/sql_host.h"
#include "store/statements.h"
#include "support/check.h"

typedef struct StoredRow {
    int space;
    Slice key;
    Slice value;
} StoredRow;

typedef struct Storage {
    StoredRow *rows; // ordered by space and key
    size_t count;
    size_t cap;
} Storage;

typedef struct Object {
    Role role;
    Slice name;
    Storage storage;
    Slice local;
    double alarm_ms;
    // Partitions:
    unsigned fenced;
    bool is_unused;
    uint64_t epoch;
    unsigned items;
    unsigned brought;
    uint32_t index_id; // of the brought ones
} Object;

enum { OBJECTS_MAX = 4096, STEPS_MAX = 64 };

struct World {
    Arena arena;
    double now_ms;
    uint8_t entropy;
    Object objects[OBJECTS_MAX];
    size_t object_count;
    Fault fault;
    unsigned fault_one_in;
    uint32_t random;
    size_t calls_max;
    size_t event_calls_max;
    WorldHook *hook;
    WorldHook *answer_hook;
    bool crashed;
    bool loses_erasures;
};

// --- The store of the object whose step runs. Steps never overlap, so there is one at a time.

static struct {
    World *world;
    Storage *storage;
    // The open cursor.
    size_t next;
    size_t end;
    bool gives_keys;
} host;

static Slice keep(Slice bytes) {
    return arena_copy(&host.world->arena, bytes);
}

static size_t find_row(const Storage *storage, int space, Slice key) {
    size_t at = 0;
    while (at < storage->count) {
        const StoredRow *row = &storage->rows[at];
        if (row->space > space || (row->space == space && slice_compare(row->key, key) >= 0)) break;
        at++;
    }
    return at;
}

static bool is_row(const Storage *storage, size_t at, int space, Slice key) {
    return at < storage->count && storage->rows[at].space == space && slice_equal(storage->rows[at].key, key);
}

static Slice read_blob(Reader *binds) {
    CHECK_EQ_INT(reader_u8(binds), 2);
    return reader_bytes(binds, reader_u32(binds));
}

static double read_number(Reader *binds) {
    CHECK_EQ_INT(reader_u8(binds), 1);
    return reader_f64(binds);
}

int32_t sql_query(int32_t statement, const uint8_t *binds, int32_t binds_len) {
    Reader reader = reader_of(slice_of(binds, (size_t)binds_len));
    int space = statement / SPACE_STATEMENT_COUNT;
    int what = statement % SPACE_STATEMENT_COUNT;
    const Storage *storage = host.storage;
    Slice lower = read_blob(&reader);
    size_t from = find_row(storage, space, lower);
    size_t to = from;
    if (what == SPACE_GET) {
        to += is_row(storage, from, space, lower);
    } else {
        Slice upper = what == SPACE_LIST ? read_blob(&reader) : (Slice){NULL, 0};
        size_t limit = (size_t)read_number(&reader);
        while (to < storage->count && to - from < limit && storage->rows[to].space == space) {
            if (what == SPACE_LIST && slice_compare(storage->rows[to].key, upper) >= 0) break;
            to++;
        }
    }
    host.next = from;
    host.end = to;
    host.gives_keys = what != SPACE_GET;
    return 0;
}

static void put_blob(uint8_t **at, Slice bytes) {
    *(*at)++ = 2;
    for (int i = 0; i < 4; i++) *(*at)++ = (uint8_t)(bytes.len >> (8 * i));
    if (bytes.len != 0) memcpy(*at, bytes.data, bytes.len);
    *at += bytes.len;
}

int32_t sql_step(int32_t cursor, uint8_t *row, int32_t cap, int32_t *need) {
    (void)cursor;
    if (host.next == host.end) return SQL_DONE;
    const StoredRow *next = &host.storage->rows[host.next];
    *need = (int32_t)(1 + 5 + next->value.len + (host.gives_keys ? 5 + next->key.len : 0));
    if (*need > cap) return SQL_ROW_TOO_LARGE;
    *row++ = host.gives_keys ? 2 : 1;
    if (host.gives_keys) put_blob(&row, next->key);
    put_blob(&row, next->value);
    host.next++;
    return SQL_ROW;
}

int32_t sql_close(int32_t cursor, int32_t *rows_read) {
    (void)cursor;
    *rows_read = 1;
    return SQL_DONE;
}

static void put_row(Storage *storage, int space, Slice key, Slice value) {
    size_t at = find_row(storage, space, key);
    if (is_row(storage, at, space, key)) {
        storage->rows[at].value = keep(value);
        return;
    }
    if (storage->count == storage->cap) {
        storage->cap = storage->cap * 2 + 8;
        storage->rows = realloc(storage->rows, storage->cap * sizeof(StoredRow));
    }
    memmove(storage->rows + at + 1, storage->rows + at, (storage->count - at) * sizeof(StoredRow));
    storage->rows[at] = (StoredRow){space, keep(key), keep(value)};
    storage->count++;
}

int32_t sql_run(int32_t statement, const uint8_t *binds, int32_t binds_len, int32_t *rows_written) {
    Reader reader = reader_of(slice_of(binds, (size_t)binds_len));
    int space = statement / SPACE_STATEMENT_COUNT;
    int what = statement % SPACE_STATEMENT_COUNT;
    *rows_written = 0;
    if (what == SPACE_CREATE) return SQL_DONE;
    Slice key = read_blob(&reader);
    *rows_written = 1;
    if (what == SPACE_PUT) {
        put_row(host.storage, space, key, read_blob(&reader));
        return SQL_DONE;
    }
    size_t at = find_row(host.storage, space, key);
    if (is_row(host.storage, at, space, key)) {
        StoredRow *row = host.storage->rows + at;
        memmove(row, row + 1, (--host.storage->count - at) * sizeof *row);
    }
    return SQL_DONE;
}

int32_t sql_size(double *bytes) {
    *bytes = 0;
    return SQL_DONE;
}

void host_panic(const uint8_t *text, int32_t len) {
    (void)text;
    (void)len;
    CHECK(false);
}

// --- Objects

World *world_new(void) {
    World *world = calloc(1, sizeof *world);
    arena_init(&world->arena, 0);
    world->now_ms = 1795000000000;
    return world;
}

void world_free(World *world) {
    for (size_t i = 0; i < world->object_count; i++) free(world->objects[i].storage.rows);
    arena_free(&world->arena);
    free(world);
}

Arena *world_arena(World *world) {
    return &world->arena;
}

double world_now(const World *world) {
    return world->now_ms;
}

void world_plan_fault(World *world, Fault fault, unsigned one_in) {
    world->fault = fault;
    world->fault_one_in = one_in;
    world->random = 1;
}

void world_lose_erasures(World *world) {
    world->loses_erasures = true;
}

void world_hook(World *world, WorldHook *hook) {
    world->hook = hook;
}

void world_answer_hook(World *world, WorldHook *hook) {
    world->answer_hook = hook;
}

void world_evict(World *world) {
    for (size_t i = 0; i < world->object_count; i++) world->objects[i].local = (Slice){NULL, 0};
}

static const Object *find_object(const World *world, Slice name) {
    for (size_t i = 0; i < world->object_count; i++) {
        if (slice_equal(world->objects[i].name, name)) return &world->objects[i];
    }
    return NULL;
}

static Object *open_object(World *world, Role role, Slice name) {
    Object *object = (Object *)find_object(world, name);
    if (object != NULL) return object;
    object = &world->objects[world->object_count++];
    *object = (Object){.role = role, .name = arena_copy(&world->arena, name)};
    return object;
}

// --- Steps

typedef struct Outcome {
    Slice reply;
    Slice state;
    Reader actions;
    uint32_t action_count;
} Outcome;

static void restore(Storage *storage, const StoredRow *rows, size_t count) {
    if (count != 0) memcpy(storage->rows, rows, count * sizeof *rows);
    storage->count = count;
}

static StepVerdict run_role(Step *step) {
    switch (step->role) {
    case ROLE_TABLE: return table_step(step);
    case ROLE_DIRECTORY: return directory_step(step);
    case ROLE_CATALOG: return catalog_step(step);
    default: return VERDICT_ROLLBACK;
    }
}

static void run_step(World *world, Object *object, Step *step, Outcome *outcome) {
    step->arena = &world->arena;
    step->role = object->role;
    step->in.now_ms = world->now_ms;
    memset(step->in.entropy, ++world->entropy, sizeof step->in.entropy);
    step->in.identity = object->name;
    step->in.local = object->local;
    buf_init(&step->actions, &world->arena);
    size_t count = object->storage.count;
    StoredRow *before = malloc((count + 1) * sizeof *before);
    if (count != 0) memcpy(before, object->storage.rows, count * sizeof *before);
    host.world = world;
    host.storage = &object->storage;
    StepVerdict verdict = run_role(step);
    // What core.c does with a step that failed: nothing of it is kept.
    if (!CHECK(verdict != VERDICT_ROLLBACK) || step->error.kind != ERROR_NONE) {
        CHECK_EQ_INT(step->error.kind, ERROR_NONE);
        restore(&object->storage, before, count);
        step->action_count = 0;
    } else if (step->local_present) {
        object->local = arena_copy(&world->arena, step->local);
    }
    free(before);
    // A step that says it wrote nothing must have written nothing.
    if (verdict == VERDICT_READONLY) CHECK_EQ_INT(step->rows_written, 0);
    *outcome = (Outcome){.state = step->state,
                         .actions = reader_of(buf_view(&step->actions)),
                         .action_count = step->action_count};
}

static Answer send_call(World *world, Role role, Slice name, Slice message);

// Carries out a step's actions as the host does: replies and alarms at once, then the calls, whose answers it
// gives.
static size_t perform(World *world, Object *object, Outcome *outcome, Answer *answers, size_t cap) {
    typedef struct Call {
        Role role;
        Slice name;
        Slice message;
    } Call;
    Call *calls = ARENA_ARRAY(&world->arena, Call, cap);
    size_t count = 0;
    Reader *reader = &outcome->actions;
    for (uint32_t i = 0; i < outcome->action_count; i++) {
        switch ((ActionKind)reader_u8(reader)) {
        case ACTION_CALL: {
            Call call = {.role = (Role)reader_u8(reader)};
            reader_u8(reader); // mode
            call.name = reader_bytes(reader, reader_u32(reader));
            call.message = reader_bytes(reader, reader_u32(reader));
            if (CHECK(count < cap)) calls[count++] = call;
            break;
        }
        case ACTION_REPLY: outcome->reply = reader_bytes(reader, reader_u32(reader)); break;
        case ACTION_SET_ALARM:
            object->alarm_ms = reader_f64(reader);
            CHECK(object->alarm_ms == 0 || object->alarm_ms > world->now_ms);
            break;
        case ACTION_DELETE_ALL:
            if (world->loses_erasures) break;
            object->storage.count = 0;
            object->alarm_ms = 0;
            break;
        default: CHECK(false); return 0;
        }
    }
    CHECK(!reader->failed);
    if (count > world->calls_max) world->calls_max = count;
    for (size_t i = 0; i < count && !world->crashed; i++) {
        answers[i] = send_call(world, calls[i].role, calls[i].name, calls[i].message);
    }
    return count;
}

static Slice run_steps(World *world, Object *object, StepEvent event, Slice message) {
    Slice state = {NULL, 0};
    enum { ANSWERS_MAX = 64 };
    Answer *answers = ARENA_ARRAY(&world->arena, Answer, ANSWERS_MAX);
    size_t answer_count = 0, event_calls = 0;
    for (int i = 0; CHECK(i < STEPS_MAX); i++) {
        Step step = {
            .event = event,
            .in = {.message = message, .state = state, .answers = answers, .answer_count = answer_count}};
        Outcome outcome;
        run_step(world, object, &step, &outcome);
        answers = ARENA_ARRAY(&world->arena, Answer, ANSWERS_MAX);
        answer_count = perform(world, object, &outcome, answers, ANSWERS_MAX);
        event_calls += answer_count;
        if (event_calls > world->event_calls_max) world->event_calls_max = event_calls;
        if (world->crashed || answer_count == 0) return outcome.reply;
        event = EVENT_RESUME;
        message = (Slice){NULL, 0};
        state = outcome.state;
    }
    return (Slice){NULL, 0};
}

// --- Calls

static void bring_in(Object *object, const BackfillCommand *command, Buf *payload) {
    enum { ITEMS_A_CALL = 7 };
    Reader from = reader_of(command->from);
    unsigned at = command->from.len == 0 ? 0 : (unsigned)reader_varint(&from);
    if (object->index_id != command->index_id) object->brought = 0;
    object->index_id = command->index_id;
    CHECK(at <= object->brought); // no item is left out
    unsigned end = at + ITEMS_A_CALL < object->items ? at + ITEMS_A_CALL : object->items;
    if (end > object->brought) object->brought = end;
    Buf next;
    buf_init(&next, payload->arena);
    buf_varint(&next, end);
    BackfillResult result = {.done = end == object->items, .next = buf_view(&next)};
    if (result.done) result.next = (Slice){NULL, 0};
    backfill_result_encode(payload, &result);
}

static ResultStatus run_command(Object *object, const CommandHeader *header, Reader *reader, Buf *payload) {
    Error error = {0};
    AdoptCommand adopt;
    BackfillCommand backfill;
    switch (header->kind) {
    case COMMAND_FENCE: object->fenced++; return RESULT_OK;
    case COMMAND_PROBE: buf_u8(payload, !object->is_unused); return RESULT_OK;
    case COMMAND_ADOPT:
        CHECK(command_decode_adopt(reader, header, &adopt, &error) && adopt.index_set.len != 0);
        if (header->epoch > object->epoch) object->epoch = header->epoch;
        return RESULT_OK;
    case COMMAND_BACKFILL:
        if (header->epoch != object->epoch) return RESULT_STALE;
        if (CHECK(command_decode_backfill(reader, header, &backfill, &error))) bring_in(object, &backfill, payload);
        return RESULT_OK;
    default: CHECK(false); return RESULT_ERROR;
    }
}

static Slice run_partition(World *world, Slice name, Slice message) {
    Object *object = open_object(world, ROLE_PARTITION, name);
    Reader reader = reader_of(message);
    CommandHeader header;
    ObjectIdentity self;
    Error error = {0};
    Buf payload, reply;
    buf_init(&payload, &world->arena);
    buf_init(&reply, &world->arena);
    CHECK(command_decode_header(&reader, &header, &error));
    CHECK(name_parse(name, &self) && slice_equal(self.table, header.table_id)); // meant for this object
    Result result = {.status = run_command(object, &header, &reader, &payload)};
    result.payload = buf_view(&payload);
    result_encode(&reply, &result);
    return buf_view(&reply);
}

static Slice deliver(World *world, Role role, Slice name, Slice message) {
    if (role == ROLE_PARTITION) return run_partition(world, name, message);
    return run_steps(world, open_object(world, role, name), EVENT_START, message);
}

static Answer send_call(World *world, Role role, Slice name, Slice message) {
    if (world->hook != NULL) world->hook(world, role, name, message);
    world->random = world->random * 1664525 + 1013904223;
    bool is_struck = world->fault_one_in != 0 && (world->random >> 16) % world->fault_one_in == 0;
    Fault fault = is_struck ? world->fault : FAULT_NONE;
    if (fault == FAULT_NOT_RUN) return (Answer){.status = ANSWER_FAILED};
    Slice reply = deliver(world, role, name, message);
    if (world->answer_hook != NULL) world->answer_hook(world, role, name, message);
    if (fault == FAULT_CRASH) world->crashed = true;
    if (fault != FAULT_NONE || reply.len == 0) return (Answer){.status = ANSWER_UNKNOWN};
    return (Answer){ANSWER_OK, reply};
}

Result world_send(World *world, Role role, Slice name, Slice message) {
    Error error = {0};
    Result result = {.status = RESULT_BUSY};
    Slice reply = deliver(world, role, name, message);
    bool crashed = world->crashed;
    world->crashed = false;
    if (crashed || reply.len == 0 || !result_decode(reply, &result, &error))
        return (Result){.status = RESULT_BUSY};
    return result;
}

static Object *next_alarm(World *world) {
    Object *next = NULL;
    for (size_t i = 0; i < world->object_count; i++) {
        Object *object = &world->objects[i];
        if (object->alarm_ms != 0 && (next == NULL || object->alarm_ms < next->alarm_ms)) next = object;
    }
    return next;
}

double world_next_alarm(World *world) {
    const Object *object = next_alarm(world);
    return object == NULL ? 0 : object->alarm_ms;
}

bool world_run_alarm(World *world) {
    Object *object = next_alarm(world);
    if (object == NULL) return false;
    if (object->alarm_ms > world->now_ms) world->now_ms = object->alarm_ms;
    object->alarm_ms = 0;
    run_steps(world, object, EVENT_ALARM, (Slice){NULL, 0});
    world->crashed = false;
    return true;
}

// --- Looking

size_t world_objects_with_storage(const World *world) {
    size_t count = 0;
    for (size_t i = 0; i < world->object_count; i++) count += world->objects[i].storage.count != 0;
    return count;
}

size_t world_rows(const World *world, Slice name) {
    const Object *object = find_object(world, name);
    return object == NULL ? 0 : object->storage.count;
}

unsigned world_fenced(const World *world, Slice name) {
    const Object *object = find_object(world, name);
    return object == NULL ? 0 : object->fenced;
}

void world_set_items(World *world, Slice name, unsigned items) {
    open_object(world, ROLE_PARTITION, name)->items = items;
}

unsigned world_brought(const World *world, Slice name) {
    const Object *object = find_object(world, name);
    return object == NULL ? 0 : object->brought;
}

uint64_t world_epoch(const World *world, Slice name) {
    const Object *object = find_object(world, name);
    return object == NULL ? 0 : object->epoch;
}

void world_set_used(World *world, Slice name, bool used) {
    open_object(world, ROLE_PARTITION, name)->is_unused = !used;
}

size_t world_event_calls_max(const World *world) {
    return world->event_calls_max;
}

size_t world_calls_max(const World *world) {
    return world->calls_max;
}

#endif
