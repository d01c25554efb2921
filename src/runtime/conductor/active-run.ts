import { assert } from '../../core/base/assert.ts';
import type { Micros, NodeId } from '../../core/base/ids.ts';
import type { Action, ActionResult, TimedAction } from '../../core/cluster/action.ts';
import type { PendingEvents } from '../../core/cluster/pending-event.ts';
import type { SavedRun } from '../../core/cluster/run.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { StorageAnswer, StorageQuery } from '../../core/node/storage-report.ts';
import { HistoryRecorder } from '../../sim/history-recorder.ts';
import type { HostReply, Round } from '../../sim/round.ts';
import { World } from '../../sim/world.ts';
import type { ActionHandle } from '../../sim/world-state.ts';
import { KEEP_INTERVAL_MS } from '../protocol/limits.ts';
import { type Namespace, type NamespaceEnvironment, reloadAction } from './namespace.ts';
import { RoundDriver } from './round-driver.ts';
import type { RunRecord } from './run-store.ts';
import { refusedInTab } from './tab-limit.ts';

/** A run that this page holds and drives: its world, its processes, its action log. */
export class ActiveRun {
  readonly namespace: Namespace;
  readonly world: World;
  /** What clients see, for whoever wants it checked. */
  readonly recorder: HistoryRecorder;
  private readonly environment: NamespaceEnvironment;
  private readonly driver: RoundDriver;
  /** The action log as it is kept; all of it has been appended before it took effect. */
  private readonly actions: TimedAction[];
  private readonly waiting = new Map<ActionHandle, (result: ActionResult) => void>();
  private record: RunRecord;
  private keptAtMs = 0;

  private constructor(
    environment: NamespaceEnvironment,
    namespace: Namespace,
    world: World,
    recorder: HistoryRecorder,
    actions: readonly TimedAction[],
  ) {
    this.recorder = recorder;
    this.environment = environment;
    this.namespace = namespace;
    this.world = world;
    this.actions = [...actions];
    this.record = namespace.record;
    this.driver = new RoundDriver(environment.processesOf(namespace.record));
  }

  /** Begins a new namespace, or goes on with one that earlier pages used: with a RELOAD. */
  static async open(environment: NamespaceEnvironment, namespace: Namespace): Promise<ActiveRun> {
    const { header, counters, state } = namespace.record;
    const recorder = new HistoryRecorder();
    const options = { trace: true, observe: recorder.observe };
    if (state === 'new') {
      const run = new ActiveRun(environment, namespace, new World(header, options), recorder, []);
      // Written before the first node starts: from here on the disks may hold something.
      await run.keep({ state: 'running' });
      return run;
    }
    assert(state === 'running', `a ${state} run is not opened`);
    const recorded = await environment.runs.actions(header.runId);
    const reload = await reloadAction(environment.processesOf(namespace.record), namespace.record, recorded);
    await environment.runs.append(header.runId, recorded.length, [reload]);
    const actions = [...recorded, reload];
    recorder.resume(recorded);
    const world = World.resume(header, actions, counters, options);
    const run = new ActiveRun(environment, namespace, world, recorder, actions);
    await run.keep({});
    return run;
  }

  /** Replays recorded actions in a fresh namespace. It is adoptable only after `finishReplay`. */
  static openReplay(
    environment: NamespaceEnvironment,
    namespace: Namespace,
    actions: readonly TimedAction[],
  ): ActiveRun {
    const recorder = new HistoryRecorder();
    const world = new World(namespace.record.header, { trace: true, observe: recorder.observe, actions });
    return new ActiveRun(environment, namespace, world, recorder, actions);
  }

  async finishReplay(): Promise<void> {
    await this.environment.runs.append(this.runId, 0, this.actions);
    await this.keep({ state: 'running' });
  }

  get runId(): string {
    return this.record.header.runId;
  }

  get header(): RunRecord['header'] {
    return this.record.header;
  }

  /** Nothing has happened in it yet: an adopted run or a replay never is. */
  get isNew(): boolean {
    return this.actions.length === 0;
  }

  /** Operations and other actions that have not taken effect. */
  get waitingCount(): number {
    return this.waiting.size;
  }

  /** Appends, then gives to the world. `done` is told when it has taken effect; an operation, when it is complete. */
  async act(action: Action, wantedUs: Micros, done: (result: ActionResult) => void): Promise<void> {
    const refused = refusedInTab(action, this.world);
    if (refused !== undefined) return done(refused);
    const timed: TimedAction = { ...this.world.placeFor(wantedUs), action };
    await this.environment.runs.append(this.runId, this.actions.length, [timed]);
    this.actions.push(timed);
    this.waiting.set(this.world.act(timed), done);
  }

