/** One place that a point read looked into. */
export type LookupStep = MemTableLookup | TableLookup;

export interface MemTableLookup {
  readonly place: 'MemTable' | 'immutable MemTable';
  readonly result: 'value' | 'tombstone' | 'absent';
}

export interface TableLookup {
  readonly place: 'SSTable';
  readonly level: number;
  readonly fileNumber: number;
  /**
   * `outside`: the key is not between its smallest and largest. `ruled out`: the Bloom filter said no. `absent`: the filter let the key
   * through and no version for this reader is there.
   */
  result: 'outside' | 'ruled out' | 'value' | 'tombstone' | 'absent';
  /** The filter let a key through of which the table surely has no version. */
  falsePositive: boolean;
  /** The one block that the index named, counted from 0; undefined where none had to be searched. */
  block: number | undefined;
  /** Where that block was. */
  blockFrom: 'cache' | 'disk' | undefined;
}

/** The way of a point read, in the order it was taken: MemTable, immutable MemTable, L0 from the newest table on, then one table a level. */
export interface LookupReport {
  readonly steps: LookupStep[];
}

export const newLookupReport = (): LookupReport => ({ steps: [] });

export const newTableLookup = (level: number, fileNumber: number): TableLookup => ({
  place: 'SSTable',
  level,
  fileNumber,
  result: 'absent',
  falsePositive: false,
  block: undefined,
  blockFrom: undefined,
});

/** The place that had the newest version, if one had any. A tombstone there says that the key is gone. */
export function foundIn(report: LookupReport): LookupStep | undefined {
  const last = report.steps.at(-1);
  return last?.result === 'value' || last?.result === 'tombstone' ? last : undefined;
}

export const tablesOf = (report: LookupReport): TableLookup[] =>
  report.steps.filter((step): step is TableLookup => step.place === 'SSTable');
