import './storage-cards.css';
import { memo, useCallback, useState } from 'react';
import { formatCommand } from '../../../console/format-command.ts';
import { type NodeId, type ShardId, shardId } from '../../../core/base/ids.ts';
import { dataKeyText } from '../../../core/cluster/data-key.ts';
import { nodeName } from '../../../core/cluster/snapshot.ts';
import type { HashRing } from '../../../core/ring/hash-ring.ts';
import { useAppState, useCommand } from '../../app-context.ts';
import { useAfterPaint } from '../../use-after-paint.ts';
import { EngineHead } from './engine-head.tsx';
import { JobList } from './job-list.tsx';
import { keyAxis } from './key-axis.ts';
import { boundaryKeys } from './level-rows.ts';
import { Levels } from './levels.tsx';
import { MemTables } from './mem-tables.tsx';
import { Meters } from './meters.tsx';
import { ReadPath } from './read-path.tsx';
import { lookupKey, NO_STOPS, readStops } from './read-stops.ts';
import { TableDialog } from './table-dialog.tsx';
import { TableList } from './table-list.tsx';
import { useLit } from './use-lit.ts';
import { type StorageState, useStorage } from './use-storage.ts';

interface Props {
  readonly node: NodeId;
  /** Its name stands over it: it is not the only one shown. */
  readonly named: boolean;
}

/** The storage engine of one node, from its log to its deepest level. */
export const NodeStorage = memo(function NodeStorage({ node, named }: Props) {
  const state = useStorage(node);
  const name = nodeName(node);
  const run = useCommand();
  return (
    <section className="storage-node" aria-label={`Storage of ${name}`}>
      {state === undefined ? (
        <p className="empty">{name} is asked for its storage…</p>
      ) : state === null ? (
        <>
          <p className="empty">
            {name} does not run: its engine cannot be asked. What its disk holds is there when it is revived.
          </p>
          <button type="button" className="button" onClick={() => run(formatCommand('REVIVE', [name]))}>
            Revive {name}
          </button>
        </>
      ) : (
        <Engine node={node} named={named} state={state} />
      )}
    </section>
  );
});

function Engine({ node, named, state }: Props & { readonly state: StorageState }) {
  const ring = useAppState((app) => app.run?.ring);
  const [opened, setOpened] = useState<number>();
  const { report, view, current } = state;
  const { engine } = report;
  const { lookup, jobs } = view;
  const steps = lookup?.steps.length ?? 0;
  const lit = useLit(lookup === undefined ? '' : String(lookup.timeUs), steps);
  const stops = lookup === undefined ? NO_STOPS : readStops(lookup, lit);
  const key = lookup === undefined ? undefined : lookupKey(lookup, engine);
  const shards = ring === undefined ? [] : shardsOf(ring, node);
  const axis = keyAxis([...boundaryKeys(engine), ...(key === undefined ? [] : [key])], shards);
  const underWay = jobs.findLast(({ kind, endedUs }) => kind === 'compaction' && endedUs === undefined);
  const flush = jobs.findLast(({ kind, endedUs }) => kind === 'flush' && endedUs === undefined);
  const open = useCallback(({ fileNumber }: { readonly fileNumber: number }) => setOpened(fileNumber), []);
  return (
    <div className={current ? 'engine' : 'engine engine-down'}>
      <EngineHead node={node} named={named} report={report} current={current} />
      <div className="engine-main">
        <MemTables engine={engine} stops={stops} sought={key} flush={flush} />
        <Levels
          state={state}
          axis={axis}
          stops={stops}
          sought={key === undefined ? undefined : { key, text: dataKeyText(key) }}
          running={underWay}
          onOpen={open}
        />
        <TableList engine={engine} timeUs={state.timeUs} onOpen={open} />
      </div>
      <div className="engine-side">
        <ReadPath lookup={lookup} lit={lit} />
        <Account state={state} />
      </div>
      {opened === undefined ? null : (
        <TableDialog
          key={opened}
          node={node}
          fileNumber={opened}
          timeUs={state.timeUs}
          onClose={() => setOpened(undefined)}
        />
      )}
    </div>
  );
}

/** What it did and what that cost. */
function Account({ state }: { readonly state: StorageState }) {
  const { report, view, switched } = useAfterPaint(state);
  return (
    <>
      <JobList jobs={view.jobs} stall={view.stall} style={report.engine.style} />
      <Meters report={report} switched={switched} />
    </>
  );
}

/** The shards of which the node has a replica. */
const shardsOf = (ring: HashRing, node: NodeId): readonly ShardId[] =>
  Array.from({ length: ring.shards }, (_, i) => shardId(i)).filter((shard) => ring.replicas(shard).includes(node));
