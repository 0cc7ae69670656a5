// Requests' members as data: one table says which members an operation knows and of what JSON type they are, another
// which constraints their values must satisfy and which violations DynamoDB reports together. One engine reads both:
//
//   1. schema_check_types   the whole request against its members: SerializationException at the first misfit, in the
//                           order of the text. Unknown members are ignored; a member that is null is absent.
//   2. schema_check_rules   the constraints: "N validation errors detected: a; b"
//
// A new member is one Member row, a new constraint one Rule row.
#ifndef SHVM_MSG_SCHEMA_H
#define SHVM_MSG_SCHEMA_H

#include "base/buf.h"
#include "base/error.h"
#include "data/json.h"
#include "data/value.h"

// --- 1. Types

typedef enum MemberType {
    MEMBER_STRING,
    MEMBER_BOOLEAN,   // also the strings true, t, yes, y, 1, false, f, no, n, 0 in any case
    MEMBER_INTEGER,   // int32: saturated, its fraction dropped
    MEMBER_LONG,      // int64, likewise
    MEMBER_TIMESTAMP, // any number: seconds since 1970
    MEMBER_VALUE,     // AttributeValue
    MEMBER_STRUCTURE,
    MEMBER_LIST,
    MEMBER_MAP,
} MemberType;

typedef struct Member Member;
struct Member {
    const char *name; // NULL ends a structure's rows ({.name = NULL}); an element has "" here
    MemberType type;
    const char *java_class; // STRUCTURE: its class, e.g. "KeySchemaElement": AWS's messages show it
    const Member *inside;   // STRUCTURE: its rows, in the order in which AWS echoes them; LIST, MAP: the element's row
};

// Rows as one reads them: {MEMBER("TableName", STRING)}, {STRUCTURE("Projection", "Projection", PROJECTION)},
// {LIST("KeySchema", KEY_SCHEMA_ELEMENT)}; elements: {ELEMENT(STRING)}, {STRUCTURE("", "Tag", TAG)}.
#define MEMBER(member_name, member_type) .name = (member_name), .type = MEMBER_##member_type
#define STRUCTURE(member_name, class_name, rows)                                                              \
    .name = (member_name), .type = MEMBER_STRUCTURE, .java_class = (class_name), .inside = (rows)
#define LIST(member_name, element) .name = (member_name), .type = MEMBER_LIST, .inside = (element)
#define MAP(member_name, element) .name = (member_name), .type = MEMBER_MAP, .inside = (element)
#define ELEMENT(member_type) .name = "", .type = MEMBER_##member_type

// Checks every known member of the request. members: rows of the request's structure. Messages live in `arena`, which
// is not the document's (that one is rewound while the document is walked).
bool schema_check_types(Arena *arena, JsonDocument *document, Json root, const Member *members, Error *error);

// Whether values in the request hand it to DynamoDB's older validation layer: an integer that was saturated or lost its
// fraction, a boolean written as a string, an AttributeValue with two members. (Members that are absent do so too: see
// schema_falls_back.) Needed only for wording, so callers ask it after a failure; schema_check_types must have passed.
bool schema_uses_older_layer(JsonDocument *document, Json root, const Member *members);

// --- 2. Constraints

typedef enum RuleKind {
    RULE_NOT_NULL,   // present
    // The following hold for what is absent.
    RULE_LENGTH_MIN, // limit: UTF-16 units of a string, elements of a list or map
    RULE_LENGTH_MAX,
    RULE_AT_LEAST,   // limit: of an integer
    RULE_AT_MOST,
    RULE_ENUM,       // text: the values as AWS prints them, "[SIZE, NONE]"
    RULE_PATTERN,    // text: one character class, repeated: "[a-zA-Z0-9_.-]+"
    RULE_MAP_KEYS_ARE_TABLE_NAMES, // every key of a map has 3…255 characters of a table name
    RULE_MAP_VALUE_LENGTHS,        // every list in a map has 1…limit elements
} RuleKind;

enum {
    // "Value at 'TableName' …", the newer layer's; otherwise "Value 'x' at 'tableName' …".
    RULE_NEWER = 1,
    // Not reported when an earlier rule on the same path has been, in the same group.
    RULE_ONCE = 2,
    // A group with this violation alone is reported without "1 validation error detected: ".
    RULE_BARE = 4,
    // The value is echoed as JSON, not in Java's toString form.
    RULE_ECHO_JSON = 8,
    // A table's ARN stands for the name inside it.
    RULE_NAME_OR_ARN = 16,
    // Among the older layer's rules: a violation is what hands the request to that layer.
    RULE_FALLS_BACK = 32,
};

#define TABLE_NAME_PATTERN "[a-zA-Z0-9_.-]+"

typedef struct Rule {
    // Rules of one group are reported together, in their order; a group with violations ends the check.
    int group;
    // From the request: "TableName", "KeySchema.*.KeyType" (each element of a list, each value of a map).
    const char *path;
    RuleKind kind;
    int64_t limit;
    const char *text;
    unsigned flags;
    const char *message; // replaces the whole "Value … failed to satisfy constraint: …"
    const char *needs;   // checked only when this member of the request is present
} Rule;

// Checks groups in order of appearance; rules of one group stand side by side. violations_max bounds what one report
// lists (0: no bound). members is needed for echoing structures.
bool schema_check_rules(Arena *arena, JsonDocument *document, Json root, const Member *members, const Rule *rules,
                        size_t count, size_t violations_max, Error *error);

// What one operation's requests look like. older_rules hold where DynamoDB hands the request to its older layer.
typedef struct RequestSchema {
    const Member *members;
    const Rule *rules;
    size_t rule_count;
    const Rule *older_rules;
    size_t older_rule_count;
} RequestSchema;

// Whether the absence of members hands the request to the older layer.
bool schema_falls_back(Arena *arena, JsonDocument *document, Json root, const RequestSchema *schema);

#define SCHEMA_CHECK_RULES(arena, document, root, members, rules, error)                                      \
    schema_check_rules((arena), (document), (root), (members), (rules), sizeof(rules) / sizeof((rules)[0]), 0, \
                       (error))

// Violations that no table can express are collected and reported in the same form.
typedef struct Violations {
    Buf text;
    size_t count;
} Violations;

void violations_init(Violations *violations, Arena *arena);
// True when there are none; otherwise sets the error.
bool violations_report(const Violations *violations, Error *error);

// --- Reading members that passed stage 1

// False when absent (or null); *out is then {NULL, 0}.
bool schema_string(JsonDocument *document, Json object, const char *name, Slice *out);
bool schema_boolean(JsonDocument *document, Json object, const char *name, bool if_absent);
// False when absent. *out is saturated to int64; members of type INTEGER to int32.
bool schema_integer(JsonDocument *document, Json object, const char *name, MemberType type, int64_t *out);
// Which of `names` (ended by NULL) the member is: its index, or -1 when absent or none of them.
int schema_choice(JsonDocument *document, Json object, const char *name, const char *const *names);
// json_member with a constant name.
Json schema_member(JsonDocument *document, Json object, const char *name);

// A value in Java's toString form, as AWS echoes lists and structures; `member` describes it. Bounded in length.
void schema_echo(Buf *out, JsonDocument *document, Json value, const Member *member);
// Compact JSON, cut likewise; and whole.
void schema_echo_json(Buf *out, JsonDocument *document, Json value);
void schema_write_json(Buf *out, JsonDocument *document, Json value);

#endif
