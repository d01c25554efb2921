import type { HostReport, ReplicaLog, RunCondition, RunEnd } from '../../console/cluster.ts';
import { assert } from '../../core/base/assert.ts';
import type { NodeId, ShardId } from '../../core/base/ids.ts';
import type { Action, ActionResult } from '../../core/cluster/action.ts';
import type { RunConfig, SavedRun } from '../../core/cluster/run.ts';
import type { ClusterSnapshot } from '../../core/cluster/snapshot.ts';
import type { ConductorApi, OpenReport, OpenRequest, PageApi } from '../protocol/conductor-api.ts';
import { Conductor, type ConductorEnvironment } from './conductor.ts';
import { IdbRunStore } from './idb-run-store.ts';
import { MemoryProcesses } from './memory-processes.ts';
import { collectNamespaces } from './namespace.ts';
import { probeDiskPlace } from './node-disk.ts';
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

  async open(request: OpenRequest, page: PageApi): Promise<OpenReport> {
    assert(this.conductor === undefined, 'a conductor is opened once');
    const reason = request.noWorkers !== '' ? request.noWorkers : await probeStorage();
    const environment = reason === '' ? await this.workerEnvironment(page) : memoryEnvironment(page, request, reason);
    this.conductor = await Conductor.open(environment, request);
    // Old namespaces are nobody's hurry, and a failure to delete one is tried again by the next page.
    if (reason === '') void collectNamespaces(environment).catch(() => undefined);
    return { host: environment.host, runId: this.conductor.runId };
  }

  run(): Promise<{ readonly runId: string; readonly seed: number; readonly config: RunConfig }> {
    return this.opened().describeRun();
  }

  act(action: Action): Promise<ActionResult> {
    return this.opened().act(action);
  }

  snapshot(): Promise<ClusterSnapshot> {
    return this.opened().snapshot();
  }

  replicaLog(node: NodeId, shard: ShardId): Promise<ReplicaLog | undefined> {
    return this.opened().replicaLog(node, shard);
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

  setSpeed(speed: number | 'max'): Promise<void> {
    return this.opened().setSpeed(speed);
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

  private async workerEnvironment(page: PageApi): Promise<ConductorEnvironment> {
    const host: HostReport = { nodes: 'workers', storage: 'IndexedDB', reason: '', durability: 'relaxed' };
    return {
      ...commonEnvironment(page),
      host,
      runs: await IdbRunStore.open(),
      acquire: acquireLock,
      diskPlace: await probeDiskPlace(),
      processesOf: (record) => this.workersOf(record, page),
    };
  }

  /** One object per run, so that a failing worker is found whoever made it. */
  private workersOf({ header: { runId }, disks = 'origin' }: RunRecord, page: PageApi): NodeProcesses {
    let processes = this.workers.get(runId);
    if (processes === undefined) {
      processes = new WorkerProcesses({ runId, place: disks, durability: 'relaxed' }, page, () => ++this.processCount);
      this.workers.set(runId, processes);
    }
    return processes;
  }
}

function memoryEnvironment(page: PageApi, request: OpenRequest, reason: string): ConductorEnvironment {
  const why = request.noWorkers === '' ? `${reason}; nodes and disks live in the conductor's memory` : reason;
  return {
    ...commonEnvironment(page),
    host: { nodes: 'in process', storage: 'memory', reason: why, durability: 'none' },
    runs: new MemoryRunStore(),
    // Nobody else can see this memory.
    acquire: async () => () => undefined,
    diskPlace: 'origin',
    processesOf: () => new MemoryProcesses(),
  };
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
