import type { Breakpoint, BreakpointChange } from '../../console/breakpoint.ts';
import type {
  HostReport,
  ReplicaLog,
  RunCondition,
  RunEnd,
  RunFacts,
  Speed,
  TransportState,
} from '../../console/cluster.ts';
import { type Micros, type NodeId, nodeId, type ShardId, shardId } from '../../core/base/ids.ts';
import type { Action, ActionResult } from '../../core/cluster/action.ts';
import type { PendingEvents } from '../../core/cluster/pending-event.ts';
import type { RunConfig, SavedRun } from '../../core/cluster/run.ts';
import { SAMPLE_ACTIONS } from '../../core/cluster/sample-data.ts';
import type { ClusterSnapshot } from '../../core/cluster/snapshot.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { StorageAnswer, StorageQuery } from '../../core/node/storage-report.ts';
import type { HistoryPart } from '../protocol/check-api.ts';
import type { OpenRequest } from '../protocol/conductor-api.ts';
import { SLICE_MS } from '../protocol/limits.ts';
import { ActiveRun } from './active-run.ts';
import { AutoPace, autoRates } from './auto-pace.ts';
import { Breakpoints } from './breakpoints.ts';
import { CommandQueue } from './command-queue.ts';
import { describeError } from './idb-block-store.ts';
import { historySince, replicaLogOf } from './inspect-run.ts';
import { MessageHop } from './message-hop.ts';
import { missingCodeOf } from './missing-code.ts';
import { createNamespace, deleteNamespace, type NamespaceEnvironment, openNamespace } from './namespace.ts';
import { nextConfig } from './next-config.ts';
import { Outbox, type OutboxTarget } from './outbox.ts';
import { Pace } from './pace.ts';
import { ConditionWatch } from './watch-condition.ts';

/** A cluster that cannot elect (it was left partitioned) is shown after this much virtual time all the same. */
const BOOT_US_MAX = 5_000_000;
/** At `max`, time is let go in strides of this length, where nothing stops it earlier. */
const STRIDE_US = 1_000_000;
const SLEEP_MS_MAX = 50;
const REPLAYING = 'a saved run is being replayed: PLAY lets it come to its end, RESET begins another';

/** What the conductor needs from where it runs. */
export interface ConductorEnvironment extends NamespaceEnvironment, OutboxTarget {
  /** Monotonic wall clock. */
  nowMs(): number;
  readonly host: HostReport;
}

/** Why time runs or stands. */
type Mode = TransportState['mode'];

/**
 * Owns a run's pace: takes rounds from the world, has them carried out, and between two rounds does what people ask for. One loop; commands
 * and rounds never overlap.
 */
export class Conductor {
  private readonly environment: ConductorEnvironment;
  private readonly hop = new MessageHop();
  private readonly commands = new CommandQueue(() => this.hop.wake());
  private readonly outbox: Outbox;
  private readonly pace: Pace;
  private readonly defaultSpeed: Speed;
  private wantedSpeed: Speed;
  private auto: AutoPace;
  private run: ActiveRun;
  private mode: Mode = 'booting';
  private note = '';
  private visible: boolean;
  private bootUntilUs: Micros = 0;
  private readonly sample: boolean;
  /** Writes of the sample data that are not complete. */
  private sampleLeft = 0;
  private watch: ConditionWatch | undefined;
  private readonly stops = new Breakpoints();
  private replay:
    | { readonly saved: SavedRun; readonly done: (equal: boolean) => void; readonly failed: (error: unknown) => void }
    | undefined;
  /** Operations given while time stood: time runs until they are complete. */
  private borrowed = new Set<Action>();
  /** Operations whose every step is observed, at any speed; `complete` ones until their last events have been told. */
  private followed = new Map<Action, 'under way' | 'complete'>();
  /** Set when the conductor itself failed an assert: nothing goes on, everything says why. */
  private failure: Error | undefined;

  private constructor(environment: ConductorEnvironment, request: OpenRequest, run: ActiveRun) {
    this.environment = environment;
    this.run = run;
    this.visible = request.visible;
    this.sample = request.sample;
    this.defaultSpeed = request.speed;
    this.wantedSpeed = request.speed;
    this.auto = new AutoPace(autoRates(run.world.presentConfig()), shardId(0));
    this.pace = new Pace(request.speed === 'auto' ? 1 : request.speed);
    this.outbox = new Outbox(environment, () => environment.nowMs());
  }

