// The compile side of expressions, and what it makes at work: any text with a fixed set of placeholders is parsed,
// compiled, validated and evaluated on an item. Every refusal is a ValidationException with a message, every tree that
// comes out is valid and never corrupt to the run side, and a condition and its negation disagree.
//
// Input: the first byte modulo 8 chooses the kind, 0 … 4. Below 128 the rest is the text; from 128 on each byte is a
// word, which reaches deep expressions that mutation of characters would break. 5: the bytes make legacy parameters;
// 6 and 7: they make placeholders.
#include "base/buf.h"
#include "base/limits.h"
#include "data/item_codec.h"
#include "expr/evaluate.h"
#include "expr/legacy.h"
#include "expr/tree.h"
#include "fuzz/fuzz.h"

static const Slice REQUEST = SLICE_INIT(
    "{\"names\":{\"#a\":\"a\",\"#b\":\"b\",\"#dot\":\"x.y\",\"#data\":\"data\"},"
    "\"values\":{\":s\":{\"S\":\"a\"},\":t\":{\"S\":\"SS\"},\":n\":{\"N\":\"1.5\"},\":big\":{\"N\":\"9e125\"},"
    "\":b\":{\"B\":\"AAE=\"},\":o\":{\"BOOL\":true},\":z\":{\"NULL\":true},\":l\":{\"L\":[{\"S\":\"a\"}]},"
    "\":m\":{\"M\":{\"a\":{\"N\":\"1\"}}},\":ss\":{\"SS\":[\"a\",\"b\"]},\":ns\":{\"NS\":[\"1\"]},"
    "\":bs\":{\"BS\":[\"AA==\"]}},"
    "\"item\":{\"a\":{\"N\":\"2\"},"
    "\"b\":{\"M\":{\"a\":{\"L\":[{\"S\":\"a\"},{\"N\":\"3\"}]},\"b\":{\"SS\":[\"a\"]}}},"
    "\"c\":{\"L\":[{\"M\":{\"a\":{\"S\":\"ab\"}}},{\"NS\":[\"1\",\"2\"]}]},"
    "\"d\":{\"S\":\"abc\"},\"e\":{\"SS\":[\"a\"]}}}");

static const char *const WORDS[] = {
    "a",    "b",      "c",      "d",       "e",      "#a",      "#b",   "#dot",     "#data",       "#x",
    ":s",   ":t",     ":n",     ":big",    ":b",     ":o",      ":z",   ":l",       ":m",          ":ss",
    ":ns",  ":bs",    ":x",     "(",       ")",      "[0]",     "[1]",  ".",        ",",           "=",
    "<>",   "<",      "<=",     ">",       ">=",     "+",       "-",    "AND",      "OR",          "NOT",
    "IN",   "IN (",   "BETWEEN", "SET",    "REMOVE", "ADD",     "DELETE", "size(",  "contains(",   "begins_with(",
    "attribute_type(", "attribute_exists(", "attribute_not_exists(", "if_not_exists(", "list_append(", "data", "[", "]",
    "2147483647", "2147483648", "a.b.c", "!", "0", "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a",
};

typedef struct Request {
    Arena *arena;
    Placeholders *placeholders;
    Slice item;
} Request;

static void open_request(Request *request, Arena *arena) {
    Arena trees;
    arena_init(&trees, 0);
    JsonDocument document;
    Error error = {0};
    ValueRules rules = {LAYER_NEWER, VALUE_NESTING_MAX};
    HOLDS(json_open(&document, &trees, REQUEST, &error));
    request->placeholders =
        placeholders_new(arena, &document, json_member(&document, document.root, SLICE("names")),
                         json_member(&document, document.root, SLICE("values")), &rules, &error);
    Buf item;
    buf_init(&item, arena);
    HOLDS(request->placeholders != NULL);
    HOLDS(item_from_json(&document, json_member(&document, document.root, SLICE("item")), &rules, &item, &error));
    request->item = buf_view(&item);
    HOLDS(item_is_valid(request->item));
    arena_free(&trees);
}

static void check_refusal(const Error *error) {
    HOLDS(error->kind == ERROR_VALIDATION && error->in_envelope && error->message.len > 0);
}

