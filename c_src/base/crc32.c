#include "base/crc32.h"

#include "base/table256.h"

// Eight bytes a step ("slicing by 8"): TABLES[k][i] is what byte i contributes when k more bytes follow it in
// the step. A CRC is linear, so every entry is the exclusive or of those of its single bits: 64 constants
// give all 2,048. They are one sequence, the reflected polynomial followed by its own shifts: bit 7 of table
// 0, bit 6, … bit 0 of table 7.
#define BIT(i, n, constant) ((((i) >> (n)) & 1) != 0 ? (constant) : 0u)
#define COMBINE(i, b7, b6, b5, b4, b3, b2, b1, b0)                                                           \
    (BIT(i, 7, b7) ^ BIT(i, 6, b6) ^ BIT(i, 5, b5) ^ BIT(i, 4, b4) ^ BIT(i, 3, b3) ^ BIT(i, 2, b2) ^         \
     BIT(i, 1, b1) ^ BIT(i, 0, b0))
#define ENTRY_0(i)                                                                                           \
    COMBINE(i, 0xedb88320u, 0x76dc4190u, 0x3b6e20c8u, 0x1db71064u, 0x0edb8832u, 0x076dc419u, 0xee0e612cu,    \
            0x77073096u)
#define ENTRY_1(i)                                                                                           \
    COMBINE(i, 0x3b83984bu, 0xf0794f05u, 0x958424a2u, 0x4ac21251u, 0xc8d98a08u, 0x646cc504u, 0x32366282u,    \
            0x191b3141u)
#define ENTRY_2(i)                                                                                           \
    COMBINE(i, 0xe1351b80u, 0x709a8dc0u, 0x384d46e0u, 0x1c26a370u, 0x0e1351b8u, 0x0709a8dcu, 0x0384d46eu,    \
            0x01c26a37u)
#define ENTRY_3(i)                                                                                           \
    COMBINE(i, 0xed59b63bu, 0x9b14583du, 0xa032af3eu, 0x5019579fu, 0xc5b428efu, 0x8f629757u, 0xaa09c88bu,    \
            0xb8bc6765u)
#define ENTRY_4(i)                                                                                           \
    COMBINE(i, 0xb1e6b092u, 0x58f35849u, 0xc1c12f04u, 0x60e09782u, 0x30704bc1u, 0xf580a6c0u, 0x7ac05360u,    \
            0x3d6029b0u)
#define ENTRY_5(i)                                                                                           \
    COMBINE(i, 0x1eb014d8u, 0x0f580a6cu, 0x07ac0536u, 0x03d6029bu, 0xec53826du, 0x9b914216u, 0x4dc8a10bu,    \
            0xcb5cd3a5u)
#define ENTRY_6(i)                                                                                           \
    COMBINE(i, 0x8816eaf2u, 0x440b7579u, 0xcfbd399cu, 0x67de9cceu, 0x33ef4e67u, 0xf44f2413u, 0x979f1129u,    \
            0xa6770bb4u)
#define ENTRY_7(i)                                                                                           \
    COMBINE(i, 0x533b85dau, 0x299dc2edu, 0xf9766256u, 0x7cbb312bu, 0xd3e51bb5u, 0x844a0efau, 0x4225077du,    \
            0xccaa009eu)

static const uint32_t TABLES[8][256] = {
    {TABLE_256(ENTRY_0)}, {TABLE_256(ENTRY_1)}, {TABLE_256(ENTRY_2)}, {TABLE_256(ENTRY_3)},
    {TABLE_256(ENTRY_4)}, {TABLE_256(ENTRY_5)}, {TABLE_256(ENTRY_6)}, {TABLE_256(ENTRY_7)},
};

static uint32_t load_le32(const uint8_t *bytes) {
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

uint32_t crc32(Slice bytes) {
#ifdef __wasm__
    enum { HOST_BYTES_MIN = 2048 }; // chosen, not measured: for little a call saves little
    if (bytes.len >= HOST_BYTES_MIN) return host_crc32(bytes.data, (int32_t)bytes.len);
#endif
    uint32_t crc = 0xffffffffu;
    size_t at = 0;
    for (; bytes.len - at >= 8; at += 8) {
        uint32_t low = load_le32(bytes.data + at) ^ crc;
        uint32_t high = load_le32(bytes.data + at + 4);
        crc = TABLES[7][low & 0xff] ^ TABLES[6][low >> 8 & 0xff] ^ TABLES[5][low >> 16 & 0xff] ^
              TABLES[4][low >> 24] ^ TABLES[3][high & 0xff] ^ TABLES[2][high >> 8 & 0xff] ^
              TABLES[1][high >> 16 & 0xff] ^ TABLES[0][high >> 24];
    }
    for (; at < bytes.len; at++) crc = crc >> 8 ^ TABLES[0][(crc ^ bytes.data[at]) & 0xff];
    return ~crc;
}
