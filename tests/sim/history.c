// Just-in-time linearization: a set of configurations, each a state the register may be in and which of the
// operations under way have already taken effect, is carried along the history; where an operation's answer
// is heard, it must have taken effect in every configuration that is kept.
#include "history.h"

#include <stdio.h>
#include <stdlib.h>

enum { PENDING_MAX = 64, CONFIGURATIONS_MAX = 3000 };

typedef struct Configuration {
    KeyState state;
    uint64_t taken; // bits of Checker.pending
} Configuration;

typedef struct ConfigurationSet {
    Configuration items[CONFIGURATIONS_MAX];
    size_t count;
    bool overflowed;
} ConfigurationSet;

typedef struct Checker {
    const KeyOp *pending[PENDING_MAX]; // NULL: free
    uint64_t optional;                 // pending ones of unknown outcome
    uint64_t passive;                  // pending ones that change nothing: reads and refused writes
    ConfigurationSet current;
    ConfigurationSet next;
    ConfigurationSet visited;
} Checker;

typedef struct Moment {
    uint32_t tick;
    size_t op;
    bool heard;
} Moment;

KeyOp *history_add(KeyHistory *history, KeyOpKind kind, uint32_t sent) {
    if (history->count == history->cap) {
        history->cap = history->cap * 2 + 16;
        history->ops = realloc(history->ops, history->cap * sizeof(KeyOp));
    }
    KeyOp *op = &history->ops[history->count++];
    *op = (KeyOp){.kind = kind, .sent = sent, .heard = TICK_NEVER, .gave_up = TICK_NEVER};
    return op;
}

void history_free(KeyHistory *history) {
    free(history->ops);
    *history = (KeyHistory){0};
}

void key_op_print(const KeyOp *op, char *text, size_t cap) {
    static const char *const KINDS[] = {"read", "put", "update", "delete", "wipe"};
    static const char *const CONDITIONS[] = {"", " if absent", " if present", " if value"};
    static const char *const OUTCOMES[] = {"?", "done", "refused", "nothing"};
    int at = snprintf(text, cap, "[%u, ", op->sent);
    if (op->heard == TICK_NEVER)
        at += snprintf(text + at, cap - (size_t)at, "never] ");
    else
        at += snprintf(text + at, cap - (size_t)at, "%u] ", op->heard);
    at += snprintf(text + at, cap - (size_t)at, "%s", KINDS[op->kind]);
    if (op->value != 0) at += snprintf(text + at, cap - (size_t)at, " %u", op->value);
    at += snprintf(text + at, cap - (size_t)at, "%s", CONDITIONS[op->condition]);
    if (op->expected != 0) at += snprintf(text + at, cap - (size_t)at, " %u", op->expected);
    at += snprintf(text + at, cap - (size_t)at, ": %s", OUTCOMES[op->outcome]);
    if (op->saw_old)
        at += snprintf(text + at, cap - (size_t)at, ", saw %u/%u", op->old_state.value, op->old_state.count);
    if (op->saw_new)
        snprintf(text + at, cap - (size_t)at, ", made %u/%u", op->new_state.value, op->new_state.count);
}

static bool is_same(KeyState a, KeyState b) {
    return a.value == b.value && a.count == b.count;
}

static bool condition_holds(const KeyOp *op, KeyState state) {
    switch (op->condition) {
    case CONDITION_ABSENT: return state.value == 0;
    case CONDITION_PRESENT: return state.value != 0;
    case CONDITION_VALUE: return state.value == op->expected;
    case CONDITION_NONE: break;
    }
    return true;
}

// Whether the operation can take effect in *state with the result it had; *state becomes what it leaves.
static bool take_effect(const KeyOp *op, KeyState *state) {
    if (op->saw_old && !is_same(op->old_state, *state)) return false;
    if (op->kind == KEY_READ) return true;
    bool holds = condition_holds(op, *state);
    if (op->outcome == OUTCOME_REFUSED) return !holds;
    if (!holds) return false; // of unknown outcome: then it had none
    switch (op->kind) {
    case KEY_PUT: *state = (KeyState){op->value, 0}; break;
    case KEY_UPDATE: *state = (KeyState){op->value, state->count + 1}; break;
    default: *state = (KeyState){0, 0};
    }
    return !op->saw_new || is_same(op->new_state, *state);
}

// Whether everything that can follow b can follow a.
static bool dominates(const Checker *checker, const Configuration *a, const Configuration *b) {
    if (!is_same(a->state, b->state)) return false;
    uint64_t active = ~(checker->optional | checker->passive);
    if ((a->taken & active) != (b->taken & active)) return false;
    if ((a->taken & checker->optional & ~b->taken) != 0) return false;
    return (b->taken & checker->passive & ~a->taken) == 0;
}

