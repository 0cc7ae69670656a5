// The effects log: what commits did to items (msg/effect.h), for readers that follow them. A row per commit, numbered
// from 1; the row of a number whose readers are done is written over by a later one, so that a write costs one log row
// and no deletion.
//
//   changes(slot, seq, acknowledged, effects)   slot := seq mod CHANGES_IN_FLIGHT_MAX
//     acknowledged: the row before which all readers were done when this one was appended
#ifndef SHVM_STORE_CHANGES_H
#define SHVM_STORE_CHANGES_H

#include "msg/envelope.h"

// The caller makes sure that the row it writes over is done with.
bool changes_append(Step *step, uint64_t seq, uint64_t acknowledged, Slice effects);
// *found is false when no such row stands there.
bool changes_get(Step *step, uint64_t seq, Slice *effects, bool *found);
// The last row appended; zeros when there is none.
bool changes_newest(Step *step, uint64_t *seq, uint64_t *acknowledged);
// Tells the last row what is acknowledged by now.
bool changes_settle(Step *step, uint64_t seq, uint64_t acknowledged);
bool changes_drop(Step *step);

#endif
