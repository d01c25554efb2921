import type { Breaks } from '../base/breaks.ts';
import { mix32 } from '../base/hash.ts';
import type { ClientActorId, Micros, NodeId, ShardId } from '../base/ids.ts';
import type { LsmEngine } from '../lsm/lsm-engine.ts';
import { META_GROUP, type MetaState } from '../meta/meta-state.ts';
import { ApplyGate } from './apply-gate.ts';
import { BlockReads } from './block-reads.ts';
import type { NodeLimits } from './config.ts';
import type { NodeClock } from './effect.ts';
import { EventLog } from './event-log.ts';
import type { ReplyBody } from './message.ts';
import { Outbox } from './outbox.ts';
import { type LogValue, PhysicalLog } from './physical-log.ts';
import { Quarantine } from './quarantine.ts';
import { ReplicaInstalls } from './replica-installs.ts';
import { SnapshotPace } from './snapshot-pace.ts';
import { StateMachine } from './state-machine.ts';

/** What all replicas of a node share. */
export class ReplicaEnvironment {
  readonly limits: NodeLimits;
  /** Boot number of the node. */
  readonly epoch: number;
  readonly engine: LsmEngine;
  readonly log: PhysicalLog;
  readonly outbox = new Outbox();
  readonly blocks: BlockReads;
  readonly events = new EventLog();
  readonly gate: ApplyGate;
  readonly installs: ReplicaInstalls;
  readonly quarantine: Quarantine;
  readonly snapshots: SnapshotPace;
  readonly breaks: Breaks;
  /** Monotonic clock at the present input. */
  nowUs: Micros = 0;
  /** The latest ring that this node knows: whoever is answered is told. */
  ringEpoch = 1;
  /** A node that is silent for so long is down. The present one: CONFIG changes it. */
  downAfterUs: Micros;
  /** So often a leader checks its shard; 0 = by order alone. CONFIG changes it. */
  checkIntervalUs: Micros;
  /** 0 = by order alone. */
  scrubIntervalUs: Micros;
  /** Makes it outlast a restart whether the shard's replica here is quarantined. */
  keepQuarantine: (shard: ShardId, isQuarantined: boolean) => { readonly durable: boolean } = () => ({ durable: true });
  /** Whether the replica here holds all eventual rows that a home of its shard held when it was copied: before, it is to be a home of nothing. */
  holdsAllRows: (shard: ShardId) => boolean = () => true;
  /** Whose silence it takes for death; so is this told. Ascending. */
  suspects: readonly NodeId[] = [];
  /**
   * The most that the wall clock has shown by the present input. It may be set back, and this is not: who waits for a deadline that had passed
   * would wait until it passes again.
   */
  wallUs: Micros = 0;
  /** Signed; folds what `mix` is given. */
  private hash = 0;
  /** Of reads and writes: unique among those of this boot. */
  private lastId = 0;

  private readonly foundedMeta: MetaState;

  /** @param logValues what the log holds already */
  constructor(
    limits: NodeLimits,
    foundedMeta: MetaState,
    engine: LsmEngine,
    epoch: number,
    nextRecord: number,
    logValues: readonly LogValue[],
    breaks: Breaks,
  ) {
    this.limits = limits;
    this.downAfterUs = limits.downAfterUs;
    this.checkIntervalUs = limits.checkIntervalUs;
    this.scrubIntervalUs = limits.scrubIntervalUs;
    this.epoch = epoch;
    this.foundedMeta = foundedMeta;
    this.breaks = breaks;
    this.engine = engine;
    this.log = new PhysicalLog(epoch, nextRecord, logValues);
    this.blocks = new BlockReads(this.events, this.nextId);
    this.gate = new ApplyGate(engine, this.events);
    this.installs = new ReplicaInstalls(engine);
    this.quarantine = new Quarantine(this.events);
    this.snapshots = new SnapshotPace(limits.snapshotBytesPerSecond);
  }

  /** @param storageId under which its rows lie */
  createMachine(shard: ShardId, storageId: number): StateMachine {
    const founded = shard === META_GROUP ? this.foundedMeta : undefined;
    return new StateMachine(this.engine, shard, storageId, this.limits, founded);
  }

  readonly nextId = (): number => ++this.lastId;

  setClock(clock: NodeClock): void {
    this.nowUs = clock.monotonicUs;
    this.wallUs = Math.max(this.wallUs, clock.wallUs);
  }

  /** To a client. */
  reply(client: ClientActorId, requestId: number, shard: ShardId, body: ReplyBody): void {
    const { ringEpoch, suspects } = this;
    this.outbox.push(client, { type: 'ClientReply', requestId, shard, ringEpoch, suspects, body });
  }

  mix(value: number): void {
    this.hash = mix32(this.hash, value);
  }

  get fingerprint(): number {
    return this.hash >>> 0;
  }
}
