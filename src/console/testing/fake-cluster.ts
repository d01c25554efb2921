import { clientActorId, NO_NODE, nodeId, type ShardId, shardId } from '../../core/base/ids.ts';
import { decodeUtf8 } from '../../core/base/utf8.ts';
import type { Operation, OperationResult, Outcome, OutcomeGround } from '../../core/client/operation.ts';
import type { Action, ActionResult } from '../../core/cluster/action.ts';
import { BREAK_NAMES, type BreakName } from '../../core/cluster/break.ts';
import type { CheckQuery, CheckReport } from '../../core/cluster/check-report.ts';
import { HEALTHY_DISK } from '../../core/cluster/disk-fault.ts';
import { firstNodes } from '../../core/cluster/node-list.ts';
import type { OperationPath } from '../../core/cluster/operation-path/operation-path.ts';
import type { PendingEvent, PendingEvents } from '../../core/cluster/pending-event.ts';
import { durabilityOf } from '../../core/cluster/presets.ts';
import { type Durability, ENGINE_VERSION, type RunConfig, type SavedRun } from '../../core/cluster/run.ts';
import { type ClockSnapshot, type ClusterSnapshot, type DiskSnapshot, nodeName } from '../../core/cluster/snapshot.ts';
import { CLASSROOM_LIMITS } from '../../core/node/config.ts';
import type { StorageReport } from '../../core/node/storage-report.ts';
import type { Breakpoint, BreakpointChange, BreakpointHit } from '../breakpoint.ts';
import type { Cluster, ReplicaLog, RunCondition, RunEnd, RunFacts, Speed, TransportState } from '../cluster.ts';
import { checkedWell } from './fake-check.ts';
import { STORAGE } from './fake-storage.ts';

const CONFIG: RunConfig = {
  nodes: 3,
  shards: 8,
  profile: 'classroom',
  vnodes: 150,
  limits: CLASSROOM_LIMITS,
  network: { delayUs: 10_000, jitterUs: 2000, drop: 0, duplicate: 0, reorder: 0 },
  disk: { syncUs: 2000, blockReadUs: 2000, bytesPerSecond: 33_554_432 },
  clocks: { rateErrorPpmMax: 0, wallOffsetUsMax: 0 },
};

export const GROUND: OutcomeGround = {
  shard: shardId(3),
  node: nodeId(2),
  term: 4,
  index: 17,
  acks: 2,
  voters: 3,
  elapsedUs: 41_000,
  attempts: 1,
};

const NOW_US = 1_234_000;

/** A message on its way, due so many microseconds from now. Numbers rise in the order of sending. */
export function inFlight(
  dueInUs: number,
  link: string,
  sequence: number,
  change: Partial<Extract<PendingEvent, { readonly type: 'Message' }>> = {},
): PendingEvent {
  const [from = '', to = ''] = link.split('>');
  const items = [{ kind: 'AppendEntries' as const, shard: shardId(2), term: 4, index: 17, entries: 1, ok: true }];
  return {
    dueUs: NOW_US + dueInUs,
    type: 'Message',
    id: sequence,
    from,
    to,
    sequence,
    items,
    obstacle: undefined,
    ...change,
  };
}

/** Two messages from n1 to n2, of which the later one comes first, and what a node has of its own. */
const PENDING: readonly PendingEvent[] = [
  { dueUs: NOW_US + 300, type: 'Timer', at: 'n3', sequence: 31 },
  inFlight(4100, 'n1>n2', 8),
  { dueUs: NOW_US + 5000, type: 'LogSync', at: 'n2', sequence: 22 },
  inFlight(6200, 'n1>n2', 7),
  { dueUs: NOW_US + 9000, type: 'BlockRead', at: 'n1', sequence: 13 },
];

const SOUND_DISK: DiskSnapshot = { ...HEALTHY_DISK, damage: null, isMendable: false };

/** A cluster of one Map: answers at once, remembers what it was asked, and can be told what to answer next. */
export class FakeCluster implements Cluster {
  readonly actions: Action[] = [];
  readonly calls: string[] = [];
  /** Of `actions`, those whose steps were to be observed. */
  readonly followed: Action[] = [];
  runId = 'abc';
  readonly down = new Set<string>();
  readonly frozen = new Set<string>();
  readonly wiped = new Set<string>();
  added = 0;
  readonly clocks = new Map<string, ClockSnapshot>();
  readonly crashes = new Map<string, string>();
  readonly unreadable = new Map<string, readonly string[]>();
  readonly disks = new Map<string, DiskSnapshot>();
  /** Of nodes that differ from the configuration. */
  readonly durabilities = new Map<string, Durability>();
  /** The next operation's outcome instead of the real one. */
  nextOutcome: Outcome | undefined;
  /** Every action is refused with this. */
  refusal: { readonly code: string; readonly text: string } | undefined;
  runEnd: RunEnd = { reached: true, timeUs: 2_000_000, text: 'every shard has a leader' };
  equal = true;
  loaded: SavedRun | undefined;
  mode: TransportState['mode'] = 'playing';
  speed: Speed = 0.1;
  watched: ShardId | undefined;
  stops: readonly Breakpoint[] = [];
  hit: BreakpointHit | undefined;
  seed = 7;
  config = CONFIG;
  pending: readonly PendingEvent[] = PENDING;
  /** What CHECK and HISTORY are answered, one after the other. */
  checked: CheckReport[] = [];
  readonly queries: CheckQuery[] = [];
  private readonly pairs = new Map<string, { key: Uint8Array; value: Uint8Array }>();

