#include "role/wire.h"

#include "base/limits.h"
#include "msg/sigv4.h"

static Slice read_bytes(Reader *reader) {
    return reader_bytes(reader, reader_u32(reader));
}

bool wire_read(Step *step, WireRequest *out) {
    Reader message = reader_of(step->in.message);
    uint8_t version = reader_u8(&message);
    out->target = read_bytes(&message);
    out->content_type = read_bytes(&message);
    out->body = read_bytes(&message);
    step->default_layout = read_bytes(&message);
    uint32_t calls_max = reader_u32(&message);
    step->calls_max = calls_max == 0 ? CALLS_MAX_DEFAULT : calls_max < CALLS_MAX_LEAST ? CALLS_MAX_LEAST : calls_max;
    out->checks_keys = reader_u8(&message) != 0;
    out->keys = read_bytes(&message);
    out->payload_hash = read_bytes(&message);
    out->head = read_bytes(&message);
    if (reader_left(&message) != 0) {
        Reader options = reader_of(read_bytes(&message));
        step->wait_for_indexes = reader_u8(&options) != 0;
        if (reader_left(&options) != 0) step->one_isolate = reader_u8(&options) != 0;
    }
    if (message.failed || version != ENVELOPE_VERSION) {
        return error_corrupt(&step->error, "malformed gateway message");
    }
    return true;
}

// --- Content type and target

static bool same_letter(uint8_t a, uint8_t b) {
    return a == b || (a >= 'A' && a <= 'Z' && a + ('a' - 'A') == b);
}

// Whether a Content-Type header names this type; parameters and letter case do not matter.
static bool content_type_is(Slice header, Slice type) {
    if (header.len < type.len) return false;
    for (size_t i = 0; i < type.len; i++) {
        if (!same_letter(header.data[i], type.data[i])) return false;
    }
    return header.len == type.len || header.data[type.len] == ';' || header.data[type.len] == ' ';
}

bool wire_accept_content_type(Step *step, const WireRequest *wire) {
    if (content_type_is(wire->content_type, SLICE("application/x-amz-json-1.0"))) {
        step->content_type = CONTENT_AMZ_JSON_1_0;
    } else if (wire->body.len == 0 || content_type_is(wire->content_type, SLICE("application/json"))) {
        // Nothing has no type that could be wrong.
        step->content_type = CONTENT_JSON;
    } else {
        step->content_type = CONTENT_XML;
        step_respond_http(step, 404, SLICE("<UnknownOperationException/>\n"));
        return false;
    }
    return true;
}

const Operation *wire_operation(Slice target) {
    Slice prefix = SLICE("DynamoDB_20120810.");
    if (!slice_starts_with(target, prefix)) return NULL;
    return operation_find(slice_sub(target, prefix.len, target.len));
}

// --- Signature

// Observed: an unknown key, and a session token that is not the key's, read the same.
static bool refuse_credentials(Step *step) {
    return error_set(&step->error, step->arena, ERROR_UNRECOGNIZED_CLIENT,
                     "The security token included in the request is invalid.");
}

static bool check_signature(Step *step, const WireRequest *wire, const HttpHead *head,
                            const Signature *signature, AccessKey *key) {
    if (!signature_check_scope(step->arena, head, signature, SLICE("dynamodb"), step->in.now_ms,
                               &step->error)) {
        return false;
    }
    if (!access_key_find(wire->keys, signature_key_id(signature), key)) return refuse_credentials(step);
    uint8_t payload_hash[SHA256_BYTES];
    if (wire->payload_hash.len == SHA256_BYTES) {
        memcpy(payload_hash, wire->payload_hash.data, SHA256_BYTES);
    } else {
        sha256(wire->body, payload_hash);
    }
    if (!signature_holds(step->arena, step->signing_keys, head, signature, key->secret, payload_hash)) {
        return error_set(
            &step->error, step->arena, ERROR_INVALID_SIGNATURE,
            "The request signature we calculated does not match the signature you provided. Check your "
            "AWS Secret Access Key and signing method. Consult the service documentation for details.");
    }
    return secret_equal(signature->token, key->token) || refuse_credentials(step);
}

bool wire_authenticate(Step *step, WireRequest *wire, AccessKey *key) {
    HttpHead head;
    Signature signature;
    *key = (AccessKey){.is_read_only = false};
    if (!http_head_read(step->arena, wire->head, &head, &step->error)) return false;
    wire->host = http_header(&head, SLICE("host"));
    if (!wire->checks_keys) return signature_read(step->arena, &head, &signature, &step->error);
    if (wire->keys.len == 0) {
        return error_set(
            &step->error, step->arena, ERROR_ACCESS_DENIED,
            "This deployment has no access keys yet, so it refuses every request. Set the secret "
            "SHVM_ACCESS_KEYS to lines of id:secret (npx wrangler secret put SHVM_ACCESS_KEYS).");
    }
    if (!signature_read(step->arena, &head, &signature, &step->error)) return false;
    if (!signature.is_present) {
        return error_set(&step->error, step->arena, ERROR_MISSING_AUTHENTICATION_TOKEN,
                         "Request is missing Authentication Token");
    }
    return check_signature(step, wire, &head, &signature, key);
}
