import type { NodeId, ShardId } from '../core/base/ids.ts';
import { nodeName, shardName } from '../core/cluster/snapshot.ts';
import type { Cluster } from './cluster.ts';
import { defineCommand, required } from './command.ts';
import { type CommandResult, refuse, succeed } from './result.ts';
import { showTime } from './show.ts';
import { NODE, SHARD } from './value-types.ts';

export const TRANSFER = defineCommand({
  verb: 'TRANSFER',
  summary: 'Has the leader of a shard hand its leadership to another replica.',
  example: 'TRANSFER s3 n2',
  notes: [
    'The leader takes no writes meanwhile, brings the other one up to date and tells it to stand for election at once.',
    'If that one does not lead within an election timeout (it is down, or cut off), the leader goes on.',
  ],
  positionals: { shard: required(SHARD), node: required(NODE) },
  options: {},
  run: ({ cluster }, { shard, node }) => transfer(cluster, shard, node),
});

async function transfer(cluster: Cluster, shard: ShardId, to: NodeId): Promise<CommandResult> {
  const name = shardName(shard);
  const { shards } = await cluster.snapshot();
  const result = await cluster.act({ type: 'Transfer', shard, to });
  if (result.type === 'Refused') return refuse(result.code, `${result.text}.`);
  const leader = shards.find(({ id }) => id === name)?.leader ?? 'its leader';
  return succeed(`${leader} hands ${name} over to ${nodeName(to)} · at ${showTime(result.timeUs)}`);
}
