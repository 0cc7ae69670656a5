// Every allocation of a request fails once: allocations REQUESTS PART PARTS [all | survey]. Each request of the file is
// tried with the n-th allocation of its k-th step failing, for all n and k, alone and with all after it, each time in a
// process of its own that begins where the requests before have left the cluster; without "all" only where memory has
// not been asked for from the same place before. The answer must be the right one or an InternalServerError,
// nothing may be half written, and the same request must then succeed. Prints which functions were on the way to an
// allocation that failed ("at ADDRESS"), for run.mjs; with "survey" none fails, and all that ask are printed.
#define _GNU_SOURCE
#include <sanitizer/lsan_interface.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "direct.h"
#include "reply_check.h"
#include "stacks.h"

enum { OBJECTS_MAX = 512, BODY_MAX = 1 << 19, LEAKS_EVERY = 32, FAILURES_MAX = 5 };
#define ZEROS_64 "0000000000000000000000000000000000000000000000000000000000000000"

enum { TRIED = 0, SAID_WHY = 1, LEAKED = 2 }; // a child's exit status

typedef struct Picture {
    uint64_t names[OBJECTS_MAX]; // each as one number
    uint64_t objects[OBJECTS_MAX]; // what the object of that name stores, likewise
    size_t count;
    int status;
    uint8_t body[BODY_MAX];
    size_t body_len;
} Picture;

typedef struct Plan {
    size_t step; // whose allocation fails; counts from 1; 0: none, the request is surveyed
    size_t allocation;
    bool once;
    size_t lost_step; // 0: none
    size_t steps;
    bool fired;
} Plan;

typedef struct Totals {
    unsigned part, parts;
    bool all, survey;
    unsigned met; // allocations worth a failure, in all parts
    unsigned tries, failures;
} Totals;

static Picture *shared_after; // of the request when nothing fails, as a child has seen it

// --- Requests

typedef struct Request {
    const char *line;
    Slice message; // to the gateway; empty: alarms run
    double wait_ms;
    size_t lost_step; // the object dies before this step's commit; 0: none
    uint32_t calls_max; // of the request; 0: as many as there are by default
} Request;

static void put_bytes(Buf *out, Slice bytes) {
    buf_u32(out, (uint32_t)bytes.len);
    buf_bytes(out, bytes);
}

// As the gateway takes it from a client whose key is known and whose signature is not right, or is not whole.
static const char *const HEADS[][2] = {
    {"signed ", "POST\n/a b%20c\nx=%41&y\nauthorization:AWS4-HMAC-SHA256 Credential=AKID/20261118/us-east-1/dynamodb/"
                "aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=" ZEROS_64 "\n"
                "content-type:application/x-amz-json-1.0\nhost:localhost\nx-amz-date:20261118T110640Z\n"
                "x-amz-target:DynamoDB_20120810.GetItem\n"},
    {"signed-in-query ", "POST\n/\nX-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20261118%2Fus-east-1%2F"
                         "dynamodb%2Faws4_request&X-Amz-Date=20261118T110640Z&X-Amz-Expires=3600&X-Amz-SignedHeaders="
                         "host%3Bx-amz-target&X-Amz-Signature=" ZEROS_64 "\nhost:localhost\n"
                         "x-amz-target:DynamoDB_20120810.GetItem\n"},
    {"signed-long-ago ", "POST\n/\n\nauthorization:AWS4-HMAC-SHA256 Credential=AKID/20261117/us-east-1/dynamodb/"
                         "aws4_request, SignedHeaders=host;x-amz-date;x-amz-target, Signature=" ZEROS_64 "\n"
                         "host:localhost\nx-amz-date:20261117T110640Z\nx-amz-target:DynamoDB_20120810.GetItem\n"},
    {"signed-in-part ", "POST\n/\n\nauthorization:AWS4-HMAC-SHA256 Signature=0\nhost:localhost\n"},
    {"signed-in-part-of-query ", "POST\n/\nX-Amz-Algorithm=AWS4-HMAC-SHA256\nhost:localhost\n"},
};
enum { HEAD_COUNT = sizeof HEADS / sizeof HEADS[0] };

static Slice signed_message(Arena *arena, Slice target, Slice body, const char *head) {
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
    put_bytes(&out, slice_of_cstr(head));
    put_bytes(&out, none);
    return buf_view(&out);
}

