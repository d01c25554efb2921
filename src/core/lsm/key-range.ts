import { compareBytes } from '../base/bytes.ts';
import type { SSTable } from './sstable.ts';

/** Keys `smallest ≤ key ≤ largest`. */
export interface KeyRange {
  readonly smallest: Uint8Array;
  readonly largest: Uint8Array;
}

/** What all these tables reach together; undefined where there is none. */
export function rangeOf(tables: readonly SSTable[]): KeyRange | undefined {
  const [first, ...others] = tables;
  if (first === undefined) return undefined;
  let { smallestKey: smallest, largestKey: largest } = first.meta;
  for (const { meta } of others) {
    if (compareBytes(meta.smallestKey, smallest) < 0) smallest = meta.smallestKey;
    if (compareBytes(meta.largestKey, largest) > 0) largest = meta.largestKey;
  }
  return { smallest, largest };
}

export const overlaps = ({ meta }: SSTable, { smallest, largest }: KeyRange): boolean =>
  compareBytes(meta.smallestKey, largest) <= 0 && compareBytes(smallest, meta.largestKey) <= 0;

export const overlapping = (tables: readonly SSTable[], range: KeyRange | undefined): readonly SSTable[] =>
  range === undefined ? [] : tables.filter((table) => overlaps(table, range));

/** Of all blocks. */
export const bytesOf = (tables: readonly SSTable[]): number =>
  tables.reduce((bytes, { meta }) => bytes + meta.dataBytes, 0);
