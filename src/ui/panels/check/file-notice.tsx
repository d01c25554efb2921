import type { FileState } from './use-history-file.ts';

interface Props {
  readonly state: FileState;
  readonly onClose: () => void;
}

/** What becomes of a file that somebody brought: how far its check is, or why it is refused; and the way back. */
export function FileNotice({ state, onClose }: Props) {
  const { type, name } = state;
  return (
    <div className={type === 'refused' ? 'check-file check-file-bad' : 'check-file'}>
      <div className="check-file-words" role={type === 'refused' ? 'alert' : 'status'}>
        {type === 'judging' ? <Progress state={state} /> : null}
        {type === 'judged' ? (
          <p>
            <span className="mono">{name}</span> <span className="dim">a file, not this run</span>
          </p>
        ) : null}
        {type === 'refused' ? (
          <>
            <p className="bad">
              ✕ {name}
              {state.where === '' ? '' : `, ${state.where}`}: {state.what}.
            </p>
            <p className="dim">
              A history is one JSON object a line, an invocation or a completion; one bad line refuses the whole file.
              Save this run’s own history to see what one looks like.
            </p>
          </>
        ) : null}
      </div>
      <button type="button" className="button" onClick={onClose}>
        {type === 'judging' ? 'Cancel' : 'Back to the live history'}
      </button>
    </div>
  );
}

function Progress({ state }: { readonly state: Extract<FileState, { readonly type: 'judging' }> }) {
  const { name, progress } = state;
  const { stage, done, of } = progress;
  return (
    <>
      <p>
        {stage === 'reading' ? 'Reading' : 'Judging'} <span className="mono">{name}</span>
        {of === 0 ? '' : `: ${done} of ${of} keys`}
      </p>
      <progress value={stage === 'reading' ? undefined : done} max={Math.max(1, of)} aria-label={`Check of ${name}`} />
    </>
  );
}
