// Stage 2: constraints on the values of members, reported as AWS reports them.
#include "base/limits.h"
#include "base/utf8.h"
#include "msg/descriptor.h"
#include "msg/schema.h"
#include "msg/schema_internal.h"

#define PATH_DEPTH_MAX 12 // steps of the longest path of any table

typedef struct RuleCheck {
    Arena *arena;
    JsonDocument *document;
    const Member *members;
    const Rule *rule;
    size_t violations_max;
    Violations violations;
    bool is_bare; // every violation so far is bare
    Buf failed_paths; // printed paths with a violation in this group, each length-prefixed
} RuleCheck;

// --- Where a value stands, as AWS prints it

static void append_name(Buf *out, Slice name, bool is_newer) {
    if (is_newer || name.len == 0) {
        buf_bytes(out, name);
        return;
    }
    uint8_t first = name.data[0];
    buf_u8(out, first >= 'A' && first <= 'Z' ? (uint8_t)(first + 32) : first);
    buf_bytes(out, slice_sub(name, 1, name.len));
}

static Slice path_step(const char **rest) {
    const char *from = *rest;
    const char *to = from;
    while (*to != '\0' && *to != '.') to++;
    *rest = *to == '.' ? to + 1 : to;
    return slice_of(from, (size_t)(to - from));
}

// --- Constraints

static Slice string_of(RuleCheck *check, Json value) {
    Slice text = json_string(check->document, value);
    return check->rule->flags & RULE_NAME_OR_ARN ? table_name_from_argument(text) : text;
}

static bool length_of(RuleCheck *check, Json value, int64_t *length) {
    if (value.type == JSON_STRING) {
        *length = (int64_t)utf8_utf16_length(string_of(check, value));
    } else if (value.type == JSON_ARRAY || value.type == JSON_OBJECT) {
        *length = (int64_t)json_count(check->document, value);
    } else {
        return false;
    }
    return true;
}

// Whether `byte` is in a class like [a-zA-Z0-9_.-]; the last '-' stands for itself.
static bool class_has(const char *pattern, uint8_t byte) {
    for (const char *at = pattern + 1; *at != ']' && *at != '\0'; at++) {
        if (at[1] == '-' && at[2] != ']') {
            if (byte >= (uint8_t)at[0] && byte <= (uint8_t)at[2]) return true;
            at += 2;
        } else if (byte == (uint8_t)*at) {
            return true;
        }
    }
    return false;
}

static bool matches(const char *pattern, Slice text) {
    for (size_t i = 0; i < text.len; i++) {
        if (!class_has(pattern, text.data[i])) return false;
    }
    return text.len > 0;
}

// values as AWS prints them: "[SIZE, NONE]".
static bool is_listed(const char *values, Slice text) {
    const char *at = values + 1;
    while (*at != '\0') {
        const char *end = at;
        while (*end != ',' && *end != ']' && *end != '\0') end++;
        if (slice_equal(slice_of(at, (size_t)(end - at)), text)) return true;
        at = *end == ',' ? end + 2 : "";
    }
    return false;
}

static bool keys_are_table_names(RuleCheck *check, Json map) {
    JsonIterator iterator = json_iterate(check->document, map);
    Slice name;
    Json value;
    while (json_next(&iterator, &name, &value)) {
        name = table_name_from_argument(name);
        if (name.len < TABLE_NAME_CHARS_MIN || name.len > TABLE_NAME_CHARS_MAX) return false;
        if (!matches(TABLE_NAME_PATTERN, name)) return false;
    }
    return true;
}

static bool lists_have_lengths(RuleCheck *check, Json map, int64_t max) {
    JsonIterator iterator = json_iterate(check->document, map);
    Slice name;
    Json value;
    while (json_next(&iterator, &name, &value)) {
        size_t count = value.type == JSON_ARRAY ? json_count(check->document, value) : 1;
        if (count < 1 || (int64_t)count > max) return false;
    }
    return true;
}

