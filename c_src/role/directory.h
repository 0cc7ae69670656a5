// A directory shard: the list of partition keys of a table in layout key whose hashes fall into the shard's
// range. Scan finds partitions through it, DeleteTable empties them through it, and DescribeTable sums their
// sizes.
//
// A partition registers before its first acknowledged write, and the registration is durable before it is
// answered; so no acknowledged item is ever invisible, and a registration that was never used is harmless.
// Those are swept: once a minute, while there are any, their partitions are probed. A partition that answers
// "unused" has forgotten that it is registered, durably, and treats every registration it still waits for as
// refused; it registers anew.
//
//   SPACE_KEYS: hash64 ‖ encoded partition key →
//       version u8 (1) ‖ state u8 (KeyState) ‖ registered f64 (ms) ‖ stamp u32 ‖ item count varint ‖ bytes
//       varint ‖ version of the report varint (left out by an earlier release) ‖ local sizes (msg/local_sizes.h)
//   SPACE_META: "directory" → the shard's record, which is also its `local`:
//       version u8 (1) ‖ fenced u8 ‖ table name ‖ item count varint ‖ bytes varint ‖ sweep due f64 (ms, 0:
//       none) ‖ unconfirmed seen u8 ‖ sweep cursor ‖ epoch varint ‖ local sizes
#ifndef SHVM_ROLE_DIRECTORY_H
#define SHVM_ROLE_DIRECTORY_H

#include "base/limits.h"
#include "msg/envelope.h"

#define DIRECTORY_LIST_MAX 1000u                                      // keys per LIST or FENCE
#define DIRECTORY_KEY_BYTES_MAX (8 + 2 * PARTITION_KEY_BYTES_MAX + 2) // hash, and a key that is all escapes
#define DIRECTORY_SWEEP_MS 60000.0  // a registration is probed when it is that old, and so often
#define DIRECTORY_ERASE_MS 600000.0 // a fenced shard erases itself when it is empty after that time

StepVerdict directory_step(Step *step);

#endif
