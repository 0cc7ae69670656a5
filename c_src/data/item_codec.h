// The binary form of attribute values and items. Attributes are sorted by the bytes of their names and set members are
// sorted (strings and binaries by bytes, numbers by value), so equality of values is memcmp.
//
//   item   := version u8 (1) ‖ count varint ‖ count × attribute
//   attribute := name length varint ‖ name ‖ value
//   value  := tag u8 ‖ payload
//     NULL, TRUE, FALSE   no payload
//     S, B                length varint ‖ bytes
//     N                   length u8 ‖ sortable bytes (decimal.h)
//     L                   payload length varint ‖ count varint ‖ count × value
//     M                   payload length varint ‖ count varint ‖ count × attribute, sorted by name
//     SS, BS              payload length varint ‖ count varint ‖ count × (length varint ‖ bytes), sorted
//     NS                  payload length varint ‖ count varint ‖ count × (length u8 ‖ sortable bytes), sorted
//
// "payload length" counts the bytes after itself, so any value is skipped without looking inside. An empty Slice stands
// for "no value" or "no item" everywhere.
#ifndef SHVM_DATA_ITEM_CODEC_H
#define SHVM_DATA_ITEM_CODEC_H

#include "base/buf.h"
#include "base/error.h"

#define ITEM_VERSION 1

typedef enum ValueType {
    VALUE_NONE = 0,
    VALUE_S = 1,
    VALUE_N = 2,
    VALUE_B = 3,
    VALUE_SS = 4,
    VALUE_NS = 5,
    VALUE_BS = 6,
    VALUE_M = 7,
    VALUE_L = 8,
    VALUE_NULL = 9,
    VALUE_BOOL = 10, // reported by value_type for both TRUE and FALSE
} ValueType;

// Tags in the blob. S…NULL equal their ValueType.
enum { VALUE_TAG_FALSE = 10, VALUE_TAG_TRUE = 11 };

typedef struct Attribute {
    Slice name;
    Slice value; // tag and payload
} Attribute;

// --- Looking (the blob must have passed a validator; these never read past it, whatever it holds)
ValueType value_type(Slice value);
// "S", "N", "SS", …: the name used in JSON. "" for VALUE_NONE.
const char *value_type_name(ValueType type);
// The bytes of an S, B or N (N: its sortable bytes).
Slice value_bytes(Slice value);
bool value_is_true(Slice value);
// Number of members, elements or entries of a set, list or map.
size_t value_count(Slice value);
// A reader over the members of a set, elements of a list, entries of a map (after the count).
Reader value_contents(Slice value);
// Next element of a list, or value anywhere: the slice of tag and payload; sets reader->failed on corruption.
Slice value_next(Reader *reader);
// Next entry of a map or attribute of an item.
Attribute attribute_next(Reader *reader);
// Next member of a set, as raw bytes (NS: sortable bytes).
Slice member_next(Reader *reader, ValueType set_type);
// A value of the map with this name, or an empty slice.
Slice map_find(Slice map_value, Slice name);
// The i-th element of a list (from 0), or an empty slice.
Slice list_find(Slice list_value, size_t index);
// A reader over an item's attributes; *count receives their number. An empty item slice gives none.
Reader item_attributes(Slice item, size_t *count);
// The attribute's value, or an empty slice.
Slice item_find(Slice item, Slice name);

// --- Validators: no read past the end, bounded depth, canonical order, canonical numbers, valid UTF-8.
bool value_is_valid(Slice value);
bool item_is_valid(Slice item);

// --- Sizes, DynamoDB's (semantics: S UTF-8 bytes; B bytes; BOOL, NULL 1; sets Σ members; L 3 + Σ(1+value);
//     M 3 + Σ(key + 1 + value); N decimal_item_size). Item: Σ(name + value).
size_t value_item_size(Slice value);
size_t item_size(Slice item);
// Levels of maps and lists: a scalar or set 0, a flat list or map 1.
unsigned value_depth(Slice value);
// The deepest of its attributes' depths.
unsigned item_depth(Slice item);

// --- Building
void value_append_string(Buf *out, Slice text);
void value_append_binary(Buf *out, Slice bytes);
void value_append_decimal_bytes(Buf *out, Slice sortable_bytes);
void value_append_bool(Buf *out, bool value);
void value_append_null(Buf *out);
// A list of already encoded values. A map or item of attributes IN ANY ORDER: they are sorted here (the array is
// reordered), and of equal names the last given wins. Sets: members in any order, sorted here, must be distinct (the
// caller checks).
void value_append_list(Buf *out, const Slice *values, size_t count);
void value_append_map(Buf *out, Attribute *attributes, size_t count);
void value_append_set(Buf *out, ValueType type, Slice *members, size_t count);
void item_append(Buf *out, Attribute *attributes, size_t count);
// An item with only those attributes of `item` that are named; names that are absent are left out.
void item_append_subset(Buf *out, Slice item, const Slice *names, size_t name_count);

// --- Output: DynamoDB JSON, e.g. {"S":"x"} and {"a":{"S":"x"},…}. Sets come out in stored order.
void value_to_json(Buf *out, Slice value);
void item_to_json(Buf *out, Slice item);

#endif
