import type { Micros, NodeId, ShardId } from '../../base/ids.ts';
import { collectorOf, LostRows } from './lost-rows.ts';
import { PurgeConductor } from './purge-conductor.ts';
import type { SyncReason } from './sync-event.ts';
import type { FenceAsked, FenceTold, SyncAsked, SyncMessage } from './sync-message.ts';
import { SyncSource } from './sync-source.ts';
import { SyncWalk, type WalkEnd } from './sync-walk.ts';
import type { SyncRows, SyncWorld } from './sync-world.ts';

/** A copy that did not come to its end is tried again, elsewhere, after so many upper election timeouts; so is the handing over of what is to be forgotten. */
const ELECTION_TIMEOUTS_UNTIL_RETRIED = 1;
/** A shard purges, by the clock, at most every so many intervals, */
const INTERVALS_BETWEEN_ROUNDS = 2;
/** and what is younger than so many upper election timeouts is left alone: a write that is under way would be refused by the fence. */
const ELECTION_TIMEOUTS_UNPURGED = 4;
const NEVER: Micros = Number.POSITIVE_INFINITY;

interface Wanted {
  readonly peer: NodeId;
  readonly reason: SyncReason;
  /** Of a round of purging: its number, and that of the exchange. */
  readonly of?: { readonly round: number; readonly exchange: number };
}

/** One shard's homes are kept alike, as one node takes part in it: one walk at a time is asked by this node, and one of each other node is answered. */
export class ShardSync {
  private readonly world: SyncWorld;
  private readonly shard: ShardId;
  private readonly nextNumber: () => number;
  private readonly source: SyncSource;
  private walk: SyncWalk | undefined;
  private readonly wanted: Wanted[] = [];
  private purge: PurgeConductor | undefined;
  /** REPAIR: when nothing is wanted any more, a round of purging begins. */
  private isPurgeWanted = false;
  /** The round that may sync with this home: who conducts it, and its number. */
  private fencedFor: { readonly conductor: NodeId; readonly round: number } | undefined;
  private nextPeriodUs: Micros;
  private nextPurgeUs: Micros;
  private nextRetryUs: Micros = 0;
  /** Of the placement in which the homes have heard of all that is here, while it is a learner. */
  private toldEpoch = -1;
  private readonly lost = new LostRows();
  /** The home that was compared with, or copied, last. */
  private lastPeer = 0;

  constructor(world: SyncWorld, shard: ShardId, nextNumber: () => number) {
    this.world = world;
    this.shard = shard;
    this.nextNumber = nextNumber;
    this.source = new SyncSource(world, shard);
    this.nextPeriodUs = this.afterInterval();
    this.nextPurgeUs = world.nowUs + INTERVALS_BETWEEN_ROUNDS * world.checkIntervalUs;
  }

  /** When `tick` is due. */
  get dueUs(): Micros {
    const { world, walk, purge } = this;
    const rows = world.rows(this.shard);
    const nextUs = rows === undefined ? NEVER : this.isSettled(rows) ? this.periodUs : this.nextRetryUs;
    return Math.min(walk === undefined ? nextUs : walk.dueUs, purge?.dueUs ?? NEVER);
  }

  tick(): void {
    this.walk?.tick();
    this.purge?.tick();
    this.goOn();
  }

  /** The interval is another one. */
  rescheduled(): void {
    this.nextPeriodUs = this.afterInterval();
  }

  /** Compare with that home as soon as may be. */
  want(peer: NodeId, reason: SyncReason): void {
    const { homes } = this.world.placement(this.shard);
    if (peer === this.world.id || !homes.includes(peer) || !homes.includes(this.world.id)) return;
    // Who holds nothing hears of what it missed from those who do.
    if (this.world.rows(this.shard)?.isEmpty !== false) return;
    if (this.wanted.some((each) => each.peer === peer && each.of === undefined)) return;
    this.wanted.push({ peer, reason });
    this.goOn();
  }

  /** REPAIR: all homes are compared with this one, both ways, and what is dead everywhere is purged. */
  order(): void {
    const { world } = this;
    const { homes } = world.placement(this.shard);
    if (!homes.includes(world.id)) return;
    const others = homes.filter((home) => home !== world.id);
    this.isPurgeWanted = true;
    // With two others what the last one brings is new to the first.
    for (const peer of [...others, ...others.slice(0, -1)]) this.wanted.push({ peer, reason: 'order' });
    this.goOn();
  }

  /** Its rows are gone, or are others: nothing of what was under way means anything. */
  begunAnew(): void {
    this.walk?.abandon();
    this.walk = undefined;
    this.wanted.length = 0;
    this.fencedFor = undefined;
    this.source.forget();
    this.lost.forget();
    this.purge?.abort();
    this.nextRetryUs = this.world.nowUs;
    this.goOn();
  }

  receive(from: NodeId, message: SyncMessage): void {
    switch (message.type) {
      case 'SyncAsked':
        this.asked(from, message);
        return;
      case 'SyncTold':
        if (this.walk?.init.peer === from) this.walk.told(message);
        return;
      case 'FenceAsked':
        this.fence(from, message);
        return;
      case 'FenceTold':
        this.fenced(from, message);
        return;
      case 'WatermarkRaised':
        this.raise(message.watermarkUs);
        return;
    }
  }

