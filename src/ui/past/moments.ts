import type { Micros } from '../../core/base/ids.ts';
import { reduceAll } from '../store/reduce.ts';
import type { ViewModel } from '../store/view-model.ts';
import type { Stretch, TraceHistory } from './trace-history.ts';

/*
 * A moment is a virtual time with everything that was reported up to it: the trace as far as its first event of a later time. Where something
 * is told late (messages in flight when full speed ends), it belongs to the moment at which it was told.
 */

type Kept = Pick<TraceHistory, 'stretches' | 'endUs'>;

/** The earliest moment that can be shown. */
export const reachOf = ({ stretches }: Kept): Micros => stretches[0]?.beforeUs ?? 0;

/** The model as it was at a moment; undefined: that is too long ago. */
export function modelAt({ stretches }: Kept, timeUs: Micros): ViewModel | undefined {
  const stretch = stretches.findLast(({ beforeUs }) => beforeUs <= timeUs);
  if (stretch === undefined) return undefined;
  let count = 0;
  for (const momentUs of momentsOf(stretch)) {
    if (momentUs > timeUs) break;
    count++;
  }
  return reduceAll(stretch.before, stretch.events.slice(0, count));
}

/** The moment before the last event at or before `timeUs`; undefined: that is too long ago. */
export function momentBefore({ stretches }: Kept, timeUs: Micros): Micros | undefined {
  let lastUs: Micros | undefined;
  // Backwards: in a stretch of few events the moment before may be the end of the one before it.
  for (const stretch of stretches.toReversed()) {
    if (stretch.beforeUs > timeUs) continue;
    const moments = [stretch.beforeUs, ...momentsOf(stretch)];
    lastUs ??= moments.findLast((momentUs) => momentUs <= timeUs);
    const beforeUs = moments.findLast((momentUs) => momentUs < (lastUs ?? 0));
    if (beforeUs !== undefined) return beforeUs;
  }
  return undefined;
}

/** The moment of the next event after `timeUs`; undefined: there is none yet. */
export function momentAfter({ stretches }: Kept, timeUs: Micros): Micros | undefined {
  const from = Math.max(
    0,
    stretches.findLastIndex(({ beforeUs }) => beforeUs <= timeUs),
  );
  for (const stretch of stretches.slice(from)) {
    for (const momentUs of momentsOf(stretch)) if (momentUs > timeUs) return momentUs;
  }
  return undefined;
}

function* momentsOf({ beforeUs, events }: Stretch): Generator<Micros> {
  let momentUs = beforeUs;
  for (const { timeUs } of events) {
    momentUs = Math.max(momentUs, timeUs);
    yield momentUs;
  }
}
