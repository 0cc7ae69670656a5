// What the tests of the compile side share: golden vectors that hold requests.
//     kind `expression` [{"#n":"name", …}] [{":v":{"S":"x"}, …}]  =>  the tree as tree_print writes it, or message
// kind is condition, filter, key, update or projection.
#ifndef SHVM_TESTS_EXPR_COMPILE_SUPPORT_H
#define SHVM_TESTS_EXPR_COMPILE_SUPPORT_H

#include "base/limits.h"
#include "data/json.h"
#include "data/json_scan.h"
#include "expr/expression.h"
#include "expr/key_condition.h"
#include "expr/tree.h"
#include "support/check.h"

typedef struct Compiled {
    Expression *expression;
    Placeholders *placeholders;
    Slice tree;
    KeyCondition key_condition;
    Error error;
} Compiled;

typedef struct RequestText {
    Slice kind;
    Slice expression;
    Slice names;  // JSON text, or "null"
    Slice values;
} RequestText;

static inline Slice trim_left(Slice text) {
    size_t at = 0;
    while (at < text.len && text.data[at] == ' ') at++;
    return slice_sub(text, at, text.len);
}

static inline Slice take_until(Slice *text, uint8_t end) {
    size_t at = 0;
    while (at < text->len && text->data[at] != end) at++;
    Slice taken = slice_sub(*text, 0, at);
    *text = slice_sub(*text, at < text->len ? at + 1 : at, text->len);
    return taken;
}

static inline RequestText read_request_text(Slice input) {
    RequestText request = {.names = SLICE("null"), .values = SLICE("null")};
    request.kind = take_until(&input, ' ');
    take_until(&input, '`');
    request.expression = take_until(&input, '`');
    for (input = trim_left(input); input.len > 0; input = trim_left(input)) {
        size_t end = json_scan_skip_value(input, 0);
        Slice map = slice_sub(input, 0, end);
        if (slice_starts_with(map, SLICE("{\"#"))) request.names = map;
        else request.values = map;
        input = slice_sub(input, end, input.len);
    }
    return request;
}

static inline ExpressionKind read_kind(Slice word) {
    if (slice_equal(word, SLICE("condition"))) return EXPRESSION_CONDITION;
    if (slice_equal(word, SLICE("filter"))) return EXPRESSION_FILTER;
    if (slice_equal(word, SLICE("key"))) return EXPRESSION_KEY_CONDITION;
    if (slice_equal(word, SLICE("update"))) return EXPRESSION_UPDATE;
    CHECK(slice_equal(word, SLICE("projection")));
    return EXPRESSION_PROJECTION;
}

static inline bool open_json(JsonDocument *document, Arena *arena, Slice text) {
    Error error = {0};
    return CHECK(json_open(document, arena, text, &error));
}

// The expression alone, through all its stages; unused placeholders are not looked at.
static inline Compiled compile_parts(Arena *arena, ExpressionKind kind, Slice text, Slice names, Slice values,
                                     Layer layer) {
    Compiled compiled = {0};
    Buf json, tree;
    buf_init(&json, arena);
    buf_init(&tree, arena);
    buf_format(&json, "{\"names\":%S,\"values\":%S}", &names, &values);
    // Gone when the placeholders are read, so that nothing may borrow from it.
    Arena trees;
    arena_init(&trees, 0);
    JsonDocument document;
    ValueRules rules = {layer, VALUE_NESTING_MAX};
    if (open_json(&document, &trees, buf_view(&json))) {
        compiled.placeholders =
            placeholders_new(arena, &document, json_member(&document, document.root, SLICE("names")),
                             json_member(&document, document.root, SLICE("values")), &rules, &compiled.error);
    }
    arena_free(&trees);
    if (compiled.placeholders == NULL) return compiled;
    compiled.expression = expression_parse(arena, kind, text, &compiled.error);
    if (compiled.expression == NULL) return compiled;
    if (kind == EXPRESSION_KEY_CONDITION) {
        key_condition_compile(arena, compiled.expression, compiled.placeholders, &compiled.key_condition,
                              &compiled.error);
    } else if (expression_compile(arena, compiled.expression, compiled.placeholders, &tree, &compiled.error)) {
        compiled.tree = buf_view(&tree);
    }
    return compiled;
}

static inline Compiled compile_text(Arena *arena, Slice input) {
    RequestText request = read_request_text(input);
    return compile_parts(arena, read_kind(request.kind), request.expression, request.names, request.values,
                         LAYER_NEWER);
}

static inline TreeKind tree_kind_of(Slice tree) {
    return tree.len < 2 ? TREE_CONDITION : (TreeKind)tree.data[1];
}

#endif
