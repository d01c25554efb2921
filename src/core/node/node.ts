import { assert, assertNever, must } from '../base/assert.ts';
import { type LiveBreak, putInForce } from '../base/breaks.ts';
import type { DiskRoutine } from '../base/disk.ts';
import { type ActorId, type ClientActorId, isClient, type Micros, type ShardId } from '../base/ids.ts';
import { LateCodeMissing } from '../base/late-code.ts';
import type { RandomStream } from '../base/random.ts';
import type { CompactionStyle } from '../lsm/compaction-style.ts';
import { type CorruptBlock, CorruptStore } from '../lsm/corrupt-store.ts';
import { tableRecord } from '../lsm/table-meta.ts';
import type { DriverEffect } from '../meta/driver-input.ts';
import { foundMeta } from '../meta/found-meta.ts';
import { META_GROUP, type MetaState, replicaOn } from '../meta/meta-state.ts';
import { HashRing } from '../ring/hash-ring.ts';
import { askReplica } from './ask-replica.ts';
import { blameReplica } from './blame-replica.ts';
import type { CorruptBlockFinder } from './block-reads.ts';
import { isCheckMessage } from './check-kinds.ts';
import type { LookIntervals, NodeConfig, SilenceLimits } from './config.ts';
import type { Effect, NodeClock, NodeInput } from './effect.ts';
import { type HeldRow, readHeldRow } from './held-row.ts';
import { HostedReplicas } from './hosted-replicas.ts';
import { makeReplica } from './make-replica.ts';
import { type ClientRequest, type Message, type ReplyBody, requestName } from './message.ts';
import { MetaHost } from './meta-host.ts';
import { NodeGossip } from './node-gossip.ts';
import { type RecoveredNode, type RecoveredReplica, type RecoveryReport, recoverNode } from './node-recovery.ts';
import { NodeTimer } from './node-timer.ts';
import type { Replica } from './replica.ts';
import { ReplicaEnvironment } from './replica-environment.ts';
import type { ReplicaRoot } from './replica-root.ts';
import { isWellPlaced } from './request-check.ts';
import { Scrubber } from './scrubber.ts';
import type { StorageAnswer, StorageQuery, StorageReport } from './storage-report.ts';
import { TableWriter } from './table-writer.ts';
import type { NodeEvent } from './trace-event.ts';

/**
 * One storage node: a replica of each shard whose preference list contains it, one physical log and one LSM engine for all of them.
 * A synchronous state machine: `recover` once, then `start` once, then `step` per input; what is to happen outside comes back as effects.
 */
export class Node {
  private readonly config: NodeConfig;
  private readonly epoch: number;
  private readonly streamOf: (use: string) => RandomStream;
  private readonly ring: HashRing;
  private readonly founded: MetaState;
  private readonly timer: NodeTimer;
  /** Shared with all that it is made of. */
  private readonly breaks = new Set<LiveBreak>();
  private silence: SilenceLimits;
  private intervals: LookIntervals;
  private recovered: RecoveredNode | undefined;
  private started: RunningNode | undefined;

  /**
   * @param epoch boot number of this node: strictly larger than every earlier one; 1 = its disk is new
   * @param streamOf this boot's streams of randomness, by what they decide
   */
  constructor(config: NodeConfig, epoch: number, streamOf: (use: string) => RandomStream) {
    const { heartbeatIntervalUs } = config.limits;
    this.config = config;
    this.silence = config.limits;
    this.intervals = config.limits;
    this.epoch = epoch;
    this.streamOf = streamOf;
    this.ring = new HashRing(config.nodes, config.vnodes, config.shards, config.replicationFactor);
    this.founded = foundMeta(config);
    this.timer = new NodeTimer(heartbeatIntervalUs, streamOf('heartbeat').between(0, heartbeatIntervalUs - 1));
  }

  /** Reads what is on disk and changes nothing there; the report's transactions are executed by the caller, before `start`. */
  *recover(_clock: NodeClock): DiskRoutine<RecoveryReport> {
    assert(this.recovered === undefined, 'a node recovers once');
    const { id, incarnation, limits } = this.config;
    const replicas = new Map<ShardId, number>();
    for (const group of this.founded.groups) {
      const own = replicaOn(group, id);
      if (own !== undefined && own.incarnation === incarnation) replicas.set(group.shard, own.replicaId);
    }
    this.recovered = yield* recoverNode(this.epoch, limits, { replicas, meta: this.founded });
    return this.recovered.report;
  }

