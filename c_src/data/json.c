#include "data/json.h"

#include <cJSON.h>

#include "base/buf.h"
#include "base/limits.h"
#include "data/json_internal.h"
#include "data/json_scan.h"
#include "data/json_scan_internal.h"

// --- cJSON
// Its allocation hooks are global. Each call of the parser points them at the document's arena and nothing else runs
// meanwhile; this pointer is therefore the one exception to "no globals".
static Arena *parsing_arena;

static void *allocate_in_arena(size_t size) {
    return arena_alloc(parsing_arena, size);
}

static void keep(void *memory) {
    (void)memory; // the arena dies as a whole
}

// NULL when there was no memory: scanned text that went through json_rewrite has nothing that cJSON refuses.
static const cJSON *parse(Arena *arena, Slice text) {
    cJSON_Hooks hooks = {allocate_in_arena, keep};
    cJSON_InitHooks(&hooks);
    parsing_arena = arena;
    const cJSON *node = cJSON_ParseWithLength((const char *)text.data, text.len);
    parsing_arena = NULL;
    if (node == NULL) arena->failed = true;
    return node;
}

// --- Strings

// cJSON ends its strings with a NUL, so those that hold one were given to it with JSON_NUL_MARK instead.
static Slice string_of_node(JsonDocument *document, const char *text) {
    Slice string = slice_of_cstr(text);
    bool has_marks = document->needs_rewriting && memchr(text, JSON_NUL_MARK, string.len) != NULL;
#ifdef SHVM_CANARY_JSON // a bug for the fuzzer to find
    has_marks = false;
#endif
    if (!has_marks) return string;
    uint8_t *copy = arena_alloc(document->arena, string.len);
    if (copy == NULL) return (Slice){NULL, 0};
    for (size_t i = 0; i < string.len; i++) copy[i] = string.data[i] == JSON_NUL_MARK ? 0 : string.data[i];
    return slice_of(copy, string.len);
}

// --- Values

static JsonType type_of_text(Slice text) {
    switch (text.data[0]) {
    case '{': return JSON_OBJECT;
    case '[': return JSON_ARRAY;
    case '"': return JSON_STRING;
    case 't': return JSON_TRUE;
    case 'f': return JSON_FALSE;
    case 'n': return JSON_NULL;
    default: return JSON_NUMBER;
    }
}

static Json json_of_text(Slice text) {
    return (Json){type_of_text(text), text, NULL};
}

static Json json_of_node(const JsonDocument *document, const cJSON *node) {
    switch (node->type & 0xff) {
    case cJSON_False: return (Json){JSON_FALSE, {NULL, 0}, node};
    case cJSON_True: return (Json){JSON_TRUE, {NULL, 0}, node};
    case cJSON_Number: return (Json){JSON_NUMBER, {NULL, 0}, node};
    case cJSON_Array: return (Json){JSON_ARRAY, {NULL, 0}, node};
    case cJSON_Object: return (Json){JSON_OBJECT, {NULL, 0}, node};
    case cJSON_String: {
        const uint8_t *text = (const uint8_t *)node->valuestring;
        if (text[0] == JSON_REFERENCE_MARK) return json_of_text(json_read_reference(document->text, text));
        return (Json){JSON_STRING, {NULL, 0}, node};
    }
    default: return (Json){JSON_NULL, {NULL, 0}, node};
    }
}

Slice json_string(JsonDocument *document, Json value) {
    const cJSON *node = value.node;
    if (node != NULL) return string_of_node(document, node->valuestring);
    return json_decode_string(document->arena, value.text);
}

double json_number(JsonDocument *document, Json value, bool *is_decimal) {
    const cJSON *node = value.node;
    *is_decimal = false;
    if (node != NULL) return node->valuedouble; // decimals never get here: json_rewrite refers to their text
    for (size_t i = 0; i < value.text.len; i++) {
        uint8_t byte = value.text.data[i];
        if (byte == '.' || byte == 'e' || byte == 'E') *is_decimal = true;
    }
    ArenaMark mark = arena_mark(document->arena);
    node = parse(document->arena, value.text);
    double number = node == NULL ? 0 : node->valuedouble;
    arena_rewind(document->arena, mark);
    return number;
}

// A container's own text of this length is parsed whole.
static bool is_short(Slice text) {
    return text.len <= JSON_SUBTREE_BYTES_MAX;
}

static bool is_container(JsonType type) {
    return type == JSON_ARRAY || type == JSON_OBJECT;
}

// A short container's tree; other values as they are.
static Json parsed(JsonDocument *document, Json value) {
    if (value.node != NULL || !is_container(value.type) || !is_short(value.text)) return value;
    Slice text = value.text;
    if (document->needs_rewriting) text = json_rewrite(document->arena, document->text, text);
    value.node = text.data == NULL ? NULL : parse(document->arena, text);
    return value;
}

// --- Documents

static Slice trimmed(Slice text) {
    text = slice_sub(text, json_scan_skip_space(text, 0), text.len);
    while (text.len > 0 && json_scan_skip_space(text, text.len - 1) == text.len) text.len--;
    return text;
}

bool json_open(JsonDocument *document, Arena *arena, Slice text, Error *error) {
    text = trimmed(text);
    *document = (JsonDocument){.arena = arena, .text = text};
    Buf extents;
    buf_init(&extents, arena);
    JsonSurvey survey = {.extents = is_short(text) ? NULL : &extents};
    switch (json_scan_survey(text, &survey)) {
    case JSON_SCAN_OK: break;
    case JSON_SCAN_INVALID: return error_set(error, arena, ERROR_SERIALIZATION_BARE, "");
    case JSON_SCAN_TOO_DEEP: return error_set(error, arena, ERROR_SERIALIZATION, "");
    }
    if (extents.failed) return error_out_of_memory(error);
    document->extents = buf_view(&extents);
    bool is_deep = survey.depth > JSON_TREE_NESTING_MAX;
    document->needs_rewriting = survey.has_odd_escapes || survey.has_decimals || is_deep;
    document->root = parsed(document, json_of_text(text));
    return !arena->failed || error_out_of_memory(error);
}