static bool holds(RuleCheck *check, Json value, const Member *member) {
    const Rule *rule = check->rule;
    bool is_decimal;
    int64_t length;
    if (rule->kind == RULE_NOT_NULL) return value.type != JSON_ABSENT && value.type != JSON_NULL;
    if (value.type == JSON_ABSENT || value.type == JSON_NULL) return true;
    switch (rule->kind) {
    case RULE_LENGTH_MIN:
        return !length_of(check, value, &length) || length >= rule->limit;
    case RULE_LENGTH_MAX:
        return !length_of(check, value, &length) || length <= rule->limit;
    case RULE_AT_LEAST:
    case RULE_AT_MOST: {
        if (value.type != JSON_NUMBER) return true;
        MemberType type = member == NULL ? MEMBER_LONG : member->type;
        int64_t number = schema_saturate(json_number(check->document, value, &is_decimal), type);
        return rule->kind == RULE_AT_LEAST ? number >= rule->limit : number <= rule->limit;
    }
    case RULE_ENUM:
        return value.type != JSON_STRING || is_listed(rule->text, string_of(check, value));
    case RULE_PATTERN:
        return value.type != JSON_STRING || matches(rule->text, string_of(check, value));
    case RULE_MAP_KEYS_ARE_TABLE_NAMES:
        return value.type != JSON_OBJECT || keys_are_table_names(check, value);
    case RULE_MAP_VALUE_LENGTHS:
        return value.type != JSON_OBJECT || lists_have_lengths(check, value, rule->limit);
    case RULE_NOT_NULL:
        break;
    }
    return true;
}

static void append_constraint(Buf *out, const Rule *rule) {
    switch (rule->kind) {
    case RULE_NOT_NULL:
        buf_cstr(out, "Member must not be null");
        break;
    case RULE_LENGTH_MIN:
    case RULE_LENGTH_MAX:
        buf_format(out, "Member must have length %s than or equal to %u",
                   rule->kind == RULE_LENGTH_MIN ? "greater" : "less", (unsigned)rule->limit);
        break;
    case RULE_AT_LEAST:
    case RULE_AT_MOST:
        buf_format(out, "Member must have value %s than or equal to %u",
                   rule->kind == RULE_AT_LEAST ? "greater" : "less", (unsigned)rule->limit);
        break;
    case RULE_ENUM:
        buf_format(out, "Member must satisfy enum value set: %s", rule->text);
        break;
    case RULE_PATTERN:
        buf_format(out, "Member must satisfy regular expression pattern: %s", rule->text);
        break;
    case RULE_MAP_KEYS_ARE_TABLE_NAMES:
        buf_format(out,
                   "Map keys must satisfy constraint: [Member must have length less than or equal to %u, Member must "
                   "have length greater than or equal to %u, Member must satisfy regular expression pattern: %s]",
                   TABLE_NAME_CHARS_MAX, TABLE_NAME_CHARS_MIN, TABLE_NAME_PATTERN);
        break;
    case RULE_MAP_VALUE_LENGTHS:
        buf_format(out,
                   "Map value must satisfy constraint: [Member must have length less than or equal to %u, Member must "
                   "have length greater than or equal to 1]",
                   (unsigned)rule->limit);
        break;
    }
}

static void append_violation(RuleCheck *check, Json value, const Member *member, Slice path) {
    const Rule *rule = check->rule;
    Buf *out = &check->violations.text;
    if (check->violations.count++ > 0) buf_cstr(out, "; ");
    if (rule->message != NULL) {
        buf_cstr(out, rule->message);
        return;
    }
    if (rule->flags & RULE_NEWER) {
        buf_cstr(out, "Value at '");
    } else if (value.type == JSON_ABSENT || value.type == JSON_NULL) {
        buf_cstr(out, "Value null at '");
    } else {
        buf_cstr(out, "Value '");
        if (rule->flags & RULE_ECHO_JSON) {
            schema_echo_json(out, check->document, value);
        } else {
            schema_echo(out, check->document, value, member);
        }
        buf_cstr(out, "' at '");
    }
    buf_bytes(out, path);
    buf_cstr(out, "' failed to satisfy constraint: ");
    append_constraint(out, rule);
}

static bool has_failed_before(RuleCheck *check, Slice path) {
    Reader reader = reader_of(buf_view(&check->failed_paths));
    while (reader_left(&reader) > 0) {
        if (slice_equal(reader_slice(&reader), path)) return true;
    }
    return false;
}

