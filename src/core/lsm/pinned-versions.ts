import { assert } from '../base/assert.ts';
import type { Version } from './version.ts';

/** A Version that a reader holds: until `release`, the tables of it stay on disk. */
export interface PinnedVersion {
  readonly version: Version;
  /** Once. */
  release(): void;
}

/**
 * Who reads which Version, and which tables have left the newest one: such a table may be deleted from disk when no reader's Version has
 * it, and not before.
 */
export class PinnedVersions {
  private readonly readers = new Map<Version, number>();
  /** File numbers, ascending. */
  private retired: readonly number[] = [];

  pin(version: Version): PinnedVersion {
    this.readers.set(version, (this.readers.get(version) ?? 0) + 1);
    let held = true;
    const release = (): void => {
      assert(held, 'a pinned Version is released once');
      held = false;
      this.unpin(version);
    };
    return { version, release };
  }

  /** Readers of any Version. */
  get count(): number {
    let count = 0;
    for (const readers of this.readers.values()) count += readers;
    return count;
  }

  /** These tables are in the manifest no more. */
  retire(fileNumbers: readonly number[]): void {
    for (const fileNumber of fileNumbers) assert(!this.retired.includes(fileNumber), 'a table is retired once');
    this.retired = [...this.retired, ...fileNumbers].sort((a, b) => a - b);
  }

  /** Retired tables that a reader still holds, and that may not be deleted. */
  get held(): readonly number[] {
    const read = this.readTables();
    return this.retired.filter((fileNumber) => read.has(fileNumber));
  }

  /** The retired tables that nobody can read any more, each given once: whoever takes them deletes them. */
  takeUnread(): readonly number[] {
    if (this.retired.length === 0) return this.retired;
    const { retired, held } = this;
    this.retired = held;
    return retired.filter((fileNumber) => !held.includes(fileNumber));
  }

  private readTables(): ReadonlySet<number> {
    return new Set([...this.readers.keys()].flatMap(({ tables }) => tables.map((table) => table.meta.fileNumber)));
  }

  private unpin(version: Version): void {
    const readers = (this.readers.get(version) ?? 0) - 1;
    assert(readers >= 0, 'a Version has no fewer than zero readers');
    if (readers === 0) this.readers.delete(version);
    else this.readers.set(version, readers);
  }
}
