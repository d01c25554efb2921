import { CorruptBytes } from '../core/base/bytes.ts';
import type { DiskRead, DiskTransaction, StoreName } from '../core/base/disk.ts';
import { type ActorId, isClient, type Micros } from '../core/base/ids.ts';
import { LateCodeMissing } from '../core/base/late-code.ts';
import { createRandomStream, type RandomStream } from '../core/base/random.ts';
import type { CrashFault, CrashPoint } from '../core/cluster/disk-fault.ts';
import { foundingNodes } from '../core/cluster/node-list.ts';
import type { OwnEventType } from '../core/cluster/pending-event.ts';
import { replicationFactorOf } from '../core/cluster/placement.ts';
import type { WorldEvent } from '../core/cluster/trace-event.ts';
import type { CompactionStyle } from '../core/lsm/compaction-style.ts';
import { CorruptStore } from '../core/lsm/corrupt-store.ts';
import { decodeEnvelope, encodeEnvelope } from '../core/node/codec.ts';
import type { Effect, NodeInput } from '../core/node/effect.ts';
import { encodeLogGroup, logGroupCutAt } from '../core/node/log-group.ts';
import type { Message } from '../core/node/message.ts';
import { Node } from '../core/node/node.ts';
import type { ReplicaRoot } from '../core/node/replica-root.ts';
import type { StorageAnswer, StorageQuery } from '../core/node/storage-report.ts';
import type { NodeEvent } from '../core/node/trace-event.ts';
import type { StoreRoutine } from './block-store.ts';
import { ClockModel, type ClockSetting } from './clock-model.ts';
import { Digest } from './digest.ts';
import { type CrashCut, DiskModel, type DiskWrite } from './disk-model.ts';
import { EventHeap } from './event-heap.ts';
import { compareKeys, type EventKey } from './event-key.ts';
import { type HeadRecord, headOp, withHead } from './head-record.ts';
import { InjectedFault } from './injected-fault.ts';
import { lateWorld } from './late-world.ts';
import type {
  AskedInput,
  DiskDamage,
  Grant,
  GrantReply,
  InboundMessage,
  KillReply,
  NodeFaults,
  NodeInit,
  OwnEvent,
  Step,
} from './node-host.ts';
import { convertReads, readStore, StoreFailure } from './store-reads.ts';

interface LocalEvent extends EventKey {
  readonly work: Work;
}

type Work =
  | { readonly type: 'Boot' }
  | { readonly type: 'Recovered'; readonly event: WorldEvent }
  | { readonly type: 'Timer'; readonly generation: number }
  | { readonly type: 'WriteDone'; readonly write: DiskWrite }
  | { readonly type: 'ReadDone'; readonly id: number; readonly read: DiskRead }
  | { readonly type: 'Message'; readonly message: InboundMessage }
  | { readonly type: 'Asked'; readonly input: AskedInput };

interface Crash {
  readonly reason: string;
  readonly fault: CrashFault | undefined;
}

type Effects = { readonly sends: Step['sends'][number][]; readonly events: (NodeEvent | WorldEvent)[] };

/**
 * One node in its world: the pure node of core, its queue of local events (timer, disk), its clocks and its disk's timing. The same code runs
 * in process and in a node worker; only the store behind its routines differs. It processes events in key order and reports each as a step.
 */
export class NodeShell {
  private readonly init: NodeInit;
  private readonly node: Node;
  private clocks: ClockModel;
  private readonly disk: DiskModel;
  private readonly queue = new EventHeap<LocalEvent>();
  private readonly digest = new Digest();
  /** Counter of local events; with the time it makes their keys unique. */
  private sequence = 0;
  /** A timer event of an older generation was replaced and is skipped. */
  private timerGeneration = 0;
  /** When the newest timer goes off, on the monotonic clock; undefined: it has, or none was set. */
  private timerUs: Micros | undefined;
  /** Real transactions made in this boot. */
  private transactions = 0;
  private state: 'down' | 'recovering' | 'up' | 'dead' = 'down';
  private diskSyncUs: Micros;
  private faults: NodeFaults;
  private compactionStyle: CompactionStyle;
  /** What recovery wants to write; on its way until the node is up, so that a crash may cut it. */
  private repairs: DiskTransaction[] = [];

