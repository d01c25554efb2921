import { must } from '../base/assert.ts';
import { type LogIndex, type NodeId, nodeId, type ShardId, shardId, type Term } from '../base/ids.ts';
import type { Configuration } from '../raft/configuration.ts';

/**
 * What the meta group agrees on: what is *meant* to be. What *is*, each group's own configuration says; its latest report is kept here and is never
 * taken for more than that. Immutable: a command gives another one.
 */
export interface MetaState {
  readonly replicationFactor: number;
  /** Points on the ring per node. */
  readonly vnodes: number;
  /** Grows with each change of the ring; 1 at first. */
  readonly ringEpoch: number;
  /** Ascending. A node is never taken off this list: its id is never given again. */
  readonly nodes: readonly NodeRecord[];
  /** By shard number, and the meta group itself behind them. */
  readonly groups: readonly GroupRecord[];
  /** Replicas that no group has any more and whose node has not said that their data is gone. Ascending by replica id. */
  readonly retired: readonly RetiredReplica[];
  /** Never used before; so is `nextToken`. */
  readonly nextReplicaId: number;
  readonly nextToken: number;
  /** In the order of their making. */
  readonly keyspaces: readonly KeyspaceRecord[];
}

/**
 * `joining` and `normal` nodes are on the ring; `leaving`, `down` and `left` ones are not. `left` is for ever. On disk by place: do not reorder.
 */
export const NODE_STATES = ['joining', 'normal', 'leaving', 'left', 'down'] as const;
export type NodeState = (typeof NODE_STATES)[number];

export interface NodeRecord {
  readonly node: NodeId;
  readonly state: NodeState;
  /** Which disk: 1 for its first, a larger one for each empty one that it came back with. A restart on the same disk changes nothing. */
  readonly incarnation: number;
}

export interface GroupRecord {
  readonly shard: ShardId;
  /** Where its replicas are meant to be: the preference list. */
  readonly desired: readonly NodeId[];
  /** Ascending by node: whoever is a member of the reported configuration, or is just being made one. */
  readonly replicas: readonly ReplicaRecord[];
  readonly report: GroupReport;
  /** Fencing token: another one for each stage of each move. What was sent under an earlier one is void. */
  readonly token: number;
  readonly move: Move | undefined;
  /** More of the voters that it last reported lost their disks than it can do without. */
  readonly isLost: boolean;
}

export interface ReplicaRecord {
  readonly node: NodeId;
  /** Of this replica alone, in the whole cluster and for all time. */
  readonly replicaId: number;
  /** The node's at its making. An older one than the node's: its disk is gone, the replica is **blank**. */
  readonly incarnation: number;
}

export interface RetiredReplica {
  readonly shard: ShardId;
  readonly node: NodeId;
  readonly replicaId: number;
}

/** A committed configuration, as the group's leader reported it. */
export interface GroupReport {
  /** Index of its entry: later configurations have larger ones. 0: the one that the group began with. */
  readonly confVer: LogIndex;
  readonly configuration: Configuration;
  /** Under which it was asked for; the entry carries it. 0: by nobody of this cluster's meta group. */
  readonly token: number;
  readonly term: Term;
  readonly leader: NodeId;
}

/**
 * `learner`: to be made a member that counts for nothing · `catchUp`: gets a snapshot and the log, then its Merkle root is compared · `transfer`: whoever
 * goes must not lead · `joint`: the voters are asked to change, and may have · `leave`: the joint configuration is committed, forward only ·
 * `rollBack`: the learner is to be taken off again. On disk by place: do not reorder.
 */
export const MOVE_STAGES = ['learner', 'catchUp', 'transfer', 'joint', 'leave', 'rollBack'] as const;
export type MoveStage = (typeof MOVE_STAGES)[number];

/** One replica of a group changes its node. Either side may be NO_NODE: a replica more, or one less. */
export interface Move {
  readonly to: NodeId;
  readonly from: NodeId;
  readonly stage: MoveStage;
  /** What the learner had in common with its group. */
  readonly verified: VerifiedCopy | undefined;
}

/** Both trees had this root when exactly the entries up to `index` were applied. */
export interface VerifiedCopy {
  readonly index: LogIndex;
  readonly root: Uint8Array;
}

/** On disk by place: do not reorder. */
export const CONSISTENCIES = ['strong', 'eventual'] as const;
export type Consistency = (typeof CONSISTENCIES)[number];

export interface KeyspaceRecord {
  readonly name: string;
  readonly consistency: Consistency;
}

/** The meta group among the others. No shard has this number. */
export const META_GROUP: ShardId = shardId(65535);

/** Undefined: no node of this id ever was. */
export const findNode = (state: MetaState, node: NodeId): NodeRecord | undefined =>
  state.nodes.find((record) => record.node === node);

/** Undefined: there is no such group. */
export const findGroup = (state: MetaState, shard: ShardId): GroupRecord | undefined =>
  shard === META_GROUP ? state.groups.at(-1) : shard < state.groups.length - 1 ? state.groups[shard] : undefined;

export const groupOf = (state: MetaState, shard: ShardId): GroupRecord =>
  must(findGroup(state, shard), `no group s${shard}`);

export const replicaOn = (group: GroupRecord, node: NodeId): ReplicaRecord | undefined =>
  group.replicas.find((replica) => replica.node === node);

export const isOnRing = ({ state }: NodeRecord): boolean => state === 'joining' || state === 'normal';

export const ringNodes = (state: Pick<MetaState, 'nodes'>): readonly NodeId[] =>
  state.nodes.filter(isOnRing).map(({ node }) => node);

/** Its node has another disk by now, on which it is not: it must neither vote nor acknowledge. */
export const isBlank = (state: MetaState, replica: ReplicaRecord): boolean =>
  replica.incarnation !== findNode(state, replica.node)?.incarnation;

/** The number that ADD gives to the next node. */
export const nextNodeId = ({ nodes }: MetaState): NodeId => nodeId((nodes.at(-1)?.node ?? 0) + 1);

export const groupName = (shard: ShardId): string => (shard === META_GROUP ? 'meta' : `s${shard}`);
