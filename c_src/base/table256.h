// Constant tables of 256 entries that the compiler computes: TABLE_256(ENTRY) is ENTRY(0), ENTRY(1), …
// ENTRY(255), where ENTRY is a macro whose value is a constant expression of its argument.
#ifndef SHVM_BASE_TABLE256_H
#define SHVM_BASE_TABLE256_H

#define TABLE_4(ENTRY, i) ENTRY((i)), ENTRY((i) + 1), ENTRY((i) + 2), ENTRY((i) + 3)
#define TABLE_16(ENTRY, i)                                                                                   \
    TABLE_4(ENTRY, (i)), TABLE_4(ENTRY, (i) + 4), TABLE_4(ENTRY, (i) + 8), TABLE_4(ENTRY, (i) + 12)
#define TABLE_64(ENTRY, i)                                                                                   \
    TABLE_16(ENTRY, (i)), TABLE_16(ENTRY, (i) + 16), TABLE_16(ENTRY, (i) + 32), TABLE_16(ENTRY, (i) + 48)
#define TABLE_256(ENTRY) TABLE_64(ENTRY, 0), TABLE_64(ENTRY, 64), TABLE_64(ENTRY, 128), TABLE_64(ENTRY, 192)

#endif