  static async open(environment: ConductorEnvironment, request: OpenRequest): Promise<Conductor> {
    const run = await ActiveRun.open(environment, await openNamespace(environment, request));
    const conductor = new Conductor(environment, request, run);
    // Before the sample data, which is due later.
    for (const name of request.breaks)
      await run.act({ type: 'Break', name, on: true }, run.world.nowUs, () => undefined);
    await conductor.beginBoot();
    void conductor.loop();
    return conductor;
  }

  get runId(): string {
    return this.run.runId;
  }

  async describeRun(): Promise<RunFacts> {
    const { header, world } = this.run;
    const { runId, seed } = header;
    return { runId, seed, config: world.presentConfig(), nodes: world.nodes };
  }

  /** Appends the action and lets it take effect. While time stands it runs until an operation is complete, then stands again. */
  act(action: Action, { follow } = { follow: false }): Promise<ActionResult> {
    return this.whenDone((done) =>
      this.command(async () => {
        if (this.replay !== undefined) {
          return done({ type: 'Refused', code: 'Replaying', text: REPLAYING });
        }
        const missing = missingCodeOf(action);
        if (missing !== undefined) return done({ type: 'Refused', code: 'NotFetched', text: missing });
        if (follow) this.follow(action);
        let complete = false;
        const { hit } = this.stops;
        await this.run.act(action, this.run.world.nowUs, (result) => {
          complete = true;
          if (follow) this.followed.set(action, 'complete');
          this.giveBack(action, result);
          done(result);
        });
        await this.run.catchUp((events) => this.takeIn(events));
        // A breakpoint that it met at once holds it where it is.
        const stands = this.mode === 'paused' && this.stops.hit === hit;
        if (!complete && (stands || this.borrowed.size > 0)) this.borrow(action);
        this.flushOutbox();
      }),
    );
  }

  /** Resolves when the page has taken in all that has happened so far. */
  async told(): Promise<void> {
    await this.command(() => this.flushOutbox());
    await this.outbox.taken();
  }

  snapshot(): Promise<ClusterSnapshot> {
    return this.command(() => this.run.world.snapshot());
  }

  replicaLog(node: NodeId, shard: ShardId): Promise<ReplicaLog | undefined> {
    return this.command(() => replicaLogOf(this.run, node, shard));
  }

  pendingEvents(): Promise<PendingEvents> {
    return this.command(() => this.run.pendingEvents(this.onAsked));
  }

  askStorage(node: NodeId, query: StorageQuery): Promise<StorageAnswer | undefined> {
    return this.command(() => this.run.askStorage(nodeId(node), query, this.onAsked));
  }

  history(runId: string, count: number): Promise<HistoryPart> {
    return this.command(() => historySince(this.run, runId, count));
  }

  /** Only a death that a question found: nothing else happens in it. */
  private readonly onAsked = (events: readonly TraceEvent[]): void => {
    this.takeIn(events);
    if (events.length > 0) this.flushOutbox();
  };

  pause(): Promise<void> {
    return this.command(() => {
      this.interrupt('PAUSE');
      this.stand('');
    });
  }

  play(): Promise<void> {
    return this.command(() => {
      this.interrupt('PLAY');
      this.move(this.replay === undefined ? 'playing' : 'replaying', '');
    });
  }

  step(events: number): Promise<void> {
    return this.command(async () => {
      this.interrupt('STEP');
      this.stand('');
      const { world } = this.run;
      const goal = world.events + events;
      while (world.events < goal) {
        const nextUs = world.nextEventUs();
        // A replay is compared at its end: not one event beyond it.
        if (nextUs === undefined || (this.replay !== undefined && nextUs >= this.replay.saved.endUs)) break;
        const traced = await this.run.advance(nextUs + 1, true);
        if (traced === undefined) break;
        this.tell(traced);
        if (this.meetBreakpoint(traced)) break;
      }
      this.flushOutbox();
    });
  }

  runUntil(condition: RunCondition): Promise<RunEnd> {
    return this.whenDone((done) =>
      this.command(() => {
        this.interrupt('RUN');
        if (this.replay !== undefined) {
          return done({ reached: false, timeUs: this.run.world.nowUs, text: REPLAYING });
        }
        const watch = new ConditionWatch(condition, this.run.world.nowUs, done);
        if (watch.observe(this.run.world, [])) {
          this.stand('');
          return watch.reached(this.run.world.nowUs);
        }
        this.watch = watch;
        this.move('playing', '');
      }),
    );
  }

