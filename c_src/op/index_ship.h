// Shipments: what effects mean for the objects of global indexes, grouped into one command per object.
#ifndef SHVM_OP_INDEX_SHIP_H
#define SHVM_OP_INDEX_SHIP_H

#include "msg/command.h"
#include "msg/effect.h"
#include "msg/envelope.h"
#include "msg/index_set.h"

typedef struct ShipmentGroup {
    Slice object; // its name
    Slice space_id;
    ApplyEntry *entries;
    size_t count;
    size_t cap;
} ShipmentGroup;

typedef struct Shipment {
    const IndexSet *set;
    CommandHeader table; // table id, name, epoch and layout of the commands
    uint64_t settled;    // as in ApplyCommand
    ShipmentGroup *groups;
    size_t count;
    size_t cap;
} Shipment;

// What an effect means for all global indexes of the set: entries where the projection changed, two where the key
// moved.
bool shipment_add_effect(Step *step, Shipment *shipment, const Effect *effect);
// An item's entry in one index (a backfill). *is_entry is false when the item is not in it.
bool shipment_add_item(Step *step, Shipment *shipment, const IndexDescriptor *index, Slice item, uint64_t version,
                       bool *is_entry);
// One CALL for each of `count` groups from the given one on.
bool shipment_send(Step *step, const Shipment *shipment, size_t from, size_t count);

#endif
