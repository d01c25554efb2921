import type { Breakpoint, BreakpointChange } from '../../console/breakpoint.ts';
import type {
  Cluster,
  FileChecking,
  HostReport,
  ReplicaLog,
  RunCondition,
  RunEnd,
  RunFacts,
  Speed,
  TransportState,
} from '../../console/cluster.ts';
import type { NodeId, ShardId } from '../../core/base/ids.ts';
import type { Action, ActionResult } from '../../core/cluster/action.ts';
import type { CheckProgress, CheckQuery, CheckReport } from '../../core/cluster/check-report.ts';
import type { OperationPath } from '../../core/cluster/operation-path/operation-path.ts';
import { ToldPaths } from '../../core/cluster/operation-path/told-paths.ts';
import type { PendingEvents } from '../../core/cluster/pending-event.ts';
import type { RunConfig, SavedRun } from '../../core/cluster/run.ts';
import type { ClusterSnapshot } from '../../core/cluster/snapshot.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { DamagedTable, OpenedTable } from '../../core/lsm/engine-report.ts';
import type { EventualReport, HeldKey } from '../../core/node/eventual/eventual-report.ts';
import type { HeldRow } from '../../core/node/held-row.ts';
import type { StorageAnswer, StorageQuery, StorageReport } from '../../core/node/storage-report.ts';
import type { ConductorApi } from '../protocol/conductor-api.ts';
import type { CheckClient } from './check-client.ts';
import { type Connection, connectConductor, type OpenWish } from './connect-conductor.ts';
import { recallRun, rememberRun } from './tab-run.ts';
import { type SeenIn, type Visibility, watchVisibility } from './visibility.ts';

interface BrowserWish extends Pick<OpenWish, 'config' | 'seed' | 'storage' | 'speed' | 'sample' | 'breaks'> {
  /** Time passes only while somebody sees this. */
  readonly seenIn: SeenIn;
}

/** A cluster in this browser, seen from its page. */
export class BrowserCluster implements Cluster {
  private readonly connection: Connection;
  private readonly page: PageSide;
  private checkClient: Promise<CheckClient> | undefined;

  private constructor(connection: Connection, page: PageSide) {
    this.connection = connection;
    this.page = page;
  }

  /** Brings a cluster up in this browser, on what a probe finds to work. Boots at full speed until every shard has a leader. */
  static async open({ seenIn, ...wish }: BrowserWish): Promise<BrowserCluster> {
    const page = new PageSide();
    const visibility = watchVisibility(seenIn, document);
    const request: OpenWish = {
      ...wish,
      runId: wish.storage === 'keep' ? recallRun(wish.config, wish.seed) : undefined,
      visible: visibility.visible,
    };
    const connection = await connectConductor(request, page);
    const remember = (runId: string): void => {
      if (wish.storage === 'keep') rememberRun(wish.config, wish.seed, runId);
    };
    remember(connection.report.runId);
    page.onRunChange = async () => remember((await connection.conductor.run()).runId);
    followVisibility(visibility, connection.conductor);
    return new BrowserCluster(connection, page);
  }

  host(): HostReport {
    return this.connection.report.host;
  }

  run(): Promise<RunFacts> {
    return this.conductor.run();
  }

  act(action: Action, options?: { readonly follow: boolean }): Promise<ActionResult> {
    return this.conductor.act(action, options);
  }

  async operationPath(operation: number): Promise<OperationPath | undefined> {
    await this.conductor.told();
    const { reducePaths } = await loadPaths();
    return this.page.paths.of(operation, reducePaths);
  }

  snapshot(): Promise<ClusterSnapshot> {
    return this.conductor.snapshot();
  }

  replicaLog(node: NodeId, shard: ShardId): Promise<ReplicaLog | undefined> {
    return this.conductor.replicaLog(node, shard);
  }

  async storage(node: NodeId): Promise<StorageReport | undefined> {
    return (await this.ask(node, { type: 'Storage' }))?.report;
  }

  async openTable(node: NodeId, fileNumber: number, block?: number): Promise<OpenedTable | DamagedTable | undefined> {
    return (await this.ask(node, { type: 'Table', fileNumber, block }))?.opened;
  }

  async heldRow(node: NodeId, shard: ShardId, key: Uint8Array): Promise<HeldRow | undefined> {
    return (await this.ask(node, { type: 'Row', shard, key }))?.held;
  }

  async heldEventualRow(node: NodeId, shard: ShardId, key: Uint8Array): Promise<HeldKey | DamagedTable | undefined> {
    return (await this.ask(node, { type: 'EventualRow', shard, key }))?.held;
  }

  async eventualReport(node: NodeId): Promise<EventualReport | undefined> {
    return (await this.ask(node, { type: 'Eventual' }))?.report;
  }

  pendingEvents(): Promise<PendingEvents> {
    return this.conductor.pendingEvents();
  }

  async check(query: CheckQuery): Promise<CheckReport> {
    return (await this.checking()).check(query);
  }

