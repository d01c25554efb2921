import type { LogIndex, NodeId, ShardId } from '../../core/base/ids.ts';
import type { EntryView, NodeView, ReplicaView, ViewModel } from '../store/view-model.ts';
import { leaderOf } from '../store/view-model.ts';

/** The logs of a shard's replicas, aligned by index: one lane per replica, one column per index. */
export interface LogTable {
  /** Ascending, without holes. */
  readonly indexes: readonly LogIndex[];
  /** Entries before the first column. */
  readonly earlier: number;
  /** Highest commit index that any replica knows. */
  readonly commitIndex: LogIndex;
  readonly lanes: readonly LogLane[];
}

export interface LogLane {
  readonly node: NodeId;
  readonly state: NodeView['state'] | 'starting';
  readonly replica: ReplicaView | undefined;
  /** One per column; undefined = holds nothing at that index. */
  readonly cells: readonly (LogCell | undefined)[];
  /** What the leader knows of this follower; undefined for the leader itself and where there is none. */
  readonly matchIndex: LogIndex | undefined;
}

export interface LogCell extends EntryView {
  readonly state: 'sent' | 'stored' | 'committed' | 'applied';
}

/** The last `columns` indexes of the shard's logs. */
export function logTable(model: ViewModel, shard: ShardId, replicas: readonly NodeId[], columns: number): LogTable {
  const views = model.shards.get(shard);
  const leader = leaderOf(model, shard);
  let last = 0;
  let commitIndex = 0;
  for (const replica of views?.values() ?? []) {
    last = Math.max(last, replica.lastIndex);
    commitIndex = Math.max(commitIndex, replica.commitIndex);
  }
  const first = Math.max(1, last - columns + 1);
  const indexes = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const lanes = replicas.map((node): LogLane => {
    const replica = views?.get(node);
    return {
      node,
      state: model.nodes.get(node)?.state ?? 'starting',
      replica,
      cells: indexes.map((index) => cellAt(replica, index)),
      matchIndex: leader === 0 || leader === node ? undefined : views?.get(leader)?.progress.get(node)?.matchIndex,
    };
  });
  return { indexes, earlier: first - 1, commitIndex, lanes };
}

function cellAt(replica: ReplicaView | undefined, index: LogIndex): LogCell | undefined {
  const entry = replica?.entries[index - (replica.entries[0]?.index ?? 0)];
  if (replica === undefined || entry === undefined) return undefined;
  const state =
    index <= replica.appliedIndex
      ? 'applied'
      : index <= replica.commitIndex
        ? 'committed'
        : index <= replica.persistedIndex
          ? 'stored'
          : 'sent';
  return { ...entry, state };
}
