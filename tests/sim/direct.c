#include "direct.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    STEP_MEMORY_BYTES_MAX = 40 * 1024 * 1024,
    DEPTH_MAX = 8, // calls form a DAG of five roles
    RESTARTS_MAX = 4,
};

typedef struct Run {
    HostObject *object; // NULL: the gateway
    CallMode mode;
    StepEvent event;
    Slice message;
    unsigned depth;
} Run;

void direct_init(Direct *cluster, const char *folder, uint64_t seed) {
    *cluster = (Direct){.host = host_new(folder), .core = core_new(STEP_MEMORY_BYTES_MAX)};
    cluster->random = random_stream(seed, 1);
}

void direct_free(Direct *cluster) {
    core_free(cluster->core);
    host_free(cluster->host);
}

// The reply; kind 0 where there is none.
static HostAction run(Direct *cluster, Arena *arena, const Run *what);

static Answer call(Direct *cluster, Arena *arena, const HostAction *action, unsigned depth, HostAction *reply) {
    if (depth == DEPTH_MAX) return (Answer){.status = ANSWER_FAILED};
    Run callee = {.object = host_object(cluster->host, action->role, action->name),
                  .mode = action->mode,
                  .message = action->message,
                  .depth = depth + 1};
    *reply = run(cluster, arena, &callee);
    if (reply->kind == ACTION_REPLY) return (Answer){.status = ANSWER_OK, .body = reply->message};
    return (Answer){.status = action->mode == CALL_READ ? ANSWER_FAILED : ANSWER_UNKNOWN};
}

static bool run_step(Direct *cluster, Arena *arena, const Run *what, HostStep *step) {
    for (int i = 0; i < 2; i++) {
        uint64_t word = random_next(&cluster->random);
        memcpy(step->entropy + 8 * i, &word, sizeof word);
    }
    step->core = cluster->core;
    step->object = what->object;
    step->mode = what->mode;
    step->now_ms = cluster->now_ms;
    if (cluster->before_step != NULL) cluster->before_step(cluster, step);
    host_step(cluster->host, arena, step);
    if (cluster->after_step != NULL) cluster->after_step(cluster, step);
    if (violation_text() != NULL) {
        fprintf(stderr, "violation: %s\n", violation_text());
        abort();
    }
    if (step->lose) { // before it could say anything
        host_evict(step->object);
        return false;
    }
    if (step->verdict >= 0) return true;
    core_free(cluster->core);
    cluster->core = core_new(STEP_MEMORY_BYTES_MAX);
    return false;
}

static HostAction run(Direct *cluster, Arena *arena, const Run *what) {
    HostAction reply = {0};
    HostStep step = {.event = what->event, .message = what->message};
    for (int restarts = 0;;) {
        if (!run_step(cluster, arena, what, &step)) return reply;
        size_t calls = 0;
        Answer *answers = ARENA_ARRAY(arena, Answer, step.action_count);
        bool restart = false;
        for (size_t i = 0; i < step.action_count; i++) {
            const HostAction *action = &step.actions[i];
            HostAction answered = {0};
            if (action->kind == ACTION_REPLY || action->kind == ACTION_RESPOND_HTTP) reply = *action;
            if (action->kind == ACTION_RESTART) restart = true;
            if (action->kind != ACTION_CALL && action->kind != ACTION_FORWARD) continue;
            answers[calls++] = call(cluster, arena, action, what->depth, &answered);
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

HostAction direct_request(Direct *cluster, Arena *arena, Slice message) {
    Run gateway = {.message = message};
    return run(cluster, arena, &gateway);
}

void direct_run_alarms(Direct *cluster) {
    HostObject *object;
    for (size_t i = 0; (object = host_object_at(cluster->host, i)) != NULL; i++) {
        if (object->alarm_ms == 0 || object->alarm_ms > cluster->now_ms) continue;
        object->alarm_ms = 0;
        Arena arena;
        arena_init(&arena, 0);
        Run alarm = {.object = object, .mode = CALL_WRITE, .event = EVENT_ALARM};
        run(cluster, &arena, &alarm);
        arena_free(&arena);
    }
}
