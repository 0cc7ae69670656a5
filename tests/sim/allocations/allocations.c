// Every allocation of a request fails once: allocations REQUESTS [part parts]. Each request of the file is tried with
// the n-th allocation of its k-th step failing, for all n and k, alone and with all after it, each time in a process of
// its own that begins where the requests before have left the cluster. The answer must be the right one or an
// InternalServerError, nothing may be half written, and the same request must then succeed. Prints which functions were
// on the way to an allocation that failed ("at ADDRESS"), for run.mjs.
#define _GNU_SOURCE
#include <execinfo.h>
#include <sanitizer/lsan_interface.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "direct.h"
#include "reply_check.h"

enum { FRAMES_MAX = 24, SITES_MAX = 1 << 14, OBJECTS_MAX = 512, BODY_MAX = 1 << 16, LEAKS_EVERY = 64 };
enum { TRIED = 0, TRIED_NOTHING = 3, TRIED_NO_STEP = 4, SAID_WHY = 1 }; // a child's exit status

typedef struct Picture {
    uint64_t objects[OBJECTS_MAX]; // what the n-th object made stores, as one number
    size_t count;
    int status;
    uint8_t body[BODY_MAX];
    size_t body_len;
} Picture;

typedef struct Shared {
    void *sites[SITES_MAX]; // open addressing
    Picture after;          // of the request when nothing fails
} Shared;

typedef struct Plan {
    size_t step; // whose allocation fails; counts from 1
    size_t allocation;
    bool once;
    size_t steps;
    bool fired;
} Plan;

static Shared *shared;

static void note_fault(void) {
    void *frames[FRAMES_MAX];
    int count = backtrace(frames, FRAMES_MAX);
    for (int i = 0; i < count; i++) {
        size_t at = (uintptr_t)frames[i] * 0x9e3779b97f4a7c15u >> 50;
        while (shared->sites[at] != NULL && shared->sites[at] != frames[i]) at = (at + 1) % SITES_MAX;
        shared->sites[at] = frames[i];
    }
}

// --- Requests

typedef struct Request {
    const char *line;
    Slice message; // to the gateway; empty: alarms run
    double wait_ms;
} Request;

static void put_bytes(Buf *out, Slice bytes) {
    buf_u32(out, (uint32_t)bytes.len);
    buf_bytes(out, bytes);
}

// As the gateway takes it from a client whose key is known and whose signature is not right.
static Slice signed_message(Arena *arena, Slice target, Slice body) {
    const Slice none = {NULL, 0};
    Buf out;
    buf_init(&out, arena);
    buf_u8(&out, ENVELOPE_VERSION);
    put_bytes(&out, target);
    put_bytes(&out, SLICE("application/x-amz-json-1.0"));
    put_bytes(&out, body);
    put_bytes(&out, none);
    buf_u32(&out, 0);
    buf_u8(&out, 1);
    put_bytes(&out, SLICE("AKID\tsecret\trw\t\t\n"));
    put_bytes(&out, none);
    put_bytes(&out, SLICE("POST\n/\n\nauthorization:AWS4-HMAC-SHA256 Credential=AKID/20261118/us-east-1/dynamodb/"
                          "aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=00000000"
                          "00000000000000000000000000000000000000000000000000000000\n"
                          "content-type:application/x-amz-json-1.0\nhost:localhost\nx-amz-date:20261118T112640Z\n"
                          "x-amz-target:DynamoDB_20120810.GetItem\n"));
    put_bytes(&out, none);
    return buf_view(&out);
}

// A line: "Operation {json}", "signed Operation {json}", or "alarms MILLISECONDS".
static Request read_request(Arena *arena, const char *line) {
    Request request = {.line = line};
    if (sscanf(line, "alarms %lf", &request.wait_ms) == 1) return request;
    bool is_signed = strncmp(line, "signed ", 7) == 0;
    const char *name = is_signed ? line + 7 : line, *body = strchr(name, ' ');
    Buf target;
    buf_init(&target, arena);
    buf_cstr(&target, "DynamoDB_20120810.");
    buf_bytes(&target, slice_of((const uint8_t *)name, (size_t)(body - name)));
    Slice json = slice_of_cstr(body + 1), type = SLICE("application/x-amz-json-1.0"), none = {NULL, 0};
    request.message = is_signed ? signed_message(arena, buf_view(&target), json)
                                : host_gateway_message(arena, buf_view(&target), type, json, none, 0, 1000);
    return request;
}

static void before_step(Direct *cluster, HostStep *step) {
    Plan *plan = cluster->context;
    step->fail_allocation = plan != NULL && ++plan->steps == plan->step ? plan->allocation : 0;
    step->fail_once = plan != NULL && plan->once;
}

