import { assert, must } from '../core/base/assert.ts';
import type { ActorId, Micros, NodeId, ShardId } from '../core/base/ids.ts';
import type { Action, Place, TimedAction } from '../core/cluster/action.ts';
import { BREAK_NAMES, isEven, isLiveBreak } from '../core/cluster/break.ts';
import type { InvariantReport } from '../core/cluster/check-report.ts';
import type { CrashFault } from '../core/cluster/disk-fault.ts';
import type { PendingEvents } from '../core/cluster/pending-event.ts';
import { durabilityOf } from '../core/cluster/presets.ts';
import type { RunConfig, RunHeader } from '../core/cluster/run.ts';
import type { ClusterSnapshot, Counters } from '../core/cluster/snapshot.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import type { MetaState } from '../core/meta/meta-state.ts';
import { standingOf } from '../core/meta/node-standing.ts';
import { settingPlaces } from '../core/node/eventual/eventual-world.ts';
import type { StorageAnswer, StorageQuery } from '../core/node/storage-report.ts';
import type { ClientStep } from './client-shell.ts';
import type { ReplicaView } from './cluster-view.ts';
import { atTime, compareKeys, type EventKey, earlierKey, keyOfPlace, laterKey, placeOfKey } from './event-key.ts';
import type { Violation } from './invariants.ts';
import { lateWorld } from './late-world.ts';
import { isMetaLost } from './meta-lost.ts';
import type { Traffic } from './network-model.ts';
import type { InboundMessage, Step } from './node-host.ts';
import { pendingEvents } from './pending-events.ts';
import { absorbInvoked, type InvokedOperation, performAction } from './perform-action.ts';
import { nextKey, planOne, planWindow, roundOf, windowEnd } from './plan-round.ts';
import type { HostCall, HostReply, Round, UndeliveredMessage } from './round.ts';
import { type ActionHandle, type NodeSlot, type WorldOptions, WorldState } from './world-state.ts';

const NEVER = Number.MAX_SAFE_INTEGER;
const FAR = atTime(NEVER);

/** One thing that happened in a round, at its place in the run. */
type Merged = EventKey &
  (
    | { readonly type: 'step'; readonly step: Step }
    | { readonly type: 'client'; readonly step: ClientStep }
    | { readonly type: 'lost'; readonly lost: UndeliveredMessage }
    | { readonly type: 'invoked'; readonly operation: InvokedOperation }
  );

type Death = Extract<Action, { readonly type: 'Died' }>;
type Crash = { readonly slot: NodeSlot; readonly reason: string; readonly timeUs: Micros; readonly fault?: CrashFault };

/** What the replies of a round brought. */
interface Found {
  readonly merged: Merged[];
  readonly crashes: Crash[];
  readonly deaths: Death[];
}

/**
 * The conductor's pure part: owns virtual time and decides what happens next. A driver asks `plan` for a round, carries its calls out on the
 * hosts (all in parallel), and gives the replies to `complete`. A round is one event, or the window of all events within the smallest
 * latency of the first: nothing sent inside it can arrive inside it, so its events are independent, and merging their effects in key order
 * gives the run that single events give. Operations that begin inside a window are part of it; every other action ends it.
 */
export class World {
  private readonly state: WorldState;
  /** Not yet taken, in the order of time. */
  private readonly actions: ActionHandle[];
  /** Actions up to this time were given live: events before them may run whatever the limit. */
  private liveUntilUs: Micros = -1;
  private round: Round | undefined;
  /** The action whose host calls are under way. */
  private current: ActionHandle | undefined;
  /** How far the run has come: every event with a smaller key has happened, and of the others only those that somebody chose. */
  private reached: EventKey = atTime(0);

  constructor(header: RunHeader, options: WorldOptions) {
    this.state = new WorldState(header, options);
    this.actions = (options.actions ?? []).map((timed) => ({ timed, result: undefined }));
    for (const slot of this.state.slots) this.state.startNode(slot, 0);
  }

