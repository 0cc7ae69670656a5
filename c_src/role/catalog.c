#include "role/catalog.h"

#include "base/limits.h"
#include "msg/control.h"
#include "role/object_reply.h"
#include "store/store.h"

static StepVerdict add(Step *step, Slice name, Slice table_id) {
    Slice known_id;
    bool found;
    if (!store_get(step, SPACE_NAMES, name, &known_id, &found)) return reply_error(step);
    bool is_new = !found || !slice_equal(known_id, table_id);
    if (is_new && !store_put(step, SPACE_NAMES, name, table_id)) return reply_error(step);
    return reply_ok(step, (Slice){NULL, 0}, is_new);
}

static StepVerdict take_off(Step *step, Slice name, Slice table_id) {
    Slice known_id;
    bool found;
    if (!store_get(step, SPACE_NAMES, name, &known_id, &found)) return reply_error(step);
    // A late repetition must not remove the name of a table created since.
    bool is_meant = found && slice_equal(known_id, table_id);
    if (is_meant && !store_delete(step, SPACE_NAMES, name)) return reply_error(step);
    return reply_ok(step, (Slice){NULL, 0}, is_meant);
}

static StepVerdict list(Step *step, Slice after, uint64_t limit) {
    if (limit == 0 || limit > LIST_TABLES_LIMIT_MAX) limit = LIST_TABLES_LIMIT_MAX;
    return reply_keys(step, SPACE_NAMES, after, (Slice){NULL, 0}, limit, false);
}

StepVerdict catalog_step(Step *step) {
    // The catalog calls nobody and sets no alarm.
    if (step->event != EVENT_START) return finish_quietly(step, false);
    Reader reader = reader_of(step->in.message);
    ControlKind kind;
    if (!control_decode(&reader, &kind, &step->error)) return reply_error(step);
    bool is_ours = kind == CONTROL_CATALOG_ADD || kind == CONTROL_CATALOG_REMOVE || kind == CONTROL_CATALOG_LIST;
    if (!is_ours) return reply_unsupported(step);
    Slice name = reader_slice(&reader);
    if (kind == CONTROL_CATALOG_LIST) {
        uint64_t limit = reader_varint(&reader);
        if (!reader.failed) return list(step, name, limit);
    } else {
        Slice table_id = reader_slice(&reader);
        if (!reader.failed && kind == CONTROL_CATALOG_ADD) return add(step, name, table_id);
        if (!reader.failed && kind == CONTROL_CATALOG_REMOVE) return take_off(step, name, table_id);
    }
    error_corrupt(&step->error, "malformed message for a catalog");
    return reply_error(step);
}
