/** A line for each check as it ends, and the count at the end. */
export class Report {
  passed = 0;
  failed = 0;
  private readonly print: (line: string) => void;

  constructor(print: (line: string) => void) {
    this.print = print;
  }

  /** Runs `work`; what it throws is the failure's reason, what it returns is told beside the name. @returns whether it passed. */
  async check(name: string, work: () => Promise<string>): Promise<boolean> {
    try {
      const detail = await work();
      this.passed++;
      this.print(`  passed  ${name}${detail === '' ? '' : `: ${detail}`}`);
      return true;
    } catch (error) {
      this.failed++;
      this.print(`  FAILED  ${name}: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    }
  }

  /** Steps that build on each other: after the first that fails the rest say nothing. */
  async journey(steps: readonly (readonly [name: string, work: () => Promise<string>])[]): Promise<void> {
    for (const [index, [name, work]] of steps.entries()) {
      if (await this.check(name, work)) continue;
      const rest = steps.length - index - 1;
      if (rest > 0) this.print(`          ${rest} later steps of this journey were not run`);
      return;
    }
  }
}

/** Throws `message` where `condition` does not hold. */
export function expect(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}
