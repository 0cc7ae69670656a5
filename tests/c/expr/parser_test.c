// Stage 1: syntax, words, functions; and that no text takes more memory than in proportion to its length.
#include "expr/compile_support.h"

static void check_parse(Slice input, Slice expected) {
    Arena arena;
    arena_init(&arena, 0);
    RequestText request = read_request_text(input);
    Error error = {0};
    Expression *expression = expression_parse(&arena, read_kind(request.kind), request.expression, &error);
    CHECK_EQ_BYTES(expression != NULL ? SLICE("fine") : error.message, expected);
    CHECK(expression != NULL || (error.kind == ERROR_VALIDATION && error.in_envelope));
    arena_free(&arena);
}

TEST(syntax) {
    check_vectors("tests/c/vectors/expression_syntax.txt", check_parse);
}

// `count` times the text, in the arena.
static Slice repeat(Arena *arena, const char *text, size_t count) {
    Buf out;
    buf_init(&out, arena);
    for (size_t i = 0; i < count; i++) buf_cstr(&out, text);
    return buf_view(&out);
}

static void check_message(ExpressionKind kind, Slice text, const char *expected) {
    Arena arena;
    arena_init(&arena, 0);
    Compiled compiled = compile_parts(&arena, kind, text, SLICE("null"), SLICE("{\":v\":{\"N\":\"1\"}}"), LAYER_NEWER);
    CHECK_EQ_BYTES(compiled.error.message, slice_of_cstr(expected));
    arena_free(&arena);
}

TEST(long_and_deep_texts) {
    Arena arena;
    arena_init(&arena, 0);
    check_message(EXPRESSION_CONDITION, repeat(&arena, "(", 4096),
                  "Invalid ConditionExpression: Syntax error; token: \"<EOF>\", near: \"(\"");
    check_message(EXPRESSION_UPDATE, repeat(&arena, "SET a=(((((((((", 200),
                  "Invalid UpdateExpression: Syntax error; token: \"SET\", near: \"(SET a\"");
    check_message(EXPRESSION_CONDITION, repeat(&arena, "NOT ", 1024),
                  "Invalid ConditionExpression: Syntax error; token: \"<EOF>\", near: \"NOT \"");
    check_message(EXPRESSION_CONDITION, repeat(&arena, "size(", 819),
                  "Invalid ConditionExpression: Syntax error; token: \"<EOF>\", near: \"(\"");
    check_message(EXPRESSION_PROJECTION, repeat(&arena, "a.", 2048),
                  "Invalid ProjectionExpression: Syntax error; token: \"<EOF>\", near: \".\"");
    check_message(EXPRESSION_CONDITION, repeat(&arena, "\xf0\x9f\x98\x80", 1024),
                  "Invalid ConditionExpression: Syntax error; token: \"\xf0\x9f\x98\x80\", near: "
                  "\"\xf0\x9f\x98\x80\xf0\x9f\x98\x80\"");
    check_message(EXPRESSION_CONDITION, repeat(&arena, "a", 4097),
                  "Invalid ConditionExpression: Expression size has exceeded the maximum allowed size;");
    arena_free(&arena);
}

// The text of a condition with that many NOTs.
static Slice nots(Arena *arena, size_t count) {
    Buf out;
    buf_init(&out, arena);
    buf_bytes(&out, repeat(arena, "NOT ", count));
    buf_cstr(&out, "a = :v");
    return buf_view(&out);
}

TEST(operators_are_counted) {
    const char *too_many =
        "Invalid ConditionExpression: The expression contains too many operators; operator count: 301";
    Arena arena;
    arena_init(&arena, 0);
    check_message(EXPRESSION_CONDITION, nots(&arena, 299), "");
    check_message(EXPRESSION_CONDITION, nots(&arena, 300), too_many);
    Buf chain;
    buf_init(&chain, &arena);
    buf_bytes(&chain, repeat(&arena, "size(a)=:v OR ", 99));
    buf_cstr(&chain, "NOT a=:v");
    check_message(EXPRESSION_CONDITION, buf_view(&chain), ""); // 99 sizes, 100 comparisons, 99 ORs, 1 NOT
    buf_cstr(&chain, " OR a=:v");
    check_message(EXPRESSION_CONDITION, buf_view(&chain), too_many);
    arena_free(&arena);
}

