#include "msg/sigv4_internal.h"

#include "base/limits.h"

static const Slice ALGORITHM = SLICE_INIT("AWS4-HMAC-SHA256");

// --- Reading

static bool is_space(uint8_t c) {
    return c == ' ' || c == '\t';
}

// The next word of an Authorization header, whose parts stand between commas, blanks, or both.
static bool next_word(Slice *rest, Slice *word) {
    size_t start = 0;
    while (start < rest->len && (is_space(rest->data[start]) || rest->data[start] == ',')) start++;
    size_t end = start;
    while (end < rest->len && !is_space(rest->data[end]) && rest->data[end] != ',') end++;
    *word = slice_sub(*rest, start, end);
    *rest = slice_sub(*rest, end, rest->len);
    return word->len != 0;
}

static void note_missing(Buf *missing, const char *name, Slice value) {
    if (value.len == 0) buf_format(missing, "Authorization header requires '%s' parameter. ", name);
}

static void take_part(Signature *out, Slice name, Slice value) {
    Slice *part = slice_equal(name, SLICE("Credential"))      ? &out->credential
                  : slice_equal(name, SLICE("Signature"))     ? &out->value
                  : slice_equal(name, SLICE("SignedHeaders")) ? &out->signed_headers
                                                              : NULL;
    if (part == NULL || part->data != NULL) {
        out->has_other_parts = true;
    } else {
        *part = value;
    }
}

static bool read_authorization(Arena *arena, const HttpHead *head, Slice header, Signature *out,
                               Error *error) {
    // Another scheme counts as no signature at all.
    if (!slice_starts_with(header, SLICE("AWS4-"))) {
        return error_set(error, arena, ERROR_MISSING_AUTHENTICATION_TOKEN,
                         "Request is missing Authentication Token");
    }
    Slice rest = header, word, name, value;
    next_word(&rest, &out->algorithm);
    while (next_word(&rest, &word)) {
        if (!slice_split(word, '=', &name, &value)) {
            return error_set(
                error, arena, ERROR_INCOMPLETE_SIGNATURE,
                "'%S' not a valid key=value pair (missing equal-sign) in Authorization header: '%S'.", &word,
                &header);
        }
        take_part(out, name, value);
    }
    out->timestamp = http_header(head, SLICE("x-amz-date"));
    if (out->timestamp.len == 0) out->timestamp = http_header(head, SLICE("date"));
    out->token = http_header(head, SLICE("x-amz-security-token"));
    Buf missing;
    buf_init(&missing, arena);
    note_missing(&missing, "Credential", out->credential);
    note_missing(&missing, "Signature", out->value);
    note_missing(&missing, "SignedHeaders", out->signed_headers);
    if (out->timestamp.len == 0) {
        buf_cstr(&missing,
                 "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ");
    }
    if (missing.failed) return error_out_of_memory(error);
    if (missing.len == 0) return true;
    Slice list = buf_view(&missing);
    return error_set(error, arena, ERROR_INCOMPLETE_SIGNATURE, "%SAuthorization=%S", &list, &header);
}

