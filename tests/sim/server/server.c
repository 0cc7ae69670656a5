// The native host behind HTTP: the core under the sanitizers, for any test that speaks to a server, and for
// gdb.
//     build/sim/server [port] [folder]        in memory where no folder is named
// One thread, one request at a time; due alarms run before each. A sanitizer's report ends the process.
#define _POSIX_C_SOURCE 200809L // clock_gettime, sigwait
#include <inttypes.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "host.h"
#include "random.h"

enum {
    STEP_MEMORY_BYTES_MAX = 40 * 1024 * 1024,
    BODY_BYTES_MAX = 17 * 1024 * 1024,
    DEPTH_MAX = 8, // calls form a DAG of five roles
    RESTARTS_MAX = 4,
    CALLS_MAX = 900,
};

typedef struct Server {
    Host *host;
    Core *core;
    Random random;
} Server;

typedef struct Upload {
    uint8_t *bytes;
    size_t len;
    size_t cap;
} Upload;

static double now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec * 1000 + (double)(now.tv_nsec / 1000000);
}

typedef struct Run {
    HostObject *object; // NULL: the gateway
    CallMode mode;
    StepEvent event;
    Slice message;
    unsigned depth;
} Run;

// The reply; kind 0 where there is none.
static HostAction run(Server *server, Arena *arena, const Run *what);

static Answer call(Server *server, Arena *arena, const HostAction *action, unsigned depth,
                   HostAction *reply) {
    if (depth == DEPTH_MAX) return (Answer){.status = ANSWER_FAILED};
    Run callee = {.object = host_object(server->host, action->role, action->name),
                  .mode = action->mode,
                  .message = action->message,
                  .depth = depth + 1};
    *reply = run(server, arena, &callee);
    if (reply->kind == ACTION_REPLY) return (Answer){.status = ANSWER_OK, .body = reply->message};
    return (Answer){.status = action->mode == CALL_READ ? ANSWER_FAILED : ANSWER_UNKNOWN};
}

static bool run_step(Server *server, Arena *arena, const Run *what, HostStep *step) {
    for (int i = 0; i < 2; i++) {
        uint64_t word = random_next(&server->random);
        memcpy(step->entropy + 8 * i, &word, sizeof word);
    }
    step->core = server->core;
    step->object = what->object;
    step->mode = what->mode;
    step->now_ms = now_ms();
    host_step(server->host, arena, step);
    if (violation_text() != NULL) {
        fprintf(stderr, "violation: %s\n", violation_text());
        abort();
    }
    if (step->verdict >= 0) return true;
    core_free(server->core);
    server->core = core_new(STEP_MEMORY_BYTES_MAX);
    return false;
}

static HostAction run(Server *server, Arena *arena, const Run *what) {
    HostAction reply = {0};
    HostStep step = {.event = what->event, .message = what->message};
    for (int restarts = 0;;) {
        if (!run_step(server, arena, what, &step)) return reply;
        size_t calls = 0;
        Answer *answers = ARENA_ARRAY(arena, Answer, step.action_count);
        bool restart = false;
        for (size_t i = 0; i < step.action_count; i++) {
            const HostAction *action = &step.actions[i];
            HostAction answered = {0};
            if (action->kind == ACTION_REPLY || action->kind == ACTION_RESPOND_HTTP) reply = *action;
            if (action->kind == ACTION_RESTART) restart = true;
            if (action->kind != ACTION_CALL && action->kind != ACTION_FORWARD) continue;
            answers[calls++] = call(server, arena, action, what->depth, &answered);
            if (action->kind == ACTION_FORWARD && answered.kind == ACTION_RESPOND_HTTP) return answered;
        }
        if (restart && ++restarts <= RESTARTS_MAX) {
            step = (HostStep){.event = EVENT_START, .message = what->message};
            continue;
        }
        if (calls == 0) return reply;
        step = (HostStep){.event = EVENT_RESUME,
                          .message = what->message,
                          .repeats_message = step.wants_message,
                          .state = step.next_state,
                          .answers = answers,
                          .answer_count = calls};
    }
}

static void run_alarms(Server *server) {
    HostObject *object;
    double now = now_ms();
    for (size_t i = 0; (object = host_object_at(server->host, i)) != NULL; i++) {
        if (object->alarm_ms == 0 || object->alarm_ms > now) continue;
        object->alarm_ms = 0;
        Arena arena;
        arena_init(&arena, 0);
        Run alarm = {.object = object, .mode = CALL_WRITE, .event = EVENT_ALARM};
        run(server, &arena, &alarm);
        arena_free(&arena);
    }
}

