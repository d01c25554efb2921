import type { Micros } from '../core/base/ids.ts';
import type { Place } from '../core/cluster/action.ts';

/** The total order of a run: time, then target, then origin, then the origin's own counter. Never a global counter, never order of arrival. */
export interface EventKey {
  readonly timeUs: Micros;
  readonly target: number;
  readonly origin: number;
  readonly sequence: number;
}

export function compareKeys(a: EventKey, b: EventKey): number {
  return a.timeUs - b.timeUs || a.target - b.target || a.origin - b.origin || a.sequence - b.sequence;
}

/** Before every event at this time. */
export const atTime = (timeUs: Micros): EventKey => ({ timeUs, target: -1, origin: -1, sequence: -1 });

/** Right after an event: the least key that another one can have, for counters are whole numbers. */
export const afterEvent = ({ timeUs, target, origin, sequence }: EventKey): EventKey => ({
  timeUs,
  target,
  origin,
  sequence: sequence + 1,
});

/** The place as a bound: the events before it are those with a smaller key. */
export const keyOfPlace = ({ timeUs, after }: Place): EventKey =>
  after === undefined ? atTime(timeUs) : afterEvent({ timeUs, ...after });

/** The other way round. */
export const placeOfKey = ({ timeUs, target, origin, sequence }: EventKey): Place =>
  target < 0 ? { timeUs } : { timeUs, after: { target, origin, sequence: sequence - 1 } };

export const earlierKey = (a: EventKey, b: EventKey): EventKey => (compareKeys(a, b) <= 0 ? a : b);

export const laterKey = (a: EventKey, b: EventKey): EventKey => (compareKeys(a, b) >= 0 ? a : b);
