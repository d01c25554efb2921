import type { Micros } from '../../core/base/ids.ts';
import { TURN_MS_MAX } from '../protocol/limits.ts';

/** How far the shown time may run ahead of the events processed, in wall milliseconds: what a slow machine owes is forgiven beyond it. */
const LEAD_MS_MAX = 50;

/** Maps the wall clock to virtual time while it plays. A gap on the wall never becomes a gap in virtual time. */
export class Pace {
  speed: number | 'max';
  /** Where virtual time should be by now; fractions are kept, so that slow motion adds up. */
  private targetUs = 0;
  /** Wall time of the last turn; undefined while time stands. */
  private lastMs: number | undefined;

  constructor(speed: number | 'max') {
    this.speed = speed;
  }

  /** Time stands: whatever passes on the wall from here counts for nothing. */
  rest(nowUs: Micros): void {
    this.targetUs = nowUs;
    this.lastMs = undefined;
  }

  /** The rate falls here: what was let go beyond this moment is taken back. */
  holdAt(nowUs: Micros): void {
    this.targetUs = nowUs;
  }

  /** One turn of the loop. @param nowUs how far the run has come. @returns the virtual time up to which events are due; undefined at `max`: any. */
  advance(wallMs: number, nowUs: Micros): Micros | undefined {
    const passedMs = this.lastMs === undefined ? 0 : Math.min(Math.max(0, wallMs - this.lastMs), TURN_MS_MAX);
    this.lastMs = wallMs;
    if (this.speed === 'max') {
      this.targetUs = nowUs;
      return undefined;
    }
    const leadUs = LEAD_MS_MAX * this.speed * 1000;
    const wantedUs = Math.max(this.targetUs, nowUs) + passedMs * this.speed * 1000;
    this.targetUs = Math.max(Math.min(wantedUs, nowUs + Math.max(leadUs, passedMs * this.speed * 1000)), this.targetUs);
    return Math.floor(this.targetUs);
  }

  /** Wall milliseconds until virtual time reaches `timeUs`. */
  msUntil(timeUs: Micros): number {
    return this.speed === 'max' ? 0 : Math.max(0, timeUs - this.targetUs) / (this.speed * 1000);
  }
}
