import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { Draft } from './draft.ts';

/** What the counters count, since the model began. Keys are not among it: replicas tell how many they have. */
export function reduceTally(draft: Draft, event: TraceEvent): void {
  if (event.type === 'RoleChanged' && event.role === 'leader') draft.count('elections');
  if (event.type !== 'OperationCompleted' || event.outcome.status !== 'ok') return;
  const { type } = event.outcome.result;
  draft.count(type === 'Value' || type === 'Range' ? 'reads' : 'writes');
}
