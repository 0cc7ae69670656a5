// Signatures: AWS's published examples, requests that botocore signed, every refusal's text, and thousands of changes
// to a signed request, none of which may be let through.
#include "msg/sigv4_internal.h"

#include "support/bytes.h"
#include "support/check.h"

#define EXAMPLE_SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

static const double SIGNED_MS = 1795350960000.0; // 2026-11-22T12:36:00Z
static const double MINUTE_MS = 60000;

// --- Published: the signing example of the IAM guide, and cases of AWS's Signature Version 4 test suite

typedef struct Published {
    const char *name;
    Slice head;
    Slice body;
    Slice service;
    Slice signed_headers;
    Slice signature;
} Published;

#define SUITE "host:example.amazonaws.com\nx-amz-date:20150830T123600Z\n"

static const Published PUBLISHED[] = {
    {"IAM ListUsers",
     SLICE_INIT("GET\n/\nAction=ListUsers&Version=2010-05-08\n"
                "content-type:application/x-www-form-urlencoded; charset=utf-8\nhost:iam.amazonaws.com\n"
                "x-amz-date:20150830T123600Z\n"),
     SLICE_INIT(""), SLICE_INIT("iam"), SLICE_INIT("content-type;host;x-amz-date"),
     SLICE_INIT("5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")},
    {"get-vanilla", SLICE_INIT("GET\n/\n\n" SUITE), SLICE_INIT(""), SLICE_INIT("service"),
     SLICE_INIT("host;x-amz-date"),
     SLICE_INIT("5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")},
    {"post-vanilla", SLICE_INIT("POST\n/\n\n" SUITE), SLICE_INIT(""), SLICE_INIT("service"),
     SLICE_INIT("host;x-amz-date"),
     SLICE_INIT("5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")},
    {"get-vanilla-query-order-key-case", SLICE_INIT("GET\n/\nParam2=value2&Param1=value1\n" SUITE),
     SLICE_INIT(""), SLICE_INIT("service"), SLICE_INIT("host;x-amz-date"),
     SLICE_INIT("b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")},
    {"post-x-www-form-urlencoded",
     SLICE_INIT("POST\n/\n\ncontent-type:application/x-www-form-urlencoded\n" SUITE),
     SLICE_INIT("Param1=value1"), SLICE_INIT("service"), SLICE_INIT("content-type;host;x-amz-date"),
     SLICE_INIT("ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a")},
    {"get-header-value-trim", SLICE_INIT("GET\n/\n\nmy-header1: value1\nmy-header2: \"a   b   c\"\n" SUITE),
     SLICE_INIT(""), SLICE_INIT("service"), SLICE_INIT("host;my-header1;my-header2;x-amz-date"),
     SLICE_INIT("acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736")},
};

static bool holds(Arena *arena, SigningKeys *keys, const Published *example, Slice secret, Slice body) {
    HttpHead head;
    Error error = {.kind = ERROR_NONE};
    Buf credential;
    buf_init(&credential, arena);
    buf_format(&credential, "AKIDEXAMPLE/20150830/us-east-1/%S/aws4_request", &example->service);
    if (!http_head_read(arena, example->head, &head, &error)) return false;
    Signature signature = {
        .is_present = true,
        .algorithm = SLICE("AWS4-HMAC-SHA256"),
        .credential = buf_view(&credential),
        .signed_headers = example->signed_headers,
        .value = example->signature,
        .timestamp = SLICE("20150830T123600Z"),
    };
    uint8_t hash[SHA256_BYTES];
    sha256(body, hash);
    return signature_holds(arena, keys, &head, &signature, secret, hash);
}

TEST(published_examples_hold) {
    Arena arena;
    SigningKeys keys = {.next = 0};
    arena_init(&arena, 0);
    for (size_t i = 0; i < sizeof PUBLISHED / sizeof PUBLISHED[0]; i++) {
        const Published *example = &PUBLISHED[i];
        check_context("%s", example->name);
        CHECK(holds(&arena, &keys, example, SLICE(EXAMPLE_SECRET), example->body));
        CHECK(!holds(&arena, &keys, example, SLICE(EXAMPLE_SECRET "x"), example->body));
        CHECK(!holds(&arena, &keys, example, SLICE(EXAMPLE_SECRET), SLICE("another body")));
    }
    arena_free(&arena);
}