// --- Walking text

// The offset behind the value at `at`. Long containers were measured when the document was opened: measuring them
// again at every level of nesting would take quadratic time.
static size_t end_of_value(const JsonDocument *document, Slice text, size_t at) {
    const JsonExtent *extents = (const JsonExtent *)(const void *)document->extents.data;
    size_t low = 0;
    size_t high = document->extents.len / sizeof *extents;
    size_t offset = (size_t)(text.data + at - document->text.data);
    bool is_bracket = text.data[at] == '{' || text.data[at] == '[';
    while (is_bracket && low < high) {
        size_t middle = low + (high - low) / 2;
        if (extents[middle].start == offset) return at + extents[middle].end - offset;
        if (extents[middle].start < offset) low = middle + 1;
        else high = middle;
    }
    return json_scan_skip_value(text, at);
}

// Takes the next element or member off the front of a container's text, its opening bracket already taken.
static bool next_text(const JsonDocument *document, Slice *rest, bool is_object, Slice *name, Slice *value) {
    size_t at = json_scan_skip_space(*rest, 0);
    if (rest->data[at] == ',') at = json_scan_skip_space(*rest, at + 1);
    if (rest->data[at] == ']' || rest->data[at] == '}') return false;
    *name = (Slice){NULL, 0};
    if (is_object) {
        size_t name_end = json_scan_skip_value(*rest, at);
        *name = slice_sub(*rest, at, name_end);
        at = json_scan_skip_space(*rest, name_end);
        at = json_scan_skip_space(*rest, at + 1); // the colon
    }
    size_t end = end_of_value(document, *rest, at);
    *value = slice_sub(*rest, at, end);
    *rest = slice_sub(*rest, end, rest->len);
    return true;
}

JsonIterator json_iterate(JsonDocument *document, Json container) {
    JsonIterator iterator = {.document = document, .is_object = container.type == JSON_OBJECT};
    if (!is_container(container.type)) return iterator;
    container = parsed(document, container);
    if (container.node != NULL) iterator.node = ((const cJSON *)container.node)->child;
    else if (!is_short(container.text)) iterator.text = slice_sub(container.text, 1, container.text.len);
    return iterator;
}

bool json_next(JsonIterator *iterator, Slice *name, Json *value) {
    JsonDocument *document = iterator->document;
    const cJSON *node = iterator->node;
    *name = (Slice){NULL, 0};
    if (node != NULL) {
        if (iterator->is_object) *name = string_of_node(document, node->string);
        *value = json_of_node(document, node);
        iterator->node = node->next;
        return !document->arena->failed;
    }
    Slice text;
    Slice name_text;
    if (iterator->text.len == 0) return false;
    if (!next_text(document, &iterator->text, iterator->is_object, &name_text, &text)) return false;
    if (iterator->is_object) *name = json_decode_string(document->arena, name_text);
    *value = parsed(document, json_of_text(text));
    return !document->arena->failed;
}

bool json_only_member(JsonDocument *document, Json object, Slice *name, Json *value) {
    const cJSON *node = object.node;
    if (node == NULL || object.type != JSON_OBJECT || node->child == NULL || node->child->next != NULL) return false;
    *name = string_of_node(document, node->child->string);
    *value = json_of_node(document, node->child);
    return true;
}

size_t json_count(JsonDocument *document, Json container) {
    JsonIterator iterator = json_iterate(document, container);
    size_t count = 0;
    Slice name;
    Slice value;
    for (const cJSON *node = iterator.node; node != NULL; node = node->next) count++;
    if (iterator.text.len == 0) return count;
    while (next_text(document, &iterator.text, iterator.is_object, &name, &value)) count++;
    return count;
}

// --- Members by name

static bool is_text_of_name(JsonDocument *document, Slice text, Slice name) {
    ArenaMark mark = arena_mark(document->arena);
    bool is_equal = slice_equal(json_decode_string(document->arena, text), name);
    arena_rewind(document->arena, mark);
    return is_equal;
}

// Most names differ in their first letters, before anybody need know how long they are.
static bool node_has_name(JsonDocument *document, const cJSON *node, Slice name) {
    if (document->needs_rewriting) return slice_equal(string_of_node(document, node->string), name);
    for (size_t i = 0; i < name.len; i++) {
        if (node->string[i] == '\0' || (uint8_t)node->string[i] != name.data[i]) return false;
    }
    return node->string[name.len] == '\0';
}

Json json_member(JsonDocument *document, Json object, Slice name) {
    Json found = {JSON_ABSENT, {NULL, 0}, NULL};
    if (object.type != JSON_OBJECT) return found;
    JsonIterator iterator = json_iterate(document, object);
    for (const cJSON *node = iterator.node; node != NULL; node = node->next) {
        if (node_has_name(document, node, name)) found = json_of_node(document, node);
    }
    Slice name_text;
    Slice text;
    while (iterator.text.len != 0 && next_text(document, &iterator.text, true, &name_text, &text)) {
        if (is_text_of_name(document, name_text, name)) found = json_of_text(text);
    }
    if (found.type == JSON_NULL) found = (Json){JSON_ABSENT, {NULL, 0}, NULL};
    return parsed(document, found);
}