  /** The next round before `limitUs`. Undefined: nothing is due before it, and virtual time has come to it. */
  advance(limitUs: Micros, single: boolean): readonly TraceEvent[] | Promise<readonly TraceEvent[]> | undefined {
    const round = this.world.plan(limitUs, single);
    if (round === undefined) {
      // Actions that need no round (a cut, a refusal) are taken while planning.
      const events = this.settle();
      return events.length > 0 ? events : undefined;
    }
    return this.carryOut(round);
  }

  /** What can happen next, asked of every node. */
  async pendingEvents(taken: (events: readonly TraceEvent[]) => void): Promise<PendingEvents> {
    taken(await this.carryOut(this.world.planQuery()));
    return this.world.pendingEvents();
  }

  /** What one node tells of its storage; undefined: it does not run. */
  async askStorage(
    node: NodeId,
    query: StorageQuery,
    taken: (events: readonly TraceEvent[]) => void,
  ): Promise<StorageAnswer | undefined> {
    const round = this.world.planStorageQuery(node, query);
    if (round === undefined) return undefined;
    taken(await this.carryOut(round));
    return this.world.storageAnswer(node);
  }

  private carryOut(round: Round): readonly TraceEvent[] | Promise<readonly TraceEvent[]> {
    const replies = this.driver.perform(round);
    if (!(replies instanceof Promise)) {
      this.world.complete(round, replies);
      return this.settle();
    }
    return replies.then(async (arrived) => {
      this.world.complete(round, arrived);
      await this.keepUnplanned();
      await this.keepStarted(round, arrived);
      return this.settle();
    });
  }

  /** Everything due at the present moment, actions just given included. */
  async catchUp(taken: (events: readonly TraceEvent[]) => void): Promise<void> {
    for (let events = await this.advance(this.world.nowUs, false); events !== undefined; ) {
      taken(events);
      events = await this.advance(this.world.nowUs, false);
    }
  }

  /** The run up to a moment before which everything has happened. */
  async save(taken: (events: readonly TraceEvent[]) => void): Promise<SavedRun> {
    await this.catchUp(taken);
    const { timeUs, after } = this.world.placeFor(0);
    const lastActionUs = this.actions.at(-1)?.timeUs ?? 0;
    const endUs = Math.max(after === undefined ? timeUs : timeUs + 1, lastActionUs + 1);
    for (let events = await this.advance(endUs, false); events !== undefined; ) {
      taken(events);
      events = await this.advance(endUs, false);
    }
    const actions = [...this.world.log];
    return { format: 'ringside-run', header: this.header, actions, endUs, digest: this.world.digest() };
  }

  /** Counters and time of last use, at most every so often. */
  async keepNowAndThen(): Promise<void> {
    if (this.record.state !== 'running' || this.environment.wallMs() - this.keptAtMs < KEEP_INTERVAL_MS) return;
    await this.keep({});
  }

  async keep(change: Partial<Pick<RunRecord, 'state' | 'started'>>): Promise<void> {
    this.keptAtMs = this.environment.wallMs();
    const { counters } = this.world.snapshot();
    this.record = { ...this.record, counters, lastUsed: this.keptAtMs, ...change };
    await this.environment.runs.put(this.record);
  }

  /** Ends every process. Whoever still waits for an action learns why it will not come. */
  async close(reason: string): Promise<Namespace> {
    for (const done of this.waiting.values()) {
      done({ type: 'Refused', code: 'OutcomeUnknown', text: reason });
    }
    this.waiting.clear();
    await this.driver.discardAll();
    return { record: this.record, release: this.namespace.release };
  }

  private async keepUnplanned(): Promise<void> {
    const unplanned = this.world.takeUnplanned();
    if (unplanned.length === 0) return;
    // They came before every action that is given and not yet taken: the log lists what it is a log of in the order in which it happened.
    const first = this.actions.length - this.world.actionsLeft;
    this.actions.splice(first, 0, ...unplanned);
    await this.environment.runs.append(this.runId, first, this.actions.slice(first));
  }

  /** Before any of them can have acknowledged anything. */
  private async keepStarted(round: Round, replies: readonly HostReply[]): Promise<void> {
    const started = round.calls.filter((_, i) => replies[i]?.type === 'started').map(({ node }) => node);
    const known = this.record.started ?? [];
    const fresh = started.filter((node) => !known.includes(node));
    if (fresh.length > 0) await this.keep({ started: [...known, ...fresh] });
  }

  private settle(): readonly TraceEvent[] {
    const completed = this.world.takeCompleted();
    // On its way before anybody hears of the result, so that a reload counts what was acknowledged. A failure shows at the next action.
    if (completed.some(({ result }) => result?.type === 'Completed') && this.record.state === 'running') {
      void this.keep({}).catch(() => undefined);
    }
    for (const handle of completed) {
      const done = this.waiting.get(handle);
      this.waiting.delete(handle);
      if (handle.result !== undefined) done?.(handle.result);
    }
    return this.world.takeTrace();
  }
}
