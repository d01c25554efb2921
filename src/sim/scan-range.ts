import { compareBytes } from '../core/base/bytes.ts';
import { decodeUtf8, encodeUtf8 } from '../core/base/utf8.ts';
import type { Operation } from '../core/client/operation.ts';

/** The keys that a scan tells of, present or not. */
export interface ScanRange {
  /** Told of is every key from here on, this one too unless `above`. */
  readonly from: string;
  /** The scan was cut behind `from`, which it found. */
  readonly above: boolean;
  /** Every key below it is told of; undefined = to the end. */
  readonly below: string | undefined;
}

/** Where it was cut (`more`), those behind the last pair are left out. */
export function coveredRange(
  operation: Extract<Operation, { readonly type: 'Scan' }>,
  more: boolean,
  last: string | undefined,
): ScanRange {
  const from = decodeUtf8(operation.from);
  const to = operation.to && decodeUtf8(operation.to);
  if (!more) return { from, above: false, below: to };
  // Cut before its first pair: it tells of nothing.
  if (last === undefined) return { from, above: false, below: from };
  return operation.reverse === true ? { from: last, above: true, below: to } : { from, above: false, below: last };
}

export function covers({ from, above, below }: ScanRange, key: string): boolean {
  const begun = compareText(from, key) < (above ? 0 : 1);
  return begun && (below === undefined || compareText(key, below) < 0);
}

/** Keys sort by their bytes, as in the store. */
const compareText = (a: string, b: string): number => compareBytes(encodeUtf8(a), encodeUtf8(b));
