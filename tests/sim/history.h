// The model: every key is one register, and what clients saw of it must have happened in some order that
// respects who heard before whom sent. Writes carry unique values, so that what is read tells which write it
// was.
#ifndef SHVM_TESTS_SIM_HISTORY_H
#define SHVM_TESTS_SIM_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TICK_NEVER UINT32_MAX

typedef struct KeyState {
    uint32_t value; // 0: there is no item
    uint32_t count; // updates since the last put
} KeyState;

typedef enum KeyOpKind { KEY_READ, KEY_PUT, KEY_UPDATE, KEY_DELETE, KEY_WIPE } KeyOpKind;
typedef enum KeyCondition {
    CONDITION_NONE,
    CONDITION_ABSENT,
    CONDITION_PRESENT,
    CONDITION_VALUE
} KeyCondition;
typedef enum KeyOutcome {
    OUTCOME_UNKNOWN, // may take effect at any time from when it was sent on
    OUTCOME_DONE,
    OUTCOME_REFUSED, // its condition did not hold
    OUTCOME_NOTHING, // it certainly had no effect, and nothing was seen
} KeyOutcome;

typedef struct KeyOp {
    KeyOpKind kind;
    KeyCondition condition;
    uint32_t expected; // CONDITION_VALUE
    uint32_t value;    // PUT, UPDATE
    KeyOutcome outcome;
    bool saw_old; // a read; a write that returned what stood there before
    KeyState old_state;
    bool saw_new;
    KeyState new_state;
    uint32_t sent;    // ticks
    uint32_t heard;   // the end of its effect: TICK_NEVER for unknown outcomes
    uint32_t gave_up; // when the client was told that the outcome is unknown
    uint32_t expires; // WIPE: unknown outcomes given up before this tick have had their last chance at it
} KeyOp;

typedef struct KeyHistory {
    KeyOp *ops;
    size_t count;
    size_t cap;
} KeyHistory;

KeyOp *history_add(KeyHistory *history, KeyOpKind kind, uint32_t sent);
void history_free(KeyHistory *history);
void key_op_print(const KeyOp *op, char *text, size_t cap);

typedef enum HistoryVerdict { HISTORY_HOLDS, HISTORY_BROKEN, HISTORY_TOO_HARD } HistoryVerdict;
// *culprit receives the op whose result no order explains. TOO_HARD: too many unknown outcomes to try them
// all.
HistoryVerdict history_check(const KeyHistory *history, size_t *culprit);

#endif
