import { polar, type StageLayout, tokenTurn } from './geometry.ts';

const CHAR_WIDTH = 6.8;
const PILL_HEIGHT = 20;
/** From the middle of the arcs outward: the tick's ends, and the pill's middle. */
export const TICK_INNER = 13;
const TICK_OUTER = 15;
const PILL_OUT = 27;

export const pillWidth = (label: string): number => label.length * CHAR_WIDTH + 14;

interface Props {
  readonly layout: StageLayout;
  /** 0 … 2^32 − 1. */
  readonly token: number;
  readonly label: string;
}

/** A key's place on the ring: a tick through the arcs, and its name outside. */
export function KeyMark({ layout, token, label }: Props) {
  const { center, ringRadius } = layout;
  const turn = tokenTurn(token);
  const to = polar(center, ringRadius - TICK_INNER, turn);
  const out = polar(center, ringRadius + TICK_OUTER, turn);
  const width = pillWidth(label);
  const middle = polar(center, ringRadius + PILL_OUT, turn);
  const x = Math.max(width / 2 + 4, Math.min(middle.x, layout.width - width / 2 - 4));
  const y = Math.max(PILL_HEIGHT / 2 + 2, Math.min(middle.y, layout.height - PILL_HEIGHT / 2 - 2));
  return (
    <>
      <line className="lookup-tick-ground" x1={to.x} y1={to.y} x2={out.x} y2={out.y} />
      <line className="lookup-tick" x1={to.x} y1={to.y} x2={out.x} y2={out.y} />
      <rect
        className="lookup-pill"
        x={x - width / 2}
        y={y - PILL_HEIGHT / 2}
        width={width}
        height={PILL_HEIGHT}
        rx="5"
      />
      <text className="lookup-key" x={x} y={y + 0.5}>
        {label}
      </text>
    </>
  );
}
