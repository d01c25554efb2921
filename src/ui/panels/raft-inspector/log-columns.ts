import type { LogIndex, Micros, NodeId, ShardId } from '../../../core/base/ids.ts';
import type { EntryView, NodeView, ReplicaView, ViewModel } from '../../store/view-model.ts';
import { leaderOf } from '../../store/view-model.ts';

/** The logs of a shard's replicas, aligned by index: one lane per replica, one column per index. */
export interface LogTable {
  /** Ascending, without holes; may go one past the end of every log, where the next entry will be. */
  readonly indexes: readonly LogIndex[];
  /** The first and last index that any log shown holds. 0 and 0 when all are empty. */
  readonly firstIndex: LogIndex;
  readonly lastIndex: LogIndex;
  /** Highest commit index that any replica knows. */
  readonly commitIndex: LogIndex;
  /** 0 = none. */
  readonly leader: NodeId;
  readonly lanes: readonly LogLane[];
}

export interface LogLane {
  readonly node: NodeId;
  readonly state: NodeView['state'] | 'starting' | 'frozen';
  readonly replica: ReplicaView | undefined;
  /** One per column; undefined = holds nothing at that index. */
  readonly cells: readonly (LogCell | undefined)[];
  /** What the leader knows of this follower; undefined for the leader itself and where there is none. */
  readonly progress: { readonly matchIndex: LogIndex; readonly nextIndex: LogIndex } | undefined;
  /** Entries that a leader's log replaced not long ago; 0 = none. */
  readonly truncated: number;
}

export interface LogCell extends EntryView {
  /** `removed`: no longer there, shown for a moment as what it was. */
  readonly state: 'sent' | 'stored' | 'committed' | 'applied' | 'removed';
  /** The leader holds another entry at this index. */
  readonly conflicts: boolean;
}

/** How long in virtual time what was truncated stays struck through, and how long the note stays. */
export const REMOVED_SHOWN_US: Micros = 300_000;
export const TRUNCATION_NOTED_US: Micros = 3_000_000;

/** `columns` indexes of the shard's logs up to `end`; without `end` the last ones. */
export function logTable(
  model: ViewModel,
  shard: ShardId,
  replicas: readonly NodeId[],
  columns: number,
  end?: LogIndex,
): LogTable {
  const views = model.shards.get(shard);
  const leader = leaderOf(model, shard);
  const leading = views?.get(leader);
  let firstIndex = 0;
  let lastIndex = 0;
  let commitIndex = 0;
  for (const replica of views?.values() ?? []) {
    const first = replica.entries[0]?.index ?? 0;
    if (first > 0 && (firstIndex === 0 || first < firstIndex)) firstIndex = first;
    lastIndex = Math.max(lastIndex, replica.lastIndex, shownRemoved(model, replica).at(-1)?.index ?? 0);
    commitIndex = Math.max(commitIndex, replica.commitIndex);
  }
  const last = Math.min(end ?? lastIndex, lastIndex);
  const from = Math.max(1, firstIndex, last - columns + 1);
  const to = Math.min(lastIndex, Math.max(last, from + columns - 1));
  const indexes = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
  const lanes = replicas.map((node): LogLane => {
    const replica = views?.get(node);
    const { truncation } = replica ?? {};
    const noted = truncation !== undefined && model.timeUs - truncation.timeUs < TRUNCATION_NOTED_US;
    return {
      node,
      state: model.nodes.get(node)?.frozen === true ? 'frozen' : (model.nodes.get(node)?.state ?? 'starting'),
      replica,
      cells: replica === undefined ? indexes.map(() => undefined) : laneCells(model, replica, leading, indexes),
      progress: leader === node ? undefined : leading?.progress.get(node),
      truncated: noted ? truncation.removed.length : 0,
    };
  });
  return { indexes, firstIndex, lastIndex, commitIndex, leader, lanes };
}

function laneCells(
  model: ViewModel,
  replica: ReplicaView,
  leading: ReplicaView | undefined,
  indexes: readonly LogIndex[],
): readonly (LogCell | undefined)[] {
  const removed = shownRemoved(model, replica);
  return indexes.map((index) => {
    const gone = removed[index - (removed[0]?.index ?? 0)];
    if (gone !== undefined) return { ...gone, state: 'removed', conflicts: false };
    const entry = entryAt(replica, index);
    if (entry === undefined) return undefined;
    const held = leading === undefined ? undefined : entryAt(leading, index);
    return { ...entry, state: stateOf(replica, index), conflicts: held !== undefined && held.term !== entry.term };
  });
}

/** What was truncated a moment ago stands where it stood, struck through, before its place shows what replaced it. */
function shownRemoved(model: ViewModel, { truncation }: ReplicaView): readonly EntryView[] {
  if (truncation === undefined || model.timeUs - truncation.timeUs >= REMOVED_SHOWN_US) return [];
  return truncation.removed;
}

export const entryAt = (replica: ReplicaView, index: LogIndex): EntryView | undefined =>
  replica.entries[index - (replica.entries[0]?.index ?? 0)];

function stateOf(replica: ReplicaView, index: LogIndex): LogCell['state'] {
  if (index <= replica.appliedIndex) return 'applied';
  if (index <= replica.commitIndex) return 'committed';
  return index <= replica.persistedIndex ? 'stored' : 'sent';
}

export const STATE_WORDS = {
  sent: 'received, not yet on disk',
  stored: 'stored on disk, not known to be committed',
  committed: 'committed, not yet applied',
  applied: 'committed and applied',
  removed: 'truncated: the leader holds another entry here',
} as const;
