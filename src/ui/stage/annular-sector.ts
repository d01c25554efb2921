export interface AnnularSector {
  readonly inner: number;
  readonly outer: number;
  /** In turns, clockwise from the top; `to` − `from` = 1 is the whole ring. */
  readonly from: number;
  readonly to: number;
}

const TURN = 2 * Math.PI;
const DIGITS = 3;

/** A piece of a ring around (0, 0) as the text of an SVG path: out along the outer arc, back along the inner one. */
export function annularSector({ inner, outer, from, to }: AnnularSector): string {
  // An arc that ends where it begins is none: a whole ring is made of halves, and its two circles do not touch.
  const isWhole = to - from >= 1;
  const stops = isWhole ? [from, from + 0.5, from + 1] : [from, to];
  const back = [...stops].reverse();
  return `M${point(outer, from)}${arcs(outer, stops)}${isWhole ? 'M' : 'L'}${point(inner, to)}${arcs(inner, back)}Z`;
}

/** From the first of these turns, where the pen is, to the last. */
function arcs(radius: number, turns: readonly number[]): string {
  const pieces = turns.slice(1).map((to, i) => {
    const by = to - (turns[i] as number);
    return `A${radius},${radius},0,${Math.abs(by) > 0.5 ? 1 : 0},${by > 0 ? 1 : 0},${point(radius, to)}`;
  });
  return pieces.join('');
}

function point(radius: number, turn: number): string {
  const angle = (turn - 0.25) * TURN;
  return `${round(radius * Math.cos(angle))},${round(radius * Math.sin(angle))}`;
}

/** Without a −0. */
const round = (length: number): number => Math.round(length * 10 ** DIGITS) / 10 ** DIGITS + 0;