  constructor(init: NodeInit) {
    const { config, seed, pageBoot, boot } = init;
    const name = `n${init.node}`;
    const stream = (use: string): RandomStream => createRandomStream(seed, use, `${name}/${boot}`, pageBoot);
    this.init = init;
    this.diskSyncUs = init.diskSyncUs;
    this.faults = init.faults;
    this.compactionStyle = init.compactionStyle;
    this.clocks = new ClockModel(init.clock);
    this.disk = new DiskModel(config.disk, stream('disk'), stream('cut'));
    this.node = new Node(
      {
        id: init.node,
        nodes: foundingNodes(config),
        contacts: init.contacts,
        incarnation: init.incarnation,
        shards: config.shards,
        replicationFactor: replicationFactorOf(config),
        vnodes: config.vnodes,
        limits: config.limits,
      },
      boot,
      stream,
    );
    this.node.setBreaks(init.breaks);
    this.node.setSilence(init.silence);
    this.node.setIntervals(init.intervals);
    this.schedule(init.startUs, { type: 'Boot' });
  }

  /** Processes granted events. One store call is in flight at a time; its completion belongs to the event that asked for it. */
  *grant(grant: Grant): StoreRoutine<GrantReply> {
    this.diskSyncUs = grant.diskSyncUs;
    this.faults = grant.faults ?? this.faults;
    if (grant.clock !== undefined) this.setClock(grant.clock);
    if (grant.dueFromUs !== undefined) this.postpone(grant.dueFromUs);
    const damaged = grant.damage && (yield* this.damage(grant.damage));
    this.compactionStyle = grant.compactionStyle;
    this.node.setCompactionStyle(grant.compactionStyle);
    this.node.setBreaks(grant.breaks);
    this.node.setSilence(grant.silence);
    this.node.setIntervals(grant.intervals);
    for (const message of grant.messages) this.queue.push(this.messageEvent(message));
    const steps: Step[] = [];
    let crashed: Crash | undefined;
    let next = this.takeChosen(grant) ?? this.takeNext(grant, 0);
    while (next !== undefined) {
      const effects: Effects = { sends: [], events: [] };
      this.beginStep(next);
      try {
        const routine = this.process(next, effects);
        if (routine !== undefined) yield* routine;
      } catch (error) {
        crashed = yield* this.crash(error, effects);
      }
      steps.push(this.endStep(next, effects));
      if (crashed !== undefined) break;
      next = this.takeNext(grant, steps.length);
    }
    return {
      steps,
      next: keyOf(this.peek()),
      crashed: crashed?.reason,
      ...(crashed?.fault === undefined ? {} : { fault: crashed.fault }),
      ...(damaged === undefined ? {} : { damaged }),
      ...(grant.query === undefined ? {} : { answer: yield* this.answer(grant.query) }),
      ...(grant.listOwn === true ? { own: this.ownEvents() } : {}),
    };
  }

  private takeNext(grant: Grant, taken: number): LocalEvent | undefined {
    const next = this.peek();
    if (taken >= grant.limit || next === undefined || compareKeys(next, grant.end) >= 0) return undefined;
    return this.queue.pop();
  }

  /** The event that somebody chose; undefined: none is chosen, or the disk does not serve that write. */
  private takeChosen({ chosen }: Grant): LocalEvent | undefined {
    if (chosen === undefined) return undefined;
    if (chosen.type === 'Message') return this.messageEvent(chosen.message);
    if (chosen.type === 'Asked') return this.askedEvent(chosen);
    const write = this.queue
      .values()
      .find(({ work, sequence }) => work.type === 'WriteDone' && sequence === chosen.sequence);
    if (write === undefined) return undefined;
    this.queue.remove(write);
    return { ...write, timeUs: chosen.timeUs };
  }

