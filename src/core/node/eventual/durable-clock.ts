import type { Micros } from '../../base/ids.ts';
import type { ClockMode } from '../../replication/choices.ts';
import { type ClockAhead, HybridClock } from '../../replication/hybrid-clock.ts';
import type { Stamp } from '../../replication/stamp.ts';
import type { EventualRows } from './eventual-rows.ts';
import type { EventualWorld } from './eventual-world.ts';

/**
 * This node's hybrid clock with the bound that a later life begins at. What is stamped is read by anybody, or leaves the node, and what is observed is acknowledged, only
 * when that bound is durable; it is written a step ahead, so that few operations wait for it.
 */
export class DurableClock {
  private readonly world: EventualWorld;
  private readonly rows: Pick<EventualRows, 'raiseClockBound'>;
  private readonly clock: HybridClock;
  private askedUs: Micros;
  private durableUs: Micros;
  private waiting: { readonly untilUs: Micros; readonly then: () => void }[] = [];

  constructor(world: EventualWorld, rows: Pick<EventualRows, 'raiseClockBound' | 'clockBoundUs'>, mode: ClockMode) {
    const { id: node, limits } = world;
    const { clockAheadMaxUs, clockBoundStepUs: boundStepUs } = limits;
    this.world = world;
    this.rows = rows;
    this.clock = new HybridClock({ node, mode, clockAheadMaxUs, boundStepUs }, rows.clockBoundUs);
    this.askedUs = rows.clockBoundUs;
    this.durableUs = rows.clockBoundUs;
  }

  set mode(mode: ClockMode) {
    this.clock.configure({ mode });
  }

  /** What values expire by. */
  get timeUs(): Micros {
    return this.clock.timeUs(this.world.wallUs);
  }

  get boundUs(): Micros {
    return this.durableUs;
  }

  now(): Stamp {
    return this.clock.now(this.world.wallUs);
  }

  observe(stamp: Stamp): ClockAhead | undefined {
    return this.clock.observe(this.world.wallUs, stamp);
  }

  /** Before anything is written that rests on what was stamped or observed so far: the bound is durable no later. There is always a step in reserve. */
  keep(): void {
    const toUs = this.clock.boundUs + this.world.limits.clockBoundStepUs;
    if (toUs <= this.askedUs) return;
    this.askedUs = toUs;
    this.rows.raiseClockBound(toUs, () => this.kept(toUs));
  }

  /** As soon as what was stamped so far may be read, or leave the node: at once, where the bound is durable already. */
  whenKept(then: () => void): void {
    this.keep();
    const { boundUs: untilUs } = this.clock;
    if (untilUs <= this.durableUs) then();
    else this.waiting.push({ untilUs, then });
  }

  private kept(toUs: Micros): void {
    this.durableUs = Math.max(this.durableUs, toUs);
    const due = this.waiting.filter(({ untilUs }) => untilUs <= this.durableUs);
    this.waiting = this.waiting.filter(({ untilUs }) => untilUs > this.durableUs);
    for (const { then } of due) then();
  }
}
