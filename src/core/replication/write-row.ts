import type { Micros, NodeId } from '../base/ids.ts';
import type { Conflicts } from './choices.ts';
import { contextOf, mergeRows, type Row } from './row.ts';
import { compareStamps, type Stamp } from './stamp.ts';
import { clockOf, type Version } from './version.ts';
import { covers, type Dot, joinVectors, type VersionVector } from './version-vector.ts';

/** More siblings than this a row is not given by another write: whoever writes must read and merge first. */
export const SIBLINGS_MAX = 64;

export interface RowWrite {
  readonly stamp: Stamp;
  /** Undefined: DELETE. */
  readonly value: Uint8Array | undefined;
  readonly deadlineUs: Micros | undefined;
  /** Of what the client has read, and replaces. Last writer wins does without. */
  readonly context: VersionVector;
}

export interface WriterLife {
  readonly node: NodeId;
  /**
   * A sequence of dots that the node began before this may have gone further than its row shows: since then it was started, its replica made anew, or its
   * tombstones purged. It is not continued.
   */
  readonly continuesFromUs: Micros;
}

export type WrittenRow =
  | { readonly type: 'Row'; readonly row: Row; readonly written: Version }
  | { readonly type: 'TooManySiblings'; readonly siblings: number; readonly max: number };

/**
 * What the coordinator of a write sends to all replicas: the whole row, so that who holds a dot holds, or has seen replaced, all dots of its sequence before.
 * @param held what the coordinator holds of the key, its writes under way included, and has to hold before it sends; whoever holds no replica
 * gives an empty row, and the write is a sequence of its own
 */
export function writeRow(conflicts: Conflicts, held: Row, write: RowWrite, life: WriterLife): WrittenRow {
  const { stamp, value, deadlineUs, context } = write;
  if (conflicts === 'lww') {
    const written = { stamp, value, deadlineUs, clock: undefined };
    return { type: 'Row', row: mergeRows(conflicts, held, [written]), written };
  }
  const dot = nextDot(contextOf(held), context, stamp, life);
  const written = { stamp, value, deadlineUs, clock: { dot, context } };
  const row = mergeRows(conflicts, held, [written]);
  if (row.length > SIBLINGS_MAX) return { type: 'TooManySiblings', siblings: row.length, max: SIBLINGS_MAX };
  return { type: 'Row', row, written };
}

/**
 * The next of the node's present sequence, or the first of a new one. Only what the coordinator holds says how far it has counted: a client's context may
 * be older, and one that knows of more means that something was forgotten here.
 */
function nextDot(
  held: VersionVector,
  context: VersionVector,
  stamp: Stamp,
  { node, continuesFromUs }: WriterLife,
): Dot {
  const own = held.findLast(({ actor }) => actor.node === node && actor.wallUs >= continuesFromUs);
  if (own === undefined) return { actor: stamp, counter: 1 };
  const next = { actor: own.actor, counter: own.counter + 1 };
  return covers(context, next) ? { actor: stamp, counter: 1 } : next;
}

/**
 * What the client of a write has seen: what it sent along, and its own write. A vector with n covers 1 … n: where the one before it is a sibling that the client has
 * not read, its own is left out, so that its next write replaces neither.
 */
export function contextAfter(row: Row, written: Stamp, context: VersionVector): VersionVector {
  const own = row.find(({ stamp }) => compareStamps(stamp, written) === 0);
  if (own === undefined) return context;
  const { dot } = clockOf(own);
  const isNext = dot.counter === 1 || covers(context, { ...dot, counter: dot.counter - 1 });
  return isNext ? joinVectors(context, [dot]) : context;
}