  /** A process that still recovers hears nobody. */
  private askedEvent({
    input,
    timeUs,
  }: {
    readonly input: AskedInput;
    readonly timeUs: Micros;
  }): LocalEvent | undefined {
    if (this.state !== 'up') return undefined;
    const { node } = this.init;
    return { timeUs, target: node, origin: node, sequence: this.sequence++, work: { type: 'Asked', input } };
  }

  /** Beside time: nothing that is read for it is an event of the run, and damage that it finds is for the node to find. */
  private *answer(query: StorageQuery): StoreRoutine<StorageAnswer | undefined> {
    if (this.state !== 'up') return undefined;
    return yield* convertReads(this.node.answer(query), () => undefined);
  }

  /** Beside time, when the run is over: nothing that is read for it is an event. None where the node is not up. */
  *roots(): StoreRoutine<readonly ReplicaRoot[]> {
    if (this.state !== 'up') return [];
    return yield* convertReads(this.node.roots(), () => undefined);
  }

  private messageEvent(message: InboundMessage): LocalEvent {
    const { timeUs, origin, sequence } = message;
    return { timeUs, target: this.init.node, origin, sequence, work: { type: 'Message', message } };
  }

  /** Messages are delivered within the grant that brings them: what waits here is the node's own. */
  private ownEvents(): readonly OwnEvent[] {
    return this.queue.values().flatMap((event) => {
      const { work } = event;
      const type = ownTypeOf(work);
      const replaced = work.type === 'Timer' && work.generation !== this.timerGeneration;
      return type === undefined || replaced ? [] : [{ type, timeUs: event.timeUs, sequence: event.sequence }];
    });
  }

  /** The crash cut: writes just what survives, from the seed. */
  *kill(): StoreRoutine<KillReply> {
    const cut = this.disk.crash();
    const repairs = this.repairs.splice(0);
    const repaired = this.disk.drawSurvivors(repairs.length);
    this.stop();
    const pending = cut.pending + repairs.length;
    // A disk that refuses writes takes none on the way down either.
    if (this.refusal() !== undefined) return { pending, lost: pending, torn: false, transactions: this.transactions };
    for (const repair of repairs.slice(0, repaired)) yield* this.transact(repair, this.lastUs);
    yield* this.writeCut(cut);
    const lost = cut.lost + repairs.length - repaired;
    return { pending, lost, torn: cut.torn, transactions: this.transactions };
  }

  private *writeCut({ whole, cutLog }: CrashCut): StoreRoutine<void> {
    const timeUs = this.lastUs;
    for (const write of whole) yield* this.commit(write, undefined, timeUs);
    if (cutLog === undefined) return;
    const { write, records, tornBytes } = cutLog;
    yield* this.commit(write, logGroupCutAt(write.group, records, tornBytes), timeUs);
  }

  /** Virtual time of the last event processed. */
  private lastUs: Micros = 0;

  private beginStep(event: LocalEvent): void {
    this.lastUs = event.timeUs;
    const { digest } = this;
    digest.reset();
    digest.number(event.timeUs);
    digest.number(event.target * 65536 + event.origin);
    digest.number(event.sequence);
  }

  private endStep(event: LocalEvent, effects: Effects): Step {
    const { digest } = this;
    digest.number(this.node.fingerprint);
    const reported = this.state === 'up' ? this.node.takeEvents() : [];
    return {
      timeUs: event.timeUs,
      origin: event.origin as ActorId,
      sequence: event.sequence,
      hashA: digest.a,
      hashB: digest.b,
      sends: effects.sends,
      events: effects.events.length === 0 ? reported : [...effects.events, ...reported],
    };
  }

