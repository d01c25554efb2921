import type { DiskRoutine } from '../../base/disk.ts';
import type { Micros, NodeId, ShardId } from '../../base/ids.ts';
import { INTERNAL_VALUE_BYTES_MAX } from '../../lsm/write-batch.ts';
import type { Ask } from '../../replication/preference-walk.ts';
import { encodeRow, latestStamp, NO_ROW, type Row } from '../../replication/row.ts';
import type { Stamp } from '../../replication/stamp.ts';
import { clockOf } from '../../replication/version.ts';
import { writeRow } from '../../replication/write-row.ts';
import { DurableClock } from './durable-clock.ts';
import type { EventualBody, EventualMessage, EventualRefusal, RowRefusal } from './eventual-message.ts';
import type { EventualReport, HeldKey } from './eventual-report.ts';
import type { EventualRows, TakenRow } from './eventual-rows.ts';
import type { EventualSettings, EventualWorld } from './eventual-world.ts';
import { HintKeeper } from './hint-keeper.ts';
import { HostedSync, type SyncSurroundings } from './hosted-sync.ts';
import { KeyTurns } from './key-turns.ts';
import { ReadOperation } from './read-operation.ts';
import { RowService } from './row-service.ts';
import {
  type CoordinatedRequest,
  type MadeRow,
  type ReadBody,
  type WriteBody,
  WriteOperation,
} from './write-operation.ts';

/** Numbers of operations that a boot may give out. */
const OPS_PER_BOOT = 2 ** 32;

/** A node's part in the eventual keyspace: it coordinates for clients, holds rows as a home, and hints as a fallback. */
export class EventualHost {
  private readonly world: EventualWorld;
  private readonly rows: EventualRows;
  private settings: EventualSettings;
  readonly clock: DurableClock;
  readonly hints: HintKeeper;
  private readonly service: RowService;
  private readonly syncs: HostedSync;
  private readonly turns = new KeyTurns();
  private readonly operations = new Map<number, WriteOperation | ReadOperation>();
  private ops = 0;
  private readRepairs = 0;
  /** Where this life began: sequences of dots from before it may have gone further than any row shows. */
  private readonly bootUs: Micros;
  /** The same of shards whose rows were begun anew since. */
  private readonly begunUs = new Map<ShardId, Micros>();

  constructor(world: EventualWorld, around: SyncSurroundings, rows: EventualRows, settings: EventualSettings) {
    this.world = world;
    this.rows = rows;
    this.settings = settings;
    this.bootUs = rows.clockBoundUs;
    this.clock = new DurableClock(world, rows, settings.clock);
    this.hints = new HintKeeper(world, rows, this.nextOp);
    this.service = new RowService(world, rows, this.clock, this.hints);
    rows.conflicts = settings.conflicts;
    this.syncs = new HostedSync(world, around, rows, this.clock, this.hints);
    rows.onBegunAnew = (shard) => this.begunAnew(shard);
    world.onOwn = (message) => this.receive(world.id, message);
  }

  /** When `tick` is due next. */
  get dueUs(): Micros {
    let dueUs = Math.min(this.hints.dueUs, this.syncs.dueUs);
    for (const operation of this.operations.values()) dueUs = Math.min(dueUs, operation.dueUs);
    return dueUs;
  }

  tick(): void {
    for (const [op, operation] of [...this.operations]) {
      operation.tick();
      if (operation.isOver) this.operations.delete(op);
    }
    this.hints.tick();
    if (this.world.nowUs >= this.syncs.dueUs) this.syncs.tick();
  }

  /** From here on, for what begins then. */
  configure(settings: EventualSettings): void {
    this.settings = settings;
    this.clock.mode = settings.clock;
    this.rows.conflicts = settings.conflicts;
  }

  /** The shard is that of the key, and everything within its limits. */
  request(request: Omit<CoordinatedRequest, 'op'>, body: EventualBody): void {
    const coordinated = { ...request, op: this.nextOp() };
    if (this.unanswered >= this.world.limits.operationsMax) this.refuse(coordinated, { why: 'Busy' });
    else if (body.type === 'EventualWrite') this.write(coordinated, body);
    else this.read(coordinated, body);
  }

