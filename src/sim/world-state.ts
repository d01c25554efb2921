import { must } from '../core/base/assert.ts';
import { LIVE_BREAKS, type LiveBreak } from '../core/base/breaks.ts';
import { mix32 } from '../core/base/hash.ts';
import {
  type ActorId,
  type ClientActorId,
  isClient,
  type Micros,
  type NodeId,
  nodeId,
  type ShardId,
} from '../core/base/ids.ts';
import { createRandomStream } from '../core/base/random.ts';
import { SmartClient } from '../core/client/smart-client.ts';
import { clientTiming } from '../core/client/timing.ts';
import type { ActionResult, BootEnding, LinkSettings, TimedAction } from '../core/cluster/action.ts';
import { HEALTHY_DISK } from '../core/cluster/disk-fault.ts';
import { foundingNodes, nodesAfter } from '../core/cluster/node-list.ts';
import { placementOf, replicationFactorOf } from '../core/cluster/placement.ts';
import { durabilityOf } from '../core/cluster/presets.ts';
import type { Durability, RunHeader } from '../core/cluster/run.ts';
import type { DropReason, TraceEvent } from '../core/cluster/trace-event.ts';
import { COMPACTION_STYLES } from '../core/lsm/compaction-style.ts';
import { groupOf, replicaOn } from '../core/meta/meta-state.ts';
import { decodeEnvelope, encodeEnvelope } from '../core/node/codec.ts';
import { type LookIntervals, lookIntervalsOf, type SilenceLimits } from '../core/node/config.ts';
import type { StorageAnswer } from '../core/node/storage-report.ts';
import type { HashRing } from '../core/ring/hash-ring.ts';
import { Actors } from './actors.ts';
import { ClientShell, type ClientStep } from './client-shell.ts';
import { ClockModel, drawClock } from './clock-model.ts';
import { ClusterView } from './cluster-view.ts';
import { describeMessage } from './describe-message.ts';
import { Digest } from './digest.ts';
import { Endings } from './endings.ts';
import { EventHeap } from './event-heap.ts';
import { compareKeys, type EventKey } from './event-key.ts';
import type { HeldMessages } from './held-messages.ts';
import { InvariantTally } from './invariant-tally.ts';
import type { Violation } from './invariants.ts';
import { LateReferee } from './late-referee.ts';
import { MetaView } from './meta-view.ts';
import { NetworkModel, noTraffic } from './network-model.ts';
import type { DiskDamage, Grant, InboundMessage, NodeFaults, NodeInit, OwnEvent, Step } from './node-host.ts';
import type { HostCall, UndeliveredMessage } from './round.ts';

export interface WorldOptions {
  /** Recorded actions to replay, in the order of time. */
  readonly actions?: readonly TimedAction[];
  /** Whether messages are described for the screen; events of nodes are always observed. */
  readonly trace: boolean;
  /** Sees every event in run order. */
  readonly observe?: (event: TraceEvent) => void;
}

export interface NodeSlot {
  readonly id: NodeId;
  /** Which disk of it that is, from 1. */
  incarnation: number;
  state: 'down' | 'starting' | 'up';
  boot: number;
  /** On their way to this node, in key order. */
  inbox: EventHeap<InboxMessage>;
  /** The node's earliest own event, as it reported. */
  next: EventKey | undefined;
  /** All of its own events, as it told when it was last asked. */
  own: readonly OwnEvent[];
  /** What it told of its storage when it was last asked. */
  answer: StorageAnswer | undefined;
  /** Events of this boot that counted. */
  steps: number;
  /** Replay: what this boot does after so many events counts nowhere. */
  stepsMax: number | undefined;
  faults: NodeFaults;
  /** Its machine's clocks. */
  clock: ClockModel;
  /** Set while its process stands still: what has arrived for it meanwhile. */
  held: HeldMessages | undefined;
  durability: Durability;
  /** Bits to be flipped when this node, which is down, starts again. */
  damages: readonly DiskDamage[];
  /** Bits of this disk that were to be flipped since the segment began. */
  damageCount: number;
}

export interface InboxMessage extends EventKey {
  readonly message: InboundMessage;
  readonly sentUs: Micros;
  /** It had arrived by then, at a node that was frozen; undefined: it is on its way. */
  readonly arrivedUs?: Micros;
}

