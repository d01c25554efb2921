import { assert } from '../core/base/assert.ts';
import type { ActorId, ClientActorId, Micros, NodeId, ShardId } from '../core/base/ids.ts';
import type { Action, TimedAction } from '../core/cluster/action.ts';
import type { PendingEvents } from '../core/cluster/pending-event.ts';
import type { RunConfig, RunHeader } from '../core/cluster/run.ts';
import type { ClusterSnapshot, Counters } from '../core/cluster/snapshot.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { isChoice } from './choose-event.ts';
import type { ClientStep } from './client-shell.ts';
import type { ReplicaView } from './cluster-view.ts';
import { atTime, compareKeys, type EventKey } from './event-key.ts';
import type { Violation } from './invariants.ts';
import type { InboundMessage, Step } from './node-host.ts';
import { pendingEvents } from './pending-events.ts';
import { absorbInvoked, type InvokedOperation, invokeOperation, performAction } from './perform-action.ts';
import type { HostCall, HostReply, Round, UndeliveredMessage } from './round.ts';
import { type ActionHandle, type InboxMessage, type NodeSlot, type WorldOptions, WorldState } from './world-state.ts';

const NEVER = Number.MAX_SAFE_INTEGER;

/** One thing that happened in a round, at its place in the run. */
type Merged = EventKey &
  (
    | { readonly type: 'step'; readonly step: Step }
    | { readonly type: 'client'; readonly step: ClientStep }
    | { readonly type: 'lost'; readonly lost: UndeliveredMessage }
    | { readonly type: 'invoked'; readonly operation: InvokedOperation }
  );

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
  /** The last event that came in its turn. */
  private lastEventUs: Micros = -1;
  /** The last one that was chosen: it belongs to its action, so that another may be chosen at the same moment. */
  private lastChosenUs: Micros = -1;

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
    state.restart(reload, reload.action.endings);
    return world;
  }

  get nowUs(): Micros {
    return this.state.nowUs;
  }

  get events(): number {
    return this.state.events;
  }

  get violations(): readonly Violation[] {
    return this.state.violations;
  }

  /** How many reports the invariant checks have examined. */
  get examined(): number {
    return this.state.invariants.examined;
  }

  /** Messages that a cut link swallowed. */
  get messagesCut(): number {
    return this.state.messagesCut;
  }

  /** Virtual time of the next event or recorded action; undefined when there is none. */
  nextEventUs(): Micros | undefined {
    const head = this.head()?.timeUs ?? NEVER;
    const next = Math.min(head, this.actions[0]?.timed.timeUs ?? NEVER);
    return next === NEVER ? undefined : next;
  }

  /** The time at which an action given now takes effect: after every event already processed, before every other. */
  timeFor(wantedUs: Micros, action?: Action): Micros {
    const waiting = this.actions.at(-1)?.timed.timeUs ?? 0;
    const happenedUs = action !== undefined && isChoice(action) ? this.lastEventUs : this.happenedUs;
    return Math.max(wantedUs, happenedUs + 1, this.state.nowUs, waiting);
  }

  private get happenedUs(): Micros {
    return Math.max(this.lastEventUs, this.lastChosenUs);
  }

  /** Gives an action live. It takes effect in the next rounds, whatever their limit; `takeCompleted` tells when it is done. */
  act(timed: TimedAction): ActionHandle {
    assert(timed.timeUs === this.timeFor(timed.timeUs, timed.action), 'an action cannot come before what has happened');
    const handle: ActionHandle = { timed, result: undefined };
    this.actions.push(handle);
    this.liveUntilUs = timed.timeUs;
    return handle;
  }

  /** The next work before `limitUs`, or undefined if there is none. `single`: exactly one event. */
  plan(limitUs: Micros, single: boolean): Round | undefined {
    assert(this.round === undefined, 'a round is under way');
    for (;;) {
      if (this.state.hostCalls.length > 0)
        return this.begin({ calls: this.state.hostCalls.splice(0) }, this.nowUs, this.nowUs);
      const head = this.head();
      const headUs = head?.timeUs ?? NEVER;
      const action = this.actions[0];
      const actionUs = action?.timed.timeUs ?? NEVER;
      if (action !== undefined && actionUs <= headUs && (actionUs < limitUs || actionUs <= this.liveUntilUs)) {
        this.take(action);
        continue;
      }
      const dueUs = Math.max(limitUs, this.liveUntilUs);
      const endUs = Math.min(dueUs, actionUs);
      if (head === undefined || headUs >= endUs) {
        if (limitUs < NEVER) this.state.nowUs = Math.max(this.nowUs, Math.min(endUs, limitUs));
        return undefined;
      }
      return single
        ? this.planOne(head)
        : this.planWindow(headUs, this.windowEnd(Math.min(dueUs, headUs + this.state.network.latencyUsMin)));
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
    const crashes: { readonly slot: NodeSlot; readonly reason: string; readonly timeUs: Micros }[] = [];
    round.calls.forEach((call, i) => {
      this.takeReply(call, replies[i] as HostReply, round, merged, crashes);
    });
    if (merged.length > 1) merged.sort(compareKeys);
    const chosen = this.current !== undefined && isChoice(this.current.timed.action);
    for (const item of merged) {
      if (chosen) this.lastChosenUs = item.timeUs;
      else this.lastEventUs = Math.max(this.lastEventUs, item.timeUs);
      this.absorb(item);
    }
    for (const { slot, reason, timeUs } of crashes)
      this.state.emit({ timeUs, type: 'NodeCrashed', node: slot.id, reason });
    this.state.nowUs = Math.max(this.nowUs, round.endUs, this.lastEventUs);
    this.endAction(replies);
  }

  /** A round in which nothing happens but that every node tells what it has pending, for `pendingEvents`. */
  planQuery(): Round {
    assert(this.round === undefined, 'a round is under way');
    const grant = { end: atTime(0), limit: 0, messages: [], diskSyncUs: this.state.diskSyncUs, listOwn: true };
    const up = this.state.slots.filter((slot) => slot.state === 'up');
    const calls = up.map((slot): HostCall => ({ node: slot.id, type: 'grant', grant }));
    // A death found here comes after all that the node has done, also at this very moment.
    return this.begin({ calls }, Math.max(this.nowUs, this.happenedUs + 1), this.nowUs);
  }

  /** What can happen next. True directly after a round of `planQuery`. */
  pendingEvents(): PendingEvents {
    return { timeUs: this.nowUs, events: pendingEvents(this.state) };
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
    this.state.showMessages(shown);
  }

  takeTrace(): TraceEvent[] {
    return this.state.takeTrace();
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
    const { view, header } = this.state;
    return {
      timeMs: this.nowUs / 1000,
      digest: this.digest(),
      seed: header.seed,
      runId: header.runId,
      nodes: view.nodeSnapshots(),
      shards: view.shardSnapshots(),
      counters: view.counters(),
    };
  }

  /** The header's configuration with what CONFIG has set since. */
  presentConfig(): RunConfig {
    const { header, network, diskSyncUs } = this.state;
    const { config } = header;
    return { ...config, network: network.defaultSettings, disk: { ...config.disk, syncUs: diskSyncUs } };
  }

  replicaOf(shard: ShardId, node: NodeId): ReplicaView | undefined {
    return this.state.view.replicaOf(shard, node);
  }

  everyShardLed(): boolean {
    return this.state.view.everyShardLed();
  }

  quiet(): boolean {
    return this.state.view.quiet();
  }

  private take(action: ActionHandle): void {
    this.actions.shift();
    this.state.log.push(action.timed);
    this.state.nowUs = Math.max(this.nowUs, action.timed.timeUs);
    performAction(this.state, action);
    const { action: taken } = action.timed;
    if (this.state.hostCalls.length > 0) this.current = action;
    // Nobody was up: there is nothing to end first.
    else if (taken.type === 'Reload') this.state.restart(action.timed, taken.endings);
  }

  private begin(work: Partial<Omit<Round, 'startUs' | 'endUs'>>, startUs: Micros, endUs: Micros): Round {
    this.round = { calls: [], clientSteps: [], undelivered: [], invoked: [], ...work, startUs, endUs };
    return this.round;
  }

  /** The end of a window that may reach to `endUs`: an action that is more than a client's may touch any actor, so no window reaches beyond one. */
  private windowEnd(endUs: Micros): Micros {
    for (const { timed } of this.actions) {
      if (timed.timeUs >= endUs) break;
      if (timed.action.type !== 'Operate') return timed.timeUs;
    }
    return endUs;
  }

  private planOne(head: EventKey): Round {
    const { state } = this;
    const endUs = head.timeUs;
    const client = state.clientInbox.peek();
    if (client !== undefined && compareKeys(client, head) === 0) return this.planClientMessage(endUs);
    for (const shell of state.clients.values()) {
      if (shell.next !== undefined && compareKeys(shell.next, head) === 0)
        return this.begin({ clientSteps: shell.run(atTime(endUs + 1), 1) }, endUs, endUs);
    }
    const slot = state.slot(head.target as NodeId);
    const inbox = slot.inbox.peek();
    const messages: InboundMessage[] = [];
    if (inbox !== undefined && compareKeys(inbox, head) === 0) {
      slot.inbox.pop();
      const reason = state.obstacleOf(inbox);
      if (reason !== undefined) return this.begin({ undelivered: [{ ...inbox, reason }] }, endUs, endUs);
      messages.push(inbox.message);
    }
    const grant = { end: atTime(endUs + 1), limit: 1, messages, diskSyncUs: state.diskSyncUs };
    return this.begin({ calls: [{ node: slot.id, type: 'grant', grant }] }, endUs, endUs);
  }

  private planClientMessage(endUs: Micros): Round {
    const inbox = this.state.clientInbox.pop() as InboxMessage;
    const lost = this.deliverToClient(inbox);
    if (lost !== undefined) return this.begin({ undelivered: [lost] }, endUs, endUs);
    const shell = this.state.client(inbox.target as ClientActorId);
    return this.begin({ clientSteps: shell.run(atTime(endUs + 1), 1) }, endUs, endUs);
  }

  private planWindow(startUs: Micros, endUs: Micros): Round {
    const { state } = this;
    const end = atTime(endUs);
    const undelivered: UndeliveredMessage[] = [];
    for (
      let inbox = state.clientInbox.peek();
      inbox !== undefined && inbox.timeUs < endUs;
      inbox = state.clientInbox.peek()
    ) {
      state.clientInbox.pop();
      const lost = this.deliverToClient(inbox);
      if (lost !== undefined) undelivered.push(lost);
    }
    const clientSteps: ClientStep[] = [];
    const invoked = this.invokeUntil(endUs, clientSteps);
    for (const shell of state.clients.values()) clientSteps.push(...shell.run(end, NEVER));
    const calls: HostCall[] = [];
    for (const slot of state.slots) {
      const messages: InboundMessage[] = [];
      for (let inbox = slot.inbox.peek(); inbox !== undefined && inbox.timeUs < endUs; inbox = slot.inbox.peek()) {
        slot.inbox.pop();
        const reason = state.obstacleOf(inbox);
        if (reason === undefined) messages.push(inbox.message);
        else undelivered.push({ ...inbox, reason });
      }
      const due = slot.next !== undefined && slot.next.timeUs < endUs;
      if (!due && messages.length === 0) continue;
      calls.push({
        node: slot.id,
        type: 'grant',
        grant: { end, limit: NEVER, messages, diskSyncUs: state.diskSyncUs },
      });
    }
    return this.begin({ calls, clientSteps, undelivered, invoked }, startUs, endUs);
  }

  /** Operations that begin inside the window; before each, the clients live through what comes first. */
  private invokeUntil(endUs: Micros, clientSteps: ClientStep[]): readonly InvokedOperation[] {
    const { state } = this;
    const invoked: InvokedOperation[] = [];
    for (let next = this.actions[0]; next !== undefined && next.timed.timeUs < endUs; next = this.actions[0]) {
      const { action, timeUs } = next.timed;
      assert(action.type === 'Operate', 'any other action ends the window');
      this.actions.shift();
      state.log.push(next.timed);
      for (const shell of state.clients.values()) clientSteps.push(...shell.run(atTime(timeUs), NEVER));
      invoked.push(invokeOperation(state, next, action));
    }
    return invoked;
  }

  private deliverToClient(inbox: InboxMessage): UndeliveredMessage | undefined {
    const reason = this.state.obstacleOf(inbox);
    if (reason !== undefined) return { ...inbox, reason };
    this.state.client(inbox.target as ClientActorId).deliver(inbox.message);
    return undefined;
  }

  private takeReply(
    call: HostCall,
    reply: HostReply,
    round: Round,
    merged: Merged[],
    crashes: { slot: NodeSlot; reason: string; timeUs: Micros }[],
  ): void {
    const slot = this.state.slot(call.node);
    if (reply.type === 'died') {
      this.diedUnplanned(slot, reply.reason, reply.transactions, round, call);
      return;
    }
    if (call.type === 'start') {
      slot.state = 'up';
      slot.next = { timeUs: call.init.startUs, target: slot.id, origin: slot.id, sequence: 0 };
      return;
    }
    if (call.type === 'kill') {
      slot.state = 'down';
      slot.next = undefined;
      if (reply.type !== 'killed') return;
      const { pending, lost, torn } = reply.reply;
      if (this.current?.timed.action.type === 'Kill')
        this.state.emit({ timeUs: this.nowUs, type: 'NodeKilled', node: slot.id, pending, lost, torn });
      return;
    }
    assert(reply.type === 'granted', 'a grant is answered by a grant reply');
    const { steps, next, crashed, own } = reply.reply;
    slot.next = next;
    if (own !== undefined) slot.own = own;
    for (const step of steps) {
      if (slot.mutedFromUs !== undefined && step.timeUs >= slot.mutedFromUs) continue;
      merged.push({
        type: 'step',
        timeUs: step.timeUs,
        target: slot.id,
        origin: step.origin,
        sequence: step.sequence,
        step,
      });
    }
    if (crashed !== undefined) this.crashed(slot, crashed, call.grant.messages, steps.at(-1), crashes);
  }

  /** A node that failed an assert is down from its last step on; messages granted beyond it find nobody. */
  private crashed(
    slot: NodeSlot,
    reason: string,
    messages: readonly InboundMessage[],
    last: Step | undefined,
    crashes: { slot: NodeSlot; reason: string; timeUs: Micros }[],
  ): void {
    slot.state = 'down';
    slot.next = undefined;
    const lastKey = {
      timeUs: last?.timeUs ?? this.nowUs,
      target: slot.id,
      origin: last?.origin ?? 0,
      sequence: last?.sequence ?? 0,
    };
    for (const message of messages) {
      const { timeUs, origin, sequence } = message;
      const inbox = { timeUs, target: slot.id, origin, sequence, message, sentUs: this.nowUs };
      if (compareKeys(inbox, lastKey) > 0) slot.inbox.push(inbox);
    }
    if (slot.mutedFromUs === undefined || lastKey.timeUs < slot.mutedFromUs)
      crashes.push({ slot, reason, timeUs: lastKey.timeUs });
  }

  /** Unplanned reality: becomes an action of the run, with what the disk holds. What the node did in this round never left it. */
  private diedUnplanned(slot: NodeSlot, reason: string, transactions: number, round: Round, call: HostCall): void {
    const mutedFromUs = call.type === 'start' ? call.init.startUs : round.startUs;
    const ending = { node: slot.id, boot: slot.boot, mutedFromUs, transactions };
    const timeUs = Math.max(round.endUs, this.happenedUs + 1, round.startUs + 1);
    slot.state = 'down';
    slot.next = undefined;
    this.state.unplanned.push({ timeUs, action: { type: 'Died', node: slot.id, reason, ending } });
  }

  /** After the round's steps: deaths are recorded, and an action that waited for its host calls is done. */
  private endAction(replies: readonly HostReply[]): void {
    for (const timed of this.state.unplanned) if (timed.action.type === 'Died') this.recordDeath(timed);
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
    if (action.type === 'CompleteWrite') {
      if (replies.some((reply) => reply.type === 'granted' && reply.reply.steps.length === 0)) {
        const text = `the disk of n${action.node} serves no write`;
        this.state.finish(handle, { type: 'Refused', code: 'NothingUnderWay', text });
        return;
      }
      this.state.emit({ timeUs, type: 'ActionTaken', action });
    }
    this.state.finish(handle, { type: 'Applied', timeUs });
  }

  private readonly recorded = new Set<TimedAction>();
  private recordDeath(timed: TimedAction): void {
    if (this.recorded.has(timed) || timed.action.type !== 'Died') return;
    this.recorded.add(timed);
    this.state.log.push(timed);
    this.state.nowUs = Math.max(this.nowUs, timed.timeUs);
    this.lastEventUs = Math.max(this.lastEventUs, timed.timeUs - 1);
    this.state.mixAction(timed);
    this.state.emit({
      timeUs: timed.timeUs,
      type: 'NodeCrashed',
      node: timed.action.node,
      reason: timed.action.reason,
    });
  }

  private head(): EventKey | undefined {
    const { state } = this;
    let head: EventKey | undefined = state.clientInbox.peek();
    for (const slot of state.slots) {
      head = earlier(head, slot.next);
      head = earlier(head, slot.inbox.peek());
    }
    for (const shell of state.clients.values()) head = earlier(head, shell.next);
    return head;
  }
}

const keyOf = ({ timeUs, target, origin, sequence }: EventKey): EventKey => ({ timeUs, target, origin, sequence });

const earlier = (a: EventKey | undefined, b: EventKey | undefined): EventKey | undefined =>
  a === undefined ? b : b === undefined || compareKeys(a, b) <= 0 ? a : b;
