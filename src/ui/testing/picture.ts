import type { ActorId, ClientActorId, Micros, NodeId, ShardId } from '../../core/base/ids.ts';
import type { LinkSettings } from '../../core/cluster/action.ts';
import type { NetworkConfig } from '../../core/cluster/run.ts';
import { shardName } from '../../core/cluster/snapshot.ts';
import type { MessageItem } from '../../core/cluster/trace-event.ts';
import {
  type EntryView,
  leaderOf,
  type MessageView,
  type NodeView,
  type ReplicaView,
  type ViewModel,
} from '../store/view-model.ts';

/** What can be compared of a cluster at one moment, whoever says it. Keyed by name, in the order of names. */
export interface Picture {
  readonly nodes: Readonly<Record<string, NodeSaid>>;
  /** By `s0/n1`. */
  readonly replicas: Readonly<Record<string, ReplicaSaid>>;
  /** By `s0`: the live leader of the highest term, 0 where there is none. */
  readonly leaders: Readonly<Record<string, number>>;
  /** Directions that are cut, by `from>to`. */
  readonly cuts: Readonly<Record<string, true>>;
  /** What holds on each direction of each link, by `from>to`. */
  readonly links: Readonly<Record<string, LinkSettings>>;
  /** Under way, by id. */
  readonly messages: Readonly<Record<string, MessageSaid>>;
  /** Ids of those that are drawn as far as to where they are lost, and of which the network holds nothing. */
  readonly lost: readonly string[];
  readonly operations: Readonly<Record<string, OperationSaid>>;
}

export interface NodeSaid {
  readonly state: NodeView['state'];
  readonly frozen: boolean;
  readonly boot: number;
  readonly reason: string;
  /** Only while it recovers. */
  readonly recovery: { readonly endsAtUs: Micros; readonly logRecords: number } | undefined;
}

export interface ReplicaSaid
  extends Pick<
    ReplicaView,
    | 'role'
    | 'term'
    | 'votedFor'
    | 'leader'
    | 'configuration'
    | 'learns'
    | 'lastIndex'
    | 'persistedIndex'
    | 'commitIndex'
    | 'appliedIndex'
    | 'keys'
  > {
  /** The end of the log, as long as the window of the screen. `command`: its bytes. */
  readonly entries: readonly {
    readonly index: number;
    readonly term: number;
    readonly noop: boolean;
    readonly command: string;
  }[];
  /** When its timer is over, on the node's own clock; undefined: none runs. */
  readonly deadlineUs: Micros | undefined;
  /** When its lease is over, on the same clock; undefined: it has none that still lasts. */
  readonly leaseUntilUs: Micros | undefined;
  /** Match and next index by follower. */
  readonly progress: Readonly<Record<string, readonly [number, number]>>;
  readonly votes: Readonly<Record<string, boolean>>;
}

export type MessageSaid = Omit<MessageView, 'id'> & { readonly items: readonly MessageItem[] };

export interface OperationSaid {
  readonly client: ClientActorId;
  readonly shard: ShardId;
  readonly type: string;
}

export interface Frame {
  readonly nowUs: Micros;
  /** Who there is besides those that the model knows. */
  readonly actors: readonly ActorId[];
  /** The run's own settings. */
  readonly network: NetworkConfig;
  /** Ids of messages that the network has lost on their way. */
  readonly lost: ReadonlySet<string>;
  /** A node's own clock. */
  readonly monotonicUs: (node: NodeId, virtualUs: Micros) => Micros;
}

export const replicaName = (shard: ShardId, node: NodeId): string => `${shardName(shard)}/n${node}`;

export const sorted = <T>(entries: Iterable<readonly [string, T]>): Record<string, T> =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));

/** What `STATUS` must answer of nodes, shards and keys, where the nodes hold this. */
export function statusOf({ nodes, replicas, leaders }: Picture) {
  const ofShard = (shard: string) =>
    Object.entries(replicas).flatMap(([name, replica]) => (name.startsWith(`${shard}/`) ? [replica] : []));
  const keysOf = (shard: string): number =>
    ofShard(shard).reduce((ahead, replica) => (replica.appliedIndex > ahead.appliedIndex ? replica : ahead)).keys;
  return {
    nodes: Object.entries(nodes).map(([id, { state, frozen, boot, reason }]) => ({
      id,
      state: state === 'down' || state === 'crashed' ? 'down' : frozen ? 'frozen' : 'up',
      recovering: state === 'recovering',
      crashReason: reason === '' ? null : reason,
      boot,
    })),
    shards: Object.entries(leaders).map(([id, leader]) => ({
      id,
      leader: leader === 0 ? null : `n${leader}`,
      term: Math.max(...ofShard(id).map(({ term }) => term)),
      commitIndex: Math.max(...ofShard(id).map(({ commitIndex }) => commitIndex)),
    })),
    keys: Object.keys(leaders).reduce((sum, shard) => sum + keysOf(shard), 0),
  };
}

