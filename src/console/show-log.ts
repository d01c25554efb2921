import { type NodeId, type ShardId, shardId } from '../core/base/ids.ts';
import { nodeName, shardName } from '../core/cluster/snapshot.ts';
import type { Cluster, ReplicaLog } from './cluster.ts';
import type { CommandContext } from './command.ts';
import { type CommandResult, refuse, succeed } from './result.ts';

/** Entries shown of one log, and of each where several are. */
const LOG_TAIL = 20;
const LOG_TAIL_OF_MANY = 3;

/** LOG. `value` is the logs, with their shards. */
export async function showLog(
  { cluster, topology }: CommandContext,
  { node, shard }: { readonly node: NodeId; readonly shard: ShardId | undefined },
): Promise<CommandResult> {
  const shards = shard === undefined ? Array.from({ length: topology.shards }, (_, i) => shardId(i)) : [shard];
  const logs: { shard: ShardId; log: ReplicaLog }[] = [];
  for (const each of shards) {
    const log = await cluster.replicaLog(node, each);
    if (log !== undefined) logs.push({ shard: each, log });
  }
  if (logs.length === 0) return noReplica(cluster, node, shard);
  const tail = logs.length === 1 ? LOG_TAIL : LOG_TAIL_OF_MANY;
  const text = logs.flatMap(({ shard: each, log }) => logLines(node, each, log, tail)).join('\n');
  return succeed(
    text,
    logs.map(({ shard: each, log }) => ({ shard: shardName(each), ...log })),
  );
}

async function noReplica(cluster: Cluster, node: NodeId, shard: ShardId | undefined): Promise<CommandResult> {
  if (shard === undefined)
    return refuse('NoReplica', `${nodeName(node)} holds no replica of any shard. STATUS shows who does.`);
  const replicas = (await cluster.snapshot()).shards.find(({ id }) => id === shardName(shard))?.replicas ?? [];
  return refuse('NoReplica', `${nodeName(node)} holds no replica of ${shardName(shard)}; ${replicas.join(', ')} do.`);
}

function logLines(node: NodeId, shard: ShardId, log: ReplicaLog, tail: number): readonly string[] {
  const shown = log.entries.slice(-tail);
  const hidden = log.entries.length - shown.length;
  const head = `${nodeName(node)} ${shardName(shard)}  ${log.role} · term ${log.term} · commit ${log.commitIndex} · applied ${log.appliedIndex}`;
  const width = String(shown.at(-1)?.index ?? 0).length;
  return [
    head,
    ...(log.baseIndex > 0 ? [`  ${forgottenWords(log.baseIndex)}`] : []),
    ...(hidden > 0 ? [`  … ${hidden} before`] : []),
    ...(shown.length === 0 && log.baseIndex === 0 ? ['  (empty)'] : []),
    ...shown.map(({ index, term, label }) => {
      const state = index <= log.appliedIndex ? 'applied' : index <= log.commitIndex ? 'committed' : 'not committed';
      return `  ${String(index).padStart(width)}  term ${term}  ${label}  ${state}`;
    }),
  ];
}

/** The log was compacted, or a snapshot took its place. */
const forgottenWords = (baseIndex: number): string =>
  baseIndex === 1
    ? 'entry 1 is in a snapshot: the log begins behind it'
    : `entries 1–${baseIndex} are in a snapshot: the log begins behind them`;
