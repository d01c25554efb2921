import './worlds.css';
import { useMemo } from 'react';
import { COMPARED_KEY } from '../../console/compare-script.ts';
import type { NodeId } from '../../core/base/ids.ts';
import { shardOfName } from '../../core/cluster/placement.ts';
import { nodeName, shardName } from '../../core/cluster/snapshot.ts';
import { useApp, useAppState } from '../app-context.ts';
import type { RunView } from '../store/app-store.ts';
import { presentCount } from '../store/node-count.ts';
import { leaderOf } from '../store/view-model.ts';
import { begun, stepsOf, takeSteps } from './play-script.ts';
import { WorldColumn } from './world-column.tsx';
import { type WorldsNow, worldsAt } from './worlds-at.ts';
import { NEW_PLAY } from './worlds-play.ts';

const NOTHING: WorldsNow = {
  ...{ asked: [], marks: [], alike: [] },
  ...{ held: new Map(), seen: new Set(), hints: new Map() },
};

/** One partition and one script through both keyspaces, side by side, on the cluster that runs. */
export function BothWorlds() {
  const run = useAppState((state) => state.run);
  return run === undefined ? null : <OfRun run={run} />;
}

function OfRun({ run }: { readonly run: RunView }) {
  const app = useApp();
  const model = useAppState((state) => state.model);
  const past = useAppState((state) => state.past);
  const keyspace = useAppState((state) => state.keyspace);
  const wanted = useAppState((state) => state.worlds) ?? NEW_PLAY;
  const nodes = useAppState(presentCount);
  const key = wanted.key === '' ? COMPARED_KEY : wanted.key;
  const shard = shardOfName(run.ring, key);
  const homes = useMemo(() => run.ring.replicas(shard), [run, shard]);
  const ours = wanted.alone !== 0 && wanted.runId === run.runId;
  const play = ours ? wanted : begun(app, key);
  // The model is another one whenever something was reported, or another moment is shown.
  const now = useMemo(() => {
    if (!ours || model === undefined) return NOTHING;
    const untilUs = past?.timeUs ?? Number.POSITIVE_INFINITY;
    return worldsAt(app.trace().events, { key, shard, homes, fromUs: wanted.fromUs, untilUs });
  }, [app, model, past, ours, key, shard, homes, wanted.fromUs]);
  if (play === undefined)
    return (
      <p className="empty worlds-none">
        {nodes < 3
          ? 'A partition with a majority needs three nodes: ADD brings one.'
          : leaderOf(model, shard) === 0
            ? `${shardName(shard)}, where ${key} lives, has no leader now. HEAL, REVIVE or a moment's patience brings one.`
            : 'Nothing to compare.'}
      </p>
    );
  const steps = stepsOf({ run, keyspace }, play);
  const done = ours ? play.done : 0;
  const next = steps[done];
  const alone = play.alone as NodeId;
  const columns = {
    ...{ alone, others: play.others as readonly NodeId[], homes, shard, now, steps, done },
    keyName: key,
  };
  const again = () => app.store.setState({ worlds: { ...NEW_PLAY, key } });
  return (
    <div className="worlds">
      <div className="worlds-head">
        <div>
          <h2>Consistent or available?</h2>
          <p className="worlds-what dim">
            One partition, one script, both keyspaces: {nodeName(alone)} and client a are cut off, then joined again.
            Key {key} in {shardName(shard)}.
          </p>
        </div>
        <div className="worlds-acts">
          {next === undefined ? (
            <button type="button" className="button button-main" onClick={again}>
              Begin again
            </button>
          ) : (
            <>
              <button
                type="button"
                className="button button-main"
                disabled={play.isRunning}
                onClick={() => void takeSteps(app, true)}
              >
                {done === 0 ? 'Play the script' : 'Play the rest'}
              </button>
              <button
                type="button"
                className="button"
                disabled={play.isRunning}
                title={next.line}
                onClick={() => void takeSteps(app, false)}
              >
                Next step
              </button>
            </>
          )}
        </div>
        <p className="worlds-step" role="status">
          {next === undefined
            ? `All ${steps.length} steps are done.`
            : `Step ${done + 1} of ${steps.length}: ${next.title}`}
          {play.isRunning ? ' …' : ''}
        </p>
      </div>
      <div className="worlds-columns">
        <WorldColumn world="strong" {...columns} />
        <WorldColumn world="eventual" {...columns} />
      </div>
    </div>
  );
}