/** What the screen draws of the model at a moment. */
export function drawnPicture(model: ViewModel, frame: Frame): Picture {
  const { nowUs, actors, network, lost, monotonicUs } = frame;
  const nodes = [...model.nodes].map(([node, view]): [string, NodeSaid] => [`n${node}`, nodeDrawn(view)]);
  const replicas = [...model.shards].flatMap(([shard, views]) =>
    [...views].map(([node, view]): [string, ReplicaSaid] => [
      replicaName(shard, node),
      replicaDrawn(view, nowUs, (virtualUs) => monotonicUs(node, virtualUs)),
    ]),
  );
  const pairs = actors.flatMap((from) => actors.flatMap((to) => (from === to ? [] : [`${from}>${to}`])));
  // As the canvas does: whatever should have arrived is not drawn any more.
  const messages = [...model.messages.values()]
    .filter(({ deliverAtUs }) => deliverAtUs >= nowUs)
    .map(({ id, ...message }): [string, MessageSaid] => [`${id}`, message]);
  return {
    nodes: sorted(nodes),
    replicas: sorted(replicas),
    leaders: sorted([...model.shards.keys()].map((shard) => [shardName(shard), leaderOf(model, shard)])),
    cuts: sorted([...model.cuts.keys()].map((link) => [link, true])),
    links: sorted(pairs.map((link) => [link, { ...network, ...model.links.get('*'), ...model.links.get(link) }])),
    messages: sorted(messages.filter(([id]) => !lost.has(id))),
    lost: messages.flatMap(([id]) => (lost.has(id) ? [id] : [])).sort(),
    operations: sorted(
      [...model.operations.values()].map(({ id, client, shard, text }) => [
        `${id}`,
        { client, shard, type: text.split(' ')[0] as string },
      ]),
    ),
  };
}

function nodeDrawn({ state, frozen, boot, reason, recovery }: NodeView): NodeSaid {
  const { sinceUs, durationUs, logRecords } = recovery;
  const endsAtUs = sinceUs + Math.max(1, durationUs);
  return { state, frozen, boot, reason, recovery: state === 'recovering' ? { endsAtUs, logRecords } : undefined };
}

function replicaDrawn(view: ReplicaView, nowUs: Micros, monotonicUs: (virtualUs: Micros) => Micros): ReplicaSaid {
  const {
    role,
    term,
    votedFor,
    leader,
    configuration,
    learns,
    lastIndex,
    persistedIndex,
    commitIndex,
    appliedIndex,
    keys,
    timer,
    lease,
  } = view;
  const leaseUntilUs = lease && monotonicUs(lease.setAtUs) + lease.waitUs;
  return {
    ...{
      role,
      term,
      votedFor,
      leader,
      configuration,
      learns,
      lastIndex,
      persistedIndex,
      commitIndex,
      appliedIndex,
      keys,
    },
    entries: view.entries.map(entryDrawn),
    deadlineUs: timer === undefined ? undefined : monotonicUs(timer.setAtUs) + timer.waitUs,
    leaseUntilUs: lasting(leaseUntilUs, monotonicUs(nowUs)),
    progress: sorted(
      [...view.progress].map(([peer, { matchIndex, nextIndex }]) => [`n${peer}`, [matchIndex, nextIndex] as const]),
    ),
    votes: sorted(view.votes.map(({ from, granted }) => [`n${from}`, granted])),
  };
}

/** What is over is the same as nothing. */
export const lasting = (untilUs: Micros | undefined, nowUs: Micros): Micros | undefined =>
  untilUs !== undefined && untilUs > nowUs ? untilUs : undefined;

const entryDrawn = ({ index, term, label, command }: EntryView): ReplicaSaid['entries'][number] => ({
  index,
  term,
  noop: label === 'no-op',
  command: [...command].join(' '),
});
