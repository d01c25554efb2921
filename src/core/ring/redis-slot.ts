import { hashedPart } from './hash-tag.ts';

/** Redis Cluster's hash slots: the key space is cut into this many, whatever the number of nodes (its cluster specification). */
export const REDIS_SLOTS = 16384;

/** The slot that Redis Cluster gives a key, for comparison: CRC16 of its hash tag, or of all of it. */
export const redisSlot = (key: Uint8Array): number => crc16(hashedPart(key)) % REDIS_SLOTS;

/** CRC-16/XMODEM (polynomial 0x1021, from 0, nothing reflected), as the cluster specification has it. */
function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
    crc &= 0xffff;
  }
  return crc;
}
