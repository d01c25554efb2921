import type { Micros } from '../core/base/ids.ts';
import { createRandomStream } from '../core/base/random.ts';
import type { ClockConfig } from '../core/cluster/run.ts';
import type { NodeClock } from '../core/node/effect.ts';

/** What is known of every node's wall clock, whatever it drew: how far it may be off at a virtual time. */
export class ClockBounds {
  private readonly rate: number;
  private readonly offsetUs: Micros;

  constructor({ rateErrorPpmMax, wallOffsetUsMax }: ClockConfig) {
    this.rate = rateErrorPpmMax / 1e6;
    this.offsetUs = wallOffsetUsMax + STAMP_SLACK_US;
  }

  /** The least and the most that a stamp made now may be. */
  stampAt(virtualUs: Micros): { readonly least: Micros; readonly most: Micros } {
    const errorUs = this.offsetUs + virtualUs * this.rate;
    return { least: virtualUs - errorUs, most: virtualUs + errorUs };
  }

  /** Before it no clock shows `wallUs`. */
  earliestAt(wallUs: Micros): Micros {
    return (wallUs - this.offsetUs) / (1 + this.rate);
  }

  /** From it on every clock shows at least `wallUs`. */
  latestAt(wallUs: Micros): Micros {
    return (wallUs + this.offsetUs) / (1 - this.rate);
  }
}

/** Entries proposed in one microsecond have stamps a microsecond apart, and clocks are rounded down. */
const STAMP_SLACK_US = 1000;

/**
 * A node's two clocks over the virtual one: a monotonic clock with a rate error only (timers, leases) and a wall clock with an
 * offset on top (stamps). Both are drawn once per node from the seed, within the run's bounds, and do not change at a restart.
 */
export class ClockModel {
  private readonly ratePpm: number;
  private readonly wallOffsetUs: Micros;

  constructor(config: ClockConfig, seed: number, node: string) {
    const stream = createRandomStream(seed, 'clock', node, 0);
    this.ratePpm = stream.between(-config.rateErrorPpmMax, config.rateErrorPpmMax);
    this.wallOffsetUs = stream.between(0, config.wallOffsetUsMax * 2) - config.wallOffsetUsMax;
  }

  read(virtualUs: Micros): NodeClock {
    const monotonicUs = this.monotonicAt(virtualUs);
    return { monotonicUs, wallUs: Math.max(0, monotonicUs + this.wallOffsetUs) };
  }

  /** The first virtual time at which the monotonic clock shows at least `monotonicUs`. */
  virtualAt(monotonicUs: Micros): Micros {
    let virtualUs = Math.floor(monotonicUs / (1 + this.ratePpm / 1e6));
    while (this.monotonicAt(virtualUs) >= monotonicUs && virtualUs > 0) virtualUs--;
    while (this.monotonicAt(virtualUs) < monotonicUs) virtualUs++;
    return virtualUs;
  }

  private monotonicAt(virtualUs: Micros): Micros {
    return virtualUs + Math.floor((virtualUs * this.ratePpm) / 1e6);
  }
}
