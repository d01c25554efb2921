import type { TransportState } from '../../console/cluster.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { TRACE_BATCHES_MAX, TRACE_INTERVAL_FULL_SPEED_MS, TRACE_INTERVAL_MS } from '../protocol/limits.ts';
import { thinTrace } from './thin-trace.ts';

/** Where batches go; each resolves when it has been taken in. */
export interface OutboxTarget {
  trace(events: readonly TraceEvent[]): Promise<void>;
  transport(state: TransportState): Promise<void>;
}

/** Gathers what the page is to see and sends it in batches, some 20 a second, a few at full speed. */
export class Outbox {
  private readonly target: OutboxTarget;
  private readonly nowMs: () => number;
  private events: TraceEvent[] = [];
  private sentAtMs = 0;
  /** Batches that the page has not yet taken in. */
  private underWay = 0;
  private roomMade: (() => void) | undefined;
  /** Resolves when everything sent so far has been taken in. */
  private newest: Promise<void> = Promise.resolve();

  constructor(target: OutboxTarget, nowMs: () => number) {
    this.target = target;
    this.nowMs = nowMs;
  }

  add(events: readonly TraceEvent[]): void {
    for (const event of events) this.events.push(event);
  }

  /** @param atFullSpeed then batches are rarer, and thin */
  isDue(atFullSpeed: boolean): boolean {
    return this.nowMs() - this.sentAtMs >= (atFullSpeed ? TRACE_INTERVAL_FULL_SPEED_MS : TRACE_INTERVAL_MS);
  }

  /** Trace first, then the state that holds after it. */
  flush(state: TransportState, thin: boolean): void {
    this.sentAtMs = this.nowMs();
    const batch = thin ? thinTrace(this.events) : this.events;
    this.events = [];
    if (batch.length > 0) this.send(this.target.trace(batch));
    this.send(this.target.transport(state));
  }

  /** Resolves when the page keeps up. */
  async room(): Promise<void> {
    while (this.underWay > TRACE_BATCHES_MAX) {
      await new Promise<void>((resolve) => {
        this.roomMade = resolve;
      });
    }
  }

  /** Resolves when the page has taken in all that has been sent. */
  taken(): Promise<void> {
    return this.newest;
  }

  private send(taken: Promise<void>): void {
    this.underWay++;
    const settle = (): void => {
      this.underWay--;
      this.roomMade?.();
    };
    // A page that throws while it takes a batch reports that itself; the run goes on.
    const { newest } = this;
    this.newest = taken.then(settle, settle).then(() => newest);
  }
}
