// Access keys in the form they travel in. What they allow is tested end to end (tests/worker/auth.test.mjs).
#include "role/access.h"

#include "support/check.h"

static const Slice KEYS = SLICE_INIT("writer\tsecret\trw\t\t\n"
                                     "reader\tsecret/2\tro\tmusic_,films_\ttoken\n"
                                     "short\tsecret\n"
                                     "\tno id\trw\t\t\n"
                                     "no secret\t\trw\t\t\n"
                                     "odd\tsecret\twhatever\t\t\n"
                                     "writer\tsecond\trw\t\t\n");

TEST(keys_are_found_by_their_id) {
    AccessKey key;
    REQUIRE(access_key_find(KEYS, SLICE("reader"), &key));
    CHECK_EQ_SLICE(key.id, "reader");
    CHECK_EQ_SLICE(key.secret, "secret/2");
    CHECK_EQ_SLICE(key.prefixes, "music_,films_");
    CHECK_EQ_SLICE(key.token, "token");
    CHECK(key.is_read_only);
    REQUIRE(access_key_find(KEYS, SLICE("writer"), &key));
    CHECK_EQ_SLICE(key.secret, "secret");
    CHECK(!key.is_read_only);
}

TEST(what_is_malformed_gives_no_access) {
    AccessKey key;
    CHECK(!access_key_find(KEYS, SLICE("nobody"), &key));
    CHECK(!access_key_find(KEYS, SLICE("short"), &key));
    CHECK(!access_key_find(KEYS, SLICE(""), &key));
    CHECK(!access_key_find(KEYS, SLICE("no secret"), &key));
    CHECK(!access_key_find((Slice){NULL, 0}, SLICE("writer"), &key));
    REQUIRE(access_key_find(KEYS, SLICE("odd"), &key));
    CHECK(key.is_read_only);
}
