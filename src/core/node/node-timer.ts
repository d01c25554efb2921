import type { Micros } from '../base/ids.ts';
import type { Effect } from './effect.ts';

/**
 * The node's one timer. Deadlines mostly move later (every heartbeat postpones an election), so an armed timer is left alone unless it
 * would come too late; when it fires early, it is armed again.
 */
export class NodeTimer {
  private readonly heartbeatIntervalUs: Micros;
  /** The node's place on the grid of heartbeats, so that nodes do not beat in phase. */
  private readonly heartbeatPhaseUs: Micros;
  private armedAtUs = Number.POSITIVE_INFINITY;
  private neededAtUs = Number.POSITIVE_INFINITY;

  /** @param heartbeatPhaseUs 0 … heartbeatIntervalUs − 1 */
  constructor(heartbeatIntervalUs: Micros, heartbeatPhaseUs: Micros) {
    this.heartbeatIntervalUs = heartbeatIntervalUs;
    this.heartbeatPhaseUs = heartbeatPhaseUs;
  }

  /** Something has to be looked at by then. */
  need(atUs: Micros): void {
    if (atUs < this.neededAtUs) this.neededAtUs = atUs;
  }

  fired(): void {
    this.armedAtUs = Number.POSITIVE_INFINITY;
  }

  /** The first heartbeat tick after `nowUs`. */
  heartbeatAfter(nowUs: Micros): Micros {
    const beats = Math.floor((nowUs - this.heartbeatPhaseUs) / this.heartbeatIntervalUs) + 1;
    return beats * this.heartbeatIntervalUs + this.heartbeatPhaseUs;
  }

  flushInto(effects: Effect[]): void {
    if (this.neededAtUs < this.armedAtUs && this.neededAtUs < Number.MAX_SAFE_INTEGER) {
      this.armedAtUs = this.neededAtUs;
      effects.push({ type: 'SetTimer', atMonotonicUs: this.armedAtUs });
    }
    this.neededAtUs = Number.POSITIVE_INFINITY;
  }
}
