import type { LogIndex, NodeId, ShardId } from '../base/ids.ts';
import type { ConfigurationTarget } from '../raft/configuration.ts';
import type { MetaCommand } from './meta-command.ts';
import type { GroupReport, VerifiedCopy } from './meta-state.ts';

/** What the meta leader has heard; all of it may be out of date. */
export interface DriverInput {
  /** At most one per group: the latest answer of whoever leads it. A group that is not here has no leader that answers. */
  readonly observations: readonly GroupObservation[];
  /** Who answers, and which disk it says it has. */
  readonly seen: ReadonlyMap<NodeId, number>;
  /** Who has been silent for so long that others are to get its replicas. */
  readonly dead: ReadonlySet<NodeId>;
  /** Replica ids whose data was deleted. */
  readonly dropped: ReadonlySet<number>;
}

export interface GroupObservation {
  readonly shard: ShardId;
  /** Of the configuration that is committed; `leader` is who says so. */
  readonly report: GroupReport;
  /** Learners that have all that is committed, or nearly. */
  readonly caughtUp: readonly NodeId[];
  /** The last comparison of two Merkle roots that were equal, and the token under which it was asked for. */
  readonly verified: { readonly token: number; readonly copy: VerifiedCopy } | undefined;
}

export interface DriverLimits {
  /** Moves that one node may be receiving at a time. */
  readonly movesPerReceiver: number;
  /** Whether voters that somebody changed by hand are put back although every replica is where it is meant to be. */
  readonly restoresVoters: boolean;
  /** Whether who leads is evened out. */
  readonly balancesLeaders: boolean;
}

export const DRIVER_LIMITS: DriverLimits = { movesPerReceiver: 2, restoresVoters: true, balancesLeaders: true };

/** What the meta leader does at once. Each may be sent again, be lost, or come late: whoever gets one looks at what it names. */
export type DriverEffect =
  /** To the group's leader. It does so only if `confVer` is still the configuration in force, and no later token has made one. */
  | {
      readonly type: 'ChangeConfiguration';
      readonly shard: ShardId;
      readonly leader: NodeId;
      readonly token: number;
      readonly confVer: LogIndex;
      readonly target: ConfigurationTarget;
      /** Which replica the learner is that is new in `target`; 0: there is none. */
      readonly replicaId: number;
    }
  /** To the group's leader: somebody else is to lead. */
  | {
      readonly type: 'TransferLeadership';
      readonly shard: ShardId;
      readonly leader: NodeId;
      readonly token: number;
      readonly to: NodeId;
    }
  /** To the group's leader: are the learner's Merkle root and its own equal at one applied index? */
  | {
      readonly type: 'CompareCopy';
      readonly shard: ShardId;
      readonly leader: NodeId;
      readonly token: number;
      readonly learner: NodeId;
    }
  /** To the node: it may make this replica, empty, and only on the disk of this incarnation. */
  | {
      readonly type: 'CreateReplica';
      readonly node: NodeId;
      readonly shard: ShardId;
      readonly replicaId: number;
      readonly incarnation: number;
    }
  /** To the node: nobody has this replica any more; its data is to be deleted, and it must never be made again. */
  | { readonly type: 'DropReplica'; readonly node: NodeId; readonly shard: ShardId; readonly replicaId: number };

export interface Decision {
  /** To be proposed to the meta group, in this order. */
  readonly commands: readonly MetaCommand[];
  readonly effects: readonly DriverEffect[];
}
