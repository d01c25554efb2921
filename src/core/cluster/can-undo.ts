import type { Move } from '../meta/meta-state.ts';
import { canAbort } from '../meta/move.ts';

/** A move of a replica that CANCEL can still undo. */
export const canUndo = (move: Pick<Move, 'to' | 'from' | 'stage'>): boolean =>
  canAbort({ ...move, verified: undefined });
