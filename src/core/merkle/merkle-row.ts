import { ByteWriter } from '../base/byte-writer.ts';
import { type Hash64, murmur3Hash64 } from '../base/hash128.ts';

/** What there is under one key, as everybody who has it must have it. */
export interface MerkleRow {
  /** 0 … UNPLACED_LEAF. */
  readonly leaf: number;
  readonly key: Uint8Array;
  /** All that belongs to it, a deadline for example, in the one way in which its owner writes it. */
  readonly value: Uint8Array;
}

const SEED = 0x6d65726b;

const scratch = new ByteWriter(256);

/** Of key and value. The key's length goes before it, so that no byte can pass from the one to the other unseen. */
export function hashRow({ key, value }: MerkleRow): Hash64 {
  scratch.length = 0;
  return murmur3Hash64(scratch.bytes(key).raw(value).view(), SEED);
}
