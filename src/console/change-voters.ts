import type { NodeId, ShardId } from '../core/base/ids.ts';
import { nodeName, nodeNamed, type ShardSnapshot, shardName } from '../core/cluster/snapshot.ts';
import { configurationText } from '../core/raft/configuration.ts';
import type { Cluster } from './cluster.ts';
import { type CommandResult, refuse, succeed } from './result.ts';
import { showTime } from './show.ts';

/** VOTERS. The change has begun when this is answered; its progress is in the shard's log. */
export async function changeVoters(
  cluster: Cluster,
  shard: ShardId,
  voters: readonly NodeId[],
): Promise<CommandResult> {
  const name = shardName(shard);
  const names = [...voters].sort((a, b) => a - b).map(nodeName);
  const before = (await cluster.snapshot()).shards.find(({ id }) => id === name);
  const others = (before?.replicas ?? []).map(nodeNamed).filter((replica) => !voters.includes(replica));
  const learners = others.sort((a, b) => a - b);
  const result = await cluster.act({ type: 'Reconfigure', shard, voters, learners });
  if (result.type === 'Refused') return refuse(result.code, `${result.text}.`);
  const after = showMembers({ voters: names, votersOutgoing: before?.voters ?? [], learners: learners.map(nodeName) });
  return succeed(`${name}: ${after} · at ${showTime(result.timeUs)}`);
}

/** `voters n1 n2, learner n3`; while joint `voters n1 n2 n3 → n1 n2, learner n3`. */
export const showMembers = (shard: Pick<ShardSnapshot, 'voters' | 'votersOutgoing' | 'learners'>): string =>
  configurationText({
    voters: shard.voters.map(nodeNamed),
    votersOutgoing: shard.votersOutgoing.map(nodeNamed),
    learners: shard.learners.map(nodeNamed),
  });
