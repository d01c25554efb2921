import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { Draft } from './draft.ts';

/** Which rules are left out on purpose. A reload keeps all of them again. */
export function reduceBreak(draft: Draft, event: TraceEvent): void {
  if (event.type !== 'ActionTaken') return;
  const { action } = event;
  if (action.type === 'Reload') draft.breaks = [];
  if (action.type !== 'Break') return;
  const others = draft.view.breaks.filter((name) => name !== action.name);
  draft.breaks = action.on ? [...others, action.name] : others;
}