  /** Goes on with a run of which only the disks and the action log are left. The last action is the RELOAD just appended. */
  static resume(
    header: RunHeader,
    actions: readonly TimedAction[],
    counters: Counters,
    options: Omit<WorldOptions, 'actions'>,
  ): World {
    const reload = actions[actions.length - 1];
    assert(reload?.action.type === 'Reload', 'a run resumes with a reload');
    const world = new World(header, options);
    const { state } = world;
    state.hostCalls.length = 0;
    state.log.push(...actions);
    state.segment = actions.filter(({ action }) => action.type === 'Reload').length - 1;
    state.view.restoreCounters(counters);
    world.reached = atTime(reload.timeUs);
    state.restart(reload, reload.action.endings);
    return world;
  }

  get nowUs(): Micros {
    return this.reached.timeUs;
  }

  /** All that there are, in the order of their numbers. */
  get nodes(): readonly NodeId[] {
    return this.state.slots.map(({ id }) => id);
  }

  get events(): number {
    return this.state.events;
  }

  get violations(): readonly Violation[] {
    return this.state.violations;
  }

  /** How many reports the invariant checks have examined. */
  get examined(): number {
    return this.state.referee.examined;
  }

  /** What became of messages on their way so far. */
  get traffic(): Readonly<Traffic> {
    return this.state.traffic;
  }

  /** Every invariant, with how often it was judged and whether it broke. */
  invariantReports(): readonly InvariantReport[] {
    this.state.judgeKept(this.nowUs);
    return this.state.tally.reports();
  }

  /** Virtual time of the next event or recorded action; undefined when there is none. */
  nextEventUs(): Micros | undefined {
    const head = nextKey(this.state)?.timeUs ?? NEVER;
    const next = Math.min(head, this.actions[0]?.timed.timeUs ?? NEVER);
    return next === NEVER ? undefined : next;
  }

  /** Where an action given now takes effect: after every event already processed, before every other. */
  placeFor(wantedUs: Micros): Place {
    const waiting = this.actions.at(-1);
    const last = waiting === undefined ? this.reached : laterKey(this.reached, keyOfPlace(waiting.timed));
    return wantedUs > last.timeUs ? { timeUs: wantedUs } : placeOfKey(last);
  }

  /** Gives an action live. It takes effect in the next rounds, whatever their limit; `takeCompleted` tells when it is done. */
  act(timed: TimedAction): ActionHandle {
    const place = this.placeFor(timed.timeUs);
    assert(compareKeys(keyOfPlace(timed), keyOfPlace(place)) === 0, 'an action cannot come before what has happened');
    const handle: ActionHandle = { timed, result: undefined };
    this.actions.push(handle);
    this.liveUntilUs = timed.timeUs;
    return handle;
  }

  /** The next work before `limitUs`, or undefined if there is none. `single`: exactly one event. */
  plan(limitUs: Micros, single: boolean): Round | undefined {
    assert(this.round === undefined, 'a round is under way');
    for (;;) {
      const { state } = this;
      if (state.hostCalls.length > 0) return this.begin(roundOf(this.reached, { calls: state.hostCalls.splice(0) }));
      const head = nextKey(state);
      const action = this.actions[0];
      const place = action === undefined ? FAR : keyOfPlace(action.timed);
      const dueUs = Math.max(limitUs, this.liveUntilUs);
      if (
        action !== undefined &&
        (place.timeUs < limitUs || place.timeUs <= this.liveUntilUs) &&
        (head === undefined || compareKeys(place, head) <= 0)
      ) {
        this.take(action, place);
        continue;
      }
      const end = earlierKey(atTime(dueUs), place);
      if (head === undefined || compareKeys(head, end) >= 0) {
        if (limitUs < NEVER) this.reached = laterKey(this.reached, earlierKey(end, atTime(limitUs)));
        return undefined;
      }
      if (single) return this.begin(planOne(state, head));
      const latencyEndUs = Math.min(dueUs, head.timeUs + state.network.latencyUsMin);
      return this.begin(planWindow(state, this.actions, windowEnd(this.actions, atTime(latencyEndUs))));
    }
  }

