import type { Micros, NodeId } from '../core/base/ids.ts';
import { isPurgeable } from '../core/replication/purge-limits.ts';
import { compareStamps, type Stamp } from '../core/replication/stamp.ts';
import { covers, type Dot, type VersionVector } from '../core/replication/version-vector.ts';
import { hasSeen } from './shown-to-clients.ts';
import { nameOfStamp } from './stamp-name.ts';

/** A write that some node has stamped. */
export interface StampedWrite {
  readonly stamp: Stamp;
  /** Of a PUT or DELETE among siblings. */
  readonly dot: Dot;
  /** Sent along by its client: what it replaces among siblings. */
  readonly context: VersionVector;
  /** What its client had been shown (`ShownToClients`). */
  readonly seen: ReadonlySet<string>;
  /** Undefined: DELETE. */
  readonly value: string | undefined;
  /** From then on there is nothing of it to be seen. */
  readonly deadlineUs: Micros | undefined;
  /** It is kept among siblings, from then to the end: no later stamp replaces it. */
  isSibling: boolean;
  /** Its client was told that it is written: as which event of the run, counted from 1, by which homes it was to be taken. */
  acknowledged?: { readonly at: number; readonly homes: readonly NodeId[] };
  /** Somebody was told that nobody has it, and nobody will. */
  hasFailed: boolean;
  /** Some reader was shown it. */
  isShown: boolean;
}

/** Versions as a home holds them, or a reader is shown them. */
export interface ShownVersions {
  readonly stamps: readonly Stamp[];
  /** Whether any of them still has a value. */
  readonly isLive: boolean;
  /** What is dead from before then may have been purged. */
  readonly watermarkUs: Micros;
}

/** Of siblings a version goes only by a write whose client had read it: so says its version vector, which may say too much, and it was shown it in truth. */
export const hasReplaced = (later: StampedWrite, earlier: StampedWrite): boolean =>
  later !== earlier && covers(later.context, earlier.dot) && hasSeen(later.seen, nameOfStamp(earlier.stamp));

/** Whether the write is there, or what replaced it, or that has been purged. A failed write excuses nothing. @param writes of the same key */
export function isKept(write: StampedWrite, shown: ShownVersions, writes: readonly StampedWrite[]): boolean {
  const isIn = ({ stamp }: StampedWrite): boolean => shown.stamps.some((each) => compareStamps(each, stamp) === 0);
  const isPurged = (each: StampedWrite): boolean => !each.hasFailed && hasEnded(each, shown.watermarkUs);
  if (write.isSibling) {
    const replaces = (other: StampedWrite): boolean => other === write || hasReplaced(other, write);
    return writes.some((other) => replaces(other) && (isIn(other) || isPurged(other)));
  }
  if (shown.stamps.some((stamp) => compareStamps(stamp, write.stamp) >= 0)) return true;
  // What was purged has replaced everything older, and nothing older is seen again.
  return !shown.isLive && writes.some((other) => compareStamps(other.stamp, write.stamp) >= 0 && isPurged(other));
}

/** Dead, and since before the watermark: there may be no trace of it. */
const hasEnded = ({ stamp, value, deadlineUs }: StampedWrite, watermarkUs: Micros): boolean =>
  isPurgeable({ stamp, value: value === undefined ? undefined : NOTHING, deadlineUs, clock: undefined }, watermarkUs);

const NOTHING = new Uint8Array();