static size_t keys_kept(const SigningKeys *keys) {
    size_t count = 0;
    for (size_t i = 0; i < SIGNING_KEYS; i++) count += keys->entries[i].source_len != 0;
    return count;
}

TEST(keys_are_kept_that_made_signatures) {
    Arena arena;
    SigningKeys keys = {.next = 0};
    arena_init(&arena, 0);
    const Published *iam = &PUBLISHED[0], *service = &PUBLISHED[1], *same = &PUBLISHED[2];
    CHECK(!holds(&arena, &keys, iam, SLICE(EXAMPLE_SECRET "x"), iam->body));
    CHECK_EQ_INT(keys_kept(&keys), 0);
    CHECK(holds(&arena, &keys, iam, SLICE(EXAMPLE_SECRET), iam->body));
    CHECK(holds(&arena, &keys, service, SLICE(EXAMPLE_SECRET), service->body));
    CHECK(holds(&arena, &keys, same, SLICE(EXAMPLE_SECRET), same->body));
    CHECK_EQ_INT(keys_kept(&keys), 2);
    // It is the kept one that is used: spoilt, it makes another signature.
    keys.entries[0].key.inner.state[0] ^= 1;
    CHECK(!holds(&arena, &keys, iam, SLICE(EXAMPLE_SECRET), iam->body));
    CHECK(holds(&arena, &keys, service, SLICE(EXAMPLE_SECRET), service->body));
    arena_free(&arena);
}

TEST(a_full_store_of_keys_loses_the_oldest) {
    Arena arena;
    SigningKeys keys = {.next = 0};
    arena_init(&arena, 0);
    const Published *iam = &PUBLISHED[0], *service = &PUBLISHED[1];
    CHECK(holds(&arena, &keys, iam, SLICE(EXAMPLE_SECRET), iam->body));
    for (size_t i = 1; i < SIGNING_KEYS; i++) keys.entries[i] = keys.entries[0];
    keys.next = 0;
    CHECK(holds(&arena, &keys, service, SLICE(EXAMPLE_SECRET), service->body));
    CHECK_EQ_INT(keys.next, 1);
    CHECK_EQ_BYTES(slice_of(keys.entries[0].source, keys.entries[0].scope_len),
                   SLICE("20150830/us-east-1/service/aws4_request"));
    arena_free(&arena);
}

// --- Requests to DynamoDB, signed by botocore 1.43

typedef struct Verdict {
    bool accepted;
    Error error; // ERROR_NONE for a signature that does not match
} Verdict;

static const Slice BODY = SLICE_INIT("{\"TableName\":\"Music\",\"Item\":{\"Artist\":{\"S\":\"Nina\"}}}");

#define AUTHORIZATION                                                                                        \
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/us-east-1/dynamodb/aws4_request, "                     \
    "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, "                         \
    "Signature=e539c782e816e34a4c3128cef6e8099daba5b074c3ef66a233ff550249da75db"
#define HEADERS                                                                                              \
    "content-type:application/x-amz-json-1.0\nhost:localhost:8000\nx-amz-target:DynamoDB_20120810.PutItem\n"
#define DATE_AND_TOKEN "x-amz-date:20261122T123600Z\nx-amz-security-token:session/token+1==\n"

static const Slice SIGNED_HEADER =
    SLICE_INIT("POST\n/\n\nauthorization:" AUTHORIZATION "\n" HEADERS DATE_AND_TOKEN);

#define QUERY_START                                                                                          \
    "b=2&a=~%20x&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261122%2Fus-east-1%"      \
    "2Fdynamodb%2F"                                                                                          \
    "aws4_request&X-Amz-Date=20261122T123600Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=content-type%3Bhost%3B" \
    "x-amz-target&X-Amz-Security-Token=session%2Ftoken%2B1%3D%3D"
