import type { Breakpoint, BreakpointChange } from '../../console/breakpoint.ts';
import type {
  Cluster,
  HostReport,
  ReplicaLog,
  RunCondition,
  RunEnd,
  Speed,
  TransportState,
} from '../../console/cluster.ts';
import type { LiveBreak } from '../../core/base/breaks.ts';
import type { NodeId, ShardId } from '../../core/base/ids.ts';
import type { Action, ActionResult } from '../../core/cluster/action.ts';
import type { PendingEvents } from '../../core/cluster/pending-event.ts';
import type { RunConfig, SavedRun } from '../../core/cluster/run.ts';
import type { ClusterSnapshot } from '../../core/cluster/snapshot.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { StorageAnswer, StorageQuery } from '../../core/node/storage-report.ts';
import type { HistoryPart } from './check-api.ts';

/** What the page asks of the conductor, wherever that lives. In a worker it is called through Comlink. */
export interface ConductorApi {
  /** First call, once. */
  open(request: OpenRequest, page: PageApi): Promise<OpenReport>;
  run(): Promise<Awaited<ReturnType<Cluster['run']>>>;
  act(action: Action, options?: { readonly follow: boolean }): Promise<ActionResult>;
  /** Resolves when the page has taken in the trace of all that has happened so far. */
  told(): Promise<void>;
  snapshot(): Promise<ClusterSnapshot>;
  replicaLog(node: NodeId, shard: ShardId): Promise<ReplicaLog | undefined>;
  /** What a node tells of its storage, without anything happening in it; undefined: it does not run. */
  askStorage(node: NodeId, query: StorageQuery): Promise<StorageAnswer | undefined>;
  pendingEvents(): Promise<PendingEvents>;
  history(runId: string, count: number): Promise<HistoryPart>;
  pause(): Promise<void>;
  play(): Promise<void>;
  step(events: number): Promise<void>;
  runUntil(condition: RunCondition): Promise<RunEnd>;
  breakpoints(change?: BreakpointChange): Promise<readonly Breakpoint[]>;
  setSpeed(speed: Speed): Promise<void>;
  watchShard(shard: ShardId): Promise<void>;
  reset(options: { readonly seed?: number; readonly config?: Partial<RunConfig> }): Promise<void>;
  save(): Promise<SavedRun>;
  load(run: SavedRun): Promise<{ readonly digest: string; readonly equal: boolean }>;
  /** A hidden page's time stands still. */
  setVisible(visible: boolean): Promise<void>;
  /** The page is about to go: keep what can be kept. */
  flush(): Promise<void>;
  /** A node worker reported an error that it did not catch. */
  processFailed(processId: number, reason: string): Promise<void>;
}

/** What the conductor asks of the page, which alone can make and end workers in every browser. */
export interface PageApi {
  /** Makes a node worker and hands over the port to it. */
  spawn(processId: number, name: string): Promise<MessagePort>;
  terminate(processId: number): Promise<void>;
  /** Resolves when the page has taken the batch in: a slow page slows the run, nothing piles up. */
  trace(events: readonly TraceEvent[]): Promise<void>;
  transport(state: TransportState): Promise<void>;
}

export interface OpenRequest {
  readonly config: RunConfig;
  /** Only a run with this seed is adopted; undefined: any, or a drawn one. */
  readonly seed: number | undefined;
  /** The run that this tab had before it was reloaded. */
  readonly runId: string | undefined;
  readonly storage: 'keep' | 'fresh';
  /** Once every shard has its first leader. */
  readonly speed: Speed;
  /** A run that begins here gets a little data before it is shown. */
  readonly sample: boolean;
  /** Rules that are left out from here on. */
  readonly breaks: readonly LiveBreak[];
  readonly visible: boolean;
  /** What the page's probe found nodes can be, and why it is nothing better; empty for `workers`. */
  readonly nodes: { readonly kind: HostReport['nodes']; readonly reason: string };
}

export interface OpenReport {
  readonly host: HostReport;
  readonly runId: string;
}
