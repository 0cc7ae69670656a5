#include "sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/canary.h"
#include "msg/release.h"
#include "reply_check.h"

#ifdef SHVM_NEXT_RELEASE
bool release_reads_next, release_writes_next;
unsigned release_next_read;
#endif

enum {
    ISOLATES = 3,
    STEP_MEMORY_BYTES_MAX = 40 * 1024 * 1024,
    RESTARTS_MAX = 4, // worker/actions.js
    TRIES_MAX = 3,    // worker/calls.js
    ALARM_RETRY_MS = 5000,
    CHAOS_EVERY_MS = 40,
    STEPS_PER_REQUEST_MAX = 200,
};

typedef struct Isolate {
    Core *core;
    double clock_ms; // added to the world's
    uint32_t life;
    bool reads_next; // its release: msg/release.h
    bool writes_next;
} Isolate;

// A client's request while it is under way.
typedef struct Request {
    unsigned client;
    bool uncertain;
} Request;

// One message being served by the gateway or by an object: worker/actions.js runSteps.
typedef struct Task {
    struct Task *next, **link; // among the live ones
    HostObject *object;        // NULL: the gateway
    unsigned isolate;
    uint32_t life; // of the object, or of the gateway's isolate, when it began
    bool is_alarm;
    CallMode mode;
    StepEvent event;
    Slice message;
    bool repeats_message;
    Slice state;
    Answer *answers;
    size_t answer_count;
    size_t answers_missing; // and a WAIT
    uint32_t round; // steps run: an answer to an earlier round's call is nobody's
    bool forwards;  // waits for a FORWARD
    bool committed;
    bool rolled_back;
    bool replied;
    int restarts;
    Request *request;
    struct Call *call; // what it answers; NULL: a client's request, or an alarm
} Task;

typedef struct Call {
    Task *caller;
    uint32_t round;
    size_t slot;
    bool is_forward;
    Role role;
    CallMode mode;
    Slice name;
    Slice message;
    int tries;
    bool answered;
} Call;

typedef enum EventKind {
    EVENT_DELIVER,
    EVENT_ANSWERED,
    EVENT_WAITED,
    EVENT_ALARM_DUE,
    EVENT_WAKE,
    EVENT_HEARD,
    EVENT_CHAOS
} EventKind;

typedef struct Event {
    double at_ms;
    uint64_t order;
    EventKind kind;
    Call *call;         // DELIVER, ANSWERED
    Task *task;         // WAITED
    uint32_t round;
    Answer answer;      // ANSWERED
    HostAction http;    // ANSWERED to a forward; HEARD
    HostObject *object; // ALARM_DUE
    Request *request;   // HEARD
    unsigned client;    // WAKE, HEARD
} Event;

struct Sim {
    SimOptions options;
    unsigned faults;
    Host *host;
    Arena arena;
    Isolate isolates[ISOLATES];
    double now_ms;
    uint32_t tick;
    uint64_t order;
    uint64_t steps;
    Event *heap;
    size_t event_count;
    size_t event_cap;
    size_t busy; // events that are neither alarms nor chaos
    Task *tasks;
    Random streams[FAULT_KIND_COUNT];
    Random network;
    Random entropy;
    Random placement;
    Workload *workload;
};

const char *fault_name(FaultKind kind) {
    static const char *const NAMES[] = {"not-run", "answer-lost", "delay", "evict", "crash",  "commit",
                                        "isolate", "instance",    "alarm", "clock", "memory", "statement"};
    return NAMES[kind];
}

void sim_trace(Sim *sim, const char *format, ...) {
    if (!sim->options.trace) return;
    va_list arguments;
    va_start(arguments, format);
    printf("%14.1f  ", sim->now_ms - 1795000000000);
    vprintf(format, arguments);
    putchar('\n');
    va_end(arguments);
}

