import { assert, assertNever, must } from '../base/assert.ts';
import { type LiveBreak, putInForce } from '../base/breaks.ts';
import type { DiskRoutine } from '../base/disk.ts';
import { type ActorId, isClient, type Micros, type NodeId, type ShardId, shardId } from '../base/ids.ts';
import type { RandomStream } from '../base/random.ts';
import type { CompactionStyle } from '../lsm/compaction-style.ts';
import { CorruptStore } from '../lsm/corrupt-store.ts';
import { tableRecord } from '../lsm/table-meta.ts';
import { RaftGroup } from '../raft/raft-group.ts';
import { HashRing } from '../ring/hash-ring.ts';
import { CLOCK_RATE_ERROR_PPM_MAX, type NodeConfig } from './config.ts';
import type { Effect, NodeClock, NodeInput } from './effect.ts';
import { LogTrimmer } from './log-trimmer.ts';
import { type ClientRequest, type Message, requestName } from './message.ts';
import { type RecoveredNode, type RecoveredReplica, type RecoveryReport, recoverNode } from './node-recovery.ts';
import { NodeTimer } from './node-timer.ts';
import { Replica } from './replica.ts';
import { type ReplicaContents, readContents } from './replica-contents.ts';
import { ReplicaEnvironment } from './replica-environment.ts';
import { isWellPlaced } from './request-check.ts';
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
  private readonly timer: NodeTimer;
  /** Shared with all that it is made of. */
  private readonly breaks = new Set<LiveBreak>();
  private recovered: RecoveredNode | undefined;
  private started: RunningNode | undefined;

  /**
   * @param epoch boot number of this node: strictly larger than every earlier one; 1 = its disk is new
   * @param streamOf this boot's streams of randomness, by what they decide
   */
  constructor(config: NodeConfig, epoch: number, streamOf: (use: string) => RandomStream) {
    const { heartbeatIntervalUs } = config.limits;
    this.config = config;
    this.epoch = epoch;
    this.streamOf = streamOf;
    this.ring = new HashRing(config.nodes, config.vnodes, config.shards, config.replicationFactor);
    this.timer = new NodeTimer(heartbeatIntervalUs, streamOf('heartbeat').between(0, heartbeatIntervalUs - 1));
  }

  /** Reads what is on disk and changes nothing there; the report's transactions are executed by the caller, before `start`. */
  *recover(_clock: NodeClock): DiskRoutine<RecoveryReport> {
    assert(this.recovered === undefined, 'a node recovers once');
    const shards: ShardId[] = [];
    for (let s = 0; s < this.config.shards; s++) {
      if (this.ring.replicas(shardId(s)).includes(this.config.id)) shards.push(shardId(s));
    }
    this.recovered = yield* recoverNode(this.epoch, this.config.limits, shards);
    return this.recovered.report;
  }

  /** Takes part from here on. Election timeouts begin now, however long recovery took. */
  start(clock: NodeClock): Effect[] {
    const recovered = must(this.recovered, 'a node recovers before it starts');
    assert(this.started === undefined, 'a node starts once');
    const { engine, nextRecord, logValues } = recovered;
    recovered.strays?.done();
    const env = new ReplicaEnvironment(this.config.limits, engine, this.epoch, nextRecord, logValues, this.breaks);
    env.setClock(clock);
    const tables = engine.version.levels.flatMap((tables, level) => tables.map(({ meta }) => tableRecord(level, meta)));
    env.events.push({ type: 'TablesRecovered', tables });
    const replicas = recovered.replicas.map((replica) => this.createReplica(env, replica));
    this.started = new RunningNode(env, this.ring, replicas, this.timer);
    return this.started.start();
  }

  step(clock: NodeClock, input: NodeInput): Effect[] {
    return this.running.step(clock, input);
  }

  /** From the next compaction on. */
  setCompactionStyle(style: CompactionStyle): void {
    if (this.recovered !== undefined) this.recovered.engine.compactionStyle = style;
  }

  /** Which rules are left out on purpose from here on. */
  setBreaks(names: readonly LiveBreak[]): void {
    putInForce(this.breaks, names);
  }

  /** Tells what its storage is like; nothing is changed by it. Undefined: the node does not run yet. */
  *answer(query: StorageQuery): DiskRoutine<StorageAnswer | undefined> {
    if (this.started === undefined) return undefined;
    if (query.type === 'Storage') return { type: 'Storage', report: this.started.report() };
    if (query.type === 'Contents') return { type: 'Contents', replicas: yield* this.started.contents() };
    try {
      const opened = yield* this.started.env.engine.openTable(query.fileNumber, query.block);
      return { type: 'Table', opened };
    } catch (error) {
      if (error instanceof CorruptStore) return { type: 'Table', opened: { damage: error.message } };
      throw error;
    }
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

  private createReplica(env: ReplicaEnvironment, { shard, log, machine }: RecoveredReplica): Replica {
    const { id, limits } = this.config;
    const replicas = this.ring.replicas(shard);
    const random = this.streamOf(`election/s${shard}`);
    const { hardState, base, entries, replicaId } = log;
    const { appliedIndex } = machine;
    const { breaks } = this;
    const options = { ...limits, id, voters: replicas, random, breaks, clockRateErrorPpmMax: CLOCK_RATE_ERROR_PPM_MAX };
    const mayHavePromised = this.epoch > 1;
    const raft = new RaftGroup(options, { hardState, base, entries, appliedIndex, mayHavePromised }, env.nowUs);
    env.events.push({
      type: 'ReplicaRecovered',
      shard,
      role: raft.role,
      term: raft.currentTerm,
      votedFor: raft.votedFor,
      baseIndex: base.index,
      baseTerm: base.term,
      baseConfiguration: raft.configurationAt(base.index),
      entries: entries.slice(),
      configuration: raft.configuration,
      commitIndex: raft.commitIndex,
      appliedIndex,
      stateHash: machine.stateHash,
      keys: machine.keys,
    });
    return new Replica(env, { id, shard, replicaId, replicas }, raft, machine);
  }
}

