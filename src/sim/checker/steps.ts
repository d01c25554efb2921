/** Thrown by whoever spends more than there is. */
export class OutOfSteps extends Error {}

/** What a search may cost. Steps are counted, not timed, so that the same history has the same verdict on every machine. */
export class Steps {
  /** What was spent so far. */
  spent = 0;
  private readonly max: number;

  constructor(max: number) {
    this.max = max;
  }

  /** @throws OutOfSteps */
  charge(steps: number): void {
    this.spent += steps;
    if (this.spent > this.max) throw new OutOfSteps();
  }
}