  /** Takes in what the hosts replied, in the order of the round's calls. */
  complete(round: Round, replies: readonly HostReply[]): void {
    assert(this.round === round && replies.length === round.calls.length, 'replies belong to the round under way');
    this.round = undefined;
    const merged: Merged[] = [];
    for (const step of round.clientSteps) merged.push({ ...keyOf(step), type: 'client', step });
    for (const lost of round.undelivered) merged.push({ ...keyOf(lost), type: 'lost', lost });
    for (const operation of round.invoked)
      merged.push({ ...atTime(operation.handle.timed.timeUs), type: 'invoked', operation });
    this.reached = laterKey(this.reached, round.end);
    const crashes: Crash[] = [];
    const deaths: Death[] = [];
    round.calls.forEach((call, i) => {
      this.takeReply(call, replies[i] as HostReply, { merged, crashes, deaths });
    });
    if (merged.length > 1) merged.sort(compareKeys);
    for (const item of merged) this.absorb(item);
    for (const { slot, reason, timeUs, fault } of crashes) {
      this.state.emit({ timeUs, type: 'NodeCrashed', node: slot.id, reason, ...(fault && { fault }) });
      if (fault !== undefined) lateWorld.get().faultStruck(this.state, slot, fault, timeUs);
    }
    for (const action of deaths) this.recordDeath(action);
    this.endAction(round, replies);
  }

  /** A round in which nothing happens but that every node tells what it has pending, for `pendingEvents`. */
  planQuery(): Round {
    assert(this.round === undefined, 'a round is under way');
    const grant = { end: atTime(0), limit: 0, messages: [], ...this.state.grantSettings, listOwn: true };
    const up = this.state.slots.filter((slot) => slot.state === 'up');
    const calls = up.map((slot): HostCall => ({ node: slot.id, type: 'grant', grant }));
    return this.begin(roundOf(this.reached, { calls }));
  }

  /** What can happen next. True directly after a round of `planQuery`. */
  pendingEvents(): PendingEvents {
    return { timeUs: this.nowUs, events: pendingEvents(this.state) };
  }

  /** A round in which nothing happens but that a node tells of its storage. Undefined: it is down. */
  planStorageQuery(node: NodeId, query: StorageQuery): Round | undefined {
    assert(this.round === undefined, 'a round is under way');
    const slot = this.state.slots[node - 1];
    if (slot?.state !== 'up') return undefined;
    slot.answer = undefined;
    const grant = { end: atTime(0), limit: 0, messages: [], ...this.state.grantSettings, query };
    return this.begin(roundOf(this.reached, { calls: [{ node, type: 'grant', grant }] }));
  }

  /** What it told, directly after a round of `planStorageQuery`. */
  storageAnswer(node: NodeId): StorageAnswer | undefined {
    return this.state.slot(node).answer;
  }

  private absorb(item: Merged): void {
    const { state } = this;
    if (item.type === 'step') state.absorb(item.step, item.target as ActorId);
    else if (item.type === 'client') state.absorbClient(item.step);
    else if (item.type === 'lost') state.absorbUndelivered(item.lost);
    else absorbInvoked(state, item.operation);
  }

  /** Whether the trace tells of single messages; what is told never changes the run. */
  showMessages(shown: boolean): void {
    this.state.showMessages(shown, this.nowUs);
  }

  takeTrace(): TraceEvent[] {
    return this.state.takeTrace(this.nowUs);
  }

  /** Actions whose result became known since the last call. */
  takeCompleted(): readonly ActionHandle[] {
    return this.state.takeCompleted();
  }

  /** Deaths that nobody ordered: the driver appends them to the action log. */
  takeUnplanned(): readonly TimedAction[] {
    return this.state.unplanned.splice(0);
  }

  /** Every action taken so far, in the order in which it was: seed, configuration and this are the run. */
  get log(): readonly TimedAction[] {
    return this.state.log;
  }

  /** Recorded actions not yet taken. */
  get actionsLeft(): number {
    return this.actions.length;
  }

  digest(): string {
    return this.state.digest.hex();
  }