static bool strikes(Sim *sim, FaultKind kind, uint32_t one_in) {
    bool hit = random_chance(&sim->streams[kind], one_in);
    return hit && (sim->faults & 1u << kind) != 0;
}

// --- Events

static bool is_earlier(const Event *a, const Event *b) {
    return a->at_ms < b->at_ms || (a->at_ms == b->at_ms && a->order < b->order);
}

static bool is_background(const Event *event) {
    return event->kind == EVENT_ALARM_DUE || event->kind == EVENT_CHAOS;
}

static void push(Sim *sim, double delay_ms, Event event) {
    if (sim->event_count == sim->event_cap) {
        sim->event_cap = sim->event_cap * 2 + 256;
        sim->heap = realloc(sim->heap, sim->event_cap * sizeof(Event));
    }
    event.at_ms = sim->now_ms + delay_ms;
    event.order = sim->order++;
    sim->busy += !is_background(&event);
    size_t at = sim->event_count++;
    for (; at > 0 && is_earlier(&event, &sim->heap[(at - 1) / 2]); at = (at - 1) / 2) {
        sim->heap[at] = sim->heap[(at - 1) / 2];
    }
    sim->heap[at] = event;
}

static Event pop(Sim *sim) {
    Event first = sim->heap[0], last = sim->heap[--sim->event_count];
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= sim->event_count) break;
        if (child + 1 < sim->event_count && is_earlier(&sim->heap[child + 1], &sim->heap[child])) child++;
        if (!is_earlier(&sim->heap[child], &last)) break;
        sim->heap[at] = sim->heap[child];
        at = child;
    }
    if (sim->event_count > 0) sim->heap[at] = last;
    sim->busy -= !is_background(&first);
    return first;
}

// Mostly a few milliseconds; now and then seconds, so that others overtake.
static double network_delay(Sim *sim) {
    double delay = 0.2 + random_below(&sim->network, 100) / 20.0;
    if (strikes(sim, FAULT_DELAY, 60)) {
        // Most are within what a delivery may take; some are longer than anybody keeps what it could do harm to.
        bool is_long = random_below(&sim->streams[FAULT_DELAY], 8) == 0;
        delay += random_below(&sim->streams[FAULT_DELAY], is_long ? 200000 : 20000);
    }
    return delay;
}

// --- Tasks

static Task *new_task(Sim *sim, HostObject *object, unsigned isolate, StepEvent event, Slice message) {
    Task *task = ARENA_NEW(&sim->arena, Task);
    task->object = object;
    task->isolate = isolate;
    task->life = object != NULL ? object->life : sim->isolates[isolate].life;
    task->event = event;
    task->message = message;
    task->next = sim->tasks;
    task->link = &sim->tasks;
    if (sim->tasks != NULL) sim->tasks->link = &task->next;
    sim->tasks = task;
    return task;
}

// Takes the task off the list.
static void end_task(Task *task) {
    if (task->link == NULL) return;
    *task->link = task->next;
    if (task->next != NULL) task->next->link = task->link;
    task->link = NULL;
}

static bool is_alive(const Task *task) {
    return task->link != NULL;
}

static void run_task(Sim *sim, Task *task);

static void hear(Sim *sim, Request *request, const HostAction *http) {
    Event event = {.kind = EVENT_HEARD, .request = request, .client = request->client};
    if (http != NULL) event.http = *http;
    if (http == NULL) request->uncertain = true;
    push(sim, network_delay(sim), event);
}

static void answer_call(Sim *sim, Call *call, Answer answer, const HostAction *http) {
    Event event = {.kind = EVENT_ANSWERED, .call = call, .answer = answer};
    if (http != NULL) event.http = *http;
    push(sim, network_delay(sim), event);
}

static void send_call(Sim *sim, Call *call);