  /**
   * A failed assert, a corrupt disk or an ordered fault ends this node with its reason and nothing else: the effects of the failing step are
   * dropped, and the disk keeps what a crash leaves; after an ordered fault, just what it held. The reason's text never enters the digest.
   */
  private *crash(error: unknown, effects: Effects): StoreRoutine<Crash> {
    if (error instanceof StoreFailure) throw error.cause;
    // Not the run's doing: a replay that finds the code would go on.
    if (error instanceof LateCodeMissing) throw error;
    effects.sends.length = 0;
    this.digest.number(-1);
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    if (error instanceof InjectedFault) {
      this.stop();
      return { reason, fault: error.fault };
    }
    yield* this.kill();
    const corrupt = error instanceof CorruptStore || error instanceof CorruptBytes;
    return { reason, fault: corrupt && this.faults.damaged ? 'corrupt' : undefined };
  }

  private stop(): void {
    this.state = 'dead';
    this.queue.clear();
  }

  private *damage(damage: DiskDamage): StoreRoutine<string | undefined> {
    const { node, pageBoot, seed } = this.init;
    const draw = createRandomStream(seed, 'damage', `n${node}/${damage.number}`, pageBoot);
    const damaged = yield* lateWorld.get().drawDamage(damage, draw);
    if (damaged === undefined) return undefined;
    this.faults = { ...this.faults, damaged: true };
    const head = this.countTransaction(this.lastUs);
    // Not through `transact`: a full disk rots as well, and what is damaged is not sealed again.
    if (head !== undefined) yield { type: 'transact', transaction: [damaged.put, headOp(head)] };
    return damaged.what;
  }

  /** What becomes of a write now; undefined: it is made. */
  private refusal(store?: StoreName): InjectedFault | undefined {
    const { full, failing } = this.faults.disk;
    if (full) return InjectedFault.full(store);
    return failing ? InjectedFault.failed(store) : undefined;
  }

  private reach(point: CrashPoint): void {
    if (this.faults.crashAt === point) throw InjectedFault.at(point);
  }

  /** Most events need nothing of the store and are done when this returns; the others give the routine that is the rest of them. */
  private process({ timeUs, work }: LocalEvent, effects: Effects): StoreRoutine<void> | undefined {
    switch (work.type) {
      case 'Message':
        this.receive(work.message, timeUs, effects);
        return undefined;
      case 'Timer':
        this.timerUs = undefined;
        this.stepNode({ type: 'TimerFired' }, timeUs, effects);
        return undefined;
      case 'Asked':
        this.stepNode(work.input, timeUs, effects);
        return undefined;
      case 'WriteDone':
        return this.completeWrite(work.write, timeUs, effects);
      case 'ReadDone':
        return this.completeRead(work, timeUs, effects);
      case 'Boot':
        this.state = 'recovering';
        return this.recover(timeUs, effects);
      case 'Recovered':
        return this.takePart(work.event, timeUs, effects);
    }
  }

  private *completeWrite(write: DiskWrite, now: Micros, effects: Effects): StoreRoutine<void> {
    if (write.queue === 'log') yield* this.reachLogWrite(write, now);
    yield* this.commit(write, undefined, now);
    if (write.queue === 'log') this.reach('after commit');
    else if ((write.purpose === 'flush' || write.purpose === 'compaction') && !publishes(write))
      this.reach(`mid ${write.purpose}`);
    this.disk.finish(write);
    this.stepNode({ type: 'WriteCompleted', id: write.id }, now, effects);
    this.serveDisk(now);
  }

  /** Before its transaction is made, or with a part of it: the first half of the last record. */
  private *reachLogWrite(write: DiskWrite & { readonly queue: 'log' }, now: Micros): StoreRoutine<void> {
    this.reach('before commit');
    if (this.faults.crashAt !== 'mid commit') return;
    const { group } = write;
    const last = group.records.length - 1;
    const half = Math.ceil((group.records[last]?.length ?? 0) / 2);
    yield* this.commit(write, logGroupCutAt(group, last, half), now);
    this.reach('mid commit');
  }

