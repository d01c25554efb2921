import './moves.css';
import { useMemo } from 'react';
import { formatCommand } from '../../../console/format-command.ts';
import { plural } from '../../../console/show.ts';
import type { ShardId } from '../../../core/base/ids.ts';
import { useAppState, useCommand } from '../../app-context.ts';
import type { RunView } from '../../store/app-store.ts';
import { groupConfiguration } from '../../store/group-configuration.ts';
import type { PlacementView } from '../../store/placement-view.ts';
import { changeFigures, progressOf, waitingShards } from './change-figures.ts';
import { ChangeSummary } from './change-summary.tsx';
import { MemberList } from './member-list.tsx';
import { MoveList } from './move-list.tsx';

/** Moves that are over are shown so many at a time: those of 256 shards would bury those that go on. */
const ENDED_SHOWN = 24;

/** Which replicas are on their way, and what the last change of the ring has moved. */
export function MovesPanel() {
  const run = useAppState((state) => state.run);
  return (
    <section className="panel moves" aria-labelledby="moves-title">
      {run === undefined ? <h2 id="moves-title">Moves</h2> : <Content run={run} />}
    </section>
  );
}

function Content({ run }: { readonly run: RunView }) {
  const { config } = run;
  const model = useAppState((state) => state.model);
  const command = useCommand();
  const figures = useMemo(() => changeFigures(model, config), [model, config]);
  const { placement } = model;
  const votersOf = (shard: ShardId) => groupConfiguration(model, shard)?.voters ?? [];
  const { done, underWay, waiting, beside } = progressOf(placement, figures, votersOf);
  const stuck = waitingShards(placement, config, votersOf);
  const moves = listed(placement);
  return (
    <>
      <div className="panel-head">
        <h2 id="moves-title">
          Moves <span className="dim">replicas on their way, one change of voters each</span>
        </h2>
        <p className="moves-facts">
          {underWay} under way · {waiting} waiting · {done} done
          {beside === 0 ? '' : ` · ${plural(beside, 'other move')}`}
        </p>
      </div>
      <MemberList run={run} />
      {figures === undefined ? null : (
        <ChangeSummary figures={figures} config={config} isOver={underWay + waiting === 0} />
      )}
      {moves.length + stuck.length > 0 ? (
        <section aria-labelledby="move-list-title">
          <h3 id="move-list-title">
            Replicas <span className="dim">each move can go back until its joint configuration is committed</span>
          </h3>
          <MoveList moves={moves} waiting={stuck} />
        </section>
      ) : (
        <div className="empty">
          <p>Nothing has moved: every replica is where the ring wants it.</p>
          <p>
            <button type="button" className="button" title="ADD" onClick={() => command(formatCommand('ADD'))}>
              Add a node
            </button>{' '}
            and see which part of the keys moves to it.
          </p>
        </div>
      )}
    </>
  );
}

/** Those under way in the order of their beginning, then those that are over, newest first. */
function listed({ moves, ended, change }: PlacementView) {
  const since = change?.timeUs ?? 0;
  const over = ended.filter(({ endedUs }) => endedUs >= since).toReversed();
  return [
    ...[...moves.values()].sort((a, b) => a.sinceUs - b.sinceUs || a.shard - b.shard),
    ...over.slice(0, ENDED_SHOWN),
  ];
}
