import { type LookupReport, tablesOf } from './lookup-report.ts';

/** What point reads came to since the store was opened: plain counts. */
export interface ReadStatistics {
  readonly gets: number;
  /** Answered by the MemTable or the immutable one; no table was looked into. */
  readonly fromMemTables: number;
  /** Bloom filters asked. */
  readonly bloomChecks: number;
  /** They said no: a block less to search each time. */
  readonly bloomNegatives: number;
  /** They let a key through of which the table had no version. */
  readonly bloomFalsePositives: number;
  /** Blocks searched, and how many of them came from disk. Read amplification is blocks searched for each get. */
  readonly blocksSearched: number;
  readonly blocksRead: number;
}

/** Adds up the reports of point reads. */
export class ReadCounter {
  private gets = 0;
  private fromMemTables = 0;
  private bloomChecks = 0;
  private bloomNegatives = 0;
  private bloomFalsePositives = 0;
  private blocksSearched = 0;
  private blocksRead = 0;

  get statistics(): ReadStatistics {
    const { gets, fromMemTables, bloomChecks, bloomNegatives, bloomFalsePositives, blocksSearched, blocksRead } = this;
    return { gets, fromMemTables, bloomChecks, bloomNegatives, bloomFalsePositives, blocksSearched, blocksRead };
  }

  /** A get that ended in a MemTable, of which there may be millions a second. */
  addFromMemTable(): void {
    this.gets++;
    this.fromMemTables++;
  }

  /** A get that went on to the tables. */
  add(report: LookupReport): void {
    this.gets++;
    for (const table of tablesOf(report)) {
      if (table.result === 'outside') continue;
      this.bloomChecks++;
      if (table.result === 'ruled out') this.bloomNegatives++;
      if (table.falsePositive) this.bloomFalsePositives++;
      if (table.block !== undefined) this.blocksSearched++;
      if (table.blockFrom === 'disk') this.blocksRead++;
    }
  }
}
