import type { Signature } from '../../console/complete.ts';
import type { EditorState } from './line-editor.ts';
import type { ScriptProgress } from './script-runner.ts';

interface Props {
  readonly id: string;
  readonly editor: EditorState;
  /** The command that the empty line shows, for Tab and Enter. */
  readonly waiting: string | undefined;
  /** Of the command at the caret. */
  readonly signature: Signature | undefined;
  readonly script: ScriptProgress | undefined;
  onCancel(): void;
}

/** The line under the input: how the command is written, what is searched, how far a script is. Always there, so that nothing moves. */
export function StatusLine({ id, editor, waiting, signature, script, onCancel }: Props) {
  return (
    <div className="command-status">
      <p id={id}>
        {script !== undefined ? (
          <>
            <b>
              {script.done + 1} of {script.total}
            </b>
            {script.errors > 0 ? <span className="bad"> ✕ {script.errors}</span> : null} <span>{script.line}</span>
          </>
        ) : editor.mode.type === 'search' ? (
          searchText(editor.mode)
        ) : signature !== undefined ? (
          <SignatureText signature={signature} />
        ) : waiting !== undefined && editor.line === '' ? (
          <span>
            <b>Enter</b> runs <span className="mono">{waiting}</span> · <b>Tab</b> takes it to change it
          </span>
        ) : (
          <span className="command-keys">Tab completes · ↑ earlier lines · Ctrl R searches them · Ctrl L clears</span>
        )}
      </p>
      {script === undefined ? null : (
        <button type="button" className="link-button" onClick={onCancel}>
          Cancel (Esc)
        </button>
      )}
    </div>
  );
}

function SignatureText({ signature: { words, accepts } }: { readonly signature: Signature }) {
  return (
    <>
      <span className="mono">
        {words.map(({ text, current }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the words of a usage stand where they stand
          <span key={i}>{current ? <b>{text}</b> : text} </span>
        ))}
      </span>
      <span className="command-accepts">{accepts}</span>
    </>
  );
}

function searchText({ found, active }: Extract<EditorState['mode'], { type: 'search' }>): string {
  if (found.length === 0) return 'No line that was run holds this · Esc goes back';
  return `${active + 1} of ${found.length} · Enter takes it · Ctrl R the one before · Esc goes back`;
}