// The text with each "<N>" in it replaced by N letters.
static Slice expand(Arena *arena, const char *text) {
    Buf out;
    buf_init(&out, arena);
    for (const char *at = text; *at != '\0'; at++) {
        unsigned count;
        int taken = 0;
        if (*at != '<' || sscanf(at, "<%u>%n", &count, &taken) != 1 || taken == 0) {
            buf_u8(&out, (uint8_t)*at);
            continue;
        }
        buf_reserve(&out, count);
        memset(out.data + out.len, 'x', count);
        out.len += count;
        at += taken - 1;
    }
    return buf_view(&out);
}

// A line: "Operation {json}", with the word of a head, "lost STEP" or "calls MAX" before it, or "alarms MILLISECONDS".
static Request read_request(Arena *arena, const char *line) {
    Request request = {.line = line};
    const char *name = line, *head = NULL;
    int taken = 0;
    if (sscanf(line, "lost %zu %n", &request.lost_step, &taken) == 1) name = line + taken;
    if (sscanf(line, "calls %u %n", &request.calls_max, &taken) == 1) name = line + taken;
    if (sscanf(name, "alarms %lf", &request.wait_ms) == 1) return request;
    for (size_t i = 0; i < HEAD_COUNT && head == NULL; i++) {
        size_t len = strlen(HEADS[i][0]);
        if (strncmp(line, HEADS[i][0], len) == 0) name = line + len, head = HEADS[i][1];
    }
    const char *body = strchr(name, ' ');
    Buf target;
    buf_init(&target, arena);
    buf_cstr(&target, "DynamoDB_20120810.");
    buf_bytes(&target, slice_of((const uint8_t *)name, (size_t)(body - name)));
    Slice json = expand(arena, body + 1), type = SLICE("application/x-amz-json-1.0"), none = {NULL, 0};
    uint32_t calls = request.calls_max;
    request.message = head != NULL ? signed_message(arena, buf_view(&target), json, head)
                                   : host_gateway_message(arena, buf_view(&target), type, json, none, calls, true);
    return request;
}

