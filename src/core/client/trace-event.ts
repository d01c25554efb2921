import type { ClientActorId, Micros, NodeId, ShardId } from '../base/ids.ts';
import type { ReplyBody, RequestName } from '../node/message.ts';

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
    }
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
  /** Every replica was asked, or the one asked cannot serve now: the client waits before it asks again. */
  | { readonly type: 'ClientRested'; readonly shard: ShardId; readonly untilUs: Micros }
);
