// Long work of a table object goes on in rounds, one alarm each: a round makes a bounded number of calls,
// stores how far it came, and sets the alarm that begins the next. It has set one for later beforehand, so a
// round that is cut off anywhere (lost answers, a crash) is repeated.
#ifndef SHVM_ROLE_TABLE_ROUND_H
#define SHVM_ROLE_TABLE_ROUND_H

#include "msg/envelope.h"

#define ROUND_CALLS_MAX 40u // objects a round: the free plan allows 50 subrequests an invocation

// Sets the alarm for a round that never ends; `attempts` are the rounds in a row that came to nothing.
void round_begin(Step *step, uint64_t attempts);
// Sets the alarm for the next round: at once, or after a pause that grows with the attempts.
void round_continue(Step *step);
void round_back_off(Step *step, uint64_t attempts);

#endif
