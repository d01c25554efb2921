import { decodeKey } from '../core/cluster/describe.ts';
import { placementOf, shardOfName } from '../core/cluster/placement.ts';
import type { CommandContext } from './command.ts';
import { COMPARED_KEY, compareScript } from './compare-script.ts';
import { type CommandResult, refuse, succeed } from './result.ts';

/** The script for the cluster as it is now; the screen shows the view in which it is played. */
export async function tellCompare(
  { cluster, session, topology }: CommandContext,
  asked: Uint8Array | undefined,
): Promise<CommandResult> {
  const key = asked === undefined ? COMPARED_KEY : decodeKey(asked);
  const [{ config }, { shards, nodes }] = await Promise.all([cluster.run(), cluster.snapshot()]);
  if (topology.nodes.length < 3)
    return refuse('BadArgument', 'A partition with a majority needs three nodes. RESET nodes=3 begins such a cluster.');
  const shard = shards[shardOfName(placementOf(config), key)];
  const alone = shard?.leader;
  const near = shard?.replicas.find((each) => each !== alone);
  if (shard === undefined || alone === null || alone === undefined || near === undefined)
    return refuse('NotReached', 'The shard of the key has no leader now. RUN until=leader, then COMPARE again.');
  session.showWorlds?.(key);
  const others = nodes.map(({ id }) => id).filter((id) => id !== alone);
  const before = session.keyspace ?? 'strong';
  const steps = compareScript({ key, alone, others, near, shard: shard.id, before });
  return succeed(steps.map(({ title, line }) => `# ${title}\n${line}`).join('\n'), steps.length);
}
