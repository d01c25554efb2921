import { must } from '../core/base/assert.ts';
import { mix32 } from '../core/base/hash.ts';
import { type ActorId, type ClientActorId, isClient, type Micros, type NodeId, nodeId } from '../core/base/ids.ts';
import { createRandomStream } from '../core/base/random.ts';
import { SmartClient } from '../core/client/smart-client.ts';
import { clientTiming } from '../core/client/timing.ts';
import type { ActionResult, BootEnding, LinkSettings, TimedAction } from '../core/cluster/action.ts';
import type { RunHeader } from '../core/cluster/run.ts';
import type { TraceEvent, WorldEvent } from '../core/cluster/trace-event.ts';
import { decodeEnvelope, encodeEnvelope } from '../core/node/codec.ts';
import { HashRing } from '../core/ring/hash-ring.ts';
import { Actors } from './actors.ts';
import { ClientShell, type ClientStep } from './client-shell.ts';
import { ClusterView } from './cluster-view.ts';
import { describeMessage } from './describe-message.ts';
import { Digest } from './digest.ts';
import { Endings } from './endings.ts';
import { EventHeap } from './event-heap.ts';
import { compareKeys, type EventKey } from './event-key.ts';
import { InvariantChecker, type Violation } from './invariants.ts';
import { NetworkModel } from './network-model.ts';
import type { InboundMessage, NodeInit, OwnEvent, Step } from './node-host.ts';
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
  state: 'down' | 'starting' | 'up';
  boot: number;
  /** On their way to this node, in key order. */
  inbox: EventHeap<InboxMessage>;
  /** The node's earliest own event, as it reported. */
  next: EventKey | undefined;
  /** All of its own events, as it told when it was last asked. */
  own: readonly OwnEvent[];
  /** Events of this boot that counted. */
  steps: number;
  /** Replay: what this boot does after so many events counts nowhere. */
  stepsMax: number | undefined;
}