  receive(from: NodeId, message: EventualMessage): void {
    switch (message.type) {
      case 'RowSent':
        this.service.take(from, message);
        return;
      case 'RowTaken':
        this.taken(from, message);
        return;
      case 'RowAsked':
        this.service.tell(from, message);
        return;
      case 'RowTold':
        this.told(from, message);
        return;
      default:
        this.syncs.sync.receive(from, message);
        this.syncs.happened();
    }
  }

  /** Its rows were lost, or a move has made a replica: an earlier one of this boot may have given out more than any row will show, and left syncs under way. */
  begunAnew(shard: ShardId): void {
    this.begunUs.set(shard, this.clock.timeUs + 1);
    this.syncs.sync.begunAnew(shard);
    this.syncs.happened();
  }

  /** A replica is here since this boot began. @param wasAway it was before, and may have missed what others were told */
  opened(shard: ShardId, wasAway: boolean): void {
    this.syncs.sync.opened(shard, wasAway);
    this.syncs.happened();
  }

  /** REPAIR: its homes are compared, and what is dead everywhere is purged. */
  order(shard: ShardId): void {
    this.syncs.sync.order(shard);
    this.syncs.happened();
  }

  /** The interval of comparisons is another one. */
  rescheduled(): void {
    this.syncs.sync.rescheduled();
    this.syncs.happened();
  }

  /** After each input: whoever is suspected no more is told what it missed. */
  noticeSuspects(): void {
    this.syncs.noticeSuspects();
  }

  report(shards: readonly ShardId[]): EventualReport {
    const { settings, hints, readRepairs, clock, rows, world } = this;
    return {
      settings,
      hints: hints.waiting,
      hintBytes: hints.bytes,
      readRepairs,
      operations: this.unanswered,
      clockUs: clock.timeUs,
      clockAheadUs: clock.timeUs - world.wallUs,
      clockBoundUs: clock.boundUs,
      shards: shards.map((shard) => ({ shard, standing: rows.standing(shard), ...rows.limits(shard) })),
    };
  }

  /** Beside time: nothing is changed by it. */
  *heldKey(shard: ShardId, key: Uint8Array): DiskRoutine<HeldKey> {
    const { rows, hints, clock } = this;
    const row = yield* rows.peek(shard, key);
    const kept = hints.waiting
      .map(({ home }) => ({ home, row: hints.rowFor(home, key) }))
      .filter((hint) => hint.row.length > 0);
    return { standing: rows.standing(shard), row, hints: kept, timeUs: clock.timeUs };
  }

  /** Never given out before, whatever boot: a late answer names none that is under way. */
  private readonly nextOp = (): number => this.world.epoch * OPS_PER_BOOT + ++this.ops;

  private get unanswered(): number {
    let count = 0;
    for (const { hasAnswered } of this.operations.values()) if (!hasAnswered) count++;
    return count;
  }

  private read(request: CoordinatedRequest, body: ReadBody): void {
    const { world, settings, operations } = this;
    const repaired = (): void => void this.readRepairs++;
    const timeUs = (): Micros => this.clock.timeUs;
    const placement = world.placement(request.shard);
    const operation = new ReadOperation(world, request, body, settings.conflicts, placement, timeUs, repaired);
    operations.set(request.op, operation);
    operation.begin();
    if (operation.isOver) operations.delete(request.op);
  }

  private write(request: CoordinatedRequest, body: WriteBody): void {
    const { world, rows } = this;
    const { shard } = request;
    const { homes } = world.placement(shard);
    // More than there are, ever: nothing is made of it.
    if (body.w > homes.length) {
      this.refuse(request, { why: 'NotEnoughReplicas', needed: body.w, homes });
      return;
    }
    if (body.seen !== undefined && !this.observed(request, request.client, body.seen)) return;
    const sinceUs = world.nowUs;
    this.turns.take(shard, body.key, () => {
      const isHome = homes.includes(world.id) && rows.standing(shard) === 'complete';
      if (!isHome) this.makeRow(request, body, undefined, sinceUs);
      else rows.read(shard, body.key, (held) => this.makeRow(request, body, held, sinceUs));
    });
  }

