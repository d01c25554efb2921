import type { TransportState } from '../../console/cluster.ts';
import type { Micros } from '../../core/base/ids.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';

/**
 * The clock of the picture. Reports arrive in batches, up to some 50 ms of wall time late; the picture runs LAG_MS behind them, so that what it
 * shows at a moment is exactly the model reduced to that moment, and a message is seen flying before it is known to have arrived.
 * Holds the events between the two clocks. Times: Us is virtual, Ms is wall.
 */
export class Playback {
  private shownUs: Micros = 0;
  /** Newest virtual time known from any report. */
  private knownUs: Micros = 0;
  private state: TransportState | undefined;
  private wallMs = 0;
  /** The fastest that virtual time passed a moment ago: what has piled up at that speed is shown smoothly when the cluster slows down. */
  private recentSpeed = 0;
  private queue: TraceEvent[] = [];
  private lastQueuedUs: Micros = 0;
  /** A new run began and `advance` has not said so yet. */
  private restarted = false;
  /** Its events came before its first transport report. */
  private restartSeen = false;
  /** Nothing moved at the end of the last `advance`: no frames may have been asked for since. */
  private rested = true;

  report(state: TransportState): void {
    // Time never runs back within a run: this is another one.
    if (state.timeUs < (this.state?.timeUs ?? 0) && !this.restartSeen) this.restart();
    this.restartSeen = false;
    this.state = state;
    this.knownUs = Math.max(this.knownUs, state.timeUs);
  }

  push(events: readonly TraceEvent[]): void {
    for (const event of events) {
      // Every run begins with the start of its nodes.
      if (event.timeUs < this.lastQueuedUs && event.type === 'NodeStarted') {
        this.restart();
        this.restartSeen = true;
      }
      this.lastQueuedUs = Math.max(this.lastQueuedUs, event.timeUs);
      this.queue.push(event);
    }
    this.knownUs = Math.max(this.knownUs, this.lastQueuedUs);
  }

  /** Reported, and not yet shown. */
  get waiting(): readonly TraceEvent[] {
    return this.queue;
  }

  get nowUs(): Micros {
    return this.shownUs;
  }

  /** Whether the picture changes with the wall clock alone: time runs at a speed that can be seen, or reports are not yet shown. */
  get moving(): boolean {
    if (this.queue.length > 0 || this.restarted || this.shownUs < this.knownUs) return true;
    return this.state?.mode === 'playing' && this.state.speed !== 'max';
  }

  /** Moves the shown clock to a wall time and gives what has to be reduced, and whether a new run began before it. */
  advance(wallMs: number): { readonly events: readonly TraceEvent[]; readonly restarted: boolean } {
    // After a rest the clock goes on from where it stood: nothing was to be shown in the time since then.
    const elapsedMs = Math.max(0, Math.min(wallMs - this.wallMs, this.rested ? FRAME_MS : GAP_MS_MAX));
    this.wallMs = wallMs;
    const speed = this.state === undefined || this.state.speed === 'max' ? 0 : this.state.speed;
    this.recentSpeed = Math.max(speed, this.recentSpeed * 2 ** (-elapsedMs / RECENT_HALF_LIFE_MS));
    this.shownUs = nextShown(this.shownUs, this.knownUs, this.state, elapsedMs, this.recentSpeed);
    let due = 0;
    while (due < this.queue.length && (this.queue[due] as TraceEvent).timeUs <= this.shownUs) due++;
    const restarted = this.restarted;
    this.restarted = false;
    const events = due === 0 ? [] : this.queue.splice(0, due);
    this.rested = !this.moving;
    return { events, restarted };
  }

  private restart(): void {
    this.queue = [];
    this.restarted = true;
    this.shownUs = 0;
    this.knownUs = 0;
    this.lastQueuedUs = 0;
  }
}

const LAG_MS = 80;
/** Between two frames of a usual screen. */
const FRAME_MS = 16;
/** A longer gap between frames is no time that anybody watched. */
const GAP_MS_MAX = 250;
const RECENT_HALF_LIFE_MS = 200;
/** Further behind than this many lags, the picture jumps. */
const JUMP_LAGS = 5;

/**
 * The next shown time: at the cluster's speed, a little faster or slower to stay one lag behind, never ahead of what is known.
 * @param recentSpeed the fastest of late; no less than the present speed
 */
export function nextShown(
  shownUs: Micros,
  knownUs: Micros,
  state: TransportState | undefined,
  elapsedMs: number,
  recentSpeed = 0,
): Micros {
  if (state === undefined || state.speed === 'max' || state.mode === 'booting' || state.mode === 'replaying')
    return knownUs;
  const lagUs = LAG_MS * 1000 * state.speed;
  const behindUs = knownUs - shownUs;
  const fastest = Math.max(recentSpeed, state.speed);
  if (behindUs > JUMP_LAGS * LAG_MS * 1000 * fastest) return state.mode === 'paused' ? knownUs : knownUs - lagUs;
  const pace = state.mode === 'paused' ? 1 : Math.min((2 * fastest) / state.speed, behindUs / lagUs);
  return Math.min(knownUs, shownUs + elapsedMs * 1000 * state.speed * pace);
}