static bool compile(const Request *request, ExpressionKind kind, Slice text, Slice *tree) {
    Error error = {0};
    Expression *expression = expression_parse(request->arena, kind, text, &error);
    Buf out;
    buf_init(&out, request->arena);
    bool is_compiled =
        expression != NULL && expression_compile(request->arena, expression, request->placeholders, &out, &error);
    if (!is_compiled) check_refusal(&error);
    *tree = buf_view(&out);
    return is_compiled;
}

static void look_at(const Request *request, Slice tree, TreeKind kind) {
    HOLDS(tree_is_valid(tree, kind));
    AttributeUse *uses;
    size_t count;
    HOLDS(tree_attributes(request->arena, tree, &uses, &count));
    Buf printed;
    buf_init(&printed, request->arena);
    tree_print(&printed, tree);
    HOLDS(!printed.failed && printed.len > 0);
}

static bool holds(const Request *request, Slice tree, Slice item) {
    bool result;
    Error error = {0};
    HOLDS(condition_evaluate(tree, item, request->arena, &result, &error));
    return result;
}

static void check_condition(const Request *request, ExpressionKind kind, Slice text) {
    Slice tree, negated;
    if (!compile(request, kind, text, &tree)) return;
    look_at(request, tree, TREE_CONDITION);
    Slice none = {NULL, 0};
    bool result = holds(request, tree, request->item);
    bool result_without = holds(request, tree, none);
    Buf negation;
    buf_init(&negation, request->arena);
    buf_format(&negation, "NOT (%S)", &text);
    // May have one operator or one pair of parentheses too many.
    if (!compile(request, kind, buf_view(&negation), &negated)) return;
    HOLDS(holds(request, negated, request->item) != result);
    HOLDS(holds(request, negated, none) != result_without);
}

static void check_update(const Request *request, Slice text) {
    Slice tree;
    if (!compile(request, EXPRESSION_UPDATE, text, &tree)) return;
    look_at(request, tree, TREE_UPDATE);
    HOLDS(update_charge(tree) > 3);
    Slice key = SLICE("\x01\x01\x02pk\x01\x01k");
    UpdateOutcome outcome;
    Error error = {0};
    bool is_applied = update_apply(tree, request->item, key, true, request->arena, &outcome, &error);
    HOLDS(is_applied || error.kind == ERROR_VALIDATION);
    HOLDS(!is_applied || item_is_valid(outcome.new_item));
}

static void check_projection(const Request *request, Slice text) {
    Slice tree;
    if (!compile(request, EXPRESSION_PROJECTION, text, &tree)) return;
    look_at(request, tree, TREE_PROJECTION);
    Buf out;
    buf_init(&out, request->arena);
    Error error = {0};
    HOLDS(projection_apply(tree, request->item, request->arena, &out, &error));
    HOLDS(item_is_valid(buf_view(&out)));
}

static void check_key_condition(const Request *request, Slice text) {
    Error error = {0};
    KeyCondition condition;
    Expression *expression = expression_parse(request->arena, EXPRESSION_KEY_CONDITION, text, &error);
    if (expression == NULL ||
        !key_condition_compile(request->arena, expression, request->placeholders, &condition, &error)) {
        check_refusal(&error);
        return;
    }
    HOLDS(condition.count > 0 && condition.count <= KEY_COMPARISONS_MAX);
    KeyAttributeRef hash[] = {{SLICE("a"), 'S'}, {SLICE("b"), 'N'}};
    KeyAttributeRef range[] = {{SLICE("c"), 'S'}, {SLICE("d"), 'B'}};
    for (size_t hash_count = 1; hash_count <= 2; hash_count++) {
        KeyBinding binding;
        Error refusal = {0};
        bool is_bound = key_condition_bind(request->arena, &condition, hash, hash_count, range, 2, &binding, &refusal);
        HOLDS(is_bound || (refusal.kind == ERROR_VALIDATION && refusal.message.len > 0));
        HOLDS(!is_bound || value_is_valid(binding.hash_values[0]));
    }
}

// --- Legacy parameters and placeholders: JSON of pieces that the bytes choose, valid but for what DynamoDB refuses

