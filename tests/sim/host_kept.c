// What worker/kept_reads.js relies on: a reply to an eventually consistent GetItem stays right until a step says that
// it changed the item. Here no reply is given twice; every one is held against the last to the same message.
#include <stdlib.h>
#include <string.h>

#include "host.h"

typedef struct KeptRead {
    Slice object; // its name; copies, as all of these
    Slice message;
    Slice body; // of the reply, where one was made and nothing has changed since
    uint32_t item;
} KeptRead;

struct KeptReads {
    KeptRead reads[KEPT_READS_MAX];
    size_t count;
    size_t next; // where the oldest stands
};

KeptReads *kept_reads_new(void) {
    return calloc(1, sizeof(KeptReads));
}

static void forget(Slice *copy) {
    free((void *)(uintptr_t)copy->data);
    *copy = (Slice){NULL, 0};
}

static void keep(Slice *copy, Slice bytes) {
    forget(copy);
    uint8_t *data = malloc(bytes.len + 1);
    memcpy(data, bytes.data, bytes.len);
    *copy = slice_of(data, bytes.len);
}

void kept_reads_free(KeptReads *kept) {
    for (size_t i = 0; i < kept->count; i++) {
        forget(&kept->reads[i].object);
        forget(&kept->reads[i].message);
        forget(&kept->reads[i].body);
    }
    free(kept);
}

static KeptRead *find(KeptReads *kept, Slice object, Slice message) {
    for (size_t i = 0; i < kept->count; i++) {
        KeptRead *read = &kept->reads[i];
        if (slice_equal(read->object, object) && slice_equal(read->message, message)) return read;
    }
    return NULL;
}

void kept_reads_forwarded(KeptReads *kept, const HostStep *step) {
    bool is_read = step->items_known && step->item_count == 1 && step->action_count == 1;
    if (!is_read || step->actions[0].kind != ACTION_FORWARD) return;
    const HostAction *action = &step->actions[0];
    KeptRead *read = find(kept, action->name, action->message);
    if (read == NULL) {
        read = &kept->reads[kept->next];
        kept->next = (kept->next + 1) % KEPT_READS_MAX;
        if (kept->count < KEPT_READS_MAX) kept->count++;
        forget(&read->body);
        keep(&read->object, action->name);
        keep(&read->message, action->message);
    } else if (read->item != step->items[0]) {
        violation("the same read is of another item");
    }
    read->item = step->items[0];
}

static bool has_changed(const HostStep *step, uint32_t item) {
    if (!step->items_known) return true;
    for (size_t i = 0; i < step->item_count; i++) {
        if (step->items[i] == item) return true;
    }
    return false;
}

void kept_reads_stepped(KeptReads *kept, const HostStep *step) {
    if (step->verdict == VERDICT_COMMIT) {
        for (size_t i = 0; i < kept->count; i++) {
            KeptRead *read = &kept->reads[i];
            if (slice_equal(read->object, step->object->name) && has_changed(step, read->item)) forget(&read->body);
        }
        return;
    }
    bool is_reply = step->event == EVENT_START && step->mode == CALL_READ && step->action_count == 1
        && step->actions[0].kind == ACTION_RESPOND_HTTP && step->actions[0].status == 200;
    KeptRead *read = is_reply ? find(kept, step->object->name, step->message) : NULL;
    if (read == NULL) return;
    if (read->body.data != NULL && !slice_equal(read->body, step->actions[0].body)) {
        violation("a kept reply was out of date");
    }
    keep(&read->body, step->actions[0].body);
}