  breakpoints(change?: BreakpointChange): Promise<readonly Breakpoint[]> {
    return this.command(() => {
      if (change !== undefined) this.stops.change(change);
      this.flushOutbox();
      return this.stops.list;
    });
  }

  setSpeed(speed: Speed): Promise<void> {
    return this.command(() => {
      this.setWantedSpeed(speed);
      this.flushOutbox();
    });
  }

  watchShard(shard: ShardId): Promise<void> {
    return this.command(() => this.auto.watch(shard));
  }

  /** At `auto` the pace is told its rate turn by turn. */
  private setWantedSpeed(speed: Speed): void {
    this.wantedSpeed = speed;
    this.pace.speed = speed === 'auto' ? this.auto.advance(this.environment.nowMs(), this.run.world.nowUs) : speed;
  }

  setVisible(visible: boolean): Promise<void> {
    return this.command(() => {
      this.visible = visible;
      this.pace.rest(this.run.world.nowUs);
      this.flushOutbox();
    });
  }

  flush(): Promise<void> {
    return this.command(() => this.run.keep({}));
  }

  reset(options: { readonly seed?: number; readonly config?: Partial<RunConfig> }): Promise<void> {
    return this.command(async () => {
      this.interrupt('RESET');
      this.abandonReplay('RESET');
      const { header } = this.run;
      const config = nextConfig(header.config, options.config ?? {});
      const seed = options.seed ?? header.seed;
      await this.replaceRun(async () =>
        ActiveRun.open(this.environment, await createNamespace(this.environment, config, seed, 'new')),
      );
      this.auto = new AutoPace(autoRates(this.run.world.presentConfig()), this.auto.watched);
      this.setWantedSpeed(this.wantedSpeed === 'max' ? this.defaultSpeed : this.wantedSpeed);
      await this.beginBoot();
    });
  }

  save(): Promise<SavedRun> {
    return this.command(() => {
      if (this.replay !== undefined) throw new Error(REPLAYING);
      return this.run.save((events) => this.tell(events));
    });
  }

  load(saved: SavedRun): Promise<{ readonly digest: string; readonly equal: boolean }> {
    return new Promise((resolve, reject) => {
      const done = (equal: boolean): void => resolve({ digest: this.run.world.digest(), equal });
      this.command(async () => {
        this.interrupt('LOAD');
        this.abandonReplay('LOAD');
        const { config, seed } = saved.header;
        await this.replaceRun(async () => {
          const namespace = await createNamespace(this.environment, config, seed, 'replaying', saved.actions);
          return ActiveRun.openReplay(this.environment, namespace, saved.actions);
        });
        this.replay = { saved, done, failed: reject };
        this.move('replaying', '');
      }).catch(reject);
    });
  }

  state(): TransportState {
    const { world } = this.run;
    const speed = this.mode === 'booting' || this.mode === 'replaying' ? 'max' : this.pace.speed;
    const pace = this.wantedSpeed === 'auto' && speed !== 'max' ? this.auto.describe(world.nowUs) : '';
    const { mode, wantedSpeed, stops } = this;
    const { list: breakpoints, hit } = stops;
    const { nowUs: timeUs, events } = world;
    return { mode, speed, wantedSpeed, pace, timeUs, events, note: this.noteNow(), breakpoints, hit };
  }

  private noteNow(): string {
    if (this.failure !== undefined) return this.note;
    if (!this.visible && this.mode !== 'paused') return 'time stands while nobody sees this page';
    if (this.replay !== undefined && this.note === '') {
      const { endUs } = this.replay.saved;
      return `replaying: ${Math.floor((this.run.world.nowUs * 100) / Math.max(1, endUs))} %`;
    }
    return this.note;
  }

  /** At full speed until every shard has a leader and the sample data is in. */
  private async beginBoot(): Promise<void> {
    const { run } = this;
    this.bootUntilUs = run.world.nowUs + BOOT_US_MAX;
    this.sampleLeft = this.sample && run.isNew ? SAMPLE_ACTIONS.length : 0;
    this.move('booting', '');
    if (this.sampleLeft === 0) return;
    for (const { timeUs, action } of SAMPLE_ACTIONS) {
      await run.act(action, timeUs, () => {
        if (this.run === run) this.sampleLeft--;
      });
    }
  }

  /** The old run's processes end, its data goes, and the new run takes its place. */
  private async replaceRun(open: () => Promise<ActiveRun>): Promise<void> {
    const namespace = await this.run.close('the run was replaced');
    this.borrowed.clear();
    this.followed.clear();
    try {
      await deleteNamespace(this.environment, namespace);
      this.run = await open();
      this.stops.renew();
    } catch (error) {
      // The old run is closed and there is no new one: nothing can go on.
      this.fail(error);
      throw error;
    }
  }