const NEVER: Micros = Number.POSITIVE_INFINITY;

class RunningNode {
  readonly env: ReplicaEnvironment;
  private readonly ring: HashRing;
  private readonly replicas: readonly Replica[];
  /** By shard number; a hole where this node has no replica. */
  private readonly byShard: (Replica | undefined)[] = [];
  private readonly timer: NodeTimer;
  private readonly trimmer: LogTrimmer;
  private readonly tables: TableWriter;
  /** When this node's leaders beat next; NEVER while it leads nothing. */
  private nextHeartbeatUs = NEVER;
  /** Place of the replica that is the first to use what a table write lets through while applying is delayed: another one each time. */
  private firstInTurn = 0;
  /** Replicas that the present input reached, each once, in that order. */
  private readonly touched: Replica[] = [];

  constructor(env: ReplicaEnvironment, ring: HashRing, replicas: readonly Replica[], timer: NodeTimer) {
    this.env = env;
    this.ring = ring;
    this.replicas = replicas;
    this.timer = timer;
    this.trimmer = new LogTrimmer(env.log, replicas, env.events, env.limits.logSlackBytes);
    this.tables = new TableWriter(env.engine, env.events, env.blocks, this.trimmer, env.installs);
    for (const replica of replicas) this.byShard[replica.scope.shard] = replica;
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
        const replica = this.replicaOf(shard);
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
      case 'TransferAsked': {
        const replica = this.byShard[input.shard];
        if (replica === undefined) break;
        replica.raft.transferTo(this.env.nowUs, input.to);
        this.touch(replica);
        break;
      }
      case 'ReconfigureAsked': {
        const replica = this.byShard[input.shard];
        if (replica === undefined) break;
        replica.reconfigure(input.target);
        this.touch(replica);
        break;
      }
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
    if (message.type !== 'Raft') return;
    const replica = this.byShard[message.shard];
    if (replica === undefined || !replica.scope.replicas.includes(from as NodeId)) return;
    replica.receive(from as NodeId, message.body);
    this.touch(replica);
  }

  private request(client: Parameters<Replica['request']>[0], request: ClientRequest): void {
    const { shard, requestId, body } = request;
    this.env.events.push({ type: 'RequestReceived', shard, client, requestId, op: requestName(body) });
    const replica = this.byShard[shard];
    if (replica === undefined || !isWellPlaced(this.ring, request)) {
      this.env.events.push({ type: 'RequestAnswered', shard, client, requestId, outcome: 'WrongShard' });
      this.env.outbox.push(client, { type: 'ClientReply', requestId, shard, body: { type: 'WrongShard' } });
      return;
    }
    replica.request(client, request);
    this.touch(replica);
  }

  private timerFired(): void {
    const { nowUs } = this.env;
    this.timer.fired();
    for (const replica of this.replicas) {
      if (replica.raft.deadlineUs > nowUs) continue;
      replica.raft.tick(nowUs);
      this.touch(replica);
    }
    if (nowUs >= this.nextHeartbeatUs) this.heartbeat();
    for (const replica of this.replicas) this.timer.need(replica.raft.deadlineUs);
  }

  /** All groups that this node leads beat together, so that their heartbeats share envelopes. */
  private heartbeat(): void {
    const { nowUs } = this.env;
    this.nextHeartbeatUs = NEVER;
    for (const replica of this.replicas) {
      if (!replica.leads) continue;
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
      this.touch(this.replicaOf(writer.scope.shard));
    }
    events.push({ type: 'LogSynced', records: group.records.length, bytes: group.bytes });
  }

  private replicaOf(shard: ShardId): Replica {
    return must(this.byShard[shard], 'writes and reads are those of replicas of this node');
  }

  private touch(replica: Replica): void {
    if (replica.isTouched) return;
    replica.isTouched = true;
    this.touched.push(replica);
  }

  private advanceTouched(): void {
    const { env, timer } = this;
    for (const replica of this.touched) {
      replica.isTouched = false;
      replica.advance();
      timer.need(replica.raft.deadlineUs);
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

  *contents(): DiskRoutine<readonly ReplicaContents[]> {
    const all: ReplicaContents[] = [];
    for (const { scope, machine } of this.replicas) {
      try {
        all.push(yield* readContents(this.env.engine, { ...scope, appliedIndex: machine.appliedIndex }));
      } catch (error) {
        if (!(error instanceof CorruptStore)) throw error;
      }
    }
    return all;
  }

  /** Lets the touched replicas do what is to be done, then collects the effects of all of it. */
  private settle(): Effect[] {
    const { env, timer } = this;
    this.advanceTouched();
    let tableWrite = this.tables.startWrite(env.nextId, env.wallUs);
    // What was held back may go on, fill the MemTable and be held back again: then a flush is under way, and this ends.
    while (this.resumeHeldBack()) {
      this.advanceTouched();
      tableWrite ??= this.tables.startWrite(env.nextId, env.wallUs);
    }
    timer.need(this.nextHeartbeatUs);

    const effects: Effect[] = [];
    env.outbox.flushInto(effects);
    this.trimmer.advance();
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
