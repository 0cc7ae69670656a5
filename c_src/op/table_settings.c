#include "op/table_settings.h"

#include "msg/schema.h"

StreamDraft draft_stream(Request *request) {
    // In the order of StreamView, from KEYS_ONLY.
    static const char *const VIEWS[] = {"KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", NULL};
    Json stream = schema_member(&request->document, request->root, "StreamSpecification");
    if (stream.type != JSON_OBJECT) return (StreamDraft){.given = false};
    return (StreamDraft){
        .given = true,
        .enabled = schema_boolean(&request->document, stream, "StreamEnabled", false),
        .view = (StreamView)(schema_choice(&request->document, stream, "StreamViewType", VIEWS) + 1),
    };
}

static Tag *find_tag(Tag *tags, size_t count, Slice key) {
    for (size_t i = 0; i < count; i++) {
        if (slice_equal(tags[i].key, key)) return &tags[i];
    }
    return NULL;
}

bool draft_tags(Request *request, Tag **tags, size_t *count) {
    Step *step = request->step;
    JsonDocument *document = &request->document;
    Json list = schema_member(document, request->root, "Tags");
    *count = 0;
    *tags = ARENA_ARRAY(step->arena, Tag, TAGS_MAX);
    if (*tags == NULL) return error_out_of_memory(&step->error);
    if (list.type != JSON_ARRAY) return true;
    JsonIterator iterator = json_iterate(document, list);
    Slice unused;
    Json element;
    while (json_next(&iterator, &unused, &element)) {
        Tag tag;
        schema_string(document, element, "Key", &tag.key);
        schema_string(document, element, "Value", &tag.value);
        if (slice_starts_with(tag.key, SLICE("aws:"))) {
            return error_validation(&step->error, step->arena,
                                    "aws: prefixed tag key names are not allowed for external use.");
        }
        Tag *known = find_tag(*tags, *count, tag.key);
        if (known == NULL && *count == TAGS_MAX) {
            return error_validation(
                &step->error, step->arena,
                "One or more parameter values were invalid: a table can have at most %u tags", TAGS_MAX);
        }
        if (known == NULL) known = &(*tags)[(*count)++];
        *known = tag;
    }
    return !document->arena->failed || error_out_of_memory(&step->error);
}

// A power of two in decimal, from 1 to HASH_SLOTS_MAX; 0 for anything else.
static uint32_t parse_slots(Slice text) {
    uint32_t slots = 0;
    if (text.len == 0 || text.len > 4 || text.data[0] == '0') return 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') return 0;
        slots = slots * 10 + (uint32_t)(text.data[i] - '0');
    }
    return slots <= HASH_SLOTS_MAX && (slots & (slots - 1)) == 0 ? slots : 0;
}

bool layout_parse(Step *step, Slice text, LayoutKind *layout, uint32_t *slots) {
    Slice hash = SLICE("hash:");
    *layout = LAYOUT_KEY;
    *slots = 0;
    if (slice_equal(text, SLICE("key"))) return true;
    if (slice_starts_with(text, hash)) *slots = parse_slots(slice_sub(text, hash.len, text.len));
    *layout = LAYOUT_HASH;
    return *slots != 0 ||
           error_validation(
               &step->error, step->arena,
               "One or more parameter values were invalid: the layout must be 'key' or 'hash:N', where N "
               "is a power of two from 1 to %u; not '%S'",
               HASH_SLOTS_MAX, &text);
}