  private async loop(): Promise<void> {
    try {
      for (;;) {
        await this.commands.drain();
        const moving = this.visible && this.mode !== 'paused';
        const idleMs = moving ? await this.turn() : SLEEP_MS_MAX * 20;
        if (moving && this.outbox.isDue(this.atFullSpeed)) {
          this.flushOutbox();
          await this.run.keepNowAndThen();
          await this.outbox.room();
        }
        if (idleMs === 0) await this.hop.hop();
        else if (this.commands.isEmpty) await this.hop.sleep(idleMs);
      }
    } catch (error) {
      this.fail(error);
    }
  }

  /** Runs what is due, for a slice of wall time. @returns wall milliseconds until there is more to do. */
  private async turn(): Promise<number> {
    const startedMs = this.environment.nowMs();
    const { watch, stops } = this;
    this.run.world.showMessages(this.isObserved || (watch?.forMessages ?? false) || stops.forMessages);
    const limitUs = this.limit(startedMs);
    const single = (watch?.single ?? false) || stops.single;
    for (;;) {
      const advanced = this.run.advance(limitUs, single);
      if (advanced === undefined) return this.atLimit(limitUs);
      const events = advanced instanceof Promise ? await advanced : advanced;
      this.tell(events);
      if (this.afterRound(events)) return 0;
      if (!this.commands.isEmpty || this.environment.nowMs() - startedMs >= SLICE_MS) return 0;
    }
  }

  /** At full speed nobody can follow single messages; what is in flight when it ends is shown again. */
  private get atFullSpeed(): boolean {
    return (
      this.mode === 'booting' || this.mode === 'replaying' || (this.mode === 'playing' && this.pace.speed === 'max')
    );
  }

  /** Every act is told; otherwise only what changes state. */
  private get isObserved(): boolean {
    return !this.atFullSpeed || this.followed.size > 0;
  }

  private follow(action: Action): void {
    // What came before is told as thin as it was.
    this.flushOutbox();
    this.followed.set(action, 'under way');
    this.run.world.showMessages(true);
  }

  private tell(events: readonly TraceEvent[]): void {
    this.outbox.add(events);
    const ended = [...this.followed].filter(([, state]) => state === 'complete');
    if (ended.length === 0) return;
    this.flushOutbox();
    for (const [action] of ended) this.followed.delete(action);
  }

  private flushOutbox(): void {
    this.outbox.flush(this.state(), !this.isObserved);
  }

  /** Up to which virtual time events are due. */
  private limit(wallMs: number): Micros {
    const { world } = this.run;
    const stopAtUs = this.stopAtUs();
    if (this.wantedSpeed === 'auto') this.pace.speed = this.auto.advance(wallMs, world.nowUs);
    const pacedUs =
      this.mode === 'booting' || this.mode === 'replaying' ? undefined : this.pace.advance(wallMs, world.nowUs);
    if (pacedUs !== undefined) return Math.max(world.nowUs, Math.min(pacedUs, stopAtUs));
    const nextUs = world.nextEventUs();
    // Without any event to come, time at full speed leaps to where it is to stop, or stands.
    if (nextUs === undefined) return stopAtUs === Number.MAX_SAFE_INTEGER ? world.nowUs : stopAtUs;
    return Math.min(nextUs + STRIDE_US, stopAtUs);
  }

  private stopAtUs(): Micros {
    if (this.replay !== undefined) return this.replay.saved.endUs;
    if (this.mode === 'booting') return this.bootUntilUs;
    return this.watch?.stopAtUs ?? Number.MAX_SAFE_INTEGER;
  }

  /** Everything before the limit has happened. */
  private async atLimit(limitUs: Micros): Promise<number> {
    if (limitUs >= this.stopAtUs()) {
      await this.arrive();
      return 0;
    }
    const nextUs = this.run.world.nextEventUs();
    if (this.mode !== 'playing' || this.pace.speed === 'max') return nextUs === undefined ? SLEEP_MS_MAX : 0;
    if (nextUs === undefined) return SLEEP_MS_MAX;
    return Math.min(SLEEP_MS_MAX, Math.max(1, this.pace.msUntil(nextUs + 1)));
  }

  private takeIn(events: readonly TraceEvent[]): void {
    this.tell(events);
    this.afterRound(events);
  }

