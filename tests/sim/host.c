#include "host.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/canary.h"

enum { VALUE_BYTES_MAX = 2 * 1024 * 1024 }; // workerd refuses larger values, results included

struct Host {
    HostObject **objects;
    size_t count;
    size_t cap;
    size_t *slots; // open addressing by name: index + 1
    size_t slot_count;
    const char *folder;
    KeptReads *kept;
};

// --- Violations

static char violation_words[512];

const char *violation_text(void) {
    return violation_words[0] == '\0' ? NULL : violation_words;
}

void violation_clear(void) {
    violation_words[0] = '\0';
}

void violation(const char *format, ...) {
    if (violation_words[0] != '\0') return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(violation_words, sizeof violation_words, format, arguments);
    va_end(arguments);
}

// --- Objects

static void check_sqlite(sqlite3 *database, int code, const char *what) {
    if (code == SQLITE_OK) return;
    fprintf(stderr, "%s: %s\n", what, database == NULL ? "no memory" : sqlite3_errmsg(database));
    exit(2);
}

static void run_sql(HostObject *object, const char *text) {
    check_sqlite(object->database, sqlite3_exec(object->database, text, NULL, NULL, NULL), text);
}

static void open_database(const Host *host, HostObject *object, bool fresh) {
    char path[4096] = ":memory:";
    if (host->folder != NULL) {
        int at = snprintf(path, sizeof path, "%s/", host->folder);
        for (size_t i = 0; i < object->name.len && at < (int)sizeof path - 8; i++) {
            uint8_t c = object->name.data[i];
            path[at++] = c == '/' ? '~' : (char)c;
        }
        snprintf(path + at, sizeof path - (size_t)at, ".db");
        if (fresh) remove(path);
    }
    check_sqlite(object->database, sqlite3_open(path, &object->database), "sqlite3_open");
    sqlite3_limit(object->database, SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX);
    sqlite3_db_config(object->database, SQLITE_DBCONFIG_LOOKASIDE, NULL, 0, 0);
    if (host->folder != NULL) run_sql(object, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
}

static void close_database(HostObject *object) {
    for (size_t i = 0; i < ITEMS_STATEMENT_END; i++) {
        sqlite3_finalize(object->statements[i]);
        object->statements[i] = NULL;
    }
    sqlite3_close(object->database);
    object->database = NULL;
}

Host *host_new(const char *folder) {
    Host *host = calloc(1, sizeof *host);
    host->folder = folder;
    host->kept = kept_reads_new();
    host->slot_count = 1u << 14;
    host->slots = calloc(host->slot_count, sizeof *host->slots);
    return host;
}

void host_free(Host *host) {
    for (size_t i = 0; i < host->count; i++) {
        close_database(host->objects[i]);
        free((void *)host->objects[i]->name.data);
        free(host->objects[i]->local);
        free(host->objects[i]);
    }
    kept_reads_free(host->kept);
    free(host->objects);
    free(host->slots);
    free(host);
}

static size_t find_slot(const Host *host, Slice name) {
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < name.len; i++) hash = (hash ^ name.data[i]) * 1099511628211u;
    size_t slot = (size_t)hash & (host->slot_count - 1);
    while (host->slots[slot] != 0 && !slice_equal(host->objects[host->slots[slot] - 1]->name, name)) {
        slot = (slot + 1) & (host->slot_count - 1);
    }
    return slot;
}

static void grow_slots(Host *host) {
    free(host->slots);
    host->slot_count *= 2;
    host->slots = calloc(host->slot_count, sizeof *host->slots);
    for (size_t i = 0; i < host->count; i++) host->slots[find_slot(host, host->objects[i]->name)] = i + 1;
}

HostObject *host_object(Host *host, Role role, Slice name) {
    size_t slot = find_slot(host, name);
    if (host->slots[slot] != 0) return host->objects[host->slots[slot] - 1];
    if (host->count == host->cap) {
        host->cap = host->cap * 2 + 64;
        host->objects = realloc(host->objects, host->cap * sizeof(HostObject *));
    }
    HostObject *object = calloc(1, sizeof *object);
    uint8_t *copy = malloc(name.len + 1);
    memcpy(copy, name.data, name.len);
    object->role = role;
    object->name = slice_of(copy, name.len);
    open_database(host, object, false);
    host->objects[host->count++] = object;
    host->slots[slot] = host->count;
    if (host->count * 2 > host->slot_count) grow_slots(host);
    return object;
}

HostObject *host_object_at(Host *host, size_t index) {
    return index < host->count ? host->objects[index] : NULL;
}