  private asked(from: NodeId, asked: SyncAsked): void {
    const { world, shard, source, fencedFor } = this;
    const rows = world.rows(shard);
    const placement = world.placement(shard);
    // Where homes have lost their rows, who is none may hold all that is left, and whatever anybody holds counts.
    const isCollecting = asked.isCopy && from === collectorOf(placement);
    const isHome = placement.homes.includes(world.id);
    if (rows === undefined) source.refuse(from, asked, { type: 'refused', why: 'NoReplica' });
    else if (!isHome && !isCollecting) source.refuse(from, asked, { type: 'refused', why: 'Moved' });
    else if (rows.isIncomplete && !isCollecting) source.refuse(from, asked, { type: 'refused', why: 'Incomplete' });
    else if (asked.round > 0 && !(fencedFor?.conductor === from && fencedFor.round === asked.round)) {
      source.refuse(from, asked, { type: 'refused', why: 'Moved' });
    } else {
      // Whoever copies this home now may lack what a round brings it later, and would take its word that nothing is missing.
      if (asked.isCopy) this.voidRound();
      source.asked(from, rows, asked);
    }
  }

  private voidRound(): void {
    this.fencedFor = undefined;
    this.purge?.abort();
  }

  private fence(from: NodeId, { round, watermarkUs }: FenceAsked): void {
    const { world, shard } = this;
    // A clock that does not believe it would go on writing below it.
    if (!world.observe(watermarkUs)) return;
    const { watermarkUs: before } = world.limits(shard);
    world.raiseLimits(shard, { fenceUs: watermarkUs, watermarkUs: before }, () => {
      this.reportLimits();
      this.fencedFor = { conductor: from, round };
      const rows = world.rows(shard);
      const { homes, epoch } = world.placement(shard);
      // What is handed over, or copied, is on its way as a hint is.
      const isUnsettled = rows !== undefined && (rows.isIncomplete || !homes.includes(world.id));
      const hintsBelow = world.hintsBelow(shard, watermarkUs) + (isUnsettled ? 1 : 0);
      world.send(from, { type: 'FenceTold', shard, round, epoch, hintsBelow });
    });
  }

  private fenced(from: NodeId, told: FenceTold): void {
    this.purge?.fenced(from, told);
    this.goOn();
  }

  private raise(watermarkUs: Micros): void {
    const { world, shard } = this;
    if (watermarkUs <= world.limits(shard).watermarkUs) return;
    world.raiseLimits(shard, { fenceUs: watermarkUs, watermarkUs }, () => this.reportLimits());
  }

  private reportLimits(): void {
    const { world, shard } = this;
    world.report({ type: 'PurgeLimitRaised', shard, ...world.limits(shard) });
  }

  private isSettled(rows: SyncRows): boolean {
    return !rows.isIncomplete && this.world.placement(this.shard).homes.includes(this.world.id);
  }

  private get periodUs(): Micros {
    return this.world.checkIntervalUs > 0 ? this.nextPeriodUs : NEVER;
  }

  /** Between three and five quarters of the interval: homes of a shard, and shards of a node, do not compare all at once. */
  private afterInterval(): Micros {
    const { nowUs, checkIntervalUs, random } = this.world;
    const quarterUs = Math.floor(checkIntervalUs / 4);
    return nowUs + random.between(3 * quarterUs, 5 * quarterUs);
  }

  /** What is to be asked next, while nothing is. */
  private goOn(): void {
    const rows = this.world.rows(this.shard);
    if (this.walk !== undefined || rows === undefined) return;
    if (rows.isIncomplete) this.copy(rows);
    else if (!this.isSettled(rows)) this.leave(rows);
    else this.compare(rows);
  }

  /** Another one each time: the last one may be down. */
  private nextPeer(of: readonly NodeId[] = this.world.placement(this.shard).homes): NodeId | undefined {
    const { world } = this;
    const others = of.filter((node) => node !== world.id);
    const up = others.filter((node) => !world.suspects(node));
    const after = (up.length > 0 ? up : others).sort((a, b) => a - b);
    return after.find((node) => node > this.lastPeer) ?? after[0];
  }

  private copy(rows: SyncRows): void {
    const { world, shard, lost } = this;
    if (world.nowUs < this.nextRetryUs) return;
    this.nextRetryUs = world.nowUs + ELECTION_TIMEOUTS_UNTIL_RETRIED * world.electionTimeoutUsMax;
    const placement = world.placement(shard);
    const { homes, epoch } = placement;
    const left = lost.everywhere(placement, world.id, world.limits(shard), (node) => world.suspects(node));
    if (left !== undefined) {
      rows.complete(left, () => world.report({ type: 'EventualLossAccepted', shard, homes }));
      return;
    }
    const peer = this.nextPeer(lost.peers(placement, world.id));
    if (peer === undefined) return;
    this.begin(rows, { peer, reason: 'copy' }, (end) => {
      lost.heard(placement, peer, end);
      const { outcome, limits, keysHeld, isPeerComplete } = end;
      if (!isPeerComplete || (outcome !== 'equal' && outcome !== 'exchanged')) return;
      this.toldEpoch = epoch;
      rows.complete(limits, () => world.report({ type: 'EventualCopyCompleted', shard, peer, keys: keysHeld }));
    });
  }

