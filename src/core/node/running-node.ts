import { assert, assertNever, must } from '../base/assert.ts';
import type { DiskRoutine } from '../base/disk.ts';
import { type ActorId, type ClientActorId, isClient, type Micros, type ShardId } from '../base/ids.ts';
import type { RandomStream } from '../base/random.ts';
import type { CorruptBlock } from '../lsm/corrupt-store.ts';
import type { DriverEffect } from '../meta/driver-input.ts';
import { META_GROUP, type MetaState } from '../meta/meta-state.ts';
import { HashRing } from '../ring/hash-ring.ts';
import { askReplica } from './ask-replica.ts';
import { blameReplica } from './blame-replica.ts';
import type { CorruptBlockFinder } from './block-reads.ts';
import { isCheckMessage } from './check-kinds.ts';
import type { NodeConfig } from './config.ts';
import type { Effect, NodeClock, NodeInput } from './effect.ts';
import { isEventualBody, isEventualMessage } from './eventual/eventual-kinds.ts';
import { EventualPart } from './eventual/eventual-part.ts';
import type { EventualReport } from './eventual/eventual-report.ts';
import type { EventualSettings } from './eventual/eventual-world.ts';
import { type HeldRow, readHeldRow } from './held-row.ts';
import { HostedReplicas } from './hosted-replicas.ts';
import { lateNode } from './late-node.ts';
import { type ClientRequest, type Message, type ReplyBody, requestName } from './message.ts';
import { MetaHost } from './meta-host.ts';
import type { NodeGossip } from './node-gossip.ts';
import type { RecoveredNode, RecoveredReplica } from './node-recovery.ts';
import type { NodeTimer } from './node-timer.ts';
import type { Replica } from './replica.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';
import { isWellPlaced } from './request-check.ts';
import { Scrubber } from './scrubber.ts';
import type { StorageReport } from './storage-report.ts';
import { TableWriter } from './table-writer.ts';

const NEVER: Micros = Number.POSITIVE_INFINITY;

/** A node from `start` on: its replicas, and what they share. */
export class RunningNode {
  readonly env: ReplicaEnvironment;
  private readonly ring: HashRing;
  private readonly hosted: HostedReplicas;
  private readonly meta: MetaHost;
  private readonly timer: NodeTimer;
  readonly gossip: NodeGossip;
  private readonly tables: TableWriter;
  private readonly scrubber: Scrubber;
  readonly eventual: EventualPart;
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
    settings: EventualSettings,
    syncRandom: RandomStream,
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
    const eventual = {
      ...{ env, config, ring: this.ring, rows: this.hosted.rows, random: syncRandom },
      stateOf: () => this.meta.state,
      answer: (client: ClientActorId, requestId: number, shard: ShardId, reply: ReplyBody) =>
        this.answer(client, { requestId, shard }, reply),
    };
    this.eventual = new EventualPart(eventual, settings);
    env.holdsAllRows = (shard) => shard === META_GROUP || this.eventual.holdsAllRows(shard);
  }

  get replicas(): readonly Replica[] {
    return this.hosted.all;
  }

  start(): Effect[] {
    for (const replica of this.replicas) {
      this.touch(replica);
      const { shard } = replica.scope;
      if (shard !== META_GROUP) this.eventual.opened(shard, this.env.epoch > 1);
    }
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
        if (input.type === 'CheckAsked' && input.shard !== META_GROUP) this.eventual.order(input.shard);
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
    if (isEventualMessage(message)) {
      this.eventual.receive(from, message);
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
      if (created === undefined) return;
      this.touch(created);
      if (order.shard !== META_GROUP) this.eventual.begunAnew(order.shard);
    } else if (order.type === 'DropReplica') {
      // Ordered again until it is done: first it hands over what it alone may hold.
      if (this.replica(order.shard)?.scope.replicaId === order.replicaId && !this.eventual.mayDrop(order.shard)) return;
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
    if (isEventualBody(body)) {
      // Whoever has no replica coordinates as well as any other.
      if (lateNode.get().isEventualWellPlaced(this.ring, shard, body))
        this.eventual.request({ client, requestId, shard }, body);
      else this.answer(client, request, this.elsewhere(request));
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
  private answer(
    client: ClientActorId,
    { requestId, shard }: Pick<ClientRequest, 'requestId' | 'shard'>,
    body: ReplyBody,
  ): void {
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
    if (nowUs >= this.eventual.dueUs) this.eventual.tick();
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
    for (const told of sync.told) told();
    events.push({ type: 'LogSynced', records: group.records.length, bytes: group.bytes });
  }

  private corruptBlock(block: CorruptBlock, foundBy: CorruptBlockFinder): void {
    const damaged = blameReplica(this.env, this.hosted.byShard, this.hosted.rows, block, foundBy);
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
    return this.hosted.rows.resume() || this.touched.length > 0;
  }

  reportEventual(): EventualReport {
    const shards = this.replicas.map(({ scope }) => scope.shard).filter((shard) => shard !== META_GROUP);
    return this.eventual.report(shards.sort((a, b) => a - b));
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
    this.eventual.noticeSuspects();
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
    timer.need(this.eventual.dueUs);
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
