import { assert } from '../base/assert.ts';

/** Of tokens: `from ≤ token < to`. */
export interface TokenArc {
  readonly from: number;
  readonly to: number;
}

/** 32 inner nodes of 32 leaves each, and the root over them. */
export const FAN_OUT = 32;
export const TOKEN_LEAVES = FAN_OUT * FAN_OUT;
/** Of rows that have no token; the only child of an inner node of its own. */
export const UNPLACED_LEAF = FAN_OUT * FAN_OUT;
export const LEAVES = TOKEN_LEAVES + 1;
export const INNER_NODES = FAN_OUT + 1;

/** The leaf whose range of the arc holds the token: the arc in 1024 equal parts, clockwise. */
export function leafOfToken({ from, to }: TokenArc, token: number): number {
  assert(from <= token && token < to, 'a token lies in the arc of its shard');
  return Math.floor(((token - from) * TOKEN_LEAVES) / (to - from));
}