#define QUERY QUERY_START "&X-Amz-Signature=d04a75651455949db5b17c54ec1c84f78de5d55cfb32f3748730d5170f9840a7"

static const Slice SIGNED_QUERY = SLICE_INIT("POST\n/\n" QUERY "\n" HEADERS);

// The way of a request through the gateway: read, check, compare.
static Verdict verify(Arena *arena, Slice text, Slice body, double now_ms) {
    static SigningKeys keys;
    HttpHead head;
    Signature signature;
    Verdict verdict = {.accepted = false};
    Error *error = &verdict.error;
    if (!http_head_read(arena, text, &head, error) || !signature_read(arena, &head, &signature, error))
        return verdict;
    if (!signature.is_present) return verdict;
    if (!signature_check_scope(arena, &head, &signature, SLICE("dynamodb"), now_ms, error)) return verdict;
    uint8_t hash[SHA256_BYTES];
    sha256(body, hash);
    verdict.accepted = slice_equal(signature_key_id(&signature), SLICE("AKIDEXAMPLE")) &&
                       signature_holds(arena, &keys, &head, &signature, SLICE(EXAMPLE_SECRET), hash) &&
                       secret_equal(signature.token, SLICE("session/token+1=="));
    return verdict;
}

TEST(requests_signed_by_botocore_are_accepted) {
    Arena arena;
    arena_init(&arena, 0);
    CHECK(verify(&arena, SIGNED_HEADER, BODY, SIGNED_MS).accepted);
    CHECK(verify(&arena, SIGNED_QUERY, BODY, SIGNED_MS).accepted);
    CHECK(!verify(&arena, SLICE("POST\n/\n\n" HEADERS), BODY, SIGNED_MS).accepted);
    arena_free(&arena);
}

// --- Changed requests

// One changed byte, more or fewer: never blanks and commas, which separate the parts of a header and no more.
static Slice mutate(Arena *arena, uint64_t *random, Slice text) {
    Buf out;
    buf_init(&out, arena);
    size_t at;
    do {
        at = random_below(random, (uint32_t)text.len);
    } while (text.data[at] == ' ' || text.data[at] == ',');
    uint8_t byte;
    do {
        bool is_any = random_below(random, 3) == 0;
        byte = (uint8_t)(is_any ? random_below(random, 256) : text.data[at] ^ 1u << random_below(random, 8));
    } while (byte == ' ' || byte == '\t' || byte == ',' || byte == text.data[at]);
    uint32_t way = random_below(random, 4);
    buf_bytes(&out, slice_sub(text, 0, at));
    if (way != 0) buf_u8(&out, byte);                   // 0: one byte fewer
    if (way == 1) buf_u8(&out, text.data[at]);          // 1: one more
    buf_bytes(&out, slice_sub(text, at + 1, text.len)); // else: another one
    return buf_view(&out);
}

// "%2f" is "%2F": other bytes, the same request.
static bool same_when_decoded(Arena *arena, Slice a, Slice b) {
    Buf first, second;
    buf_init(&first, arena);
    buf_init(&second, arena);
    percent_decode(&first, a);
    percent_decode(&second, b);
    return slice_equal(buf_view(&first), buf_view(&second));
}

static void check_mutations(Slice text, uint64_t random, size_t count) {
    Arena arena;
    arena_init(&arena, 0);
    size_t accepted = 0, tried = 0;
    while (tried < count) {
        arena_reset(&arena);
        bool changes_body = random_below(&random, 8) == 0;
        Slice head = changes_body ? text : mutate(&arena, &random, text);
        Slice body = changes_body ? mutate(&arena, &random, BODY) : BODY;
        if (!changes_body && same_when_decoded(&arena, head, text)) continue;
        tried++;
        if (!verify(&arena, head, body, SIGNED_MS).accepted) continue;
        accepted++;
        check_context("%d accepted", (int)accepted);
        CHECK_EQ_BYTES(head, text);
    }
    CHECK_EQ_INT(accepted, 0);
    CHECK(verify(&arena, text, BODY, SIGNED_MS).accepted);
    arena_free(&arena);
}

