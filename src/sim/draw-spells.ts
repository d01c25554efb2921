import type { Micros } from '../core/base/ids.ts';
import { createRandomStream, type RandomStream } from '../core/base/random.ts';
import type { Action, TimedAction } from '../core/cluster/action.ts';
import type { ScheduleOptions } from './schedule.ts';

const SECOND = 1_000_000;

type At = (timeUs: Micros, action: Action) => void;

/** Faults that begin and end, from a stream of their own; none lasts into the calm. */
export function drawSpells(
  { seed }: ScheduleOptions,
  calmUs: Micros,
  use: string,
  draw: (stream: RandomStream, timeUs: Micros, endUs: Micros, at: At) => void,
): TimedAction[] {
  const stream = createRandomStream(seed, 'schedule', use, 0);
  const actions: TimedAction[] = [];
  const at: At = (timeUs, action) => {
    actions.push({ timeUs, action });
  };
  let timeUs = stream.between(2 * SECOND, 8 * SECOND);
  while (timeUs < calmUs) {
    const endUs = Math.min(calmUs, timeUs + stream.between(SECOND / 20, 3 * SECOND));
    draw(stream, timeUs, endUs, at);
    timeUs = endUs + stream.between(SECOND, 8 * SECOND);
  }
  return actions;
}