static int hex_digit(uint8_t c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

void percent_decode(Buf *out, Slice text) {
    for (size_t i = 0; i < text.len; i++) {
        int high = text.data[i] == '%' && i + 2 < text.len ? hex_digit(text.data[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(text.data[i + 2]) : -1;
        if (low < 0) {
            buf_u8(out, text.data[i]);
        } else {
            buf_u8(out, (uint8_t)(high << 4 | low));
            i += 2;
        }
    }
}

// The decoded value of a query parameter; *found says whether it is there at all.
static Slice query_parameter(Arena *arena, Slice query, Slice name, bool *found) {
    Slice rest = query;
    *found = false;
    for (Slice part; slice_next_part(&rest, '&', &part);) {
        Slice key = part, value = {NULL, 0};
        slice_split(part, '=', &key, &value);
        if (!slice_equal(key, name)) continue;
        *found = true;
        Buf decoded;
        buf_init(&decoded, arena);
        percent_decode(&decoded, value);
        return buf_view(&decoded);
    }
    return (Slice){NULL, 0};
}

static bool read_query(Arena *arena, const HttpHead *head, Signature *out, Error *error) {
    const struct {
        Slice name;
        Slice *value;
        bool is_needed;
    } parts[] = {
        {SLICE("X-Amz-Algorithm"), &out->algorithm, true},
        {SLICE("X-Amz-Credential"), &out->credential, true},
        {SLICE("X-Amz-Signature"), &out->value, true},
        {SLICE("X-Amz-SignedHeaders"), &out->signed_headers, true},
        {SLICE("X-Amz-Date"), &out->timestamp, true},
        {SLICE("X-Amz-Expires"), &out->expires, false},
        {SLICE("X-Amz-Security-Token"), &out->token, false},
    };
    Buf missing;
    buf_init(&missing, arena);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        bool found;
        *parts[i].value = query_parameter(arena, head->query, parts[i].name, &found);
        if (parts[i].is_needed && parts[i].value->len == 0) {
            buf_format(&missing, "AWS query-string parameters must include '%S'. ", &parts[i].name);
        }
    }
    if (missing.failed) return error_out_of_memory(error);
    if (missing.len == 0) return true;
    Slice list = buf_view(&missing);
    return error_set(error, arena, ERROR_INCOMPLETE_SIGNATURE, "%SRe-examine the query-string parameters.",
                     &list);
}

bool signature_read(Arena *arena, const HttpHead *head, Signature *out, Error *error) {
    *out = (Signature){.is_present = false};
    Slice header = http_header(head, SLICE("authorization"));
    query_parameter(arena, head->query, SLICE("X-Amz-Algorithm"), &out->in_query);
    if (header.len != 0 && out->in_query) {
        return error_set(
            error, arena, ERROR_INVALID_SIGNATURE,
            "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.");
    }
    if (header.len == 0 && !out->in_query) return true;
    out->is_present = true;
    return out->in_query ? read_query(arena, head, out, error)
                         : read_authorization(arena, head, header, out, error);
}

// --- Dates

enum { TIMESTAMP_CHARS = 16, DATE_CHARS = 8, SECONDS_PER_DAY = 86400 };

// Days from 1970-01-01 to a day of the Gregorian calendar (years are counted from March, so that leap days
// end them).
static int64_t days_of_date(int64_t year, int64_t month, int64_t day) {
    if (month <= 2) year--;
    int64_t era = year / 400, year_of_era = year % 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static int64_t digits(Slice text, size_t from, size_t to) {
    int64_t value = 0;
    for (size_t i = from; i < to; i++) value = value * 10 + (text.data[i] - '0');
    return value;
}

// Seconds since 1970 of "YYYYMMDDThhmmssZ"; false for another form.
static bool parse_timestamp(Slice text, int64_t *seconds) {
    if (text.len != TIMESTAMP_CHARS || text.data[8] != 'T' || text.data[15] != 'Z') return false;
    for (size_t i = 0; i < 15; i++) {
        if (i != 8 && (text.data[i] < '0' || text.data[i] > '9')) return false;
    }
    int64_t month = digits(text, 4, 6), day = digits(text, 6, 8);
    int64_t hour = digits(text, 9, 11), minute = digits(text, 11, 13), second = digits(text, 13, 15);
    if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60)
        return false;
    *seconds =
        days_of_date(digits(text, 0, 4), month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
    return true;
}

static void append_two(Buf *out, int64_t value) {
    buf_u8(out, (uint8_t)('0' + value / 10 % 10));
    buf_u8(out, (uint8_t)('0' + value % 10));
}

static Slice timestamp_of(Arena *arena, int64_t seconds) {
    int64_t days = seconds / SECONDS_PER_DAY, rest = seconds % SECONDS_PER_DAY;
    // The inverse of days_of_date.
    int64_t shifted = days + 719468;
    int64_t era = shifted / 146097, day_of_era = shifted % 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted_month = (5 * day_of_year + 2) / 153;
    int64_t month = shifted_month + (shifted_month < 10 ? 3 : -9);
    int64_t year = era * 400 + year_of_era + (month <= 2);
    Buf out;
    buf_init(&out, arena);
    append_two(&out, year / 100);
    append_two(&out, year % 100);
    append_two(&out, month);
    append_two(&out, day_of_year - (153 * shifted_month + 2) / 5 + 1);
    buf_u8(&out, 'T');
    append_two(&out, rest / 3600);
    append_two(&out, rest / 60 % 60);
    append_two(&out, rest % 60);
    buf_u8(&out, 'Z');
    return buf_view(&out);
}

// How long a signature holds, seconds: a signed query string says so itself.
static int64_t lifetime_of(const Signature *signature) {
    Slice text = signature->expires;
    if (text.len == 0) return SIGNATURE_SKEW_SECONDS_MAX;
    if (text.len > 6) return 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') return 0;
    }
    int64_t seconds = digits(text, 0, text.len);
    return seconds <= SIGNATURE_EXPIRES_SECONDS_MAX ? seconds : 0;
}

static bool check_clock(Arena *arena, const Signature *signature, double now_ms, Error *error) {
    int64_t signed_at, now = (int64_t)(now_ms / 1000);
    if (!parse_timestamp(signature->timestamp, &signed_at)) {
        return error_set(
            error, arena, ERROR_INCOMPLETE_SIGNATURE,
            "Date must be in ISO-8601 'basic format'. Got '%S'. See http://en.wikipedia.org/wiki/ISO_8601",
            &signature->timestamp);
    }
    int64_t lifetime = lifetime_of(signature);
    if (signed_at >= now - lifetime && signed_at <= now + SIGNATURE_SKEW_SECONDS_MAX) return true;
    Slice now_text = timestamp_of(arena, now);
    if (signed_at < now - lifetime) {
        Slice bound = timestamp_of(arena, now - lifetime);
        return error_set(error, arena, ERROR_INVALID_SIGNATURE,
                         "Signature expired: %S is now earlier than %S (%S - %d min.)", &signature->timestamp,
                         &bound, &now_text, (int)(lifetime / 60));
    }
    Slice bound = timestamp_of(arena, now + SIGNATURE_SKEW_SECONDS_MAX);
    return error_set(error, arena, ERROR_INVALID_SIGNATURE,
                     "Signature not yet current: %S is still later than %S (%S + %d min.)", &signature->timestamp,
                     &bound, &now_text, (int)(SIGNATURE_SKEW_SECONDS_MAX / 60));
}

// --- Scope

bool credential_split(Slice credential, CredentialScope *out) {
    Slice *parts[] = {&out->key_id, &out->date, &out->region, &out->service, &out->terminator};
    Slice rest = credential, part;
    size_t count = 0;
    *out = (CredentialScope){.key_id = {NULL, 0}};
    while (slice_next_part(&rest, '/', &part)) {
        if (count == sizeof parts / sizeof parts[0]) return false;
        *parts[count++] = part;
    }
    return count == sizeof parts / sizeof parts[0];
}

Slice signature_key_id(const Signature *signature) {
    CredentialScope scope;
    credential_split(signature->credential, &scope);
    return scope.key_id;
}

static bool is_signed(const Signature *signature, Slice name) {
    Slice rest = signature->signed_headers;
    for (Slice part; slice_next_part(&rest, ';', &part);) {
        if (slice_equal(part, name)) return true;
    }
    return false;
}

// What decides about the request must be signed: to whom it goes, what it asks for, when, and with which
// token.
static bool check_signed_headers(Arena *arena, const HttpHead *head, const Signature *signature,
                                 Error *error) {
    static const Slice OTHERS[] = {
        SLICE_INIT("x-amz-date"),
        SLICE_INIT("x-amz-security-token"),
        SLICE_INIT("x-amz-target"),
    };
    if (!is_signed(signature, SLICE("host"))) {
        return error_set(error, arena, ERROR_INVALID_SIGNATURE,
                         "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
    }
    for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++) {
        if (http_header(head, OTHERS[i]).data == NULL || is_signed(signature, OTHERS[i])) continue;
        return error_set(error, arena, ERROR_INVALID_SIGNATURE,
                         "'%S' must be a 'SignedHeader' in the AWS Authorization.", &OTHERS[i]);
    }
    return true;
}

bool signature_check_scope(Arena *arena, const HttpHead *head, const Signature *signature, Slice service,
                           double now_ms, Error *error) {
    if (!check_clock(arena, signature, now_ms, error)) return false;
    if (!check_signed_headers(arena, head, signature, error)) return false;
    if (!slice_equal(signature->algorithm, ALGORITHM)) {
        return error_set(error, arena, ERROR_INCOMPLETE_SIGNATURE,
                         "Unsupported AWS 'algorithm': '%S' (only AWS4-HMAC-SHA256 for now). ",
                         &signature->algorithm);
    }
    CredentialScope scope;
    if (!credential_split(signature->credential, &scope)) {
        return error_set(
            error, arena, ERROR_INCOMPLETE_SIGNATURE,
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term,"
            " got '%S'",
            &signature->credential);
    }
    Buf faults;
    buf_init(&faults, arena);
    if (scope.region.len == 0)
        buf_format(&faults, "Credential should be scoped to a valid region, not '%S'. ", &scope.region);
    if (!slice_equal(scope.service, service)) {
        buf_format(&faults, "Credential should be scoped to correct service: '%S'. ", &service);
    }
    if (!slice_equal(scope.terminator, SLICE("aws4_request"))) {
        buf_format(&faults, "Credential should be scoped with a valid terminator: 'aws4_request', not '%S'. ",
                   &scope.terminator);
    }
    Slice day = slice_sub(signature->timestamp, 0, DATE_CHARS);
    if (!slice_equal(scope.date, day)) {
        buf_format(
            &faults,
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            "'%S' != '%S', from '%S'.",
            &scope.date, &day, &signature->timestamp);
    }
    if (faults.failed) return error_out_of_memory(error);
    if (faults.len == 0) return true;
    Slice list = buf_view(&faults);
    return error_set(error, arena, ERROR_INVALID_SIGNATURE, "%S", &list);
}
