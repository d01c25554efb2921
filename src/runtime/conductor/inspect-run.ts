import type { ReplicaLog } from '../../console/cluster.ts';
import { type NodeId, nodeId, type ShardId, shardId } from '../../core/base/ids.ts';
import { describeEntry } from '../../core/cluster/describe.ts';
import type { HistoryPart } from '../protocol/check-api.ts';
import type { ActiveRun } from './active-run.ts';

// What is asked of a run without anything happening in it.

/** As the node reported it; undefined: it holds no replica of the shard. */
export function replicaLogOf({ world }: ActiveRun, node: NodeId, shard: ShardId): ReplicaLog | undefined {
  const replica = world.replicaOf(shardId(shard), nodeId(node));
  if (replica === undefined) return undefined;
  const { term, role, commitIndex, appliedIndex, baseIndex } = replica;
  const entries = replica.entries.map((entry) => ({
    index: entry.index,
    term: entry.term,
    label: entry.kind === 'configuration' ? describeEntry(entry).text : describeEntry(entry).label,
  }));
  return { term, role, commitIndex, appliedIndex, baseIndex, entries };
}

/** What is recorded of the run after the first `count` events of it; all of it, where `runId` is another one's. */
export function historySince({ recorder, world, header }: ActiveRun, runId: string, count: number): HistoryPart {
  const from = runId === header.runId ? count : 0;
  const events = recorder.since(from);
  const facts = { timeUs: world.nowUs, full: recorder.full, invariants: world.invariantReports() };
  return { runId: header.runId, clocks: header.config.clocks, from, events, facts };
}