  /** Takes part from here on. Election timeouts begin now, however long recovery took. */
  start(clock: NodeClock): Effect[] {
    const recovered = must(this.recovered, 'a node recovers before it starts');
    assert(this.started === undefined, 'a node starts once');
    const { engine, nextRecord, logValues } = recovered;
    recovered.strays?.done();
    const { limits } = this.config;
    const env = new ReplicaEnvironment(limits, this.founded, engine, this.epoch, nextRecord, logValues, this.breaks);
    env.setClock(clock);
    const tables = engine.version.levels.flatMap((tables, level) => tables.map(({ meta }) => tableRecord(level, meta)));
    env.events.push({ type: 'TablesRecovered', tables });
    const gossip = new NodeGossip(env, this.config, this.epoch, this.streamOf('gossip'));
    env.downAfterUs = this.silence.downAfterUs;
    env.checkIntervalUs = this.intervals.checkIntervalUs;
    env.scrubIntervalUs = this.intervals.scrubIntervalUs;
    gossip.configure(this.silence);
    const { config, founded, ring, breaks, streamOf } = this;
    const makings = { config, founded, ring, breaks, streamOf };
    const make = (replica: RecoveredReplica): Replica => makeReplica(makings, env, replica);
    const scrubUs = this.streamOf('scrub').between(0, env.scrubIntervalUs);
    this.started = new RunningNode(env, this.config, this.founded, recovered, make, this.timer, gossip, scrubUs);
    return this.started.start();
  }

  step(clock: NodeClock, input: NodeInput): Effect[] {
    return this.running.step(clock, input);
  }

  /** From the next compaction on. */
  setCompactionStyle(style: CompactionStyle): void {
    if (this.recovered !== undefined) this.recovered.engine.compactionStyle = style;
  }

  /** How it judges the silence of others from here on. */
  setSilence(silence: SilenceLimits): void {
    const { phiThreshold, phiWindow, phiFormula, downAfterUs } = this.silence;
    const isSamePhi =
      silence.phiThreshold === phiThreshold && silence.phiWindow === phiWindow && silence.phiFormula === phiFormula;
    if (isSamePhi && silence.downAfterUs === downAfterUs) return;
    this.silence = silence;
    if (this.started === undefined) return;
    this.started.env.downAfterUs = silence.downAfterUs;
    if (!isSamePhi) this.started.gossip.configure(silence);
  }

  /** How often it looks for damage from here on. */
  setIntervals(intervals: LookIntervals): void {
    this.intervals = intervals;
    if (this.started === undefined) return;
    this.started.env.checkIntervalUs = intervals.checkIntervalUs;
    this.started.env.scrubIntervalUs = intervals.scrubIntervalUs;
  }

  /** Which rules are left out on purpose from here on. */
  setBreaks(names: readonly LiveBreak[]): void {
    putInForce(this.breaks, names);
  }

  /** Tells what its storage is like; nothing is changed by it. Undefined: the node does not run yet. */
  *answer(query: StorageQuery): DiskRoutine<StorageAnswer | undefined> {
    if (this.started === undefined) return undefined;
    if (query.type === 'Row') return { type: 'Row', held: yield* this.started.heldRow(query.shard, query.key) };
    try {
      if (query.type === 'Storage') return { type: 'Storage', report: this.started.report() };
      const opened = yield* this.started.env.engine.openTable(query.fileNumber, query.block);
      return { type: 'Table', opened };
    } catch (error) {
      if (error instanceof CorruptStore) return { type: 'Table', opened: { damage: error.message } };
      // Nobody's question ends a node.
      if (error instanceof LateCodeMissing) return undefined;
      throw error;
    }
  }

  /**
   * Of the replicas here whose store can be read, as they are now; one that is damaged is left out. What is read for it stays in the block cache,
   * so it is to be asked when the run is over.
   */
  *roots(): DiskRoutine<readonly ReplicaRoot[]> {
    const roots: ReplicaRoot[] = [];
    for (const replica of this.started?.replicas ?? []) {
      if (!replica.isOpen) continue;
      try {
        roots.push(yield* replica.root());
      } catch (error) {
        if (!(error instanceof CorruptStore)) throw error;
      }
    }
    return roots;
  }