  private *completeRead(work: Extract<Work, { type: 'ReadDone' }>, now: Micros, effects: Effects): StoreRoutine<void> {
    const result = yield* readStore(work.read);
    this.digest.number(result.length);
    this.stepNode({ type: 'ReadCompleted', id: work.id, result }, now, effects);
  }

  private *takePart(recovered: WorldEvent, now: Micros, effects: Effects): StoreRoutine<void> {
    for (const repair of this.repairs.splice(0)) {
      yield* this.transact(repair, now);
      this.reach('mid recovery');
    }
    this.state = 'up';
    effects.events.push(recovered);
    this.carryOut(this.node.start(this.clocks.read(now)), now, effects);
  }

  private *recover(now: Micros, effects: Effects): StoreRoutine<void> {
    const { node, boot, incarnation, damages, config } = this.init;
    for (const damage of damages) {
      const what = yield* this.damage(damage);
      if (what !== undefined) effects.events.push({ type: 'DiskDamaged', node, what, store: damage.store });
    }
    let reads = 0;
    let bytes = 0;
    const routine = this.node.recover(this.clocks.read(now));
    const report = yield* convertReads(routine, (result) => {
      reads++;
      for (const record of result) bytes += record.value.length;
    });
    this.node.setCompactionStyle(this.compactionStyle);
    this.repairs = [...report.transactions];
    const { slowdown } = this.faults.disk;
    const recoveryUs =
      reads * this.disk.blockReadUs(slowdown) +
      Math.round(Math.ceil((bytes * 1e6) / config.disk.bytesPerSecond) * slowdown) +
      Math.round(this.diskSyncUs * slowdown) * report.transactions.length;
    const { logRecords, tables, tornBytes } = report;
    this.digest.number(logRecords);
    this.digest.number(bytes);
    const disk = incarnation === 1 ? {} : { incarnation };
    effects.events.push({ type: 'NodeStarted', node, boot, recoveryUs, logRecords, ...disk });
    this.schedule(now + Math.max(1, recoveryUs), {
      type: 'Recovered',
      event: { type: 'NodeRecovered', node, recoveryUs, logRecords, tables, tornBytes },
    });
  }

  private receive(message: InboundMessage, now: Micros, effects: Effects): void {
    this.digest.bytes(message.bytes);
    const messages = decodeEnvelope(message.bytes);
    if (this.state === 'up') this.stepNode({ type: 'MessagesReceived', from: message.origin, messages }, now, effects);
    else this.refuse(message.origin, messages, effects);
  }

  /** A process that still recovers listens to nobody: a client is refused, a peer's message is lost. */
  private refuse(from: ActorId, messages: readonly Message[], effects: Effects): void {
    if (!isClient(from)) return;
    const refusals = messages.flatMap((message): Message[] =>
      message.type === 'ClientRequest' ? [{ type: 'ConnectionRefused', requestId: message.requestId }] : [],
    );
    if (refusals.length > 0) effects.sends.push({ to: from, bytes: encodeEnvelope(refusals) });
  }

  private stepNode(input: NodeInput, now: Micros, effects: Effects): void {
    this.carryOut(this.node.step(this.clocks.read(now), input), now, effects);
  }

  private carryOut(list: readonly Effect[], now: Micros, effects: Effects): void {
    const { digest } = this;
    for (const effect of list) {
      switch (effect.type) {
        case 'Send': {
          const bytes = encodeEnvelope(effect.messages);
          digest.number(effect.to);
          digest.bytes(bytes);
          effects.sends.push({ to: effect.to, bytes });
          break;
        }
        case 'SetTimer':
          digest.number(effect.atMonotonicUs);
          this.setTimer(effect.atMonotonicUs, now);
          break;
        case 'Write':
          digest.number(effect.queue === 'log' ? effect.group.bytes : effect.bytes);
          this.disk.issue(effect);
          break;
        case 'Read':
          digest.number(effect.id);
          // Never at the very moment of its cause: the order of keys must be the order of causes.
          this.schedule(now + Math.max(1, this.disk.blockReadUs(this.faults.disk.slowdown)), {
            type: 'ReadDone',
            id: effect.id,
            read: effect.read,
          });
          break;
      }
    }
    this.serveDisk(now);
  }

