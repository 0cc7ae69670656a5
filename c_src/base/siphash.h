// SipHash-2-4, 64 bits: the hash of partition keys. Keyed by the table's seed, so nobody can aim keys at one slot.
#ifndef SHVM_BASE_SIPHASH_H
#define SHVM_BASE_SIPHASH_H

#include "base/slice.h"

uint64_t siphash(const uint8_t key[16], Slice bytes);

#endif