TEST(no_changed_request_is_accepted) {
    check_mutations(SIGNED_HEADER, 1, 6000);
    check_mutations(SIGNED_QUERY, 2, 6000);
}

TEST(a_part_that_stands_twice_is_refused) {
    Arena arena;
    arena_init(&arena, 0);
    Slice again = SLICE("POST\n/\n\nauthorization:" AUTHORIZATION ", Signature=0\n" HEADERS DATE_AND_TOKEN);
    CHECK(!verify(&arena, again, BODY, SIGNED_MS).accepted);
    Slice other = SLICE("POST\n/\n\nauthorization:" AUTHORIZATION ", Other=0\n" HEADERS DATE_AND_TOKEN);
    CHECK(!verify(&arena, other, BODY, SIGNED_MS).accepted);
    Slice query = SLICE("POST\n/\n" QUERY "&X-Amz-Signature=0\n" HEADERS);
    CHECK(!verify(&arena, query, BODY, SIGNED_MS).accepted);
    arena_free(&arena);
}

// --- Texts

static void check_refusal(Slice text, double now_ms, ErrorKind kind, Slice message) {
    Arena arena;
    arena_init(&arena, 0);
    Verdict verdict = verify(&arena, text, BODY, now_ms);
    CHECK(!verdict.accepted);
    CHECK_EQ_INT(verdict.error.kind, kind);
    CHECK_EQ_BYTES(verdict.error.message, message);
    arena_free(&arena);
}

#define SIGNED_WITH(authorization)                                                                           \
    SLICE("POST\n/\n\nauthorization:" authorization "\n" HEADERS DATE_AND_TOKEN)
#define CREDENTIAL(scope)                                                                                    \
    "AWS4-HMAC-SHA256 Credential=" scope ",SignedHeaders=host;x-amz-date;x-amz-security-token;"              \
    "x-amz-target,Signature=0"

TEST(missing_parts_are_named) {
    check_refusal(SIGNED_WITH("Bearer x"), SIGNED_MS, ERROR_MISSING_AUTHENTICATION_TOKEN,
                  SLICE("Request is missing Authentication Token"));
    check_refusal(SIGNED_WITH("AWS4-HMAC-SHA256 Credential=a"), SIGNED_MS, ERROR_INCOMPLETE_SIGNATURE,
                  SLICE("Authorization header requires 'Signature' parameter. Authorization header requires "
                        "'SignedHeaders' parameter. Authorization=AWS4-HMAC-SHA256 Credential=a"));
    check_refusal(
        SLICE("POST\n/\n\nauthorization:AWS4-\n" HEADERS), SIGNED_MS, ERROR_INCOMPLETE_SIGNATURE,
        SLICE("Authorization header requires 'Credential' parameter. Authorization header requires "
              "'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. "
              "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
              "Authorization=AWS4-"));
    check_refusal(
        SIGNED_WITH("AWS4-HMAC-SHA256 Signature=b, Credential"), SIGNED_MS, ERROR_INCOMPLETE_SIGNATURE,
        SLICE("'Credential' not a valid key=value pair (missing equal-sign) in Authorization header: "
              "'AWS4-HMAC-SHA256 Signature=b, Credential'."));
    check_refusal(
        SLICE("POST\n/\nX-Amz-Algorithm&X-Amz-Date=1\n" HEADERS), SIGNED_MS, ERROR_INCOMPLETE_SIGNATURE,
        SLICE("AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string parameters must "
              "include 'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. AWS "
              "query-string parameters must include 'X-Amz-SignedHeaders'. Re-examine the query-string "
              "parameters."));
    check_refusal(
        SLICE("POST\n/\n" QUERY "\nauthorization:" AUTHORIZATION "\n" HEADERS), SIGNED_MS,
        ERROR_INVALID_SIGNATURE,
        SLICE("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."));
}

