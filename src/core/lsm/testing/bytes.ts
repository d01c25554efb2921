import { encodeUtf8 } from '../../base/utf8.ts';
import { dataKey, type InternalEntry, VALUE_TYPE } from '../internal-key.ts';

export const bytes = (text: string): Uint8Array => encodeUtf8(text);

/** A data key of keyspace 0, shard 0, replica 1. */
export const key = (text: string): Uint8Array => dataKey(0, 0, 1, bytes(text));

/** Undefined makes a tombstone. */
export function entry(text: string, sequence: number, value?: string): InternalEntry {
  const type = value === undefined ? VALUE_TYPE.tombstone : VALUE_TYPE.put;
  return { key: key(text), sequence, type, value: bytes(value ?? '') };
}
