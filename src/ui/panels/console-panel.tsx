import { type ClipboardEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useApp, useAppState } from '../app-context.ts';
import type { ConsoleEntry } from '../store/console-log.ts';

const LINE_SHOWN_MAX = 1000;
const EXAMPLES = ['PUT user:42 ada', 'GET user:42', 'HELP'];

/** The command line: what was run by whom, what came of it, and a line to type the next. */
export function ConsolePanel() {
  const entries = useAppState((state) => state.console);
  const { commands } = useApp();
  const scroller = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: every change of the entries scrolls to the newest
  useEffect(() => {
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  }, [entries]);
  return (
    <section className="panel console" aria-labelledby="console-title">
      <h2 id="console-title" className="sr-only">
        Console
      </h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <div className="console-lines" role="log" aria-label="Console output" tabIndex={0} ref={scroller}>
        {entries.length === 0 ? (
          <p className="empty">
            Type a command, or click one:{' '}
            {EXAMPLES.map((line) => (
              <button
                key={line}
                type="button"
                className="button button-mono"
                onClick={() => void commands.run(line, 'button')}
              >
                {line}
              </button>
            ))}
          </p>
        ) : (
          entries.map((entry) => <Entry key={entry.id} entry={entry} />)
        )}
      </div>
      <CommandLine />
    </section>
  );
}

function Entry({ entry }: { readonly entry: ConsoleEntry }) {
  return (
    <div className="console-entry">
      <p className="console-command">
        <span className="prompt" aria-hidden="true">
          ›
        </span>{' '}
        {shownLine(entry.line)}
        {entry.source === 'typed' ? null : (
          <span className="console-source"> # {entry.source === 'button' ? 'clicked' : 'from a script'}</span>
        )}
      </p>
      {entry.running ? <p className="console-waiting">… waiting</p> : null}
      {entry.results.map((result, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the results of an entry are written once and never move
        <p key={i} className={result.ok ? 'console-result' : 'console-result console-bad'}>
          {result.ok ? '' : '✕ '}
          {result.text}
        </p>
      ))}
    </div>
  );
}

/** A line of a megabyte would hold up the page each time it is drawn. */
function shownLine(line: string): string {
  if (line.length <= LINE_SHOWN_MAX) return line;
  return `${line.slice(0, LINE_SHOWN_MAX)}… (${line.length} characters)`;
}

function CommandLine() {
  const { commands } = useApp();
  const [line, setLine] = useState('');
  const history = useRef<string[]>([]);
  /** How many lines back in the history the input shows; 0 = the line being typed. */
  const back = useRef(0);

  const runOne = (text: string) => {
    if (text.trim() === '') return Promise.resolve();
    history.current.push(text);
    back.current = 0;
    return commands.run(text, 'typed').then(() => undefined);
  };
  const recall = (step: number) => {
    back.current = Math.max(0, Math.min(history.current.length, back.current + step));
    setLine(history.current[history.current.length - back.current] ?? '');
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      setLine('');
      void runOne(line);
    } else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      event.preventDefault();
      recall(event.key === 'ArrowUp' ? 1 : -1);
    }
  };
  // A pasted script runs line by line, each after the one before has its answer.
  const onPaste = (event: ClipboardEvent<HTMLInputElement>) => {
    const text = event.clipboardData.getData('text');
    if (!/[\r\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    const { selectionStart, selectionEnd } = event.currentTarget;
    const whole = line.slice(0, selectionStart ?? line.length) + text + line.slice(selectionEnd ?? line.length);
    setLine('');
    void runScript(whole);
  };
  const runScript = async (text: string) => {
    for (const each of text.split(/\r\n|\r|\n/)) await runOne(each);
  };
  return (
    <label className="command-line">
      <span className="prompt" aria-hidden="true">
        ›
      </span>
      <span className="sr-only">Command</span>
      <input
        value={line}
        onChange={(event) => setLine(event.target.value)}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        placeholder="PUT user:42 ada"
        autoCapitalize="off"
        autoComplete="off"
        autoCorrect="off"
        spellCheck={false}
      />
    </label>
  );
}
