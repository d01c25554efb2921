import type { ShardId } from '../../core/base/ids.ts';
import type { Configuration } from '../../core/raft/configuration.ts';
import { leaderOf, type ReplicaView, type ViewModel } from './view-model.ts';

/** Who takes part in the shard's group, as its leader has it; without one, as the replica furthest in term. Undefined: nobody has told. */
export function groupConfiguration(model: ViewModel, shard: ShardId): Configuration | undefined {
  const replicas = model.shards.get(shard);
  const leading = replicas?.get(leaderOf(model, shard));
  if (leading !== undefined) return leading.configuration;
  let furthest: ReplicaView | undefined;
  for (const replica of replicas?.values() ?? []) {
    if (replica.term > (furthest?.term ?? -1)) furthest = replica;
  }
  return furthest?.configuration;
}
