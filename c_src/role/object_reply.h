// How the objects that answer control messages (table, directory, catalog) answer: one result (result.h) per
// message. Each function ends the step's work and returns its verdict.
#ifndef SHVM_ROLE_OBJECT_REPLY_H
#define SHVM_ROLE_OBJECT_REPLY_H

#include "msg/envelope.h"
#include "msg/result.h"
#include "store/store.h"

// RESULT_OK. wrote: whether the step wrote anything (COMMIT rather than READONLY).
StepVerdict reply_ok(Step *step, Slice payload, bool wrote);
// One page of a space's keys (control.h): those beyond `after` (empty: from the first) and below `upper` (empty: open).
StepVerdict reply_keys(Step *step, StoreSpace space, Slice after, Slice upper, uint64_t limit, bool wrote);
// RESULT_STALE, nothing written.
StepVerdict reply_stale(Step *step);
// What step->error says: a DynamoDB error becomes RESULT_ERROR and is answered here, nothing written; our own
// kinds roll the step back, and the core answers.
StepVerdict reply_error(Step *step);
// A kind of message that this role does not know: the core answers RESULT_UNSUPPORTED.
StepVerdict reply_unsupported(Step *step);
// The end of a step that answers nobody.
StepVerdict finish_quietly(const Step *step, bool wrote);

// Answer `index` of a RESUME as a result: true only when it came and is RESULT_OK. *status receives what it
// was otherwise (RESULT_BUSY where the call failed or its outcome is unknown).
bool answer_payload(Step *step, size_t index, Slice *payload, ResultStatus *status);

#endif
