import type { Micros, NodeId, ShardId } from '../../base/ids.ts';
import { PurgeRound, type PurgeRoundEffect } from '../../replication/tombstone-gc.ts';
import type { SyncOutcome } from './sync-event.ts';
import type { FenceTold } from './sync-message.ts';
import type { SyncPlacement, SyncWorld } from './sync-world.ts';

/** Who has not answered is asked again after so many heartbeats, */
const HEARTBEATS_UNTIL_RESENT = 4;
/** and the round is given up when it has taken so many upper election timeouts: another one comes. */
const ELECTION_TIMEOUTS_TAKEN = 40;
const NEVER: Micros = Number.POSITIVE_INFINITY;

/** What the round asks its home to do. */
export interface PurgeDeeds {
  /** Compares with that home; `compared` says what it came to. */
  compareWith(peer: NodeId, exchange: number): void;
  ended(): void;
}

/** One round of purging, as the home sees it that conducts it. */
export class PurgeConductor {
  readonly round: number;
  private readonly world: SyncWorld;
  private readonly shard: ShardId;
  private readonly deeds: PurgeDeeds;
  private readonly machine: PurgeRound;
  private readonly watermarkUs: Micros;
  private readonly epoch: number;
  private readonly members: readonly NodeId[];
  /** Have a fence, and no hints from before it. */
  private readonly clear = new Set<NodeId>();
  private readonly begunUs: Micros;
  private askedUs: Micros = 0;
  private isOver = false;

  constructor(
    world: SyncWorld,
    { shard, round, watermarkUs }: { readonly shard: ShardId; readonly round: number; readonly watermarkUs: Micros },
    { homes, members, epoch }: SyncPlacement,
    deeds: PurgeDeeds,
  ) {
    this.world = world;
    this.shard = shard;
    this.round = round;
    this.watermarkUs = watermarkUs;
    this.epoch = epoch;
    this.members = members;
    this.deeds = deeds;
    this.begunUs = world.nowUs;
    const { id: conductor, breaks } = world;
    this.machine = new PurgeRound({ watermarkUs, epoch, conductor, homes, members, breaks });
  }

  start(): void {
    const { shard, round, watermarkUs, members } = this;
    this.world.report({ type: 'PurgeRoundStarted', shard, round, watermarkUs, members });
    this.ask();
  }

  get dueUs(): Micros {
    return this.isOver || this.machine.phase !== 'fencing'
      ? NEVER
      : this.askedUs + HEARTBEATS_UNTIL_RESENT * this.world.heartbeatIntervalUs;
  }

  tick(): void {
    const { world } = this;
    if (this.isOver) return;
    if (world.placement(this.shard).epoch !== this.epoch) this.abort();
    else if (world.nowUs - this.begunUs >= ELECTION_TIMEOUTS_TAKEN * world.electionTimeoutUsMax) this.abort();
    else if (world.nowUs >= this.dueUs) this.ask();
  }

  fenced(from: NodeId, { round, epoch, hintsBelow }: FenceTold): void {
    if (this.isOver || round !== this.round) return;
    if (hintsBelow === 0) this.clear.add(from);
    this.carryOut(this.machine.fenced(from, epoch, hintsBelow));
  }

  /** Whatever is refused, or not answered, may be what a tombstone has still to win against. */
  compared(exchange: number, outcome: SyncOutcome): void {
    if (this.isOver) return;
    if (outcome === 'equal' || outcome === 'exchanged') {
      this.carryOut(this.machine.synced(exchange, this.world.placement(this.shard).epoch));
    } else this.abort();
  }

  /** Something moves, or begins anew. */
  abort(): void {
    if (this.isOver) return;
    this.machine.abort();
    this.end(false);
  }

  private ask(): void {
    this.askedUs = this.world.nowUs;
    this.carryOut(this.machine.ask());
  }

  private carryOut(effects: readonly PurgeRoundEffect[]): void {
    const { world, shard, round, watermarkUs } = this;
    if (this.machine.phase === 'aborted') {
      this.end(false);
      return;
    }
    for (const effect of effects) {
      if (effect.type === 'Fence') world.send(effect.to, { type: 'FenceAsked', shard, round, watermarkUs });
      else if (effect.type === 'Sync') this.deeds.compareWith(effect.with, effect.exchange);
      else world.send(effect.to, { type: 'WatermarkRaised', shard, watermarkUs });
    }
    if (this.machine.phase === 'completed') this.end(true);
  }

  private end(isCompleted: boolean): void {
    if (this.isOver) return;
    this.isOver = true;
    const { shard, round, watermarkUs, members, clear } = this;
    const waitedFor = members.filter((member) => !clear.has(member));
    this.world.report({ type: 'PurgeRoundEnded', shard, round, watermarkUs, isCompleted, waitedFor });
    this.deeds.ended();
  }
}
