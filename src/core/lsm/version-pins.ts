import { assert } from '../base/assert.ts';
import type { Version } from './version.ts';

/**
 * Which Versions readers still hold. A table that left the present Version stays on disk until no pinned one names it: a reader that waits
 * for a block finds it.
 */
export class VersionPins {
  private readonly counts = new Map<Version, number>();

  /** @returns to be called once, when the reader is done */
  pin(version: Version): () => void {
    this.counts.set(version, (this.counts.get(version) ?? 0) + 1);
    let held = true;
    return () => {
      assert(held, 'a pin is released once');
      held = false;
      const left = (this.counts.get(version) as number) - 1;
      if (left === 0) this.counts.delete(version);
      else this.counts.set(version, left);
    };
  }

  /** How many hold any. */
  get readers(): number {
    let readers = 0;
    for (const count of this.counts.values()) readers += count;
    return readers;
  }

  /** Whether a Version that somebody holds has this table. */
  names(fileNumber: number): boolean {
    for (const version of this.counts.keys()) {
      if (version.tables.some(({ meta }) => meta.fileNumber === fileNumber)) return true;
    }
    return false;
  }
}
