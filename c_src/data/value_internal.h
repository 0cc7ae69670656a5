// What the files that read AttributeValues share.
#ifndef SHVM_DATA_VALUE_INTERNAL_H
#define SHVM_DATA_VALUE_INTERNAL_H

#include "base/limits.h"
#include "data/item_codec.h"
#include "data/value.h"

// Before every text that DynamoDB's parameter checks begin with this.
#define INVALID_PARAMETER "One or more parameter values were invalid: "

// A value that encodes to more than this, or has more members, is far above any item's size: it is refused while it is
// being read, so that a request of 16 MB cannot take several times its size.
#define VALUE_ENCODED_BYTES_MAX (4u * 1024 * 1024)
#define VALUE_MEMBERS_MAX ITEM_SIZE_BYTES_MAX
#define VALUE_TOO_LARGE "Item size has exceeded the maximum allowed size"

// The type that a member of an AttributeValue names; VALUE_NONE for an unknown one, which DynamoDB ignores.
ValueType value_type_of_member(Slice name);
// Reads BOOL's or NULL's JSON: a boolean, or a string that DynamoDB takes for one. False when it is neither.
bool value_read_boolean(JsonDocument *document, Json json, bool *value);

// Appends a set (value_set.c).
bool value_append_members(JsonDocument *document, Json set, ValueType type, const ValueRules *rules, Buf *out,
                          Error *error);
// Appends one number as length u8 and sortable bytes; sets the error that DynamoDB has for a bad one.
bool value_append_number(Slice text, const ValueRules *rules, Buf *out, Error *error);
// Appends length varint and the bytes of base64 text that value_check_json has accepted.
void value_append_base64(Slice text, Buf *out);
// The error of an empty set.
bool value_refuse_empty_set(ValueType type, Buf *out, Error *error);

#endif
