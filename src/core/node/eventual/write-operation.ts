import type { ClientActorId, Micros, NodeId, ShardId } from '../../base/ids.ts';
import type { Ask } from '../../replication/preference-walk.ts';
import type { Row } from '../../replication/row.ts';
import type { Stamp } from '../../replication/stamp.ts';
import type { Dot } from '../../replication/version-vector.ts';
import { WriteCoordinator, type WriteEffect, type WriteOutcome } from '../../replication/write-coordinator.ts';
import { contextAfter } from '../../replication/write-row.ts';
import type { EventualBody, RowRefusal } from './eventual-message.ts';
import type { EventualWorld, ShardPlacement } from './eventual-world.ts';
import { OpenAsks } from './open-asks.ts';
import { OperationTimes } from './operation-times.ts';

/** A client's, and the number under which this node coordinates it. */
export interface CoordinatedRequest {
  readonly client: ClientActorId;
  readonly requestId: number;
  readonly shard: ShardId;
  readonly op: number;
}

/** The row that the write made of what its coordinator held, and what it wrote into it. */
export interface MadeRow {
  readonly row: Row;
  readonly stamp: Stamp;
  readonly dot: Dot;
  /** The coordinator is a home and has applied it: its own acknowledgment is that of its disk. */
  readonly isHeldHere: boolean;
}

export type WriteBody = Extract<EventualBody, { type: 'EventualWrite' }>;
export type ReadBody = Extract<EventualBody, { type: 'EventualRead' }>;

/** One PUT or DELETE that this node coordinates: what a `WriteCoordinator` decides is sent, asked again in time, and answered. */
export class WriteOperation {
  readonly request: CoordinatedRequest;
  private readonly world: EventualWorld;
  private readonly body: WriteBody;
  private readonly made: MadeRow;
  private readonly homes: readonly NodeId[];
  private readonly coordinator: WriteCoordinator;
  private readonly open = new OpenAsks();
  private readonly settledHomes = new Set<NodeId>();
  private readonly times: OperationTimes;
  private isAnswered = false;

  /** @param sinceUs when the request came */
  constructor(
    world: EventualWorld,
    request: CoordinatedRequest,
    body: WriteBody,
    made: MadeRow,
    placement: ShardPlacement,
    sinceUs: Micros,
  ) {
    this.world = world;
    this.request = request;
    this.body = body;
    this.made = made;
    this.homes = placement.homes;
    this.coordinator = new WriteCoordinator({
      ...{ ...placement, w: body.w, isSloppy: body.sloppy },
      isHeld: made.isHeldHere,
    });
    this.times = new OperationTimes(world.nowUs, sinceUs, body.waitUs, world.limits.overdueUs);
  }

  /** When `tick` is due next. */
  get dueUs(): Micros {
    return this.times.dueUs;
  }

  get hasAnswered(): boolean {
    return this.isAnswered;
  }

  /** Nothing comes of it any more. */
  get isOver(): boolean {
    if (!this.isAnswered) return false;
    if (this.coordinator.isOver || this.homes.every((home) => this.settledHomes.has(home))) return true;
    return this.times.isEnd(this.world.nowUs);
  }

  begin(): void {
    const { world, body, made, request } = this;
    const { client, requestId, shard, op } = request;
    const suspects = this.homes.filter((home) => world.suspects.includes(home));
    world.event({
      type: 'EventualWriteStarted',
      ...{ shard, client, requestId, op, key: body.key, stamp: made.stamp, dot: made.dot, suspects },
      context: body.context,
      ...{ isDelete: body.value === undefined, w: body.w, homes: this.homes, isSloppy: body.sloppy },
    });
    this.perform(this.coordinator.start((node) => suspects.includes(node)));
  }

  /** @param refusal undefined: it is durable there */
  answered(ask: Ask, refusal: RowRefusal | undefined): void {
    this.open.settle(ask);
    if (refusal === undefined) {
      this.settledHomes.add(ask.home);
      this.perform(this.coordinator.acknowledged(ask));
      return;
    }
    // A fence is never lowered, and what is said within the node is not said twice. Of the rest another copy may be on its way still.
    const isForGood = refusal === 'BelowLimit' || ask.to === this.world.id;
    this.perform(this.coordinator.refused(ask, isForGood));
  }

  tick(): void {
    const { world, times, coordinator } = this;
    if (world.nowUs < this.dueUs) return;
    const { isExpired, isOverdue } = times.take(world.nowUs);
    if (isExpired) this.perform(coordinator.expired());
    if (!isOverdue) return;
    for (const ask of this.open.repeat(world.suspects)) this.send(ask);
    this.perform(coordinator.overdue());
  }

  private perform(effects: readonly WriteEffect[]): void {
    for (const effect of effects) {
      if (effect.type === 'Answer') this.answer(effect.outcome);
      else this.ask(effect);
    }
  }

  private ask({ to, home }: Ask): void {
    const { world, made, body, request } = this;
    if (to === world.id && home === to && made.isHeldHere) return;
    // A joiner is not asked whether it has it.
    if (this.homes.includes(home)) this.open.add({ to, home });
    if (to !== home) {
      world.event({ type: 'FallbackAsked', shard: request.shard, op: request.op, key: body.key, home, to });
    }
    this.send({ to, home });
  }

  private send({ to, home }: Ask): void {
    const { op, shard } = this.request;
    const { row, stamp: written } = this.made;
    this.world.send(to, { type: 'RowSent', op, shard, key: this.body.key, home, row, written, purpose: 'write' });
  }

  private answer(outcome: WriteOutcome): void {
    const { world, request, body, made, homes } = this;
    const { client, requestId, shard, op } = request;
    this.isAnswered = true;
    const acks = outcome.status === 'fail' ? [] : outcome.acks;
    world.event({
      type: 'EventualWriteAnswered',
      ...{ shard, client, requestId, op, key: body.key, status: outcome.status, w: body.w, acks },
      hints: acks.filter(({ to, home }) => to !== home).length,
    });
    if (outcome.status === 'fail') {
      const refusal = { why: 'NotEnoughReplicas', needed: body.w, homes } as const;
      world.answer(client, requestId, shard, { type: 'EventualRefused', answers: acks, ...refusal });
      return;
    }
    const { status } = outcome;
    const told = {
      context: contextAfter(made.row, made.stamp, body.context),
      versions: made.row.length,
      stamp: made.stamp,
    };
    world.answer(client, requestId, shard, { type: 'EventualWritten', status, acks, homes, ...told });
  }
}
