import './raft-inspector.css';
import { type CSSProperties, Suspense, useMemo, useRef, useState } from 'react';
import type { LogIndex, ShardId } from '../../../core/base/ids.ts';
import { isChanging, quorumWords } from '../../../core/cluster/membership.ts';
import { shardName } from '../../../core/cluster/snapshot.ts';
import { useAppState } from '../../app-context.ts';
import { LazyPanel } from '../../shell/lazy-panel.tsx';
import { groupConfiguration } from '../../store/group-configuration.ts';
import { useSize } from '../../use-size.ts';
import { PanelBoundary } from '../panel-boundary.tsx';
import { ShardPicker } from '../shard-picker.tsx';
import type { EntryId } from './entry-story.ts';
import { type LogTable, logTable } from './log-columns.ts';
import { LogGrid } from './log-grid.tsx';
import { LogLegend } from './log-legend.tsx';
import { type LogExtent, scrolledEnd } from './log-window.ts';
import { WindowControls } from './window-controls.tsx';

const HEAD_WIDTH = 150;
const HEAD_WIDTH_NARROW = 118;
const NARROW = 420;
const CELL_WIDTH = 49;
const COLUMNS_MAX = 12;
const CARD_WIDTH = 400;
const CARD_HEIGHT = 330;
const EDGE = 12;

const loadEntryCard = async () => (await import('./entry-card.tsx')).EntryCard;

/** The focused shard's Raft group: its replicas' roles, terms, votes and timers, and their logs aligned by index. */
export function RaftInspector() {
  const shard = useAppState((state) => state.focusedShard);
  // Another shard's log has another window and nothing open.
  return <Group key={shard} shard={shard} />;
}

function Group({ shard }: { readonly shard: ShardId }) {
  const model = useAppState((state) => state.model);
  const ring = useAppState((state) => state.run?.ring);
  const holders = model.shards.get(shard);
  const [ref, { width }] = useSize<HTMLDivElement>();
  const [end, setEnd] = useState<LogIndex>();
  const [opened, setOpened] = useState<EntryId>();
  const card = useRef<HTMLDivElement>(null);
  const headWidth = width < NARROW ? HEAD_WIDTH_NARROW : HEAD_WIDTH;
  const columns = Math.max(3, Math.min(COLUMNS_MAX, Math.floor((width - headWidth) / CELL_WIDTH)));
  const replicas = useMemo(
    // Whoever is meant to have one, and whoever has one still, or already.
    () => [...new Set([...(ring?.replicas(shard) ?? []), ...(holders?.keys() ?? [])])].sort((a, b) => a - b),
    [ring, holders, shard],
  );
  const table = useMemo(() => logTable(model, shard, replicas, columns, end), [model, shard, replicas, columns, end]);
  const extent = extentOf(table, columns);
  const configuration = groupConfiguration(model, shard);
  const quorum = configuration === undefined ? '' : quorumWords(configuration);
  const joint = configuration !== undefined && isChanging(configuration);
  const open = (id: EntryId) => {
    setOpened({ index: id.index, term: id.term });
    if (card.current === null || document.activeElement === null) return;
    placeBeside(card.current, document.activeElement);
    card.current.showPopover();
  };
  return (
    <section className="panel logs" aria-labelledby="logs-title">
      <div className="panel-head">
        <h2 id="logs-title">
          Shard {shardName(shard)}{' '}
          <span className="dim">
            {joint ? <span className="joint">joint</span> : 'Raft group'} · term {termOf(table)} · quorum {quorum}
          </span>
        </h2>
        <ShardPicker />
      </div>
      <WindowControls
        table={table}
        following={end === undefined}
        onMove={(steps) => setEnd(scrolledEnd(end, steps, extent))}
        columns={columns}
      />
      <div ref={ref} className="log-scroll" style={{ '--head-width': `${headWidth}px` } as CSSProperties}>
        <LogGrid
          table={table}
          extent={extent}
          shard={shard}
          quorum={quorum}
          end={end}
          onScroll={setEnd}
          onOpen={open}
        />
      </div>
      <LogLegend />
      <div
        ref={card}
        popover="auto"
        role="dialog"
        aria-labelledby="entry-card-title"
        className="popover entry-card"
        onToggle={(event) => {
          if (event.newState === 'open') card.current?.querySelector('button')?.focus();
          else setOpened(undefined);
        }}
      >
        <div className="card-head">
          <h2 id="entry-card-title">
            {opened === undefined ? 'Entry' : `Entry ${opened.index} of ${shardName(shard)}, term ${opened.term}`}
          </h2>
          <button type="button" className="close-button" onClick={() => card.current?.hidePopover()}>
            <span aria-hidden="true">✕</span>
            <span className="sr-only">Close</span>
          </button>
        </div>
        {opened === undefined ? null : (
          <PanelBoundary name="The card">
            <Suspense>
              <LazyPanel load={loadEntryCard} shard={shard} id={opened} />
            </Suspense>
          </PanelBoundary>
        )}
      </div>
    </section>
  );
}

function termOf(table: LogTable): number {
  return table.lanes.reduce((highest, { replica }) => Math.max(highest, replica?.term ?? 0), 0);
}

function extentOf({ lanes, firstIndex, lastIndex }: LogTable, columns: number): LogExtent {
  return {
    lanes: lanes.map(({ replica }) => ({
      firstIndex: replica?.entries[0]?.index ?? 0,
      lastIndex: replica?.entries.at(-1)?.index ?? 0,
    })),
    firstIndex,
    lastIndex,
    columns,
  };
}

/** Below the cell where there is room, else as high as it must be; always inside the page. */
function placeBeside(card: HTMLElement, cell: Element): void {
  const rect = cell.getBoundingClientRect();
  const width = Math.min(CARD_WIDTH, innerWidth - 2 * EDGE);
  const left = Math.max(EDGE, Math.min(rect.left, innerWidth - width - EDGE));
  const top = Math.max(EDGE, Math.min(rect.bottom + 8, innerHeight - CARD_HEIGHT));
  card.style.width = `${width}px`;
  card.style.left = `${left}px`;
  card.style.top = `${top}px`;
  card.style.maxHeight = `${innerHeight - top - EDGE}px`;
}