TEST(nesting_needs_no_stack) {
    Arena arena;
    arena_init(&arena, 0);
    Buf text;
    buf_init(&text, &arena);
    buf_bytes(&text, repeat(&arena, "(a=:v OR (b=:v AND ", 74));
    buf_cstr(&text, "c=:v");
    buf_bytes(&text, repeat(&arena, ")", 148));
    Compiled compiled = compile_parts(&arena, EXPRESSION_CONDITION, buf_view(&text), SLICE("null"),
                                      SLICE("{\":v\":{\"N\":\"1\"}}"), LAYER_NEWER);
    CHECK_EQ_SLICE(compiled.error.message, "");
    CHECK(tree_is_valid(compiled.tree, TREE_CONDITION));
    CHECK(compiled.tree.len < 4096); // sizes are measured once, not copied once per level
    arena_free(&arena);
}

static size_t bytes_to_parse(const char *piece, size_t len) {
    Arena text_arena, arena;
    arena_init(&text_arena, 0);
    arena_init(&arena, 0);
    Error error = {0};
    expression_parse(&arena, EXPRESSION_CONDITION, slice_sub(repeat(&text_arena, piece, len), 0, len), &error);
    size_t bytes = arena.bytes;
    arena_free(&arena);
    arena_free(&text_arena);
    return bytes;
}

TEST(memory_is_linear) {
    static const char *const PIECES[] = {"(", "NOT ", "size(", "a.", "a[0]", "a=:v AND ", "a IN (:v,", "0", "!"};
    for (size_t i = 0; i < sizeof PIECES / sizeof PIECES[0]; i++) {
        check_context("%s", PIECES[i]);
        CHECK(bytes_to_parse(PIECES[i], 4096) < 300u * 4096 + 2 * ARENA_BLOCK_BYTES_MAX);
        CHECK(bytes_to_parse(PIECES[i], 64) <= ARENA_BLOCK_BYTES);
    }
}

TEST(no_text_breaks_the_parser) {
    static const char *const WORDS[] = {
        "a",      "#a",     ":v",  "(",      ")",    "[",        "]",             "0",  ".",
        ",",      "=",      "<",   "+",      "-",    "AND",      "OR",            "NOT", "IN",
        "BETWEEN", "SET",   "REMOVE", "ADD", "DELETE", "size",   "contains",      "if_not_exists", "!",
    };
    uint64_t state = 1;
    for (int round = 0; round < 20000; round++) {
        Arena arena;
        arena_init(&arena, 0);
        Buf text;
        buf_init(&text, &arena);
        for (size_t words = (state >> 40) % 24; words > 0; words--) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            buf_format(&text, "%s ", WORDS[(state >> 33) % (sizeof WORDS / sizeof WORDS[0])]);
        }
        Compiled compiled =
            compile_parts(&arena, (ExpressionKind)(round % 5), buf_view(&text), SLICE("{\"#a\":\"b\"}"),
                          SLICE("{\":v\":{\"S\":\"x\"}}"), LAYER_NEWER);
        bool is_compiled = compiled.error.kind == ERROR_NONE;
        CHECK(is_compiled || (compiled.error.kind == ERROR_VALIDATION && compiled.error.message.len > 0));
        CHECK(compiled.tree.len == 0 || tree_is_valid(compiled.tree, tree_kind_of(compiled.tree)));
        state = state * 6364136223846793005u + 1442695040888963407u;
        arena_free(&arena);
    }
}