static void before_step(Direct *cluster, HostStep *step) {
    Plan *plan = cluster->context;
    if (plan == NULL) return;
    plan->steps++;
    step->fail_once = plan->once;
    step->lose = step->object != NULL && plan->steps == plan->lost_step;
    if (plan->steps == plan->step) step->fail_allocation = plan->allocation;
    if (plan->step != 0) return;
    uint64_t role = step->object == NULL ? ROLE_GATEWAY : step->object->role;
    stacks_begin_step(plan->steps, role << 8 | step->event);
    step->fail_allocation = SIZE_MAX; // so that all are seen, and none fails
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

static uint64_t mix_name(const HostObject *object) {
    return mix(14695981039346656037u, object->name.data, object->name.len);
}

static void take_picture(Direct *cluster, Picture *picture) {
    HostObject *object;
    for (picture->count = 0; (object = host_object_at(cluster->host, picture->count)) != NULL; picture->count++) {
        if (picture->count == OBJECTS_MAX) abort();
        picture->names[picture->count] = mix_name(object);
        uint64_t hash = picture->names[picture->count];
        hash = mix_rows(hash, object, "SELECT key, substr(value, 10), size FROM items ORDER BY key");
        hash = mix_rows(hash, object, "SELECT substr(value, 10) FROM big ORDER BY id");
        picture->objects[picture->count] = mix_rows(hash, object, "SELECT key, base FROM entries ORDER BY key");
    }
}

// An object that was not there stored nothing. Failures change the order in which objects are made.
static uint64_t picture_of(const Picture *picture, const HostObject *object) {
    uint64_t name = mix_name(object);
    for (size_t i = 0; i < picture->count; i++) {
        if (picture->names[i] == name) return picture->objects[i];
    }
    return name;
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
    static const char *const SIGNS[] = {"already", "will not change", "ResourceInUseException",
                                        "LimitExceededException"};
    for (int i = 0; i < 4; i++) {
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
    if (!plan.fired) return fails(request, wanted, "it was not reached", body);
    if (violation_text() != NULL) return fails(request, wanted, violation_text(), body);
    const Picture *after = shared_after;
    bool is_right = status == after->status && slice_equal(body, slice_of(after->body, after->body_len));
    bool is_clean = status == -1 || status == 500 || (status == 200 && may_leave(body)) || status == 0;
    if (!is_right && !is_clean) return fails(request, wanted, "a wrong answer", body);
    take_picture(cluster, &now);
    bool is_before = true;
    for (size_t i = 0; i < now.count; i++) {
        const HostObject *object = host_object_at(cluster->host, i);
        bool is_untouched = now.objects[i] == picture_of(before, object);
        is_before &= is_untouched;
        if (!is_untouched && now.objects[i] != picture_of(after, object))
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

// Whether it went well.
static bool in_child(Direct *cluster, const Request *request, const Plan *plan, const Picture *before,
                     bool looks_for_leaks) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        int status = try(cluster, request, plan, before);
        if (status == TRIED && looks_for_leaks && __lsan_do_recoverable_leak_check() != 0) status = LEAKED;
        fflush(stdout);
        _exit(status);
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child) abort();
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (code == TRIED || code == SAID_WHY) return code == TRIED;
    printf("FAILED %.80s: allocation %zu of step %zu%s: the process ended with %d\n", request->line, plan->allocation,
           plan->step, plan->once ? "" : " and all after it", status);
    return false;
}

// What the request asks for and leaves behind when nothing fails, seen in a child.
static void look_ahead(Direct *cluster, const Request *request) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        Arena arena;
        Slice body;
        Plan survey = {.step = 0};
        Picture *after = shared_after;
        arena_init(&arena, 0);
        stacks_begin_survey();
        cluster->context = &survey;
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

// Failures of allocations worth one are dealt out to the parts in turn.
static void exhaust(Direct *cluster, const Request *request, Totals *totals) {
    static Picture before;
    unsigned began = totals->tries, failed = totals->failures;
    take_picture(cluster, &before);
    look_ahead(cluster, request);
    size_t count = stacks_survey_count();
    for (size_t i = 0; i < count && totals->failures < failed + FAILURES_MAX; i++) {
        Asked asked = stacks_survey_at(i);
        if (!totals->all && !stacks_is_new(asked.stack)) continue;
        if (totals->survey || totals->met++ % totals->parts != totals->part) continue;
        for (int once = 0; once < 2; once++) {
            Plan plan = {.step = asked.step, .allocation = asked.allocation, .once = once != 0};
            bool looks_for_leaks = totals->tries++ % LEAKS_EVERY == 0;
            if (!in_child(cluster, request, &plan, &before, looks_for_leaks)) totals->failures++;
        }
    }
    printf("%5u tries of %5zu allocations: %d to %.90s\n", totals->tries - began, count, shared_after->status,
           request->line);
}

// The core itself, before any step.
static bool core_may_fail(void) {
    arena_fail_after(1);
    Core *core = core_new(0);
    arena_fail_after(0);
    if (core == NULL) return true;
    core_free(core);
    printf("FAILED core_new: a core without memory\n");
    return false;
}

static void run_requests(Direct *cluster, FILE *file, Totals *totals) {
    char *line = NULL;
    size_t cap = 0;
    while (getline(&line, &cap, file) > 0) {
        Arena arena;
        Slice body;
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '\0' || line[0] == '#') continue;
        arena_init(&arena, 0);
        Request request = read_request(&arena, line);
        Plan plan = {.step = SIZE_MAX, .lost_step = request.lost_step};
        if (request.lost_step == 0) exhaust(cluster, &request, totals);
        cluster->context = &plan;
        int status = run(cluster, &arena, &request, &body);
        cluster->context = NULL;
        if (violation_text() != NULL) fprintf(stderr, "%s: %s\n", violation_text(), line);
        if ((status == 500 || status == -1) && request.lost_step == 0) {
            printf("FAILED without a fault: %s\n", line);
            totals->failures++;
        }
        cluster->now_ms += 1000;
        arena_free(&arena);
    }
    free(line);
}

int main(int argc, char **argv) {
    FILE *file = argc < 4 ? NULL : fopen(argv[1], "r");
    shared_after = mmap(NULL, sizeof *shared_after, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (file == NULL || shared_after == MAP_FAILED || !stacks_init()) return 2;
    const char *mode = argc > 4 ? argv[4] : "";
    Totals totals = {.part = (unsigned)atoi(argv[2]),
                     .parts = (unsigned)atoi(argv[3]),
                     .all = strcmp(mode, "all") == 0,
                     .survey = strcmp(mode, "survey") == 0};
    if (totals.survey) stacks_note_all();
    if (!core_may_fail()) totals.failures++;
    Direct cluster;
    direct_init(&cluster, NULL, 1);
    cluster.now_ms = 1795000000000;
    cluster.before_step = before_step;
    cluster.after_step = after_step;
    run_requests(&cluster, file, &totals);
    stacks_print_failed();
    printf("%u tries, %u failures\n", totals.tries, totals.failures);
    fclose(file);
    direct_free(&cluster);
    return totals.failures == 0 ? 0 : 1;
}