static const char *const VALUES[] = {
    "{\"S\":\"a\"}", "{\"S\":\"b\"}",    "{\"N\":\"1\"}", "{\"N\":\"2e0\"}", "{\"N\":\"x\"}",   "{\"B\":\"AA==\"}",
    "{\"L\":[]}",    "{\"M\":{}}",       "{\"NULL\":true}", "{\"BOOL\":true}", "{\"SS\":[\"a\"]}", "{\"SS\":[]}",
    "{\"NS\":[\"1\"]}", "{\"BS\":[\"AA==\"]}",
};
static const char *const MEMBERS[] = {
    "\"ComparisonOperator\":\"EQ\"",       "\"ComparisonOperator\":\"NE\"",
    "\"ComparisonOperator\":\"LT\"",       "\"ComparisonOperator\":\"GE\"",
    "\"ComparisonOperator\":\"BETWEEN\"",  "\"ComparisonOperator\":\"IN\"",
    "\"ComparisonOperator\":\"NULL\"",     "\"ComparisonOperator\":\"NOT_NULL\"",
    "\"ComparisonOperator\":\"CONTAINS\"", "\"ComparisonOperator\":\"NOT_CONTAINS\"",
    "\"ComparisonOperator\":\"BEGINS_WITH\"", "\"ComparisonOperator\":\"eq\"",
    "\"Exists\":true",  "\"Exists\":\"no\"", "\"Action\":\"PUT\"", "\"Action\":\"ADD\"",
    "\"Action\":\"DELETE\"", "\"Action\":\"put\"",
};

#define PICK(reader, array) ((array)[reader_u8(reader) % (sizeof(array) / sizeof *(array))])

static void append_members(Buf *out, Reader *reader) {
    for (unsigned left = reader_u8(reader) % 3; left > 0; left--) buf_format(out, "%s,", PICK(reader, MEMBERS));
    unsigned count = reader_u8(reader) % 6;
    if (count == 5) {
        buf_format(out, "\"Value\":%s,", PICK(reader, VALUES));
    } else if (count > 0) {
        buf_cstr(out, "\"AttributeValueList\":[");
        for (; count > 1; count--) buf_format(out, "%s%s", PICK(reader, VALUES), count > 2 ? "," : "");
        buf_cstr(out, "],");
    }
    buf_cstr(out, "\"x\":0"); // no member of any of them
}

static bool open_text(JsonDocument *document, Arena *trees, const Buf *text) {
    Error error = {0};
    HOLDS(json_open(document, trees, buf_view(text), &error));
    return true;
}

static void check_legacy_tree(const Request *request, Slice tree) {
    if (tree.len == 0) return;
    look_at(request, tree, (TreeKind)tree.data[1]);
    if (tree.data[1] == TREE_CONDITION) {
        holds(request, tree, request->item);
        return;
    }
    Slice key = SLICE("\x01\x01\x02pk\x01\x01k");
    UpdateOutcome outcome;
    Error error = {0};
    bool is_applied = update_apply(tree, request->item, key, true, request->arena, &outcome, &error);
    HOLDS(is_applied ? item_is_valid(outcome.new_item) : error.kind == ERROR_VALIDATION);
}

static void check_legacy(const Request *request, Reader reader) {
    static const char *const NAMES[] = {"a", "b", "c", "d", "e", "", "zz"};
    Arena trees;
    arena_init(&trees, 0);
    Buf text;
    buf_init(&text, request->arena);
    unsigned which = reader_u8(&reader) % 5;
    buf_cstr(&text, "{");
    while (reader_left(&reader) > 0) {
        buf_format(&text, "%s\"%s\":{", text.len > 1 ? "," : "", PICK(&reader, NAMES));
        append_members(&text, &reader);
        buf_cstr(&text, "}");
    }
    buf_cstr(&text, "}");
    JsonDocument document;
    open_text(&document, &trees, &text);
    ValueRules rules = {LAYER_NEWER, VALUE_NESTING_MAX};
    Error error = {0};
    KeyCondition keys;
    Buf tree;
    buf_init(&tree, request->arena);
    Arena *arena = request->arena;
    bool is_read = true;
    switch (which) {
    case 0: is_read = legacy_expected(arena, &document, document.root, CONDITIONAL_AND, &rules, &tree, &error); break;
    case 1: is_read = legacy_expected(arena, &document, document.root, CONDITIONAL_OR, &rules, &tree, &error); break;
    case 2: is_read = legacy_filter(arena, &document, document.root, CONDITIONAL_OR, &rules, &tree, &error); break;
    case 3: is_read = legacy_attribute_updates(arena, &document, document.root, &rules, &tree, &error); break;
    default: is_read = legacy_key_conditions(arena, &document, document.root, &rules, &keys, &error); break;
    }
    arena_free(&trees); // nothing may borrow from it
    HOLDS(is_read || (error.kind == ERROR_VALIDATION && error.message.len > 0));
    if (is_read) check_legacy_tree(request, buf_view(&tree));
}

