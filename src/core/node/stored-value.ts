import { ByteWriter } from '../base/byte-writer.ts';
import { ByteReader } from '../base/bytes.ts';
import type { Micros } from '../base/ids.ts';

/** A user's value as the storage engine holds it: the engine's own values are opaque bytes. */
export interface StoredValue {
  readonly value: Uint8Array;
  /** In log time; NO_DEADLINE = it does not expire. */
  readonly deadlineUs: Micros;
}

export const NO_DEADLINE: Micros = Number.MAX_SAFE_INTEGER;

const scratch = new ByteWriter(256);

/** deadline varint (0 = none), then the value's bytes. */
export function encodeStoredValue({ value, deadlineUs }: StoredValue): Uint8Array {
  scratch.length = 0;
  return scratch
    .varint(deadlineUs === NO_DEADLINE ? 0 : deadlineUs)
    .raw(value)
    .finish();
}

/** Throws CorruptBytes. `value` is a view of `bytes`. */
export function decodeStoredValue(bytes: Uint8Array): StoredValue {
  const reader = new ByteReader(bytes);
  const deadlineUs = reader.varint();
  return { value: bytes.subarray(reader.at), deadlineUs: deadlineUs === 0 ? NO_DEADLINE : deadlineUs };
}

/** The one rule: a value is expired iff its deadline is at or before the shard's applied log time. */
export const isExpired = (deadlineUs: Micros, logTimeUs: Micros): boolean => deadlineUs <= logTimeUs;
