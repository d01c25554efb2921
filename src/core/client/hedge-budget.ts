/** So many hedges in a row, when nothing is answered. */
const HEDGES_MAX = 10;

/**
 * How many reads may be sent twice: one for each read that was answered, and a few more. So reads at most double, and where nobody answers at all they
 * stay as they were (as gRPC throttles retries and hedges, proposal A6).
 */
export class HedgeBudget {
  private left = HEDGES_MAX;

  /** @returns whether there was one left */
  spend(): boolean {
    if (this.left < 1) return false;
    this.left--;
    return true;
  }

  readAnswered(): void {
    this.left = Math.min(HEDGES_MAX, this.left + 1);
  }
}