// False where the set holds as good a one already.
static bool add_configuration(const Checker *checker, ConfigurationSet *set, Configuration configuration) {
    size_t kept = 0;
    for (size_t i = 0; i < set->count; i++) {
        if (dominates(checker, &set->items[i], &configuration)) return false;
    }
    for (size_t i = 0; i < set->count; i++) {
        if (!dominates(checker, &configuration, &set->items[i])) set->items[kept++] = set->items[i];
    }
    set->count = kept;
    if (set->count == CONFIGURATIONS_MAX) {
        set->overflowed = true;
        return false;
    }
    set->items[set->count++] = configuration;
    return true;
}

// Everything that can be reached from `from` by operations under way, the last of which is `slot`'s.
static void explore(Checker *checker, Configuration from, size_t slot, unsigned depth) {
    Configuration last = from;
    if (take_effect(checker->pending[slot], &last.state)) add_configuration(checker, &checker->next, last);
    if (depth == PENDING_MAX) return;
    for (size_t i = 0; i < PENDING_MAX; i++) {
        if (i == slot || checker->pending[i] == NULL || (from.taken >> i & 1) != 0) continue;
        Configuration other = from;
        other.taken |= (uint64_t)1 << i;
        if (!take_effect(checker->pending[i], &other.state)) continue;
        if (add_configuration(checker, &checker->visited, other)) explore(checker, other, slot, depth + 1);
    }
}

static void free_slot(Checker *checker, size_t slot) {
    uint64_t bit = (uint64_t)1 << slot;
    checker->pending[slot] = NULL;
    checker->optional &= ~bit;
    checker->passive &= ~bit;
    for (size_t i = 0; i < checker->current.count; i++) checker->current.items[i].taken &= ~bit;
}

static bool hear(Checker *checker, size_t slot) {
    checker->next.count = 0;
    for (size_t i = 0; i < checker->current.count; i++) {
        Configuration from = checker->current.items[i];
        if ((from.taken >> slot & 1) != 0) {
            add_configuration(checker, &checker->next, from);
            continue;
        }
        checker->visited.count = 0;
        explore(checker, from, slot, 0);
    }
    checker->current.count = checker->next.count;
    for (size_t i = 0; i < checker->next.count; i++) checker->current.items[i] = checker->next.items[i];
    const KeyOp *op = checker->pending[slot];
    free_slot(checker, slot);
    for (size_t i = 0; op->kind == KEY_WIPE && i < PENDING_MAX; i++) {
        if (checker->pending[i] != NULL && checker->pending[i]->gave_up < op->expires) free_slot(checker, i);
    }
    return checker->current.count > 0;
}

static bool send(Checker *checker, const KeyOp *op, size_t *slot) {
    for (*slot = 0; *slot < PENDING_MAX; (*slot)++) {
        if (checker->pending[*slot] != NULL) continue;
        uint64_t bit = (uint64_t)1 << *slot;
        checker->pending[*slot] = op;
        if (op->outcome == OUTCOME_UNKNOWN) checker->optional |= bit;
        if (op->kind == KEY_READ || op->outcome == OUTCOME_REFUSED) checker->passive |= bit;
        return true;
    }
    return false;
}

static int compare_moments(const void *a, const void *b) {
    const Moment *x = a, *y = b;
    if (x->tick != y->tick) return x->tick < y->tick ? -1 : 1;
    return (int)x->heard - (int)y->heard;
}

static size_t list_moments(const KeyHistory *history, Moment *moments) {
    size_t count = 0;
    for (size_t i = 0; i < history->count; i++) {
        const KeyOp *op = &history->ops[i];
        if (op->outcome == OUTCOME_NOTHING || (op->kind == KEY_READ && op->outcome == OUTCOME_UNKNOWN))
            continue;
        moments[count++] = (Moment){op->sent, i, false};
        if (op->heard != TICK_NEVER) moments[count++] = (Moment){op->heard, i, true};
    }
    qsort(moments, count, sizeof *moments, compare_moments);
    return count;
}

HistoryVerdict history_check(const KeyHistory *history, size_t *culprit) {
    Checker *checker = calloc(1, sizeof *checker);
    Moment *moments = calloc(history->count * 2 + 1, sizeof *moments);
    size_t *slots = calloc(history->count + 1, sizeof *slots);
    size_t count = list_moments(history, moments);
    HistoryVerdict verdict = HISTORY_HOLDS;
    checker->current.count = 1; // no item, nothing under way
    for (size_t i = 0; i < count && verdict == HISTORY_HOLDS; i++) {
        const Moment *moment = &moments[i];
        bool going = moment->heard ? hear(checker, slots[moment->op])
                                   : send(checker, &history->ops[moment->op], &slots[moment->op]);
        bool is_hard = checker->current.overflowed || checker->next.overflowed || checker->visited.overflowed;
        if (is_hard || (!going && !moment->heard))
            verdict = HISTORY_TOO_HARD;
        else if (!going)
            verdict = HISTORY_BROKEN;
        *culprit = moment->op;
    }
    free(checker);
    free(moments);
    free(slots);
    return verdict;
}
