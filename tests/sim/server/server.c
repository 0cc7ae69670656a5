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

#include "direct.h"

enum {
    BODY_BYTES_MAX = 17 * 1024 * 1024,
    CALLS_MAX = 900,
};

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

static enum MHD_Result serve(Direct *cluster, struct MHD_Connection *connection, Slice body) {
    Arena arena;
    arena_init(&arena, 0);
    cluster->now_ms = now_ms();
    direct_run_alarms(cluster);
    Slice message =
        host_gateway_message(&arena, header_of(connection, "x-amz-target"), header_of(connection, "content-type"),
                             body, SLICE("hash:16"), CALLS_MAX, true);
    HostAction reply = direct_request(cluster, &arena, message);
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
    Direct cluster;
    direct_init(&cluster, argc > 2 ? argv[2] : NULL, (uint64_t)now_ms());
    host_show_panics(true);
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct MHD_Daemon *daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, port, NULL, NULL, handle,
                                                 &cluster, MHD_OPTION_SOCK_ADDR, &address,
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
    direct_free(&cluster);
    return 0;
}
