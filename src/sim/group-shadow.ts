import type { LogIndex, Micros, NodeId, ShardId } from '../core/base/ids.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { type Configuration, decodeConfiguration } from '../core/raft/configuration.ts';
import type { Entry } from '../core/raft/entry.ts';

export interface Placed {
  readonly index: LogIndex;
  readonly configuration: Configuration;
}

export interface ReplicaShadow {
  /** 0: of the founding, whose number no event tells. */
  readonly replicaId: number;
  readonly sinceUs: Micros;
  leads: boolean;
  /** Since it leads: only then does it know that nobody else does. */
  hasCommitted: boolean;
  lastIndex: LogIndex;
  commitIndex: LogIndex;
  handsOver: boolean;
  /** What its log says of the members, ascending by index; the first is the one at its base. */
  configurations: readonly Placed[];
}

/** A group as its replicas reported it, as far as it matters to whether it can serve. */
export interface GroupShadow {
  readonly replicas: Map<NodeId, ReplicaShadow>;
  /** The latest that anybody knows to be committed. */
  committed: Placed | undefined;
}

/** Those that `follow` takes. */
export const FOLLOWED: ReadonlySet<TraceEvent['type']> = new Set([
  ...(['ReplicaCreated', 'ReplicaDropped', 'ReplicaRecovered', 'SnapshotInstalled', 'RoleChanged'] as const),
  ...(['EntriesAppended', 'CommitAdvanced'] as const),
  ...(['TransferStarted', 'TransferAborted'] as const),
]);

export type ReplicaEvent = Extract<TraceEvent, { readonly shard: ShardId; readonly node: NodeId }>;

/** Whatever it was, it is that no more: its node starts again. */
export function forgetRoles({ replicas }: GroupShadow, node: NodeId): void {
  const replica = replicas.get(node);
  if (replica !== undefined) replica.leads = false;
}

/** Takes the event in. @returns whether the shard serves at this very moment: its leader committed something */
export function follow(group: GroupShadow, event: ReplicaEvent): boolean {
  const { replicas } = group;
  const { node, timeUs } = event;
  if (event.type === 'ReplicaDropped') {
    replicas.delete(node);
    return false;
  }
  if (event.type === 'ReplicaCreated') {
    replicas.set(node, { ...fresh(timeUs), replicaId: event.replicaId });
    return false;
  }
  const replica = replicas.get(node) ?? fresh(timeUs);
  replicas.set(node, replica);
  switch (event.type) {
    case 'ReplicaRecovered': {
      const { baseIndex, baseConfiguration, entries, commitIndex } = event;
      Object.assign(replica, { ...EMPTY, lastIndex: baseIndex + entries.length });
      replica.configurations = [{ index: baseIndex, configuration: baseConfiguration }, ...placedIn(entries)];
      commit(group, replica, commitIndex);
      return false;
    }
    case 'SnapshotInstalled': {
      const { index, configuration } = event;
      Object.assign(replica, { lastIndex: index, configurations: [{ index, configuration }] });
      commit(group, replica, index);
      return false;
    }
    case 'RoleChanged':
      replica.leads = event.role === 'leader';
      replica.hasCommitted = false;
      replica.handsOver = false;
      return false;
    case 'TransferStarted':
    case 'TransferAborted':
      replica.handsOver = event.type === 'TransferStarted';
      return false;
    case 'EntriesAppended': {
      const { truncatedFrom, entries } = event;
      if (truncatedFrom > 0) {
        replica.configurations = replica.configurations.filter(({ index }) => index < truncatedFrom);
        replica.lastIndex = Math.min(replica.lastIndex, truncatedFrom - 1);
      }
      replica.lastIndex += entries.length;
      replica.configurations = [...replica.configurations, ...placedIn(entries)];
      return false;
    }
    case 'CommitAdvanced':
      commit(group, replica, event.commitIndex);
      replica.hasCommitted = replica.leads;
      return replica.leads;
    default:
      return false;
  }
}

const NOBODY: readonly Placed[] = [];
const EMPTY = {
  leads: false,
  hasCommitted: false,
  handsOver: false,
  lastIndex: 0,
  commitIndex: 0,
  configurations: NOBODY,
};

const fresh = (sinceUs: Micros): ReplicaShadow => ({ ...EMPTY, replicaId: 0, sinceUs });

const placedIn = (entries: readonly Entry[]): readonly Placed[] =>
  entries
    .filter(({ kind }) => kind === 'configuration')
    .map(({ index, command }) => ({ index, configuration: decodeConfiguration(command) }));

function commit(group: GroupShadow, replica: ReplicaShadow, commitIndex: LogIndex): void {
  const { configurations } = replica;
  replica.commitIndex = commitIndex;
  const latest = configurations.findLast(({ index }) => index <= commitIndex);
  // Whoever comes later learns from a snapshot with whom the group began.
  if (latest === undefined || latest.configuration.voters.length === 0) return;
  if (group.committed === undefined || latest.index > group.committed.index) group.committed = latest;
}
