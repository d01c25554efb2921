/** A piece of the ring, in turns clockwise from the top, that is taken already. */
export interface TakenTurns {
  readonly from: number;
  readonly to: number;
}

/** With more points than fit in this part of the circle, their slots grow narrower. */
const SPREAD_MAX = 0.45;

/**
 * Where the points of a walk can be told apart outside the ring: each at its own turn, or, where they lie too close, further back, against
 * the walk. None in `taken`.
 *
 * @param turns of the points in the order of the walk, rising; the walk may go on past the top of the ring, above 1
 * @param width of a slot, in turns
 * @returns the middle of each slot; it may be below 0
 */
export function walkSlots(turns: readonly number[], width: number, taken: TakenTurns): readonly number[] {
  const slot = Math.min(width, SPREAD_MAX / turns.length);
  const slots: number[] = [];
  let limit = Number.POSITIVE_INFINITY;
  for (const turn of [...turns].reverse()) {
    let middle = Math.min(turn, limit);
    if (middle > taken.from - slot / 2 && middle < taken.to + slot / 2) middle = taken.from - slot / 2;
    slots.push(middle);
    limit = middle - slot;
  }
  return slots.reverse();
}