  /** True: this turn is over, because something came true. */
  private afterRound(events: readonly TraceEvent[]): boolean {
    const { world } = this.run;
    if (this.mode === 'booting' && this.sampleLeft === 0 && world.everyShardLed()) {
      this.move('playing', '');
      return true;
    }
    const atPace = this.mode === 'playing' || this.mode === 'paused';
    const slowed = atPace && this.observePace(events);
    const { watch } = this;
    if (watch?.observe(world, events)) {
      this.watch = undefined;
      this.stand('');
      watch.reached(world.nowUs);
      this.meetBreakpoint(events);
      return true;
    }
    if (this.meetBreakpoint(events)) return true;
    return slowed || this.mode === 'paused';
  }

  /** True: what happened is what a person wanted time to stop at, and it stands. */
  private meetBreakpoint(events: readonly TraceEvent[]): boolean {
    if (this.mode === 'booting') return false;
    const lent = this.borrowed.size > 0 || this.replay !== undefined;
    const reason = this.stops.observe(this.run.world, events, lent);
    if (reason === undefined) return false;
    this.interrupt(reason);
    this.stand(reason);
    return true;
  }

  /** True: time goes slowly from here on, so this turn must end. */
  private observePace(events: readonly TraceEvent[]): boolean {
    const { world } = this.run;
    const configured = events.some((event) => event.type === 'ActionTaken' && event.action.type === 'Configure');
    if (configured) this.auto.setRates(autoRates(world.presentConfig()));
    const slowed = this.auto.observe(events) && this.wantedSpeed === 'auto';
    if (slowed) {
      this.pace.speed = this.auto.advance(this.environment.nowMs(), world.nowUs);
      this.pace.holdAt(world.nowUs);
    }
    return slowed;
  }

  private async arrive(): Promise<void> {
    const { replay, watch } = this;
    if (replay !== undefined) return this.endReplay(replay);
    if (this.mode === 'booting') return this.move('playing', '');
    if (watch === undefined) return;
    this.watch = undefined;
    this.stand('');
    watch.timeOver(this.run.world.nowUs);
  }

  private async endReplay(replay: NonNullable<typeof this.replay>): Promise<void> {
    const equal = this.run.world.digest() === replay.saved.digest;
    await this.run.finishReplay();
    this.replay = undefined;
    this.stand(equal ? 'replayed: the digest is the saved one' : 'replayed, but the digest differs from the saved one');
    replay.done(equal);
  }

  private borrow(action: Action): void {
    this.borrowed.add(action);
    this.move('playing', 'time runs until the operation is complete, then stands again');
  }

  private giveBack(action: Action, result: ActionResult): void {
    if (!this.borrowed.delete(action) || this.borrowed.size > 0 || this.mode !== 'playing') return;
    const took = result.type === 'Completed' ? `: it took ${Math.round(result.outcome.elapsedUs / 1000)} ms` : '';
    this.stand(`the operation is complete, time stands again${took}`);
  }

  /** A person takes over: whatever let time run or waited for an end gives way. */
  private interrupt(by: string): void {
    this.borrowed.clear();
    this.watch?.interrupted(this.run.world.nowUs, by);
    this.watch = undefined;
  }

  /** The run is about to be replaced: a replay under way will not come to its end. */
  private abandonReplay(by: string): void {
    const { replay } = this;
    this.replay = undefined;
    replay?.failed(new Error(`the replay was interrupted by ${by}`));
  }

  private stand(note: string): void {
    this.move('paused', note);
  }

  private move(mode: Mode, note: string): void {
    const { world } = this.run;
    this.mode = mode;
    this.note = note;
    this.auto.rest();
    this.pace.rest(world.nowUs);
    world.showMessages(this.isObserved);
    this.tell(world.takeTrace());
    this.flushOutbox();
  }

  private command<T>(body: () => T | Promise<T>): Promise<T> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return this.commands.enqueue(body);
  }

  /** A result that comes later than the command which asks for it. */
  private whenDone<T>(begin: (done: (value: T) => void) => Promise<void>): Promise<T> {
    return new Promise((resolve, reject) => {
      begin(resolve).catch(reject);
    });
  }

  private fail(error: unknown): void {
    const text = `the conductor failed: ${describeError(error)}`;
    this.failure = new Error(text);
    this.commands.rejectAll(this.failure);
    this.mode = 'paused';
    this.note = text;
    this.replay?.failed(this.failure);
    this.watch?.interrupted(this.run.world.nowUs, text);
    void this.run.close(text).catch(() => undefined);
    this.flushOutbox();
  }
}
