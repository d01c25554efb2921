import type { Micros } from '../core/base/ids.ts';
import { createRandomStream } from '../core/base/random.ts';
import type { ClockConfig } from '../core/cluster/run.ts';
import type { NodeClock } from '../core/node/effect.ts';

/**
 * A node's two clocks over the virtual one: a monotonic clock with a rate error only (timers, later leases) and a wall clock with an
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
