import { assert } from '../base/assert.ts';
import { compareBytes } from '../base/bytes.ts';
import type { DiskRoutine } from '../base/disk.ts';
import type { Cursor } from './cursor.ts';
import { compareInternal, type SequenceNumber, VALUE_TYPE } from './internal-key.ts';

export interface ScanResult {
  readonly pairs: readonly { readonly key: Uint8Array; readonly value: Uint8Array }[];
  /** The limit cut it: at least one more live key lies below `to`. */
  readonly more: boolean;
}

/** Whatever is reached first cuts the scan; the first pair is given whatever its size. */
export interface ScanLimit {
  readonly pairs: number;
  readonly bytes: number;
}

/** Keys `from ≤ key < to`. */
export interface ScanRange {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
}

/** Live keys of `from ≤ key < to` as of `atSequence`: a k-way merge in which the newest version of a key speaks for it. Keys that are hidden are none. */
export function* scan(
  cursors: readonly Cursor[],
  range: ScanRange,
  limit: ScanLimit,
  atSequence: SequenceNumber,
  hidden: (key: Uint8Array) => boolean = () => false,
): DiskRoutine<ScanResult> {
  assert(limit.pairs >= 0, 'a limit is not negative');
  for (const cursor of cursors) {
    cursor.seek(range.from);
    if (cursor.pending) yield* cursor.load();
  }
  const pairs: { key: Uint8Array; value: Uint8Array }[] = [];
  let bytes = 0;
  let settled: Uint8Array | undefined;
  for (;;) {
    const cursor = smallest(cursors);
    const entry = cursor?.entry;
    if (cursor === undefined || entry === undefined || compareBytes(entry.key, range.to) >= 0)
      return { pairs, more: false };
    if (entry.sequence > atSequence) {
      cursor.next();
    } else {
      if (settled === undefined || compareBytes(settled, entry.key) !== 0) {
        settled = entry.key;
        if (entry.type === VALUE_TYPE.put && !hidden(entry.key)) {
          bytes += entry.key.length + entry.value.length;
          if (pairs.length === limit.pairs || (bytes > limit.bytes && pairs.length > 0)) return { pairs, more: true };
          pairs.push({ key: entry.key, value: entry.value.slice() });
        }
      }
      cursor.skipOlder();
    }
    if (cursor.pending) yield* cursor.load();
  }
}

/** The cursor on the first entry in internal order. Sequences are unique, so there are no ties. */
function smallest(cursors: readonly Cursor[]): Cursor | undefined {
  let best: Cursor | undefined;
  for (const cursor of cursors) {
    const entry = cursor.entry;
    const first = best?.entry;
    if (entry === undefined) continue;
    if (first === undefined || compareInternal(entry.key, entry.sequence, first.key, first.sequence) < 0) best = cursor;
  }
  return best;
}
