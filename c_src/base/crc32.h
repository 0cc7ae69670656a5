// CRC-32 (IEEE 802.3, reflected), the checksum of x-amz-crc32.
#ifndef SHVM_BASE_CRC32_H
#define SHVM_BASE_CRC32_H

#include "base/slice.h"

uint32_t crc32(Slice bytes);

#endif
