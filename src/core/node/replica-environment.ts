import type { Breaks } from '../base/breaks.ts';
import { mix32 } from '../base/hash.ts';
import type { Micros } from '../base/ids.ts';
import type { LsmEngine } from '../lsm/lsm-engine.ts';
import { ApplyGate } from './apply-gate.ts';
import { BlockReads } from './block-reads.ts';
import type { NodeLimits } from './config.ts';
import type { NodeClock } from './effect.ts';
import { EventLog } from './event-log.ts';
import { Outbox } from './outbox.ts';
import { type LogValue, PhysicalLog } from './physical-log.ts';
import { ReplicaInstalls } from './replica-installs.ts';

/** What all replicas of a node share. */
export class ReplicaEnvironment {
  readonly limits: NodeLimits;
  readonly engine: LsmEngine;
  readonly log: PhysicalLog;
  readonly outbox = new Outbox();
  readonly blocks: BlockReads;
  readonly events = new EventLog();
  readonly gate: ApplyGate;
  readonly installs: ReplicaInstalls;
  readonly breaks: Breaks;
  /** Monotonic clock at the present input. */
  nowUs: Micros = 0;
  /**
   * The most that the wall clock has shown by the present input. It may be set back, and this is not: who waits for a deadline that had passed
   * would wait until it passes again.
   */
  wallUs: Micros = 0;
  /** Signed; folds what `mix` is given. */
  private hash = 0;
  /** Of reads and writes: unique among those of this boot. */
  private lastId = 0;

  /** @param logValues what the log holds already */
  constructor(
    limits: NodeLimits,
    engine: LsmEngine,
    epoch: number,
    nextRecord: number,
    logValues: readonly LogValue[],
    breaks: Breaks,
  ) {
    this.limits = limits;
    this.breaks = breaks;
    this.engine = engine;
    this.log = new PhysicalLog(epoch, nextRecord, logValues);
    this.blocks = new BlockReads(this.events, this.nextId);
    this.gate = new ApplyGate(engine, this.events);
    this.installs = new ReplicaInstalls(engine);
  }

  readonly nextId = (): number => ++this.lastId;

  setClock(clock: NodeClock): void {
    this.nowUs = clock.monotonicUs;
    this.wallUs = Math.max(this.wallUs, clock.wallUs);
  }

  mix(value: number): void {
    this.hash = mix32(this.hash, value);
  }

  get fingerprint(): number {
    return this.hash >>> 0;
  }
}