export interface InboxMessage extends EventKey {
  readonly message: InboundMessage;
  readonly sentUs: Micros;
}

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
  readonly slots: readonly NodeSlot[];
  readonly digest = new Digest();
  readonly violations: Violation[] = [];
  /** Actions taken, in order. */
  readonly log: TimedAction[] = [];
  readonly hostCalls: HostCall[] = [];
  /** Deaths that nobody ordered, to be written to the action log by the driver. */
  readonly unplanned: TimedAction[] = [];
  view: ClusterView;
  invariants: InvariantChecker;
  network: NetworkModel;
  clients = new Map<ClientActorId, ClientShell>();
  clientInbox = new EventHeap<InboxMessage>();
  diskSyncUs: Micros;
  /** Boots of the page so far: streams restart under a new number after each reload. */
  segment = 0;
  events = 0;
  /** Messages that a cut link swallowed, at their sending or at their arrival. */
  messagesCut = 0;
  /** Whether single messages are reported: nobody can follow them at full speed, and describing them costs a third of it. */
  private messagesShown: boolean;
  private sequences = new Map<ActorId, number>();
  private operations = new Map<number, ActionHandle>();
  private operationCount = 0;
  private completed: ActionHandle[] = [];
  private traced: TraceEvent[] = [];

  constructor(header: RunHeader, options: WorldOptions) {
    const { config, seed } = header;
    const nodes = Array.from({ length: config.nodes }, (_, i) => nodeId(i + 1));
    this.header = header;
    this.options = options;
    this.ring = new HashRing(nodes, config.vnodes, config.shards, 3);
    this.actors = new Actors(config.nodes);
    this.endings = new Endings(options.actions ?? []);
    this.slots = nodes.map((id) => ({
      id,
      state: 'down',
      boot: 0,
      inbox: new EventHeap(),
      next: undefined,
      own: [],
      steps: 0,
      stepsMax: undefined,
    }));
    this.view = new ClusterView(this.ring, nodes);
    this.invariants = new InvariantChecker(Math.min(3, nodes.length));
    this.network = new NetworkModel(config.network, seed, 0);
    this.diskSyncUs = config.disk.syncUs;
    this.messagesShown = options.trace;
    this.seedDigest(undefined);
  }

  /** Switched on, it reports first what is in flight already. */
  showMessages(shown: boolean): void {
    const { trace } = this.options;
    if (this.messagesShown === (shown && trace)) return;
    this.messagesShown = shown && trace;
    if (!this.messagesShown) return;
    const inFlight = [...this.clientInbox.values(), ...this.slots.flatMap((slot) => slot.inbox.values())].sort(
      compareKeys,
    );
    for (const { target, sentUs, timeUs, sequence, message } of inFlight) {
      this.traceSent(message.origin, target as ActorId, message.bytes, sentUs, timeUs, sequence);
    }
  }

  slot(node: NodeId): NodeSlot {
    return must(this.slots[node - 1], `no node n${node}`);
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
    const ending = this.endings.of(slot.id, slot.boot, this.segment);
    slot.steps = 0;
    slot.stepsMax = ending.stepsMax;
    const init: NodeInit = {
      node: slot.id,
      boot: slot.boot,
      pageBoot: this.segment,
      seed: this.header.seed,
      config: this.header.config,
      startUs,
      transactionsMax: ending.transactionsMax,
      diskSyncUs: this.diskSyncUs,
    };
    this.hostCalls.push({ node: slot.id, type: 'start', init });
  }

  /** Power off and on: every node starts from its disk, the network is whole, clients have forgotten everything. */
  restart(reload: TimedAction, endings: readonly BootEnding[]): void {
    const { config, seed } = this.header;
    this.segment++;
    this.network = new NetworkModel(config.network, seed, this.segment);
    this.diskSyncUs = config.disk.syncUs;
    this.clients = new Map();
    this.clientInbox = new EventHeap();
    this.sequences = new Map();
    this.actors = new Actors(config.nodes);
    this.abandonOperations(reload.timeUs);
    this.invariants = new InvariantChecker(Math.min(3, config.nodes));
    const counters = this.view.counters();
    this.view = new ClusterView(
      this.ring,
      this.slots.map((slot) => slot.id),
    );
    this.view.restoreCounters(counters);
    this.seedDigest(reload);
    for (const slot of this.slots) {
      slot.inbox = new EventHeap();
      slot.next = undefined;
      slot.boot = endings.find((ending) => ending.node === slot.id)?.boot ?? 0;
      this.startNode(slot, reload.timeUs);
    }
    this.emit({ timeUs: reload.timeUs, type: 'ActionTaken', action: reload.action });
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
        ...clientTiming(config.limits.electionTimeoutUsMin),
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

  takeTrace(): TraceEvent[] {
    const traced = this.traced;
    this.traced = [];
    return traced;
  }

  /** Stamps, keeps, checks and shows one event. Called in run order. */
  emit(event: TraceEvent): void {
    this.view.apply(event);
    const violation = this.invariants.check(event);
    if (this.options.trace) this.traced.push(event);
    this.options.observe?.(event);
    if (violation === undefined) return;
    this.violations.push(violation);
    this.emit({ timeUs: event.timeUs, type: 'InvariantViolated', ...violation });
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
  obstacleOf({ message, target }: InboxMessage): UndeliveredMessage['reason'] | undefined {
    if (this.network.isCut(message.origin, target as ActorId)) return 'link is cut';
    return isClient(target) || this.slot(target as NodeId).state === 'up' ? undefined : 'target is down';
  }

  /** A message that found a cut link or a dead target. A client learns of the latter: the machine is there, but nobody listens. */
  absorbUndelivered(undelivered: UndeliveredMessage): void {
    const { timeUs, message, reason, target } = undelivered;
    this.events++;
    if (reason === 'link is cut') this.messagesCut++;
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
    if (cut) this.messagesCut++;
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

  private traceLost(
    from: ActorId,
    to: ActorId,
    bytes: Uint8Array,
    nowUs: Micros,
    reason: 'link is cut' | 'lost on the link',
  ): void {
    if (!this.messagesShown) return;
    const sequence = this.nextLostId();
    const { delayUs } = this.network.settings(from, to);
    this.traceSent(from, to, bytes, nowUs, nowUs + delayUs, sequence);
    this.traceDrop(nowUs + Math.floor(delayUs / 2), messageId(from, sequence), reason);
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

  private traceDrop(
    timeUs: Micros,
    id: number,
    reason: Extract<WorldEvent, { type: 'MessageDropped' }>['reason'],
  ): void {
    if (this.messagesShown) this.emit({ timeUs, type: 'MessageDropped', id, reason });
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