  private leave(rows: SyncRows): void {
    const { world, shard } = this;
    if (world.nowUs < this.nextRetryUs) return;
    this.nextRetryUs = world.nowUs + ELECTION_TIMEOUTS_UNTIL_RETRIED * world.electionTimeoutUsMax;
    const peer = this.nextPeer();
    const { joiners, retired, nextReplicaId } = world.placement(shard);
    // It is coming, as long as it counts for nothing; also where it was told to come by somebody who knows more than this node does as yet.
    const isComing = joiners.includes(world.id) && !retired.includes(rows.replicaId);
    if (peer === undefined || rows.replicaId >= nextReplicaId) return;
    if (isComing) {
      this.tellHome(rows, peer);
      return;
    }
    this.begin(rows, { peer, reason: 'leave' }, (end) => {
      if (!isHandedOver(end)) return;
      rows.forget();
      world.report({ type: 'EventualRowsLeft', shard, peer });
    });
  }

  /** It stays, and is asked nothing by homes: what it took while it was one may be all there is of a write, and who is a home next may lack it. */
  private tellHome(rows: SyncRows, peer: NodeId): void {
    const { world, shard } = this;
    const { epoch } = world.placement(shard);
    if (rows.isEmpty || (epoch === this.toldEpoch && world.nowUs < this.periodUs)) return;
    this.nextPeriodUs = this.afterInterval();
    this.begin(rows, { peer, reason: 'leave' }, (end) => {
      if (isHandedOver(end)) this.toldEpoch = epoch;
    });
  }

  private compare(rows: SyncRows): void {
    const { world } = this;
    const next = this.wanted.shift() ?? this.periodic(rows);
    if (next !== undefined) {
      this.begin(rows, next, ({ outcome }) => {
        if (next.of !== undefined && this.purge?.round === next.of.round)
          this.purge.compared(next.of.exchange, outcome);
      });
      return;
    }
    const isDue = world.checkIntervalUs > 0 && world.nowUs >= this.nextPurgeUs;
    if (this.purge === undefined && (this.isPurgeWanted || isDue) && !rows.isEmpty) this.startPurge(rows);
  }

  /** By the clock only those compare that hold something: an empty home hears of it from them. */
  private periodic(rows: SyncRows): Wanted | undefined {
    const { world } = this;
    if (world.nowUs < this.periodUs) return undefined;
    this.nextPeriodUs = this.afterInterval();
    const peer = this.nextPeer();
    return peer === undefined || rows.isEmpty || world.suspects(peer) ? undefined : { peer, reason: 'period' };
  }

  private startPurge(rows: SyncRows): void {
    const { world, shard } = this;
    const isOrdered = this.isPurgeWanted;
    this.isPurgeWanted = false;
    this.nextPurgeUs = world.nowUs + INTERVALS_BETWEEN_ROUNDS * world.checkIntervalUs;
    const placement = world.placement(shard);
    const { homes, members, isMoving } = placement;
    rows.sweep();
    const watermarkUs = world.timeUs - ELECTION_TIMEOUTS_UNPURGED * world.electionTimeoutUsMax;
    // By the clock it is the first home that conducts; an order comes to any.
    if ((homes[0] !== world.id && !isOrdered) || isMoving || watermarkUs <= 0 || !rows.isPurgeable(watermarkUs)) return;
    // By the clock, when all seem to be up; an order tries, and says who is missing.
    if (!isOrdered && members.some((member) => world.suspects(member))) return;
    const round = this.nextNumber();
    this.purge = new PurgeConductor(world, { shard, round, watermarkUs }, placement, {
      compareWith: (peer, exchange) => {
        this.wanted.unshift({ peer, reason: 'purge', of: { round, exchange } });
      },
      ended: () => {
        this.purge = undefined;
      },
    });
    this.purge.start();
  }

  private begin(rows: SyncRows, { peer, reason, of }: Wanted, onEnd: (end: WalkEnd) => void): void {
    this.lastPeer = peer;
    const init = { shard: this.shard, peer, sync: this.nextNumber(), reason, round: of?.round ?? 0 };
    const walk = new SyncWalk(this.world, rows, init, (end) => {
      if (this.walk !== walk) return;
      this.walk = undefined;
      onEnd(end);
      this.goOn();
    });
    this.walk = walk;
    walk.start();
  }
}

/** What is from below the watermark was purged by those who hold the shard. Any other row that is refused may be all there is of a write. */
const isHandedOver = ({ outcome, refusedForNow }: WalkEnd): boolean =>
  refusedForNow === 0 && (outcome === 'equal' || outcome === 'exchanged' || outcome === 'rows refused');
