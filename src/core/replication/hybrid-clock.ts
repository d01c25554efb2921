import type { Micros, NodeId } from '../base/ids.ts';
import type { ClockMode } from './choices.ts';
import { LOGICAL_MAX, type Stamp } from './stamp.ts';

export interface ClockOptions {
  readonly node: NodeId;
  readonly mode: ClockMode;
  /** A stamp that is further ahead of the node's own wall clock is refused: one bad clock must not take all others with it. */
  readonly clockAheadMaxUs: Micros;
  /** The bound that is made durable moves in such steps. */
  readonly boundStepUs: Micros;
}

/** Why a stamp was refused: its writer's clock is that far ahead, or the own one behind. It may come again later. */
export interface ClockAhead {
  readonly code: 'ClockAhead';
  readonly aheadUs: Micros;
  readonly maxUs: Micros;
}

/**
 * Hybrid logical clock (Kulkarni, Demirbas, Madappa, Avva, Leone: Logical Physical Clocks, OPODIS 2014): close to the wall clock, and never behind what
 * was seen. Whatever is stamped leaves the node only when `boundUs` is durable; a later life begins there.
 */
export class HybridClock {
  private options: ClockOptions;
  private wallUs: Micros;
  private logical = 0;
  /** What `wall` mode gave out last. */
  private naive: { wallUs: Micros; logical: number } = { wallUs: -1, logical: 0 };

  /** @param boundUs what was durable of an earlier life; 0: there was none */
  constructor(options: ClockOptions, boundUs: Micros) {
    this.options = options;
    this.wallUs = boundUs;
  }

  /** To be durable before anything stamped so far leaves the node: no stamp of this life has a wall time at or above it. */
  get boundUs(): Micros {
    const { boundStepUs } = this.options;
    return (Math.floor(this.wallUs / boundStepUs) + 1) * boundStepUs;
  }

  configure(settings: Partial<Omit<ClockOptions, 'node'>>): void {
    this.options = { ...this.options, ...settings };
  }

  /** What values expire by: never behind what was seen (hybrid). @param nowUs the node's wall clock, here and below */
  timeUs(nowUs: Micros): Micros {
    return this.options.mode === 'wall' ? nowUs : Math.max(nowUs, this.wallUs);
  }

  /** The stamp of something that happens now; later than all that this clock gave out or observed. */
  now(nowUs: Micros): Stamp {
    const { node, mode } = this.options;
    if (nowUs > this.wallUs) this.take(nowUs, 0);
    // So many in one microsecond: the wall time is borrowed from the future.
    else if (this.logical === LOGICAL_MAX) this.take(this.wallUs + 1, 0);
    else this.logical++;
    if (mode === 'hybrid') return { wallUs: this.wallUs, logical: this.logical, node };
    this.naive = { wallUs: nowUs, logical: nowUs === this.naive.wallUs ? this.naive.logical + 1 : 0 };
    return { ...this.naive, node };
  }

  /**
   * A stamp that came from elsewhere: from here on this clock's are later. Other than in the paper the receipt itself is not stamped.
   * @returns why it is not believed, and then nothing has changed
   */
  observe(nowUs: Micros, { wallUs, logical }: Stamp): ClockAhead | undefined {
    const { mode, clockAheadMaxUs: maxUs } = this.options;
    if (mode === 'wall') return undefined;
    const aheadUs = wallUs - nowUs;
    if (aheadUs > maxUs) return { code: 'ClockAhead', aheadUs, maxUs };
    if (wallUs > this.wallUs) this.take(wallUs, logical);
    else if (wallUs === this.wallUs) this.logical = Math.max(this.logical, logical);
    return undefined;
  }

  private take(wallUs: Micros, logical: number): void {
    this.wallUs = wallUs;
    this.logical = logical;
  }
}
