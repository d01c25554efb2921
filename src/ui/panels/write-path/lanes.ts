import type { ActorId, Micros } from '../../../core/base/ids.ts';
import { isClient } from '../../../core/base/ids.ts';
import type { OperationPath, PathStep } from '../../../core/cluster/operation-path/operation-path.ts';

/** The diagram of a path: a lane per actor, time from left to right. In CSS pixels. */
export interface Lanes {
  readonly width: number;
  readonly height: number;
  readonly rows: readonly { readonly actor: ActorId; readonly y: number }[];
  readonly left: number;
  /** Virtual microseconds at the right edge. */
  readonly untilUs: Micros;
  x(timeUs: Micros): number;
  y(actor: ActorId): number;
  readonly ticks: readonly { readonly x: number; readonly text: string }[];
}

const LANE_HEIGHT = 22;
const LEFT = 46;
const RIGHT = 10;
const TOP = 6;
const BOTTOM = 18;
const TICKS_MAX = 6;
const TICK_WIDTH_MIN = 56;

/** @param nowUs the shown time: an unfinished path reaches to it, or to when what is under way is due */
export function layoutLanes(path: OperationPath, width: number, nowUs: Micros): Lanes {
  const actors = actorsOf(path);
  const ends = path.steps.map(({ startUs, endUs, dueUs }) => endUs ?? dueUs ?? startUs);
  const open = path.completedUs === undefined ? nowUs : 0;
  const untilUs = Math.max(path.invokedUs + 1000, open, path.completedUs ?? 0, ...ends);
  const height = TOP + actors.length * LANE_HEIGHT + BOTTOM;
  const scale = Math.max(1, width - LEFT - RIGHT) / (untilUs - path.invokedUs);
  const x = (timeUs: Micros): number => LEFT + (Math.min(timeUs, untilUs) - path.invokedUs) * scale;
  const y = (actor: ActorId): number => TOP + (Math.max(0, actors.indexOf(actor)) + 0.5) * LANE_HEIGHT;
  const rows = actors.map((actor) => ({ actor, y: y(actor) }));
  return { width, height, rows, left: LEFT, untilUs, x, y, ticks: ticksOf(path.invokedUs, untilUs, x, width) };
}

/** The client, then its nodes in the order of their names. */
function actorsOf({ client, steps, replicas }: OperationPath): readonly ActorId[] {
  const nodes = new Set<ActorId>(replicas);
  for (const { actor, to } of steps) {
    if (!isClient(actor)) nodes.add(actor);
    if (to !== undefined && !isClient(to)) nodes.add(to);
  }
  return [client, ...[...nodes].sort((a, b) => a - b)];
}

function ticksOf(fromUs: Micros, untilUs: Micros, x: (timeUs: Micros) => number, width: number): Lanes['ticks'] {
  const room = Math.max(1, Math.min(TICKS_MAX, Math.floor((width - LEFT - RIGHT) / TICK_WIDTH_MIN)));
  const stepMs = niceStep((untilUs - fromUs) / 1000 / room);
  const ticks: { x: number; text: string }[] = [];
  for (let ms = 0; fromUs + ms * 1000 <= untilUs; ms += stepMs)
    ticks.push({ x: x(fromUs + ms * 1000), text: String(ms) });
  return ticks;
}

/** The next of 1, 2, 5, 10, 20 … */
function niceStep(least: number): number {
  for (let power = 1; ; power *= 10) for (const digit of [1, 2, 5]) if (digit * power >= least) return digit * power;
}

/** Whether a step is a message between two lanes. */
export const isMessage = (step: PathStep): step is PathStep & { readonly to: ActorId } => step.to !== undefined;
