// A table object: the descriptor and the life cycle of one table name.
//
//   none ─CREATE→ CREATING ─catalog has the name→ ACTIVE ─DELETE→ DELETING ─everything fenced, catalog
//   cleared→ none
//
// Whatever is begun is finished by the alarm: a step that waits for answers has set it beforehand, so lost
// answers, crashes and repeated messages cost time, never work. A recreated table has another id, so other
// objects.
//
//   SPACE_META: "descriptor" → descriptor.h;  "attempts" → varint, failed rounds of a deletion in a row
//   SPACE_OBJECTS: name of a registered object → version u8 (1) ‖ item count varint ‖ bytes varint
//     layout hash:N: slots that hold (or held) items; layout key: directory shards. An object registers
//     before it stores anything, so these rows are all that a deletion has to visit.
#ifndef SHVM_ROLE_TABLE_H
#define SHVM_ROLE_TABLE_H

#include "msg/envelope.h"

StepVerdict table_step(Step *step);

#endif
