import type { LogIndex, Micros } from '../../core/base/ids.ts';
import { LOG_WINDOW, type Milestone } from './view-model.ts';

/** As many as the window has entries can say of each of them when it got there, and one says where they begin. */
const MILESTONES_MAX = LOG_WINDOW + 1;

/** The index got to `index` at this time. Anything lower than it was says nothing new. */
export function reach(milestones: Milestone[], index: LogIndex, timeUs: Micros): void {
  if (index <= (milestones.at(-1)?.index ?? 0)) return;
  milestones.push({ index, timeUs });
  if (milestones.length > MILESTONES_MAX) milestones.shift();
}

/** Entries from `from` on are gone; those before it got where they are when they did. */
export function fallBack(milestones: Milestone[], from: LogIndex): void {
  let cut: Milestone | undefined;
  while ((milestones.at(-1)?.index ?? 0) >= from) cut = milestones.pop();
  if (cut !== undefined && from - 1 > (milestones.at(-1)?.index ?? 0)) {
    milestones.push({ index: from - 1, timeUs: cut.timeUs });
  }
}

/** At a start everything up to `index` is there, since whenever. */
export const startingAt = (index: LogIndex): Milestone[] => (index > 0 ? [{ index, timeUs: undefined }] : []);

/** The milestone that took the entry along; undefined: it is not there yet. */
export function milestoneOf(milestones: readonly Milestone[], index: LogIndex): Milestone | undefined {
  let low = 0;
  let high = milestones.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((milestones[middle] as Milestone).index < index) low = middle + 1;
    else high = middle;
  }
  return milestones[low];
}