// worker/calls.js: how a call that failed is answered, or tried again.
static void fail_call(Sim *sim, Call *call, bool never_ran) {
    if (call->answered) return;
    bool retries = call->mode == CALL_READ || CANARY(CANARY_HOST_RETRIES_WRITES);
    if (retries && call->tries < TRIES_MAX && random_chance(&sim->network, 2)) {
        send_call(sim, call);
        return;
    }
    AnswerStatus status = call->mode == CALL_READ || never_ran ? ANSWER_FAILED : ANSWER_UNKNOWN;
    answer_call(sim, call, (Answer){.status = status}, NULL);
}

static void send_call(Sim *sim, Call *call) {
    call->tries++;
    if (strikes(sim, FAULT_NOT_RUN, 50)) {
        fail_call(sim, call, random_chance(&sim->network, 2));
        return;
    }
    // Tables are changed so rarely that what is given up then is given up more often, and runs so late that another
    // table may have the name.
    bool changes_table = call->mode == CALL_WRITE && call->role == ROLE_TABLE && call->caller->object == NULL;
    bool is_given_up = strikes(sim, FAULT_ANSWER_LOST, changes_table ? 5 : 100);
    double delay = network_delay(sim);
    if (is_given_up && changes_table) delay += random_below(&sim->streams[FAULT_ANSWER_LOST], 30000);
    push(sim, delay, (Event){.kind = EVENT_DELIVER, .call = call});
    if (is_given_up) fail_call(sim, call, false); // it will run all the same
}

static void kill_tasks(Sim *sim, const HostObject *object, unsigned isolate) {
    for (Task *task = sim->tasks, *next; task != NULL; task = next) {
        next = task->next;
        bool dies =
            object != NULL ? task->object == object : task->object == NULL && task->isolate == isolate;
        if (!dies) continue;
        end_task(task);
        if (task->is_alarm) {
            push(sim, 2000, (Event){.kind = EVENT_ALARM_DUE, .object = task->object});
            if (task->object->alarm_ms == 0) task->object->alarm_ms = sim->now_ms + 2000;
        } else if (!task->replied && task->call != NULL) {
            fail_call(sim, task->call, false);
        } else if (!task->replied && task->request != NULL) {
            hear(sim, task->request, NULL);
        }
    }
}

static void kill_object(Sim *sim, HostObject *object) {
    host_evict(object);
    object->isolate = random_below(&sim->placement, ISOLATES);
    kill_tasks(sim, object, 0);
}

static void replace_core(Isolate *isolate) {
    core_free(isolate->core);
    isolate->core = core_new(STEP_MEMORY_BYTES_MAX);
}

static void kill_isolate(Sim *sim, unsigned index) {
    Isolate *isolate = &sim->isolates[index];
    isolate->life++;
    replace_core(isolate);
    kill_tasks(sim, NULL, index);
    HostObject *object;
    for (size_t i = 0; (object = host_object_at(sim->host, i)) != NULL; i++) {
        if (object->isolate == index) kill_object(sim, object);
    }
}

// --- Steps

static bool is_busy(const Sim *sim, const HostObject *object) {
    for (const Task *task = sim->tasks; task != NULL; task = task->next) {
        if (task->object == object) return true;
    }
    return false;
}

static void note_alarm(Sim *sim, HostObject *object, double before) {
    if (object == NULL || object->alarm_ms == 0 || object->alarm_ms == before) return;
    double delay = object->alarm_ms - (sim->now_ms + sim->isolates[object->isolate].clock_ms);
    push(sim, delay < 0 ? 0 : delay, (Event){.kind = EVENT_ALARM_DUE, .object = object});
}

