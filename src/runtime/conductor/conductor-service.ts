import type { Breakpoint, BreakpointChange } from '../../console/breakpoint.ts';
import type { HostReport, ReplicaLog, RunCondition, RunEnd, RunFacts, Speed } from '../../console/cluster.ts';
import { assert, must } from '../../core/base/assert.ts';
import type { NodeId, ShardId } from '../../core/base/ids.ts';
import type { Action, ActionResult } from '../../core/cluster/action.ts';
import type { PendingEvents } from '../../core/cluster/pending-event.ts';
import type { RunConfig, SavedRun } from '../../core/cluster/run.ts';
import type { ClusterSnapshot } from '../../core/cluster/snapshot.ts';
import type { StorageAnswer, StorageQuery } from '../../core/node/storage-report.ts';
import type { HistoryPart } from '../protocol/check-api.ts';
import type { ConductorApi, OpenReport, OpenRequest, PageApi } from '../protocol/conductor-api.ts';
import { chooseHost } from './choose-host.ts';
import { Conductor, type ConductorEnvironment } from './conductor.ts';
import { probeDiskPlace } from './disk-place.ts';
import { IdbDisk } from './idb-disk.ts';
import { IdbRunStore } from './idb-run-store.ts';
import { MemoryDisk } from './memory-disk.ts';
import { collectNamespaces } from './namespace.ts';
import type { NodeDisk } from './node-disk.ts';
import type { NodeProcesses } from './node-process.ts';
import { probeStorage } from './probe.ts';
import { MemoryRunStore, type RunRecord } from './run-store.ts';
import { acquireLock } from './web-locks.ts';
import { WorkerProcesses } from './worker-processes.ts';

const RUN_ID_LENGTH = 10;
/** Drawn seeds are short enough to read aloud. */
const SEED_MAX = 999_999;

/** The conductor as the page calls it: the same in a worker (through Comlink) and on the page's own thread. */
export class ConductorService implements ConductorApi {
  private conductor: Conductor | undefined;
  private readonly workers = new Map<string, WorkerProcesses>();
  private processCount = 0;
  private readonly inProcess: (() => NodeProcesses) | undefined;

  /** `inProcess`: makes the nodes of a run where they share the conductor's thread; only a page without workers brings their code. */
  constructor(inProcess?: () => NodeProcesses) {
    this.inProcess = inProcess;
  }

  async open(request: OpenRequest, page: PageApi): Promise<OpenReport> {
    assert(this.conductor === undefined, 'a conductor is opened once');
    const { nodes } = request;
    const host = chooseHost(nodes, nodes.kind === 'in process' ? '' : await probeStorage());
    const environment = await this.environmentOn(host, page);
    this.conductor = await Conductor.open(environment, request);
    // Old namespaces are nobody's hurry, and a failure to delete one is tried again by the next page.
    if (host.storage === 'IndexedDB') void collectNamespaces(environment).catch(() => undefined);
    return { host: environment.host, runId: this.conductor.runId };
  }

  run(): Promise<RunFacts> {
    return this.opened().describeRun();
  }

  act(action: Action, options?: { readonly follow: boolean }): Promise<ActionResult> {
    return this.opened().act(action, options);
  }

  told(): Promise<void> {
    return this.opened().told();
  }

  snapshot(): Promise<ClusterSnapshot> {
    return this.opened().snapshot();
  }

  replicaLog(node: NodeId, shard: ShardId): Promise<ReplicaLog | undefined> {
    return this.opened().replicaLog(node, shard);
  }

  askStorage(node: NodeId, query: StorageQuery): Promise<StorageAnswer | undefined> {
    return this.opened().askStorage(node, query);
  }

  pendingEvents(): Promise<PendingEvents> {
    return this.opened().pendingEvents();
  }

  history(runId: string, count: number): Promise<HistoryPart> {
    return this.opened().history(runId, count);
  }

  pause(): Promise<void> {
    return this.opened().pause();
  }

  play(): Promise<void> {
    return this.opened().play();
  }

  step(events: number): Promise<void> {
    return this.opened().step(events);
  }

  runUntil(condition: RunCondition): Promise<RunEnd> {
    return this.opened().runUntil(condition);
  }

  breakpoints(change?: BreakpointChange): Promise<readonly Breakpoint[]> {
    return this.opened().breakpoints(change);
  }

  setSpeed(speed: Speed): Promise<void> {
    return this.opened().setSpeed(speed);
  }

  watchShard(shard: ShardId): Promise<void> {
    return this.opened().watchShard(shard);
  }

  reset(options: { readonly seed?: number; readonly config?: Partial<RunConfig> }): Promise<void> {
    return this.opened().reset(options);
  }

  save(): Promise<SavedRun> {
    return this.opened().save();
  }

  load(run: SavedRun): Promise<{ readonly digest: string; readonly equal: boolean }> {
    return this.opened().load(run);
  }

  setVisible(visible: boolean): Promise<void> {
    return this.opened().setVisible(visible);
  }

  flush(): Promise<void> {
    return this.opened().flush();
  }

  async processFailed(processId: number, reason: string): Promise<void> {
    for (const processes of this.workers.values()) processes.processFailed(processId, reason);
  }

  private opened(): Conductor {
    assert(this.conductor !== undefined, 'the conductor is open');
    return this.conductor;
  }

  private async environmentOn(host: HostReport, page: PageApi): Promise<ConductorEnvironment> {
    const stored = host.storage === 'IndexedDB';
    const inProcess =
      host.nodes === 'in process' ? must(this.inProcess, 'a page without workers brings nodes') : undefined;
    return {
      ...commonEnvironment(page),
      host,
      runs: stored ? await IdbRunStore.open() : new MemoryRunStore(),
      // Nobody else can see this memory.
      acquire: stored ? acquireLock : async () => () => undefined,
      diskPlace: stored ? await probeDiskPlace() : 'origin',
      processesOf: (record) => inProcess?.() ?? this.workersOf(record, stored, page),
    };
  }

  /** One object per run, so that a failing worker is found whoever made it, and a disk in memory by every boot of its node. */
  private workersOf({ header: { runId }, disks = 'origin' }: RunRecord, stored: boolean, page: PageApi): NodeProcesses {
    let processes = this.workers.get(runId);
    if (processes === undefined) {
      const makeDisk = (node: NodeId): NodeDisk => (stored ? new IdbDisk(runId, node, disks) : new MemoryDisk());
      processes = new WorkerProcesses(page, () => ++this.processCount, makeDisk);
      this.workers.set(runId, processes);
    }
    return processes;
  }
}

function commonEnvironment(
  page: PageApi,
): Pick<ConductorEnvironment, 'trace' | 'transport' | 'nowMs' | 'wallMs' | 'newRunId' | 'newSeed'> {
  return {
    trace: (events) => page.trace(events),
    transport: (state) => page.transport(state),
    nowMs: () => performance.now(),
    wallMs: () => Date.now(),
    newRunId: () => Array.from(randomBytes(RUN_ID_LENGTH), (byte) => (byte % 36).toString(36)).join(''),
    newSeed: () => 1 + (new DataView(randomBytes(4).buffer).getUint32(0) % SEED_MAX),
  };
}

function randomBytes(count: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(count));
}
