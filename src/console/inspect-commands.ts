import type { NodeId, ShardId } from '../core/base/ids.ts';
import { shardId } from '../core/base/ids.ts';
import { durabilityOf } from '../core/cluster/presets.ts';
import type { Durability } from '../core/cluster/run.ts';
import { type DiskSnapshot, type NodeSnapshot, nodeName, shardName } from '../core/cluster/snapshot.ts';
import type { Cluster, HostReport, ReplicaLog } from './cluster.ts';
import { type Command, type CommandContext, defineCommand, optional, required } from './command.ts';
import { CONFIG } from './config-command.ts';
import { type CommandResult, refuse, succeed } from './result.ts';
import { plural, showSpeed, showTime } from './show.ts';
import { NODE, SHARD } from './value-types.ts';

/** Entries shown of one log, and of each where several are. */
const LOG_TAIL = 20;
const LOG_TAIL_OF_MANY = 3;

export const INSPECT_COMMANDS: readonly Command[] = [
  defineCommand({
    verb: 'STATUS',
    summary: 'Tells the state of every node and shard, the counters, the time and what all of it runs on.',
    example: 'STATUS',
    positionals: {},
    options: {},
    run: ({ cluster }) => status(cluster),
  }),
  defineCommand({
    verb: 'LOG',
    summary: "Shows the end of a node's Raft log, of one shard or of all that it holds.",
    example: 'LOG n1 s0',
    positionals: { node: required(NODE), shard: optional(SHARD) },
    options: {},
    run: showLog,
  }),
  CONFIG,
];

/** `value` is the snapshot. */
async function status(cluster: Cluster): Promise<CommandResult> {
  const [snapshot, { config }] = await Promise.all([cluster.snapshot(), cluster.run()]);
  const { mode, wantedSpeed, note } = cluster.transport();
  const host = cluster.host();
  const all = durabilityOf(config);
  const { writes, reads, keys, elections } = snapshot.counters;
  const paced = mode === 'playing' ? ` at speed ${showSpeed(wantedSpeed)}` : note === '' ? '' : ` (${note})`;
  const lines = [
    `time ${showTime(snapshot.timeMs * 1000)} · ${mode}${paced} · seed ${snapshot.seed} · run ${snapshot.runId} · digest ${snapshot.digest}`,
    `${plural(config.nodes, 'node')} × ${plural(config.shards, 'shard')}, ${config.profile} · ${showHost(host, all)}`,
    ...snapshot.nodes.map((node) => {
      const led = snapshot.shards.filter(({ leader }) => leader === node.id).map(({ id }) => id);
      const own = host.durability === 'none' || node.durability === all ? '' : ` · durability ${node.durability}`;
      return `${node.id}  ${nodeState(node)}${own} · boot ${node.boot}${led.length === 0 ? '' : ` · leads ${led.join(' ')}`}`;
    }),
    ...snapshot.shards.map(
      ({ id, leader, term, commitIndex, replicas }) =>
        `${id}  ${leader === null ? 'no leader' : `leader ${leader}`} · term ${term} · commit ${commitIndex} · on ${replicas.join(' ')}`,
    ),
    `writes ${writes} · reads ${reads} · keys ${keys} · elections ${elections}`,
  ];
  return succeed(lines.join('\n'), snapshot);
}

function nodeState({ state, recovering, crashReason, disk }: NodeSnapshot): string {
  const process = crashReason !== null ? `crashed (${crashReason})` : recovering ? `${state}, recovering` : state;
  const troubles = diskTroubles(disk);
  return troubles.length === 0 ? process : `${process} · disk ${troubles.join(', ')}`;
}

function diskTroubles({ slowdown, full, failing, damage }: DiskSnapshot): readonly string[] {
  return [
    ...(slowdown > 1 ? [`${slowdown}× slow`] : []),
    ...(full ? ['full'] : []),
    ...(failing ? ['failing'] : []),
    ...(damage === null ? [] : [`damaged: ${damage}`]),
  ];
}

function showHost({ nodes, storage, durability, reason }: HostReport, asked: Durability): string {
  const promise = {
    strict: 'durability strict: survives the power',
    relaxed: 'durability relaxed: survives the process, not the power',
    none: 'survives a kill, not a reload',
  }[durability === 'none' ? durability : asked];
  return `${nodes} + ${storage}, ${promise}${reason === '' ? '' : ` (${reason})`}`;
}

async function showLog(
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
    ...(hidden > 0 ? [`  … ${hidden} before`] : []),
    ...(shown.length === 0 ? ['  (empty)'] : []),
    ...shown.map(({ index, term, label }) => {
      const state = index <= log.appliedIndex ? 'applied' : index <= log.commitIndex ? 'committed' : 'not committed';
      return `  ${String(index).padStart(width)}  term ${term}  ${label}  ${state}`;
    }),
  ];
}
