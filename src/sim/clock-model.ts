import type { Micros, NodeId } from '../core/base/ids.ts';
import { createRandomStream } from '../core/base/random.ts';
import type { ClockChange } from '../core/cluster/action.ts';
import type { ClockConfig } from '../core/cluster/run.ts';
import type { ClockSnapshot } from '../core/cluster/snapshot.ts';
import type { NodeClock } from '../core/node/effect.ts';

/** A node's two clocks from one moment on. Structured-cloneable. */
export interface ClockSetting {
  readonly sinceUs: Micros;
  /** What the monotonic clock showed at that moment. */
  readonly monotonicUs: Micros;
  readonly ratePpm: number;
  /** The wall clock is ahead of the monotonic one by this. */
  readonly wallOffsetUs: Micros;
}

/** As a run begins: drawn once per node from the seed, within the run's bounds. */
export function drawClock(config: ClockConfig, seed: number, node: NodeId): ClockSetting {
  const stream = createRandomStream(seed, 'clock', `n${node}`, 0);
  const ratePpm = stream.between(-config.rateErrorPpmMax, config.rateErrorPpmMax);
  const wallOffsetUs = stream.between(0, config.wallOffsetUsMax * 2) - config.wallOffsetUsMax;
  return { sinceUs: 0, monotonicUs: 0, ratePpm, wallOffsetUs };
}

/**
 * A node's two clocks over the virtual one: a monotonic clock with a rate error only (timers, leases) and a wall clock with an offset on top
 * (stamps). They belong to the machine: a restart of the node's process changes nothing. Asked about no time before its setting began.
 */
export class ClockModel {
  readonly setting: ClockSetting;

  constructor(setting: ClockSetting) {
    this.setting = setting;
  }

  read(virtualUs: Micros): NodeClock {
    const monotonicUs = this.monotonicAt(virtualUs);
    return { monotonicUs, wallUs: Math.max(0, monotonicUs + this.setting.wallOffsetUs) };
  }

  /** The first virtual time at which the monotonic clock shows at least `monotonicUs`; at the earliest, when this setting began. */
  virtualAt(monotonicUs: Micros): Micros {
    const { sinceUs, ratePpm, monotonicUs: begunUs } = this.setting;
    let virtualUs = sinceUs + Math.max(0, Math.floor((monotonicUs - begunUs) / (1 + ratePpm / 1e6)));
    while (this.monotonicAt(virtualUs) >= monotonicUs && virtualUs > sinceUs) virtualUs--;
    while (this.monotonicAt(virtualUs) < monotonicUs) virtualUs++;
    return virtualUs;
  }

  /** How wrong it is at a moment. */
  errorAt(virtualUs: Micros): ClockSnapshot {
    const { ratePpm, wallOffsetUs } = this.setting;
    return { offsetUs: this.monotonicAt(virtualUs) + wallOffsetUs - virtualUs, ratePpm };
  }

  /** The same clocks, set at a moment. The monotonic one goes on from where it is, whatever its rate. */
  changedAt(virtualUs: Micros, { offsetUs, ratePpm }: ClockChange): ClockModel {
    const monotonicUs = this.monotonicAt(virtualUs);
    return new ClockModel({
      sinceUs: virtualUs,
      monotonicUs,
      ratePpm: ratePpm ?? this.setting.ratePpm,
      wallOffsetUs: offsetUs === undefined ? this.setting.wallOffsetUs : virtualUs + offsetUs - monotonicUs,
    });
  }

  private monotonicAt(virtualUs: Micros): Micros {
    const { sinceUs, monotonicUs, ratePpm } = this.setting;
    const passedUs = virtualUs - sinceUs;
    return monotonicUs + passedUs + Math.floor((passedUs * ratePpm) / 1e6);
  }
}
