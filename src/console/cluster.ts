import type { LogIndex, Micros, NodeId, ShardId, Term } from '../core/base/ids.ts';
import type { Action, ActionResult } from '../core/cluster/action.ts';
import type { CheckProgress, CheckQuery, CheckReport, FileCheck } from '../core/cluster/check-report.ts';
import type { OperationPath } from '../core/cluster/operation-path/operation-path.ts';
import type { PendingEvents } from '../core/cluster/pending-event.ts';
import type { RunConfig, SavedRun } from '../core/cluster/run.ts';
import type { ClusterSnapshot } from '../core/cluster/snapshot.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import type { DamagedTable, OpenedTable } from '../core/lsm/engine-report.ts';
import type { HeldRow } from '../core/node/held-row.ts';
import type { StorageReport } from '../core/node/storage-report.ts';
import type { Breakpoint, BreakpointChange, BreakpointHit } from './breakpoint.ts';

/** What a person may want to know, or change with RESET or CONFIG. */
export interface RunFacts {
  readonly runId: string;
  readonly seed: number;
  /** As it is now: Configure actions are in it. Its `nodes` are those that the run began with. */
  readonly config: RunConfig;
  /** All that there are, in the order of their numbers: the founding ones, and those that ADD brought. */
  readonly nodes: readonly NodeId[];
}

/**
 * A running cluster as console and screen see it. Implemented by `runtime/page` (workers, inline worker, in-process) and by `cli` over the
 * in-process world; nobody above this interface knows which.
 */
export interface Cluster {
  /** What this cluster runs on, as a real probe found it; shown in a chip. */
  host(): HostReport;
  run(): Promise<RunFacts>;
  /**
   * Appends the action to the run's log and lets it take effect. Resolves when it has; an operation, when it is complete: while paused, time
   * runs until then and stands again. `follow`: an operation's steps are observed at any speed, for `operationPath`.
   */
  act(action: Action, options?: { readonly follow: boolean }): Promise<ActionResult>;
  /** The steps of one of the last operations; undefined when it is none of them. What passed at full speed and was not followed has few. */
  operationPath(operation: number): Promise<OperationPath | undefined>;
  snapshot(): Promise<ClusterSnapshot>;
  /** The replica's log as last reported by the node; a dead node's log stays as it was. Undefined: the node holds no replica of the shard. */
  replicaLog(node: NodeId, shard: ShardId): Promise<ReplicaLog | undefined>;
  /** A node's storage engine, asked of the node itself: nothing in the run changes. Undefined: the node does not run. */
  storage(node: NodeId): Promise<StorageReport | undefined>;
  /** One of its tables opened; `block`: the ordinal of the block whose entries are wanted. Undefined: it has no such table. */
  openTable(node: NodeId, fileNumber: number, block?: number): Promise<OpenedTable | DamagedTable | undefined>;
  /** What its replica of the shard holds under a key, asked of the node in the same way. Undefined: it does not run, or has no such replica. */
  heldRow(node: NodeId, shard: ShardId, key: Uint8Array): Promise<HeldRow | undefined>;
  /** What can happen next, in the order in which it would; the nodes are asked. While time runs it is soon past. */
  pendingEvents(): Promise<PendingEvents>;
  /** What clients saw in this run, judged by the linearizability checker away from where time runs; only keys that have changed are judged anew. */
  check(query: CheckQuery): Promise<CheckReport>;
  /** The same as a file for `npm run check-history`: of one key, or of all. */
  historyFile(key?: string): Promise<string>;
  /** Judges a history from a file, away from the page and from where time runs. `tell` hears how far it is. */
  checkFile(text: string, tell: (progress: CheckProgress) => void): FileChecking;

  pause(): Promise<void>;
  play(): Promise<void>;
  /** Runs exactly `events` events, then stays paused. */
  step(events: number): Promise<void>;
  /** Plays until the condition holds, then pauses. Resolves with what ended it. */
  runUntil(condition: RunCondition): Promise<RunEnd>;
  /** What time stops at while it runs, after a change or as it is. */
  breakpoints(change?: BreakpointChange): Promise<readonly Breakpoint[]>;
  setSpeed(speed: Speed): Promise<void>;
  /** The shard that the screen shows: at `auto` pace, what concerns it passes slowly. */
  watchShard(shard: ShardId): Promise<void>;
  transport(): TransportState;

  /**
   * A new run (new seed or configuration, empty disks). The old one's data is deleted. What is not given stays as it is; a new `profile`
   * brings its own limits, network and disk.
   */
  reset(options: { readonly seed?: number; readonly config?: Partial<RunConfig> }): Promise<void>;
  save(): Promise<SavedRun>;
  /** Replays a saved run from its beginning to its end in place of the present one. */
  load(run: SavedRun): Promise<{ readonly digest: string; readonly equal: boolean }>;

  /** Batches of events in run order, at most some 20 batches a second. Returns the function that unsubscribes. */
  onTrace(listener: (events: readonly TraceEvent[]) => void): () => void;
  onTransport(listener: (state: TransportState) => void): () => void;
}

/** A history file that is being judged, or has been. */
export interface FileChecking {
  /** Never resolves once it has been closed. */
  readonly judged: Promise<FileCheck>;
  /** What there is to see of it, once it has been judged. */
  report(query: CheckQuery): Promise<CheckReport>;
  /** Ends the work and forgets the file. */
  close(): void;
}

export interface HostReport {
  /** `inline workers` run from their scripts' text, where the page may start none from an address. */
  readonly nodes: 'workers' | 'inline workers' | 'in process';
  readonly storage: 'IndexedDB' | 'memory';
  /** Why it is not workers + IndexedDB; empty when it is. */
  readonly reason: string;
  readonly durability: 'relaxed' | 'strict' | 'none';
}

/**
 * Virtual seconds per wall second; `max` = as fast as the machine can; `auto` = quickly where nothing happens, slowly what concerns the watched
 * shard.
 */
export type Speed = number | 'max' | 'auto';

export interface TransportState {
  readonly mode: 'booting' | 'paused' | 'playing' | 'replaying';
  /** At which virtual time passes now. */
  readonly speed: number | 'max';
  /** What was asked for. */
  readonly wantedSpeed: Speed;
  /** What `auto` does and why: `slow: an election in s3`; empty at any other speed. */
  readonly pace: string;
  readonly timeUs: Micros;
  /** Events processed since RESET of this page. */
  readonly events: number;
  /** Why time stands, in words; empty while it runs. */
  readonly note: string;
  readonly breakpoints: readonly Breakpoint[];
  /** The last time that one of them stopped time; undefined: none did. */
  readonly hit: BreakpointHit | undefined;
}

export type RunCondition =
  | { readonly type: 'for'; readonly durationUs: Micros }
  /** Every shard has a leader. */
  | { readonly type: 'leader' }
  /** The next entry is committed anywhere. */
  | { readonly type: 'commit' }
  /** No operation, election or unreplicated entry is under way. */
  | { readonly type: 'quiet' }
  | { readonly type: 'event'; readonly name: string };

export interface RunEnd {
  readonly reached: boolean;
  readonly timeUs: Micros;
  /** How it ended, in words. */
  readonly text: string;
}

export interface ReplicaLog {
  readonly term: Term;
  readonly role: string;
  readonly commitIndex: LogIndex;
  readonly appliedIndex: LogIndex;
  /** The log begins behind this entry: what it and all before it did is in the tables, and in the snapshot that a follower would get. 0 = nothing is forgotten. */
  readonly baseIndex: LogIndex;
  readonly entries: readonly { readonly index: LogIndex; readonly term: Term; readonly label: string }[];
}
