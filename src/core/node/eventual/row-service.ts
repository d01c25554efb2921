import type { NodeId, ShardId } from '../../base/ids.ts';
import { latestStamp, type Row } from '../../replication/row.ts';
import { compareStamps, type Stamp } from '../../replication/stamp.ts';
import type { DurableClock } from './durable-clock.ts';
import type { EventualMessage, RowRefusal } from './eventual-message.ts';
import type { EventualRows, TakenRow } from './eventual-rows.ts';
import type { EventualWorld } from './eventual-world.ts';
import type { HintKeeper } from './hint-keeper.ts';

type RowSent = Extract<EventualMessage, { type: 'RowSent' }>;
type RowAsked = Extract<EventualMessage, { type: 'RowAsked' }>;

/** What a node does for the operations of others, and of its own: takes rows as a home or as a fallback, and tells what it holds. */
export class RowService {
  private readonly world: EventualWorld;
  private readonly rows: EventualRows;
  private readonly clock: DurableClock;
  private readonly hints: HintKeeper;

  constructor(world: EventualWorld, rows: EventualRows, clock: DurableClock, hints: HintKeeper) {
    this.world = world;
    this.rows = rows;
    this.clock = clock;
    this.hints = hints;
  }

  /** A stamp from elsewhere is observed before anything is done with it. @returns whether it is believed */
  believes(shard: ShardId, from: number, stamp: Stamp): boolean {
    const ahead = this.clock.observe(stamp);
    if (ahead === undefined) return true;
    this.world.event({ type: 'ClockRefused', shard, from, aheadUs: ahead.aheadUs, maxUs: ahead.maxUs });
    return false;
  }

  /** A row is taken when it is durable here, and never said to be before. */
  take(from: NodeId, message: RowSent): void {
    const { shard, home, row } = message;
    if (!this.believes(shard, from, latestStamp(row))) {
      this.refuse(from, message, 'ClockAhead');
      return;
    }
    this.clock.keep();
    if (home === this.world.id) this.takeAsHome(from, message);
    else this.takeAsFallback(from, message);
  }

  tell(from: NodeId, { op, shard, key, home }: RowAsked): void {
    const tell = (row: Row | undefined): void => this.world.send(from, { type: 'RowTold', op, shard, home, row });
    if (home !== this.world.id) tell(this.hints.rowFor(home, key));
    else if (this.rows.standing(shard) === 'complete') this.rows.read(shard, key, tell);
    else tell(undefined);
  }

  /** What came of a row here, as an event. */
  applied(from: NodeId, { shard, key, row, purpose }: AppliedFrom, taken: TakenRow): void {
    if (taken.type !== 'Applied') return;
    const { isChanged, before, row: now } = taken;
    const lost = (versions: Row): readonly Stamp[] =>
      versions
        .filter(({ stamp }) => !now.some((each) => compareStamps(each.stamp, stamp) === 0))
        .map(({ stamp }) => stamp);
    const held = now.map(({ stamp }) => stamp);
    const [dropped, replaced] = [lost(row), lost(before)];
    this.world.event({ type: 'RowApplied', shard, key, from, purpose, isChanged, held, dropped, replaced });
  }

  private takeAsHome(from: NodeId, message: RowSent): void {
    const { rows } = this;
    const { shard, key, row, written } = message;
    const { homes, joiners, retired } = this.world.placement(shard);
    // Who is neither is about to hand over what it holds: what came later would go with its disk.
    const isMember = homes.includes(this.world.id) || joiners.includes(this.world.id);
    const standing = isMember && !retired.includes(rows.replicaId(shard)) ? rows.standing(shard) : 'none';
    if (standing === 'none' || standing === 'lost') {
      this.refuse(from, message, standing === 'none' ? 'NoReplica' : 'Damaged');
      return;
    }
    // One that has not copied everything yet takes every row and says nothing: it counts for none, and hints wait until it does, since its move may be
    // called off, and it is dropped then. It goes by no limits of its own.
    const counts = standing === 'complete';
    if (written !== undefined && written.wallUs < rows.memberLimits(shard).fenceUs) {
      this.refuse(from, message, 'BelowLimit');
      return;
    }
    const taken = (result: TakenRow): void => {
      this.applied(from, message, result);
      if (result.type !== 'Applied') this.refuse(from, message, REFUSALS[result.type]);
    };
    rows.apply(shard, { key, row, written }, taken, () => {
      if (counts) this.acknowledge(from, message);
    });
  }

  private takeAsFallback(from: NodeId, message: RowSent): void {
    const { shard, key, row, home, written } = message;
    // Read repair and handoff are for homes; without the stamp of a write nobody waits for it.
    if (written === undefined) return;
    const durable = (): void => this.acknowledge(from, message);
    const refusal = this.hints.add(shard, { home, key, row }, written, from, durable);
    if (refusal !== undefined) this.refuse(from, message, refusal);
  }

  private acknowledge(to: NodeId, { op, shard, home }: RowSent): void {
    if (op !== 0) this.world.send(to, { type: 'RowTaken', op, shard, home });
  }

  private refuse(to: NodeId, { op, shard, key, home, purpose }: RowSent, refusal: RowRefusal): void {
    this.world.event({ type: 'RowRefused', shard, key, from: to, home, purpose, refusal });
    if (op !== 0) this.world.send(to, { type: 'RowTaken', op, shard, home, refusal });
  }
}

/** A row that is too large has no room here. */
const REFUSALS = { NotHere: 'Damaged', BelowLimit: 'BelowLimit', TooLarge: 'Full' } as const;

type AppliedFrom = Pick<RowSent, 'shard' | 'key' | 'row' | 'purpose'>;