static void set_local(HostObject *object, Slice local) {
    uint8_t *copy = malloc(local.len + 1);
    if (local.len != 0) memcpy(copy, local.data, local.len);
    free(object->local);
    object->local = copy;
    object->local_len = local.len;
}

void host_evict(HostObject *object) {
    object->life++;
    set_local(object, (Slice){NULL, 0});
}

static int64_t count_rows(HostObject *object, const char *query) {
    sqlite3_stmt *statement = NULL;
    int64_t count = -1;
    if (sqlite3_prepare_v2(object->database, query, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        count = sqlite3_column_int64(statement, 0);
    }
    sqlite3_finalize(statement);
    return count;
}

int64_t host_item_count(HostObject *object) {
    return count_rows(object, "SELECT count(*) FROM items");
}

int64_t host_orphan_count(HostObject *object) {
    return count_rows(
        object, "SELECT count(*) FROM big WHERE id NOT IN (SELECT big FROM items WHERE big IS NOT NULL)");
}

// --- Steps

static void put_bytes(Buf *out, Slice bytes) {
    buf_u32(out, (uint32_t)bytes.len);
    buf_bytes(out, bytes);
}

static Slice take_bytes(Reader *reader) {
    uint32_t len = reader_u32(reader);
    return reader_bytes(reader, len);
}

Slice host_gateway_message(Arena *arena, Slice target, Slice content_type, Slice body, Slice default_layout,
                           uint32_t calls_max, bool wait_for_indexes) {
    const Slice none = {NULL, 0};
    Buf message;
    buf_init(&message, arena);
    buf_u8(&message, ENVELOPE_VERSION);
    put_bytes(&message, target);
    put_bytes(&message, content_type);
    put_bytes(&message, body);
    put_bytes(&message, default_layout);
    buf_u32(&message, calls_max);
    buf_u8(&message, 0); // keys are not checked
    put_bytes(&message, none);
    put_bytes(&message, none);
    put_bytes(&message, none);
    buf_u32(&message, 2); // options
    buf_u8(&message, wait_for_indexes);
    buf_u8(&message, true); // one isolate: consistent reads are looked at by host_kept.c, too
    return buf_view(&message);
}

static Slice encode_input(Arena *arena, const HostStep *step) {
    const HostObject *object = step->object;
    bool starts = step->event == EVENT_START || step->repeats_message;
    Buf out;
    buf_init(&out, arena);
    buf_u8(&out, ENVELOPE_VERSION);
    buf_f64(&out, step->now_ms);
    buf_bytes(&out, slice_of(step->entropy, sizeof step->entropy));
    put_bytes(&out, object == NULL ? (Slice){NULL, 0} : object->name);
    put_bytes(&out, object == NULL ? (Slice){NULL, 0} : slice_of(object->local, object->local_len));
    put_bytes(&out, starts ? step->message : (Slice){NULL, 0});
    put_bytes(&out, step->state);
    buf_u32(&out, (uint32_t)step->answer_count);
    for (size_t i = 0; i < step->answer_count; i++) {
        buf_u8(&out, (uint8_t)step->answers[i].status);
        put_bytes(&out, step->answers[i].body);
    }
    return buf_view(&out);
}

static void read_action(Reader *reader, HostAction *action) {
    *action = (HostAction){.kind = (ActionKind)reader_u8(reader)};
    switch (action->kind) {
    case ACTION_CALL:
    case ACTION_FORWARD:
        action->role = (Role)reader_u8(reader);
        action->mode = (CallMode)reader_u8(reader);
        action->name = take_bytes(reader);
        action->message = take_bytes(reader);
        break;
    case ACTION_RESPOND_HTTP:
        action->status = reader_u16(reader);
        action->content_type = reader_u8(reader);
        action->crc32 = reader_u32(reader);
        action->request_id = reader_bytes(reader, REQUEST_ID_BYTES);
        action->body = take_bytes(reader);
        break;
    case ACTION_REPLY: action->message = take_bytes(reader); break;
    case ACTION_SET_ALARM: action->due_ms = reader_f64(reader); break;
    case ACTION_WAIT: action->wait_ms = reader_f64(reader); break;
    case ACTION_DELETE_ALL:
    case ACTION_RESTART:
    case ACTION_REPEAT_MESSAGE: break;
    default: violation("unknown action %d", (int)action->kind);
    }
}

// *local_present tells whether *local replaces the object's.
static void read_output(Arena *arena, Slice bytes, HostStep *step, bool *local_present, Slice *local) {
    Reader reader = reader_of(arena_copy(arena, bytes));
    if (reader_u8(&reader) != ENVELOPE_VERSION) violation("unknown version of a step's output");
    *local_present = reader_u8(&reader) == 1;
    *local = take_bytes(&reader);
    step->next_state = take_bytes(&reader);
    step->action_count = reader_u32(&reader);
    step->actions = ARENA_ARRAY(arena, HostAction, step->action_count);
    step->wants_message = false;
    for (size_t i = 0; i < step->action_count; i++) {
        read_action(&reader, &step->actions[i]);
        step->wants_message |= step->actions[i].kind == ACTION_REPEAT_MESSAGE;
    }
    step->items_known = reader_u8(&reader) == 1;
    step->item_count = reader_u32(&reader);
    uint32_t *items = ARENA_ARRAY(arena, uint32_t, step->item_count);
    for (size_t i = 0; i < step->item_count; i++) items[i] = reader_u32(&reader);
    step->items = items;
    if (reader.failed || reader_left(&reader) != 0) violation("malformed output of a step");
}

static void perform(const Host *host, HostObject *object, const HostStep *step) {
    for (size_t i = 0; i < step->action_count; i++) {
        const HostAction *action = &step->actions[i];
        if (action->kind == ACTION_SET_ALARM) {
            double due = action->due_ms;
            bool is_to_come = due > step->now_ms && due == (double)(uint64_t)due;
            if (due != 0 && !is_to_come) violation("an alarm for %f, set at %f", due, step->now_ms);
            object->alarm_ms = due;
        } else if (action->kind == ACTION_DELETE_ALL) {
            close_database(object);
            open_database(host, object, true);
            object->alarm_ms = 0;
        }
    }
}

static int run_core(Arena *arena, HostStep *step) {
    SqlContext *sql = sql_context();
    Slice input = encode_input(arena, step);
    bool show_panics = sql->show_panics;
    *sql = (SqlContext){
        .object = step->object, .fail_statement = step->fail_statement, .show_panics = show_panics};
    if (step->object != NULL) sql->version_max = step->object->version_max;
#ifdef SHVM_TEST_FAULTS
    if (step->fail_once)
        arena_fail_once(step->fail_allocation);
    else
        arena_fail_after(step->fail_allocation);
#endif
    Role role = step->object == NULL ? ROLE_GATEWAY : step->object->role;
    int verdict = -1;
    uint8_t *target = core_input(step->core, input.len);
    if (target != NULL) {
        memcpy(target, input.data, input.len);
        verdict = core_step(step->core, role, step->event, input.len);
    }
    step->statement_failed = sql->statement_failed;
#ifdef SHVM_TEST_FAULTS
    step->allocation_failed = arena_fault_fired();
    arena_fail_after(0);
#endif
    sql_close_cursors();
    return verdict;
}

// What holds for every step, whatever it does.
static void check_verdict(const HostStep *step, const SqlContext *sql) {
    bool keeps = step->verdict == VERDICT_COMMIT || step->verdict == VERDICT_READONLY;
    if (step->verdict > VERDICT_ROLLBACK) violation("verdict %d", step->verdict);
    if (sql->writes && step->verdict == VERDICT_READONLY) violation("a step wrote and says it only read");
    if (sql->writes && step->mode == CALL_READ) violation("a step wrote outside a transaction");
    if (step->allocation_failed && keeps && step->object != NULL) {
        violation("a step kept its work though an allocation had failed");
    }
}

void host_step(Host *host, Arena *arena, HostStep *step) {
    SqlContext *sql = sql_context();
    HostObject *object = step->object;
    bool has_transaction = object != NULL && step->mode == CALL_WRITE;
    if (has_transaction) run_sql(object, "SAVEPOINT step");
    step->verdict = run_core(arena, step);
    step->action_count = 0;
    check_verdict(step, sql);
    bool is_lost = step->lose || step->fail_commit;
    bool keeps = !is_lost && (step->verdict == VERDICT_COMMIT || step->verdict == VERDICT_READONLY);
    bool rolls_back = !keeps && (is_lost || !CANARY(CANARY_HOST_FORGETS_ROLLBACK));
    if (has_transaction && rolls_back) run_sql(object, "ROLLBACK TO step");
    if (has_transaction) run_sql(object, "RELEASE step");
    if (step->verdict < 0) return;
    bool local_present;
    Slice local;
    read_output(arena, core_output(step->core), step, &local_present, &local);
    core_reset(step->core);
    if (object == NULL) kept_reads_forwarded(host->kept, step);
    if (object == NULL) return;
    if (keeps) kept_reads_stepped(host->kept, step);
    if (keeps) object->version_max = sql->version_max;
    if (local_present && (keeps || (step->fail_commit && CANARY(CANARY_HOST_KEEPS_LOCAL))))
        set_local(object, local);
    if (!is_lost) perform(host, object, step);
}
