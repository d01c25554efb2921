import type { CompactionJob } from '../lsm/compaction-job.ts';
import type { LsmEngine } from '../lsm/lsm-engine.ts';

/** A compaction that somebody asked for: one level, or one after the other. A later wish takes the place of an earlier one. */
export class ManualCompaction {
  private level = 0;
  /** Behind the last level; undefined: every level above the deepest that holds anything. */
  private end: number | undefined = 0;

  ask(level: number | undefined): void {
    this.level = level ?? 0;
    this.end = level === undefined ? undefined : level + 1;
  }

  /** The next of it; undefined: there is nothing more to do. */
  next(engine: LsmEngine, wallUs: number): CompactionJob | undefined {
    while (this.level < (this.end ?? endOf(engine))) {
      const job = engine.startManualCompaction(this.level++, undefined, wallUs);
      if (job === undefined) continue;
      // One merge of all runs is all of it: what is flushed meanwhile was not there when somebody asked.
      if (engine.compactionStyle === 'universal') this.end = 0;
      return job;
    }
    this.end = 0;
    return undefined;
  }
}

/** The deepest level that holds anything gets what is above it; all of L0 goes at least to L1. */
function endOf({ version }: LsmEngine): number {
  const deepest = version.levels.findLastIndex((tables) => tables.length > 0);
  return deepest < 0 ? 0 : Math.max(1, deepest);
}