// The task's own reply, or its failure's (an action of kind 0).
static void reply(Sim *sim, Task *task, const HostAction *action) {
    if (task->replied || task->is_alarm) return;
    task->replied = true;
    if (task->call == NULL) {
        static const HostAction INTERNAL_ERROR = {.kind = ACTION_RESPOND_HTTP, .status = -1};
        if (action == NULL) task->request->uncertain = true;
        hear(sim, task->request, action == NULL ? &INTERNAL_ERROR : action);
        return;
    }
    Call *call = task->call;
    if (strikes(sim, FAULT_ANSWER_LOST, 80)) {
        fail_call(sim, call, false);
    } else if (action == NULL) {
        answer_call(sim, call, (Answer){.status = task->committed ? ANSWER_UNKNOWN : ANSWER_FAILED}, NULL);
    } else if (action->kind == ACTION_REPLY) {
        answer_call(sim, call, (Answer){.status = ANSWER_OK, .body = action->message}, NULL);
    } else if (call->is_forward) {
        answer_call(sim, call, (Answer){.status = ANSWER_OK}, action);
    } else {
        violation("an object answers a call with HTTP");
    }
}

static void start_calls(Sim *sim, Task *task, const HostStep *step) {
    size_t slot = 0;
    for (size_t i = 0; i < step->action_count; i++) {
        const HostAction *action = &step->actions[i];
        if (action->kind != ACTION_CALL && action->kind != ACTION_FORWARD) continue;
        Call *call = ARENA_NEW(&sim->arena, Call);
        *call = (Call){.caller = task,
                       .round = task->round,
                       .slot = slot++,
                       .role = action->role,
                       .is_forward = action->kind == ACTION_FORWARD,
                       .mode = action->mode,
                       .name = action->name,
                       .message = action->message};
        send_call(sim, call);
    }
}

// worker/objects.js: an alarm whose work failed rings again.
static void ring_again(Sim *sim, HostObject *object) {
    object->alarm_ms = sim->now_ms + sim->isolates[object->isolate].clock_ms + ALARM_RETRY_MS;
    note_alarm(sim, object, 0);
}

// Carries out a step's actions: worker/actions.js.
static void carry_out(Sim *sim, Task *task, const HostStep *step) {
    size_t calls = 0;
    bool restart = false;
    for (size_t i = 0; i < step->action_count; i++) {
        const HostAction *action = &step->actions[i];
        if (action->kind == ACTION_CALL || action->kind == ACTION_FORWARD) calls++;
        if (action->kind == ACTION_FORWARD && task->object != NULL) violation("an object forwards");
        if (action->kind == ACTION_RESTART) restart = true;
        if (action->kind == ACTION_REPLY || action->kind == ACTION_RESPOND_HTTP) reply(sim, task, action);
    }
    task->round++;
    if (restart && ++task->restarts <= RESTARTS_MAX) {
        task->event = EVENT_START;
        task->repeats_message = false;
        task->state = (Slice){NULL, 0};
        task->answer_count = 0;
        run_task(sim, task);
        return;
    }
    if (calls == 0 || restart) {
        if (!task->replied) reply(sim, task, NULL);
        end_task(task);
        if (task->is_alarm && task->rolled_back) ring_again(sim, task->object);
        return;
    }
    task->event = EVENT_RESUME;
    task->repeats_message = step->wants_message;
    task->state = step->next_state;
    task->answers = ARENA_ARRAY(&sim->arena, Answer, calls);
    task->answer_count = task->answers_missing = calls;
    for (size_t i = 0; i < step->action_count; i++) {
        const HostAction *action = &step->actions[i];
        if (action->kind != ACTION_WAIT) continue;
        task->answers_missing++;
        push(sim, action->wait_ms, (Event){.kind = EVENT_WAITED, .task = task, .round = task->round});
    }
    start_calls(sim, task, step);
}

static void choose_faults(Sim *sim, const Task *task, HostStep *step) {
    step->lose = task->object != NULL && strikes(sim, FAULT_CRASH, 150);
    if (strikes(sim, FAULT_MEMORY, 100))
        step->fail_allocation = 1 + random_below(&sim->streams[FAULT_MEMORY], 90);
    step->fail_once = random_below(&sim->streams[FAULT_MEMORY], 2) == 0;
    if (strikes(sim, FAULT_STATEMENT, 150))
        step->fail_statement = 1 + random_below(&sim->streams[FAULT_STATEMENT], 4);
}

