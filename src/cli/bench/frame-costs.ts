/** One event of a Chromium trace (Trace Event Format); times in microseconds. */
export interface TraceRecord {
  readonly name: string;
  readonly cat?: string;
  /** `X`: complete; `I`, `R`: a moment; `M`: metadata. */
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  /** CPU time of its thread: what others did on the machine meanwhile is not in it. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** Milliseconds of the main thread's CPU for one frame, and whether the page called `performance.mark` in it. */
export type FrameCost = Readonly<Record<Part, number>> & { readonly marked: boolean };
export type Part = 'script' | 'style' | 'layout' | 'paint';
export const PARTS: readonly Part[] = ['script', 'style', 'layout', 'paint'];

/** Names as in Chromium's devtools.timeline. Garbage collection is a script's doing. */
const PART_OF: Readonly<Record<string, Part>> = {
  EvaluateScript: 'script',
  FunctionCall: 'script',
  TimerFire: 'script',
  EventDispatch: 'script',
  FireAnimationFrame: 'script',
  HandlePostMessage: 'script',
  RunMicrotasks: 'script',
  MinorGC: 'script',
  MajorGC: 'script',
  UpdateLayoutTree: 'style',
  Layout: 'layout',
  PrePaint: 'paint',
  Paint: 'paint',
  Layerize: 'paint',
  Commit: 'paint',
};
/** The category of the page's own marks. */
export const USER_TIMING = 'blink.user_timing';
/** What the main thread does last for a frame. */
const FRAME_ENDS = 'Commit';

/** What each frame of the page cost its main thread: all that ran since the frame before. The first and the last, not seen whole, are left out. */
export function frameCosts(records: readonly TraceRecord[]): readonly FrameCost[] {
  const main = mainThread(records);
  const ends = main.filter(({ name }) => name === FRAME_ENDS).map(({ ts }) => ts);
  const frames = ends.map(() => ({ script: 0, style: 0, layout: 0, paint: 0, marked: false }));
  for (const { ts } of main.filter(({ cat }) => cat === USER_TIMING)) {
    const frame = frames[ends.findIndex((end) => end >= ts)];
    if (frame !== undefined) frame.marked = true;
  }
  let at = 0;
  for (const piece of ownCosts(main)) {
    while (at < ends.length && (ends[at] as number) < piece.ts) at++;
    const frame = frames[at];
    if (frame !== undefined) frame[piece.part] += piece.ownUs / 1000;
  }
  return frames.slice(1);
}

/** The renderer's main thread that had the most frames, in the order of time, what encloses before what it encloses. */
function mainThread(records: readonly TraceRecord[]): readonly TraceRecord[] {
  const threads = records.filter(({ ph, args }) => ph === 'M' && args?.name === 'CrRendererMain');
  const candidates = threads.map(({ pid, tid }) =>
    records.filter((record) => record.pid === pid && record.tid === tid),
  );
  const frames = (thread: readonly TraceRecord[]): number => thread.filter(({ name }) => name === FRAME_ENDS).length;
  const [main = []] = candidates.sort((a, b) => frames(b) - frames(a));
  return [...main].sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
}

interface Piece {
  readonly ts: number;
  readonly part: Part;
  ownUs: number;
}

/** A layout that a script forces is layout, not script: each piece is without the pieces inside it. */
function ownCosts(main: readonly TraceRecord[]): readonly Piece[] {
  const pieces: Piece[] = [];
  const open: { readonly piece: Piece; readonly endTs: number }[] = [];
  for (const { name, ph, ts, dur = 0, tdur = 0 } of main) {
    const part = PART_OF[name];
    if (ph !== 'X' || part === undefined) continue;
    while (open.length > 0 && (open.at(-1)?.endTs ?? 0) <= ts) open.pop();
    const around = open.at(-1);
    if (around !== undefined) around.piece.ownUs -= tdur;
    const piece = { ts, part, ownUs: tdur };
    pieces.push(piece);
    open.push({ piece, endTs: ts + dur });
  }
  return pieces;
}

/** The value that this share of all values does not exceed; NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
}