  host(): ReturnType<Cluster['host']> {
    return { nodes: 'workers', storage: 'IndexedDB', reason: '', durability: 'relaxed' };
  }

  async run(): Promise<RunFacts> {
    const { runId, seed, config, added } = this;
    return { runId, seed, config, nodes: firstNodes(config.nodes + added) };
  }

  async act(action: Action, { follow } = { follow: false }): Promise<ActionResult> {
    if (this.refusal !== undefined) return { type: 'Refused', ...this.refusal };
    if (action.type === 'Kill' && this.down.has(`n${action.node}`))
      return { type: 'Refused', code: 'AlreadyDown', text: `n${action.node} is already down` };
    this.actions.push(action);
    if (follow) this.followed.push(action);
    if (action.type === 'Kill') this.down.add(`n${action.node}`);
    if (action.type === 'Revive') this.down.delete(`n${action.node}`);
    if (action.type === 'Add') this.added++;
    if (action.type === 'Wipe') this.wiped.add(`n${action.node}`);
    if (action.type === 'Freeze') this.frozen.add(`n${action.node}`);
    if (action.type === 'Thaw') this.frozen.delete(`n${action.node}`);
    if (action.type === 'Clock')
      this.clocks.set(`n${action.node}`, { offsetUs: action.offsetUs ?? 0, ratePpm: action.ratePpm ?? 0 });
    if (action.type !== 'Operate') return { type: 'Applied', timeUs: NOW_US };
    const outcome: Outcome = this.nextOutcome ?? { status: 'ok', result: this.operate(action.operation), ...GROUND };
    this.nextOutcome = undefined;
    return {
      type: 'Completed',
      timeUs: NOW_US,
      outcome,
      client: clientActorId(100),
      operation: this.actions.length,
    };
  }

  /** By operation id, which counts the actions from 1. */
  readonly paths = new Map<number, OperationPath>();

  async operationPath(operation: number): Promise<OperationPath | undefined> {
    return this.paths.get(operation);
  }

  async snapshot(): Promise<ClusterSnapshot> {
    const ids = firstNodes(this.config.nodes + this.added).map(nodeName);
    return {
      timeMs: 1234,
      digest: 'd1',
      seed: this.seed,
      runId: 'abc',
      nodes: ids.map((id, i) => ({
        id,
        state: this.down.has(id) ? 'down' : this.frozen.has(id) ? 'frozen' : 'up',
        recovering: false,
        crashReason: this.crashes.get(id) ?? null,
        boot: 1,
        incarnation: this.wiped.has(id) ? 2 : 1,
        membership: this.wiped.has(id) ? 'blank' : i < this.config.nodes ? 'normal' : 'joining',
        disk: this.disks.get(id) ?? SOUND_DISK,
        unreadable: this.unreadable.get(id) ?? [],
        clock: this.clocks.get(id) ?? { offsetUs: 0, ratePpm: 0 },
        durability: this.durabilities.get(id) ?? durabilityOf(this.config),
      })),
      shards: Array.from({ length: this.config.shards }, (_, i) => ({
        id: `s${i}`,
        leader: this.down.has('n2') ? null : 'n2',
        term: 4,
        commitIndex: 17,
        replicas: ids.slice(0, 3),
        desired: ids.slice(0, 3),
        move: null,
        voters: ids.slice(0, 3),
        votersOutgoing: [],
        learners: [],
      })),
      ringEpoch: 1,
      vnodes: this.config.vnodes,
      counters: { writes: 1, reads: 2, keys: 3, elections: 8 },
      breaks: BREAK_NAMES.filter((name) => this.breaks.has(name)),
    };
  }

  async replicaLog(node: number, shard: number): Promise<ReplicaLog | undefined> {
    if (node > 3 || (node === 3 && shard === 5)) return undefined;
    const { logBaseIndex: baseIndex } = this;
    const all = Array.from({ length: 25 }, (_, i) => ({ index: i + 1, term: 4, label: `PUT k${i + 1}` }));
    return { term: 4, role: 'follower', commitIndex: 24, appliedIndex: 23, baseIndex, entries: all.slice(baseIndex) };
  }

  /** Of every log. */
  logBaseIndex = 0;

  readonly breaks = new Set<BreakName>();