static void check_at(RuleCheck *check, Json value, const Member *member, Slice path) {
    if (check->violations_max > 0 && check->violations.count >= check->violations_max) return;
    if (holds(check, value, member)) return;
    if ((check->rule->flags & RULE_ONCE) && has_failed_before(check, path)) return;
    append_violation(check, value, member, path);
    if (!(check->rule->flags & RULE_BARE)) check->is_bare = false;
    buf_slice(&check->failed_paths, path);
}

// Follows the rest of the rule's path from `value`, which stands at `path`. depth counts down to zero.
static void follow(RuleCheck *check, Json value, const Member *member, const char *rest, Slice path, unsigned depth) {
    if (*rest == '\0') {
        check_at(check, value, member, path);
        return;
    }
    if (depth == 0 || (value.type != JSON_OBJECT && value.type != JSON_ARRAY)) return;
    Slice step = path_step(&rest);
    bool is_newer = (check->rule->flags & RULE_NEWER) != 0;
    Buf longer;
    if (!slice_equal(step, SLICE("*"))) {
        if (value.type != JSON_OBJECT) return;
        Json next = json_member(check->document, value, step);
        if (next.type == JSON_ABSENT && check->rule->kind != RULE_NOT_NULL) return; // as most are: no rule is broken
        buf_init(&longer, check->arena);
        buf_bytes(&longer, path);
        if (path.len > 0) buf_u8(&longer, '.');
        append_name(&longer, step, is_newer);
        const Member *inside = member == NULL || member->inside == NULL ? NULL : schema_find(member->inside, step);
        follow(check, next, inside, rest, buf_view(&longer), depth - 1);
        return;
    }
    JsonIterator iterator = json_iterate(check->document, value);
    Slice name;
    Json element;
    for (size_t position = 1; json_next(&iterator, &name, &element); position++) {
        buf_init(&longer, check->arena);
        buf_bytes(&longer, path);
        if (value.type == JSON_OBJECT) {
            buf_u8(&longer, '.');
            buf_bytes(&longer, name);
            buf_cstr(&longer, ".member");
        } else {
            buf_format(&longer, ".%z.member", position);
        }
        follow(check, element, member == NULL ? NULL : member->inside, rest, buf_view(&longer), depth - 1);
    }
}

static bool report(RuleCheck *check, Error *error) {
    if (check->violations.count == 0) return true;
    if (!check->is_bare) return violations_report(&check->violations, error);
    if (check->violations.text.failed) return error_out_of_memory(error);
    Slice text = buf_view(&check->violations.text);
    return error_validation(error, check->arena, "%S", &text);
}

bool schema_falls_back(Arena *arena, JsonDocument *document, Json root, const RequestSchema *schema) {
    RuleCheck check = {arena, document, schema->members, NULL, 1, {{0}, 0}, true, {0}};
    violations_init(&check.violations, arena);
    buf_init(&check.failed_paths, arena);
    const Member request = {STRUCTURE("", "", schema->members)};
    for (size_t i = 0; i < schema->older_rule_count; i++) {
        check.rule = &schema->older_rules[i];
        if (!(check.rule->flags & RULE_FALLS_BACK)) continue;
        follow(&check, root, &request, check.rule->path, (Slice){NULL, 0}, PATH_DEPTH_MAX);
    }
    return check.violations.count > 0;
}

bool schema_check_rules(Arena *arena, JsonDocument *document, Json root, const Member *members, const Rule *rules,
                        size_t count, size_t violations_max, Error *error) {
    RuleCheck check = {arena, document, members, NULL, violations_max, {{0}, 0}, true, {0}};
    violations_init(&check.violations, arena);
    buf_init(&check.failed_paths, arena);
    const Member request = {STRUCTURE("", "", members)};
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && rules[i].group != rules[i - 1].group && check.violations.count > 0) break;
        check.rule = &rules[i];
        if (rules[i].needs != NULL && schema_member(document, root, rules[i].needs).type == JSON_ABSENT) continue;
        follow(&check, root, &request, rules[i].path, (Slice){NULL, 0}, PATH_DEPTH_MAX);
        if (arena->failed || document->arena->failed) return error_out_of_memory(error);
    }
    return report(&check, error);
}
