import { assert, must } from '../base/assert.ts';
import { type LiveBreak, putInForce } from '../base/breaks.ts';
import type { DiskRoutine } from '../base/disk.ts';
import type { ShardId } from '../base/ids.ts';
import { LateCodeMissing } from '../base/late-code.ts';
import type { RandomStream } from '../base/random.ts';
import type { CompactionStyle } from '../lsm/compaction-style.ts';
import { CorruptStore } from '../lsm/corrupt-store.ts';
import { tableRecord } from '../lsm/table-meta.ts';
import { foundMeta } from '../meta/found-meta.ts';
import { type MetaState, replicaOn } from '../meta/meta-state.ts';
import { HashRing } from '../ring/hash-ring.ts';
import type { LookIntervals, NodeConfig, SilenceLimits } from './config.ts';
import type { Effect, NodeClock, NodeInput } from './effect.ts';
import { type EventualSettings, eventualSettings } from './eventual/eventual-world.ts';
import { makeReplica } from './make-replica.ts';
import { NodeGossip } from './node-gossip.ts';
import { type RecoveredNode, type RecoveredReplica, type RecoveryReport, recoverNode } from './node-recovery.ts';
import { NodeTimer } from './node-timer.ts';
import type { Replica } from './replica.ts';
import { ReplicaEnvironment } from './replica-environment.ts';
import type { ReplicaRoot } from './replica-root.ts';
import { RunningNode } from './running-node.ts';
import type { StorageAnswer, StorageQuery } from './storage-report.ts';
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
  private settings: EventualSettings;
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
    this.settings = eventualSettings(config.limits);
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
    this.started = new RunningNode(
      env,
      this.config,
      this.founded,
      recovered,
      make,
      this.timer,
      gossip,
      scrubUs,
      this.settings,
      this.streamOf('sync'),
    );
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

  /** How often it looks for damage, and compares with others, from here on. */
  setIntervals(intervals: LookIntervals): void {
    this.intervals = intervals;
    if (this.started === undefined) return;
    const { env, eventual } = this.started;
    const isOther = env.checkIntervalUs !== intervals.checkIntervalUs;
    env.checkIntervalUs = intervals.checkIntervalUs;
    env.scrubIntervalUs = intervals.scrubIntervalUs;
    if (isOther) eventual.rescheduled();
  }

  /** How the eventual keyspace settles conflicts, and by which clock, from here on. */
  setEventual(settings: EventualSettings): void {
    this.settings = settings;
    this.started?.eventual.configure(settings);
  }

  /** Which rules are left out on purpose from here on. */
  setBreaks(names: readonly LiveBreak[]): void {
    putInForce(this.breaks, names);
  }

  /** Tells what its storage is like; nothing is changed by it. Undefined: the node does not run yet. */
  *answer(query: StorageQuery): DiskRoutine<StorageAnswer | undefined> {
    if (this.started === undefined) return undefined;
    if (query.type === 'Row') return { type: 'Row', held: yield* this.started.heldRow(query.shard, query.key) };
    if (query.type === 'Eventual') return { type: 'Eventual', report: this.started.reportEventual() };
    try {
      if (query.type === 'Storage') return { type: 'Storage', report: this.started.report() };
      if (query.type === 'EventualRow')
        return { type: 'EventualRow', held: yield* this.started.eventual.heldKey(query.shard, query.key) };
      const opened = yield* this.started.env.engine.openTable(query.fileNumber, query.block);
      return { type: 'Table', opened };
    } catch (error) {
      // Nobody's question ends a node.
      if (error instanceof LateCodeMissing) return undefined;
      if (!(error instanceof CorruptStore)) throw error;
      const damage = { damage: error.message };
      return query.type === 'EventualRow' ? { type: 'EventualRow', held: damage } : { type: 'Table', opened: damage };
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
