/** When to ask. Both in milliseconds of the wall's clock. */
interface Schedule {
  nowMs(): number;
  /** Returns the function that calls it off. */
  after(delayMs: number, run: () => void): () => void;
}

/** Between two questions: often enough to follow, seldom enough to cost nothing. */
export const ASK_EVERY_MS = 400;

/**
 * Asks again and again for something that changes: at once when a change is noted, one question at a time and never sooner than ASK_EVERY_MS after
 * the one before, and once more for a change that was noted while a question was under way. So the last answer is always newer than the last change.
 */
export class StorageWatch<T> {
  private readonly ask: () => Promise<T>;
  private readonly onAnswer: (answer: T) => void;
  private readonly schedule: Schedule;
  private asking = false;
  private stale = false;
  private askedAtMs = Number.NEGATIVE_INFINITY;
  private callOff: (() => void) | undefined;
  private stopped = false;

  constructor(ask: () => Promise<T>, onAnswer: (answer: T) => void, schedule: Schedule = WALL) {
    this.ask = ask;
    this.onAnswer = onAnswer;
    this.schedule = schedule;
  }

  /** Something may have changed. */
  note(): void {
    if (this.stopped || this.callOff !== undefined) return;
    if (this.asking) {
      this.stale = true;
      return;
    }
    const waitMs = this.askedAtMs + ASK_EVERY_MS - this.schedule.nowMs();
    if (waitMs > 0) {
      this.callOff = this.schedule.after(waitMs, () => {
        this.callOff = undefined;
        this.send();
      });
    } else {
      this.send();
    }
  }

  stop(): void {
    this.stopped = true;
    this.callOff?.();
  }

  private send(): void {
    this.asking = true;
    this.stale = false;
    this.askedAtMs = this.schedule.nowMs();
    this.ask()
      .then((answer) => {
        if (!this.stopped) this.onAnswer(answer);
      })
      // A cluster that cannot answer has said so in its own place; what was shown stands.
      .catch(() => undefined)
      .finally(() => {
        this.asking = false;
        if (this.stale) this.note();
      });
  }
}

const WALL: Schedule = {
  nowMs: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
