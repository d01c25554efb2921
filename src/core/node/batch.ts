import { compareBytes } from '../base/bytes.ts';
import { BATCH_BYTES_MAX, BATCH_ITEMS_MAX } from './config.ts';
import type { KeyWrite } from './message.ts';

/** Why these writes are no batch. */
export type BatchFault = 'no items' | 'too many items' | 'too many bytes' | 'a key twice';

/** Of its key and its values. */
export function bytesOfKeyWrite(write: KeyWrite): number {
  if (write.type === 'Delete') return write.key.length;
  const expected = write.type === 'Cas' ? (write.expected?.length ?? 0) : 0;
  return write.key.length + write.value.length + expected;
}

/** Undefined: they are one, as far as their keys are of one shard. */
export function batchFault(items: readonly KeyWrite[]): BatchFault | undefined {
  if (items.length === 0) return 'no items';
  if (items.length > BATCH_ITEMS_MAX) return 'too many items';
  if (items.reduce((bytes, item) => bytes + bytesOfKeyWrite(item), 0) > BATCH_BYTES_MAX) return 'too many bytes';
  return keyTwice(items) === undefined ? undefined : 'a key twice';
}

/** The item whose key another one before it has too. A batch that wrote a key twice would have to say which write a condition sees. */
export function keyTwice(items: readonly KeyWrite[]): number | undefined {
  const second = items.findIndex(({ key }, i) =>
    items.slice(0, i).some((before) => compareBytes(before.key, key) === 0),
  );
  return second < 0 ? undefined : second;
}
