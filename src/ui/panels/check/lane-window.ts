/** What part of a history is in view, on its axis: microseconds or lines. */
export interface LaneView {
  readonly span: number;
  /** Where it ends; undefined: at the end of the history, wherever that comes to. */
  readonly end: number | undefined;
}

export interface LaneWindow {
  readonly from: number;
  readonly to: number;
}

/** The whole history, as far as it has come. */
export interface LaneExtent {
  readonly begin: number;
  readonly end: number;
}

/** So much of what is in view may be empty at its end before it stands still. */
const QUIET = 0.4;

/**
 * Where a history that goes on ends for who follows it: now, but what happened last never leaves the window because nothing happens after it.
 * @param last what happened last; undefined: nothing yet
 */
export const followedEnd = (now: number, last: number | undefined, span: number): number =>
  last === undefined ? now : Math.min(now, last + span * QUIET);

/** A little room behind the newest operation. */
const MARGIN = 0.04;
/** No closer than this: half a millisecond, or three lines. */
const SPAN_MIN = { time: 500, place: 3 } as const;

export const windowOf = ({ span, end }: LaneView, extent: LaneExtent): LaneWindow => {
  const to = end ?? extent.end + span * MARGIN;
  return { from: to - span, to };
};

/** Moved by a share of what is in view. It never leaves the history; at its end it goes on with it. */
export function panned(view: LaneView, share: number, extent: LaneExtent): LaneView {
  const { to } = windowOf(view, extent);
  return endingAt(view.span, to + share * view.span, extent);
}

/** `factor` below 1 is closer; the place at the share `at` of the width stays where it is. */
export function zoomed(
  view: LaneView,
  factor: number,
  at: number,
  extent: LaneExtent,
  axis: keyof typeof SPAN_MIN,
): LaneView {
  const longest = Math.max(SPAN_MIN[axis], (extent.end - extent.begin) * (1 + 2 * MARGIN));
  const span = Math.min(longest, Math.max(SPAN_MIN[axis], view.span * factor));
  // Who follows the end goes on following it.
  if (view.end === undefined) return { span, end: undefined };
  const { from } = windowOf(view, extent);
  const fixed = from + at * view.span;
  return endingAt(span, fixed + (1 - at) * span, extent);
}

/** These two places and all between them, with room behind them for what the last one says. */
export function showing(from: number, to: number, axis: keyof typeof SPAN_MIN): LaneView {
  const span = Math.max(SPAN_MIN[axis], (to - from) * 1.35);
  return { span, end: to + (span - (to - from)) * 0.7 };
}

/** What is longer than the history shows all of it. */
export function fitting(view: LaneView, { begin, end }: LaneExtent): LaneView {
  const whole = Math.max(1, Math.max(end, view.end ?? end) - begin) * 1.08;
  return { ...view, span: Math.min(view.span, whole) };
}

function endingAt(span: number, end: number, extent: LaneExtent): LaneView {
  if (end >= extent.end + span * MARGIN) return { span, end: undefined };
  return { span, end: Math.max(end, extent.begin + span * (1 - MARGIN)) };
}

/** Round places to put numbers at, four to eight of them. */
export function ticksOf({ from, to }: LaneWindow, most: number): readonly number[] {
  const raw = (to - from) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((each) => each * power >= raw) ?? 10);
  const ticks: number[] = [];
  for (let at = Math.ceil(Math.max(0, from) / step) * step; at <= to; at += step) ticks.push(at);
  return ticks;
}
