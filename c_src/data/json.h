// Requests' JSON. cJSON stays behind this header. The text is first scanned strictly (json_scan.h), so everything that
// cJSON is lax about is refused before it runs: invalid UTF-8, raw control characters, leading zeros, trailing text,
// depth. Containers longer than JSON_SUBTREE_BYTES_MAX are walked as text and only their smaller parts are handed to
// cJSON, so the tree of a 16 MB request never exists at once.
//
// Trees of a long document are made anew in the document's arena whenever json_next or json_member gives out one of
// its parts: whoever walks a long container takes arena_mark before each json_next and rewinds when done with the
// value. So what is built meanwhile (a Buf above all) must live in another arena.
#ifndef SHVM_DATA_JSON_H
#define SHVM_DATA_JSON_H

#include "base/arena.h"
#include "base/error.h"

typedef enum JsonType {
    JSON_ABSENT = 0, // no such member
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
} JsonType;

// One value of a document: text of its own, or a cJSON node. Cheap to copy; valid as long as the document's arena
// is not rewound past it.
typedef struct Json {
    JsonType type;
    Slice text;       // the value's own text while it is not parsed (node NULL)
    const void *node; // cJSON node, or NULL
} Json;

typedef struct JsonDocument {
    Arena *arena; // trees and decoded strings live here
    Json root;
    // Private to json.c.
    Slice text;           // the document's own
    Slice extents;        // where its long containers end (json_scan_internal.h)
    bool needs_rewriting; // it holds something that cJSON would get wrong (json_internal.h)
    // Private to value_check.c, which notes here what it met while checking values.
    bool has_lenient_booleans;
    bool has_two_typed_values;
} JsonDocument;

// Scans and opens a document. false: error is ERROR_SERIALIZATION_BARE when the text is no JSON at all (DynamoDB then
// answers only __type), ERROR_SERIALIZATION where it is JSON but deeper than JSON_NESTING_MAX, ERROR_OUT_OF_MEMORY.
bool json_open(JsonDocument *document, Arena *arena, Slice text, Error *error);

// The decoded characters of a string: UTF-8, may contain U+0000. Unpaired surrogate escapes become U+FFFD.
// {NULL, 0} with arena->failed when memory ran out. The value must be a JSON_STRING.
Slice json_string(JsonDocument *document, Json value);
// The value of a number as a double (JSON_NUMBER), and whether its text has a point or an exponent.
double json_number(JsonDocument *document, Json value, bool *is_decimal);

// Walks an array or object in the order of the text. Duplicate names come out as often as they stand there; callers
// that build maps let the last one win.
typedef struct JsonIterator {
    JsonDocument *document;
    Slice text;       // rest of an unparsed container
    const void *node; // next child of a parsed one
    bool is_object;
} JsonIterator;

JsonIterator json_iterate(JsonDocument *document, Json container);
// False at the end (or when memory ran out: document->arena->failed). name is decoded; empty for array elements.
bool json_next(JsonIterator *iterator, Slice *name, Json *value);
// Number of elements or members.
size_t json_count(JsonDocument *document, Json container);
// The member of that exact name, the last one where it is repeated; JSON_ABSENT where there is none OR IT IS null
// (DynamoDB treats a member that is null as absent).
Json json_member(JsonDocument *document, Json object, Slice name);

#endif
