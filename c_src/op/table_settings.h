// Settings that CreateTable and UpdateTable share, and tags.
#ifndef SHVM_OP_TABLE_SETTINGS_H
#define SHVM_OP_TABLE_SETTINGS_H

#include "msg/descriptor.h"
#include "op/operation.h"

#define LAYOUT_TAG "shvm:layout" // CreateTable's tag that chooses the layout: key | hash:N

typedef struct StreamDraft {
    bool given;
    bool enabled;
    StreamView view; // STREAM_VIEW_NONE: no StreamViewType
} StreamDraft;

StreamDraft draft_stream(Request *request);
// The Tags of a request; repeated keys are merged, the last value wins. False: an error is set.
bool draft_tags(Request *request, Tag **tags, size_t *count);
// Reads "key" or "hash:N". False: an error is set that says what is allowed.
bool layout_parse(Step *step, Slice text, LayoutKind *layout, uint32_t *slots);

#endif
