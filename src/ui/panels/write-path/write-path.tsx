import { useState } from 'react';
import { formatCommand } from '../../../console/format-command.ts';
import { isClient, type NodeId } from '../../../core/base/ids.ts';
import type { PathStep } from '../../../core/cluster/operation-path/operation-path.ts';
import { reducePaths } from '../../../core/cluster/operation-path/reduce-paths.ts';
import { useApp, useAppState, useCommand } from '../../app-context.ts';
import { operationText } from '../../store/operation-text.ts';
import { LaneDiagram } from './lane-diagram.tsx';
import { ending, PathList } from './path-list.tsx';
import { StepList } from './step-list.tsx';
import './write-path.css';

const LISTED_MAX = 12;

/** The last operations, and one of them step by step: from the client's hash to the answer, as far as it has come. */
export function WritePath() {
  const { store } = useApp();
  const run = useCommand();
  const paths = useAppState((state) => state.model.paths.read(reducePaths).paths);
  // Undefined: the newest, whatever it is.
  const [picked, setPicked] = useState<number>();
  const [step, setStep] = useState<{ readonly path: number; readonly step: number }>();
  const listed = paths.slice(-LISTED_MAX).reverse();
  const shown = listed.find(({ id }) => id === picked) ?? listed[0];
  const pickStep = ({ id, actor, to, shard }: PathStep) => {
    if (shown !== undefined) setStep({ path: shown.id, step: id });
    const node = [actor, to].find((each) => each !== undefined && !isClient(each));
    store.setState({ focusedShard: shard, selectedNode: node as NodeId | undefined });
  };
  const selected = step !== undefined && step.path === shown?.id ? step.step : undefined;
  return (
    <section className="panel write-path" aria-labelledby="write-path-title">
      <h2 id="write-path-title">
        Write path <span className="dim">each step, in virtual milliseconds since the client began</span>
      </h2>
      {shown === undefined ? (
        <p className="empty">
          Nothing was asked yet. PUT, GET, DELETE, CAS, BATCH and SCAN appear here step by step: who was asked, whose
          disk holds it, who answered.
        </p>
      ) : (
        <div className="path-columns">
          <PathList paths={listed} shown={shown.id} onPick={(id) => setPicked(id === listed[0]?.id ? undefined : id)} />
          <section className="path-detail" aria-label={`Path of ${operationText(shown.operation)}`}>
            <p className="path-head">
              <span className="mono path-name">{operationText(shown.operation)}</span>
              <span className={ending(shown).tone}>
                {ending(shown).sign} {ending(shown).words}
              </span>
              <span className="mono dim">{ending(shown).took}</span>
              <button
                type="button"
                className="link-button"
                onClick={() => run(formatCommand('WHY', ['operation', String(shown.id)]))}
              >
                Why?
              </button>
            </p>
            {shown.reason === '' ? null : <p className="path-reason">{shown.reason}</p>}
            <LaneDiagram path={shown} selected={selected} />
            <StepList path={shown} selected={selected} onPick={pickStep} />
          </section>
        </div>
      )}
    </section>
  );
}