// --- HTTP

static enum MHD_Result send_reply(struct MHD_Connection *connection, const HostAction *reply) {
    static const char *const TYPES[] = {"application/x-amz-json-1.0", "application/json", "application/xml"};
    char crc[16], id[REQUEST_ID_BYTES + 1] = "";
    struct MHD_Response *response =
        MHD_create_response_from_buffer(reply->body.len, (void *)reply->body.data, MHD_RESPMEM_MUST_COPY);
    snprintf(crc, sizeof crc, "%" PRIu32, reply->crc32);
    if (reply->request_id.len == REQUEST_ID_BYTES) memcpy(id, reply->request_id.data, REQUEST_ID_BYTES);
    MHD_add_response_header(response, "content-type", TYPES[reply->content_type]);
    MHD_add_response_header(response, "x-amz-crc32", crc);
    MHD_add_response_header(response, "x-amzn-requestid", id);
    enum MHD_Result queued = MHD_queue_response(connection, (unsigned)reply->status, response);
    MHD_destroy_response(response);
    return queued;
}

static Slice header_of(struct MHD_Connection *connection, const char *name) {
    const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
    return value == NULL ? (Slice){NULL, 0} : slice_of(value, strlen(value));
}

static enum MHD_Result serve(Server *server, struct MHD_Connection *connection, Slice body) {
    Arena arena;
    arena_init(&arena, 0);
    run_alarms(server);
    Run gateway = {.message = host_gateway_message(&arena, header_of(connection, "x-amz-target"),
                                                   header_of(connection, "content-type"), body,
                                                   SLICE("hash:16"), CALLS_MAX, 1000)};
    HostAction reply = run(server, &arena, &gateway);
    if (reply.kind != ACTION_RESPOND_HTTP) {
        Slice text = SLICE("{\"__type\":\"com.amazonaws.dynamodb.v20120810#InternalServerError\"}");
        reply = (HostAction){.status = 500, .body = text};
    }
    enum MHD_Result queued = send_reply(connection, &reply);
    arena_free(&arena);
    return queued;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data, size_t *size,
                              void **state) {
    (void)url, (void)version;
    Upload *upload = *state;
    if (upload == NULL) {
        *state = calloc(1, sizeof(Upload));
        return *state == NULL ? MHD_NO : MHD_YES;
    }
    if (*size != 0) {
        if (upload->len + *size > BODY_BYTES_MAX) return MHD_NO;
        if (upload->len + *size > upload->cap) {
            upload->cap = (upload->len + *size) * 2;
            upload->bytes = realloc(upload->bytes, upload->cap);
        }
        memcpy(upload->bytes + upload->len, data, *size);
        upload->len += *size;
        *size = 0;
        return MHD_YES;
    }
    if (strcmp(method, "POST") == 0) return serve(context, connection, slice_of(upload->bytes, upload->len));
    HostAction healthy = {.status = 200, .body = SLICE("healthy")};
    return send_reply(connection, &healthy);
}

static void forget(void *context, struct MHD_Connection *connection, void **state,
                   enum MHD_RequestTerminationCode code) {
    (void)context, (void)connection, (void)code;
    Upload *upload = *state;
    if (upload == NULL) return;
    free(upload->bytes);
    free(upload);
}

int main(int argc, char **argv) {
    uint16_t port = argc > 1 ? (uint16_t)strtoul(argv[1], NULL, 10) : 8000;
    Server server = {.host = host_new(argc > 2 ? argv[2] : NULL), .core = core_new(STEP_MEMORY_BYTES_MAX)};
    server.random = random_stream((uint64_t)now_ms(), 1);
    host_show_panics(true);
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct MHD_Daemon *daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, port, NULL, NULL, handle,
                                                 &server, MHD_OPTION_SOCK_ADDR, &address,
                                                 MHD_OPTION_NOTIFY_COMPLETED, forget, NULL, MHD_OPTION_END);
    if (daemon == NULL) {
        fprintf(stderr, "cannot serve on port %u\n", (unsigned)port);
        return 1;
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    printf("serves DynamoDB at http://127.0.0.1:%u\n", (unsigned)info->port);
    fflush(stdout);
    int signal_number;
    sigwait(&ends, &signal_number);
    MHD_stop_daemon(daemon);
    core_free(server.core);
    host_free(server.host);
    return 0;
}