static void after_step(Direct *cluster, HostStep *step) {
    Plan *plan = cluster->context;
    if (plan != NULL && step->allocation_failed) plan->fired = true;
}

// --- Pictures

static uint64_t mix(uint64_t hash, const void *bytes, size_t len) {
    const uint8_t *at = bytes;
    for (size_t i = 0; i < len; i++) hash = (hash ^ at[i]) * 1099511628211u;
    return hash;
}

// Items and entries without their versions, which follow the clock and the tries before.
static uint64_t mix_rows(uint64_t hash, const HostObject *object, const char *query) {
    sqlite3_stmt *rows = NULL;
    if (sqlite3_prepare_v2(object->database, query, -1, &rows, NULL) == SQLITE_OK) {
        while (sqlite3_step(rows) == SQLITE_ROW) {
            for (int i = 0; i < sqlite3_column_count(rows); i++) {
                const void *bytes = sqlite3_column_blob(rows, i);
                hash = mix(hash, bytes, (size_t)sqlite3_column_bytes(rows, i));
                hash = mix(hash, "|", 1);
            }
        }
    }
    sqlite3_finalize(rows);
    return hash;
}

static void take_picture(Direct *cluster, Picture *picture) {
    HostObject *object;
    for (picture->count = 0; (object = host_object_at(cluster->host, picture->count)) != NULL; picture->count++) {
        if (picture->count == OBJECTS_MAX) abort();
        uint64_t hash = mix(14695981039346656037u, object->name.data, object->name.len);
        hash = mix_rows(hash, object, "SELECT key, substr(value, 10), size FROM items ORDER BY key");
        hash = mix_rows(hash, object, "SELECT substr(value, 10) FROM big ORDER BY id");
        picture->objects[picture->count] = mix_rows(hash, object, "SELECT key, base FROM entries ORDER BY key");
    }
}

static uint64_t picture_of(const Picture *picture, const HostObject *object, size_t at) {
    uint64_t nothing = mix(14695981039346656037u, object->name.data, object->name.len);
    return at < picture->count ? picture->objects[at] : nothing;
}

// --- One try

static int run(Direct *cluster, Arena *arena, const Request *request, Slice *body) {
    if (request->message.len == 0) {
        cluster->now_ms += request->wait_ms;
        direct_run_alarms(cluster);
        *body = (Slice){NULL, 0};
        return 0;
    }
    HostAction reply = direct_request(cluster, arena, request->message);
    *body = reply.body;
    if (reply.kind != ACTION_RESPOND_HTTP) return -1; // the Worker's own 500
    check_http(&reply);
    return reply.status;
}

static int fails(const Request *request, const Plan *plan, const char *why, Slice body) {
    printf("FAILED %.80s: allocation %zu of step %zu%s: %s: %.*s\n", request->line, plan->allocation, plan->step,
           plan->once ? "" : " and all after it", why, (int)(body.len < 300 ? body.len : 300),
           (const char *)body.data);
    return SAID_WHY;
}

// Batches and pages may leave something to be asked for again; a description's counts leave out a shard that does not
// answer.
static bool may_leave(Slice body) {
    static const char *const SIGNS[] = {"\"Unprocessed", "\"LastEvaluatedKey\"", "\"ItemCount\""};
    for (int i = 0; i < 3; i++) {
        if (memmem(body.data, body.len, SIGNS[i], strlen(SIGNS[i])) != NULL) return true;
    }
    return false;
}

// What a first try changed of a table stands, though it was answered by an error: then this is the second answer.
static bool says_changed(Slice body) {
    static const char *const SIGNS[] = {"already", "ResourceInUseException", "LimitExceededException"};
    for (int i = 0; i < 3; i++) {
        if (memmem(body.data, body.len, SIGNS[i], strlen(SIGNS[i])) != NULL) return true;
    }
    return false;
}