interface Fading {
  readonly timeUs: Micros;
  readonly id: number;
  readonly reason: DropReason;
}
export const NO_FAULTS: NodeFaults = { disk: HEALTHY_DISK, damaged: false, crashAt: undefined };

/** Follows one action until its result is known. */
export interface ActionHandle {
  readonly timed: TimedAction;
  result: ActionResult | undefined;
}

/** Everything that a run's conductor knows between two rounds. */
export class WorldState {
  readonly header: RunHeader;
  readonly options: WorldOptions;
  readonly ring: HashRing;
  actors: Actors;
  readonly endings: Endings;
  /** Every node that ever was, in the order of their ids: the founding ones and those that were added. */
  readonly slots: NodeSlot[];
  readonly digest = new Digest();
  readonly violations: Violation[] = [];
  /** Actions taken, in order. */
  readonly log: TimedAction[] = [];
  readonly hostCalls: HostCall[] = [];
  /** Deaths that nobody ordered, to be written to the action log by the driver. */
  readonly unplanned: TimedAction[] = [];
  view: ClusterView;
  /** Over all of the run that this world has seen. */
  readonly tally = new InvariantTally();
  referee: LateReferee;
  network: NetworkModel;
  clients = new Map<ClientActorId, ClientShell>();
  clientInbox = new EventHeap<InboxMessage>();
  diskSyncUs: Micros;
  /** What CONFIG set of all nodes last; single ones may differ since. */
  durability: Durability;
  /** Place in COMPACTION_STYLES. */
  compactionStyle: number;
  silence: SilenceLimits;
  intervals: LookIntervals;
  /** Rules that are left out on purpose; clients share it, nodes are told with every grant. */
  readonly breaks = new Set<LiveBreak>();
  /** Boots of the page so far: streams restart under a new number after each reload. */
  segment = 0;
  events = 0;
  readonly traffic = noTraffic();
  /** Whether single messages are reported: nobody can follow them at full speed, and describing them costs a third of it. */
  private messagesShown: boolean;
  /** `breaks` as nodes are told. */
  private brokenRules: readonly LiveBreak[] = [];
  private sequences = new Map<ActorId, number>();
  private operations = new Map<number, ActionHandle>();
  private operationCount = 0;
  private completed: ActionHandle[] = [];
  private traced: TraceEvent[] = [];
  /** Told as sent, and lost on their way: told as dropped when they have come half of it. In the order of time. */
  private fading: Fading[] = [];

  constructor(header: RunHeader, options: WorldOptions) {
    const { config, seed } = header;
    const founding = foundingNodes(config);
    this.header = header;
    this.options = options;
    this.ring = placementOf(config);
    this.actors = new Actors(() => this.slots.length);
    this.endings = new Endings(options.actions ?? []);
    this.durability = durabilityOf(config);
    this.slots = founding.map((id) => this.newSlot(id));
    this.view = this.createView(false);
    this.referee = this.createReferee();
    this.network = new NetworkModel(config.network, seed, 0, this.traffic);
    this.diskSyncUs = config.disk.syncUs;
    this.compactionStyle = config.limits.compactionStyle;
    this.silence = silenceOf(config.limits);
    this.intervals = lookIntervalsOf(config.limits);
    this.messagesShown = options.trace;
    this.seedDigest(undefined);
  }

  private createView(isReloaded: boolean): ClusterView {
    const { config } = this.header;
    const nodes = this.slots.map(({ id }) => id);
    const replicationFactor = replicationFactorOf(config);
    const founded = { ...config, nodes: foundingNodes(config), replicationFactor };
    return new ClusterView(this.ring, nodes, new MetaView(founded, isReloaded));
  }

  /** Switched on, it reports first what is in flight already; switched off, what is lost already. */
  showMessages(shown: boolean, nowUs: Micros): void {
    const { trace } = this.options;
    if (this.messagesShown === (shown && trace)) return;
    for (const { id, reason } of this.fading.splice(0))
      this.emit({ timeUs: nowUs, type: 'MessageDropped', id, reason });
    this.messagesShown = shown && trace;
    if (!this.messagesShown) return;
    this.emit({ timeUs: nowUs, type: 'DetailsResumed' });
    const waiting = this.slots.flatMap(({ inbox, held }) => [...inbox.values(), ...(held?.values() ?? [])]);
    for (const item of [...this.clientInbox.values(), ...waiting].sort(compareKeys)) {
      const { target, sentUs, timeUs, arrivedUs, sequence, message } = item;
      this.traceSent(message.origin, target as ActorId, message.bytes, sentUs, arrivedUs ?? timeUs, sequence);
    }
  }

