#include "expr/lexer.h"

#include "base/buf.h"
#include "expr/reserved_words.h"
#include "support/check.h"

// The tokens of a text, "END" for the last: (name a)(= =)(value :v)END
static Slice print_tokens(Arena *arena, Slice text) {
    static const char *const NAMES[] = {
        [TOKEN_END] = "END",         [TOKEN_NAME] = "name",    [TOKEN_NAME_PLACEHOLDER] = "#",
        [TOKEN_VALUE_PLACEHOLDER] = ":", [TOKEN_INDEX] = "index", [TOKEN_OTHER] = "other",
        [TOKEN_LEFT_PAREN] = "(",    [TOKEN_RIGHT_PAREN] = ")", [TOKEN_LEFT_BRACKET] = "[",
        [TOKEN_RIGHT_BRACKET] = "]", [TOKEN_DOT] = ".",        [TOKEN_COMMA] = ",",
        [TOKEN_PLUS] = "+",          [TOKEN_MINUS] = "-",      [TOKEN_EQ] = "=",
        [TOKEN_NE] = "<>",           [TOKEN_LT] = "<",         [TOKEN_LE] = "<=",
        [TOKEN_GT] = ">",            [TOKEN_GE] = ">=",        [TOKEN_AND] = "AND",
        [TOKEN_OR] = "OR",           [TOKEN_NOT] = "NOT",      [TOKEN_BETWEEN] = "BETWEEN",
        [TOKEN_IN] = "IN",           [TOKEN_SET] = "SET",      [TOKEN_REMOVE] = "REMOVE",
        [TOKEN_ADD] = "ADD",         [TOKEN_DELETE] = "DELETE",
    };
    TokenList list;
    Error error = {0};
    Buf out;
    buf_init(&out, arena);
    if (!CHECK(lexer_scan(arena, text, &list, &error))) return SLICE("");
    for (size_t i = 0; i < list.count; i++) {
        if (list.tokens[i].kind == TOKEN_END) buf_cstr(&out, "END");
        else buf_format(&out, "%s~%S ", NAMES[list.tokens[i].kind], &list.tokens[i].text);
    }
    return buf_view(&out);
}

static void check_tokens(const char *text, const char *expected) {
    Arena arena;
    arena_init(&arena, 0);
    check_context("%s", text);
    CHECK_EQ_BYTES(print_tokens(&arena, slice_of_cstr(text)), slice_of_cstr(expected));
    arena_free(&arena);
}

TEST(tokens) {
    check_tokens("", "END");
    check_tokens(" \t\r\n", "END");
    check_tokens("a=:v", "name~a =~= :~:v END");
    check_tokens("a<=b<>c<d>=e>f", "name~a <=~<= name~b <>~<> name~c <~< name~d >=~>= name~e >~> name~f END");
    check_tokens("a[0].b_1", "name~a [~[ index~0 ]~] .~. name~b_1 END");
    check_tokens("#a:b#1:2", "#~#a :~:b #~#1 :~:2 END");
    check_tokens("# :", "other~# other~: END");
    check_tokens("00 01 10", "index~0 index~0 index~0 index~1 index~10 END");
    check_tokens("_a 1a", "other~_ name~a index~1 name~a END");
    check_tokens("and Or nOt BETWEEN in set remove add delete",
                 "AND~and OR~Or NOT~nOt BETWEEN~BETWEEN IN~in SET~set REMOVE~remove ADD~add DELETE~delete END");
    check_tokens("android inn", "name~android name~inn END");
    check_tokens("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "name~a other~\xc3\xa9 other~\xe2\x82\xac "
                                                           "other~\xf0\x9f\x98\x80 END");
    check_tokens("a\v!\f", "name~a other~\v other~! other~\f END");
    check_tokens("\x80\xff", "other~\x80 other~\xff END");
}

TEST(keys_of_placeholder_maps) {
    CHECK(lexer_is_single(SLICE("#a"), TOKEN_NAME_PLACEHOLDER));
    CHECK(lexer_is_single(SLICE(" #a\t"), TOKEN_NAME_PLACEHOLDER));
    CHECK(!lexer_is_single(SLICE("#a"), TOKEN_VALUE_PLACEHOLDER));
    CHECK(!lexer_is_single(SLICE("#a-b"), TOKEN_NAME_PLACEHOLDER));
    CHECK(!lexer_is_single(SLICE("#"), TOKEN_NAME_PLACEHOLDER));
    CHECK(!lexer_is_single(SLICE(" "), TOKEN_NAME_PLACEHOLDER));
    CHECK(!lexer_is_single(SLICE(""), TOKEN_NAME_PLACEHOLDER));
}

TEST(reserved_words_are_found_in_any_letter_case) {
    for (size_t i = 0; i < RESERVED_WORD_COUNT; i++) {
        uint8_t lower[32];
        Slice word = reserved_word(i);
        REQUIRE(word.len <= sizeof lower);
        for (size_t k = 0; k < word.len; k++) {
            lower[k] = word.data[k] >= 'A' && word.data[k] <= 'Z' ? (uint8_t)(word.data[k] + 32) : word.data[k];
        }
        CHECK(word_is_reserved(word));
        CHECK(word_is_reserved(slice_of(lower, word.len)));
        CHECK(i == 0 || slice_compare(reserved_word(i - 1), word) < 0); // halving needs the order
        CHECK(word.len == 1 || !slice_equal(word, slice_sub(word, 0, word.len - 1)));
    }
    CHECK(!word_is_reserved(SLICE("")));
    CHECK(!word_is_reserved(SLICE("pk")));
    CHECK(!word_is_reserved(SLICE("DATAS")));
    CHECK(!word_is_reserved(SLICE("DAT")));
    CHECK(!word_is_reserved(SLICE("ZZ")));
    CHECK(!word_is_reserved(SLICE("A")));
}
