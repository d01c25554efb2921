import type { ClientActorId, LogIndex, ShardId } from '../base/ids.ts';

/**
 * A replica that does not lead serves a read: it asks its leader from which index on that is linearizable (dissertation §6.4), and waits until it has
 * applied that much. Either may be lost, come late or twice.
 */
export type ReadIndexMessage =
  | ({
      readonly type: 'ReadIndexAsked';
      /** Whose read it is. */
      readonly client: ClientActorId;
      readonly requestId: number;
    } & ReadName)
  /** Everything that was committed when the question came in is in the entries up to `index`, and the leader has applied them. */
  | ({ readonly type: 'ReadIndexTold'; readonly index: LogIndex } & ReadName);

/** Of one read, and of no other that the asker ever asks for: an answer to an earlier one would say too little (bug 26). */
export interface ReadName {
  readonly shard: ShardId;
  /** Boot number of the asking node: its contexts begin anew with each. */
  readonly epoch: number;
  readonly context: number;
}