  /** What CONFIG has set of the nodes' disks and stores, and BREAK of their rules: every grant carries it. */
  get grantSettings(): Pick<Grant, 'diskSyncUs' | 'compactionStyle' | 'silence' | 'intervals' | 'breaks'> {
    const { diskSyncUs, silence, intervals, brokenRules: breaks } = this;
    const compactionStyle = must(COMPACTION_STYLES[this.compactionStyle], 'a compaction style');
    return { diskSyncUs, compactionStyle, silence, intervals, breaks };
  }

  /** @param name undefined: every one */
  setBreak(name: LiveBreak | undefined, on: boolean): void {
    if (name === undefined) this.breaks.clear();
    else if (on) this.breaks.add(name);
    else this.breaks.delete(name);
    this.brokenRules = LIVE_BREAKS.filter((rule) => this.breaks.has(rule));
  }

  private readonly clockOf = (node: NodeId): ClockModel => this.slot(node).clock;

  private createReferee(): LateReferee {
    const { electionTimeoutUsMin } = this.header.config.limits;
    return new LateReferee({ tally: this.tally, clockOf: this.clockOf, electionTimeoutUsMin });
  }

  slot(node: NodeId): NodeSlot {
    return must(this.slots[node - 1], `no node n${node}`);
  }

  /** Where nodes and clients that know of nobody else find the cluster: every node that there is, whatever has become of it. */
  private get contacts(): readonly NodeId[] {
    return this.slots.map(({ id }) => id);
  }

  private newSlot(id: NodeId): NodeSlot {
    const { config, seed } = this.header;
    return {
      id,
      incarnation: 1,
      state: 'down',
      boot: 0,
      inbox: new EventHeap(),
      next: undefined,
      own: [],
      answer: undefined,
      steps: 0,
      stepsMax: undefined,
      faults: NO_FAULTS,
      clock: new ClockModel(drawClock(config.clocks, seed, id)),
      held: undefined,
      durability: this.durability,
      damages: [],
      damageCount: 0,
    };
  }

  /** A node with the next number and a machine of its own, which nobody has started. */
  addSlot(): NodeSlot {
    const slot = this.newSlot(nodeId(this.slots.length + 1));
    this.slots.push(slot);
    this.view.addNode(slot.id);
    return slot;
  }

  /** Whether the replica of the shard that the node is known for was on an earlier disk of it: it can neither vote nor lead there. */
  isBlank(shard: ShardId, node: NodeId): boolean {
    const replica = replicaOn(groupOf(this.view.meta.state, shard), node);
    return replica !== undefined && replica.incarnation < this.slot(node).incarnation;
  }

  /** A segment of the digest begins with what decides it: seed, configuration, and the RELOAD that opened it. */
  seedDigest(reload: TimedAction | undefined): void {
    const { engineVersion, seed, config } = this.header;
    this.digest.reset();
    this.digest.value({ engineVersion, seed, config, segment: this.segment });
    this.digest.value(reload);
  }

  mixAction(timed: TimedAction): void {
    this.digest.value(timed);
  }

  startNode(slot: NodeSlot, startUs: Micros): void {
    slot.boot++;
    slot.state = 'starting';
    this.view.starts(slot.id, slot.boot);
    const ending = this.endings.of(slot.id, slot.boot, this.segment);
    slot.steps = 0;
    slot.stepsMax = ending.stepsMax;
    const init: NodeInit = {
      node: slot.id,
      contacts: this.contacts,
      boot: slot.boot,
      incarnation: slot.incarnation,
      pageBoot: this.segment,
      seed: this.header.seed,
      config: this.header.config,
      startUs,
      transactionsMax: ending.transactionsMax,
      ...this.grantSettings,
      durability: slot.durability,
      faults: slot.faults,
      clock: slot.clock.setting,
      damages: slot.damages,
    };
    slot.damages = [];
    this.hostCalls.push({ node: slot.id, type: 'start', init });
  }