  snapshot(): ClusterSnapshot {
    const { view, header, slots, breaks } = this.state;
    // What no event tells, or only as it was then.
    const own = ({ id, incarnation, durability, clock }: NodeSlot) => ({
      incarnation,
      membership: standingOf(view.meta.state, id, incarnation),
      durability,
      clock: clock.errorAt(this.nowUs),
    });
    return {
      timeMs: this.nowUs / 1000,
      digest: this.digest(),
      seed: header.seed,
      runId: header.runId,
      nodes: view.nodeSnapshots().map((node, i) => ({ ...node, ...own(must(slots[i], 'a slot for each node')) })),
      shards: view.shardSnapshots(),
      ringEpoch: view.meta.state.ringEpoch,
      vnodes: view.meta.state.vnodes,
      ...(isMetaLost(this.state) ? { metaLost: true } : {}),
      counters: view.counters(),
      breaks: BREAK_NAMES.filter((name) => (isLiveBreak(name) ? breaks.has(name) : isEven(header.config))),
    };
  }

  /** The header's configuration with what CONFIG has set since. */
  presentConfig(): RunConfig {
    const { header, network, diskSyncUs, durability, compactionStyle, silence, intervals, eventual } = this.state;
    const { config } = header;
    // What the header leaves to its default stays so: it is how runs are found again by their configuration.
    const changed = durability === durabilityOf(config) ? {} : { durability };
    const limits = { ...config.limits, ...silence, ...intervals, compactionStyle, ...settingPlaces(eventual) };
    const disk = { ...config.disk, syncUs: diskSyncUs, ...changed };
    return { ...config, limits, network: network.defaultSettings, disk };
  }

  replicaOf(shard: ShardId, node: NodeId): ReplicaView | undefined {
    return this.state.view.replicaOf(shard, node);
  }

  /** What the meta group has agreed on, as far as any node told. */
  get metaState(): MetaState {
    return this.state.view.meta.state;
  }

  everyShardLed(): boolean {
    return this.state.view.everyShardLed();
  }

  quiet(): boolean {
    return this.state.view.quiet();
  }

  private take(action: ActionHandle, place: EventKey): void {
    this.actions.shift();
    this.state.log.push(action.timed);
    this.reached = laterKey(this.reached, place);
    performAction(this.state, action);
    const { action: taken } = action.timed;
    if (this.state.hostCalls.length > 0) this.current = action;
    // Nobody was up: there is nothing to end first.
    else if (taken.type === 'Reload') this.state.restart(action.timed, taken.endings);
  }

  private begin(round: Round): Round {
    this.round = round;
    return round;
  }

  private takeReply(call: HostCall, reply: HostReply, found: Found): void {
    const slot = this.state.slot(call.node);
    if (reply.type === 'died') {
      this.state.endProcess(slot, this.nowUs);
      const { id: node, boot, steps } = slot;
      const ending = { node, boot, transactions: reply.transactions };
      found.deaths.push({ type: 'Died', node, reason: reply.reason, steps, ending });
      return;
    }
    if (call.type === 'start') {
      slot.state = 'up';
      slot.next = { timeUs: call.init.startUs, target: slot.id, origin: slot.id, sequence: 0 };
      return;
    }
    if (call.type === 'kill') {
      this.state.endProcess(slot, this.nowUs);
      if (reply.type !== 'killed') return;
      const { pending, lost, torn } = reply.reply;
      const ordered = this.current?.timed.action.type;
      if (ordered === 'Kill' || ordered === 'Wipe')
        this.state.emit({ timeUs: this.nowUs, type: 'NodeKilled', node: slot.id, pending, lost, torn });
      return;
    }
    assert(reply.type === 'granted', 'a grant is answered by a grant reply');
    const { steps, next, crashed, own, fault, answer } = reply.reply;
    slot.next = next;
    if (own !== undefined) slot.own = own;
    if (answer !== undefined) slot.answer = answer;
    let muted = false;
    for (const step of steps) {
      muted = slot.stepsMax !== undefined && slot.steps >= slot.stepsMax;
      if (muted) break;
      slot.steps++;
      const { timeUs, origin, sequence } = step;
      found.merged.push({ type: 'step', timeUs, target: slot.id, origin, sequence, step });
    }
    if (crashed === undefined) return;
    this.state.endProcess(slot, this.nowUs);
    if (muted) return;
    const last = must(steps.at(-1), 'a node crashes in a step');
    found.crashes.push({ slot, reason: crashed, timeUs: last.timeUs, ...(fault && { fault }) });
    this.loseAfter(slot, last, call.grant.messages, found.merged);
  }