TEST(clocks_may_differ_by_five_minutes) {
    Arena arena;
    arena_init(&arena, 0);
    CHECK(verify(&arena, SIGNED_HEADER, BODY, SIGNED_MS + 5 * MINUTE_MS).accepted);
    CHECK(verify(&arena, SIGNED_HEADER, BODY, SIGNED_MS - 5 * MINUTE_MS).accepted);
    CHECK(verify(&arena, SIGNED_QUERY, BODY, SIGNED_MS + 60 * MINUTE_MS).accepted);
    arena_free(&arena);
    check_refusal(
        SIGNED_HEADER, SIGNED_MS + 5 * MINUTE_MS + 1000, ERROR_INVALID_SIGNATURE,
        SLICE("Signature expired: 20261122T123600Z is now earlier than 20261122T123601Z (20261122T124101Z - "
              "5 min.)"));
    check_refusal(SIGNED_HEADER, SIGNED_MS - 5 * MINUTE_MS - 1000, ERROR_INVALID_SIGNATURE,
                  SLICE("Signature not yet current: 20261122T123600Z is still later than 20261122T123559Z "
                        "(20261122T123059Z + 5 min.)"));
    check_refusal(
        SIGNED_QUERY, SIGNED_MS + 60 * MINUTE_MS + 1000, ERROR_INVALID_SIGNATURE,
        SLICE("Signature expired: 20261122T123600Z is now earlier than 20261122T123601Z (20261122T133601Z - "
              "60 min.)"));
    // 2028-02-29T00:00:00Z: the calendar's corners.
    check_refusal(
        SIGNED_HEADER, 1835395200000.0, ERROR_INVALID_SIGNATURE,
        SLICE("Signature expired: 20261122T123600Z is now earlier than 20280228T235500Z (20280229T000000Z - "
              "5 min.)"));
}

TEST(what_is_signed_and_for_whom) {
    check_refusal(
        SLICE("POST\n/\n\nauthorization:" AUTHORIZATION "\n" HEADERS "x-amz-date:201\n"), SIGNED_MS,
        ERROR_INCOMPLETE_SIGNATURE,
        SLICE(
            "Date must be in ISO-8601 'basic format'. Got '201'. See http://en.wikipedia.org/wiki/ISO_8601"));
    check_refusal(SIGNED_WITH("AWS4-HMAC-SHA256 Credential=a,SignedHeaders=x-amz-date,Signature=0"),
                  SIGNED_MS, ERROR_INVALID_SIGNATURE,
                  SLICE("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."));
    check_refusal(
        SIGNED_WITH("AWS4-HMAC-SHA256 Credential=a,SignedHeaders=host;x-amz-date;x-amz-security-token,"
                    "Signature=0"),
        SIGNED_MS, ERROR_INVALID_SIGNATURE,
        SLICE("'x-amz-target' must be a 'SignedHeader' in the AWS Authorization."));
    check_refusal(
        SIGNED_WITH("AWS4-HMAC-SHA25 Credential=a,SignedHeaders=host;x-amz-date;x-amz-security-token;"
                    "x-amz-target,Signature=0"),
        SIGNED_MS, ERROR_INCOMPLETE_SIGNATURE,
        SLICE("Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA25' (only AWS4-HMAC-SHA256 for now). "));
    check_refusal(
        SIGNED_WITH(CREDENTIAL("a/b/c/d")), SIGNED_MS, ERROR_INCOMPLETE_SIGNATURE,
        SLICE("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
              "got 'a/b/c/d'"));
    check_refusal(
        SIGNED_WITH(CREDENTIAL("a/b//d/e")), SIGNED_MS, ERROR_INVALID_SIGNATURE,
        SLICE("Credential should be scoped to a valid region, not ''. Credential should be scoped to correct "
              "service: 'dynamodb'. Credential should be scoped with a valid terminator: 'aws4_request', not "
              "'e'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
              "HTTP: 'b' != '20261122', from '20261122T123600Z'."));
}
