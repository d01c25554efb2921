import type { Counters } from '../../core/cluster/snapshot.ts';
import type { AppState } from '../store/app-store.ts';
import type { ViewModel } from '../store/view-model.ts';

/** A counter at the moment shown. `counters` are those of now; between the two lies what the trace counted. */
export function counterShown({ counters, past, model }: PastState, name: keyof Counters): number {
  if (past === undefined) return counters[name];
  if (name === 'keys') return keysOf(model);
  return counters[name] - past.live.tally[name] + model.tally[name];
}

type PastState = Pick<AppState, 'counters' | 'past' | 'model'>;

/** As a snapshot defines it: of each shard those of the replica that has applied most. */
export function keysOf({ shards }: Pick<ViewModel, 'shards'>): number {
  let sum = 0;
  for (const replicas of shards.values()) {
    let ahead = { appliedIndex: -1, keys: 0 };
    for (const replica of replicas.values()) if (replica.appliedIndex > ahead.appliedIndex) ahead = replica;
    sum += ahead.keys;
  }
  return sum;
}