  /** Messages that were granted beyond the step in which their node went down find nobody, each at its time. */
  private loseAfter(slot: NodeSlot, last: Step, messages: readonly InboundMessage[], merged: Merged[]): void {
    const { timeUs, origin, sequence } = last;
    const lastKey = { timeUs, target: slot.id, origin, sequence };
    for (const message of messages) {
      const key = { timeUs: message.timeUs, target: slot.id, origin: message.origin, sequence: message.sequence };
      if (compareKeys(key, lastKey) > 0)
        merged.push({ ...key, type: 'lost', lost: { ...key, message, reason: 'target is down' } });
    }
  }

  /** After the round's steps: an action that waited for its host calls is done. */
  private endAction({ calls }: Round, replies: readonly HostReply[]): void {
    const handle = this.current;
    if (handle === undefined) return;
    this.current = undefined;
    const { action, timeUs } = handle.timed;
    if (action.type === 'Reload') {
      this.state.restart(handle.timed, action.endings);
      return;
    }
    if (action.type === 'Died')
      this.state.emit({ timeUs, type: 'NodeCrashed', node: action.node, reason: action.reason });
    if (action.type === 'Wipe' && calls[0]?.type === 'kill') {
      // However that ended: nothing of the disk is kept.
      lateWorld.get().startWiped(this.state, handle, this.state.slot(action.node));
      if (this.state.hostCalls.length > 0) this.current = handle;
      return;
    }
    if (action.type === 'Disk') {
      lateWorld.get().endDamage(this.state, handle, replies[0]);
      return;
    }
    if (isAsked(action)) {
      if (replies.some((reply) => reply.type === 'granted' && reply.reply.steps.length === 0)) {
        const who = askedNode(action);
        this.state.finish(handle, { type: 'Refused', code: 'TargetDown', text: `${who} still recovers` });
        return;
      }
      const [reply] = replies;
      const refused =
        action.type === 'Reconfigure' && reply?.type === 'granted'
          ? lateWorld.get().refusalOf(action, reply.reply)
          : undefined;
      if (refused !== undefined) {
        this.state.finish(handle, { type: 'Refused', ...refused });
        return;
      }
      this.state.emit({ timeUs, type: 'ActionTaken', action });
    }
    if (action.type === 'CompleteWrite') {
      if (replies.some((reply) => reply.type === 'granted' && reply.reply.steps.length === 0)) {
        const text = `write ${action.sequence} of n${action.node} is not under way`;
        this.state.finish(handle, { type: 'Refused', code: 'NothingUnderWay', text });
        return;
      }
      this.state.emit({ timeUs, type: 'ActionTaken', action });
    }
    this.state.finish(handle, { type: 'Applied', timeUs });
  }

  /**
   * Unplanned reality becomes an action of the run, right here: after all that this round made happen and before what is still due, be it at
   * this very microsecond. What the node did in the round never left it.
   */
  private recordDeath(action: Death): void {
    const timed: TimedAction = { ...placeOfKey(this.reached), action };
    this.state.unplanned.push(timed);
    this.state.log.push(timed);
    this.state.mixAction(timed);
    this.state.emit({ timeUs: timed.timeUs, type: 'NodeCrashed', node: action.node, reason: action.reason });
  }
}

/** Those that a node carries out as its next event. */
const isAsked = (action: Action) => ASKED.has(action.type) || (action.type === 'Configure' && action.name === 'vnodes');
const ASKED: ReadonlySet<Action['type']> = new Set([
  ...(['Flush', 'Compact', 'Scrub', 'Transfer', 'Reconfigure', 'Check', 'DamageRow', 'Remove', 'CancelMove'] as const),
]);

function askedNode(action: Action): string {
  if (action.type === 'Check' && action.keyspace === 'eventual') return `a replica of s${action.shard}`;
  if (action.type === 'Transfer' || action.type === 'Reconfigure' || action.type === 'Check')
    return `the leader of s${action.shard}`;
  const isOfNode =
    action.type === 'Flush' || action.type === 'Compact' || action.type === 'Scrub' || action.type === 'DamageRow';
  return isOfNode ? `n${action.node}` : 'the leader of the meta group';
}

const keyOf = ({ timeUs, target, origin, sequence }: EventKey): EventKey => ({ timeUs, target, origin, sequence });
