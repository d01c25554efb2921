import { must } from '../base/assert.ts';
import type { Micros } from '../base/ids.ts';
import { DEVIATION_ROUNDS_MIN, FIRST_INTERVAL_ROUNDS, type GossipLimits, INTERVAL_ROUNDS_MAX } from './options.ts';
import type { ArrivalStatistics } from './phi.ts';

/** When heartbeats of one node arrived at one observer: the last arrival, and the newest `size` intervals between arrivals. */
export class ArrivalWindow implements ArrivalStatistics {
  /** Silence is counted from here. */
  lastUs: Micros;
  private readonly limits: GossipLimits;
  /** Intervals that are remembered at most. */
  private size: number;
  private intervals: Micros[];
  /** Where the next interval goes once the window is full: over the oldest. */
  private oldest = 0;
  private sum: Micros;

  constructor(limits: GossipLimits, firstUs: Micros) {
    this.limits = limits;
    this.size = limits.phiWindow;
    this.lastUs = firstUs;
    this.sum = FIRST_INTERVAL_ROUNDS * limits.gossipIntervalUs;
    this.intervals = [this.sum];
  }

  /** Heard of it, when that tells nothing of how regularly it beats. */
  touch(atUs: Micros): void {
    if (atUs > this.lastUs) this.lastUs = atUs;
  }

  /** @param size intervals that are to be remembered from here on; until the next arrival the window is what it was when it was last told of */
  add(atUs: Micros, size: number): void {
    const { gossipIntervalUs } = this.limits;
    const intervalUs = atUs - this.lastUs;
    if (intervalUs < 0) return;
    this.lastUs = atUs;
    if (intervalUs > INTERVAL_ROUNDS_MAX * gossipIntervalUs) return;
    if (size !== this.size) this.resize(size);
    this.sum += intervalUs;
    if (this.intervals.length < size) {
      this.intervals.push(intervalUs);
      return;
    }
    this.sum -= must(this.intervals[this.oldest], 'the window is full');
    this.intervals[this.oldest] = intervalUs;
    this.oldest = (this.oldest + 1) % size;
  }

  get meanUs(): Micros {
    return this.sum / this.intervals.length;
  }

  get deviationUs(): Micros {
    const { meanUs, intervals, limits } = this;
    let squares = 0;
    for (const interval of intervals) squares += (interval - meanUs) * (interval - meanUs);
    return Math.max(DEVIATION_ROUNDS_MIN * limits.gossipIntervalUs, Math.sqrt(squares / intervals.length));
  }

  private resize(size: number): void {
    const inOrder = [...this.intervals.slice(this.oldest), ...this.intervals.slice(0, this.oldest)];
    this.size = size;
    this.intervals = inOrder.slice(-size);
    this.oldest = 0;
    this.sum = this.intervals.reduce((sum, interval) => sum + interval, 0);
  }
}