  /** By node number; the others have STORAGE. */
  readonly stores = new Map<number, StorageReport>();

  async storage(node: number): Promise<StorageReport | undefined> {
    return this.down.has(`n${node}`) ? undefined : (this.stores.get(node) ?? STORAGE);
  }

  async heldRow(): Promise<undefined> {
    return undefined;
  }

  async openTable(): Promise<undefined> {
    return undefined;
  }

  async pendingEvents(): Promise<PendingEvents> {
    return { timeUs: NOW_US, events: this.pending };
  }

  async check(query: CheckQuery): Promise<CheckReport> {
    this.queries.push(query);
    return this.checked.shift() ?? checkedWell(query.key ?? 'x');
  }

  async historyFile(key?: string): Promise<string> {
    return `{"key":${JSON.stringify(key ?? 'all')}}\n`;
  }

  checkFile(): never {
    throw new Error('a console judges no files');
  }

  async pause(): Promise<void> {
    this.mode = 'paused';
  }
  async play(): Promise<void> {
    this.mode = 'playing';
  }
  async step(events: number): Promise<void> {
    this.mode = 'paused';
    this.calls.push(`step ${events}`);
  }
  async runUntil(condition: RunCondition): Promise<RunEnd> {
    this.calls.push(`runUntil ${JSON.stringify(condition)}`);
    return this.runEnd;
  }
  async breakpoints(change?: BreakpointChange): Promise<readonly Breakpoint[]> {
    if (change !== undefined && 'add' in change)
      this.stops = [...this.stops, { id: this.stops.length + 1, condition: change.add }];
    else if (change !== undefined)
      this.stops = this.stops.filter(({ id }) => change.remove !== 'all' && id !== change.remove);
    return this.stops;
  }
  async setSpeed(speed: Speed): Promise<void> {
    this.speed = speed;
  }
  async watchShard(shard: ShardId): Promise<void> {
    this.watched = shard;
  }
  transport(): TransportState {
    const auto = this.speed === 'auto';
    const speed = this.speed === 'auto' ? 0.5 : this.speed;
    const pace = auto ? 'quick: nothing happens in s3' : '';
    const { mode, hit, stops: breakpoints } = this;
    return { mode, speed, wantedSpeed: this.speed, pace, timeUs: NOW_US, events: 99, note: '', breakpoints, hit };
  }

  async reset(options: { readonly seed?: number; readonly config?: Partial<RunConfig> }): Promise<void> {
    this.calls.push(`reset ${JSON.stringify(options)}`);
    this.seed = options.seed ?? this.seed;
    this.config = { ...this.config, ...options.config };
  }
  async save(): Promise<SavedRun> {
    const header = { engineVersion: ENGINE_VERSION, runId: 'abc', seed: this.seed, config: this.config };
    return { format: 'ringside-run', header, actions: [], endUs: 3_250_000, digest: 'd1' };
  }
  async load(run: SavedRun): Promise<{ digest: string; equal: boolean }> {
    this.loaded = run;
    return { digest: this.equal ? run.digest : 'other', equal: this.equal };
  }

  onTrace(): () => void {
    return () => {};
  }
  onTransport(_listener: (state: TransportState) => void): () => void {
    return () => {};
  }

  private operate(operation: Operation): OperationResult {
    if (operation.type === 'Scan') {
      const from = decodeUtf8(operation.from);
      const to = operation.to && decodeUtf8(operation.to);
      const names = [...this.pairs.keys()].filter((name) => name >= from && (to === undefined || name < to)).sort();
      const pairs = names
        .slice(0, operation.limit)
        .map((name) => this.pairs.get(name) as { key: Uint8Array; value: Uint8Array });
      return { type: 'Range', pairs, more: names.length > operation.limit };
    }
    if (operation.type === 'Batch') {
      const existed = operation.items
        .map((item) => this.operate(item))
        .map((each) => 'existed' in each && each.existed);
      return { type: 'Batched', existed: existed.map(Boolean) };
    }
    const name = decodeUtf8(operation.key);
    const present = this.pairs.get(name)?.value;
    if (operation.type === 'Get') return { type: 'Value', value: present };
    if (operation.type === 'Cas') {
      const matches = (present && decodeUtf8(present)) === (operation.expected && decodeUtf8(operation.expected));
      if (!matches) return { type: 'Swapped', swapped: false, actual: present };
    }
    if (operation.type === 'Delete') this.pairs.delete(name);
    else this.pairs.set(name, { key: operation.key, value: operation.value });
    if (operation.type === 'Cas') return { type: 'Swapped', swapped: true, actual: operation.value };
    return { type: 'Written', existed: present !== undefined };
  }
}

/** Nobody answered. */
export const NO_GROUND: OutcomeGround = {
  ...GROUND,
  node: NO_NODE,
  term: 0,
  index: 0,
  acks: 0,
  voters: 0,
  elapsedUs: 500_000,
};
