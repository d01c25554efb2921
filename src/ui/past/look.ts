import type { LookTarget } from '../../console/session.ts';
import type { Micros } from '../../core/base/ids.ts';
import type { ViewModel } from '../store/view-model.ts';
import { modelAt, momentAfter, momentBefore, reachOf } from './moments.ts';
import type { TraceHistory } from './trace-history.ts';

/** The moment that is meant, by reducing to it; what is too long ago becomes the earliest there is. Undefined: it is now. */
export function lookAt(
  history: TraceHistory,
  target: LookTarget,
  shownUs: Micros,
  nowUs: Micros,
): { readonly timeUs: Micros; readonly reachUs: Micros; readonly model: ViewModel } | undefined {
  const reachUs = reachOf(history);
  const timeUs = Math.max(reachUs, momentOf(history, target, shownUs) ?? nowUs);
  // The last event that happened is the present; to look at it is to look at now.
  const model = timeUs >= Math.min(nowUs, history.endUs) ? undefined : modelAt(history, timeUs);
  return model && { timeUs, reachUs, model };
}

function momentOf(history: TraceHistory, target: LookTarget, shownUs: Micros): Micros | undefined {
  if (target === 'back') return momentBefore(history, shownUs) ?? reachOf(history);
  if (target === 'forward') return momentAfter(history, shownUs);
  return target === 'now' ? undefined : target.timeUs;
}