  /** Power off and on: every node starts from its disk, the network is whole, clients have forgotten everything. */
  restart(reload: TimedAction, endings: readonly BootEnding[]): void {
    const { config, seed } = this.header;
    this.segment++;
    this.network = new NetworkModel(config.network, seed, this.segment, this.traffic);
    this.diskSyncUs = config.disk.syncUs;
    this.durability = durabilityOf(config);
    this.compactionStyle = config.limits.compactionStyle;
    this.silence = silenceOf(config.limits);
    this.intervals = lookIntervalsOf(config.limits);
    this.setBreak(undefined, false);
    for (const _ of nodesAfter(config, this.log).slice(this.slots.length)) this.addSlot();
    this.clients = new Map();
    this.clientInbox = new EventHeap();
    this.sequences = new Map();
    this.fading = [];
    this.actors = new Actors(() => this.slots.length);
    this.abandonOperations(reload.timeUs);
    this.judgeKept(reload.timeUs);
    this.referee = this.createReferee();
    const counters = this.view.counters();
    this.view = this.createView(true);
    this.view.restoreCounters(counters);
    this.seedDigest(reload);
    const forgotten = this.slots.filter(({ faults }) => faults.disk !== HEALTHY_DISK);
    const wereSet = this.slots.filter(({ clock }) => clock.setting.sinceUs > 0);
    for (const slot of this.slots) {
      slot.inbox = new EventHeap();
      slot.next = undefined;
      slot.held = undefined;
      slot.clock = new ClockModel(drawClock(config.clocks, seed, slot.id));
      const ending = endings.find(({ node }) => node === slot.id);
      slot.boot = ending?.boot ?? 0;
      slot.incarnation = ending?.incarnation ?? 1;
      slot.faults = { ...NO_FAULTS, damaged: this.wasDamaged(slot) };
      slot.damages = [];
      slot.damageCount = 0;
      slot.durability = this.durability;
      this.startNode(slot, reload.timeUs);
    }
    this.emit({ timeUs: reload.timeUs, type: 'ActionTaken', action: reload.action });
    for (const { id } of forgotten)
      this.emit({ timeUs: reload.timeUs, type: 'DiskChanged', node: id, ...HEALTHY_DISK });
    for (const { id, clock } of wereSet)
      this.emit({ timeUs: reload.timeUs, type: 'ClockChanged', node: id, ...clock.errorAt(reload.timeUs) });
    for (const { id, faults } of this.slots) {
      if (faults.damaged)
        this.emit({ timeUs: reload.timeUs, type: 'DiskDamaged', node: id, what: 'a record, before the reload' });
    }
  }

  /** Flipped bits outlive a reload, which forgets all other faults; not a WIPE. Where the log does not tell which WIPE was refused, all count. */
  private wasDamaged({ id, incarnation }: NodeSlot): boolean {
    const own = this.log.flatMap(({ action }) => ('node' in action && action.node === id ? [action] : []));
    const wipes = own.filter(({ type }) => type === 'Wipe');
    const last = wipes.at(-1);
    const onThisDisk = last !== undefined && wipes.length === incarnation - 1 ? own.slice(own.indexOf(last)) : own;
    return onThisDisk.some((action) => action.type === 'Disk' && action.fault.type === 'Corrupt');
  }

  /** A client actor; made when it is first used. */
  client(actor: ClientActorId): ClientShell {
    const known = this.clients.get(actor);
    if (known !== undefined) return known;
    const { seed, config } = this.header;
    const shell = new ClientShell(
      actor,
      new SmartClient({
        actor,
        ring: this.ring,
        contacts: () => this.contacts,
        ...clientTiming(config.limits.electionTimeoutUsMin, config.limits.heartbeatIntervalUs),
        breaks: this.breaks,
        random: createRandomStream(seed, 'client', `${actor}`, this.segment),
      }),
    );
    this.clients.set(actor, shell);
    return shell;
  }

  openOperation(handle: ActionHandle): number {
    const id = ++this.operationCount;
    this.operations.set(id, handle);
    return id;
  }

  finish(handle: ActionHandle, result: ActionResult): void {
    handle.result = result;
    this.completed.push(handle);
  }

  takeCompleted(): readonly ActionHandle[] {
    const completed = this.completed;
    this.completed = [];
    return completed;
  }

  /** All that is to be told up to now. */
  takeTrace(nowUs: Micros): TraceEvent[] {
    this.tellLosses(nowUs);
    const traced = this.traced;
    this.traced = [];
    return traced;
  }