static int try(Direct *cluster, const Request *request, const Plan *wanted, const Picture *before) {
    Plan plan = *wanted;
    Arena arena;
    Slice body;
    static Picture now;
    arena_init(&arena, 0);
    cluster->context = &plan;
    int status = run(cluster, &arena, request, &body);
    cluster->context = NULL;
    if (!plan.fired) return plan.steps < plan.step ? TRIED_NO_STEP : TRIED_NOTHING;
    if (violation_text() != NULL) return fails(request, wanted, violation_text(), body);
    const Picture *after = &shared->after;
    bool is_right = status == after->status && slice_equal(body, slice_of(after->body, after->body_len));
    bool is_clean = status == -1 || status == 500 || (status == 200 && may_leave(body)) || status == 0;
    if (!is_right && !is_clean) return fails(request, wanted, "a wrong answer", body);
    take_picture(cluster, &now);
    bool is_before = true;
    for (size_t i = 0; i < now.count; i++) {
        const HostObject *object = host_object_at(cluster->host, i);
        bool is_untouched = now.objects[i] == picture_of(before, object, i);
        is_before &= is_untouched;
        if (!is_untouched && i < after->count && now.objects[i] != after->objects[i])
            return fails(request, wanted, "something half written", object->name);
    }
    if (is_right && status == 200) is_before = false; // done
    int again = request->message.len == 0 ? 0 : run(cluster, &arena, request, &body);
    if (again == -1 || again == 500) return fails(request, wanted, "it fails for good", body);
    bool is_same = again == after->status || says_changed(body);
    if (is_before && !is_same) return fails(request, wanted, "another answer at the second try", body);
    arena_free(&arena);
    return TRIED;
}

static int in_child(Direct *cluster, const Request *request, const Plan *plan, const Picture *before,
                    bool looks_for_leaks) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        int status = try(cluster, request, plan, before);
        if (status == TRIED && looks_for_leaks && __lsan_do_recoverable_leak_check() != 0) status = 2;
        fflush(stdout);
        _exit(status);
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child) abort();
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (code == TRIED || code == TRIED_NOTHING || code == TRIED_NO_STEP || code == SAID_WHY) return code;
    printf("FAILED %.80s: allocation %zu of step %zu%s: the process ended with %d\n", request->line, plan->allocation,
           plan->step, plan->once ? "" : " and all after it", status);
    return SAID_WHY;
}

// What the request leaves behind when nothing fails, seen in a child.
static void look_ahead(Direct *cluster, const Request *request) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        Arena arena;
        Slice body;
        Picture *after = &shared->after;
        arena_init(&arena, 0);
        after->status = run(cluster, &arena, request, &body);
        if (body.len > BODY_MAX) abort();
        if (body.len != 0) memcpy(after->body, body.data, body.len);
        after->body_len = body.len;
        take_picture(cluster, after);
        _exit(0);
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) abort();
}

static void exhaust(Direct *cluster, const Request *request, unsigned *tries, unsigned *failures) {
    static Picture before;
    unsigned began = *tries, failed = *failures;
    take_picture(cluster, &before);
    look_ahead(cluster, request);
    for (int once = 0; once < 2; once++) {
        int status = TRIED;
        for (Plan plan = {.step = 1, .once = once != 0}; status != TRIED_NO_STEP && *failures < failed + 5;
             plan.step++) {
            status = TRIED;
            for (plan.allocation = 1; status < TRIED_NOTHING && *failures < failed + 5; plan.allocation++) {
                status = in_child(cluster, request, &plan, &before, *tries % LEAKS_EVERY == 0);
                if (status < TRIED_NOTHING) (*tries)++;
                if (status != TRIED && status < TRIED_NOTHING) (*failures)++;
            }
        }
    }
    printf("%6u tries: %.90s\n", *tries - began, request->line);
}

int main(int argc, char **argv) {
    FILE *file = argc < 2 ? NULL : fopen(argv[1], "r");
    if (file == NULL) return 2;
    unsigned part = argc > 3 ? (unsigned)atoi(argv[2]) : 0, parts = argc > 3 ? (unsigned)atoi(argv[3]) : 1;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) return 2;
    void *first[1];
    backtrace(first, 1); // it allocates when first used
    Direct cluster;
    direct_init(&cluster, NULL, 1);
    cluster.now_ms = 1795000000000;
    cluster.before_step = before_step;
    cluster.after_step = after_step;
    arena_on_fault(note_fault);
    unsigned tries = 0, failures = 0;
    char *line = NULL;
    size_t cap = 0;
    for (unsigned number = 0; getline(&line, &cap, file) > 0;) {
        Arena arena;
        Slice body;
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '\0' || line[0] == '#') continue;
        arena_init(&arena, 0);
        Request request = read_request(&arena, line);
        if (number++ % parts == part) exhaust(&cluster, &request, &tries, &failures);
        int status = run(&cluster, &arena, &request, &body);
        if (violation_text() != NULL) fprintf(stderr, "%s: %s\n", violation_text(), line);
        if (status == 500 || status == -1) printf("FAILED without a fault: %s\n", line), failures++;
        cluster.now_ms += 1000;
        arena_free(&arena);
    }
    for (size_t i = 0; i < SITES_MAX; i++) {
        if (shared->sites[i] != NULL) printf("at %p\n", shared->sites[i]);
    }
    printf("%u tries, %u failures\n", tries, failures);
    free(line);
    fclose(file);
    direct_free(&cluster);
    return failures == 0 ? 0 : 1;
}
