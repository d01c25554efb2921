import { type CSSProperties, useMemo } from 'react';
import { nodeName, shardName } from '../../core/cluster/snapshot.ts';
import { useAppState } from '../app-context.ts';
import { termFill, termStroke } from '../theme/palette.ts';
import { useSize } from '../use-size.ts';
import { type LogCell, type LogLane, logTable } from './log-columns.ts';
import { NodeChip } from './node-chip.tsx';
import { ShardPicker } from './shard-picker.tsx';

const HEAD_WIDTH = 118;
const NOTE_WIDTH = 78;
const CELL_WIDTH = 50;

/** The logs of the focused shard's replicas, aligned by index. */
export function ReplicaLogs() {
  const model = useAppState((state) => state.model);
  const shard = useAppState((state) => state.focusedShard);
  const ring = useAppState((state) => state.run?.ring);
  const [ref, { width }] = useSize<HTMLDivElement>();
  const columns = Math.max(3, Math.min(10, Math.floor((width - HEAD_WIDTH - NOTE_WIDTH) / CELL_WIDTH)));
  const table = useMemo(
    () => logTable(model, shard, ring === undefined ? [] : [...ring.replicas(shard)].sort((a, b) => a - b), columns),
    [model, shard, ring, columns],
  );
  return (
    <section className="panel logs" aria-labelledby="logs-title">
      <div className="panel-head">
        <h2 id="logs-title">
          Shard {shardName(shard)}{' '}
          <span className="dim">
            Raft group · quorum {Math.floor(table.lanes.length / 2) + 1} of {table.lanes.length}
          </span>
        </h2>
        <ShardPicker />
      </div>
      <div ref={ref} className="log-scroll">
        <table className="log-table">
          <caption className="sr-only">Log of each replica of {shardName(shard)}, by index</caption>
          <thead>
            <tr>
              <th scope="col">
                <span className="sr-only">Replica</span>
                {table.earlier > 0 ? <span className="faint">… {table.earlier} earlier</span> : null}
              </th>
              {table.indexes.map((index) => (
                <th key={index} scope="col" className={index === table.commitIndex ? 'commit-edge' : undefined}>
                  {index}
                </th>
              ))}
              <th scope="col" className="log-note ok">
                {table.commitIndex > 0 ? `commit ${table.commitIndex}` : <span className="sr-only">Note</span>}
              </th>
            </tr>
          </thead>
          <tbody>
            {table.lanes.map((lane) => (
              <Lane key={lane.node} lane={lane} indexes={table.indexes} commitIndex={table.commitIndex} />
            ))}
          </tbody>
        </table>
      </div>
      <LogLegend />
    </section>
  );
}

function Lane({
  lane,
  indexes,
  commitIndex,
}: {
  readonly lane: LogLane;
  readonly indexes: readonly number[];
  readonly commitIndex: number;
}) {
  const down = lane.state === 'down' || lane.state === 'crashed';
  const selected = useAppState((state) => state.selectedNode === lane.node);
  return (
    <tr className={`lane${down ? ' lane-down' : ''}${selected ? ' lane-selected' : ''}`}>
      <th scope="row" className="lane-head">
        <NodeChip node={lane.node} up={!down} />
        <span>
          {laneRole(lane)}
          {selected ? <span className="sr-only">, selected</span> : null}
          <span className="lane-term mono">t{lane.replica?.term ?? 0}</span>
        </span>
      </th>
      {indexes.map((index, i) => (
        <td key={index} className={index === commitIndex ? 'commit-edge' : undefined}>
          <Cell cell={lane.cells[i]} />
        </td>
      ))}
      <td className="log-note">{lane.matchIndex === undefined || down ? '' : `▲ match ${lane.matchIndex}`}</td>
    </tr>
  );
}

function Cell({ cell }: { readonly cell: LogCell | undefined }) {
  if (cell === undefined) return <span className="sr-only">nothing</span>;
  const style = { '--tint': termFill(cell.term), '--tint-stroke': termStroke(cell.term) } as CSSProperties;
  return (
    <span
      className={`cell cell-${cell.state}`}
      style={style}
      title={`${cell.index}: ${cell.title}, term ${cell.term}, ${STATE_WORDS[cell.state]}`}
    >
      <span className="cell-label">{cell.label}</span>
      <span className="cell-term mono">t{cell.term}</span>
      <span className="sr-only">{STATE_WORDS[cell.state]}</span>
    </span>
  );
}

const STATE_WORDS = {
  sent: 'received, not yet on disk',
  stored: 'stored on disk, not known to be committed',
  committed: 'committed, not yet applied',
  applied: 'committed and applied',
} as const;

const ROLE_WORDS = {
  leader: 'Leader',
  follower: 'Follower',
  candidate: 'Candidate',
  precandidate: 'Pre-vote',
} as const;

function laneRole(lane: LogLane): string {
  switch (lane.state) {
    case 'starting':
      return 'Starting';
    case 'recovering':
      return 'Recovers';
    case 'down':
      return 'Down';
    case 'crashed':
      return 'Crashed';
    case 'up':
      return lane.replica === undefined ? `no replica on ${nodeName(lane.node)}` : ROLE_WORDS[lane.replica.role];
  }
}

function LogLegend() {
  return (
    <p className="log-legend">
      <span className="cell-key cell-key-stored" aria-hidden="true" /> stored
      <span className="cell-key cell-key-committed" aria-hidden="true" /> committed
      <span className="cell-key cell-key-applied" aria-hidden="true" /> applied
    </p>
  );
}
