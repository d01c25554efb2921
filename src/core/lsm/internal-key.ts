import { assert } from '../base/assert.ts';
import { compareBytes } from '../base/bytes.ts';

/** What an entry says about its key. On disk: do not change the numbers. */
export const VALUE_TYPE = { tombstone: 0, put: 1 } as const;
export type ValueType = (typeof VALUE_TYPE)[keyof typeof VALUE_TYPE];

/** Given at apply, ascending; the first is 1, and 0 as a snapshot sees the empty store. Stored in 7 bytes, so 2^53−1 is the end. */
export type SequenceNumber = number;
export const SEQUENCE_MAX: SequenceNumber = Number.MAX_SAFE_INTEGER;

/** One version of one key. `key` = prefix and user key, without the sequence, which is compared separately. */
export interface InternalEntry {
  readonly key: Uint8Array;
  readonly sequence: SequenceNumber;
  readonly type: ValueType;
  /** Empty for a tombstone; an empty value of a put is a value. */
  readonly value: Uint8Array;
}

/** keyspace u8 | shard u16 BE | replicaId u32 BE. On disk: do not change. */
export const KEY_PREFIX_BYTES = 7;
const REPLICA_ID_MAX = 0xfffffffe;

/** The key of `userKey` in one replica of one shard: all keys of a replica are one range, so that dropping it is dropping a range. */
export function dataKey(keyspace: number, shard: number, replicaId: number, userKey: Uint8Array): Uint8Array {
  const key = new Uint8Array(KEY_PREFIX_BYTES + userKey.length);
  writePrefix(key, keyspace, shard, replicaId);
  key.set(userKey, KEY_PREFIX_BYTES);
  return key;
}

/** All keys of one replica in a keyspace: `from ≤ key < to`. */
export function replicaRange(keyspace: number, shard: number, replicaId: number): { from: Uint8Array; to: Uint8Array } {
  const from = dataKey(keyspace, shard, replicaId, new Uint8Array(0));
  const to = from.slice();
  // Big-endian, and replicaId + 1 fits because 2^32−1 is never given out: the next replica's first possible key.
  writeU32BE(to, 3, replicaId + 1);
  return { from, to };
}

/** The shard that a data key is of. */
export const shardOfKey = (key: Uint8Array): number => (key[1] as number) * 256 + (key[2] as number);

/** The replica id of a data key: the number under which its rows lie. */
export const storageIdOfKey = (key: Uint8Array): number => replicaOfKey(key) % 0x100000000;

/** Shard u16 and replica id u32 of a data key as one number. */
export function replicaOfKey(key: Uint8Array): number {
  const byte = (at: number): number => key[at] as number;
  return (
    byte(1) * 0x10000000000 +
    byte(2) * 0x100000000 +
    byte(3) * 0x1000000 +
    byte(4) * 0x10000 +
    byte(5) * 0x100 +
    byte(6)
  );
}

/** Whether two data keys begin alike: one keyspace, one shard, one replica. */
export function isOfSameReplica(keyA: Uint8Array, keyB: Uint8Array): boolean {
  for (let i = KEY_PREFIX_BYTES - 1; i >= 0; i--) if (keyA[i] !== keyB[i]) return false;
  return true;
}

/** Before every key of the replica in its keyspace, or the first of them; a view. */
export const replicaPrefix = (key: Uint8Array): Uint8Array => key.subarray(0, KEY_PREFIX_BYTES);

/** The user key within a data key; a view. */
export const userKeyOf = (key: Uint8Array): Uint8Array => key.subarray(KEY_PREFIX_BYTES);

/** The order of everything in this folder: key bytes ascending, then the newest version first. */
export function compareInternal(keyA: Uint8Array, sequenceA: number, keyB: Uint8Array, sequenceB: number): number {
  const order = compareBytes(keyA, keyB);
  return order !== 0 ? order : sequenceB - sequenceA;
}

function writePrefix(key: Uint8Array, keyspace: number, shard: number, replicaId: number): void {
  assert(isIntegerUpTo(keyspace, 0xff), 'a keyspace number fits 8 bits');
  assert(isIntegerUpTo(shard, 0xffff), 'a shard number fits 16 bits');
  assert(isIntegerUpTo(replicaId, REPLICA_ID_MAX), 'a replica id is below 2^32−1');
  key[0] = keyspace;
  key[1] = shard >>> 8;
  key[2] = shard;
  writeU32BE(key, 3, replicaId);
}

function writeU32BE(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

const isIntegerUpTo = (value: number, max: number): boolean => Number.isInteger(value) && value >= 0 && value <= max;