  /** Everything that happened since the last call, oldest first; nothing before `start`. */
  takeEvents(): NodeEvent[] {
    return this.started?.env.events.take() ?? [];
  }

  /** Running 32-bit hash of every role, term, commit, apply and hard-state change since start. Unsigned. */
  get fingerprint(): number {
    return this.started?.env.fingerprint ?? 0;
  }

  private get running(): RunningNode {
    return must(this.started, 'a node is started before it takes input');
  }
}

const NEVER: Micros = Number.POSITIVE_INFINITY;

class RunningNode {
  readonly env: ReplicaEnvironment;
  private readonly ring: HashRing;
  private readonly hosted: HostedReplicas;
  private readonly meta: MetaHost;
  private readonly timer: NodeTimer;
  readonly gossip: NodeGossip;
  private readonly tables: TableWriter;
  private readonly scrubber: Scrubber;
  /** When this node's leaders beat next; NEVER while it leads nothing. */
  private nextHeartbeatUs = NEVER;
  /** Place of the replica that is the first to use what a table write lets through while applying is delayed: another one each time. */
  private firstInTurn = 0;
  /** Replicas that the present input reached, each once, in that order. */
  private readonly touched: Replica[] = [];

  constructor(
    env: ReplicaEnvironment,
    config: NodeConfig,
    founded: MetaState,
    recovered: RecoveredNode,
    make: (replica: RecoveredReplica) => Replica,
    timer: NodeTimer,
    gossip: NodeGossip,
    scrubUs: Micros,
  ) {
    this.env = env;
    this.ring = new HashRing(config.nodes, config.vnodes, config.shards, config.replicationFactor);
    this.hosted = new HostedReplicas(env, config.incarnation, recovered, make);
    this.timer = timer;
    this.gossip = gossip;
    this.tables = new TableWriter(env.engine, env.events, env.blocks, this.hosted.trimmer, env.installs);
    this.scrubber = new Scrubber(env, scrubUs, (block) => this.corruptBlock(block, 'scrub'));
    env.blocks.onCorrupt = (block, foundBy) => this.corruptBlock(block, foundBy);
    for (const { damage } of recovered.replicas) if (damage !== undefined) this.corruptBlock(damage, 'recovery');
    this.meta = new MetaHost(env, config, founded, this, gossip);
    gossip.onEpoch = (from, epoch) => this.meta.heardOfEpoch(from, epoch);
  }

  get replicas(): readonly Replica[] {
    return this.hosted.all;
  }

  start(): Effect[] {
    for (const replica of this.replicas) this.touch(replica);
    return this.settle();
  }

  step(clock: NodeClock, input: NodeInput): Effect[] {
    this.env.setClock(clock);
    switch (input.type) {
      case 'MessagesReceived':
        for (const message of input.messages) this.receive(input.from, message);
        break;
      case 'TimerFired':
        this.timerFired();
        break;
      case 'WriteCompleted':
        this.writeCompleted(input.id);
        break;
      case 'ReadCompleted': {
        const shard = this.env.blocks.completed(input.id, input.result);
        if (shard === undefined) break;
        const replica = this.hosted.present(shard);
        replica.resume();
        this.touch(replica);
        break;
      }
      case 'FlushAsked':
        this.tables.askFlush();
        break;
      case 'CompactionAsked':
        this.tables.askCompaction(input.level);
        break;
      case 'ScrubAsked':
        this.scrubber.ask();
        break;
      case 'TransferAsked':
      case 'ReconfigureAsked':
      case 'CheckAsked':
      case 'RowDamageAsked': {
        const replica = this.replica(input.shard);
        if (replica === undefined) break;
        askReplica(this.env, replica, input, () => this.tables.askFlush());
        this.touch(replica);
        break;
      }
      case 'MetaAsked':
        this.meta.propose(input.command);
        break;
      default:
        assertNever(input);
    }
    return this.settle();
  }

