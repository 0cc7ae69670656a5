// A table object: the descriptor and the life cycle of one table name.
//
//   none ─CREATE→ CREATING ─catalog has the name→ ACTIVE ─DELETE→ DELETING ─everything fenced, catalog
//   cleared→ none
//
// Global indexes come and go while the table is ACTIVE: table_index.h.
//
// Whatever is begun is finished by the alarm: a step that waits for answers has set it beforehand, so lost
// answers, crashes and repeated messages cost time, never work. A recreated table has another id, so other
// objects.
//
//   SPACE_META: "descriptor" → descriptor.h;  "attempts" → varint, failed rounds of a deletion in a row;
//     "index work" → table_index_work.h
//   SPACE_OBJECTS: name of a registered object → version u8 (1) ‖ item count varint ‖ bytes varint
//         ‖ version of the report varint (left out by an earlier release) ‖ local sizes (msg/local_sizes.h)
//     layout hash:N: slots that hold (or held) items; layout key: directory shards; of the table and of its global
//     indexes. An object registers before it stores anything, so these rows are all that a deletion, or the
//     creation of an index, has to visit.
#ifndef SHVM_ROLE_TABLE_H
#define SHVM_ROLE_TABLE_H

#include "msg/envelope.h"

StepVerdict table_step(Step *step);

#endif
