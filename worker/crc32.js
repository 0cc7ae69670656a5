// CRC-32 (IEEE 802.3, reflected) of bytes that the core did not make, or that were compressed after it made them.

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
    let entry = byte;
    for (let bit = 0; bit < 8; bit++) entry = (entry >>> 1) ^ (entry & 1 ? 0xedb88320 : 0);
    return entry >>> 0;
});

export function crc32(bytes) {
    let crc = -1;
    for (let at = 0; at < bytes.length; at++) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[at]) & 0xff];
    return ~crc >>> 0;
}