  private receive(from: ActorId, message: Message): void {
    if (message.type === 'ClientRequest') {
      if (isClient(from)) this.request(from, message);
      return;
    }
    if (message.type === 'GossipSyn' || message.type === 'GossipAck') {
      if (!isClient(from)) this.gossip.receive(from, message);
      return;
    }
    if (message.type === 'ClientReply' || message.type === 'ConnectionRefused' || isClient(from)) return;
    if (message.type === 'ReadIndexAsked' || message.type === 'ReadIndexTold') {
      const replica = this.replica(message.shard);
      if (replica === undefined) return;
      replica.receiveReadIndex(from, message);
      this.touch(replica);
      return;
    }
    if (isCheckMessage(message)) {
      const replica = this.replica(message.shard);
      if (replica === undefined) return;
      replica.integrity.receive(from, message);
      this.touch(replica);
      return;
    }
    if (message.type !== 'Raft') {
      this.meta.receive(from, message);
      return;
    }
    const replica = this.replica(message.shard);
    if (replica === undefined || !replica.peers.hears(from, message.fromReplica, message.toReplica)) return;
    replica.receive(from, message.body);
    this.touch(replica);
  }

  /** One that takes part. */
  replica(shard: ShardId): Replica | undefined {
    return this.hosted.open(shard);
  }

  carryOut(order: DriverEffect): void {
    if (order.type === 'CreateReplica') {
      const created = this.hosted.create(order);
      if (created !== undefined) this.touch(created);
    } else if (order.type === 'DropReplica') {
      if (this.hosted.drop(order)) this.meta.confirmDropped(order.replicaId);
    } else {
      const replica = this.replica(order.shard);
      if (replica === undefined || !replica.leads) return;
      if (order.type === 'ChangeConfiguration') replica.placement.changeConfiguration(order);
      else if (order.type === 'CompareCopy') replica.placement.compare(order.token, order.learner);
      else replica.raft.transferTo(this.env.nowUs, order.to);
      this.touch(replica);
    }
  }

  private request(client: ClientActorId, request: ClientRequest): void {
    const { shard, requestId, body } = request;
    this.env.events.push({ type: 'RequestReceived', shard, client, requestId, op: requestName(body) });
    if (body.type === 'GetPlacement') {
      this.answer(client, request, { type: 'Placement', ...this.meta.placement() });
      return;
    }
    const replica = this.replica(shard);
    // Who is a member serves, whatever ring the client or this node goes by: membership authorises, the ring does not.
    if (replica === undefined || !replica.belongs || shard === META_GROUP || !isWellPlaced(this.ring, shard, body)) {
      this.answer(client, request, this.elsewhere(request));
      return;
    }
    replica.request(client, { requestId, body });
    this.touch(replica);
  }

  private elsewhere({ shard, ringEpoch: theirs }: ClientRequest): ReplyBody {
    const { ringEpoch } = this.env;
    const heldBy = this.meta.heldBy(shard);
    return theirs < ringEpoch ? { type: 'StaleEpoch', ringEpoch, ...heldBy } : { type: 'WrongShard', ...heldBy };
  }

  /** What is no replica's to answer. */
  private answer(client: ClientActorId, { requestId, shard }: ClientRequest, body: ReplyBody): void {
    this.env.events.push({ type: 'RequestAnswered', shard, client, requestId, outcome: body.type });
    this.env.reply(client, requestId, shard, body);
  }

  private timerFired(): void {
    const { nowUs } = this.env;
    this.timer.fired();
    for (const replica of this.replicas) {
      if (!replica.isOpen) continue;
      if (replica.dueUs <= nowUs) replica.refuseOverdueReads();
      if (replica.raft.deadlineUs > nowUs) continue;
      replica.raft.tick(nowUs);
      this.touch(replica);
    }
    if (nowUs >= this.nextHeartbeatUs) this.heartbeat();
    if (nowUs >= this.gossip.dueUs) {
      this.gossip.tick();
      this.meta.search();
    }
    if (nowUs >= this.meta.dueUs) this.meta.tick();
    this.scrubber.tick();
    for (const shard of this.env.snapshots.release(nowUs)) {
      const replica = this.replica(shard);
      if (replica !== undefined) this.touch(replica);
    }
    for (const replica of this.replicas) {
      if (!replica.isOpen) continue;
      if (nowUs >= replica.integrity.dueUs) {
        replica.integrity.tick();
        this.touch(replica);
      }
      this.need(replica);
    }
  }

  private need({ raft, dueUs, integrity }: Replica): void {
    this.timer.need(Math.min(raft.deadlineUs, dueUs, integrity.dueUs));
  }

