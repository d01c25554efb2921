import type { ClientActorId, LogIndex, Micros, NodeId, ShardId } from '../base/ids.ts';
import type { ReplyBody, RequestName } from '../node/message.ts';
import type { FallbackReason } from './operation.ts';

/** What a client reports of one of its operations (`operation`: the id given at its Invoke); the world stamps the time. */
export type ClientEvent = { readonly client: ClientActorId; readonly operation: number } & (
  | {
      readonly type: 'KeyHashed';
      readonly token: number;
      readonly shard: ShardId;
      /** The shard's preference list. */
      readonly replicas: readonly NodeId[];
    }
  /** A client has one write under way per shard: `ahead` earlier ones go first. */
  | { readonly type: 'WriteQueued'; readonly shard: ShardId; readonly ahead: number }
  | {
      readonly type: 'RequestSent';
      readonly shard: ShardId;
      readonly requestId: number;
      readonly to: NodeId;
      readonly request: RequestName;
      /** From 1; counts the messages of this operation to this shard. */
      readonly attempt: number;
      /** It goes to another replica beside one that is suspected: see ReadHedged before it. */
      readonly hedge?: true;
    }
  /** The read is sent through another replica as well, because `by` says that `suspected` is silent; `by` the same: it was silent to this client. */
  | {
      readonly type: 'ReadHedged';
      readonly shard: ShardId;
      readonly requestId: number;
      readonly suspected: NodeId;
      readonly by: NodeId;
      readonly through: NodeId;
    }
  /**
   * So many of the voters say how far their logs reach: what was committed when the read began is in the entries up to `index`. `behind`: none of them has
   * applied that much, and they are asked again to answer when they have.
   */
  | {
      readonly type: 'QuorumHeard';
      readonly shard: ShardId;
      readonly index: LogIndex;
      readonly voters: readonly NodeId[];
      readonly behind: boolean;
    }
  /** The read is not served as it was asked for: the leader serves it, by ReadIndex, or a majority where all should have answered (`silent voter`). */
  | { readonly type: 'ReadFellBack'; readonly shard: ShardId; readonly reason: FallbackReason }
  /** Two replicas answered one read differently, and both had applied just the entries up to `index`. */
  | {
      readonly type: 'ReplicasDiffered';
      readonly shard: ShardId;
      readonly index: LogIndex;
      readonly nodes: readonly NodeId[];
    }
  /** W=3: the write is committed as entry `index`, and every replica is asked whether it has applied it. */
  | { readonly type: 'AppliedAsked'; readonly shard: ShardId; readonly index: LogIndex }
  | {
      readonly type: 'ReplyReceived';
      readonly shard: ShardId;
      readonly requestId: number;
      readonly from: NodeId;
      readonly answer: ReplyBody['type'] | 'ConnectionRefused';
      /** Who leads, as far as a NotLeader says; 0 = it knows nobody, or the answer was another. */
      readonly leader: NodeId;
    }
  /** Silence for so long: the client goes on without this answer, but still takes it if it comes. */
  | {
      readonly type: 'RequestGivenUp';
      readonly shard: ShardId;
      readonly requestId: number;
      readonly to: NodeId;
      readonly afterUs: Micros;
    }
  /**
   * `from` has heard of a ring, or of moves, that the client knows nothing of: it will ask for the whole placement in a moment. A refusal says itself
   * whom to ask for this shard.
   */
  | {
      readonly type: 'PlacementOutdated';
      readonly shard: ShardId;
      readonly requestId: number;
      readonly from: NodeId;
      readonly ringEpoch: number;
      readonly knownEpoch: number;
    }
  /** Who holds every shard by now? `shard` is that of the message, and says nothing. */
  | { readonly type: 'PlacementAsked'; readonly shard: ShardId; readonly requestId: number; readonly to: NodeId }
  /** `changed`: shards that are held by others than the client believed. */
  | {
      readonly type: 'PlacementLearned';
      readonly shard: ShardId;
      readonly requestId: number;
      readonly from: NodeId;
      readonly ringEpoch: number;
      readonly changed: readonly ShardId[];
    }
  /** Every replica was asked, or the one asked cannot serve now: the client waits before it asks again. */
  | { readonly type: 'ClientRested'; readonly shard: ShardId; readonly untilUs: Micros }
);

/** Without who reports it, and of which operation. */
export type ClientReport = DistributiveOmit<ClientEvent, 'client' | 'operation'>;

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