  /** Replaces the one before. */
  private setTimer(atMonotonicUs: Micros, now: Micros): void {
    this.timerUs = atMonotonicUs;
    this.timerGeneration++;
    const generation = this.timerGeneration;
    this.schedule(Math.max(now + 1, this.clocks.virtualAt(atMonotonicUs)), { type: 'Timer', generation });
  }

  /** What the timer waits for is a reading of the monotonic clock: at another rate it comes at another time. */
  private setClock(setting: ClockSetting): void {
    this.clocks = new ClockModel(setting);
    if (this.timerUs !== undefined) this.setTimer(this.timerUs, setting.sinceUs);
  }

  /** Nothing is left of its own before `dueUs`: that comes then, in its order. */
  private postpone(dueUs: Micros): void {
    const events = [...this.queue.values()].sort(compareKeys);
    this.queue.clear();
    for (const event of events) {
      if (event.timeUs < dueUs) this.schedule(dueUs, event.work);
      else this.queue.push(event);
    }
  }

  private serveDisk(now: Micros): void {
    const service = this.disk.serve(this.diskSyncUs, this.faults.disk.slowdown);
    if (service !== undefined) this.schedule(now + service.durationUs, { type: 'WriteDone', write: service.write });
  }

  /** The real transaction behind a write: asked for at its virtual completion (or at a crash, cut). */
  private *commit(write: DiskWrite, cutAtByte: number | undefined, now: Micros): StoreRoutine<void> {
    if (write.queue === 'table') return yield* this.transact(write.transaction, now);
    const encoded = encodeLogGroup(write.group);
    const value = cutAtByte === undefined ? encoded : encoded.slice(0, cutAtByte);
    yield* this.transact([{ type: 'put', store: 'log', key: write.key, value }], now);
  }

  private *transact(transaction: DiskTransaction, timeUs: Micros): StoreRoutine<void> {
    const refusal = this.refusal(transaction[0]?.store);
    if (refusal !== undefined) throw refusal;
    const head = this.countTransaction(timeUs);
    if (head !== undefined) yield { type: 'transact', transaction: withHead(transaction, head) };
  }

  /** Undefined: in the run that is replayed, this one did not reach the disk. */
  private countTransaction(timeUs: Micros): HeadRecord | undefined {
    const { transactionsMax, boot } = this.init;
    if (transactionsMax !== undefined && this.transactions >= transactionsMax) return undefined;
    this.transactions++;
    return { boot, transactions: this.transactions, timeUs };
  }

  private schedule(timeUs: Micros, work: Work): void {
    const { node } = this.init;
    this.queue.push({ timeUs, target: node, origin: node, sequence: this.sequence++, work });
  }

  private peek(): LocalEvent | undefined {
    for (;;) {
      const next = this.queue.peek();
      if (next?.work.type !== 'Timer' || next.work.generation === this.timerGeneration) return next;
      this.queue.pop();
    }
  }
}

/** The last write of a flush or of a compaction: from it on, the manifest lists what was written before. */
const publishes = ({ transaction }: Extract<DiskWrite, { readonly queue: 'table' }>): boolean =>
  transaction.some(({ store }) => store === 'manifest');

function ownTypeOf(work: Work): OwnEventType | undefined {
  switch (work.type) {
    case 'Boot':
      return 'Start';
    case 'Recovered':
      return 'Recovery';
    case 'Timer':
      return 'Timer';
    case 'WriteDone':
      return work.write.queue === 'log' ? 'LogSync' : 'TableWrite';
    case 'ReadDone':
      return 'BlockRead';
    case 'Message':
    case 'Asked':
      return undefined;
  }
}

const keyOf = (event: LocalEvent | undefined): EventKey | undefined =>
  event && { timeUs: event.timeUs, target: event.target, origin: event.origin, sequence: event.sequence };