static void choose_release(const Isolate *isolate) {
#ifdef SHVM_NEXT_RELEASE
    release_reads_next = isolate->reads_next;
    release_writes_next = isolate->writes_next;
#else
    (void)isolate;
#endif
}

static void run_task(Sim *sim, Task *task) {
    Isolate *isolate = &sim->isolates[task->object != NULL ? task->object->isolate : task->isolate];
    HostStep step = {.core = isolate->core,
                     .object = task->object,
                     .mode = task->mode,
                     .event = task->event,
                     .now_ms = sim->now_ms + isolate->clock_ms,
                     .message = task->message,
                     .repeats_message = task->repeats_message,
                     .state = task->state,
                     .answers = task->answers,
                     .answer_count = task->event == EVENT_RESUME ? task->answer_count : 0};
    for (int i = 0; i < 2; i++) {
        uint64_t word = random_next(&sim->entropy);
        memcpy(step.entropy + 8 * i, &word, sizeof word);
    }
    choose_faults(sim, task, &step);
    if (task->object != NULL && task->mode == CALL_WRITE) step.fail_commit = strikes(sim, FAULT_COMMIT, 150);
    double alarm_before = task->object == NULL ? 0 : task->object->alarm_ms;
    choose_release(isolate);
    host_step(sim->host, &sim->arena, &step);
    sim->steps++;
    sim_trace(sim, "step %d of %.*s, event %d: verdict %d%s%s", (int)task->round,
              task->object == NULL ? 7 : (int)task->object->name.len,
              task->object == NULL ? "gateway" : (const char *)task->object->name.data, (int)task->event,
              step.verdict,
              step.lose          ? ", lost"
              : step.fail_commit ? ", commit failed"
                                 : "",
              step.allocation_failed  ? ", no memory"
              : step.statement_failed ? ", no storage"
                                      : "");
    note_alarm(sim, task->object, alarm_before);
    if (step.verdict < 0 || strikes(sim, FAULT_INSTANCE, 200)) replace_core(isolate);
    if (task->object == NULL && task->event == EVENT_RESUME && step.allocation_failed)
        task->request->uncertain = true;
    if (step.lose && CANARY(CANARY_HOST_ACKS_BEFORE_COMMIT)) carry_out(sim, task, &step);
    if (step.lose || (task->object != NULL && strikes(sim, FAULT_CRASH, 150))) {
        kill_object(sim, task->object);
        return;
    }
    if (step.verdict == VERDICT_COMMIT && !step.fail_commit) task->committed = true;
    if (step.verdict == VERDICT_ROLLBACK) task->rolled_back = true;
    if (step.verdict < 0 || step.fail_commit) {
        reply(sim, task, NULL);
        end_task(task);
        if (task->is_alarm) ring_again(sim, task->object);
        return;
    }
    carry_out(sim, task, &step);
}

// --- What events do

static void deliver(Sim *sim, Call *call) {
    HostObject *object = host_object(sim->host, call->role, call->name);
    Task *task = new_task(sim, object, object->isolate, EVENT_START, call->message);
    task->mode = call->mode;
    task->call = call;
    run_task(sim, task);
}

static void answered(Sim *sim, const Event *event) {
    Call *call = event->call;
    Task *task = call->caller;
    if (call->answered || !is_alive(task) || task->round != call->round) return;
    call->answered = true;
    if (call->is_forward && event->http.kind == ACTION_RESPOND_HTTP) {
        reply(sim, task, &event->http);
        end_task(task);
        return;
    }
    if (event->answer.status >= ANSWER_UNKNOWN && task->object == NULL) task->request->uncertain = true;
    task->answers[call->slot] = event->answer;
    if (--task->answers_missing == 0) run_task(sim, task);
}