  /** Stamps, keeps, checks and shows one event. Called in run order. */
  emit(event: TraceEvent): void {
    if (this.fading.length > 0) this.tellLosses(event.timeUs);
    const agreed = this.view.apply(event);
    const violations = this.referee.check(event, this.breaks.size > 0);
    if (this.options.trace) this.traced.push(event);
    this.options.observe?.(event);
    for (const change of agreed) this.emit({ timeUs: event.timeUs, ...change });
    for (const violation of violations) this.violated(violation, event.timeUs);
  }

  private violated(violation: Violation, timeUs: Micros): void {
    this.violations.push(violation);
    this.tally.broke(violation, timeUs);
    this.emit({ timeUs, type: 'InvariantViolated', ...violation });
  }

  /** What has not been judged yet is judged by the clocks and rules of just now: before they change, and before somebody asks. */
  judgeKept(timeUs: Micros): void {
    for (const violation of this.referee.settle()) this.violated(violation, timeUs);
  }

  /** One step of a node or client: into the digest, its reports to the observers, its messages onto the network. */
  absorb(step: Step | ClientStep, actor: ActorId): void {
    const { digest } = this;
    const { timeUs } = step;
    this.events++;
    digest.a = mix32(digest.a, step.hashA);
    digest.b = mix32(digest.b, step.hashB);
    if (this.messagesShown && step.origin !== actor)
      this.emit({ timeUs: step.timeUs, type: 'MessageDelivered', id: messageId(step.origin, step.sequence) });
    for (const event of step.events) this.emit(stamp(event, isClient(actor) ? undefined : (actor as NodeId), timeUs));
    for (const send of step.sends) this.send(actor, send.to, send.bytes, step.timeUs);
  }

  absorbClient(step: ClientStep): void {
    this.absorb(step, step.target);
    for (const { id, outcome } of step.completions) {
      const handle = must(this.operations.get(id), `operation ${id} is open`);
      this.operations.delete(id);
      this.emit({ timeUs: step.timeUs, type: 'OperationCompleted', id, client: step.target, outcome });
      this.finish(handle, { type: 'Completed', timeUs: step.timeUs, outcome, client: step.target, operation: id });
    }
  }

  /** Why a message that arrived now would reach nobody. */
  obstacleOf({ message, target, arrivedUs }: InboxMessage): 'link is cut' | 'target is down' | undefined {
    if (arrivedUs === undefined && this.network.isCut(message.origin, target as ActorId)) return 'link is cut';
    return isClient(target) || this.slot(target as NodeId).state === 'up' ? undefined : 'target is down';
  }

  /** A message that arrives at a frozen node. Not taken: the room for it is full. */
  hold(held: HeldMessages, item: InboxMessage): UndeliveredMessage | undefined {
    if (!held.take(item)) return { ...item, reason: 'buffer is full' };
    this.events++;
    return undefined;
  }

  /** A node's process is gone, and what had arrived for it. */
  endProcess(slot: NodeSlot, timeUs: Micros): void {
    slot.state = 'down';
    slot.next = undefined;
    for (const { message } of slot.held?.values() ?? [])
      this.traceDrop(timeUs, messageId(message.origin, message.sequence), 'target is down');
    slot.held = undefined;
  }

  /** A message that found a cut link or a dead target. A client learns of the latter: the machine is there, but nobody listens. */
  absorbUndelivered(undelivered: UndeliveredMessage): void {
    const { timeUs, message, reason, target } = undelivered;
    this.events++;
    if (reason === 'link is cut') this.traffic.cut++;
    this.traceDrop(timeUs, messageId(message.origin, message.sequence), reason);
    if (reason !== 'target is down' || !isClient(message.origin)) return;
    const refusals = decodeEnvelope(message.bytes).flatMap((body) =>
      body.type === 'ClientRequest' ? [{ type: 'ConnectionRefused' as const, requestId: body.requestId }] : [],
    );
    if (refusals.length > 0) this.send(target as ActorId, message.origin, encodeEnvelope(refusals), timeUs);
  }

