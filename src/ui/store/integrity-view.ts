import type { Keyspace } from '../../console/session.ts';
import type { LogIndex, Micros, NodeId } from '../../core/base/ids.ts';
import type { ExchangedRow, SyncOutcome, SyncReason } from '../../core/node/eventual/sync-event.ts';
import type { CheckVerdict, ReplacedRow } from '../../core/node/trace-event.ts';

/** What is known of whether the replicas of one shard hold the same. */
export interface IntegrityView {
  /** The last one that began; undefined: none did. */
  readonly check: CheckView | undefined;
  /** By their beginning, at most WALKS_KEPT. */
  readonly walks: readonly WalkView[];
  /** Trees that were built, oldest first, at most TREES_KEPT. */
  readonly trees: readonly TreeView[];
  /** Under which somebody had a row damaged by order, last; undefined: nobody had. */
  readonly tampered: Uint8Array | undefined;
  /** Those of which something is to be told. */
  readonly replicas: ReadonlyMap<NodeId, ReplicaIntegrityView>;
}

/** All replicas said their root behind one entry. */
export interface CheckView {
  readonly leader: NodeId;
  readonly index: LogIndex;
  readonly startedUs: Micros;
  /** Undefined while it goes on. */
  readonly endedUs: Micros | undefined;
  readonly verdict: CheckVerdict | undefined;
  readonly roots: readonly { readonly node: NodeId; readonly root: string }[];
  readonly damaged: readonly NodeId[];
  readonly missing: readonly NodeId[];
}

/** A replica compares its tree with another one's, level by level, and makes its rows the same where they differ. */
export interface WalkView {
  readonly keyspace: Keyspace;
  /** Who asks, and is changed. */
  readonly node: NodeId;
  /** Who is asked. */
  readonly from: NodeId;
  /** Behind which entry of the log both stand; 0 in the eventual keyspace, which has no log. */
  readonly index: LogIndex;
  readonly startedUs: Micros;
  /** Undefined while it goes on. */
  readonly endedUs: Micros | undefined;
  /** In the order in which they were compared; a second try begins with a root again. */
  readonly levels: readonly LevelView[];
  /** Sent for it, with the bytes of both. */
  readonly hashes: number;
  readonly keys: number;
  readonly bytes: number;
  /** The first few rows that were not the same, */
  readonly rows: readonly ReplacedRow[];
  /** how many there were of these, and of those that travelled and were the same. */
  readonly differing: number;
  readonly equal: number;
  /** Undefined while it goes on. */
  readonly outcome: 'walk' | 'all rows' | 'snapshot' | 'no answer' | 'not kept' | 'stopped' | SyncOutcome | undefined;
  /** Undefined: of the strong keyspace. */
  readonly sync?: SyncView;
}

/** What a walk has to tell in the eventual keyspace, where rows go both ways. */
export interface SyncView {
  readonly reason: SyncReason;
  /** That the trees of both count; undefined: not told yet. */
  readonly keysHeld: number | undefined;
  readonly keysThere: number | undefined;
  /** So often it was begun: the other side may have forgotten of it. */
  readonly tries: number;
  readonly sent: number;
  readonly taken: number;
  readonly refused: number;
  /** The first few. */
  readonly rows: readonly ExchangedRow[];
}

export interface LevelView {
  readonly asked: 'root' | 'inner' | 'leaves';
  readonly timeUs: Micros;
  /** Of which nodes the leaves are; of the other levels none. */
  readonly nodes: readonly number[];
  /** The first 32 bits of each hash. */
  readonly own: readonly number[];
  readonly theirs: readonly number[];
  /** Numbers of inner nodes or leaves; of the root 0. */
  readonly differing: readonly number[];
}

export interface TreeView {
  readonly node: NodeId;
  readonly index: LogIndex;
  readonly rows: number;
  readonly bytes: number;
}

export interface ReplicaIntegrityView {
  /** `damaged`: a block of it cannot be read. */
  readonly state: 'quarantined' | 'damaged' | 'repairing' | 'sound';
  /** In this state. */
  readonly sinceUs: Micros;
  /** When it went wrong, and how that was found. */
  readonly foundUs: Micros;
  readonly cause: string;
  /** What made it sound; empty otherwise. */
  readonly cure: string;
}

export const WALKS_KEPT = 8;
export const TREES_KEPT = 24;

export const EMPTY_INTEGRITY: IntegrityView = {
  check: undefined,
  walks: [],
  trees: [],
  tampered: undefined,
  replicas: new Map(),
};
