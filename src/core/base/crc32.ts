import CRC32 from 'crc-32';

/** CRC-32 (IEEE), unsigned; the library's is signed. */
export const crc32 = (bytes: Uint8Array): number => CRC32.buf(bytes) >>> 0;
