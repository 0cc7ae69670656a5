// AttributeValues of requests: JSON → encoded values (item_codec.h), with DynamoDB's checks and texts.
#ifndef SHVM_DATA_VALUE_H
#define SHVM_DATA_VALUE_H

#include "base/buf.h"
#include "base/error.h"
#include "data/json.h"

// Which of DynamoDB's two validation layers reads the request (docs/compatibility.md): they word errors differently.
typedef enum Layer { LAYER_NEWER, LAYER_OLDER } Layer;

typedef struct ValueRules {
    Layer layer;
    unsigned nesting_max; // levels of maps and lists accepted: VALUE_NESTING_MAX, or 32 in a few places
} ValueRules;

// Step 1 of every request: the JSON types inside an AttributeValue, before anything else is looked at
// (SerializationException: a number where a string belongs, a string for BOOL that is no boolean, bad base64 …).
bool value_check_json(JsonDocument *document, Json value, Error *error);
// Whether any BOOL or NULL inside is written as a string: the request then falls back to the older layer.
// value_check_json must have passed for this value; likewise below.
bool value_uses_lenient_boolean(JsonDocument *document, Json value);
// Whether some AttributeValue inside has two members: likewise.
bool value_has_two_members(JsonDocument *document, Json value);

// Appends the encoded value. Errors are ValidationExceptions: exactly one type ("Supplied AttributeValue is empty, …",
// "… more than one datatypes …"), numbers, sets (empty, duplicate), NULL that reads false, nesting; in_envelope is set
// where PutItem, UpdateItem and DeleteItem answer inside "1 validation error detected: ". value_check_json must have
// passed. On failure nothing is appended.
// `out` must live in another arena than the document's, which is rewound while trees come and go; messages of errors
// live in out's arena.
bool value_from_json(JsonDocument *document, Json value, const ValueRules *rules, Buf *out, Error *error);
// The same for a map of attributes: an item or a key. Empty attribute names are refused ("Empty attribute name").
bool item_from_json(JsonDocument *document, Json item, const ValueRules *rules, Buf *out, Error *error);

#endif