static void waited(Sim *sim, Task *task, uint32_t round) {
    if (!is_alive(task) || task->round != round) return;
    if (--task->answers_missing == 0) run_task(sim, task);
}

static void alarm_due(Sim *sim, HostObject *object) {
    double now = sim->now_ms + sim->isolates[object->isolate].clock_ms;
    if (object->alarm_ms == 0) return;
    if (object->alarm_ms > now) {
        note_alarm(sim, object, 0);
        return;
    }
    if (strikes(sim, FAULT_ALARM, 3)) {
        push(sim, random_below(&sim->streams[FAULT_ALARM], 60000),
             (Event){.kind = EVENT_ALARM_DUE, .object = object});
        return;
    }
    double due = object->alarm_ms;
    object->alarm_ms = 0;
    Task *task = new_task(sim, object, object->isolate, EVENT_ALARM, (Slice){NULL, 0});
    task->mode = CALL_WRITE;
    task->is_alarm = true;
    run_task(sim, task);
    if (object->alarm_ms == 0 && strikes(sim, FAULT_ALARM, 4)) {
        object->alarm_ms = due; // at least once is not once
        push(sim, 100, (Event){.kind = EVENT_ALARM_DUE, .object = object});
    }
}

static void jump(Sim *sim) {
    static const double JUMPS_MS[] = {1000, 7000, 70000, 700000};
    Random *clock = &sim->streams[FAULT_CLOCK];
    uint32_t jumps = random_below(clock, 4), isolate = random_below(clock, ISOLATES);
    double offset = random_below(clock, 4000) - 2000.0;
    sim->now_ms += JUMPS_MS[jumps];
    sim->isolates[isolate].clock_ms = offset;
    sim_trace(sim, "the clock jumped");
}

static void chaos(Sim *sim) {
    size_t count = 0;
    while (host_object_at(sim->host, count) != NULL) count++;
    Random *evict = &sim->streams[FAULT_EVICT];
    if (count > 0 && strikes(sim, FAULT_EVICT, 2)) {
        HostObject *object = host_object_at(sim->host, random_below(evict, (uint32_t)count));
        if (!is_busy(sim, object)) kill_object(sim, object);
    }
    if (strikes(sim, FAULT_ISOLATE, 120))
        kill_isolate(sim, random_below(&sim->streams[FAULT_ISOLATE], ISOLATES));
    if (strikes(sim, FAULT_CLOCK, 60)) jump(sim);
    if (sim->faults != 0) push(sim, CHAOS_EVERY_MS, (Event){.kind = EVENT_CHAOS});
}

static void heard(Sim *sim, const Event *event) {
    Reply answer = {.status = event->http.kind == 0 ? 0 : event->http.status,
                    .uncertain = event->request->uncertain || sim->options.releases == RELEASES_WRONG};
    if (answer.status == -1)
        answer.status = 500;
    else if (answer.status != 0)
        check_http(&event->http);
    answer.body = event->http.body;
    workload_heard(sim->workload, event->client, &answer);
}

void sim_run(Sim *sim, Workload *workload) {
    sim->workload = workload;
    uint64_t steps_max = sim->steps + STEPS_PER_REQUEST_MAX * (uint64_t)(sim->options.requests + 100);
    while (sim->busy > 0 && violation_text() == NULL) {
        if (sim->steps > steps_max) violation("it does not come to an end");
        Event event = pop(sim);
        if (event.at_ms > sim->now_ms) sim->now_ms = event.at_ms;
        switch (event.kind) {
        case EVENT_DELIVER: deliver(sim, event.call); break;
        case EVENT_ANSWERED: answered(sim, &event); break;
        case EVENT_WAITED: waited(sim, event.task, event.round); break;
        case EVENT_ALARM_DUE: alarm_due(sim, event.object); break;
        case EVENT_WAKE: workload_wake(workload, event.client); break;
        case EVENT_HEARD: heard(sim, &event); break;
        case EVENT_CHAOS: chaos(sim); break;
        }
    }
}

