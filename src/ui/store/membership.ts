import type { NodeId, ShardId } from '../../core/base/ids.ts';
import { isJoint, majority, votersOf } from '../../core/cluster/configuration.ts';
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

/** `2 of 3`; while joint `2/3 + 1/1`, the old majority first. */
export function quorumWords({ voters, votersOutgoing }: Configuration): string {
  const words = (all: readonly NodeId[], between: string): string => `${majority(all.length)}${between}${all.length}`;
  return votersOutgoing.length === 0 ? words(voters, ' of ') : `${words(votersOutgoing, '/')} + ${words(voters, '/')}`;
}

/** Why an entry is committed: whose disks hold it. */
export function holdersWords(configuration: Configuration): string {
  if (isJoint(configuration)) return `the old and the new majority hold it (${quorumWords(configuration)})`;
  return `${quorumWords(configuration)} ${configuration.learners.length === 0 ? 'replicas' : 'voters'} hold it`;
}

export const voterCount = (configuration: Configuration): number => votersOf(configuration).length;

/** Where its vote counts while the configuration is joint; empty when it is not, or nowhere. */
export function jointSides(configuration: Configuration, node: NodeId): string {
  if (!isJoint(configuration)) return '';
  const isOld = configuration.votersOutgoing.includes(node);
  if (!configuration.voters.includes(node)) return isOld ? 'old' : '';
  return isOld ? 'old + new' : 'new';
}
