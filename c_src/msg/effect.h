// Effects: what a commit did to items. They are what the log (SPACE changes, store/changes.h) keeps and its readers
// see: index maintenance now, later whatever else follows a table. Unlike commands they are stored, and may be
// delivered more than once.
//
//   effects := version u8 (1) ‖ count varint ‖ count × effect
//   effect  := full key blob ‖ version u64 ‖ old image blob ‖ new image blob
#ifndef SHVM_MSG_EFFECT_H
#define SHVM_MSG_EFFECT_H

#include "base/buf.h"
#include "base/error.h"

#define EFFECTS_VERSION 1

typedef struct Effect {
    Slice full_key;   // key_codec.h: hash64 ‖ partition key ‖ sort key, in both layouts
    uint64_t version; // of the write: above all earlier versions of the partition
    Slice old_image;  // item blobs; empty: no such item
    Slice new_image;
} Effect;

void effects_encode(Buf *out, const Effect *effects, size_t count);
// Images are validated. Slices borrow from bytes, the array lives in the arena.
bool effects_decode(Arena *arena, Slice bytes, Effect **effects, size_t *count, Error *error);

#endif
