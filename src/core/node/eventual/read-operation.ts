import type { Micros, NodeId } from '../../base/ids.ts';
import type { Conflicts } from '../../replication/choices.ts';
import type { Ask } from '../../replication/preference-walk.ts';
import { ReadCoordinator, type ReadEffect, type ReadOutcome } from '../../replication/read-coordinator.ts';
import { contextOf, NO_ROW, type Row } from '../../replication/row.ts';
import { compareStamps } from '../../replication/stamp.ts';
import { isDead, type Version } from '../../replication/version.ts';
import type { EventualVersion } from './eventual-message.ts';
import type { EventualWorld, ShardPlacement } from './eventual-world.ts';
import { OpenAsks } from './open-asks.ts';
import { OperationTimes } from './operation-times.ts';
import type { CoordinatedRequest, ReadBody } from './write-operation.ts';

/** One GET that this node coordinates: what a `ReadCoordinator` decides is asked, asked again in time, and answered. */
export class ReadOperation {
  readonly request: CoordinatedRequest;
  private readonly world: EventualWorld;
  private readonly body: ReadBody;
  private readonly homes: readonly NodeId[];
  private readonly coordinator: ReadCoordinator;
  private readonly timeUs: () => Micros;
  private readonly onRepair: () => void;
  private readonly open = new OpenAsks();
  private readonly times: OperationTimes;
  private isAnswered = false;

  /** @param timeUs the hybrid clock, by which values expire */
  constructor(
    world: EventualWorld,
    request: CoordinatedRequest,
    body: ReadBody,
    conflicts: Conflicts,
    placement: ShardPlacement,
    timeUs: () => Micros,
    onRepair: () => void,
  ) {
    this.world = world;
    this.request = request;
    this.body = body;
    this.homes = placement.homes;
    this.coordinator = new ReadCoordinator({ ...placement, r: body.r, conflicts, isSloppy: body.sloppy });
    this.timeUs = timeUs;
    this.onRepair = onRepair;
    this.times = new OperationTimes(world.nowUs, world.nowUs, body.waitUs, world.limits.overdueUs);
  }

  /** When `tick` is due next. */
  get dueUs(): Micros {
    return this.times.dueUs;
  }

  get hasAnswered(): boolean {
    return this.isAnswered;
  }

  get isOver(): boolean {
    return this.isAnswered && (this.open.isEmpty || this.times.isEnd(this.world.nowUs));
  }

  begin(): void {
    const { world, body, request } = this;
    const { client, requestId, shard, op } = request;
    const suspects = this.homes.filter((home) => world.suspects.includes(home));
    world.event({
      type: 'EventualReadStarted',
      ...{ shard, client, requestId, op, key: body.key, r: body.r, homes: this.homes, suspects, isSloppy: body.sloppy },
    });
    this.perform(this.coordinator.start((node) => suspects.includes(node)));
  }

  /** @param row undefined: it cannot serve it */
  answered(ask: Ask, row: Row | undefined): void {
    this.open.settle(ask);
    this.perform(row === undefined ? this.coordinator.refused(ask) : this.coordinator.answered(ask, row));
  }

  tick(): void {
    const { world, times, coordinator } = this;
    if (world.nowUs < times.dueUs) return;
    const { isExpired, isOverdue } = times.take(world.nowUs);
    if (isExpired) this.perform(coordinator.expired());
    if (!isOverdue) return;
    for (const ask of this.open.repeat(world.suspects)) this.send(ask);
    this.perform(coordinator.overdue());
  }

  private perform(effects: readonly ReadEffect[]): void {
    const repaired = effects.flatMap((effect) => (effect.type === 'Repair' ? [effect.to] : []));
    // Noted before anything is sent: this node answers itself at once.
    for (const effect of effects) if (effect.type === 'Ask') this.open.add(effect);
    for (const effect of effects) {
      if (effect.type === 'Answer') this.answer(effect.outcome, repaired);
      else if (effect.type === 'Repair') this.repair(effect.to, effect.row);
      else this.ask(effect);
    }
  }

  private ask({ to, home }: Ask): void {
    const { shard, op } = this.request;
    if (to !== home) this.world.event({ type: 'FallbackAsked', shard, op, key: this.body.key, home, to });
    this.send({ to, home });
  }

  private send({ to, home }: Ask): void {
    const { op, shard } = this.request;
    this.world.send(to, { type: 'RowAsked', op, shard, key: this.body.key, home });
  }

  private repair(to: NodeId, row: Row): void {
    const { shard, op } = this.request;
    const { key } = this.body;
    this.onRepair();
    this.world.event({ type: 'ReadRepaired', shard, op, key, to });
    const nobody = { op: 0, home: to, written: undefined } as const;
    this.world.send(to, { type: 'RowSent', ...nobody, shard, key, row, purpose: 'repair' });
  }

  private answer(outcome: ReadOutcome, repaired: readonly NodeId[]): void {
    const { world, request, body, homes } = this;
    const { client, requestId, shard, op } = request;
    const { status, answers } = outcome;
    const row = outcome.status === 'ok' ? outcome.row : NO_ROW;
    this.isAnswered = true;
    world.event({
      type: 'EventualReadAnswered',
      ...{ shard, client, requestId, op, key: body.key, status, r: body.r, answers, versions: row.length, repaired },
    });
    if (outcome.status === 'fail') {
      const refusal = { why: 'NotEnoughReplicas', needed: body.r, homes } as const;
      world.answer(client, requestId, shard, { type: 'EventualRefused', answers, ...refusal });
      return;
    }
    const timeUs = this.timeUs();
    const versions = [...row].sort((a, b) => compareStamps(b.stamp, a.stamp)).map((each) => shown(each, timeUs));
    const context = contextOf(row);
    world.answer(client, requestId, shard, { type: 'EventualValue', versions, answers, homes, repaired, context });
  }
}

function shown(version: Version, timeUs: Micros): EventualVersion {
  const { stamp, value, deadlineUs } = version;
  if (isDead(version, timeUs)) return { value: undefined, stamp };
  return { value, stamp, ...(deadlineUs === undefined ? {} : { expiresInUs: deadlineUs - timeUs }) };
}
