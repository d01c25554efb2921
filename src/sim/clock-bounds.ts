import type { Micros } from '../core/base/ids.ts';
import type { ClockChange } from '../core/cluster/action.ts';
import type { ClockConfig } from '../core/cluster/run.ts';

/**
 * What is known of every node's wall clock, whatever it drew: how far it may be off at a virtual time. Bounds follow the run: an action that sets
 * a clock further off widens them, for all of the run. The error that it leaves is then within them for good, and they only grow with time, so
 * that neither a clock set back nor a stamp that is ahead of all clocks since is outside.
 */
export class ClockBounds {
  private rate: number;
  private offsetUs: Micros;

  constructor({ rateErrorPpmMax, wallOffsetUsMax }: ClockConfig) {
    this.rate = rateErrorPpmMax / 1e6;
    this.offsetUs = wallOffsetUsMax + STAMP_SLACK_US;
  }

  include({ offsetUs = 0, ratePpm = 0 }: ClockChange): void {
    this.rate = Math.max(this.rate, Math.abs(ratePpm) / 1e6);
    this.offsetUs = Math.max(this.offsetUs, Math.abs(offsetUs) + STAMP_SLACK_US);
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
