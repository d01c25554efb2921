import { compareBytes } from '../base/bytes.ts';

/** Keys between two ends, each of them in or out, or no end at all. Where both ends of one side are given, the inclusive one counts. */
export interface ScanRange {
  readonly gte?: Uint8Array | undefined;
  readonly gt?: Uint8Array | undefined;
  readonly lte?: Uint8Array | undefined;
  readonly lt?: Uint8Array | undefined;
}

/** The key is not below the range. */
export function aboveLower({ gte, gt }: ScanRange, key: Uint8Array): boolean {
  if (gte !== undefined) return compareBytes(key, gte) >= 0;
  return gt === undefined || compareBytes(key, gt) > 0;
}

/** The key is not above the range. */
export function belowUpper({ lte, lt }: ScanRange, key: Uint8Array): boolean {
  if (lte !== undefined) return compareBytes(key, lte) <= 0;
  return lt === undefined || compareBytes(key, lt) < 0;
}

/** Keys from `smallest` to `largest` may be in the range. */
export const mayReach = (range: ScanRange, smallest: Uint8Array, largest: Uint8Array): boolean =>
  aboveLower(range, largest) && belowUpper(range, smallest);
