import { must } from '../base/assert.ts';
import type { LogIndex, Micros, NodeId, ShardId, Term } from '../base/ids.ts';
import type { KeyWrite, NodeQueue, ReadGround } from '../node/message.ts';

/** What a person can ask of the store. Keys are UTF-8 bytes of 1 … KEY_BYTES_MAX, values 0 … VALUE_BYTES_MAX. */
export type Operation =
  /** `ttlUs`: TTL_US_MIN … TTL_US_MAX of log time; absent = the value does not expire. */
  | { readonly type: 'Put'; readonly key: Uint8Array; readonly value: Uint8Array; readonly ttlUs?: Micros }
  /** `read`: on what ground it is to be served; absent = lease. */
  | { readonly type: 'Get'; readonly key: Uint8Array; readonly read?: ReadGround }
  | { readonly type: 'Delete'; readonly key: Uint8Array }
  | {
      readonly type: 'Cas';
      readonly key: Uint8Array;
      readonly expected: Uint8Array | undefined;
      readonly value: Uint8Array;
      readonly ttlUs?: Micros;
    }
  /** 1 … BATCH_ITEMS_MAX writes of different keys of one shard, BATCH_BYTES_MAX together: all of them or none. */
  | { readonly type: 'Batch'; readonly items: readonly KeyWrite[] }
  /** `from ≤ key < to` over all shards, each as it is at one moment of its own; `reverse`: the last keys, last first. */
  | {
      readonly type: 'Scan';
      readonly from: Uint8Array;
      readonly to: Uint8Array | undefined;
      readonly limit: number;
      readonly reverse?: boolean;
      readonly read?: ReadGround;
    };

export interface OperationOptions {
  readonly timeoutUs: Micros;
  /** Ask this node and no other; its refusal is the answer. */
  readonly via: NodeId | undefined;
}

/** How an operation ended. `fail` = certainly did not happen; `unknown` = may have happened, or may still. */
export type Outcome =
  | ({ readonly status: 'ok'; readonly result: OperationResult } & OutcomeGround)
  /** `queue`: of a Busy, what is full. */
  | ({
      readonly status: 'fail';
      readonly code: FailCode;
      readonly leader: NodeId;
      readonly queue?: BusyQueue;
    } & OutcomeGround)
  | ({
      readonly status: 'unknown';
      readonly code: 'OutcomeUnknown';
      /** `session expired`: the shard no longer knows whether it had applied an earlier attempt; the client does not ask again. */
      readonly reason: 'timeout' | 'leadership lost' | 'session expired';
    } & OutcomeGround);

/** A queue of the leader's, or the client's own. */
export type BusyQueue = NodeQueue | 'client';

export type FailCode =
  | 'NotEnoughReplicas'
  | 'NotLeader'
  | 'Timeout'
  | 'Busy'
  | 'TransferUnderWay'
  | 'ConnectionRefused'
  | 'SessionExpired';

/** Who answered and on what ground. Zeros where nobody did. */
export interface OutcomeGround {
  readonly shard: ShardId;
  readonly node: NodeId;
  readonly term: Term;
  readonly index: LogIndex;
  /** Of an answered read: what made it right. Absent where several shards answered. */
  readonly ground?: ReadGround;
  readonly acks: number;
  readonly voters: number;
  readonly elapsedUs: Micros;
  readonly attempts: number;
}

export type OperationResult =
  | { readonly type: 'Written'; readonly existed: boolean }
  | { readonly type: 'Swapped'; readonly swapped: boolean; readonly actual: Uint8Array | undefined }
  /** `expiresInUs`: what was left of its time to live, in log time. */
  | { readonly type: 'Value'; readonly value: Uint8Array | undefined; readonly expiresInUs?: Micros }
  /** All of a batch was applied; of each item, whether its key was there before. */
  | { readonly type: 'Batched'; readonly existed: readonly boolean[] }
  /** Nothing of a batch was applied: its CAS `item`, counted from 0, found another value than it expects. */
  | { readonly type: 'BatchRefused'; readonly item: number; readonly actual: Uint8Array | undefined }
  | {
      readonly type: 'Range';
      readonly pairs: readonly { readonly key: Uint8Array; readonly value: Uint8Array }[];
      readonly more: boolean;
    };

/** What an entry of the log answered. */
export const isWritten = ({ type }: OperationResult): boolean => type !== 'Value' && type !== 'Range';

/** The keys that an operation names; of a scan, the one from which it goes. */
export function keysOfOperation(operation: Operation): readonly [Uint8Array, ...Uint8Array[]] {
  if (operation.type === 'Scan') return [operation.from];
  if (operation.type !== 'Batch') return [operation.key];
  const [first, ...others] = operation.items.map(({ key }) => key);
  return [must(first, 'a batch has an item'), ...others];
}

/** The key that decides the operation's shard; a scan starts at its first. */
export const keyOfOperation = (operation: Operation): Uint8Array => keysOfOperation(operation)[0];

export const isWrite = (operation: Operation): boolean => operation.type !== 'Get' && operation.type !== 'Scan';
