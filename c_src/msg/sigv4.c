#include "msg/sigv4_internal.h"

#include <stdlib.h>

#include "base/limits.h"

// --- The canonical request

static bool is_unreserved(uint8_t c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

static void percent_encode(Buf *out, Slice text, bool keeps_slashes) {
    static const char HEX[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        if (is_unreserved(c) || (keeps_slashes && c == '/')) {
            buf_u8(out, c);
        } else {
            buf_u8(out, '%');
            buf_u8(out, (uint8_t)HEX[c >> 4]);
            buf_u8(out, (uint8_t)HEX[c & 15]);
        }
    }
}

// One encoding whatever the sender's was: "+" and "%2B" are the same parameter.
static Slice encode_again(Arena *arena, Slice text) {
    Buf decoded, encoded;
    buf_init(&decoded, arena);
    buf_init(&encoded, arena);
    percent_decode(&decoded, text);
    percent_encode(&encoded, buf_view(&decoded), false);
    return buf_view(&encoded);
}

typedef struct Parameter {
    Slice name;
    Slice value;
} Parameter;

static int compare_parameters(const void *a, const void *b) {
    const Parameter *first = a, *second = b;
    int order = slice_compare(first->name, second->name);
    return order != 0 ? order : slice_compare(first->value, second->value);
}

static void append_query(Buf *out, Slice query) {
    size_t count = 1;
    for (size_t i = 0; i < query.len; i++) count += query.data[i] == '&';
    Parameter *parameters = ARENA_ARRAY(out->arena, Parameter, count);
    if (parameters == NULL || query.len == 0) return;
    Slice rest = query;
    count = 0;
    bool is_past_signature = false;
    for (Slice part; slice_next_part(&rest, '&', &part);) {
        Slice name = part, value = {NULL, 0};
        slice_split(part, '=', &name, &value);
        // The signature cannot sign itself; a second one would be something else.
        if (!is_past_signature && slice_equal(name, SLICE("X-Amz-Signature"))) {
            is_past_signature = true;
            continue;
        }
        parameters[count++] = (Parameter){encode_again(out->arena, name), encode_again(out->arena, value)};
    }
    qsort(parameters, count, sizeof *parameters, compare_parameters);
    for (size_t i = 0; i < count; i++) {
        if (i != 0) buf_u8(out, '&');
        buf_bytes(out, parameters[i].name);
        buf_u8(out, '=');
        buf_bytes(out, parameters[i].value);
    }
}

// A header's value without blanks around it, and one where several stood.
static void append_trimmed(Buf *out, Slice value) {
    bool is_behind_blank = false, has_begun = false;
    for (size_t i = 0; i < value.len; i++) {
        uint8_t c = value.data[i];
        if (c == ' ' || c == '\t') {
            is_behind_blank = true;
            continue;
        }
        if (is_behind_blank && has_begun) buf_u8(out, ' ');
        buf_u8(out, c);
        has_begun = true;
        is_behind_blank = false;
    }
}

// False for more headers than anyone signs: looking each of them up must not become an attack.
static bool append_signed_headers(Buf *out, const HttpHead *head, const Signature *signature) {
    Slice rest = signature->signed_headers;
    size_t count = 0;
    for (Slice name; slice_next_part(&rest, ';', &name);) {
        if (++count > SIGNED_HEADERS_MAX) return false;
        buf_bytes(out, name);
        buf_u8(out, ':');
        append_trimmed(out, http_header(head, name));
        buf_u8(out, '\n');
    }
    return true;
}

static bool append_canonical_request(Buf *out, const HttpHead *head, const Signature *signature,
                                     const uint8_t payload_hash[SHA256_BYTES]) {
    buf_bytes(out, head->method);
    buf_u8(out, '\n');
    percent_encode(out, head->path, true);
    buf_u8(out, '\n');
    append_query(out, head->query);
    buf_u8(out, '\n');
    if (!append_signed_headers(out, head, signature)) return false;
    buf_u8(out, '\n');
    buf_bytes(out, signature->signed_headers);
    buf_u8(out, '\n');
    hex_encode(out, slice_of(payload_hash, SHA256_BYTES));
    return !out->failed && !out->arena->failed;
}

// --- The signature

static bool derive_key(Arena *arena, Slice secret, const CredentialScope *scope, HmacKey *key) {
    Buf start;
    buf_init(&start, arena);
    buf_cstr(&start, "AWS4");
    buf_bytes(&start, secret);
    if (start.failed) return false;
    const Slice parts[] = {scope->date, scope->region, scope->service, scope->terminator};
    hmac_sha256_key(buf_view(&start), key);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        uint8_t next[SHA256_BYTES];
        hmac_sha256_with(key, parts[i], next);
        hmac_sha256_key(slice_of(next, sizeof next), key);
    }
    return true;
}

static const HmacKey *find_key(const SigningKeys *keys, Slice scope, Slice secret) {
    for (size_t i = 0; i < SIGNING_KEYS; i++) {
        size_t scope_len = keys->entries[i].scope_len;
        Slice source = slice_of(keys->entries[i].source, keys->entries[i].source_len);
        if (source.len != 0 && slice_equal(slice_sub(source, 0, scope_len), scope) &&
            slice_equal(slice_sub(source, scope_len, source.len), secret)) {
            return &keys->entries[i].key;
        }
    }
    return NULL;
}

static void keep_key(SigningKeys *keys, Slice scope, Slice secret, const HmacKey *key) {
    if (scope.len + secret.len > SIGNING_KEY_SOURCE_BYTES) return;
    size_t at = keys->next;
    keys->next = (at + 1) % SIGNING_KEYS;
    memcpy(keys->entries[at].source, scope.data, scope.len);
    memcpy(keys->entries[at].source + scope.len, secret.data, secret.len);
    keys->entries[at].scope_len = scope.len;
    keys->entries[at].source_len = scope.len + secret.len;
    keys->entries[at].key = *key;
}

bool secret_equal(Slice a, Slice b) {
    if (a.len != b.len) return false;
    unsigned difference = 0;
    for (size_t i = 0; i < a.len; i++) difference |= (unsigned)(a.data[i] ^ b.data[i]);
    return difference == 0;
}

bool signature_holds(Arena *arena, SigningKeys *keys, const HttpHead *head, const Signature *signature, Slice secret,
                     const uint8_t payload_hash[SHA256_BYTES]) {
    CredentialScope parts;
    if (signature->has_other_parts || !credential_split(signature->credential, &parts)) return false;
    Slice scope = slice_sub(signature->credential, parts.key_id.len + 1, signature->credential.len);
    Buf canonical, text, expected;
    buf_init(&canonical, arena);
    buf_init(&text, arena);
    buf_init(&expected, arena);
    if (!append_canonical_request(&canonical, head, signature, payload_hash)) return false;
    uint8_t digest[SHA256_BYTES];
    sha256(buf_view(&canonical), digest);
    buf_format(&text, "%S\n%S\n%S\n", &signature->algorithm, &signature->timestamp, &scope);
    hex_encode(&text, slice_of(digest, sizeof digest));
    HmacKey derived;
    const HmacKey *key = find_key(keys, scope, secret);
    if (text.failed || (key == NULL && !derive_key(arena, secret, &parts, &derived))) return false;
    hmac_sha256_with(key != NULL ? key : &derived, buf_view(&text), digest);
    hex_encode(&expected, slice_of(digest, sizeof digest));
    if (expected.failed || !secret_equal(buf_view(&expected), signature->value)) return false;
    // Not before: strangers could push the others' keys out.
    if (key == NULL) keep_key(keys, scope, secret, &derived);
    return true;
}
