// CRC-32 (IEEE 802.3, reflected), the checksum of x-amz-crc32.
#ifndef SHVM_BASE_CRC32_H
#define SHVM_BASE_CRC32_H

#include "base/host_import.h"
#include "base/slice.h"

uint32_t crc32(Slice bytes);

// The same by the host's library, which has the processor's instructions for it. In Wasm alone.
HOST_IMPORT(host_crc32) uint32_t host_crc32(const uint8_t *bytes, int32_t len);

#endif
