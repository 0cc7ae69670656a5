// Calls that change a table or delete it. They are asked for by the table's name, and a call that nobody waits for any
// more may run when its table is gone and another has the name. So the table is asked for its id first, and the call
// that follows means the table of that id.
#ifndef SHVM_OP_TABLE_WRITE_H
#define SHVM_OP_TABLE_WRITE_H

#include "msg/control.h"
#include "op/operation.h"

// For route: `fields` stand behind the table's id in the message that will be sent, `own` is what the operation's
// resume will find in its state. Both may be empty.
void table_write_begin(Request *request, Slice table_name, ControlKind kind, Slice fields, Slice own);
// For resume, before anything else. True: the call has been sent, and there is nothing more to do in this step. False:
// the answer to the operation is there, and *state stands at `own`.
bool table_write_sent(Request *request, Reader *state);

#endif
