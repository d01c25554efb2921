import { formatCommand } from '../../console/format-command.ts';
import { useApp, useAppState, useCommand } from '../app-context.ts';
import { PendingEventsMenu } from './pending-events-menu.tsx';
import { SpeedControl } from './speed-control.tsx';

/** Play or pause, one event, and how fast virtual time passes. */
export function TransportControls() {
  const mode = useAppState((state) => state.transport.mode);
  const inPast = useAppState((state) => state.past !== undefined);
  const { look } = useApp();
  const run = useCommand();
  const paused = mode === 'paused';
  const busy = mode === 'booting' || mode === 'replaying';
  return (
    <fieldset className="transport">
      <legend className="sr-only">Time</legend>
      <button
        type="button"
        className="button button-main"
        disabled={busy}
        onClick={() => run(formatCommand(paused ? 'PLAY' : 'PAUSE'))}
      >
        <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
          <path d={paused ? 'M2 1 L11 6 L2 11 Z' : 'M2 1 H5 V11 H2 Z M7 1 H10 V11 H7 Z'} fill="currentColor" />
        </svg>
        <span className="transport-word">{paused ? 'Play' : 'Pause'}</span>
      </button>
      <button
        type="button"
        className="button icon-button"
        disabled={busy}
        onClick={() => void look('back')}
        title="One event back: look at the past (,)"
      >
        <StepSign back />
        <span className="sr-only">Back</span>
      </button>
      <button
        type="button"
        className="button step-button"
        disabled={busy}
        onClick={() => (inPast ? void look('forward') : run(formatCommand('STEP')))}
        title={inPast ? 'One event forward, in the past (.)' : 'Run exactly one event (.)'}
      >
        <StepSign />
        <span className="transport-word">{inPast ? 'Forward' : 'Step'}</span>
      </button>
      <PendingEventsMenu />
      <SpeedControl disabled={busy} />
    </fieldset>
  );
}

const StepSign = ({ back = false }: { readonly back?: boolean }) => (
  <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
    <path
      d="M1 1 L8 6 L1 11 Z M9 1 H11 V11 H9 Z"
      fill="currentColor"
      transform={back ? 'scale(-1 1) translate(-12 0)' : undefined}
    />
  </svg>
);
