import './mem-tables.css';
import { plural, showSize } from '../../../console/show.ts';
import type { EngineReport, MemTableReport } from '../../../core/lsm/engine-report.ts';
import type { StorageJob } from '../../store/view-model.ts';
import { MemTree, TreeLegend } from './mem-tree.tsx';
import { Meter } from './meter.tsx';
import type { ReadStops } from './read-stops.ts';
import { Stop } from './stop.tsx';
import { groupDigits, jobWhy } from './storage-words.ts';

interface Props {
  readonly engine: EngineReport;
  readonly stops: ReadStops;
  /** What the last read looked for; undefined: none to show. */
  readonly sought: Uint8Array | undefined;
  readonly flush: StorageJob | undefined;
}

/** What is in memory: the MemTable, its tree where that is small, and the closed one that is being flushed. */
export function MemTables({ engine: { memTable, immutable }, stops, sought, flush }: Props) {
  return (
    <section className="mem-tables" aria-label="In memory">
      <div className="mem-table">
        <Fill name="MemTable" table={memTable} stop={stops.memTable} />
        {memTable.entries === 0 ? (
          <p className="storage-note">Empty: the next write that is applied starts it.</p>
        ) : memTable.tree === undefined ? (
          <p className="storage-note">{groupDigits(memTable.keys)} keys: too many to draw the tree.</p>
        ) : (
          <MemTree tree={memTable.tree} sought={stops.memTable === undefined ? undefined : sought} />
        )}
      </div>
      {immutable === undefined ? null : (
        <div className="mem-table mem-immutable">
          <Fill name="Immutable MemTable" table={{ ...immutable, tree: undefined }} stop={stops.immutable} />
          <p className="storage-note">
            Being flushed to L0{flush === undefined ? '' : `, because ${jobWhy(flush)}`}. Reads still find it here.
          </p>
        </div>
      )}
    </section>
  );
}

function Fill({
  name,
  table,
  stop,
}: {
  readonly name: string;
  readonly table: MemTableReport;
  readonly stop: number | undefined;
}) {
  const { bytes, bytesMax, entries, keys, tree } = table;
  return (
    <div className="mem-fill">
      {stop === undefined ? null : <Stop number={stop} />}
      <div className="mem-fill-words">
        <Meter name={name} value={`${showSize(bytes)} of ${showSize(bytesMax)}`} share={bytes / bytesMax} />
        <p className="storage-note mem-fill-note">
          <span>
            {entries === 1 ? '1 entry' : `${groupDigits(entries)} entries`} of {plural(keys, 'key')}
          </span>
          {tree === undefined || tree.length === 0 ? null : <TreeLegend tree={tree} />}
        </p>
      </div>
    </div>
  );
}
