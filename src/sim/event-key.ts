import type { Micros } from '../core/base/ids.ts';

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
