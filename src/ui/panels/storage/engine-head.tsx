import { formatCommand } from '../../../console/format-command.ts';
import { showSize } from '../../../console/show.ts';
import type { NodeId } from '../../../core/base/ids.ts';
import { DURABILITIES } from '../../../core/cluster/run.ts';
import { nodeName } from '../../../core/cluster/snapshot.ts';
import type { StorageReport } from '../../../core/node/storage-report.ts';
import { useAppState, useCommand } from '../../app-context.ts';
import { nodeDurability } from '../../store/node-durability.ts';
import { NodeChip } from '../node-chip.tsx';
import { DURABILITY_WORDS, groupDigits, STYLE_WORDS } from './storage-words.ts';

interface HeadProps {
  readonly node: NodeId;
  readonly named: boolean;
  readonly report: StorageReport;
  readonly current: boolean;
}

/** Whose engine it is, its log, and what can be asked of it. How it compacts is one setting of all nodes, what its writes outlive its own. */
export function EngineHead({ node, named, report: { engine, log }, current }: HeadProps) {
  const run = useCommand();
  const durability = useAppState(({ model, host, run: view }) =>
    view === undefined ? undefined : nodeDurability(model, host, view.config, node),
  );
  const name = nodeName(node);
  return (
    <div className="engine-head">
      <p className="engine-facts">
        {named ? <NodeChip node={node} up={current} /> : null}
        <span>
          log {groupDigits(log.records)} records, {showSize(log.bytes)} · sequence {groupDigits(engine.lastSequence)} ·
          manifest edit {groupDigits(engine.manifest.editNumber)}
          {durability === 'none' ? ' · in memory, lost with the page' : ''}
        </span>
      </p>
      {current ? (
        <p className="engine-acts">
          {durability === undefined || durability === 'none' ? null : (
            <label className="field" title={`Of ${name} alone. ${DURABILITY_WORDS[durability]}`}>
              <span className="sr-only">Durability of {name}</span>
              <select
                value={durability}
                onChange={({ target }) => run(formatCommand('CONFIG', [name], { durability: target.value }))}
              >
                {DURABILITIES.map((each) => (
                  <option key={each} value={each}>
                    {each} durability
                  </option>
                ))}
              </select>
            </label>
          )}
          <label className="field" title={`All nodes compact so. ${STYLE_WORDS[engine.style]}`}>
            <span className="sr-only">Compaction</span>
            <select
              value={engine.style}
              onChange={({ target }) => run(formatCommand('CONFIG', [], { compaction: target.value }))}
            >
              {Object.keys(STYLE_WORDS).map((style) => (
                <option key={style} value={style}>
                  {style} compaction
                </option>
              ))}
            </select>
          </label>
          <button
            type="button"
            className="button"
            disabled={engine.memTable.entries === 0}
            title="Writes the MemTable to L0 now, full or not"
            onClick={() => run(formatCommand('FLUSH', [name]))}
          >
            Flush
          </button>
          <button
            type="button"
            className="button"
            disabled={engine.style === 'fifo'}
            title={engine.style === 'fifo' ? 'Fifo merges nothing' : 'Merges the tables of this node now'}
            onClick={() => run(formatCommand('COMPACT', [name]))}
          >
            Compact
          </button>
        </p>
      ) : (
        <p className="engine-acts">
          <span className="dim">{name} does not run: as it last told.</span>
          <button type="button" className="button" onClick={() => run(formatCommand('REVIVE', [name]))}>
            Revive
          </button>
        </p>
      )}
    </div>
  );
}