  /** @param held what this node holds of the key, as a home; undefined: it is none, or none that has all its rows */
  private makeRow(request: CoordinatedRequest, body: WriteBody, held: Row | undefined, sinceUs: Micros): void {
    const { world, rows, turns } = this;
    const { shard, op } = request;
    const { key } = body;
    const made = this.rowOf(request, body, held);
    if (made === undefined) {
      turns.end(shard, key);
      return;
    }
    const { row, stamp, dot } = made;
    const begin = (isHeldHere: boolean): void => {
      this.begin(request, body, { row, stamp, dot, isHeldHere }, sinceUs);
      turns.end(shard, key);
    };
    const taken = (result: TakenRow): void => {
      this.service.applied(world.id, { shard, key, row, purpose: 'write' }, result);
      // Where its rows were lost meanwhile it is as any other that coordinates.
      begin(result.type === 'Applied');
    };
    const own = { to: world.id, home: world.id };
    // A later life would give the same stamp and dot to another write, had anybody read this one before.
    this.clock.whenKept(() => {
      if (held === undefined) begin(false);
      else rows.apply(shard, { key, row, written: stamp }, taken, () => this.settle(op, own));
    });
  }

  /** @returns undefined: there can be none, and the client is told */
  private rowOf(
    request: CoordinatedRequest,
    { value, ttlUs, context }: WriteBody,
    held: Row | undefined,
  ): Omit<MadeRow, 'isHeldHere'> | undefined {
    const { world, rows, clock, settings } = this;
    const { shard } = request;
    // What it holds it has observed; where its clock was set back since, a write would lose against it.
    if (held !== undefined && !this.observed(request, world.id, latestStamp(held))) return undefined;
    const stamp = clock.now();
    const { fenceUs, watermarkUs } = rows.memberLimits(shard);
    if (stamp.wallUs < fenceUs) {
      this.refuse(request, { why: 'BelowFence', behindUs: fenceUs - stamp.wallUs });
      return undefined;
    }
    const deadlineUs = ttlUs === undefined || value === undefined ? undefined : stamp.wallUs + ttlUs;
    const continuesFromUs = Math.max(this.bootUs, watermarkUs, this.begunUs.get(shard) ?? 0);
    const life = { node: world.id, continuesFromUs };
    const made = writeRow(settings.conflicts, held ?? NO_ROW, { stamp, value, deadlineUs, context }, life);
    if (made.type === 'TooManySiblings') {
      this.refuse(request, { why: made.type, siblings: made.siblings, max: made.max });
      return undefined;
    }
    const { length: bytes } = encodeRow(made.row);
    if (bytes <= INTERNAL_VALUE_BYTES_MAX) return { row: made.row, stamp, dot: clockOf(made.written).dot };
    this.refuse(request, { why: 'RowTooLarge', bytes, max: INTERNAL_VALUE_BYTES_MAX });
    return undefined;
  }

  private begin(request: CoordinatedRequest, body: WriteBody, made: MadeRow, sinceUs: Micros): void {
    const { world, operations } = this;
    const operation = new WriteOperation(world, request, body, made, world.placement(request.shard), sinceUs);
    operations.set(request.op, operation);
    operation.begin();
  }

  private settle(op: number, ask: Ask, refusal?: RowRefusal): void {
    const operation = this.operations.get(op);
    if (!(operation instanceof WriteOperation)) return;
    operation.answered(ask, refusal);
    if (operation.isOver) this.operations.delete(op);
  }

  private taken(from: NodeId, { op, home, refusal }: Extract<EventualMessage, { type: 'RowTaken' }>): void {
    if (this.operations.has(op)) this.settle(op, { to: from, home }, refusal);
    else if (refusal === undefined) this.hints.delivered(op);
  }

  private told(from: NodeId, { op, shard, home, row }: Extract<EventualMessage, { type: 'RowTold' }>): void {
    const operation = this.operations.get(op);
    if (!(operation instanceof ReadOperation)) return;
    const isBelieved = row === undefined || this.service.believes(shard, from, latestStamp(row));
    operation.answered({ to: from, home }, isBelieved ? row : undefined);
    if (operation.isOver) this.operations.delete(op);
  }

  /** @returns false: it is not believed, and the client is told */
  private observed(request: CoordinatedRequest, from: number, stamp: Stamp): boolean {
    const ahead = this.clock.observe(stamp);
    if (ahead === undefined) return true;
    const { aheadUs, maxUs } = ahead;
    this.world.event({ type: 'ClockRefused', shard: request.shard, from, aheadUs, maxUs });
    this.refuse(request, { why: 'ClockAhead', aheadUs, maxUs });
    return false;
  }

  private refuse({ client, requestId, shard }: CoordinatedRequest, refusal: EventualRefusal): void {
    this.world.answer(client, requestId, shard, { type: 'EventualRefused', answers: [], ...refusal });
  }
}
