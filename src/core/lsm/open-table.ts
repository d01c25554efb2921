import { must } from '../base/assert.ts';
import type { DiskRoutine } from '../base/disk.ts';
import type { BlockReport, EntryReport, OpenedTable } from './engine-report.ts';
import type { InternalEntry } from './internal-key.ts';
import { reportTable } from './report-engine.ts';
import { TableStream } from './table-stream.ts';
import type { Version } from './version.ts';

/** Of each value so much is shown. */
const VALUE_SHOWN_BYTES = 64;

/** Reads a whole table to count what is in its blocks. `block`: the ordinal of the one whose entries are wanted. */
export function* openTable(
  version: Version,
  inputs: ReadonlySet<number>,
  fileNumber: number,
  block: number | undefined,
): DiskRoutine<OpenedTable | undefined> {
  for (const [level, tables] of version.levels.entries()) {
    const table = tables.find(({ meta }) => meta.fileNumber === fileNumber);
    if (table === undefined) continue;
    const stream = new TableStream([table]);
    const entriesOf: InternalEntry[][] = table.meta.index.map(() => []);
    yield* stream.advance();
    while (stream.entry !== undefined) {
      must(entriesOf[stream.ordinal], 'a block within the index').push(stream.entry);
      yield* stream.advance();
    }
    const { bits, probes } = table.meta.bloom;
    const blocks = table.meta.index.map(({ handle }, ordinal): BlockReport => {
      const entries = must(entriesOf[ordinal], 'a block within the index');
      const firstKey = must(entries[0], 'a block has entries').key;
      return {
        ...handle,
        entries: entries.length,
        firstKey,
        contents: ordinal === block ? entries.map(showEntry) : undefined,
      };
    });
    return { table: reportTable(level, table, inputs), bloom: { bits: bits.slice(), probes }, blocks };
  }
  return undefined;
}

const showEntry = ({ key, sequence, type, value }: InternalEntry): EntryReport => ({
  key,
  sequence,
  type,
  valueBytes: value.length,
  value: value.slice(0, VALUE_SHOWN_BYTES),
});