  /** All groups that this node leads beat together, so that their heartbeats share envelopes. */
  private heartbeat(): void {
    const { nowUs } = this.env;
    this.nextHeartbeatUs = NEVER;
    for (const replica of this.replicas) {
      if (!replica.leads || !replica.isOpen) continue;
      replica.heartbeat();
      this.touch(replica);
      this.nextHeartbeatUs = this.timer.heartbeatAfter(nowUs);
    }
  }

  private writeCompleted(id: number): void {
    const { log, events } = this.env;
    if (id === this.tables.inFlightId) {
      this.tables.completed();
      this.env.gate.tableWritten();
      this.firstInTurn++;
      for (const replica of this.replicas) if (replica.isInstalled) this.touch(replica);
      return;
    }
    assert(id === log.inFlightId, 'a write completes that was started');
    const { group, sync } = log.completed();
    for (const { writer, ready } of sync.releases) {
      writer.released(ready);
      this.touch(this.hosted.present(writer.scope.shard));
    }
    events.push({ type: 'LogSynced', records: group.records.length, bytes: group.bytes });
  }

  private corruptBlock(block: CorruptBlock, foundBy: CorruptBlockFinder): void {
    const damaged = blameReplica(this.env, this.hosted.byShard, block, foundBy);
    if (damaged !== undefined) this.touch(damaged);
  }

  touch(replica: Replica): void {
    if (replica.isTouched) return;
    replica.isTouched = true;
    this.touched.push(replica);
  }

  private advanceTouched(): void {
    const { env, timer } = this;
    for (const replica of this.touched) {
      replica.isTouched = false;
      replica.advance();
      if (!replica.isOpen) continue;
      this.meta.noticed(replica);
      this.need(replica);
      if (replica.leads && this.nextHeartbeatUs === NEVER) this.nextHeartbeatUs = timer.heartbeatAfter(env.nowUs);
    }
    this.touched.length = 0;
  }

  /** @returns whether any replica went on that had been held back */
  private resumeHeldBack(): boolean {
    const { env, tables, replicas, firstInTurn } = this;
    env.gate.isHeld = env.installs.awaitsFlush;
    env.gate.update(tables.isWorking, env.nowUs);
    for (let i = 0; i < replicas.length; i++) {
      const replica = must(replicas[(firstInTurn + i) % replicas.length], 'a place within the replicas');
      if (!replica.isHeldBack) continue;
      const before = replica.machine.appliedIndex;
      replica.resume();
      if (replica.machine.appliedIndex !== before || !replica.isHeldBack) this.touch(replica);
    }
    return this.touched.length > 0;
  }

  report(): StorageReport {
    const { engine, log, gate } = this.env;
    return { engine: engine.report(), log: { records: log.records, bytes: log.bytes }, stalledUs: gate.stalledUs };
  }

  *heldRow(shard: ShardId, key: Uint8Array): DiskRoutine<HeldRow | undefined> {
    const replica = this.replica(shard);
    return replica && (yield* readHeldRow(this.env, replica, key));
  }

  /** Lets the touched replicas do what is to be done, then collects the effects of all of it. */
  private settle(): Effect[] {
    const { env, timer } = this;
    this.advanceTouched();
    while (this.meta.advance()) this.advanceTouched();
    this.hosted.dropClosed();
    let tableWrite = this.tables.startWrite(env.nextId, env.wallUs);
    // What was held back may go on, fill the MemTable and be held back again: then a flush is under way, and this ends.
    while (this.resumeHeldBack()) {
      this.advanceTouched();
      tableWrite ??= this.tables.startWrite(env.nextId, env.wallUs);
    }
    timer.need(this.nextHeartbeatUs);
    timer.need(this.gossip.dueUs);
    timer.need(this.meta.dueUs);
    timer.need(env.snapshots.dueUs);

    const effects: Effect[] = [];
    env.outbox.flushInto(effects);
    this.hosted.trimmer.advance();
    const sync = env.log.startSync(env.nextId);
    if (sync !== undefined) {
      const { records, bytes } = sync.group;
      const entries = env.log.inFlightEntries;
      env.events.push({ type: 'LogSyncStarted', records: records.length, bytes, entries });
      effects.push(sync);
    }
    if (tableWrite !== undefined) effects.push(tableWrite);
    env.blocks.flushInto(effects);
    timer.flushInto(effects);
    return effects;
  }
}