  /** Puts a message on its link. Copies get sequence numbers of the sender's counter, in the order of sending. */
  private send(from: ActorId, to: ActorId, bytes: Uint8Array, nowUs: Micros): void {
    const cut = this.network.isCut(from, to);
    const arrivals = cut ? [] : this.network.route(from, to, nowUs);
    if (cut) this.traffic.cut++;
    if (arrivals.length === 0) this.traceLost(from, to, bytes, nowUs, cut ? 'link is cut' : 'lost on the link');
    for (const timeUs of arrivals) {
      const sequence = this.nextSequence(from);
      const message = { timeUs, origin: from, sequence, bytes };
      const inbox = isClient(to) ? this.clientInbox : this.slot(to as NodeId).inbox;
      inbox.push({ timeUs, target: to, origin: from, sequence, message, sentUs: nowUs });
      if (this.messagesShown) this.traceSent(from, to, bytes, nowUs, timeUs, sequence);
    }
  }

  private nextSequence(origin: ActorId): number {
    const sequence = this.sequences.get(origin) ?? 0;
    this.sequences.set(origin, sequence + 1);
    return sequence;
  }

  private traceLost(from: ActorId, to: ActorId, bytes: Uint8Array, nowUs: Micros, reason: DropReason): void {
    if (!this.messagesShown) return;
    const sequence = this.nextLostId();
    const { delayUs } = this.network.settings(from, to);
    this.traceSent(from, to, bytes, nowUs, nowUs + delayUs, sequence);
    const loss = { timeUs: nowUs + Math.floor(delayUs / 2), id: messageId(from, sequence), reason };
    const later = this.fading.findIndex(({ timeUs }) => timeUs > loss.timeUs);
    this.fading.splice(later === -1 ? this.fading.length : later, 0, loss);
  }

  private tellLosses(untilUs: Micros): void {
    while ((this.fading[0]?.timeUs ?? Number.POSITIVE_INFINITY) <= untilUs)
      this.emit({ ...(this.fading.shift() as Fading), type: 'MessageDropped' });
  }

  /** Ids of messages that never travelled come from a range of their own, so that tracing changes no key. */
  private lostCount = 0;
  private nextLostId(): number {
    return LOST_IDS + this.lostCount++;
  }

  private traceSent(
    from: ActorId,
    to: ActorId,
    bytes: Uint8Array,
    timeUs: Micros,
    deliverAtUs: Micros,
    sequence: number,
  ): void {
    const items = decodeEnvelope(bytes).map(describeMessage);
    this.emit({
      timeUs,
      type: 'MessageSent',
      id: messageId(from, sequence),
      from,
      to,
      bytes: bytes.length,
      deliverAtUs,
      items,
    });
  }

  traceDrop(timeUs: Micros, id: number, reason: DropReason): void {
    if (this.messagesShown) this.emit({ timeUs, type: 'MessageDropped', id, reason });
  }

  traceDelay(timeUs: Micros, id: number, deliverAtUs: Micros): void {
    if (this.messagesShown) this.emit({ timeUs, type: 'MessageDelayed', id, deliverAtUs });
  }

  emitLink(from: ActorId, to: ActorId, timeUs: Micros): void {
    const settings: LinkSettings = this.network.ownSettings(from, to) ?? {};
    this.emit({ timeUs, type: 'LinkChanged', from, to, cut: this.network.isCut(from, to), settings });
  }

  /** Operations that were open when everything was switched off: their clients are gone. */
  private abandonOperations(timeUs: Micros): void {
    for (const handle of this.operations.values()) {
      this.finish(handle, { type: 'Refused', code: 'OutcomeUnknown', text: `the run was reloaded at ${timeUs} µs` });
    }
    this.operations = new Map();
    this.operationCount = 0;
  }
}

/** Reports are made for their step alone: they are stamped where they are. */
function stamp(
  event: object & { node?: NodeId; timeUs?: Micros },
  node: NodeId | undefined,
  timeUs: Micros,
): TraceEvent {
  if (node !== undefined) event.node ??= node;
  event.timeUs = timeUs;
  return event as TraceEvent;
}

const LOST_IDS = 2_000_000_000;

/** How trace events name a message. */
export const messageId = (origin: ActorId, sequence: number): number => origin * 4294967296 + sequence;

const silenceOf = ({ phiThreshold, phiWindow, phiFormula, downAfterUs }: SilenceLimits): SilenceLimits => ({
  phiThreshold,
  phiWindow,
  phiFormula,
  downAfterUs,
});
