import type { ReplicaLog } from '../../console/cluster.ts';
import { type NodeId, nodeId, type ShardId, shardId } from '../../core/base/ids.ts';
import { describeEntry } from '../../core/cluster/describe.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { DamagedTable, OpenedTable } from '../../core/lsm/engine-report.ts';
import type { HeldRow } from '../../core/node/held-row.ts';
import type { StorageReport } from '../../core/node/storage-report.ts';
import type { HistoryPart } from '../protocol/check-api.ts';
import type { ActiveRun } from './active-run.ts';

// What is asked of a run without anything happening in it.

type Asked = (events: readonly TraceEvent[]) => void;

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

/** @param onAsked hears of a death that the question found */
export async function storageOf(run: ActiveRun, node: NodeId, onAsked: Asked): Promise<StorageReport | undefined> {
  const answer = await run.askStorage(nodeId(node), { type: 'Storage' }, onAsked);
  return answer?.type === 'Storage' ? answer.report : undefined;
}

/** @param onAsked hears of a death that the question found */
export async function openedTableOf(
  run: ActiveRun,
  node: NodeId,
  table: { readonly fileNumber: number; readonly block: number | undefined },
  onAsked: Asked,
): Promise<OpenedTable | DamagedTable | undefined> {
  const answer = await run.askStorage(nodeId(node), { type: 'Table', ...table }, onAsked);
  return answer?.type === 'Table' ? answer.opened : undefined;
}

/** @param onAsked hears of a death that the question found */
export async function heldRowOf(
  run: ActiveRun,
  node: NodeId,
  row: { readonly shard: ShardId; readonly key: Uint8Array },
  onAsked: Asked,
): Promise<HeldRow | undefined> {
  const answer = await run.askStorage(nodeId(node), { type: 'Row', ...row }, onAsked);
  return answer?.type === 'Row' ? answer.held : undefined;
}

/** What is recorded of the run after the first `count` events of it; all of it, where `runId` is another one's. */
export function historySince({ recorder, world, header }: ActiveRun, runId: string, count: number): HistoryPart {
  const from = runId === header.runId ? count : 0;
  const events = recorder.since(from);
  const facts = { timeUs: world.nowUs, full: recorder.full, invariants: world.invariantReports() };
  return { runId: header.runId, clocks: header.config.clocks, from, events, facts };
}
