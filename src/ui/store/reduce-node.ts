import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { Draft } from './draft.ts';

/** Which nodes run, and which directions of which links are cut. */
export function reduceNode(draft: Draft, event: TraceEvent): void {
  switch (event.type) {
    case 'NodeStarted':
      draft.changeNode(event.node, { state: 'recovering', boot: event.boot, reason: '' });
      return;
    case 'NodeRecovered':
      draft.changeNode(event.node, { state: 'up', reason: '' });
      return;
    case 'NodeKilled':
      draft.changeNode(event.node, { state: 'down', reason: '' });
      return;
    case 'NodeCrashed':
      draft.changeNode(event.node, { state: 'crashed', reason: event.reason });
      return;
    case 'LinkChanged': {
      const key = `${event.from}>${event.to}`;
      if (event.cut) draft.cuts().set(key, { from: event.from, to: event.to });
      else if (draft.view.cuts.has(key)) draft.cuts().delete(key);
      return;
    }
    default:
  }
}