  async historyFile(key?: string): Promise<string> {
    return (await this.checking()).historyFile(key);
  }

  checkFile(text: string, tell: (progress: CheckProgress) => void): FileChecking {
    const loaded = loadCheck();
    const checking = loaded.then(({ checkFile, startCheckWorker }) =>
      checkFile(startCheckWorker(this.host().nodes), text, tell),
    );
    return {
      judged: checking.then(({ judged }) => judged),
      report: async (query) => (await checking).report(query),
      close: () =>
        void checking.then(
          ({ close }) => close(),
          () => undefined,
        ),
    };
  }

  pause(): Promise<void> {
    return this.conductor.pause();
  }

  play(): Promise<void> {
    return this.conductor.play();
  }

  step(events: number): Promise<void> {
    return this.conductor.step(events);
  }

  runUntil(condition: RunCondition): Promise<RunEnd> {
    return this.conductor.runUntil(condition);
  }

  breakpoints(change?: BreakpointChange): Promise<readonly Breakpoint[]> {
    return this.conductor.breakpoints(change);
  }

  setSpeed(speed: Speed): Promise<void> {
    return this.conductor.setSpeed(speed);
  }

  watchShard(shard: ShardId): Promise<void> {
    return this.conductor.watchShard(shard);
  }

  transport(): TransportState {
    return this.page.state;
  }

  async reset(options: { readonly seed?: number; readonly config?: Partial<RunConfig> }): Promise<void> {
    await this.conductor.reset(options);
    await this.page.onRunChange();
  }

  save(): Promise<SavedRun> {
    return this.conductor.save();
  }

  async load(run: SavedRun): Promise<{ readonly digest: string; readonly equal: boolean }> {
    const result = await this.conductor.load(run);
    await this.page.onRunChange();
    return result;
  }

  onTrace(listener: (events: readonly TraceEvent[]) => void): () => void {
    return this.page.listenTrace(listener);
  }

  onTransport(listener: (state: TransportState) => void): () => void {
    this.page.transportListeners.add(listener);
    return () => this.page.transportListeners.delete(listener);
  }

  private checking(): Promise<CheckClient> {
    this.checkClient ??= Promise.all([import('./check-client.ts'), loadCheck()]).then(
      ([{ CheckClient }, { startCheckWorker }]) => new CheckClient(this.conductor, startCheckWorker(this.host().nodes)),
    );
    return this.checkClient;
  }

  private async ask<T extends StorageQuery['type']>(
    node: NodeId,
    query: Extract<StorageQuery, { type: T }>,
  ): Promise<Extract<StorageAnswer, { type: T }> | undefined> {
    return (await this.conductor.askStorage(node, query)) as Extract<StorageAnswer, { type: T }> | undefined;
  }

  private get conductor(): ConductorApi {
    return this.connection.conductor;
  }
}

/** How operations are followed, fetched when one is first asked for. */
const loadPaths = () => import('../../core/cluster/operation-path/reduce-paths.ts');

/** More events than that are not kept until one is. */
const UNREAD_MAX = 20_000;

/** The checker, fetched when it is first asked. */
const loadCheck = () => import('./check-worker.ts');

/** What the conductor sends, handed on. Events that come before the first listener wait for it. */
class PageSide {
  state: TransportState = {
    mode: 'booting',
    speed: 'max',
    wantedSpeed: 'auto',
    pace: '',
    timeUs: 0,
    events: 0,
    note: 'opening',
    breakpoints: [],
    hit: undefined,
  };
  readonly transportListeners = new Set<(state: TransportState) => void>();
  onRunChange: () => Promise<void> = async () => undefined;
  private readonly traceListeners = new Set<(events: readonly TraceEvent[]) => void>();
  readonly paths = new ToldPaths();
  private early: TraceEvent[] | undefined = [];

  listenTrace(listener: (events: readonly TraceEvent[]) => void): () => void {
    this.traceListeners.add(listener);
    const { early } = this;
    this.early = undefined;
    if (early !== undefined && early.length > 0) listener(early);
    return () => this.traceListeners.delete(listener);
  }

  // Bound: they are called as bare functions.
  readonly trace = async (events: readonly TraceEvent[]): Promise<void> => {
    this.paths.take(events);
    if (this.paths.paths.unread > UNREAD_MAX)
      void loadPaths().then(({ reducePaths }) => this.paths.paths.read(reducePaths));
    for (const event of this.early === undefined ? [] : events) this.early?.push(event);
    for (const listener of this.traceListeners) listener(events);
  };

  readonly transport = async (state: TransportState): Promise<void> => {
    this.state = state;
    this.paths.reach(state.timeUs);
    for (const listener of this.transportListeners) listener(state);
  };
}

/** Time stands while nobody can see it, and what can be kept is kept before the page goes. */
function followVisibility(visibility: Visibility, conductor: ConductorApi): void {
  visibility.watch((visible) => {
    void conductor.setVisible(visible).catch(() => undefined);
  });
  window.addEventListener('pagehide', () => {
    void conductor.flush().catch(() => undefined);
  });
}
