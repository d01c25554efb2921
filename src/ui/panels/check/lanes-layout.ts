import type { Reign, RunMark, SeenOperation, ViolationReport } from '../../../core/cluster/check-report.ts';
import { answerWords, askedWords, lastBefore } from '../../../core/cluster/check-words.ts';
import { FreeStretches, type Side } from './free-stretches.ts';
import type { LaneWindow } from './lane-window.ts';
import { type MarkWords, markWords } from './mark-words.ts';

/** A client's lane, from top to bottom in CSS pixels. */
export interface Lane {
  readonly name: string;
  readonly y: number;
  readonly height: number;
}

/** One operation, or what one did to many keys, as a bar from its call to its answer. */
export interface Bar {
  readonly operation: SeenOperation;
  /** That one operation touched; 1 for most. */
  readonly keys: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** It has no end: nobody knows when it took effect, if it did. */
  readonly open: boolean;
  /** Empty where there is no room for it. */
  readonly asked: string;
  readonly answer: string;
  /** Both, next to a bar that has room for neither; undefined: there is none beside it either. */
  readonly beside: { readonly text: string; readonly side: Side } | undefined;
  /** No order explains it. */
  readonly stuck: boolean;
}

/** Where in a possible order an operation takes effect. */
export interface Pin {
  readonly number: number;
  readonly x: number;
  readonly y: number;
}

export interface MarkLine extends MarkWords {
  readonly x: number;
  readonly timeUs: number;
  /** Undefined: there is no room for its words. */
  readonly side: Side | undefined;
}

