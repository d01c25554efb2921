import { must } from '../base/assert.ts';
import type { DiskRoutine } from '../base/disk.ts';
import { CorruptBlock } from './corrupt-store.ts';
import { blockOf, readExtent } from './read-block.ts';
import type { SSTable } from './sstable.ts';
import type { VersionSet } from './version-set.ts';

/**
 * One walk over the blocks of all tables that there are when it begins, in the order of their numbers: each is read from the disk, whatever the
 * cache holds of it, and its checksum looked at. Tables that go meanwhile are not missed, those that come are new.
 */
export class Scrub {
  /** So far. */
  blocks = 0;
  bytes = 0;
  /** Those that could not be read. */
  readonly bad: CorruptBlock[] = [];
  private readonly versions: VersionSet;
  private readonly lastFileNumber: number;
  /** The next extent to be read. */
  private fileNumber = 0;
  private extent = 0;

  constructor(versions: VersionSet) {
    this.versions = versions;
    this.lastFileNumber = Math.max(0, ...versions.current.tables.map(({ meta }) => meta.fileNumber));
  }

  /** Reads whole extents, until at least so many blocks of live replicas were looked at. To be run to its end. @returns whether it was the last */
  *slice(blocksMin: number): DiskRoutine<boolean> {
    const { versions } = this;
    const version = versions.current;
    const release = versions.pins.pin(version);
    try {
      const until = this.blocks + blocksMin;
      while (this.blocks < until) {
        const table = this.nextOf(version.tables);
        if (table === undefined) return true;
        yield* this.look(table);
      }
      return this.nextOf(version.tables) === undefined;
    } finally {
      release();
    }
  }

  /** The first table that is not done. */
  private nextOf(tables: readonly SSTable[]): SSTable | undefined {
    let next: SSTable | undefined;
    for (const table of tables) {
      const { fileNumber, extents } = table.meta;
      const isDone = fileNumber < this.fileNumber || (fileNumber === this.fileNumber && this.extent >= extents);
      if (isDone || fileNumber > this.lastFileNumber) continue;
      if (next === undefined || fileNumber < next.meta.fileNumber) next = table;
    }
    return next;
  }

  private *look(table: SSTable): DiskRoutine<void> {
    const { meta } = table;
    if (this.fileNumber !== meta.fileNumber) {
      this.fileNumber = meta.fileNumber;
      this.extent = 0;
    }
    const extent = this.extent++;
    const isWanted = (ordinal: number): boolean => {
      const { handle, separator } = must(meta.index[ordinal], 'a block within the index');
      return handle.extent === extent && !this.versions.isDropped(separator);
    };
    const wanted = [...meta.index.keys()].filter(isWanted);
    if (wanted.length === 0) return;
    const bytes = yield* readExtent(meta.fileNumber, extent);
    this.bytes += bytes?.length ?? 0;
    for (const ordinal of wanted) {
      this.blocks++;
      try {
        blockOf(meta, ordinal, bytes, false);
      } catch (error) {
        if (!(error instanceof CorruptBlock)) throw error;
        this.bad.push(error);
      }
    }
  }
}
