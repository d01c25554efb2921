import type { ShardId } from '../core/base/ids.ts';
import { shardName } from '../core/cluster/snapshot.ts';
import type { Cluster } from './cluster.ts';
import { defineCommand, optional } from './command.ts';
import { type CommandResult, refuse, succeed } from './result.ts';
import { plural, showTime } from './show.ts';
import { SHARD } from './value-types.ts';

export const REPAIR = defineCommand({
  verb: 'REPAIR',
  summary: 'Compares what the replicas of a shard hold, or of every shard, and repairs whoever a majority contradicts.',
  usage: 'REPAIR [s3]',
  example: 'REPAIR s3',
  notes: [
    'By Merkle roots behind one entry of the log. Who differs from a majority serves nothing until its rows are what they should be.',
    'Leaders do the same by themselves: CONFIG check.interval=30s, off = never. Where no majority agrees nothing is repaired.',
  ],
  positionals: { shard: optional(SHARD) },
  options: {},
  run: ({ cluster }, { shard }) => repair(cluster, shard),
});

async function repair(cluster: Cluster, shard: ShardId | undefined): Promise<CommandResult> {
  const told = 'The feed tells what comes of it';
  if (shard !== undefined) {
    const result = await cluster.act({ type: 'Check', shard });
    if (result.type === 'Refused') return refuse(result.code, `${result.text}.`);
    return succeed(`the replicas of ${shardName(shard)} say what they hold · at ${showTime(result.timeUs)}. ${told}`);
  }
  const { config } = await cluster.run();
  const refused: string[] = [];
  let lastUs = 0;
  for (let each = 0; each < config.shards; each++) {
    const result = await cluster.act({ type: 'Check', shard: each as ShardId });
    if (result.type === 'Refused') refused.push(result.text);
    else lastUs = result.timeUs;
  }
  if (refused.length === config.shards) return refuse('NotChecked', `No shard was checked: ${refused[0]}.`);
  const rest = refused.length === 0 ? '' : ` Not checked: ${refused.join('; ')}.`;
  const checked = plural(config.shards - refused.length, 'shard');
  return succeed(`the replicas of ${checked} say what they hold · at ${showTime(lastUs)}. ${told}.${rest}`);
}