// --- The clients' side

void sim_wake(Sim *sim, unsigned client, double delay_ms) {
    push(sim, delay_ms, (Event){.kind = EVENT_WAKE, .client = client});
}

void sim_request(Sim *sim, unsigned client, const char *operation, Slice body) {
    Buf target;
    buf_init(&target, &sim->arena);
    buf_cstr(&target, "DynamoDB_20120810.");
    buf_cstr(&target, operation);
    Slice type = SLICE("application/x-amz-json-1.0");
    // In half of the schedules writes wait for their indexes.
    bool waits = sim->options.seed % 2 == 0;
    Slice message = host_gateway_message(&sim->arena, buf_view(&target), type, body, (Slice){NULL, 0}, 0, waits);
    unsigned isolate = random_below(&sim->placement, ISOLATES);
    Task *task = new_task(sim, NULL, isolate, EVENT_START, message);
    task->request = ARENA_NEW(&sim->arena, Request);
    task->request->client = client;
    sim_trace(sim, "client %u: %s %.*s", client, operation, (int)body.len, (const char *)body.data);
    run_task(sim, task);
}

// One isolate at least of each kind that the releases have.
static void place_releases(Sim *sim) {
    Random random = random_stream(sim->options.seed, 4);
    bool all_read_next = sim->options.releases == RELEASES_MIXED && random_below(&random, 2) == 0;
    unsigned odd_one = random_below(&random, ISOLATES);
    bool odd_is_next = random_below(&random, 2) == 0;
    for (unsigned i = 0; i < ISOLATES && sim->options.releases != RELEASES_ONE; i++) {
        bool is_next = (i == odd_one) == odd_is_next;
        sim->isolates[i].reads_next = is_next || all_read_next;
        sim->isolates[i].writes_next = is_next && (all_read_next || sim->options.releases == RELEASES_WRONG);
    }
}

Sim *sim_new(const SimOptions *options) {
    Sim *sim = calloc(1, sizeof *sim);
    sim->options = *options;
    sim->faults = options->faults;
    sim->host = host_new(NULL);
    sim->now_ms = 1795000000000;
    arena_init(&sim->arena, 0);
    for (unsigned i = 0; i < ISOLATES; i++) sim->isolates[i].core = core_new(STEP_MEMORY_BYTES_MAX);
    for (unsigned i = 0; i < FAULT_KIND_COUNT; i++) sim->streams[i] = random_stream(options->seed, 100 + i);
    sim->network = random_stream(options->seed, 1);
    sim->entropy = random_stream(options->seed, 2);
    sim->placement = random_stream(options->seed, 3);
    place_releases(sim);
    push(sim, CHAOS_EVERY_MS, (Event){.kind = EVENT_CHAOS});
    return sim;
}

void sim_free(Sim *sim) {
    for (unsigned i = 0; i < ISOLATES; i++) core_free(sim->isolates[i].core);
    host_free(sim->host);
    arena_free(&sim->arena);
    free(sim->heap);
    free(sim);
}

void sim_heal(Sim *sim) {
    sim->faults = 0;
    if (sim->options.releases != RELEASES_WRONG) return;
    for (unsigned i = 0; i < ISOLATES; i++) sim->isolates[i].reads_next = true;
}

Host *sim_host(const Sim *sim) {
    return sim->host;
}

Arena *sim_arena(const Sim *sim) {
    return (Arena *)&sim->arena;
}

const SimOptions *sim_options(const Sim *sim) {
    return &sim->options;
}

double sim_now(const Sim *sim) {
    return sim->now_ms;
}

uint32_t sim_tick(Sim *sim) {
    return ++sim->tick;
}

uint64_t sim_steps(const Sim *sim) {
    return sim->steps;
}
