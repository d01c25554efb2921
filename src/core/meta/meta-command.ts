import type { NodeId, ShardId } from '../base/ids.ts';
import type { Consistency, GroupReport, VerifiedCopy } from './meta-state.ts';

/** What an entry of the meta group's log may say. Whoever proposes one may be out of date: applying it decides. */
export type MetaCommand = NodeCommand | MoveCommand | SettingCommand;

export type NodeCommand =
  /** ADD: a node that never was. It is on the ring from here on. */
  | { readonly type: 'JoinNode'; readonly node: NodeId }
  /** All replicas that it was to get are its own. */
  | { readonly type: 'CompleteJoin'; readonly node: NodeId }
  /** REMOVE: off the ring, its replicas move away. */
  | { readonly type: 'RemoveNode'; readonly node: NodeId }
  /** It has no replica any more, and never will have one. */
  | { readonly type: 'CompleteLeave'; readonly node: NodeId }
  /** Silent for too long: off the ring, others get its replicas. */
  | { readonly type: 'MarkDown'; readonly node: NodeId; readonly incarnation: number }
  /** A node that was down is there again, with its disk; or one that was leaving is to stay. */
  | { readonly type: 'ReturnNode'; readonly node: NodeId; readonly incarnation: number }
  /** WIPE, or a disk that turned out empty. `incarnation`: that of the empty disk. `force`: although it destroys the majority of a shard. */
  | {
      readonly type: 'ReplaceBlank';
      readonly node: NodeId;
      readonly incarnation: number;
      readonly force: boolean;
    };

export type MoveCommand =
  | { readonly type: 'StartMove'; readonly shard: ShardId; readonly to: NodeId; readonly from: NodeId }
  /** What a stage waits for and no configuration can tell. */
  | {
      readonly type: 'AdvanceMove';
      readonly shard: ShardId;
      readonly token: number;
      readonly evidence: MoveEvidence;
    }
  /** Back to what was, as long as there is a way back. */
  | { readonly type: 'AbortMove'; readonly shard: ShardId; readonly token: number }
  /** What a group's leader says of it. Moves that waited for it go on, whoever asked for it. */
  | { readonly type: 'ReportGroup'; readonly shard: ShardId; readonly report: GroupReport }
  /** The data of a retired replica is gone from its node's disk. */
  | { readonly type: 'ConfirmDropped'; readonly replicaId: number };

export type MoveEvidence =
  /** The learner has caught up, and its Merkle root was the leader's. */
  | { readonly type: 'Verified'; readonly copy: VerifiedCopy }
  /** `leader` leads the group, and is not the one who goes. */
  | { readonly type: 'HandedOver'; readonly leader: NodeId };

export type SettingCommand =
  /** CONFIG vnodes=…: another ring of the same nodes. */
  | { readonly type: 'SetVnodes'; readonly vnodes: number }
  | { readonly type: 'CreateKeyspace'; readonly name: string; readonly consistency: Consistency };
