// The catalog: one object that lists the names of all tables. Table objects add themselves before they become
// ACTIVE and remove themselves as their deletion's last act; ListTables pages through the names.
//   SPACE_NAMES: table name → table id
#ifndef SHVM_ROLE_CATALOG_H
#define SHVM_ROLE_CATALOG_H

#include "msg/envelope.h"

StepVerdict catalog_step(Step *step);

#endif
