import { pathRound } from 'd3';

export interface AnnularSector {
  readonly inner: number;
  readonly outer: number;
  /** In turns, clockwise from the top; `to` − `from` = 1 is the whole ring. */
  readonly from: number;
  readonly to: number;
}

const TURN = 2 * Math.PI;
const DIGITS = 3;

/** A piece of a ring around (0, 0) as the text of an SVG path. */
export function annularSector({ inner, outer, from, to }: AnnularSector): string {
  const [start, end] = [(from - 0.25) * TURN, (to - 0.25) * TURN];
  const drawn = pathRound(DIGITS);
  drawn.arc(0, 0, outer, start, end);
  // A whole ring is two circles that do not touch.
  if (to - from >= 1) drawn.moveTo(inner * Math.cos(end), inner * Math.sin(end));
  drawn.arc(0, 0, inner, end, start, true);
  drawn.closePath();
  return drawn.toString();
}