static void check_placeholders(const Request *request, Reader reader, Layer layer) {
    static const char *const KEYS[] = {"#a", "#b", ":v", ":w", "#", "", "#a-b", " #a", ":_1"};
    static const char *const NAMES[] = {"\"a\"", "\"x.y\"", "\"\"", "\"#a\""};
    Arena trees;
    arena_init(&trees, 0);
    Buf text;
    buf_init(&text, request->arena);
    bool has_names = reader_u8(&reader) % 2 == 0;
    buf_cstr(&text, "{");
    while (reader_left(&reader) > 0) {
        const char *key = PICK(&reader, KEYS);
        const char *value = has_names ? PICK(&reader, NAMES) : PICK(&reader, VALUES);
        buf_format(&text, "%s\"%s\":%s", text.len > 1 ? "," : "", key, value);
    }
    buf_cstr(&text, "}");
    JsonDocument document;
    open_text(&document, &trees, &text);
    ValueRules rules = {layer, VALUE_NESTING_MAX};
    Error error = {0};
    Json none = {.type = JSON_ABSENT};
    Placeholders *placeholders =
        placeholders_new(request->arena, &document, has_names ? document.root : none,
                         has_names ? none : document.root, &rules, &error);
    arena_free(&trees);
    HOLDS(placeholders != NULL || (error.kind == ERROR_VALIDATION && error.message.len > 0));
    if (placeholders == NULL) return;
    Slice expression = SLICE("#a.#b BETWEEN :v AND :w");
    Request own = {request->arena, placeholders, request->item};
    Slice tree;
    if (compile(&own, EXPRESSION_FILTER, expression, &tree)) look_at(&own, tree, TREE_CONDITION);
    // Whatever it says, it is the same twice.
    Error first = {0};
    Error second = {0};
    bool is_used = placeholders_check_unused(placeholders, request->arena, &first);
    HOLDS(placeholders_check_unused(placeholders, request->arena, &second) == is_used);
    HOLDS(slice_equal(first.message, second.message));
}

static Slice read_text(Arena *arena, const uint8_t *data, size_t size) {
    if (size == 0 || data[0] < 128) return arena_copy(arena, slice_of(data + 1, size == 0 ? 0 : size - 1));
    Buf text;
    buf_init(&text, arena);
    for (size_t i = 1; i < size; i++) {
        const char *word = WORDS[data[i] % (sizeof WORDS / sizeof WORDS[0])];
        // Steps belong to the path before them, and calls need no blank either.
        buf_format(&text, "%s%s", i == 1 || word[0] == '[' || word[0] == '.' ? "" : " ", word);
    }
    return buf_view(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    // The request is the same for every input: opened once, it stays.
    static Arena request_arena;
    static Request request;
    if (request.placeholders == NULL) open_request(&request, &request_arena);
    Arena arena;
    arena_init(&arena, 0);
    request.arena = &arena;
    Slice text = read_text(&arena, data, size);
    Reader choices = reader_of(slice_of(data + 1, size - 1));
    switch (data[0] % 8) {
    case 5: check_legacy(&request, choices); break;
    case 6: check_placeholders(&request, choices, LAYER_NEWER); break;
    case 7: check_placeholders(&request, choices, LAYER_OLDER); break;
    case EXPRESSION_CONDITION: check_condition(&request, EXPRESSION_CONDITION, text); break;
    case EXPRESSION_FILTER: check_condition(&request, EXPRESSION_FILTER, text); break;
    case EXPRESSION_KEY_CONDITION: check_key_condition(&request, text); break;
    case EXPRESSION_UPDATE: check_update(&request, text); break;
    default: check_projection(&request, text); break;
    }
    arena_free(&arena);
    return 0;
}