export interface ReignBar {
  readonly reign: Reign;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export interface LanesLayout {
  readonly left: number;
  readonly height: number;
  readonly lanes: readonly Lane[];
  readonly bars: readonly Bar[];
  readonly pins: readonly Pin[];
  /** From the end of what came last before it to the beginning of what fits nowhere. */
  readonly arrow: { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number } | undefined;
  readonly marks: readonly MarkLine[];
  readonly reigns: readonly ReignBar[];
  /** Lanes for which there is no room. */
  readonly lanesHidden: number;
  /** Where the lanes begin. */
  readonly top: number;
  x(at: number): number;
}

export interface LanesInput {
  readonly operations: readonly SeenOperation[];
  readonly axis: 'time' | 'place';
  readonly window: LaneWindow;
  readonly width: number;
  readonly marks: readonly RunMark[];
  readonly reigns: readonly Reign[];
  /** Where the history ends as yet: what is under way reaches to here. */
  readonly end: number;
  /** What fits nowhere is marked. */
  readonly violation: ViolationReport | undefined;
  /** So is the order in which the rest fits. */
  readonly explained: boolean;
  /** Operations of several keys are shown: each says its own. */
  readonly named: boolean;
}

const ROW = 26;
export const BAR_HEIGHT = 18;
const LANES_MAX = 24;
const BARS_MAX = 600;
const LETTER = 6.6;
const PADDING = 12;
const BAR_MIN = 3;
const MARK_ROW = 15;
const MARK_PADDING = 18;
const REIGN_ROW = 17;
const AXIS = 20;
const NEVER = Number.POSITIVE_INFINITY;
const byName = new Intl.Collator('en', { numeric: true });

export const beginsAt = ({ invoked, invokedNs }: SeenOperation, axis: 'time' | 'place'): number =>
  axis === 'time' ? invokedNs / 1000 : invoked;
export const endsAt = ({ completed, completedNs }: SeenOperation, axis: 'time' | 'place'): number =>
  axis === 'time' ? completedNs / 1000 : completed;

/** The picture of a history: a lane per client, a bar per operation, faults and leaders over them. In CSS pixels. */
export function layoutLanes(input: LanesInput): LanesLayout {
  const { axis, window, width, end } = input;
  const violation = input.explained ? input.violation : undefined;
  const left = width < 460 ? 56 : 74;
  const scale = Math.max(1, width - left - 8) / (window.to - window.from);
  const x = (at: number): number => left + (at - window.from) * scale;
  const marks = placeMarks(input, x, width);
  const reigns = placeReigns(input, x, left, width, marks.length === 0 ? 2 : MARK_ROW + 3);
  const top = Math.max(marks.length === 0 ? 4 : MARK_ROW + 3, ...reigns.map(({ y }) => y + REIGN_ROW)) + 4;
  const inView = input.operations.filter(
    (operation) => beginsAt(operation, axis) <= window.to && endsAt(operation, axis) >= window.from,
  );
  const merged = mergeScans(inView.slice(-BARS_MAX));
  const byLane = new Map<string, Merged[]>();
  for (const each of merged) {
    const ofLane = byLane.get(each.operation.process);
    if (ofLane === undefined) byLane.set(each.operation.process, [each]);
    else ofLane.push(each);
  }
  const names = [...byLane.keys()].sort(byName.compare);
  const lanes: Lane[] = [];
  const bars: Bar[] = [];
  let y = top + (violation === undefined ? 0 : 12);
  for (const name of names.slice(0, LANES_MAX)) {
    const rows: number[] = [];
    for (const { operation, keys } of byLane.get(name) ?? []) {
      const from = beginsAt(operation, axis);
      const to = operation.underWay ? Math.max(from, end) : endsAt(operation, axis);
      const free = rows.findIndex((until) => until <= from);
      const row = free < 0 ? rows.length : free;
      rows[row] = operation.underWay ? NEVER : to;
      bars.push(
        placeBar(operation, keys, { from, to, y: y + row * ROW + (ROW - BAR_HEIGHT) / 2, x, left, width }, input),
      );
    }
    const height = Math.max(1, rows.length) * ROW;
    lanes.push({ name, y, height });
    y += height;
  }
  const told = placeBeside(bars, left, width, input.named);
  const placed = new Map(told.map((bar) => [bar.operation.invoked, bar]));
  return {
    left,
    height: y + AXIS,
    lanes,
    bars: told,
    pins: violation === undefined ? [] : placePins(violation, placed, axis, x),
    arrow: violation === undefined ? undefined : placeArrow(violation, placed),
    marks,
    reigns,
    lanesHidden: Math.max(0, names.length - LANES_MAX),
    top,
    x,
  };
}

interface Merged {
  readonly operation: SeenOperation;
  readonly keys: number;
}

/** What touches several keys is an operation on each of them, all with the same beginning. */
function mergeScans(operations: readonly SeenOperation[]): readonly Merged[] {
  const byPlace = new Map<number, Merged>();
  for (const operation of operations) {
    const known = byPlace.get(operation.invoked);
    byPlace.set(operation.invoked, known === undefined ? { operation, keys: 1 } : { ...known, keys: known.keys + 1 });
  }
  return [...byPlace.values()];
}

interface BarPlace {
  readonly from: number;
  readonly to: number;
  readonly y: number;
  readonly left: number;
  readonly width: number;
  x(at: number): number;
}

function placeBar(operation: SeenOperation, keys: number, place: BarPlace, input: LanesInput): Bar {
  const open = operation.status === 'unknown' && operation.underWay !== true;
  const begin = Math.max(place.left, place.x(place.from));
  const finish = open ? place.width - 2 : Math.min(place.width - 2, place.x(place.to));
  const width = Math.max(BAR_MIN, finish - begin);
  const together = operation.kind === 'read' ? 'SCAN' : 'BATCH';
  const asked = keys > 1 ? `${together} ${keys} keys` : wordsOf(operation, input.named);
  const answer = keys > 1 ? '' : answerWords(operation);
  const room = Math.floor((width - PADDING) / LETTER);
  // Where there is not even room for what was asked, a read's value says most.
  const saysValue = operation.kind === 'read' && keys === 1 && asked.length > room;
  const stuck = operation.key === input.violation?.key && input.violation.stuck.includes(operation.invoked);
  return {
    operation,
    keys,
    x: begin,
    y: place.y,
    width,
    open,
    asked: asked.length <= room ? asked : '',
    answer: asked.length + answer.length + 2 <= room || (saysValue && answer.length <= room) ? answer : '',
    beside: undefined,
    stuck,
  };
}

/** `PUT user:42 ada` where more than one key is shown, else `PUT ada`. */
function wordsOf(operation: SeenOperation, named: boolean): string {
  const words = askedWords(operation);
  if (!named || operation.key === '') return words;
  const [verb, ...rest] = words.split(' ');
  return [verb, operation.key, ...rest].join(' ');
}

/** Words for the bars that have none in them, where no other bar of their row is. */
function placeBeside(bars: readonly Bar[], left: number, width: number, named: boolean): readonly Bar[] {
  const free = new FreeStretches(left, width);
  for (const { x, y, width: long } of bars) free.take(y, x, x + long);
  return bars.map((bar) => {
    if (bar.asked !== '' || bar.answer !== '' || bar.open || bar.keys > 1) return bar;
    const text = `${wordsOf(bar.operation, named)} ${answerWords(bar.operation)}`;
    const side = free.placeAt(bar.y, bar.x, bar.x + bar.width, text.length * LETTER + PADDING);
    return side === undefined ? bar : { ...bar, beside: { text, side } };
  });
}

/** Each within its own bar, none before the one before it: an order that respects real time has such places. */
function placePins(
  { order }: ViolationReport,
  placed: ReadonlyMap<number, Bar>,
  axis: 'time' | 'place',
  x: (at: number) => number,
): readonly Pin[] {
  const inOrder = order.flatMap((place) => placed.get(place) ?? []);
  // Nothing takes effect after what comes later in the order has returned.
  const latest: number[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const { operation } of [...inOrder].reverse()) {
    least = Math.min(least, endsAt(operation, axis));
    latest.unshift(least);
  }
  let at = Number.NEGATIVE_INFINITY;
  return inOrder.map(({ operation, width, y }, i) => {
    const begin = Math.max(at, beginsAt(operation, axis));
    const shown = begin + (width / Math.max(1e-9, x(1) - x(0))) * 0.9;
    const room = Math.max(0, Math.min(latest[i] as number, shown) - begin);
    // Some of it is left to those that have to come within the same time.
    at = begin + room / (latest[i] === latest[i + 1] ? 3 : 2);
    return { number: i + 1, x: x(at), y };
  });
}

function placeArrow(violation: ViolationReport, placed: ReadonlyMap<number, Bar>): LanesLayout['arrow'] {
  const before = lastBefore(violation);
  const from = before && placed.get(before.invoked);
  const to = placed.get(violation.failed.invoked);
  if (from === undefined || to === undefined) return undefined;
  return { x1: from.x + from.width, y1: from.y + BAR_HEIGHT / 2, x2: to.x, y2: to.y + BAR_HEIGHT / 2 };
}

function placeMarks(
  { marks, window, axis }: LanesInput,
  x: (at: number) => number,
  width: number,
): readonly MarkLine[] {
  if (axis !== 'time') return [];
  const known = new Set<string>();
  const inView = marks.flatMap((mark) => {
    const words = markWords(mark);
    if (words === undefined || mark.timeUs < window.from || mark.timeUs > window.to) return [];
    const again = known.has(words.text);
    known.add(words.text);
    const rank = mark.type !== 'InvariantViolated' ? 1 : again ? 2 : 0;
    return [{ ...words, x: x(mark.timeUs), timeUs: mark.timeUs, rank }];
  });
  const free = new FreeStretches(0, width);
  const sides = new Map<object, Side | undefined>();
  // What was broken is told before what led to it, and that before its being broken again.
  for (const mark of [...inView].sort((a, b) => a.rank - b.rank))
    sides.set(mark, free.placeAt(0, mark.x, mark.x, mark.text.length * 5.9 + MARK_PADDING));
  return inView.map((mark) => {
    const { rank: _, ...line } = mark;
    return { ...line, side: sides.get(mark) };
  });
}

function placeReigns(
  { reigns, window, axis }: LanesInput,
  x: (at: number) => number,
  left: number,
  width: number,
  top: number,
): readonly ReignBar[] {
  if (axis !== 'time') return [];
  const rows: number[] = [];
  return reigns.flatMap((reign) => {
    const to = reign.toUs ?? window.to;
    if (to < window.from || reign.fromUs > window.to) return [];
    const free = rows.findIndex((until) => until <= reign.fromUs);
    const row = free < 0 ? rows.length : free;
    rows[row] = reign.toUs ?? NEVER;
    const begin = Math.max(left, x(reign.fromUs));
    return [{ reign, x: begin, y: top + row * REIGN_ROW, width: Math.max(2, Math.min(width - 2, x(to)) - begin) }];
  });
}
