import { type ActorId, isClient } from '../../../core/base/ids.ts';
import type { OperationPath, PathStep } from '../../../core/cluster/operation-path/operation-path.ts';
import { waitsText } from '../../../core/cluster/operation-path/under-way.ts';
import { NodeChip } from '../node-chip.tsx';

interface Props {
  readonly path: OperationPath;
  readonly selected: number | undefined;
  onPick(step: PathStep): void;
}

/** Each step in words, oldest first: who, what, when it began, how long it took. */
export function StepList({ path, selected, onPick }: Props) {
  const { quorum } = path;
  const waits = path.completedUs === undefined && quorum !== undefined && quorum.committedUs === undefined;
  return (
    <ol className="path-steps" aria-label="Steps, oldest first">
      {path.steps.map((step, i) => (
        <li key={step.id}>
          {step.phase === 'session' && path.steps[i - 1]?.phase !== 'session' ? (
            <p className="path-phase">First, a session: so that a retry is never applied twice</p>
          ) : null}
          {step.phase === 'operation' && path.steps[i - 1]?.phase === 'session' ? (
            <p className="path-phase">Then the write itself</p>
          ) : null}
          <Step path={path} step={step} selected={step.id === selected} onPick={onPick} />
        </li>
      ))}
      {waits ? (
        <li className="path-step path-step-waits">
          <Sign state="waiting" />
          <NodeChip node={quorum.leader} />
          <span className="path-what">
            {waitsText(quorum)} <span className="path-note">entry {quorum.index}</span>
          </span>
        </li>
      ) : null}
      {path.stepsLeftOut > 0 ? <li className="path-note">… {path.stepsLeftOut} more steps</li> : null}
    </ol>
  );
}

interface StepProps {
  readonly path: OperationPath;
  readonly step: PathStep;
  readonly selected: boolean;
  onPick(step: PathStep): void;
}

function Step({ path, step, selected, onPick }: StepProps) {
  return (
    <button
      type="button"
      className={`path-step path-step-${step.state}`}
      aria-pressed={selected}
      onClick={() => onPick(step)}
    >
      <Sign state={step.state} />
      <span className="path-who">
        <Actor id={step.actor} name={path.clientName} />
        {step.to === undefined ? null : (
          <>
            <span className="faint" aria-hidden="true">
              →
            </span>
            <span className="sr-only"> to </span>
            <Actor id={step.to} name={path.clientName} />
          </>
        )}
      </span>
      <span className="path-what">
        {step.text} {step.note === '' ? null : <span className="path-note">{step.note}</span>}
      </span>
      <span className="path-time mono">
        +{((step.startUs - path.invokedUs) / 1000).toFixed(1)} <span className="path-unit">ms</span>
        <span className="path-took">{took(step)}</span>
      </span>
    </button>
  );
}

function took({ startUs, endUs, state }: PathStep): string {
  if (endUs === undefined || endUs === startUs || state === 'unobserved') return '';
  return `${((endUs - startUs) / 1000).toFixed(1)}`;
}

function Actor({ id, name }: { readonly id: ActorId; readonly name: string }) {
  return isClient(id) ? <span className="chip chip-plain">{name}</span> : <NodeChip node={id} />;
}

const SIGNS = {
  done: ['✓', 'done'],
  failed: ['✕', 'failed'],
  waiting: ['', 'under way'],
  unobserved: ['?', 'not observed'],
};

function Sign({ state }: { readonly state: PathStep['state'] }) {
  const [sign, words] = SIGNS[state];
  return (
    <span className={`path-sign path-sign-${state}`}>
      <span aria-hidden="true">{sign}</span>
      <span className="sr-only">{words}:</span>
    </span>
  );
}
