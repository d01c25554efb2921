import type { Hash64 } from '../base/hash128.ts';
import type { LogIndex, ShardId } from '../base/ids.ts';
import type { DriverEffect, GroupObservation } from '../meta/driver-input.ts';

/** What nodes say to each other about who holds what. All of it may be lost, come late or twice: whoever gets it looks at what it names. */
export type MetaMessage =
  /** The leader of the meta group to every node: what do you lead? `metaIndex`: up to there it has applied the meta group's log. */
  | { readonly type: 'GroupStatusAsked'; readonly metaIndex: LogIndex }
  /** To whoever asked last. */
  | {
      readonly type: 'GroupsReported';
      /** Which disk the node has. */
      readonly incarnation: number;
      readonly observations: readonly GroupObservation[];
      /** Replicas that it was told to drop, and that are durably gone. */
      readonly dropped: readonly number[];
    }
  /** The leader of the meta group wants this done. */
  | { readonly type: 'MetaOrdered'; readonly order: DriverEffect }
  /** A node that the meta group does not know yet, to all others that it knows. */
  | { readonly type: 'JoinAsked' }
  | { readonly type: 'MetaFetched'; readonly newerThan: LogIndex }
  /** The state behind entry `index` of the meta group's log, encoded. */
  | { readonly type: 'MetaTold'; readonly index: LogIndex; readonly state: Uint8Array }
  /** A learner to its group's leader: what it holds behind entry `index`, which carries `token`. */
  | {
      readonly type: 'CopyRead';
      readonly shard: ShardId;
      readonly token: number;
      readonly index: LogIndex;
      readonly root: Hash64;
    };

export type MetaMessageType = MetaMessage['type'];
