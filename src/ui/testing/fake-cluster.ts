import type { Cluster, HostReport, RunEnd, Speed, TransportState } from '../../console/cluster.ts';
import { NOTHING_CHECKED } from '../../console/testing/fake-check.ts';
import type { ShardId } from '../../core/base/ids.ts';
import type { Action, ActionResult } from '../../core/cluster/action.ts';
import { foundingNodes } from '../../core/cluster/node-list.ts';
import { CLASSROOM } from '../../core/cluster/presets.ts';
import type { RunConfig, SavedRun } from '../../core/cluster/run.ts';
import type { ClusterSnapshot } from '../../core/cluster/snapshot.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';

const HOST: HostReport = { nodes: 'workers', storage: 'IndexedDB', reason: '', durability: 'relaxed' };

/** A cluster that does nothing by itself: tests say what it reports. `acted` keeps what it was asked. */
export class FakeCluster implements Cluster {
  readonly acted: Action[] = [];
  answer: ActionResult = { type: 'Applied', timeUs: 0 };
  config: RunConfig = CLASSROOM;
  watched: ShardId | undefined;
  private state: TransportState = {
    mode: 'playing',
    speed: 1 / 10,
    wantedSpeed: 1 / 10,
    pace: '',
    timeUs: 0,
    events: 0,
    note: '',
    breakpoints: [],
    hit: undefined,
  };
  private readonly traceListeners = new Set<(events: readonly TraceEvent[]) => void>();
  private readonly transportListeners = new Set<(state: TransportState) => void>();

  emit(...events: readonly TraceEvent[]): void {
    for (const listener of this.traceListeners) listener(events);
  }

  transportIs(change: Partial<TransportState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.transportListeners) listener(this.state);
  }

  host = (): HostReport => HOST;
  run = async () => ({ runId: 'fake', seed: 42, config: this.config, nodes: foundingNodes(this.config) });
  act = async (action: Action): Promise<ActionResult> => {
    this.acted.push(action);
    return this.answer;
  };
  snapshot = async (): Promise<ClusterSnapshot> => ({
    timeMs: this.state.timeUs / 1000,
    digest: '0',
    seed: 42,
    runId: 'fake',
    nodes: [],
    shards: [],
    ringEpoch: 1,
    vnodes: this.config.vnodes,
    breaks: [],
    counters: { writes: 128, reads: 412, keys: 97, elections: 9 },
  });
  replicaLog = async () => undefined;
  operationPath = async () => undefined;
  storage = async () => undefined;
  openTable = async () => undefined;
  heldRow = async () => undefined;
  pendingEvents = async () => ({ timeUs: this.state.timeUs, events: [] });
  report = NOTHING_CHECKED;
  check = async () => this.report;
  historyFile = async () => '';
  checkFile = () => ({ judged: Promise.resolve({ ok: true } as const), report: this.check, close: () => undefined });
  pause = async () => this.transportIs({ mode: 'paused' });
  play = async () => this.transportIs({ mode: 'playing' });
  step = async () => undefined;
  runUntil = async (): Promise<RunEnd> => ({ reached: true, timeUs: this.state.timeUs, text: 'done' });
  breakpoints = async () => [];
  setSpeed = async (wantedSpeed: Speed) =>
    this.transportIs({ wantedSpeed, speed: wantedSpeed === 'auto' ? 1 / 2 : wantedSpeed });
  watchShard = async (shard: ShardId) => {
    this.watched = shard;
  };
  transport = (): TransportState => this.state;
  reset = async () => undefined;
  save = async (): Promise<SavedRun> => {
    throw new Error('a fake has no run to save');
  };
  load = async () => ({ digest: '0', equal: true });

  onTrace(listener: (events: readonly TraceEvent[]) => void): () => void {
    this.traceListeners.add(listener);
    return () => this.traceListeners.delete(listener);
  }

  onTransport(listener: (state: TransportState) => void): () => void {
    this.transportListeners.add(listener);
    return () => this.transportListeners.delete(listener);
  }
}
